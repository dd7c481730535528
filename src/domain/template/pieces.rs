//! Text with placeholders in it, before anything is known about what it is part of.

use std::borrow::Cow;

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
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}', '<', '>']) {
        if at > 0 {
            pieces.push(Piece::Literal(rest[..at].to_owned()));
        }
        let opened = &rest[at..];
        let close = match &opened[..1] {
            "{" => '}',
            "<" => '>',
            orphan => return Err(format!("has a `{orphan}` that closes no placeholder")),
        };
        let inside = &opened[1..];
        let end = inside.find(close).ok_or_else(|| format!("has a placeholder without its closing `{close}`"))?;
        let name = &inside[..end];
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
            let meant = name.trim_matches(|c: char| !c.is_alphanumeric());
            return Err(format!("has `{}`, which is no placeholder; write {{{meant}}}", &opened[..end + 2]));
        }
        pieces.push(Piece::Placeholder(name.to_owned()));
        rest = &inside[end + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Ok(pieces)
}

/// What stands before and after the first literal `separator`.
pub(super) fn split_at(pieces: Vec<Piece>, separator: char) -> (Vec<Piece>, Option<Vec<Piece>>) {
    let mut before = Vec::new();
    let mut pieces = pieces.into_iter();
    while let Some(piece) = pieces.next() {
        match &piece {
            Piece::Literal(text) => {
                if let Some((head, tail)) = text.split_once(separator) {
                    before.extend(literal(head));
                    return (before, Some(literal(tail).into_iter().chain(pieces).collect()));
                }
                before.push(piece);
            }
            Piece::Placeholder(_) => before.push(piece),
        }
    }
    (before, None)
}

fn literal(text: &str) -> Option<Piece> {
    (!text.is_empty()).then(|| Piece::Literal(text.to_owned()))
}

/// The same with its literal text in another form.
pub(super) fn rewritten(pieces: Vec<Piece>, literal: fn(&str) -> String) -> Vec<Piece> {
    let rewrite = |piece| match piece {
        Piece::Literal(text) => Piece::Literal(literal(&text)),
        placeholder @ Piece::Placeholder(_) => placeholder,
    };
    pieces.into_iter().map(rewrite).collect()
}
