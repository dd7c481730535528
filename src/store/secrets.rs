//! Secrets of endpoints: an endpoint that has any has exactly one that is active.
//!
//! Only the secret retired last may overlap: one that leaked must not come back through an older one's patience.

use std::time::Duration;

use diesel::dsl::{exists, select};
use diesel::prelude::*;

use crate::domain::secret::{SecretState, SecretText};
use crate::domain::time::Timestamp;

use super::app_rows::{SecretRow, secret_place};
use super::backend::Conn;
use super::schema::{apps, endpoints, secret_uses, secrets};
use super::{Store, StoreError, endpoint_tests, revision};

/// A new secret.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// `sec_…`
    pub id: String,
    /// The app.
    pub app_id: String,
    /// One of its endpoints.
    pub endpoint_id: String,
    /// The text.
    pub text: SecretText,
    /// Whether it is to sign at once although there is an active one, and for how long that one overlaps then.
    pub activate: Option<Duration>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What became of a secret that was to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretDeleted {
    /// It is gone.
    Deleted,
    /// There is no such secret.
    Unknown,
    /// It signs.
    Active,
}

impl Store {
    /// Adds a secret; the first of an endpoint is active at once. Answers its state; `None`: no such endpoint.
    pub async fn create_secret(&self, new: NewSecret) -> Result<Option<SecretState>, StoreError> {
        let sealed = self.key().seal(&secret_place(&new.id), new.text.expose().as_bytes());
        self.configure(move |conn| {
            if !is_living(conn, &new.app_id, &new.endpoint_id)? {
                return Ok(None);
            }
            let active = of(&new.endpoint_id).filter(secrets::state.eq(SecretState::Active));
            let is_first = !select(exists(active)).get_result::<bool>(conn)?;
            let row = SecretRow {
                id: new.id.clone(),
                endpoint_id: new.endpoint_id.clone(),
                state: SecretState::Next,
                sealed,
                created_at: new.created_at,
                activated_at: None,
                overlap_until: None,
            };
            diesel::insert_into(secrets::table).values(row).execute(conn)?;
            revision::stamp_app(conn, &new.app_id)?;
            if !is_first && new.activate.is_none() {
                return Ok(Some(SecretState::Next));
            }
            activate(conn, &new.endpoint_id, &new.id, new.activate.unwrap_or_default(), new.created_at)?;
            Ok(Some(SecretState::Active))
        })
        .await
    }

    /// Makes a secret the active one; the one before it is retired and overlaps for a while. False: no such secret.
    pub async fn activate_secret(
        &self,
        app_id: &str,
        endpoint_id: &str,
        secret_id: &str,
        overlap: Duration,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (app_id, endpoint_id) = (app_id.to_owned(), endpoint_id.to_owned());
        let secret_id = secret_id.to_owned();
        self.configure(move |conn| {
            let Some(state) = state_of(conn, &app_id, &endpoint_id, &secret_id)? else {
                return Ok(false);
            };
            if state != SecretState::Active {
                activate(conn, &endpoint_id, &secret_id, overlap, now)?;
                revision::stamp_app(conn, &app_id)?;
            }
            Ok(true)
        })
        .await
    }

    /// Deletes a secret that does not sign.
    pub async fn delete_secret(
        &self,
        app_id: &str,
        endpoint_id: &str,
        secret_id: &str,
    ) -> Result<SecretDeleted, StoreError> {
        let (app_id, endpoint_id) = (app_id.to_owned(), endpoint_id.to_owned());
        let secret_id = secret_id.to_owned();
        self.configure(move |conn| {
            let Some(state) = state_of(conn, &app_id, &endpoint_id, &secret_id)? else {
                return Ok(SecretDeleted::Unknown);
            };
            if state == SecretState::Active {
                return Ok(SecretDeleted::Active);
            }
            diesel::delete(secrets::table.find(&secret_id)).execute(conn)?;
            diesel::delete(secret_uses::table.find(&secret_id)).execute(conn)?;
            endpoint_tests::forget(conn, &endpoint_id, &secret_id)?;
            revision::stamp_app(conn, &app_id)?;
            Ok(SecretDeleted::Deleted)
        })
        .await
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn of<'a>(endpoint_id: &'a str) -> _ {
    secrets::table.filter(secrets::endpoint_id.eq(endpoint_id))
}

fn is_living(conn: &mut Conn, app_id: &str, endpoint_id: &str) -> QueryResult<bool> {
    let living = endpoints::table
        .inner_join(apps::table)
        .filter(endpoints::id.eq(endpoint_id))
        .filter(apps::id.eq(app_id))
        .filter(endpoints::archived_at.is_null())
        .filter(apps::archived_at.is_null());
    select(exists(living)).get_result(conn)
}

fn state_of(conn: &mut Conn, app_id: &str, endpoint_id: &str, secret_id: &str) -> QueryResult<Option<SecretState>> {
    if !is_living(conn, app_id, endpoint_id)? {
        return Ok(None);
    }
    of(endpoint_id).filter(secrets::id.eq(secret_id)).select(secrets::state).first(conn).optional()
}

fn activate(conn: &mut Conn, endpoint_id: &str, secret_id: &str, overlap: Duration, now: Timestamp) -> QueryResult<()> {
    let overlap_until = (!overlap.is_zero()).then(|| now.plus(overlap));
    diesel::update(of(endpoint_id)).set(secrets::overlap_until.eq(None::<Timestamp>)).execute(conn)?;
    diesel::update(of(endpoint_id).filter(secrets::state.eq(SecretState::Active)))
        .set((secrets::state.eq(SecretState::Retired), secrets::overlap_until.eq(overlap_until)))
        .execute(conn)?;
    diesel::update(secrets::table.find(secret_id))
        .set((
            secrets::state.eq(SecretState::Active),
            secrets::activated_at.eq(now),
            secrets::overlap_until.eq(None::<Timestamp>),
        ))
        .execute(conn)
        .map(drop)
}
