//! The database behind the back of whoever serves from it.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use ringback::domain::ids;

/// What the columns hold of an id.
pub(crate) fn key(id: &str) -> i64 {
    ids::key(&id[..3], id).unwrap()
}

/// Does something to a database.
pub(crate) fn in_database(url: &str, statements: &str) {
    match url.strip_prefix("sqlite://") {
        Some(path) => {
            let mut conn = SqliteConnection::establish(path).unwrap();
            conn.batch_execute(&format!("PRAGMA busy_timeout = 10000; {statements}")).unwrap();
        }
        None => PgConnection::establish(url).unwrap().batch_execute(statements).unwrap(),
    }
}
