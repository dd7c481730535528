//! The database engine: how a connection is opened, what it must promise, and who may hold the file.
//!
//! Everything that differs between engines belongs here and in [`super::queue`]; no other module may ask which engine
//! it runs on.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::StoreError;

/// The connection that every query of the store is written against.
pub(crate) type Conn = SqliteConnection;
/// The engine of [`Conn`], for boxed queries.
pub(crate) type Engine = diesel::sqlite::Sqlite;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Where the database is, as parsed from `RINGBACK_DATABASE_URL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    path: PathBuf,
}

impl Location {
    /// Reads `sqlite://PATH`.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        match url.strip_prefix("sqlite://") {
            Some("" | ":memory:") => Err(StoreError::Location("name a file after sqlite://".to_owned())),
            Some(path) => Ok(Self { path: PathBuf::from(path) }),
            None if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Err(StoreError::Location("PostgreSQL is not supported by this version".to_owned()))
            }
            None => Err(StoreError::Location("must be sqlite://PATH".to_owned())),
        }
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The right to serve from a database file, held by the operating system for as long as the process lives: it cannot
/// outlast a crash the way a lock file's mere existence would.
#[derive(Debug)]
pub struct ServeLock {
    _file: File,
}

impl ServeLock {
    /// Takes the lock, or tells who has it.
    pub fn take(location: &Location) -> Result<Self, StoreError> {
        // Of the file that is really meant: two names for one file must not make two locks.
        let mut path = location.path.canonicalize().unwrap_or_else(|_| location.path.clone()).into_os_string();
        path.push(".lock");
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file =
            opened.map_err(|error| StoreError::Open { path: PathBuf::from(&path), reason: error.to_string() })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::AlreadyServed { path: location.path.clone() }),
            Err(TryLockError::Error(error)) => {
                Err(StoreError::Open { path: PathBuf::from(path), reason: error.to_string() })
            }
        }
    }
}

/// Opens a connection that may write.
pub(super) fn connect(location: &Location) -> Result<Conn, StoreError> {
    let open =
        |error: &dyn std::fmt::Display| StoreError::Open { path: location.path.clone(), reason: error.to_string() };
    let mut conn = Conn::establish(&location.path.to_string_lossy()).map_err(|error| open(&error))?;
    // WAL lets readers go on while the writer commits; FULL flushes each commit to the disk before it is acknowledged;
    // the time-out covers a command-line call that writes beside a running server. 16 MiB of cache keep the hot pages
    // of the indexes; a checkpoint every 4,000 pages (16 MiB) keeps the log short without stalling each commit.
    conn.batch_execute(
        "PRAGMA busy_timeout = 10000;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -16384;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA temp_store = MEMORY;",
    )
    .map_err(|error| open(&error))?;
    Ok(conn)
}

/// Runs the embedded migrations that the database has not seen; answers their names.
pub(super) fn migrate(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let ran = conn.run_pending_migrations(MIGRATIONS).map_err(|error| StoreError::Migration(error.to_string()))?;
    Ok(ran.iter().map(ToString::to_string).collect())
}
