//! Many rows in one statement, on PostgreSQL.
//!
//! Rows travel as JSON documents, which `json_populate_recordset` turns into rows of a table's own type: the text of the
//! statement never differs, so it is prepared once, and no column is listed a second time. JSON keeps integers as their
//! digits. Each row's JSON is made by whoever hands the row to the writer, whose thread only joins them.

use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Text;
use serde::Serialize;

/// A statement around documents of rows; what it returns is of the SQL type `S`.
#[derive(Debug)]
pub(in crate::store) struct OverRows<S = Text> {
    /// The text in pieces, with a document between each two.
    text: &'static [&'static str],
    documents: Vec<String>,
    returns: PhantomData<S>,
}

impl<S> OverRows<S> {
    /// The statement of this text, in pieces, with one of the documents between each two.
    pub(super) fn new(text: &'static [&'static str], documents: impl Into<Vec<String>>) -> Self {
        Self { text, documents: documents.into(), returns: PhantomData }
    }
}

/// A document of rows that are JSON already; empty ones are none.
pub(super) fn document<T: AsRef<str>>(rows: impl Iterator<Item = T>) -> String {
    format!("[{}]", joined(rows))
}

/// Rows that are JSON already, with commas between them; empty ones are none.
pub(super) fn joined<T: AsRef<str>>(rows: impl Iterator<Item = T>) -> String {
    let mut joined = String::new();
    for row in rows {
        let row = row.as_ref();
        if !(row.is_empty() || joined.is_empty()) {
            joined.push(',');
        }
        joined.push_str(row);
    }
    joined
}

/// A row as JSON.
pub(super) fn to_json<T: Serialize + ?Sized>(row: &T) -> String {
    serde_json::to_string(row).expect("rows of text and numbers are always JSON")
}

impl<S> QueryFragment<Pg> for OverRows<S> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut documents = self.documents.iter();
        for piece in self.text {
            out.push_sql(piece);
            if let Some(document) = documents.next() {
                out.push_bind_param::<Text, _>(document)?;
            }
        }
        Ok(())
    }
}

/// Kept prepared by its text.
impl<S> QueryId for OverRows<S> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S> Query for OverRows<S> {
    type SqlType = S;
}

impl<S> RunQueryDsl<PgConnection> for OverRows<S> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_holds_every_row_of_those_that_have_any() {
        assert_eq!(document(["", "{}", "", "{},{}", ""].iter()), "[{},{},{}]");
        assert_eq!(document([""; 0].iter()), "[]");
    }
}
