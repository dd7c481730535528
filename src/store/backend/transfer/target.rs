//! The PostgreSQL database that is copied to: found empty and marked, filled in chunks, read back.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::CHUNK;
use super::mark::{self, Progress};
use super::row::{Named, Row, to_json};
use super::source::{Shown, Source};
use super::table::{COPIED, Column, Kind, Table};
use crate::store::StoreError;
use crate::store::backend::location::PostgresUrl;
use crate::store::backend::postgres::{self, locks};

/// Every new database has its row, which the copy replaces.
const INSTALLATION: &str = "installation";

/// The database.
pub(super) struct Target {
    conn: PgConnection,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").finish_non_exhaustive()
    }
}

#[derive(QueryableByName)]
struct Holds {
    #[diesel(sql_type = Bool)]
    holds: bool,
}

#[derive(QueryableByName)]
struct Declared {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    declared: String,
}

impl Target {
    pub(super) fn connect(url: &PostgresUrl) -> Result<Self, StoreError> {
        postgres::connect(url).map(|conn| Self { conn })
    }

    /// Makes tables and mark in an empty database, and finds a mark again that a copy of this source left. Whatever is
    /// refused is left as it was found. True: the mark was found.
    pub(super) fn prepare(&mut self, source: &str) -> Result<bool, StoreError> {
        self.conn.transaction(|conn| {
            // No node starts meanwhile.
            postgres::lock(conn, locks::START)?;
            match mark::source(conn)? {
                Some(marked) if marked == source => {
                    postgres::migrate(conn)?;
                    Ok(true)
                }
                Some(_) => Err(refusal("the target holds an unfinished copy of another store; name an empty database")),
                None => {
                    if let Some(table) = occupied(conn)? {
                        return Err(refusal(&format!(
                            "the target is not empty: it holds rows in {table}; name an empty database"
                        )));
                    }
                    postgres::migrate(conn)?;
                    mark::make(conn, source)?;
                    diesel::sql_query(format!("DELETE FROM {INSTALLATION}")).execute(conn)?;
                    Ok(false)
                }
            }
        })
    }

    /// Checks that the tables have these very columns here as well.
    pub(super) fn expect(&mut self, tables: &[Table]) -> Result<(), StoreError> {
        for table in tables {
            let query = "SELECT column_name::text AS name, data_type::text AS declared \
                         FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1";
            let declared: Vec<Declared> = diesel::sql_query(query).bind::<Text, _>(table.name).load(&mut self.conn)?;
            let columns = declared.into_iter().map(|column| Column::declared(column.name, &column.declared));
            let mut here = columns.collect::<Result<Vec<_>, _>>()?;
            let mut there = table.columns.clone();
            here.sort_unstable();
            there.sort_unstable();
            if here != there {
                let name = table.name;
                return Err(refusal(&format!("the columns of {name} differ between the two stores")));
            }
        }
        Ok(())
    }

    /// Copies the next rows of a table; answers how far it got.
    pub(super) fn copy_chunk(&mut self, table: &Table, source: &mut Source) -> Result<Progress, StoreError> {
        self.conn.transaction(|conn| {
            let mut progress = mark::progress(conn, table.name)?;
            if progress.is_complete {
                return Ok(progress);
            }
            let rows = source.chunk(table, progress.last_key.as_deref())?;
            if let Some(last) = rows.last() {
                insert(conn, table, &rows)?;
                progress.advance(last.key_text(table), rows.len());
            }
            progress.is_complete = rows.len() < CHUNK;
            mark::save(conn, table.name, &progress)?;
            Ok(progress)
        })
    }

    /// The next rows behind this key, in the order of keys.
    pub(super) fn chunk(&mut self, table: &Table, after: Option<&str>) -> Result<Vec<Row>, StoreError> {
        let query = diesel::sql_query(chunk_query(table, after.is_some()));
        let rows: Vec<Shown> = match after {
            Some(key) => query.bind::<Text, _>(key).load(&mut self.conn)?,
            None => query.load(&mut self.conn)?,
        };
        rows.iter().map(|row| Row::parse(table, &row.shown)).collect()
    }

    /// Makes it a store like any other.
    pub(super) fn finish(&mut self) -> Result<(), StoreError> {
        for table in COPIED {
            // The planner would take tables that were filled at once for empty ones until the server looks by itself.
            diesel::sql_query(format!("ANALYZE {table}")).execute(&mut self.conn)?;
        }
        Ok(mark::remove(&mut self.conn)?)
    }
}

fn refusal(words: &str) -> StoreError {
    StoreError::Transfer(words.to_owned())
}

/// A table that somebody has written to already.
fn occupied(conn: &mut PgConnection) -> QueryResult<Option<&'static str>> {
    for table in COPIED.into_iter().filter(|table| *table != INSTALLATION) {
        let exists = diesel::sql_query("SELECT to_regclass($1) IS NOT NULL AS holds").bind::<Text, _>(table);
        if !exists.get_result::<Holds>(conn)?.holds {
            continue;
        }
        let rows = diesel::sql_query(format!("SELECT EXISTS (SELECT FROM {table}) AS holds"));
        if rows.get_result::<Holds>(conn)?.holds {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

fn insert(conn: &mut PgConnection, table: &Table, rows: &[Row]) -> QueryResult<()> {
    let name = table.name;
    let rows: Vec<Named<'_>> = rows.iter().map(|row| Named { columns: &table.columns, row }).collect();
    let query = format!("INSERT INTO {name} SELECT * FROM json_populate_recordset(NULL::{name}, $1::json)");
    diesel::sql_query(query).bind::<Text, _>(to_json(&rows)).execute(conn).map(drop)
}

fn chunk_query(table: &Table, goes_on: bool) -> String {
    let columns: Vec<String> = table.columns.iter().map(shown).collect();
    let order = table.key_list();
    let behind = if goes_on {
        let key: Vec<String> = table.key_columns().enumerate().map(|(at, column)| of_key(at, column)).collect();
        format!("WHERE ({order}) > ({})", key.join(", "))
    } else {
        String::new()
    };
    let (columns, name) = (columns.join(", "), table.name);
    format!("SELECT json_build_array({columns})::text AS shown FROM {name} {behind} ORDER BY {order} LIMIT {CHUNK}")
}

/// A column as JSON has it, whatever form of bytes the server is set to.
fn shown(column: &Column) -> String {
    let name = column.quoted();
    match column.kind {
        Kind::Text | Kind::Integer | Kind::Boolean => name,
        Kind::Bytes => format!("E'\\\\x' || encode({name}, 'hex')"),
    }
}

fn of_key(at: usize, column: &Column) -> String {
    let text = format!("$1::json ->> {at}");
    if column.kind == Kind::Integer { format!("({text})::bigint") } else { format!("({text})") }
}
