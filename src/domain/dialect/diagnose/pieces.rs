//! Two texts side by side, value by value: what a person compares before looking at bytes.

use serde::Serialize;

use super::SignedPart;
use crate::domain::encoding::decode;

/// Which part of a callback a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// What stands before a URL's query.
    Start,
    /// A value: of a parameter, a placeholder, a header.
    Value,
    /// The body.
    Body,
}

impl Place {
    fn is_value(&self) -> bool {
        *self == Self::Value
    }
}

/// One value as it was signed and as it was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// The parameter or placeholder; `url` for what stands before the query, `body` for the body.
    pub name: String,
    /// Which part it is, where it is no value: a parameter may be called `url`.
    #[serde(skip_serializing_if = "Place::is_value")]
    pub place: Place,
    /// As received; `None`: it is not there.
    pub received: Option<String>,
    /// As signed; `None`: it was not.
    pub signed: Option<String>,
    /// Whether they differ.
    pub differs: bool,
}

/// The values of both texts: those of the signed one in its order, then what was received besides. In a text that holds the
/// body, the part of that name is it.
pub(super) fn pieces(received: &[SignedPart], signed: &[SignedPart], holds_body: bool) -> Vec<Piece> {
    let mut theirs = named(received, holds_body);
    let mut pieces: Vec<Piece> = named(signed, holds_body)
        .into_iter()
        .map(|(place, name, text)| {
            let is_it = |(its, known, _): &(Place, String, String)| *its == place && *known == name;
            let found = theirs.iter().position(is_it).map(|at| theirs.remove(at).2);
            Piece { name, place, differs: found.as_ref() != Some(&text), received: found, signed: Some(text) }
        })
        .collect();
    let besides = theirs.into_iter();
    let besides =
        besides.map(|(place, name, text)| Piece { name, place, received: Some(text), signed: None, differs: true });
    pieces.extend(besides);
    pieces
}

/// The parts that have a name, and the text before a URL's query.
fn named(parts: &[SignedPart], holds_body: bool) -> Vec<(Place, String, String)> {
    let own = |(at, part): (usize, &SignedPart)| match &part.name {
        Some(name) if holds_body && name == "body" => Some((Place::Body, name.clone(), part.text.clone())),
        Some(name) => Some((Place::Value, decode(name), part.text.clone())),
        None => {
            let start = (Place::Start, "url".to_owned(), part.text.clone());
            Some(start).filter(|(_, _, text)| at == 0 && text.contains("://"))
        }
    };
    parts.iter().enumerate().filter_map(own).collect()
}
