//! Why something is not done, in words for whoever asked. Which status that is elsewhere is not known here.

use crate::domain::invalid::Invalid;
use crate::domain::json::Malformed;
use crate::store::StoreError;

/// Why an action did not take place.
#[derive(Debug)]
pub enum Refusal {
    /// Whoever calls may never do this.
    Forbidden(String),
    /// There is nothing of that kind and name, as far as the caller may know: the same for what does not exist and for what
    /// is foreign.
    Unknown(&'static str),
    /// It contradicts what stands.
    Conflict(String),
    /// What was given cannot be read at all.
    Malformed(String),
    /// Fields are wrong.
    Invalid(Invalid),
    /// As many of these acts as may be are under way already.
    TooMany(String),
    /// As many reads of this caller as may be are under way already.
    TooManyReads(String),
    /// The store did not do it.
    Store(StoreError),
}

impl Refusal {
    /// One field is wrong.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(Invalid::field(field, message))
    }

    /// Whoever calls may never do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::Forbidden(detail.into())
    }

    /// It contradicts what stands.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::Conflict(detail.into())
    }
}

impl From<Invalid> for Refusal {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed.to_string())
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
