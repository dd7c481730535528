//! The two database engines: which one a URL means, how a connection is opened, and how a transaction begins on it.
//!
//! Queries are written once, against [`Conn`], which is either engine's connection. What cannot be said for both alike
//! takes the macro `on_backend!`; it, and any question which engine this is, belongs here, in
//! [`super::queue`] and in [`super::inspect`] alone.

mod conn;
mod insertion;
mod location;
mod pool;
mod postgres;
mod query;
mod signals;
mod sqlite;
mod statement;
mod transfer;

pub(super) use conn::{BY_INDEX_ALONE, Begin, CHUNK, PLANNED_ONCE, on_backend, upsert};
pub(crate) use conn::{Conn, Engine};
pub(super) use insertion::insertion;
pub use location::Location;
pub(super) use location::PostgresUrl;
pub(super) use pool::{Pool, PoolShares};
pub(super) use query::{Read, Write};
pub(super) use signals::Signals;
pub use signals::{Hint, SignalCounts};
pub use sqlite::ServeLock;
pub(super) use statement::Statement;
pub(super) use transfer::is_unfinished;
pub use transfer::{StoreCopy, Verdict};

use diesel::QueryResult;

use super::StoreError;

/// Opens a connection that may write.
pub(super) fn connect(location: &Location) -> Result<Conn, StoreError> {
    match location {
        Location::Sqlite { path } => sqlite::connect(path).map(Conn::Sqlite),
        Location::Postgres(url) => postgres::connect(url).map(Conn::Postgres),
    }
}

/// Runs the embedded migrations that the database has not seen; answers their names.
pub(super) fn migrate(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    on_backend!(conn,
        sqlite(conn) => sqlite::migrate(conn),
        postgres(conn) => postgres::migrate(conn),
    )
}

/// Whether there is a store already, made by whichever version. Nothing is changed where there is none.
pub(super) fn holds_store(conn: &mut Conn) -> QueryResult<bool> {
    on_backend!(conn,
        sqlite(conn) => sqlite::holds_store(conn),
        postgres(conn) => postgres::holds_store(conn),
    )
}

/// An empty store of this process alone.
#[cfg(test)]
pub(super) fn in_memory() -> Conn {
    let mut conn = sqlite::connect_in_memory().map(Conn::Sqlite).unwrap();
    migrate(&mut conn).unwrap();
    conn
}
