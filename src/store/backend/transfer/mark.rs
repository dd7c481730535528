//! The mark of an unfinished copy, and how far it got: a table of the target that the copy makes and removes.
//!
//! It is no part of the schema on purpose. A store that nobody copies has nothing of it, the table's being there is the
//! mark, and the statement that removes it makes the copy a store: there is no state that could be forgotten in it.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use super::table::COPIED;
use crate::store::backend::{Conn, on_backend};

/// How far the copy of one table got.
#[derive(Debug, QueryableByName)]
pub(super) struct Progress {
    /// The primary key of the last row that was copied, as a JSON list.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) last_key: Option<String>,
    #[diesel(sql_type = BigInt)]
    rows: i64,
    /// Nothing is left to copy.
    #[diesel(sql_type = Bool)]
    pub(super) is_complete: bool,
}

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = Bool)]
    exists: bool,
}

#[derive(QueryableByName)]
struct Of {
    #[diesel(sql_type = Text)]
    source: String,
}

impl Progress {
    /// Rows that were copied.
    pub(super) fn rows(&self) -> u64 {
        self.rows.unsigned_abs()
    }

    /// Notes so many rows more, of which the last has this key.
    pub(super) fn advance(&mut self, key: String, rows: usize) {
        self.last_key = Some(key);
        self.rows = self.rows.saturating_add(i64::try_from(rows).unwrap_or(i64::MAX));
    }
}

/// Whether this database is an unfinished copy. An SQLite file never is.
pub(in crate::store) fn exists(conn: &mut Conn) -> QueryResult<bool> {
    on_backend!(conn, sqlite(_) => Ok(false), postgres(conn) => is_there(conn))
}

fn is_there(conn: &mut PgConnection) -> QueryResult<bool> {
    let found = diesel::sql_query("SELECT to_regclass('unfinished_copy') IS NOT NULL AS exists");
    Ok(found.get_result::<Exists>(conn)?.exists)
}

/// The source of the copy that this database is an unfinished one of.
pub(super) fn source(conn: &mut PgConnection) -> QueryResult<Option<String>> {
    if !is_there(conn)? {
        return Ok(None);
    }
    let row: Of = diesel::sql_query("SELECT source FROM unfinished_copy LIMIT 1").get_result(conn)?;
    Ok(Some(row.source))
}

/// Marks the database.
pub(super) fn make(conn: &mut PgConnection, source: &str) -> QueryResult<()> {
    conn.batch_execute(
        "CREATE TABLE unfinished_copy (
             table_name  TEXT COLLATE \"C\" NOT NULL PRIMARY KEY,
             source      TEXT COLLATE \"C\" NOT NULL,
             last_key    TEXT COLLATE \"C\",
             rows        BIGINT NOT NULL DEFAULT 0,
             is_complete BOOLEAN NOT NULL DEFAULT FALSE
         )",
    )?;
    for table in COPIED {
        diesel::sql_query("INSERT INTO unfinished_copy (table_name, source) VALUES ($1, $2)")
            .bind::<Text, _>(table)
            .bind::<Text, _>(source)
            .execute(conn)?;
    }
    Ok(())
}

/// How far a table got. Holds on to that until the transaction ends: of a process that was killed the server may be
/// committing a chunk at this moment.
pub(super) fn progress(conn: &mut PgConnection, table: &str) -> QueryResult<Progress> {
    diesel::sql_query("SELECT last_key, rows, is_complete FROM unfinished_copy WHERE table_name = $1 FOR UPDATE")
        .bind::<Text, _>(table)
        .get_result(conn)
}

/// Writes down how far a table got.
pub(super) fn save(conn: &mut PgConnection, table: &str, progress: &Progress) -> QueryResult<()> {
    diesel::sql_query("UPDATE unfinished_copy SET last_key = $2, rows = $3, is_complete = $4 WHERE table_name = $1")
        .bind::<Text, _>(table)
        .bind::<Nullable<Text>, _>(&progress.last_key)
        .bind::<BigInt, _>(progress.rows)
        .bind::<Bool, _>(progress.is_complete)
        .execute(conn)
        .map(drop)
}

/// Removes the mark.
pub(super) fn remove(conn: &mut PgConnection) -> QueryResult<()> {
    conn.batch_execute("DROP TABLE unfinished_copy")
}
