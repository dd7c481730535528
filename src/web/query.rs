//! Query strings, read as strictly as bodies: a misspelt filter must not silently list everything.

use super::error::Problem;
use crate::domain::day::Day;
use crate::domain::invalid::Invalid;
use crate::domain::strict_json;
use crate::domain::time::Timestamp;

/// The parameters of a call, each known and given at most once.
#[derive(Clone, Debug)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query string that may hold these parameters.
    pub fn read(query: &str, known: &[&str]) -> Result<Self, Problem> {
        let mut invalid = Invalid::none();
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if !known.contains(&name.as_ref()) {
                invalid.push(name.as_ref(), strict_json::unknown(&name, known));
            } else if pairs.iter().any(|(other, _)| *other == name) {
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
        self.0.iter().find(|(other, value)| other == name && !value.is_empty()).map(|(_, value)| value.as_str())
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
        let words = || all.iter().map(|word| as_str(*word)).collect::<Vec<_>>().join(", ");
        let read = |text: &str| {
            let known = all.iter().copied().find(|word| as_str(*word) == text);
            known.ok_or_else(|| Problem::field(name, format!("must be one of {}", words())))
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
