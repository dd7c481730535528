//! Links by which somebody joins or gets a new password. Each opens once: what it leads to and that it was used are one change.

use std::time::Duration;

use diesel::prelude::*;

use super::ending::void_resets_of;
use super::rows::NewRow;
use super::sessions::{SessionBeginning, begin};
use super::{find, has_people, is_known_publisher, proofs};
use crate::domain::account::Role;
use crate::domain::made_by::MadeBy;
use crate::domain::person::{EmailAddress, Invitation, Person, Purpose};
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Engine};
use crate::store::columns::read_as_row;
use crate::store::page::{Listed, Page};
use crate::store::role_scope::{RoleScope, within_scope};
use crate::store::schema::{invitations, users};
use crate::store::tokens::digest;
use crate::store::{Store, StoreError};

/// For so long a link is remembered that nobody can use any more.
const REMEMBERED: Duration = Duration::from_secs(24 * 3_600);

/// What became of a new link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationMade {
    /// It opens from now on.
    Made,
    /// Somebody in the scope signs in with this address already.
    EmailTaken,
    /// There is no such publisher.
    UnknownPublisher,
    /// There is no such person in the scope, or not in this role (any more).
    UnknownPerson,
    /// There is somebody already, who may invite others.
    NotTheFirst,
}

/// What became of a person who wanted to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It is there, and its session has begun.
    Joined,
    /// The password is set. No session has begun: a second factor is still to be shown, or the person may not sign in.
    MustSignIn,
    /// The link opens nothing (any more).
    Void,
    /// Somebody signs in with this address already.
    EmailTaken,
}

/// A row of `invitations`, as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct Row {
    id: String,
    purpose: Purpose,
    email: Option<String>,
    name: Option<String>,
    role: String,
    publisher_id: Option<String>,
    user_id: Option<String>,
    by_token_id: Option<String>,
    by_user_id: Option<String>,
    by_name: String,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl TryFrom<Row> for Invitation {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, String> {
        let role = Role::from_parts(&row.role, row.publisher_id);
        Ok(Self {
            role: role.ok_or_else(|| format!("invitations/{} has a role that this version does not know", row.id))?,
            id: row.id,
            purpose: row.purpose,
            email: row.email.map(EmailAddress::known),
            name: row.name,
            user_id: row.user_id,
            made_by: MadeBy { token_id: row.by_token_id, user_id: row.by_user_id, name: row.by_name },
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

read_as_row!(Invitation, Row);

impl Store {
    /// Makes a link that opens with this text. Links of before to a new password of the same person
    /// open nothing any more; of first operators there may be one from each node that started. Of people whom the scope does not
    /// take in nothing is told: an address of theirs is found taken by whoever wants to join with it.
    pub async fn create_invitation(
        &self,
        invitation: Invitation,
        scope: RoleScope,
        text: &str,
    ) -> Result<InvitationMade, StoreError> {
        let digest = digest(text);
        self.configure(move |conn| {
            if let Some(refused) = refused(conn, &invitation, &scope)? {
                return Ok(refused);
            }
            insert(conn, &invitation, digest)?;
            Ok(InvitationMade::Made)
        })
        .await
    }

    /// The link that opens with this text, if it still does.
    pub async fn invitation_by_text(&self, text: &str, now: Timestamp) -> Result<Option<Invitation>, StoreError> {
        let digest = digest(text);
        self.look(move |conn| open(conn, &digest, now)).await
    }

    /// The invitations that nobody has used yet, newest first; neither of first operators nor to new passwords.
    pub async fn invitations(
        &self,
        scope: RoleScope,
        now: Timestamp,
        page: Page,
    ) -> Result<Listed<Invitation>, StoreError> {
        let (rows, before) = (page.rows(), page.before.clone());
        let found = self.read(move |conn| {
            let mut query = invitations::table.select(Invitation::as_select()).into_boxed::<Engine>();
            query = within_scope!(query, invitations, scope);
            if let Some(before) = before {
                query = query.filter(invitations::id.lt(before));
            }
            let open = invitations::used_at.is_null().and(invitations::expires_at.gt(now));
            let open = query.filter(invitations::purpose.eq(Purpose::Invitation)).filter(open);
            open.order(invitations::id.desc()).limit(rows).load(conn)
        });
        Ok(page.cut(found.await?, |invitation: &Invitation| &invitation.id))
    }

    /// Takes an invitation back that nobody has used yet; false: there is none of this id that the scope takes in.
    pub async fn delete_invitation(&self, id: &str, scope: RoleScope) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.configure(move |conn| {
            let open = invitations::table.find(&id).filter(invitations::purpose.eq(Purpose::Invitation));
            let open = open.filter(invitations::used_at.is_null()).select(Invitation::as_select());
            let found: Option<Invitation> = open.first(conn).optional()?;
            if !found.is_some_and(|found| scope.holds(&found.role)) {
                return Ok(false);
            }
            diesel::delete(invitations::table.find(&id)).execute(conn).map(|gone| gone > 0)
        })
        .await
    }

    /// Makes a person by the link that opens with this text, and begins its first session, which opens with another one.
    pub async fn join(
        &self,
        link: &str,
        person: Person,
        session: SessionBeginning,
        session_text: &str,
    ) -> Result<Joined, StoreError> {
        let (link, session_digest) = (digest(link), digest(session_text));
        self.configure(move |conn| {
            let now = person.created_at;
            let Some(invitation) = open(conn, &link, now)?.filter(|found| found.purpose != Purpose::Reset) else {
                return Ok(Joined::Void);
            };
            if having(conn, &person.email)?.is_some() {
                return Ok(Joined::EmailTaken);
            }
            diesel::insert_into(users::table).values(NewRow::of(&person, &session.password_hash)).execute(conn)?;
            begin(conn, &session, session_digest)?;
            use_up(conn, &invitation.id, now)?;
            Ok(Joined::Joined)
        })
        .await
    }

    /// Sets a person's password by the link that opens with this text, and ends its sessions. This one begins, if the person has
    /// no second factor and may sign in.
    pub async fn reset_password(
        &self,
        link: &str,
        session: SessionBeginning,
        session_text: &str,
    ) -> Result<Joined, StoreError> {
        let (link, session_digest, now) = (digest(link), digest(session_text), session.session.created_at);
        self.configure(move |conn| {
            let Some(invitation) = open(conn, &link, now)? else { return Ok(Joined::Void) };
            let Some(user_id) = invitation.user_id else { return Ok(Joined::Void) };
            // Whoever made it reached a person of the role that the link says, and perhaps of no other.
            if find(conn, &user_id)?.is_none_or(|person| person.role != invitation.role) {
                return Ok(Joined::Void);
            }
            // Removes the link as well.
            proofs::set_password(conn, &user_id, &session.password_hash, None)?;
            let has_begun = begin(conn, &session, session_digest)?;
            Ok(if has_begun { Joined::Joined } else { Joined::MustSignIn })
        })
        .await
    }
}

/// Why a link cannot be made. Those of before that it replaces are removed.
fn refused(conn: &mut Conn, new: &Invitation, scope: &RoleScope) -> QueryResult<Option<InvitationMade>> {
    if new.purpose == Purpose::FirstOperator && has_people(conn)? {
        return Ok(Some(InvitationMade::NotTheFirst));
    }
    if let Some(user_id) = &new.user_id {
        if find(conn, user_id)?.is_none_or(|person| person.role != new.role || !scope.holds(&person.role)) {
            return Ok(Some(InvitationMade::UnknownPerson));
        }
        void_resets_of(conn, user_id)?;
        return Ok(None);
    }
    if let Some(email) = &new.email {
        if having(conn, email)?.is_some_and(|person| scope.holds(&person.role)) {
            return Ok(Some(InvitationMade::EmailTaken));
        }
        if !is_known_publisher(conn, &new.role)? {
            return Ok(Some(InvitationMade::UnknownPublisher));
        }
    }
    Ok(None)
}

/// Who signs in with this address.
fn having(conn: &mut Conn, email: &EmailAddress) -> QueryResult<Option<Person>> {
    users::table.filter(users::email_key.eq(email.key())).select(Person::as_select()).first(conn).optional()
}

fn insert(conn: &mut Conn, new: &Invitation, digest: Vec<u8>) -> QueryResult<()> {
    let row = (
        invitations::id.eq(&new.id),
        invitations::purpose.eq(new.purpose),
        invitations::token_hash.eq(digest),
        invitations::email.eq(new.email.as_ref().map(EmailAddress::as_str)),
        invitations::name.eq(&new.name),
        invitations::role.eq(new.role.as_str()),
        invitations::publisher_id.eq(new.role.publisher_id()),
        invitations::user_id.eq(&new.user_id),
        (
            invitations::by_token_id.eq(&new.made_by.token_id),
            invitations::by_user_id.eq(&new.made_by.user_id),
            invitations::by_name.eq(&new.made_by.name),
        ),
        invitations::created_at.eq(new.created_at),
        invitations::expires_at.eq(new.expires_at),
    );
    diesel::insert_into(invitations::table).values(row).execute(conn).map(drop)
}

/// The link with this digest, if it still opens something. The first operator's does while there is nobody.
fn open(conn: &mut Conn, digest: &[u8], now: Timestamp) -> QueryResult<Option<Invitation>> {
    let found: Option<Invitation> = invitations::table
        .filter(invitations::token_hash.eq(digest))
        .filter(invitations::used_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .select(Invitation::as_select())
        .first(conn)
        .optional()?;
    match found {
        Some(found) if found.purpose == Purpose::FirstOperator && has_people(conn)? => Ok(None),
        found => Ok(found),
    }
}

fn use_up(conn: &mut Conn, id: &str, now: Timestamp) -> QueryResult<()> {
    diesel::update(invitations::table.find(id)).set(invitations::used_at.eq(now)).execute(conn).map(drop)
}

/// Removes the links that have been void for a while.
pub(super) fn remove_ended(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    let before = now.minus(REMEMBERED);
    let is_over = invitations::expires_at.le(before).or(invitations::used_at.le(before));
    diesel::delete(invitations::table.filter(is_over)).execute(conn)
}
