//! What is wrong with a recipe, and where in its file.

use std::fmt;

use serde::Serialize;

/// Something that is wrong or odd, and its place in the file, such as `placeholders[3].value`, `signature.signs`,
/// `vectors[0].from`, or `recipe` for the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its place in the file.
    pub place: String,
    /// What is wrong or odd; worded to follow the place, or the recipe's name.
    pub fault: String,
}

impl Finding {
    pub(in crate::domain::dialect) fn new(place: impl Into<String>, fault: impl Into<String>) -> Self {
        Self { place: place.into(), fault: fault.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.fault)
    }
}
