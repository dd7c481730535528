//! Sessions as rows, each known by the digest of the text that opens it. It is looked up at every call, so that one that was
//! ended on one node is unknown on all.

use diesel::prelude::*;

use super::attempts;
use super::ending::end_other_sessions;
use super::proofs::use_step;
use crate::domain::person::Person;
use crate::domain::session::{IDLE, Session};
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Read};
use crate::store::columns::read_as_row;
use crate::store::schema::{sessions, users};
use crate::store::tokens::digest;
use crate::store::{Store, StoreError};

/// Sessions of one person; whoever signs in once more ends the oldest. More browsers and programs nobody has.
const MOST: i64 = 50;

/// A row of `sessions`, as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct Row {
    id: String,
    user_id: String,
    created_at: Timestamp,
    last_seen_at: Timestamp,
    expires_at: Timestamp,
    user_agent: Option<String>,
    address: String,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            user_agent: row.user_agent,
            address: row.address,
        }
    }
}

read_as_row!(Session, Row);

/// A session that begins. What proves that it may does not show itself.
#[derive(Clone)]
pub struct SessionBeginning {
    /// The session.
    pub session: Session,
    /// The hash of the password that was found right. The session does not begin where it is another one by now.
    pub password_hash: String,
    /// Whether a second factor was shown, or set up when it was looked at. The session does not begin where that has changed.
    pub has_second_factor: bool,
    /// The step of the code that is used up for it, where there is a second factor.
    pub step: Option<i64>,
    /// The attempt that has succeeded; it counts no more.
    pub attempt: Option<String>,
}

impl std::fmt::Debug for SessionBeginning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionBeginning").field("session", &self.session.id).finish_non_exhaustive()
    }
}

impl Store {
    /// Begins a session that opens with this text; false where the person may not sign in (any more), its code was used, or its
    /// password or second factor is not what was looked at.
    pub async fn begin_session(&self, beginning: SessionBeginning, text: &str) -> Result<bool, StoreError> {
        let digest = digest(text);
        self.write(move |conn| begin(conn, &beginning, digest)).await
    }

    /// The session that opens with this text, open or not, and its person.
    pub async fn session_by_text(&self, text: &str) -> Result<Option<(Session, Person)>, StoreError> {
        let digest = digest(text);
        self.look(move |conn| by_digest(digest).get_result(conn).optional()).await
    }

    /// Writes down that a session is used. Only ever later: nodes may write this in any order.
    pub async fn saw_session(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.write(move |conn| {
            let earlier = sessions::table.filter(sessions::id.eq(id)).filter(sessions::last_seen_at.lt(now));
            diesel::update(earlier).set(sessions::last_seen_at.eq(now)).execute(conn).map(drop)
        })
        .await
    }

    /// The open sessions of a person, newest first.
    pub async fn sessions_of(&self, user_id: &str, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let user_id = user_id.to_owned();
        self.read(move |conn| {
            let own = sessions::table.filter(sessions::user_id.eq(user_id)).filter(sessions::expires_at.gt(now));
            let open = own.filter(sessions::last_seen_at.gt(now.minus(IDLE)));
            open.order(sessions::id.desc()).select(Session::as_select()).load(conn)
        })
        .await
    }

    /// Ends a session of a person; false: it has none of this id.
    pub async fn end_session(&self, user_id: &str, id: &str) -> Result<bool, StoreError> {
        let (user_id, id) = (user_id.to_owned(), id.to_owned());
        self.write(move |conn| {
            let one = sessions::table.filter(sessions::id.eq(id)).filter(sessions::user_id.eq(user_id));
            diesel::delete(one).execute(conn).map(|ended| ended > 0)
        })
        .await
    }

    /// Ends all sessions of a person but this one.
    pub async fn end_other_sessions(&self, user_id: &str, kept: &str) -> Result<(), StoreError> {
        let (user_id, kept) = (user_id.to_owned(), kept.to_owned());
        self.write(move |conn| end_other_sessions(conn, &user_id, &kept)).await
    }
}

pub(super) fn begin(conn: &mut Conn, beginning: &SessionBeginning, digest: Vec<u8>) -> QueryResult<bool> {
    let SessionBeginning { session, password_hash, has_second_factor, step, attempt } = beginning;
    if let Some(step) = step
        && !use_step(conn, &session.user_id, *step)?
    {
        return Ok(false);
    }
    // Whoever sets a new password or second factor ends the sessions after it has changed this row; so a sign-in that was under
    // way either is ended by that, or finds here that it proves nothing any more.
    let may_sign_in = users::table
        .filter(users::id.eq(&session.user_id))
        .filter(users::disabled_at.is_null())
        .filter(users::password_hash.eq(password_hash))
        .filter(users::second_factor_sealed.is_not_null().eq(has_second_factor));
    let signed_in = diesel::update(may_sign_in).set(users::last_sign_in_at.eq(session.created_at)).execute(conn)?;
    if signed_in == 0 {
        return Ok(false);
    }
    if let Some(attempt) = attempt {
        attempts::forget(conn, attempt, session.created_at)?;
    }
    let row = (
        sessions::id.eq(&session.id),
        sessions::user_id.eq(&session.user_id),
        sessions::token_hash.eq(digest),
        sessions::created_at.eq(session.created_at),
        sessions::last_seen_at.eq(session.last_seen_at),
        sessions::expires_at.eq(session.expires_at),
        sessions::user_agent.eq(&session.user_agent),
        sessions::address.eq(&session.address),
    );
    diesel::insert_into(sessions::table).values(row).execute(conn)?;
    let own = sessions::table.filter(sessions::user_id.eq(&session.user_id));
    let too_many: Vec<String> = own.order(sessions::id.desc()).offset(MOST).select(sessions::id).load(conn)?;
    if !too_many.is_empty() {
        diesel::delete(sessions::table.filter(sessions::id.eq_any(too_many))).execute(conn)?;
    }
    Ok(true)
}

/// The session with this digest, and its person.
pub(in crate::store) fn by_digest(digest: Vec<u8>) -> impl Read<'static, (Session, Person)> {
    let found = sessions::table.inner_join(users::table).filter(sessions::token_hash.eq(digest));
    found.select((Session::as_select(), Person::as_select()))
}

/// Removes the sessions that are over.
pub(super) fn remove_ended(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    let is_over = sessions::expires_at.le(now).or(sessions::last_seen_at.le(now.minus(IDLE)));
    diesel::delete(sessions::table.filter(is_over)).execute(conn)
}
