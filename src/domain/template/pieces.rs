//! Text with placeholders in it, before anything is known about what it is part of.

use std::borrow::Cow;

use super::brackets::{Brackets, Found};

/// A stretch of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text as it goes out.
    Literal(String),
    /// A placeholder's name.
    Placeholder(String),
}

impl Piece {
    pub(crate) fn placeholder(&self) -> Option<&str> {
        match self {
            Self::Placeholder(name) => Some(name),
            Self::Literal(_) => None,
        }
    }
}

/// Pieces as text, with `value` deciding what stands for a placeholder.
pub(crate) fn expand(pieces: &[Piece], value: impl Fn(&str) -> String) -> String {
    let expanded = pieces.iter().map(|piece| match piece {
        Piece::Literal(text) => Cow::Borrowed(text.as_str()),
        Piece::Placeholder(name) => Cow::Owned(value(name)),
    });
    expanded.collect()
}

/// Takes text apart at its brackets.
pub(super) fn pieces(text: &str, brackets: &Brackets) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = brackets.next(rest) {
        literal.push_str(&rest[..at]);
        rest = match brackets.read(&rest[at..])? {
            Found::Literal(text, behind) => {
                literal.push_str(text);
                behind
            }
            Found::Placeholder(name, behind) => {
                pieces.extend(non_empty(std::mem::take(&mut literal)));
                pieces.push(Piece::Placeholder(name.to_owned()));
                behind
            }
        };
    }
    literal.push_str(rest);
    pieces.extend(non_empty(literal));
    Ok(pieces)
}

fn non_empty(literal: String) -> Option<Piece> {
    (!literal.is_empty()).then_some(Piece::Literal(literal))
}

/// What stands before and after the first literal `separator`.
pub(super) fn split_at(pieces: Vec<Piece>, separator: char) -> (Vec<Piece>, Option<Vec<Piece>>) {
    let mut before = Vec::new();
    let mut pieces = pieces.into_iter();
    while let Some(piece) = pieces.next() {
        match &piece {
            Piece::Literal(text) => {
                if let Some((head, tail)) = text.split_once(separator) {
                    before.extend(non_empty(head.to_owned()));
                    return (before, Some(non_empty(tail.to_owned()).into_iter().chain(pieces).collect()));
                }
                before.push(piece);
            }
            Piece::Placeholder(_) => before.push(piece),
        }
    }
    (before, None)
}

/// The same with its literal text in another form.
pub(super) fn rewritten(pieces: Vec<Piece>, literal: impl Fn(&str) -> String) -> Vec<Piece> {
    let rewrite = |piece| match piece {
        Piece::Literal(text) => Piece::Literal(literal(&text)),
        placeholder @ Piece::Placeholder(_) => placeholder,
    };
    pieces.into_iter().map(rewrite).collect()
}

/// What each placeholder stands for in a text that was expanded from these pieces; `None` if it was not.
pub(crate) fn unexpand<'p, 't>(pieces: &'p [Piece], text: &'t str) -> Option<Vec<(&'p str, &'t str)>> {
    let mut values = Vec::new();
    let mut rest = text;
    let mut pieces = pieces.iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Literal(literal) => rest = rest.strip_prefix(literal.as_str())?,
            Piece::Placeholder(name) => {
                let end = match pieces.peek() {
                    Some(Piece::Literal(literal)) => rest.find(literal.as_str())?,
                    // Where the next value begins cannot be told.
                    Some(Piece::Placeholder(_)) => return None,
                    None => rest.len(),
                };
                values.push((name.as_str(), &rest[..end]));
                rest = &rest[end..];
            }
        }
    }
    rest.is_empty().then_some(values)
}
