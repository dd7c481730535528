//! A field of a change: absent stays as it is, null goes back to the default.

use serde::{Deserialize, Deserializer};

use super::invalid::Invalid;

/// A field of a PATCH.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Absent: stays as it is.
    #[default]
    Kept,
    /// `null`: back to the default.
    Reset,
    /// A new value.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

/// What is there is a value, and what is not is null.
impl<T> From<Option<T>> for Patch<T> {
    fn from(given: Option<T>) -> Self {
        given.map_or(Self::Reset, Self::Set)
    }
}

impl<T> Patch<T> {
    /// Whether nothing is to change.
    pub fn is_kept(&self) -> bool {
        matches!(self, Self::Kept)
    }

    /// Applies it to a setting that has a default.
    pub fn apply(self, setting: &mut T, default: T) {
        match self {
            Self::Kept => {}
            Self::Reset => *setting = default,
            Self::Set(value) => *setting = value,
        }
    }

    /// Applies it to a setting that may be absent.
    pub fn apply_optional(self, setting: &mut Option<T>) {
        match self {
            Self::Kept => {}
            Self::Reset => *setting = None,
            Self::Set(value) => *setting = Some(value),
        }
    }

    /// The new value of a field that must always have one.
    pub fn never_null(self, field: &str) -> Result<Option<T>, Invalid> {
        match self {
            Self::Kept => Ok(None),
            Self::Reset => Err(Invalid::field(field, "must not be null")),
            Self::Set(value) => Ok(Some(value)),
        }
    }

    /// The new value of a field that has a default.
    pub fn or_default(self, default: T) -> Option<T> {
        match self {
            Self::Kept => None,
            Self::Reset => Some(default),
            Self::Set(value) => Some(value),
        }
    }

    /// The new value converted.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Kept => Patch::Kept,
            Self::Reset => Patch::Reset,
            Self::Set(value) => Patch::Set(convert(value)),
        }
    }

    /// The new value converted, or why it can not be.
    pub fn try_map<U, E>(self, convert: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Kept => Patch::Kept,
            Self::Reset => Patch::Reset,
            Self::Set(value) => Patch::Set(convert(value)?),
        })
    }
}
