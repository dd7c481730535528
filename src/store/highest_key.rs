//! The highest key in the store: a process that opens it makes only higher ones, even if the clock was set back.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::backend::Conn;
use crate::domain::ids;

/// Each holds ids of one prefix, which are ordered as their keys are, in its primary key.
const TABLES: [(&str, &str); 10] = [
    ("completions", "cmp"),
    ("deliveries", "dlv"),
    ("reversals", "rev"),
    ("audit", "aud"),
    ("publishers", "pub"),
    ("apps", "app"),
    ("endpoints", "end"),
    ("secrets", "sec"),
    ("sources", "src"),
    ("offers", "ofr"),
];

#[derive(QueryableByName)]
struct Highest {
    #[diesel(sql_type = Nullable<Text>)]
    id: Option<String>,
}

/// The highest key; 0 in an empty store.
pub(super) fn of(conn: &mut Conn) -> QueryResult<i64> {
    let mut highest = 0;
    for (table, prefix) in TABLES {
        let last: Highest = diesel::sql_query(format!("SELECT max(id) AS id FROM {table}")).get_result(conn)?;
        let key = last.id.as_deref().and_then(|id| ids::key(prefix, id));
        highest = highest.max(key.unwrap_or_default());
    }
    Ok(highest)
}
