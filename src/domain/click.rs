//! Clicks of the tracking link: what a visitor asks for, what is kept of it, and for how long it counts.

use std::time::Duration;

use percent_encoding::percent_decode;

use super::fields::check_text;
use super::invalid::Invalid;
use super::time::Timestamp;

/// Longest user, as in a report.
const LONGEST_USER: usize = 128;
/// Longest mark of the publisher's own.
const LONGEST_SUB: usize = 255;
/// Longest name of an app.
const LONGEST_APP: usize = 128;
/// Random bytes of an id: as many as nobody guesses.
pub const RANDOM_BYTES: usize = 16;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Click {
    /// `clk_…`, unguessable.
    pub id: String,
    /// The offer, by id.
    pub offer_id: String,
    /// The app, by id.
    pub app_id: String,
    /// The publisher's user.
    pub user_id: String,
    /// The publisher's own mark.
    pub sub: Option<String>,
    /// When.
    pub clicked_at: Timestamp,
}

/// What a visitor's link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The app, by id or ref.
    pub app: String,
    /// The publisher's user.
    pub user: String,
    /// The publisher's own mark.
    pub sub: Option<String>,
}

/// An id of a click: ordered by time, so that a table of them grows at its end, and otherwise nothing but chance.
pub fn new_id(at: Timestamp, random: [u8; RANDOM_BYTES]) -> String {
    format!("clk_{:012x}{}", at.as_millis().max(0), hex::encode(random))
}

/// A text that lies before every click's id made at `instant` or later.
pub fn lower_bound(instant: Timestamp) -> String {
    format!("clk_{:012x}", instant.as_millis().max(0))
}

impl Click {
    /// When it stops counting, by the days that the app's clicks count for.
    pub fn expires_at(&self, days: u32) -> Timestamp {
        self.clicked_at.plus(DAY * days)
    }
}

impl Visit {
    /// Reads the query of a link. What else stands in it is passed over, because whatever a link travels through may add
    /// something to it.
    pub fn parse(query: &str) -> Result<Self, Invalid> {
        let mut invalid = Invalid::none();
        let app = invalid.take(value(query, "app", LONGEST_APP));
        let user = invalid.take(value(query, "user", LONGEST_USER));
        let sub = invalid.take(value(query, "sub", LONGEST_SUB));
        for (name, value) in [("app", &app), ("user", &user)] {
            if *value == Some(None) {
                invalid.push(name, "is required");
            }
        }
        invalid.into_result()?;
        let given = |value: Option<Option<String>>| value.flatten();
        Ok(Self { app: given(app).unwrap_or_default(), user: given(user).unwrap_or_default(), sub: given(sub) })
    }
}

/// A parameter's text; an empty one counts as absent.
fn value(query: &str, name: &str, longest: usize) -> Result<Option<String>, Invalid> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut values = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
    let Some(encoded) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Invalid::field(name, "stands twice"));
    }
    let bytes: Vec<u8> = percent_decode(encoded.replace('+', " ").as_bytes()).collect();
    let text = String::from_utf8(bytes).map_err(|_| Invalid::field(name, "is not UTF-8"))?;
    check_text(&text, longest).map_err(|fault| Invalid::field(name, fault))?;
    Ok((!text.is_empty()).then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(query: &str) -> Vec<String> {
        Visit::parse(query).map_or_else(|invalid| invalid.0.into_iter().map(|fault| fault.field).collect(), |_| vec![])
    }

    #[test]
    fn an_id_of_a_click_sorts_by_time_and_has_128_bits_of_chance() {
        let at = Timestamp::from_millis(0x0190_0000_0000);
        let (first, second) = (new_id(at, [0xff; 16]), new_id(at.plus(Duration::from_millis(1)), [0; 16]));
        assert_eq!(first, format!("clk_019000000000{}", "ff".repeat(16)));
        assert!(first < second && lower_bound(at) <= first);
    }

    #[test]
    fn a_link_is_read_as_browsers_write_it_and_what_others_add_is_passed_over() {
        let visit = Visit::parse("utm_source=x&app=wall&user=a%2Bb+%C3%A9&sub=&fbclid=%ff&flag").unwrap();
        assert_eq!(visit, Visit { app: "wall".to_owned(), user: "a+b é".to_owned(), sub: None });
    }

    #[test]
    fn every_fault_of_a_link_is_named() {
        assert_eq!(faults(""), ["app", "user"]);
        assert_eq!(faults("app=&user="), ["app", "user"]);
        assert_eq!(faults("app=a&user=u&user=v"), ["user"]);
        assert_eq!(faults("app=a&user=%ff"), ["user"]);
        assert_eq!(faults("app=a&user=%00&sub=%0A"), ["user", "sub"]);
        assert_eq!(faults(&format!("app=a&user={}&sub={}", "u".repeat(129), "s".repeat(256))), ["user", "sub"]);
        assert!(faults(&format!("app=a&user={}&sub={}", "%C3%A9".repeat(128), "s".repeat(255))).is_empty());
    }

    #[test]
    fn a_click_counts_for_so_many_days() {
        let visit = Visit::parse("app=a&user=u").unwrap();
        let clicked_at = Timestamp::from_millis(5);
        let click = Click {
            id: new_id(clicked_at, [0; 16]),
            offer_id: "o".to_owned(),
            app_id: visit.app,
            user_id: visit.user,
            sub: None,
            clicked_at,
        };
        assert_eq!(click.expires_at(2), Timestamp::from_millis(5 + 2 * 86_400_000));
    }
}
