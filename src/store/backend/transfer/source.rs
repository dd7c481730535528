//! The SQLite file that is copied: held so that nobody serves from it or writes to it meanwhile, and read in chunks.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use sha2::{Digest, Sha256};

use super::CHUNK;
use super::row::Row;
use super::table::{COPIED, Column, Kind, Table};
use crate::store::StoreError;
use crate::store::backend::{Location, ServeLock, sqlite};

/// The file.
pub(super) struct Source {
    conn: SqliteConnection,
    _lock: ServeLock,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").finish_non_exhaustive()
    }
}

/// Rows in the form that both engines show them in.
#[derive(QueryableByName)]
pub(super) struct Shown {
    #[diesel(sql_type = Text)]
    pub(super) shown: String,
}

#[derive(QueryableByName)]
struct Declared {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    declared: String,
    /// Its place in the primary key, from 1; 0: none.
    #[diesel(sql_type = BigInt)]
    place: i64,
}

impl Source {
    /// Opens a file that nobody serves from, and brings it up to this version.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        // Opening would make one.
        if !path.is_file() {
            return Err(StoreError::Open { path: path.to_owned(), reason: "there is no such file".to_owned() });
        }
        let lock = ServeLock::take(&Location::Sqlite { path: path.to_owned() })?;
        let mut conn = sqlite::connect(path)?;
        sqlite::migrate(&mut conn)?;
        // Until the end: a command that works beside a server must not add what the copy has passed already.
        conn.batch_execute("BEGIN IMMEDIATE")?;
        Ok(Self { conn, _lock: lock })
    }

    /// What tells this store from every other one, wherever its file lies: the first start made it, sealed, by chance.
    pub(super) fn identity(&mut self) -> Result<String, StoreError> {
        let query = "SELECT json_array(master_fingerprint, hex(digest_key_sealed)) AS shown FROM installation";
        let row: Shown = diesel::sql_query(query).get_result(&mut self.conn)?;
        Ok(hex::encode(Sha256::digest(row.shown.as_bytes())))
    }

    /// The tables that are copied.
    pub(super) fn tables(&mut self) -> Result<Vec<Table>, StoreError> {
        COPIED.iter().map(|name| self.table(name)).collect()
    }

    fn table(&mut self, name: &'static str) -> Result<Table, StoreError> {
        let query = "SELECT name, type AS declared, pk AS place FROM pragma_table_info(?) ORDER BY cid";
        let declared: Vec<Declared> = diesel::sql_query(query).bind::<Text, _>(name).load(&mut self.conn)?;
        let mut key: Vec<(i64, usize)> = Vec::new();
        let mut columns = Vec::new();
        for (at, column) in declared.into_iter().enumerate() {
            if column.place > 0 {
                key.push((column.place, at));
            }
            columns.push(Column::declared(column.name, &column.declared)?);
        }
        key.sort_unstable();
        Ok(Table { name, columns, key: key.into_iter().map(|(_, at)| at).collect() })
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
}

fn chunk_query(table: &Table, goes_on: bool) -> String {
    let columns: Vec<String> = table.columns.iter().map(shown).collect();
    let order = table.key_list();
    let behind = if goes_on {
        let key: Vec<String> = (0..table.key.len()).map(|at| format!("json_extract(?1, '$[{at}]')")).collect();
        format!("WHERE ({order}) > ({})", key.join(", "))
    } else {
        String::new()
    };
    let (columns, name) = (columns.join(", "), table.name);
    format!("SELECT json_array({columns}) AS shown FROM {name} {behind} ORDER BY {order} LIMIT {CHUNK}")
}

/// A column as JSON has it. A value that is not what the column says is shown as it is, and refused further on.
fn shown(column: &Column) -> String {
    let name = column.quoted();
    match column.kind {
        Kind::Text | Kind::Integer => name,
        Kind::Boolean => format!("json(CASE {name} WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE {name} END)"),
        Kind::Bytes => format!("CASE WHEN {name} IS NOT NULL THEN '\\x' || lower(hex({name})) END"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by Diesel, of the living processes, of the last quarter of an hour, or of forms that are open in a browser.
    const NOT_COPIED: [&str; 6] =
        ["__diesel_schema_migrations", "form_keys", "node_egress_ips", "nodes", "rate_slots", "sign_in_attempts"];

    fn source() -> (tempfile::TempDir, Source) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        std::fs::write(&path, "").unwrap();
        let source = Source::open(&path).unwrap();
        (folder, source)
    }

    #[test]
    fn every_table_is_copied_or_known_not_to_be() {
        let (_folder, mut source) = source();
        let query = "SELECT name AS shown FROM sqlite_master WHERE type = 'table' ORDER BY name";
        let all: Vec<Shown> = diesel::sql_query(query).load(&mut source.conn).unwrap();
        let mut known = [&COPIED[..], &NOT_COPIED[..]].concat();
        known.sort_unstable();
        assert_eq!(all.iter().map(|row| row.shown.as_str()).collect::<Vec<_>>(), known);
        assert!(source.tables().unwrap().iter().all(|table| !table.key.is_empty()));
    }

    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }

    #[test]
    fn a_chunk_goes_on_by_the_primary_key_and_neither_sorts_nor_reads_what_lies_before() {
        let (_folder, mut source) = source();
        for table in source.tables().unwrap() {
            let query = format!("EXPLAIN QUERY PLAN {}", chunk_query(&table, true));
            let steps: Vec<Step> = diesel::sql_query(query).bind::<Text, _>("[]").load(&mut source.conn).unwrap();
            let plan = steps.into_iter().map(|step| step.detail).collect::<Vec<_>>().join("\n");
            assert!(plan.contains("SEARCH") && !plan.contains("TEMP B-TREE"), "{}: {plan}", table.name);
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.db");
        assert!(matches!(Source::open(&path), Err(StoreError::Open { .. })));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
