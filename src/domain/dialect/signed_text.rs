//! The text that is signed: how a recipe says it, and the one function that renders it.
//!
//! Whoever composes a callback, signs a draft made by hand, verifies what a receiver saw or diagnoses it renders by the same
//! function, and differs only in where the facts come from (`Facts`). It must not know those places.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::facts::{Facts, Lacking, Unit};
use super::parts::Parts;
use super::query::Query;
use super::text_of::{TextOf, TextPiece};
use crate::domain::encoding::{Encoding, decode};

/// The canonical text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SignedText {
    /// The whole URL as sent, without the signature.
    Url,
    /// `name=value` of the query's parameters, joined by `&`.
    Query {
        /// In which order.
        sort: Sort,
        /// How names and values are written.
        encode: QueryForm,
        /// Only these parameters; all by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only: Option<Vec<String>>,
    },
    /// The values of the placeholders that the template uses, decoded, in order of the placeholders' names.
    Values {
        /// What stands between two of them.
        join: String,
        /// Placeholders that are left out, with what would join them, where they have no value.
        #[serde(default)]
        leave_out_empty: Vec<String>,
    },
    /// A text of the recipe's own.
    Text {
        /// The text.
        of: TextOf,
        /// The unit of its `{t}`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        t: Option<Unit>,
    },
}

/// The order of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// By their decoded names, byte for byte.
    Name,
    /// As they are sent.
    Sent,
}

/// How the names and values of parameters are written where they are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueryForm {
    /// Decoded, then encoded by RFC 3986.
    Rfc3986,
    /// Decoded, then encoded as in an HTML form.
    Form,
    /// Decoded.
    None,
    /// As they are sent.
    Sent,
}

impl SignedText {
    /// The text that is signed, as these facts have it.
    pub(super) fn render<'a>(&'a self, facts: &'a dyn Facts) -> Result<Parts<'a>, Lacking> {
        let mut parts = Parts::default();
        match self {
            Self::Url => url(&mut parts, facts.url()?),
            Self::Query { sort, encode, only } => {
                query(&mut parts, &facts.url()?, *sort, *encode, only.as_deref())?;
            }
            Self::Values { join, leave_out_empty } => values(&mut parts, facts, join, leave_out_empty)?,
            Self::Text { of, t } => {
                for piece in of.pieces() {
                    match piece {
                        TextPiece::Literal(text) => parts.literal(text),
                        TextPiece::Placeholder(name) => parts.value(name, facts.value(name)?),
                        TextPiece::Secret => parts.secret(),
                        TextPiece::EventId => parts.value("id", facts.event_id()?),
                        TextPiece::Time => parts.value("t", facts.time(t.unwrap_or(Unit::Seconds))?),
                        TextPiece::Body => parts.value("body", facts.body()?),
                    }
                }
            }
        }
        Ok(parts)
    }

    /// The same without what these facts lack, where the text is made of single values; nothing where they lack nothing or all.
    pub(super) fn as_far_as(&self, facts: &dyn Facts) -> Option<Self> {
        match self {
            Self::Query { sort, encode, only: Some(names) } => {
                let url = facts.url().ok()?;
                let query = Query::read(&url);
                let there = names.iter().filter(|name| query.only(name).is_ok()).cloned().collect::<Vec<_>>();
                let is_part = !there.is_empty() && there.len() < names.len();
                is_part.then_some(Self::Query { sort: *sort, encode: *encode, only: Some(there) })
            }
            Self::Text { of, t } => {
                let of = of.where_known(|piece| match piece {
                    TextPiece::Placeholder(name) => facts.value(name).is_ok(),
                    TextPiece::EventId => facts.event_id().is_ok(),
                    TextPiece::Time => facts.time(Unit::Seconds).is_ok(),
                    TextPiece::Literal(_) | TextPiece::Secret | TextPiece::Body => true,
                })?;
                Some(Self::Text { of, t: *t })
            }
            Self::Url | Self::Query { only: None, .. } | Self::Values { .. } => None,
        }
    }

    /// The unit in which it, and what carries the signature, speak of an instant.
    pub(crate) fn unit(&self) -> Unit {
        match self {
            Self::Text { t, .. } => t.unwrap_or(Unit::Seconds),
            Self::Url | Self::Query { .. } | Self::Values { .. } => Unit::Seconds,
        }
    }

    /// Whether a receiver needs the parameters as a whole to rebuild it, each of them exactly once.
    pub(crate) fn needs_whole_query(&self) -> bool {
        matches!(self, Self::Url | Self::Query { only: None, .. })
    }

    /// Whether the body is a part of it.
    pub(crate) fn holds_body(&self) -> bool {
        matches!(self, Self::Text { of, .. } if of.pieces().contains(&TextPiece::Body))
    }

    /// Whether the event's id is a part of it.
    pub(crate) fn holds_event_id(&self) -> bool {
        matches!(self, Self::Text { of, .. } if of.pieces().contains(&TextPiece::EventId))
    }

    /// Whether it depends on how the query is encoded.
    pub(super) fn needs_encoding(&self) -> bool {
        matches!(self, Self::Url | Self::Query { encode: QueryForm::Sent, .. })
    }

    /// The placeholders that it names.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Query { only: Some(only), .. } => only.iter().map(String::as_str).collect(),
            Self::Text { of, .. } => of.pieces().iter().filter_map(TextPiece::placeholder).collect(),
            Self::Url | Self::Query { .. } | Self::Values { .. } => Vec::new(),
        }
    }
}

/// Another origin than that of the request, as behind a proxy, is a part of its own.
fn url<'a>(parts: &mut Parts<'a>, url: Cow<'a, str>) {
    let url = match url {
        Cow::Borrowed(url) => url,
        Cow::Owned(url) => return parts.literal(url),
    };
    let end = url.find('?').map_or(url.len(), |at| at + 1);
    parts.literal(&url[..end]);
    let mut rest = &url[end..];
    while !rest.is_empty() {
        let pair = &rest[..rest.find('&').unwrap_or(rest.len())];
        let end = rest.len().min(pair.len() + 1);
        match pair.split_once('=') {
            Some((name, value)) => {
                parts.literal(&pair[..=name.len()]);
                parts.value(name, value);
                parts.literal(&rest[pair.len()..end]);
            }
            None => parts.literal(&rest[..end]),
        }
        rest = &rest[end..];
    }
}

fn query(
    parts: &mut Parts<'_>,
    url: &str,
    sort: Sort,
    encode: QueryForm,
    only: Option<&[String]>,
) -> Result<(), Lacking> {
    let query = Query::read(url);
    let mut pairs: Vec<(String, &str, &str)> = match only {
        Some(names) => names
            .iter()
            .map(|name| query.only(name).map(|value| (name.clone(), "", value)))
            .collect::<Result<_, _>>()?,
        None => query.pairs().map(|(name, value)| (decode(name), name, value)).collect(),
    };
    if sort == Sort::Name {
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
    }
    for (index, (name, sent_name, value)) in pairs.into_iter().enumerate() {
        if index > 0 {
            parts.literal("&");
        }
        let written = match encode {
            QueryForm::None => (name.clone(), decode(value)),
            QueryForm::Sent => (if sent_name.is_empty() { &name } else { sent_name }.to_owned(), value.to_owned()),
            QueryForm::Rfc3986 => encoded(Encoding::Rfc3986, &name, value),
            QueryForm::Form => encoded(Encoding::Form, &name, value),
        };
        parts.literal(format!("{}=", written.0));
        parts.value(name, written.1);
    }
    Ok(())
}

fn encoded(encoding: Encoding, name: &str, value: &str) -> (String, String) {
    let mut written = (String::new(), String::new());
    encoding.encode_onto(&mut written.0, name);
    encoding.encode_onto(&mut written.1, &decode(value));
    written
}

fn values<'a>(
    parts: &mut Parts<'a>,
    facts: &'a dyn Facts,
    join: &'a str,
    leave_out_empty: &[String],
) -> Result<(), Lacking> {
    let mut names = facts.used()?;
    names.sort_unstable();
    names.dedup();
    let mut before = "";
    for name in names {
        let value = facts.value(name)?;
        if value.is_empty() && leave_out_empty.iter().any(|left_out| left_out == name) {
            continue;
        }
        parts.literal(before);
        parts.value(name, value);
        before = join;
    }
    Ok(())
}
