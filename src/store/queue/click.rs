//! Writing clicks: beside reports and settlements, so that a visitor waits for a flush that is shared.
//!
//! Writing is idempotent: a click that is written again after a lost answer is there already, and the INSERT ignores it.

use diesel::prelude::*;

use super::rows::{OverRows, document, to_json};
use crate::domain::click::Click;
use crate::store::backend::{Conn, on_backend};
use crate::store::clicks::Row;
use crate::store::schema::clicks;

/// A click as the caller's task made it for the writer's thread.
#[derive(Debug)]
pub(in crate::store) struct PreparedClick {
    row: Row,
    /// For PostgreSQL; empty on SQLite.
    json: String,
}

impl PreparedClick {
    pub(super) fn of(click: Click, as_json: bool) -> Self {
        let row = Row::from(click);
        Self { json: if as_json { to_json(&row) } else { String::new() }, row }
    }
}

/// Writes a whole group.
pub(super) fn insert_clicks<'a>(
    conn: &mut Conn,
    mut group: impl Iterator<Item = &'a PreparedClick> + Clone,
) -> QueryResult<()> {
    if group.clone().next().is_none() {
        return Ok(());
    }
    on_backend!(conn,
        sqlite(conn) => group.try_for_each(|click| {
            diesel::insert_or_ignore_into(clicks::table).values(&click.row).execute(conn).map(drop)
        }),
        postgres(conn) => {
            let text = &[
                "INSERT INTO clicks SELECT * FROM json_populate_recordset(NULL::clicks, ",
                "::json) ON CONFLICT DO NOTHING",
            ];
            let clicks: OverRows = OverRows::new(text, [document(group.map(|click| &click.json))]);
            clicks.execute(conn).map(drop)
        },
    )
}
