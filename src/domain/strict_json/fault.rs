//! What is wrong with a value that is read, and where: serde's own faults in words that name no type of the program.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use crate::domain::invalid::shortened;

/// A known name is suggested where at most one in so many of its letters differs: that helps a typing mistake, but does
/// not turn a guess into another field.
const ALIKE: usize = 3;

/// What is wrong, and where.
#[derive(Debug)]
pub struct Fault {
    pub(super) path: String,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn at(mut self, outer: &str) -> Self {
        let glue = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{outer}{glue}{}", self.path);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { path: String::new(), message: message.to_string() }
    }

    fn invalid_type(_found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        // What was found may be a secret at the wrong place, so only what was expected is said.
        Self::custom(format!("must be {}", in_words(&expected.to_string())))
    }

    fn invalid_value(_found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format!("must be {}", in_words(&expected.to_string())))
    }

    fn invalid_length(_found: usize, expected: &dyn Expected) -> Self {
        Self::custom(format!("must be {}", in_words(&expected.to_string())))
    }

    fn unknown_variant(_variant: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format!("must be one of {}", expected.join(", ")))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self { path: field.to_owned(), message: unknown(field, expected) }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { path: field.to_owned(), message: "is required".to_owned() }
    }
}

/// What a derived reader expects, in the words of JSON instead of those of the language.
fn in_words(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not negative",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        "an array of length 2" => "a list of two",
        "newtype variant" | "struct variant" => "written with its value, as in { word = value }",
        _ if expected.starts_with("struct ") => "an object",
        _ => expected,
    }
}

/// The known name that was probably meant.
pub fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    // Comparing takes a step for every pair of letters.
    let name = shortened(name).to_lowercase();
    let distance = |other: &str| strsim::damerau_levenshtein(&name, &other.to_lowercase());
    let (distance, other) = known.iter().map(|other| (distance(other), *other)).min()?;
    (distance * ALIKE <= other.len()).then_some(other)
}

/// What to say of a name that is not known.
pub fn unknown(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(other) => format!("is unknown; did you mean `{other}`?"),
        None if known.is_empty() => "is unknown; nothing is known here".to_owned(),
        None => format!("is unknown; known are {}", known.join(", ")),
    }
}
