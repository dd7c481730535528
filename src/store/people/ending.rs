//! What ends when a person changes: its other sessions, the links to a new password for it, the open ones and the API tokens
//! that it made.
//!
//! Each is part of the change that ends it, so that nobody is let in by what should have ended already.

use diesel::prelude::*;

use crate::store::backend::Conn;
use crate::store::schema::{invitations, sessions, tokens};

/// Ends all sessions of a person but this one.
pub(super) fn end_other_sessions(conn: &mut Conn, user_id: &str, kept: &str) -> QueryResult<()> {
    let others = sessions::table.filter(sessions::user_id.eq(user_id)).filter(sessions::id.ne(kept));
    diesel::delete(others).execute(conn).map(drop)
}

/// Ends all sessions of a person.
pub(super) fn end_sessions(conn: &mut Conn, user_id: &str) -> QueryResult<()> {
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user_id))).execute(conn).map(drop)
}

/// Removes the links to a new password of this person.
pub(super) fn void_resets_of(conn: &mut Conn, user_id: &str) -> QueryResult<()> {
    diesel::delete(invitations::table.filter(invitations::user_id.eq(user_id))).execute(conn).map(drop)
}

/// Removes the links that this person made and that nobody has used yet, and the tokens that it made: it has seen their texts.
/// What was made with those tokens stays, and is listed with who made it.
pub(super) fn end_made_by(conn: &mut Conn, user_id: &str) -> QueryResult<()> {
    let open = invitations::table.filter(invitations::by_user_id.eq(user_id)).filter(invitations::used_at.is_null());
    diesel::delete(open).execute(conn)?;
    diesel::delete(tokens::table.filter(tokens::by_user_id.eq(user_id))).execute(conn).map(drop)
}
