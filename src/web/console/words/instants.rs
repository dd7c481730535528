//! Instants for people, in UTC: short in lists, whole where one thing is shown, and how far off.

use super::durations;
use crate::domain::moment::Parts;
use crate::domain::time::Timestamp;

/// An instant as it stands on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For programs: RFC 3339.
    pub datetime: String,
    /// For people.
    pub shown: String,
}

/// In a list, whose head says that times are UTC: `28 Nov 14:03:07`, with the year where it is another one than now.
pub fn listed(at: Timestamp, now: Timestamp) -> Moment {
    let (parts, current) = (Parts::of(at), Parts::of(now));
    let Parts { day, month, time, .. } = &parts;
    let second = time.split('.').next().unwrap_or(time);
    let shown = if parts.year == current.year {
        format!("{day} {month} {second}")
    } else {
        format!("{day} {month} {} {second}", parts.year)
    };
    Moment { datetime: at.to_string(), shown }
}

/// The same to the millisecond, where things follow one another: `28 Nov 14:03:07.120`.
pub fn precise(at: Timestamp, now: Timestamp) -> Moment {
    let Moment { datetime, shown } = listed(at, now);
    let behind = Parts::of(at).time.split_once('.').map(|(_, behind)| format!(".{behind}"));
    Moment { datetime, shown: shown + &behind.unwrap_or_default() }
}

/// Where one thing is shown: `28 Nov 2026 14:03:07.120 UTC, 3 min ago`.
pub fn detailed(at: Timestamp, now: Timestamp) -> Moment {
    let Parts { year, month, day, time } = Parts::of(at);
    let off = if at > now { format!("in {}", durations::written(at.since(now))) } else { ago(at, now) };
    Moment { datetime: at.to_string(), shown: format!("{day} {month} {year} {time} UTC, {off}") }
}

/// An hour of a chart: `28 Nov 14:00`.
pub fn hour(at: Timestamp) -> String {
    let Parts { day, month, time, .. } = Parts::of(at);
    format!("{day} {month} {}", time.get(..5).unwrap_or(&time))
}

/// What is to come: `in 4 min`, and `now` once it has come.
pub fn to_come(at: Timestamp, now: Timestamp) -> Moment {
    let shown = if at > now { format!("in {}", durations::written(at.since(now))) } else { "now".to_owned() };
    Moment { datetime: at.to_string(), shown }
}

/// What `<input type="datetime-local">` holds, read as UTC: to the minute.
pub fn typed(at: Timestamp) -> String {
    at.to_string().chars().take("2026-11-28T14:03".len()).collect()
}

/// The same to the millisecond, as far as there is anything behind the minute: for links that must find what was counted.
pub fn typed_exactly(at: Timestamp) -> String {
    let whole = at.to_string();
    let whole = whole.trim_end_matches('Z');
    let seconds = whole.strip_suffix(".000").unwrap_or(whole);
    seconds.strip_suffix(":00").unwrap_or(seconds).to_owned()
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    format!("{} ago", durations::written(now.since(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn an_instant_is_short_in_lists_and_whole_where_it_stands_alone() {
        let (then, now) = (at("2026-11-28T14:03:07.120Z"), at("2026-11-28T14:06:30Z"));
        let listed = listed(then, now);
        assert_eq!(listed.shown, "28 Nov 14:03:07");
        assert_eq!(listed.datetime, "2026-11-28T14:03:07.120Z");
        assert_eq!(detailed(then, now).shown, "28 Nov 2026 14:03:07.120 UTC, 3 min ago");
        assert_eq!(typed(then), "2026-11-28T14:03");
        assert_eq!(typed_exactly(then), "2026-11-28T14:03:07.120");
        assert_eq!(typed_exactly(now), "2026-11-28T14:06:30");
        assert_eq!(typed_exactly(at("2026-11-28T14:06:00Z")), "2026-11-28T14:06");
        assert_eq!(precise(then, now).shown, "28 Nov 14:03:07.120");
        assert_eq!(hour(at("2026-11-08T04:00:00Z")), "8 Nov 04:00");
    }

    #[test]
    fn a_list_names_the_year_where_it_is_not_this_one() {
        assert_eq!(listed(at("2025-01-02T03:04:05Z"), at("2026-11-28T14:06:30Z")).shown, "2 Jan 2025 03:04:05");
    }

    #[test]
    fn what_is_to_come_says_how_far_off_it_is() {
        let (then, now) = (at("2026-11-28T14:03:07Z"), at("2026-11-28T13:59:00Z"));
        assert_eq!(to_come(then, now).shown, "in 4 min");
        assert_eq!(to_come(now, then).shown, "now");
        assert_eq!(detailed(then, now).shown, "28 Nov 2026 14:03:07.000 UTC, in 4 min");
    }
}
