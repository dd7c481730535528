//! What the engine of a store says of itself, for measurements: how it is set, what it has written, and by which process.
//!
//! Each question opens a connection and closes it again. An idle connection kept through a measurement would be one more
//! process of PostgreSQL that is measured.

use std::fs;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use crate::store::backend::{self, Conn, on_backend};
use crate::store::{Location, StoreError};

/// What an engine has written since some beginning of its own; the difference of two of these is what a load cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Transactions that changed something. On SQLite each one of them flushes the log; PostgreSQL may flush it once for
    /// several. `None` where the engine does not tell: on SQLite while nobody has the file open.
    pub commits: Option<u64>,
    /// Bytes of PostgreSQL's log; `None` on SQLite, where the operating system counts what the process writes.
    pub log_bytes: Option<u64>,
    /// Bytes that the store's tables and indexes take.
    pub stored_bytes: u64,
}

/// How an engine is set where durability and speed depend on it. The queries are the engine's, one for each name.
const SQLITE_SETTINGS: [(&str, &str); 5] = [
    ("version", "SELECT sqlite_version() AS value"),
    (
        "synchronous",
        "SELECT CASE synchronous WHEN 0 THEN 'OFF' WHEN 1 THEN 'NORMAL' WHEN 2 THEN 'FULL' ELSE 'EXTRA' END AS value
         FROM pragma_synchronous",
    ),
    ("journal_mode", "SELECT journal_mode AS value FROM pragma_journal_mode"),
    ("page_size", "SELECT CAST(page_size AS TEXT) AS value FROM pragma_page_size"),
    ("compile_options", "SELECT group_concat(compile_options, ' ') AS value FROM pragma_compile_options"),
];
const POSTGRES_SETTINGS: [(&str, &str); 4] = [
    ("version", "SELECT current_setting('server_version') AS value"),
    ("synchronous_commit", "SELECT current_setting('synchronous_commit') AS value"),
    ("fsync", "SELECT current_setting('fsync') AS value"),
    ("full_page_writes", "SELECT current_setting('full_page_writes') AS value"),
];

/// Bytes in use of an SQLite file, what is still in its log included.
const SQLITE_STORED: &str = "SELECT page_count * page_size AS value FROM pragma_page_count, pragma_page_size";
/// Of all tables in the schema of this connection, with their indexes.
const POSTGRES_STORED: &str = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint AS value FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'";
/// Transaction ids are given out to what changes something, and one after the other.
const POSTGRES_COMMITS: &str = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS value";
const POSTGRES_LOG: &str = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint AS value";
/// `NULL` unless the server is on this machine.
const POSTGRES_PROCESS: &str = "SELECT CASE WHEN inet_server_addr() IS NULL OR inet_server_addr() << '127.0.0.0/8'
    OR inet_server_addr() = '::1' THEN pg_backend_pid() END AS value";

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Process {
    #[diesel(sql_type = Nullable<Integer>)]
    value: Option<i32>,
}

/// How the engine is set, name by name.
pub fn settings(location: &Location) -> Result<Vec<(&'static str, String)>, StoreError> {
    let mut conn = backend::connect(location)?;
    let asked = on_backend!(&conn, sqlite(_) => &SQLITE_SETTINGS[..], postgres(_) => &POSTGRES_SETTINGS[..]);
    let answer = |(name, query): &(&'static str, &str)| {
        Ok((*name, diesel::sql_query(*query).get_result::<Word>(&mut conn)?.value))
    };
    asked.iter().map(answer).collect()
}

/// What the engine has written so far.
pub fn written(location: &Location) -> Result<Written, StoreError> {
    // Before a connection is open: to close any handle on the index of the log would drop the connection's own locks.
    let of_file = match location {
        Location::Sqlite { path } => commits_of_file(path),
        Location::Postgres(_) => None,
    };
    let mut conn = backend::connect(location)?;
    let (stored, commits, log_bytes) = on_backend!(&conn,
        sqlite(_) => (SQLITE_STORED, of_file, None),
        postgres(_) => {
            (POSTGRES_STORED, Some(count(&mut conn, POSTGRES_COMMITS)?), Some(count(&mut conn, POSTGRES_LOG)?))
        },
    );
    Ok(Written { commits, log_bytes, stored_bytes: count(&mut conn, stored)? })
}

/// Looks at the process of a PostgreSQL server that serves a connection of this store, while it is there. `None` on
/// SQLite, and where the server is on another machine.
pub fn at_server_process<T>(location: &Location, look: impl FnOnce(u32) -> T) -> Result<Option<T>, StoreError> {
    if !location.is_shared() {
        return Ok(None);
    }
    let mut conn = backend::connect(location)?;
    let process = diesel::sql_query(POSTGRES_PROCESS).get_result::<Process>(&mut conn)?.value;
    Ok(process.and_then(|id| u32::try_from(id).ok()).map(look))
}

fn count(conn: &mut Conn, query: &str) -> QueryResult<u64> {
    Ok(u64::try_from(diesel::sql_query(query).get_result::<Count>(conn)?.value).unwrap_or(0))
}

/// The bytes of `iChange` in the index of SQLite's log (`-shm`), which counts transactions for as long as any process has
/// the file open: <https://sqlite.org/walformat.html#the_wal_index_header>.
const CHANGES: std::ops::Range<usize> = 8..12;

fn commits_of_file(database: &Path) -> Option<u64> {
    let mut index = database.as_os_str().to_owned();
    index.push("-shm");
    let bytes = fs::read(index).ok()?;
    Some(u32::from_ne_bytes(bytes.get(CHANGES)?.try_into().ok()?).into())
}
