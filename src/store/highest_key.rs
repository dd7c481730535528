//! The highest key in the store: a process that opens it makes only higher ones, even if the clock was set back.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::backend::Conn;
use crate::domain::ids;

/// The primary key of each is the key itself.
const OF_KEYS: [&str; 3] = ["completions", "deliveries", "reversals"];
/// The primary key of each holds ids of one prefix, which are ordered as their keys are.
const OF_IDS: [(&str, &str); 11] = [
    ("audit", "aud"),
    ("publishers", "pub"),
    ("users", "usr"),
    ("sessions", "ses"),
    ("invitations", "inv"),
    ("apps", "app"),
    ("endpoints", "end"),
    ("secrets", "sec"),
    ("sources", "src"),
    ("offers", "ofr"),
    ("replays", "rpl"),
];

#[derive(QueryableByName)]
struct HighestKey {
    #[diesel(sql_type = Nullable<BigInt>)]
    key: Option<i64>,
}

#[derive(QueryableByName)]
struct HighestId {
    #[diesel(sql_type = Nullable<Text>)]
    id: Option<String>,
}

/// The highest key; 0 in an empty store.
pub(super) fn of(conn: &mut Conn) -> QueryResult<i64> {
    let mut highest = 0;
    for table in OF_KEYS {
        let last: HighestKey = diesel::sql_query(format!("SELECT max(id) AS key FROM {table}")).get_result(conn)?;
        highest = highest.max(last.key.unwrap_or_default());
    }
    for (table, prefix) in OF_IDS {
        let last: HighestId = diesel::sql_query(format!("SELECT max(id) AS id FROM {table}")).get_result(conn)?;
        let key = last.id.as_deref().and_then(|id| ids::key(prefix, id));
        highest = highest.max(key.unwrap_or_default());
    }
    Ok(highest)
}
