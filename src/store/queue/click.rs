//! Writing clicks: beside reports and settlements, so that a visitor waits for a flush that is shared.
//!
//! Writing is idempotent: a click that is written again after a lost answer is there already, and the INSERT ignores it.

use diesel::prelude::*;

use super::rows::OverRows;
use crate::domain::click::Click;
use crate::store::backend::{Conn, on_backend};
use crate::store::clicks::Row;
use crate::store::schema::clicks;

/// Writes a whole group.
pub(super) fn insert_clicks<'a>(conn: &mut Conn, group: impl Iterator<Item = &'a Click>) -> QueryResult<()> {
    let rows: Vec<Row> = group.map(Row::from).collect();
    if rows.is_empty() {
        return Ok(());
    }
    on_backend!(conn,
        sqlite(conn) => rows
            .into_iter()
            .try_for_each(|row| diesel::insert_or_ignore_into(clicks::table).values(row).execute(conn).map(drop)),
        postgres(conn) => {
            let before = "INSERT INTO clicks SELECT * FROM json_populate_recordset(NULL::clicks, ";
            OverRows::new(before, &rows, "::json) ON CONFLICT DO NOTHING").execute(conn).map(drop)
        },
    )
}
