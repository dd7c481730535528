//! A query that is explained instead of performed: the engine's own word on how it would be answered.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::pg::{Pg, PgQueryBuilder};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryBuilder, QueryFragment, QueryId};
use diesel::sql_types::{Text, Untyped};
use diesel::sqlite::Sqlite;

use crate::store::backend::{Conn, Engine, PLANNED_ONCE, Statement, on_backend};

/// Costs are guesses that differ from run to run; what is done, and in which order, is what matters.
const ON_POSTGRES: &str = "EXPLAIN (COSTS OFF) ";
const ON_SQLITE: &str = "EXPLAIN QUERY PLAN ";
/// The statement is performed, and what it reads is counted.
const PERFORMED_ON_POSTGRES: &str = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) ";
/// The tables that grow with history, as queries call them; SQLite also speaks of scanning what a query gathers itself.
const TABLES: [&str; 15] = [
    "deliveries",
    "d",
    "completions",
    "attempts",
    "reversals",
    "reported",
    "transaction_ids",
    "clicks",
    "click_conversions",
    "erased_keys",
    "sessions",
    "users",
    "sign_in_attempts",
    "rollups",
    "recipe_rollups",
];
/// Indexes of what has not ended: to read one from end to end is to read what is asked for.
const OF_WHAT_IS_OPEN: [&str; 5] =
    ["deliveries_due", "deliveries_held", "deliveries_claimed", "deliveries_pending_tests", "completions_in_review"];

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

/// What a step of a plan reads.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Access {
    /// By which index; `None`: the table itself.
    index: Option<String>,
    /// Whether it begins and ends at a place that the query names.
    is_bounded: bool,
}

impl Plan {
    /// Of these plans, the text of the one for this query.
    #[cfg(test)]
    pub(super) fn of(plans: Vec<Self>, query: &str) -> String {
        plans.into_iter().find(|plan| plan.query == query).unwrap().text
    }

    /// The indexes that are used; a primary key goes by the name that PostgreSQL has for it.
    pub fn indexes(&self) -> Vec<String> {
        self.accesses().filter_map(|access| access.index).collect()
    }

    /// Whether something that grows with history is read from end to end.
    pub fn walks(&self) -> bool {
        let is_open = |index: &str| OF_WHAT_IS_OPEN.contains(&index);
        self.accesses().any(|access| !access.is_bounded && !access.index.as_deref().is_some_and(is_open))
    }

    fn accesses(&self) -> impl Iterator<Item = Access> {
        let following = self.text.lines().skip(1).chain([""]);
        self.text.lines().zip(following).filter_map(|(line, next)| of_sqlite(line).or_else(|| of_postgres(line, next)))
    }
}

/// `SEARCH table USING INDEX name (column=?)`, `SCAN table`.
fn of_sqlite(line: &str) -> Option<Access> {
    let (is_bounded, rest) = match line.strip_prefix("SEARCH ") {
        Some(rest) => (true, rest),
        None => (false, line.strip_prefix("SCAN ")?),
    };
    let (table, how) = rest.split_once(' ').unwrap_or((rest, ""));
    let index = match how.split_once("INDEX ") {
        Some((_, name)) => Some(word(name)),
        None => how.contains("PRIMARY KEY").then(|| format!("{table}_pkey")),
    };
    TABLES.contains(&table).then_some(Access { index, is_bounded })
}

/// `->  Index Scan using name on table d` and, in the next line, `Index Cond: …`; `->  Seq Scan on table`.
fn of_postgres(line: &str, next: &str) -> Option<Access> {
    if line.contains("Seq Scan on ") {
        return Some(Access { index: None, is_bounded: false });
    }
    let name = match line.split_once("Bitmap Index Scan on ") {
        Some((_, name)) => name,
        None => line.split_once(" using ").filter(|(kind, _)| kind.contains("Index"))?.1,
    };
    Some(Access { index: Some(word(name)), is_bounded: next.contains("Index Cond: ") })
}

fn word(text: &str) -> String {
    text.split(' ').next().unwrap_or_default().to_owned()
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

/// The same for what is planned once for all values: the plan may not depend on what a value is.
pub(super) fn explain_planned_once<Q: QueryFragment<Pg>>(conn: &mut PgConnection, query: Q) -> QueryResult<String> {
    let mut text = PgQueryBuilder::new();
    query.to_sql(&mut text, &Pg)?;
    let text = text.finish();
    // What is explained together with its values is planned for them, so it is prepared, and given none.
    let values = (1..).take_while(|number| text.contains(&format!("${number}"))).map(|_| "NULL");
    let values = values.collect::<Vec<_>>().join(", ");
    conn.batch_execute(&format!("{PLANNED_ONCE}; PREPARE explained AS {text}"))?;
    let execution =
        if values.is_empty() { "EXECUTE explained".to_owned() } else { format!("EXECUTE explained({values})") };
    let lines: Vec<PostgresLine> = diesel::sql_query(format!("{ON_POSTGRES}{execution}")).load(conn)?;
    conn.batch_execute("DEALLOCATE explained")?;
    Ok(self::text(lines.into_iter().map(|line| line.line)))
}

/// How a statement is answered as it is performed: within a text that holds its keys, or prepared.
pub(super) fn explain_statement(conn: &mut Conn, statement: Statement) -> QueryResult<String> {
    on_backend!(conn,
        sqlite(conn) => explain_on_sqlite(conn, diesel::sql_query(statement.written()?)),
        postgres(conn) => match statement.is_prepared() {
            true => explain_planned_once(conn, statement),
            false => explain_on_postgres(conn, diesel::sql_query(statement.written()?)),
        },
    )
}

/// Performs a statement on PostgreSQL; answers how many pages it touched or read.
pub(super) fn buffers_of<Q: QueryFragment<Pg>>(conn: &mut PgConnection, query: Q) -> QueryResult<u64> {
    let lines: Vec<PostgresLine> = Explained { word: PERFORMED_ON_POSTGRES, query }.load(conn)?;
    // What a step has counted is within the count of the step above it; the first is above all.
    let counts = lines.iter().find_map(|line| line.line.trim_start().strip_prefix("Buffers: shared "));
    Ok(counts.map_or(0, pages))
}

/// Of `hit=3 read=2 dirtied=1`, what was touched or read; behind a comma stands what is not shared.
fn pages(counts: &str) -> u64 {
    let shared = counts.split(',').next().unwrap_or_default();
    let count = |word: &str| word.strip_prefix("hit=").or_else(|| word.strip_prefix("read="))?.parse::<u64>().ok();
    shared.split(' ').filter_map(count).sum()
}

fn text(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_statement_are_those_that_it_found_in_memory_and_those_that_it_read() {
        let counted = ["hit=3", "hit=3 read=2 dirtied=1", "read=4 written=7, temp read=9 written=9"];
        assert_eq!(counted.map(pages), [3, 5, 4]);
    }

    #[test]
    fn what_is_read_from_end_to_end_is_a_walk_unless_it_holds_only_what_is_open() {
        let read = |text: &str| {
            let plan = Plan { query: "", text: text.to_owned() };
            (plan.indexes(), plan.walks())
        };
        let by = |index: &str| vec![index.to_owned()];
        for (text, read_as) in [
            ("SCAN deliveries", (vec![], true)),
            ("SCAN waiting", (vec![], false)),
            ("SEARCH deliveries USING PRIMARY KEY (id<?)", (by("deliveries_pkey"), false)),
            ("SCAN d USING COVERING INDEX deliveries_by_app", (by("deliveries_by_app"), true)),
            ("SCAN deliveries USING INDEX deliveries_pending_tests", (by("deliveries_pending_tests"), false)),
            ("Limit\n  ->  Seq Scan on deliveries d", (vec![], true)),
            ("Index Scan using attempts_pkey on attempts\n  Index Cond: (id = 'a')", (by("attempts_pkey"), false)),
            ("Index Scan Backward using deliveries_pkey on deliveries\n  Filter: x", (by("deliveries_pkey"), true)),
            ("  ->  Bitmap Index Scan on deliveries_claimed", (by("deliveries_claimed"), false)),
        ] {
            assert_eq!(read(text), read_as, "{text}");
        }
    }
}
