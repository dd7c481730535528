//! Regular expressions that every language reads alike: literal text, and groups for what stands between.

use crate::domain::dialect::carrier::Carrier;
use crate::domain::template::Piece;

/// A path with values in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathPattern {
    /// Matches the whole path, a group for each value.
    pub(super) regex: String,
    /// The placeholders in order of the groups, each with the name that a receiver reads it by.
    pub(super) named: Vec<(String, String)>,
}

/// A text in which signatures stand among other things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) regex: String,
    /// The group that holds the signature, or all of them.
    pub(super) signature: usize,
    /// The group that holds the time.
    pub(super) time: Option<usize>,
}

/// How a header carries signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrapped {
    /// The whole of it.
    pub(super) whole: Option<Pattern>,
    /// What stands between two signatures, and what stands around each, where there may be several.
    pub(super) each: Option<(String, Pattern)>,
}

/// The pattern of a path; a value goes by its placeholder's name, unless a parameter is called so.
pub(super) fn path(pieces: &[Piece], is_taken: impl Fn(&str) -> bool) -> PathPattern {
    let mut named: Vec<(String, String)> = Vec::new();
    let mut regex = "^".to_owned();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => regex.push_str(&escaped(text)),
            Piece::Placeholder(name) => {
                regex.push_str("([^/]*)");
                let key = if is_taken(name) { format!("path.{name}") } else { name.clone() };
                named.push((name.clone(), key));
            }
        }
    }
    regex.push('$');
    PathPattern { regex, named }
}

/// How this carrier is read.
pub(super) fn wrapped(carrier: &Carrier) -> Wrapped {
    let inside = if carrier.each.is_some() { "{signatures}" } else { "{signature}" };
    Wrapped {
        whole: (carrier.wrapping() != inside).then(|| pattern(carrier.wrapping())),
        each: carrier.each.as_ref().map(|each| (carrier.join().to_owned(), pattern(each))),
    }
}

fn pattern(text: &str) -> Pattern {
    let mut found = Pattern { regex: "^".to_owned(), signature: 1, time: None };
    let (mut rest, mut group) = (text, 0);
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, inside)| Some((before, inside.split_once('}')?)))
    {
        group += 1;
        match name {
            "t" => found.time = Some(group),
            _ => found.signature = group,
        }
        found.regex.push_str(&escaped(before));
        found.regex.push_str(if after.is_empty() { "(.+)" } else { "(.+?)" });
        rest = after;
    }
    found.regex.push_str(&escaped(rest));
    found.regex.push('$');
    found
}

/// Literal text as a regular expression.
fn escaped(text: &str) -> String {
    let mut regex = String::new();
    for character in text.chars() {
        if character.is_ascii_punctuation() && !"_-/,=:%&~'\"<>@!;#`".contains(character) {
            regex.push('\\');
        }
        regex.push(character);
    }
    regex
}
