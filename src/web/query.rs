//! Query strings, read as strictly as bodies: a misspelt filter must not silently list everything.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::error::Problem;
use crate::domain::day::Day;
use crate::domain::invalid::Invalid;
use crate::domain::strict_json;
use crate::domain::time::Timestamp;

/// The parameters of a call, each known and given at most once, or several times where that has a meaning.
#[derive(Clone, Debug)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query string that may hold these parameters.
    pub fn read(query: &str, known: &[&str]) -> Result<Self, Problem> {
        Self::read_repeating(query, known, &[])
    }

    /// The same where these of them may be given several times.
    pub fn read_repeating(query: &str, known: &[&str], repeatable: &[&str]) -> Result<Self, Problem> {
        let mut invalid = Invalid::none();
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if !known.contains(&name.as_ref()) {
                invalid.push(name.as_ref(), strict_json::unknown(&name, known));
            } else if !repeatable.contains(&name.as_ref()) && pairs.iter().any(|(other, _)| *other == name) {
                invalid.push(name.as_ref(), "stands twice");
            } else if value.contains('\0') {
                invalid.push(name.as_ref(), "holds a NUL character");
            } else {
                pairs.push((name.into_owned(), value.into_owned()));
            }
        }
        invalid.into_result()?;
        Ok(Self(pairs))
    }

    /// A parameter's text; an empty one counts as absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).next()
    }

    /// The texts of a parameter, in their order; empty ones count as absent.
    fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let given = self.0.iter().filter(move |(other, value)| other == name && !value.is_empty());
        given.map(|(_, value)| value.as_str())
    }

    /// A parameter that says yes or no.
    pub fn truth(&self, name: &str) -> Result<Option<bool>, Problem> {
        let read = |text: &str| text.parse().map_err(|_| Problem::field(name, "must be true or false"));
        self.text(name).map(read).transpose()
    }

    /// A parameter that is one of these words.
    pub fn word<T: Copy>(
        &self,
        name: &str,
        all: &[T],
        as_str: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, Problem> {
        Ok(self.words(name, all, as_str)?.first().copied())
    }

    /// A parameter that may be given several times, each time as one of these words.
    pub fn words<T: Copy>(&self, name: &str, all: &[T], as_str: impl Fn(T) -> &'static str) -> Result<Vec<T>, Problem> {
        let words = || all.iter().map(|word| as_str(*word)).collect::<Vec<_>>().join(", ");
        let read = |text: &str| {
            let known = all.iter().copied().find(|word| as_str(*word) == text);
            known.ok_or_else(|| Problem::field(name, format!("must be one of {}", words())))
        };
        self.texts(name).map(read).collect()
    }

    /// A parameter as a whole number within these bounds.
    pub fn number(&self, name: &str, bounds: RangeInclusive<u16>) -> Result<Option<u16>, Problem> {
        let read = |text: &str| {
            let number = text.parse().ok().filter(|number| bounds.contains(number));
            let (first, last) = (bounds.start(), bounds.end());
            number.ok_or_else(|| Problem::field(name, format!("must be a number from {first} to {last}")))
        };
        self.text(name).map(read).transpose()
    }

    /// A parameter as an address of the internet.
    pub fn address(&self, name: &str) -> Result<Option<IpAddr>, Problem> {
        let read = |text: &str| {
            text.parse().map_err(|_| Problem::field(name, "must be an IPv4 or IPv6 address, such as 203.0.113.7"))
        };
        self.text(name).map(read).transpose()
    }

    /// A parameter as a day of UTC.
    pub fn day(&self, name: &str) -> Result<Option<Day>, Problem> {
        let read = |text| Day::parse(text).ok_or_else(|| Problem::field(name, "must be a date such as 2026-11-01"));
        self.text(name).map(read).transpose()
    }

    /// A parameter as an RFC 3339 instant that something is compared with.
    pub fn instant(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        let read = |text| {
            let instant = Timestamp::parse_bound(text);
            instant.ok_or_else(|| Problem::field(name, "must be an RFC 3339 time such as 2024-01-15T10:30:00.000Z"))
        };
        self.text(name).map(read).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::Status;

    #[test]
    fn a_parameter_stands_once_unless_it_may_be_repeated() {
        let twice = "status=held&status=dead&status=";
        assert!(Query::read(twice, &["status"]).is_err());
        let query = Query::read_repeating(twice, &["status", "kind"], &["status"]).unwrap();
        assert_eq!(query.words("status", Status::ALL, Status::as_str).unwrap(), [Status::Held, Status::Dead]);
        assert_eq!(query.words("kind", Status::ALL, Status::as_str).unwrap(), []);
        assert!(Query::read_repeating("kind=a&kind=b", &["status", "kind"], &["status"]).is_err());
    }

    #[test]
    fn a_number_is_one_of_its_bounds_and_an_address_one_of_the_internet() {
        for (text, number) in [("100", Some(100)), ("999", Some(999)), ("", None)] {
            let query = Query::read(&format!("statusCode={text}"), &["statusCode"]).unwrap();
            assert_eq!(query.number("statusCode", 100..=999).unwrap(), number);
        }
        for text in ["99", "1000", "2xx", "-1", "70000"] {
            let query = Query::read(&format!("statusCode={text}"), &["statusCode"]).unwrap();
            assert!(query.number("statusCode", 100..=999).is_err(), "{text}");
        }
        for (text, is_one) in [("203.0.113.7", true), ("2001:db8::1", true), ("203.0.113.7:80", false), ("x", false)] {
            let query = Query::read(&format!("egressIp={text}"), &["egressIp"]).unwrap();
            assert_eq!(query.address("egressIp").is_ok(), is_one, "{text}");
        }
    }
}
