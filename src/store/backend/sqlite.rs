//! SQLite: opening a file, what a connection to it must promise, and who may serve from it.

use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, QueryResult, RunQueryDsl, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Location, StoreError};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// The right to serve from a database file, held by the operating system for as long as the process lives: it cannot
/// outlast a crash the way a lock file's mere existence would.
#[derive(Debug)]
pub struct ServeLock {
    // A PostgreSQL server is meant to be served by many.
    _file: Option<File>,
}

impl ServeLock {
    /// Takes the lock, or tells who has it.
    pub fn take(location: &Location) -> Result<Self, StoreError> {
        let Location::Sqlite { path: database } = location else {
            return Ok(Self { _file: None });
        };
        // Of the file that is really meant: two names for one file must not make two locks.
        let mut path = database.canonicalize().unwrap_or_else(|_| database.clone()).into_os_string();
        path.push(".lock");
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|error| StoreError::Open { path: (&path).into(), reason: error.to_string() })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(StoreError::AlreadyServed { path: database.clone() }),
            Err(TryLockError::Error(error)) => Err(StoreError::Open { path: path.into(), reason: error.to_string() }),
        }
    }
}

/// Makes a file that is not there yet so that nobody else on the machine may read what people did; its log takes over the mode.
/// What goes wrong here goes wrong again, and is told, where the engine opens it.
fn create_private(path: &Path) {
    drop(File::options().write(true).create_new(true).mode(0o600).open(path));
}

/// Opens a connection that may write.
pub(super) fn connect(path: &Path) -> Result<SqliteConnection, StoreError> {
    create_private(path);
    connect_writer(path)
}

/// The same to a store that is no file.
#[cfg(test)]
pub(super) fn connect_in_memory() -> Result<SqliteConnection, StoreError> {
    connect_writer(Path::new(":memory:"))
}

fn connect_writer(path: &Path) -> Result<SqliteConnection, StoreError> {
    let open = |error: &dyn std::fmt::Display| StoreError::Open { path: path.to_owned(), reason: error.to_string() };
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(|error| open(&error))?;
    // WAL lets readers go on while the writer commits; FULL flushes each commit to the disk before it is acknowledged;
    // the time-out covers a command-line call that writes beside a running server. 8 MiB of cache keep the hot pages of
    // the indexes; more is not better, since a commit in which a page was split walks over all of the cache. A checkpoint
    // every 4,000 pages (16 MiB) keeps the log short and each stall of the commits behind it to a few milliseconds;
    // one that grew behind a long read is cut back to 64 MiB afterwards, so that its size tells how things are now.
    conn.batch_execute(
        "PRAGMA busy_timeout = 10000;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -8192;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA temp_store = MEMORY;",
    )
    .map_err(|error| open(&error))?;
    Ok(conn)
}

/// Opens a connection that may only read.
pub(super) fn connect_reader(path: &Path) -> Result<SqliteConnection, StoreError> {
    let open = |error: &dyn std::fmt::Display| StoreError::Open { path: path.to_owned(), reason: error.to_string() };
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(|error| open(&error))?;
    conn.batch_execute("PRAGMA busy_timeout = 10000; PRAGMA query_only = ON;").map_err(|error| open(&error))?;
    Ok(conn)
}

/// Whether one of our tables is there, that every version has.
pub(super) fn holds_store(conn: &mut SqliteConnection) -> QueryResult<bool> {
    let query = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'installation'";
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(&format!("({query}) > 0"))).get_result(conn)
}

/// Runs the embedded migrations that the database has not seen; answers their names.
pub(super) fn migrate(conn: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    let ran = conn.run_pending_migrations(MIGRATIONS).map_err(|error| StoreError::Migration(error.to_string()))?;
    Ok(ran.iter().map(ToString::to_string).collect())
}
