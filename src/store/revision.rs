//! The installation's revision: counted up in the same write as every change of configuration, so that a directory sees
//! either both or neither.

use diesel::prelude::*;

use super::backend::Conn;
use super::schema::{apps, installation};

/// The number of the change that is being made. Changes are made one after the other, so no two get the same.
pub(super) fn next(conn: &mut Conn) -> QueryResult<i64> {
    diesel::update(installation::table).set(installation::revision.eq(installation::revision + 1)).execute(conn)?;
    current(conn)
}

/// The number of the last change.
pub(super) fn current(conn: &mut Conn) -> QueryResult<i64> {
    installation::table.select(installation::revision).first(conn)
}

/// Marks an app as changed, itself or in its endpoints or secrets.
pub(super) fn stamp_app(conn: &mut Conn, app_id: &str) -> QueryResult<i64> {
    let revision = next(conn)?;
    diesel::update(apps::table.find(app_id)).set(apps::revision.eq(revision)).execute(conn)?;
    Ok(revision)
}
