//! The query of a URL as it stands there: its parameters, still encoded.

use super::facts::Lacking;
use crate::domain::encoding::decode;

/// A query's parameters, still encoded.
pub(super) struct Query<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Query<'a> {
    pub(super) fn read(url: &'a str) -> Self {
        let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self(pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect())
    }

    /// Names and values in the order in which they stand.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().copied()
    }

    /// The encoded value of the first parameter of this name.
    pub(super) fn first(&self, name: &str) -> Option<&'a str> {
        self.of(name).next()
    }

    /// The encoded value of the one parameter of this name.
    pub(super) fn only(&self, name: &str) -> Result<&'a str, Lacking> {
        let mut found = self.of(name);
        let lacking = |words: String| Lacking { field: "url".to_owned(), words };
        match (found.next(), found.next()) {
            (Some(value), None) => Ok(value),
            (None, _) => Err(lacking(format!("Its URL lacks the parameter {name}, which is signed."))),
            (Some(_), Some(_)) => Err(lacking(format!("Its URL has the parameter {name} more than once."))),
        }
    }

    fn of(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let is_it = move |key: &str| key == name || key.contains(['%', '+']) && decode(key) == name;
        let named = self.0.iter().filter(move |(key, _)| is_it(key));
        named.map(|(_, value)| *value)
    }
}

/// The origin, which a server's log may lack, and the rest.
pub(super) fn split_origin(url: &str) -> (&str, &str) {
    let from = url.find("://").map(|at| at + 3);
    let end = from.and_then(|from| url[from..].find(['/', '?']).map(|at| from + at));
    match (from, end) {
        (Some(_), Some(end)) => url.split_at(end),
        (Some(_), None) => (url, ""),
        (None, _) => ("", url),
    }
}
