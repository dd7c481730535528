//! Instants in words, in UTC, for sentences that people read. How they stand on a page is for the console to say.

use super::day::Day;
use super::time::Timestamp;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The parts of an instant, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// `2026`
    pub year: String,
    /// `Nov`
    pub month: &'static str,
    /// `8`
    pub day: String,
    /// `14:03:07.120`
    pub time: String,
}

impl Parts {
    /// Cut out of RFC 3339, whose parts stand at fixed places in the years up to 9999.
    pub fn of(at: Timestamp) -> Self {
        let text = at.to_string();
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
        let month = part(5, 7).parse::<usize>().ok().and_then(|month| MONTHS.get(month.wrapping_sub(1)));
        let day = part(8, 10).trim_start_matches('0').to_owned();
        Self { year: part(0, 4), month: month.unwrap_or(&""), day, time: part(11, 23) }
    }

    /// `29 Nov`, with the year where it is another one than now.
    fn date(&self, now: Timestamp) -> String {
        let Self { year, month, day, .. } = self;
        if *year == Self::of(now).year { format!("{day} {month}") } else { format!("{day} {month} {year}") }
    }

    /// `14:03:07.120` as far as this many characters.
    fn clock(&self, characters: usize) -> &str {
        self.time.get(..characters).unwrap_or_default()
    }
}

/// When something comes: today to the second, `14:04:37`, else to the minute, `29 Nov 18:03`.
pub fn to_come(at: Timestamp, now: Timestamp) -> String {
    let parts = Parts::of(at);
    if Day::of(at) == Day::of(now) {
        return parts.clock("14:04:37".len()).to_owned();
    }
    format!("{} {}", parts.date(now), parts.clock("18:03".len()))
}

/// When something was, within a sentence: `at 14:03 UTC`, on another day `on 28 Nov at 14:03 UTC`.
pub fn spoken(at: Timestamp, now: Timestamp) -> String {
    let when = bare(at, now);
    if Day::of(at) == Day::of(now) { format!("at {when}") } else { format!("on {when}") }
}

/// The same behind a word such as until: `14:03 UTC`, on another day `28 Nov at 14:03 UTC`.
pub fn bare(at: Timestamp, now: Timestamp) -> String {
    let parts = Parts::of(at);
    let time = format!("{} UTC", parts.clock("14:03".len()));
    if Day::of(at) == Day::of(now) { time } else { format!("{} at {time}", parts.date(now)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn an_instant_of_today_needs_no_date_and_one_of_another_year_its_year() {
        let now = at("2026-11-28T14:03:07.120Z");
        for (then, came, was) in [
            ("2026-11-28T23:59:59.999Z", "23:59:59", "at 23:59 UTC"),
            ("2026-11-29T18:03:00Z", "29 Nov 18:03", "on 29 Nov at 18:03 UTC"),
            ("2027-01-02T03:04:05Z", "2 Jan 2027 03:04", "on 2 Jan 2027 at 03:04 UTC"),
        ] {
            assert_eq!((to_come(at(then), now).as_str(), spoken(at(then), now).as_str()), (came, was));
            assert_eq!(bare(at(then), now), was.split_once(' ').unwrap().1);
        }
    }
}
