//! Many rows in one statement, on PostgreSQL.
//!
//! The rows travel as one JSON document, which `json_populate_recordset` turns into rows of a table's own type: the text
//! of the statement never differs, so it is prepared once, and no column is listed a second time. JSON keeps integers
//! as their digits.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Text;
use serde::Serialize;

/// A statement around rows; what it returns is one column of text.
#[derive(Debug)]
pub(in crate::store) struct OverRows {
    before: &'static str,
    rows: String,
    after: &'static str,
}

impl OverRows {
    /// The statement that begins with `before`, names the rows, and ends with `after`.
    pub(super) fn new<T: Serialize>(before: &'static str, rows: &[T], after: &'static str) -> Self {
        Self { before, rows: serde_json::to_string(rows).expect("rows of text and numbers are always JSON"), after }
    }
}

impl QueryFragment<Pg> for OverRows {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.before);
        out.push_bind_param::<Text, _>(&self.rows)?;
        out.push_sql(self.after);
        Ok(())
    }
}

/// Kept prepared by its text.
impl QueryId for OverRows {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for OverRows {
    type SqlType = Text;
}

impl RunQueryDsl<PgConnection> for OverRows {}
