//! A query that is explained instead of performed: the engine's own word on how it would be answered.

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Text, Untyped};
use diesel::sqlite::Sqlite;

use crate::store::backend::{Conn, Engine, on_backend};

/// Costs are guesses that differ from run to run; what is done, and in which order, is what matters.
const ON_POSTGRES: &str = "EXPLAIN (COSTS OFF) ";
const ON_SQLITE: &str = "EXPLAIN QUERY PLAN ";
/// The tables that grow with history, as queries call them; SQLite also speaks of scanning what a query gathers itself.
const TABLES: [&str; 6] = ["deliveries", "d", "completions", "attempts", "reported", "transaction_ids"];

/// How a query is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What the query is for.
    pub query: &'static str,
    /// The engine's own words.
    pub text: String,
}

/// A query behind the word that has it explained.
#[derive(Debug)]
struct Explained<Q> {
    word: &'static str,
    query: Q,
}

impl<Q: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Explained<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // Planned anew each time: what is asked for are the plans of now.
        out.unsafe_to_cache_prepared();
        out.push_sql(self.word);
        self.query.walk_ast(out.reborrow())
    }
}

impl<Q> QueryId for Explained<Q> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> Query for Explained<Q> {
    type SqlType = Untyped;
}

impl<Q, C: Connection> RunQueryDsl<C> for Explained<Q> {}

#[derive(QueryableByName)]
struct PostgresLine {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

#[derive(QueryableByName)]
struct SqliteLine {
    #[diesel(sql_type = Text, column_name = "detail")]
    line: String,
}

impl Plan {
    /// The indexes that are used; a primary key counts as the index that PostgreSQL keeps for it.
    pub fn indexes(&self) -> Vec<&str> {
        let named = |line| {
            let after = |word: &str| str::split_once(line, word).map(|(_, rest)| rest);
            let name = after("USING INDEX ").or(after("USING COVERING INDEX ")).or(after(" using "));
            let name = name.or(after("Bitmap Index Scan on "));
            name.and_then(|rest| rest.split([' ', '(']).next())
        };
        self.text.lines().filter_map(named).collect()
    }

    /// Whether a table is walked over from end to end.
    pub fn walks(&self) -> bool {
        let walks = |line: &str| {
            let table = line.trim_start_matches(['-', '>', ' ']).strip_prefix("SCAN ");
            let of_ours = table.is_some_and(|table| TABLES.contains(&table.split(' ').next().unwrap_or_default()));
            of_ours || line.contains("Seq Scan")
        };
        self.text.lines().any(walks)
    }
}

/// How a query is answered, line by line.
pub(super) fn explain<Q: QueryFragment<Engine>>(conn: &mut Conn, query: Q) -> QueryResult<String> {
    on_backend!(conn,
        sqlite(_) => {
            let lines: Vec<SqliteLine> = Explained { word: ON_SQLITE, query }.load(conn)?;
            Ok(text(lines.into_iter().map(|line| line.line)))
        },
        postgres(_) => {
            let lines: Vec<PostgresLine> = Explained { word: ON_POSTGRES, query }.load(conn)?;
            Ok(text(lines.into_iter().map(|line| line.line)))
        },
    )
}

/// The same for what is said to SQLite alone.
pub(super) fn explain_on_sqlite<Q: QueryFragment<Sqlite>>(
    conn: &mut SqliteConnection,
    query: Q,
) -> QueryResult<String> {
    let lines: Vec<SqliteLine> = Explained { word: ON_SQLITE, query }.load(conn)?;
    Ok(text(lines.into_iter().map(|line| line.line)))
}

/// The same for what is said to PostgreSQL alone.
pub(super) fn explain_on_postgres<Q: QueryFragment<Pg>>(conn: &mut PgConnection, query: Q) -> QueryResult<String> {
    let lines: Vec<PostgresLine> = Explained { word: ON_POSTGRES, query }.load(conn)?;
    Ok(text(lines.into_iter().map(|line| line.line)))
}

fn text(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}
