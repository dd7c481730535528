//! A text of a recipe's own, of which the placeholders, the secret, the event, its time and its body may be parts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text of the recipe's own, made of literals and of names in braces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TextOf {
    pieces: Vec<TextPiece>,
}

/// A stretch of such a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TextPiece {
    Literal(String),
    /// The value of a placeholder, by its name.
    Placeholder(String),
    Secret,
    /// The event's id.
    EventId,
    /// When the attempt is made.
    Time,
    Body,
}

impl TextOf {
    pub(crate) fn pieces(&self) -> &[TextPiece] {
        &self.pieces
    }

    /// The same without the pieces that are not known; nothing where all of them are.
    pub(super) fn where_known(&self, is_known: impl Fn(&TextPiece) -> bool) -> Option<Self> {
        let pieces: Vec<TextPiece> = self.pieces.iter().filter(|piece| is_known(piece)).cloned().collect();
        (pieces.len() < self.pieces.len()).then_some(Self { pieces })
    }

    /// The same where names that are placeholders of the recipe mean those, whatever else they could mean.
    pub(super) fn for_placeholders(self, is_placeholder: impl Fn(&str) -> bool) -> Self {
        let resolve = |piece: TextPiece| match piece.common_name() {
            Some(name) if is_placeholder(name) => TextPiece::Placeholder(name.to_owned()),
            _ => piece,
        };
        Self { pieces: self.pieces.into_iter().map(resolve).collect() }
    }
}

impl TextPiece {
    pub(super) fn placeholder(&self) -> Option<&str> {
        match self {
            Self::Placeholder(name) => Some(name),
            _ => None,
        }
    }

    /// The name of what every recipe has.
    fn common_name(&self) -> Option<&'static str> {
        match self {
            Self::Secret => Some("secret"),
            Self::EventId => Some("id"),
            Self::Time => Some("t"),
            Self::Body => Some("body"),
            Self::Literal(_) | Self::Placeholder(_) => None,
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "secret" => Self::Secret,
            "id" => Self::EventId,
            "t" => Self::Time,
            "body" => Self::Body,
            name => Self::Placeholder(name.to_owned()),
        }
    }
}

impl TryFrom<String> for TextOf {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some(open) = rest.find('{') {
            let close = rest[open..].find('}').ok_or("a signed text has a `{` that is not closed")?;
            if open > 0 {
                pieces.push(TextPiece::Literal(rest[..open].to_owned()));
            }
            pieces.push(TextPiece::named(&rest[open + 1..open + close]));
            rest = &rest[open + close + 1..];
        }
        if !rest.is_empty() {
            pieces.push(TextPiece::Literal(rest.to_owned()));
        }
        Ok(Self { pieces })
    }
}

impl From<TextOf> for String {
    fn from(text: TextOf) -> Self {
        text.to_string()
    }
}

impl fmt::Display for TextOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            TextPiece::Literal(text) => f.write_str(text),
            TextPiece::Placeholder(name) => write!(f, "{{{name}}}"),
            common => write!(f, "{{{}}}", common.common_name().unwrap_or_default()),
        })
    }
}
