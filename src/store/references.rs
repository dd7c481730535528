//! What a `ref` means, and whether it is free: publishers, apps and offers share one space of names, so that one `ref`
//! never means two things.
//!
//! An archived app keeps its `ref`: a report that is tried again late must never reach another app.

use diesel::dsl::{exists, select};
use diesel::prelude::*;

use super::backend::Conn;
use super::schema::{apps, offers, publishers};

/// Whether somebody other than `holder` has this `ref`.
pub(super) fn is_taken(conn: &mut Conn, reference: Option<&str>, holder: &str) -> QueryResult<bool> {
    let Some(reference) = reference else {
        return Ok(false);
    };
    let of_publishers = publishers::table.filter(publishers::reference.eq(reference)).filter(publishers::id.ne(holder));
    let of_apps = apps::table.filter(apps::reference.eq(reference)).filter(apps::id.ne(holder));
    let of_offers = offers::table.filter(offers::reference.eq(reference)).filter(offers::id.ne(holder));
    Ok(select(exists(of_publishers)).get_result(conn)?
        || select(exists(of_apps)).get_result(conn)?
        || select(exists(of_offers)).get_result(conn)?)
}

/// The id of the app with this id or `ref`, if it is not archived; ids win.
pub(super) fn app(conn: &mut Conn, id_or_ref: &str) -> QueryResult<Option<String>> {
    let ids = || apps::table.filter(apps::archived_at.is_null()).select(apps::id);
    let by_id: Option<String> = ids().filter(apps::id.eq(id_or_ref)).first(conn).optional()?;
    match by_id {
        Some(id) => Ok(Some(id)),
        None => ids().filter(apps::reference.eq(id_or_ref)).first(conn).optional(),
    }
}
