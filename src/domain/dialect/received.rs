//! A callback as a receiver saw it, read back by its recipe: the signature it carries and the text that was signed.
//!
//! It reads what stands there and guesses nothing; suspicions are [`super::diagnose`]'s.

use super::recipe::Recipe;
use super::signature::{Signature, SignedText, Travels, fill};
use super::value::ValueSource;
use crate::domain::encoding::decode;

/// A callback as received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// `GET` or `POST`.
    pub method: String,
    /// The whole URL, or only path and query as servers log them.
    pub url: String,
    /// The headers, in any spelling.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Option<String>,
}

/// The text that a received callback's signature should be over; the error says in words what is lacking for it.
pub fn signed_text_of_received(recipe: &Recipe, received: &Received) -> Result<String, String> {
    let signature = recipe.signature().ok_or_else(|| format!("{} signs nothing", recipe.title()))?;
    match &signature.signs {
        SignedText::Url => Ok(SignedUrl::read(signature, &received.url)?.before),
        SignedText::Parameters(names) => {
            let query = Query::read(&received.url);
            check_names(names, &query)?;
            Ok(parameters_text(names, |name| query.first(name).map(decode)))
        }
        SignedText::Text { of, .. } => {
            let t = received.t(signature)?;
            Ok(received.text(signature, of, &t, received.body.as_deref().unwrap_or_default()))
        }
    }
}

impl Received {
    /// A header's value, whatever the case of its name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The signature that it carries.
    pub(super) fn claimed(&self, signature: &Signature) -> Result<String, String> {
        match &signature.travels {
            Travels::Query(_) => Ok(SignedUrl::read(signature, &self.url)?.claimed),
            Travels::Header { name, wrapping } => {
                let value =
                    self.header(name).ok_or_else(|| format!("It has no header {name}, so nothing is signed."))?;
                unwrap(wrapping, value, "signature")
                    .ok_or_else(|| format!("Its header {name} is not written as `{wrapping}`."))
            }
        }
    }

    /// The `{t}` of the signed text: from the wrapping, or from the header that carries the attempt's time.
    pub(super) fn t(&self, signature: &Signature) -> Result<String, String> {
        let wrapped = match &signature.travels {
            Travels::Header { name, wrapping } => self.header(name).and_then(|value| unwrap(wrapping, value, "t")),
            Travels::Query(_) => None,
        };
        let lacking = || "It has no timestamp, which is part of what is signed.".to_owned();
        wrapped.or_else(|| self.beside(signature, ValueSource::AttemptedAt)).ok_or_else(lacking)
    }

    /// The signed text with this time and body.
    pub(super) fn text(&self, signature: &Signature, of: &str, t: &str, body: &str) -> String {
        let id = self.beside(signature, ValueSource::EventId).unwrap_or_default();
        fill(of, &[("id", &id), ("t", t), ("body", body)])
    }

    fn beside(&self, signature: &Signature, source: ValueSource) -> Option<String> {
        let header = signature.headers.iter().find(|header| header.rule.uses(source))?;
        self.header(&header.name).map(str::to_owned)
    }
}

/// `name=value` of the named parameters, joined by `&`; what a parameter lacks is nothing.
pub(super) fn parameters_text(names: &[String], value: impl Fn(&str) -> Option<String>) -> String {
    let pairs: Vec<String> = names.iter().map(|name| format!("{name}={}", value(name).unwrap_or_default())).collect();
    pairs.join("&")
}

/// What `{name}` stands for in a value that is written by a wrapping.
fn unwrap(wrapping: &str, value: &str, name: &str) -> Option<String> {
    let (mut pattern, mut value) = (wrapping, value);
    loop {
        let open = pattern.find('{')?;
        value = value.strip_prefix(&pattern[..open])?;
        let close = open + pattern[open..].find('}')?;
        let found = &pattern[open + 1..close];
        pattern = &pattern[close + 1..];
        let literal = &pattern[..pattern.find('{').unwrap_or(pattern.len())];
        let end = if literal.is_empty() { value.len() } else { value.find(literal)? };
        if found == name {
            return (end > 0).then(|| value[..end].to_owned());
        }
        value = &value[end..];
    }
}

/// A URL that carries its own signature.
pub(super) struct SignedUrl {
    /// What stands before the signature: what is signed, if it stands last.
    pub(super) before: String,
    pub(super) claimed: String,
    /// What stands after it.
    pub(super) after: String,
}

impl SignedUrl {
    pub(super) fn read(signature: &Signature, url: &str) -> Result<Self, String> {
        let name = signature.query_parameter().unwrap_or_default();
        let lacking = || format!("It has no parameter {name}, so nothing is signed (or it was dropped on the way).");
        let (at, _) =
            url.match_indices(name).filter(|(at, _)| stands_as_name(url, *at, name)).last().ok_or_else(lacking)?;
        let rest = &url[at + name.len() + 1..];
        let end = rest.find('&').unwrap_or(rest.len());
        let after = rest[end..].trim_start_matches('&').to_owned();
        Ok(Self { before: url[..at - 1].to_owned(), claimed: decode(&rest[..end]), after })
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

fn stands_as_name(url: &str, at: usize, name: &str) -> bool {
    let opens = at > 0 && matches!(url.as_bytes()[at - 1], b'?' | b'&');
    opens && url[at + name.len()..].starts_with('=')
}

/// A query's parameters, still encoded.
pub(super) struct Query<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Query<'a> {
    pub(super) fn read(url: &'a str) -> Self {
        let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self(pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect())
    }

    /// The encoded value of the first parameter of this name.
    pub(super) fn first(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, _)| decode(key) == name).map(|(_, value)| *value)
    }

    fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|(key, _)| decode(key) == name).count()
    }
}

fn check_names(names: &[String], query: &Query<'_>) -> Result<(), String> {
    for name in names {
        match query.count(name) {
            0 => return Err(format!("Its URL lacks the parameter {name}, which is signed.")),
            1 => {}
            _ => return Err(format!("Its URL has the parameter {name} more than once.")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_header_gives_back_its_parts() {
        let wrapping = "t={t},v1={signature}";
        assert_eq!(unwrap(wrapping, "t=17,v1=abc", "t").as_deref(), Some("17"));
        assert_eq!(unwrap(wrapping, "t=17,v1=abc", "signature").as_deref(), Some("abc"));
        assert_eq!(unwrap(wrapping, "v1=abc", "signature"), None);
        assert_eq!(unwrap("{signature}", "abc", "signature").as_deref(), Some("abc"));
        assert_eq!(unwrap("{signature}", "abc", "t"), None);
        assert_eq!(unwrap("{signature}", "", "signature"), None);
    }
}
