//! Why something is not done, in words for whoever asked. Which status that is elsewhere is not known here.

use std::fmt;
use std::time::Duration;

use crate::domain::invalid::Invalid;
use crate::domain::json::Malformed;
use crate::domain::time::Timestamp;
use crate::store::StoreError;

/// Why an action did not take place.
#[derive(Debug)]
pub enum Refusal {
    /// Whoever calls may never do this.
    Forbidden(String),
    /// There is nothing of that kind and name, as far as the caller may know: the same for what does not exist and for what
    /// is foreign.
    Unknown(&'static str),
    /// The same of what a field of the body names.
    UnknownIn {
        /// The kind.
        what: &'static str,
        /// The field.
        field: &'static str,
    },
    /// It contradicts what stands.
    Conflict(String),
    /// It contradicts what stands, in these fields.
    ConflictIn(String, Invalid),
    /// Another completion of the app has this transaction id.
    TransactionIdTaken(String),
    /// What was given cannot be read at all.
    Malformed(String),
    /// Fields are wrong.
    Invalid(Invalid),
    /// A field asks for more than is looked through at a time.
    TooWide {
        /// The field that would narrow it.
        field: &'static str,
        /// How.
        message: &'static str,
    },
    /// As many of these acts as may be are under way already.
    TooMany(String),
    /// Too many attempts to show a password have failed.
    TooManyAttempts {
        /// Before then no further one is looked at.
        until: Timestamp,
    },
    /// As many reads of this caller as may be are under way already.
    TooManyReads(String),
    /// The store did not do it.
    Store(StoreError),
}

impl Refusal {
    /// Whether it is certain that nothing was done. Of the store's failures it is where the change was not taken on or had no room;
    /// where the connection broke, the change may have been written and its answer lost.
    pub fn is_certain(&self) -> bool {
        match self {
            Self::Store(error) => matches!(
                error,
                StoreError::Overloaded | StoreError::Full | StoreError::TooWide { .. } | StoreError::HoldsNul
            ),
            _ => true,
        }
    }

    /// One field is wrong.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(Invalid::field(field, message))
    }

    /// Whoever calls may never do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::Forbidden(detail.into())
    }

    /// A field names a publisher that the caller does not know of.
    pub fn unknown_publisher() -> Self {
        Self::field("publisherId", "names no publisher")
    }

    /// The `ref` belongs to something else, possibly an archived app.
    pub fn ref_taken() -> Self {
        Self::conflict("Another publisher, offer or app (perhaps an archived one) has this ref.")
    }

    /// Why a part of an act was not done of which another part was, for whoever asked for both. What failed inside goes to the log
    /// alone.
    pub fn of_a_part(self) -> String {
        let is_certain = self.is_certain();
        match self {
            Self::Store(error) => {
                tracing::error!(%error, "a part of an act failed in the store");
                let words = if is_certain {
                    "try it again"
                } else {
                    "it may have been done all the same: look before you repeat it"
                };
                format!("The database failed; {words}.")
            }
            other => other.to_string(),
        }
    }

    /// It contradicts what stands.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::Conflict(detail.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden(detail)
            | Self::Conflict(detail)
            | Self::ConflictIn(detail, _)
            | Self::Malformed(detail)
            | Self::TooMany(detail)
            | Self::TooManyReads(detail) => f.write_str(detail),
            Self::TooManyAttempts { until } => f.write_str(&too_many_attempts(*until)),
            Self::Unknown(what) => write!(f, "There is no such {what}."),
            Self::UnknownIn { what, field } => write!(f, "{field}: there is no such {what}"),
            Self::TransactionIdTaken(id) => {
                write!(f, "Another completion of the app has the transaction id {id:?}, ignoring case.")
            }
            Self::Invalid(invalid) => invalid.fmt(f),
            Self::TooWide { field, message } => write!(f, "{field}: {message}"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}

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

/// What somebody is told whose attempts have failed too often: the first whole minute by which it is over.
pub fn too_many_attempts(until: Timestamp) -> String {
    let written = until.plus(Duration::from_millis(59_999)).to_string();
    format!("Too many attempts. Try again after {} UTC.", written.get(11..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minute_that_is_named_is_one_by_which_it_is_over() {
        let at = |second: i64| Timestamp::from_millis((14 * 3_600 + 39 * 60 + second) * 1_000);
        assert_eq!(too_many_attempts(at(1)), "Too many attempts. Try again after 14:40 UTC.");
        assert_eq!(too_many_attempts(at(60)), "Too many attempts. Try again after 14:40 UTC.");
    }

    #[test]
    fn whether_something_was_done_is_unknown_only_where_the_stores_answer_may_have_been_lost() {
        let certain = [Refusal::conflict("no"), StoreError::Full.into(), StoreError::Overloaded.into()];
        assert!(certain.iter().all(Refusal::is_certain));
        let unknown = [StoreError::Unreachable(String::new()), StoreError::Database(String::new()), StoreError::Closed];
        assert!(!unknown.into_iter().map(Refusal::from).any(|refusal| refusal.is_certain()));
    }
}
