//! What can go wrong in the store. A variant means that *we* (or the machine) are broken, or that the operator must do
//! something; what a caller did wrong is an outcome of the operation, never an error of the store.

use std::path::PathBuf;

use diesel::result::{DatabaseErrorKind, DeserializeFieldError, Error};

use super::deadline::Ended;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database URL names nothing that can be opened.
    #[error("{0}")]
    Location(String),
    /// The file cannot be opened or created.
    #[error("cannot open {} (RINGBACK_DATABASE_URL): {reason}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the operating system or the engine said.
        reason: String,
    },
    /// Another process serves from this file.
    #[error("another ringback process already serves {}; stop it first, or point RINGBACK_DATABASE_URL elsewhere", path.display())]
    AlreadyServed {
        /// The database file.
        path: PathBuf,
    },
    /// The database server does not take a connection, or broke one off.
    #[error("cannot reach the database: {0}")]
    Unreachable(String),
    /// A migration failed.
    #[error("migration failed: {0}")]
    Migration(String),
    /// A store cannot be copied as it was asked for.
    #[error("{0}")]
    Transfer(String),
    /// The database is half a copy of another store.
    #[error(
        "this database is an unfinished copy of an SQLite store; run `ringback migrate-store` again as before, which \
         goes on where it was"
    )]
    UnfinishedCopy,
    /// The master key is missing, unreadable or not the one that sealed the store's secrets.
    #[error("{0}")]
    MasterKey(String),
    /// A sealed value does not open: the row was tampered with or copied from elsewhere.
    #[error("the sealed value at {place} cannot be decrypted")]
    Sealed {
        /// Where it lies.
        place: String,
    },
    /// A stored value is not one that this version writes.
    #[error("unreadable value in {place}")]
    Unreadable {
        /// Where it lies.
        place: String,
    },
    /// What a newer version wrote and this one cannot read; a node of that version can.
    #[error("an endpoint speaks the dialect {dialect}, which this version does not know")]
    NewerDialect {
        /// The dialect's name.
        dialect: String,
    },
    /// The disk is full; the same may succeed once there is room on it.
    #[error("the disk of the store is full")]
    Full,
    /// More work waits than can be taken on; try again.
    #[error("the store is overloaded")]
    Overloaded,
    /// A person's read went on for too long, and was ended.
    #[error("a read took too long")]
    TookTooLong,
    /// No index leads to what was asked for, and too much would have to be looked through for it.
    #[error("too much would have to be looked through for {field}")]
    TooWide {
        /// What was asked by, as the API calls it.
        field: &'static str,
    },
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// A text that was looked for holds a NUL character, which no stored text does.
    #[error("a text holds a NUL character")]
    HoldsNul,
    /// The database answered with an error.
    #[error("database: {0}")]
    Database(String),
}

/// The text of an engine's error names tables and constraints, never values; of a value that cannot be read, it is shown.
impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        if let Error::DeserializationError(reason) = &error {
            return Self::Unreadable { place: unreadable(&**reason) };
        }
        match Ended::of(&error) {
            Some(Ended::Late) => return Self::TookTooLong,
            Some(Ended::TooWide(field)) => return Self::TooWide { field },
            None => {}
        }
        if is_full(&error) {
            return Self::Full;
        }
        if is_passing(&error) {
            return Self::Unreachable(error.to_string());
        }
        let text = error.to_string();
        if text.contains(NUL) { Self::HoldsNul } else { Self::Database(text) }
    }
}

/// Where a value stands that cannot be read, and why it cannot.
pub(super) fn unreadable(reason: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    match reason.downcast_ref::<DeserializeFieldError>() {
        Some(DeserializeFieldError { field_name, error, .. }) => {
            format!("column {}: {error}", field_name.as_deref().unwrap_or_default())
        }
        None => reason.to_string(),
    }
}

/// What PostgreSQL says of a text with the one character that its texts cannot hold.
const NUL: &str = "invalid byte sequence for encoding \"UTF8\": 0x00";

/// Whether an error says nothing about the work itself: the connection broke, the server is no longer the one that
/// takes writes, or two transactions stood in each other's way. The same work may succeed on the next connection.
pub(super) fn is_passing(error: &Error) -> bool {
    match error {
        Error::BrokenTransactionManager => true,
        Error::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::ReadOnlyTransaction => true,
            // libpq and Diesel give these no kind of their own; the texts are those of the server and of libpq.
            _ => {
                let text = information.message();
                PASSING.iter().any(|passing| text.contains(passing))
            }
        },
        _ => false,
    }
}

/// Whether there was no room on the disk.
pub(super) fn is_full(error: &Error) -> bool {
    let Error::DatabaseError(_, information) = error else { return false };
    FULL.iter().any(|full| information.message().contains(full))
}

/// What SQLite says of a full disk, and what PostgreSQL repeats of the operating system's words.
const FULL: [&str; 2] = ["database or disk is full", "No space left on device"];

/// Beginnings of messages, as PostgreSQL's sources have them.
const PASSING: [&str; 10] = [
    "deadlock detected",
    "terminating connection",
    "server closed the connection",
    "connection to server",
    "could not receive data",
    "could not send data",
    "no connection to the server",
    "SSL connection has been closed",
    "the database system is",
    "SSL SYSCALL error",
];
