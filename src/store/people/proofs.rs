//! What proves that somebody is a person: a hash of the password, and the key of the second factor, sealed.
//!
//! A code of the second factor opens once on all nodes together: its step is written down by the very change that uses it.

use diesel::prelude::*;

use super::super::schema::users;
use super::super::{Store, StoreError};
use super::ending::{end_other_sessions, void_resets_of};
use super::find;
use crate::domain::person::{EmailAddress, Person};
use crate::domain::totp::{KEY_BYTES, TotpKey};
use crate::store::backend::Conn;
use crate::store::role_scope::RoleScope;
use crate::store::vault::MasterKey;

/// A person, and what proves that somebody is that person.
#[derive(Clone)]
pub struct Proofs {
    /// Who.
    pub person: Person,
    /// The hash of the password, in the PHC form.
    pub password_hash: String,
    /// The second factor, if there is one.
    pub second_factor: Option<TotpKey>,
    /// The step of the last code that was used.
    pub used_step: Option<i64>,
    /// A second factor that was begun and not confirmed yet.
    pub next_second_factor: Option<TotpKey>,
}

impl std::fmt::Debug for Proofs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proofs").field("person", &self.person.id).finish_non_exhaustive()
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct Row {
    #[diesel(embed)]
    person: Person,
    password_hash: String,
    second_factor_sealed: Option<Vec<u8>>,
    second_factor_step: Option<i64>,
    next_second_factor_sealed: Option<Vec<u8>>,
}

impl Store {
    /// The person who signs in with this address.
    pub async fn proofs_by_email(&self, email: &EmailAddress) -> Result<Option<Proofs>, StoreError> {
        let key = email.key();
        let found = self.look(move |conn| {
            users::table.filter(users::email_key.eq(key)).select(Row::as_select()).first(conn).optional()
        });
        found.await?.map(|row| self.opened(row)).transpose()
    }

    /// The person with this id.
    pub async fn proofs_of(&self, user_id: &str) -> Result<Option<Proofs>, StoreError> {
        let id = user_id.to_owned();
        let found = self.look(move |conn| users::table.find(id).select(Row::as_select()).first(conn).optional());
        found.await?.map(|row| self.opened(row)).transpose()
    }

    fn opened(&self, row: Row) -> Result<Proofs, StoreError> {
        let key =
            |place: String, sealed: Option<Vec<u8>>| sealed.map(|sealed| open(self.key(), &place, &sealed)).transpose();
        Ok(Proofs {
            second_factor: key(place(&row.person.id), row.second_factor_sealed)?,
            next_second_factor: key(next_place(&row.person.id), row.next_second_factor_sealed)?,
            person: row.person,
            password_hash: row.password_hash,
            used_step: row.second_factor_step,
        })
    }

    /// Keeps the key of a second factor that is not confirmed yet, in place of one that was begun before.
    pub async fn begin_second_factor(&self, user_id: &str, key: &TotpKey) -> Result<(), StoreError> {
        let (id, sealed) = (user_id.to_owned(), self.key().seal(&next_place(user_id), key.expose()));
        self.write(move |conn| {
            diesel::update(users::table.find(id))
                .set(users::next_second_factor_sealed.eq(sealed))
                .execute(conn)
                .map(drop)
        })
        .await
    }

    /// Puts the key in force that was begun, after its code of this step, and ends all sessions but the one that is kept; false
    /// where another key was begun meanwhile, or none is.
    pub async fn confirm_second_factor(
        &self,
        user_id: &str,
        key: &TotpKey,
        step: i64,
        kept: &str,
    ) -> Result<bool, StoreError> {
        let (id, kept) = (user_id.to_owned(), kept.to_owned());
        let of = users::table.find(id.clone()).select(users::next_second_factor_sealed);
        let found = self.look(move |conn| of.first::<Option<Vec<u8>>>(conn).optional());
        let Some(begun) = found.await?.flatten() else { return Ok(false) };
        if open(self.key(), &next_place(user_id), &begun)? != *key {
            return Ok(false);
        }
        let sealed = self.key().seal(&place(user_id), key.expose());
        self.write(move |conn| {
            let still_begun = users::table.filter(users::id.eq(&id)).filter(users::next_second_factor_sealed.eq(begun));
            let confirmed = diesel::update(still_begun)
                .set((
                    users::second_factor_sealed.eq(sealed),
                    users::second_factor_step.eq(step),
                    users::next_second_factor_sealed.eq(None::<Vec<u8>>),
                ))
                .execute(conn)?;
            if confirmed == 1 {
                end_other_sessions(conn, &id, &kept)?;
            }
            Ok(confirmed == 1)
        })
        .await
    }

    /// Takes the second factor away, and one that was begun; false: there is no such person, or none that the scope takes in.
    pub async fn remove_second_factor(&self, user_id: &str, scope: RoleScope) -> Result<bool, StoreError> {
        let id = user_id.to_owned();
        // After every change of a role, which is what the scope looks at.
        self.write_in_turn(Conn::begin_configuring, move |conn| {
            if !find(conn, &id)?.is_some_and(|found| scope.holds(&found.role)) {
                return Ok(false);
            }
            let removed = diesel::update(users::table.find(id))
                .set((
                    users::second_factor_sealed.eq(None::<Vec<u8>>),
                    users::second_factor_step.eq(None::<i64>),
                    users::next_second_factor_sealed.eq(None::<Vec<u8>>),
                ))
                .execute(conn)?;
            Ok(removed == 1)
        })
        .await
    }
}

/// Uses the code of this step up; false where it, or a later one, was used already.
pub(super) fn use_step(conn: &mut Conn, user_id: &str, step: i64) -> QueryResult<bool> {
    let unused = users::second_factor_step.is_null().or(users::second_factor_step.lt(step));
    let used = diesel::update(users::table.filter(users::id.eq(user_id)).filter(unused))
        .set(users::second_factor_step.eq(step))
        .execute(conn)?;
    Ok(used == 1)
}

/// Gives a person a new password. All its sessions end but the one that is kept, and so do links to a new password.
pub(super) fn set_password(conn: &mut Conn, user_id: &str, hash: &str, kept: Option<&str>) -> QueryResult<()> {
    diesel::update(users::table.find(user_id)).set(users::password_hash.eq(hash)).execute(conn)?;
    end_other_sessions(conn, user_id, kept.unwrap_or_default())?;
    void_resets_of(conn, user_id)
}

fn open(key: &MasterKey, place: &str, sealed: &[u8]) -> Result<TotpKey, StoreError> {
    let opened = key.open(place, sealed)?;
    let bytes = <[u8; KEY_BYTES]>::try_from(opened.as_slice());
    bytes.map(TotpKey::of).map_err(|_| StoreError::Unreadable { place: place.to_owned() })
}

/// Where a key lies, as the vault names places.
fn place(user_id: &str) -> String {
    format!("users/{user_id}/second_factor")
}

fn next_place(user_id: &str) -> String {
    format!("users/{user_id}/next_second_factor")
}
