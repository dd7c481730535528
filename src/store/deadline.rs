//! How long a person's read may go on, and how it says that it was ended.
//!
//! A read that ends late would keep its connection from everybody else who reads, and on SQLite the log from being emptied.
//! PostgreSQL ends a statement by itself (`backend`); whatever goes in steps asks here between two of them.

use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::result::Error;

use crate::clock;

/// How long a statement, or the steps of one read together, may take: a person waits for no page any longer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Why a read was ended before it had its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Ended {
    /// Its time was over.
    #[error("the read took longer than {} s", PATIENCE.as_secs())]
    Late,
    /// No index leads to what was asked for, and too much would have to be looked through.
    #[error("too much would have to be looked through for {0}")]
    TooWide(&'static str),
}

impl Ended {
    /// As the end of a read, which then gives back its connection.
    pub(super) fn error(self) -> Error {
        Error::QueryBuilderError(Box::new(self))
    }

    /// The end that an error stands for, if it is one.
    pub(super) fn of(error: &Error) -> Option<Self> {
        match error {
            Error::QueryBuilderError(inner) => inner.downcast_ref::<Self>().copied(),
            Error::DatabaseError(_, information) if information.message().contains(CANCELED) => Some(Self::Late),
            _ => None,
        }
    }
}

/// What PostgreSQL says of a statement that it ended.
const CANCELED: &str = "canceling statement due to statement timeout";

/// When the time of a read is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Instant);

impl Deadline {
    /// Of a read that begins now.
    pub(super) fn begin() -> Self {
        Self(clock::monotonic() + PATIENCE)
    }

    /// Ends the read if its time is over.
    pub(super) fn check(self) -> QueryResult<()> {
        if clock::monotonic() >= self.0 { Err(Ended::Late.error()) } else { Ok(()) }
    }
}
