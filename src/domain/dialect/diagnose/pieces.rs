//! Two texts side by side, value by value: what a person compares before looking at bytes.

use serde::Serialize;

use super::SignedPart;
use crate::domain::encoding::decode;

/// What a URL's text before its query is called.
pub(super) const URL: &str = "url";

/// One value as it was signed and as it was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// The parameter or placeholder; `url` for what stands before the query, `body` for the body.
    pub name: String,
    /// As received; `None`: it is not there.
    pub received: Option<String>,
    /// As signed; `None`: it was not.
    pub signed: Option<String>,
    /// Whether they differ.
    pub differs: bool,
}

/// The values of both texts: those of the signed one in its order, then what was received besides.
pub(super) fn pieces(received: &[SignedPart], signed: &[SignedPart]) -> Vec<Piece> {
    let mut theirs = named(received);
    let mut pieces: Vec<Piece> = named(signed)
        .into_iter()
        .map(|(name, text)| {
            let found = theirs.iter().position(|(known, _)| *known == name).map(|at| theirs.remove(at).1);
            Piece { name, differs: found.as_ref() != Some(&text), received: found, signed: Some(text) }
        })
        .collect();
    let besides =
        theirs.into_iter().map(|(name, text)| Piece { name, received: Some(text), signed: None, differs: true });
    pieces.extend(besides);
    pieces
}

/// The parts that have a name, and the text before a URL's query.
fn named(parts: &[SignedPart]) -> Vec<(String, String)> {
    let own = |(at, part): (usize, &SignedPart)| match &part.name {
        Some(name) => Some((decode(name), part.text.clone())),
        None => Some((URL.to_owned(), part.text.clone())).filter(|(_, text)| at == 0 && text.contains("://")),
    };
    parts.iter().enumerate().filter_map(own).collect()
}
