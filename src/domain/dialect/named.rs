//! Values by the names under which they travel: parameters of a dialect's own lists, and its headers.

use std::fmt;

use super::value::ValueRule;

/// One parameter of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) name: String,
    /// Fixed text instead of the placeholder of that name.
    pub(crate) fixed: Option<String>,
}

/// A header of the dialect's own.
#[derive(Clone, Debug)]
pub struct HeaderRule {
    pub(crate) name: String,
    pub(crate) rule: ValueRule,
}

/// As a recipe writes it.
impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.fixed.as_ref().map_or(Ok(()), |fixed| write!(f, "={fixed}"))
    }
}
