//! Apps as they lie in their tables, and as they come out of them: with endpoints in order, secrets oldest first, and
//! everything sealed opened.
//!
//! Reading and opening are two steps: the first holds a connection, the second may fail in ways a query cannot.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::app::{App, Endpoint, Secret};
use crate::domain::limits::Limits;
use crate::domain::secret::{SecretState, SecretText};
use crate::domain::terms::Terms;
use crate::domain::time::Timestamp;

use super::backend::Conn;
use super::endpoint_rows::EndpointRow;
use super::schema::{apps, endpoints, secrets};
use super::{MasterKey, StoreError};

/// Ids in one query: far below what the engines take as parameters.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = apps)]
pub(super) struct AppRow {
    pub(super) id: String,
    pub(super) publisher_id: String,
    pub(super) reference: Option<String>,
    pub(super) name: String,
    pub(super) paused: bool,
    pub(super) callbacks: bool,
    pub(super) max_held_days: i32,
    pub(super) limits: Option<String>,
    pub(super) created_at: i64,
    pub(super) archived_at: Option<i64>,
    pub(super) revision: i64,
    pub(super) terms: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = secrets)]
pub(super) struct SecretRow {
    pub(super) id: String,
    pub(super) endpoint_id: String,
    pub(super) state: SecretState,
    pub(super) sealed: Vec<u8>,
    pub(super) created_at: Timestamp,
    pub(super) activated_at: Option<Timestamp>,
    pub(super) overlap_until: Option<Timestamp>,
}

/// The place of a secret, as the vault names places.
pub(super) fn secret_place(id: &str) -> String {
    format!("secrets/{id}")
}

/// Apps with all that belongs to them, still sealed.
pub(super) struct AppRows {
    apps: Vec<AppRow>,
    endpoints: Vec<EndpointRow>,
    secrets: Vec<SecretRow>,
}

impl AppRows {
    /// Reads what belongs to these apps.
    pub(super) fn load(conn: &mut Conn, apps: Vec<AppRow>) -> QueryResult<Self> {
        let (mut endpoints, mut secrets) = (Vec::new(), Vec::new());
        for some in apps.chunks(CHUNK) {
            let ids = some.iter().map(|app| &app.id);
            let of_these = endpoints::table
                .filter(endpoints::app_id.eq_any(ids))
                .filter(endpoints::archived_at.is_null())
                .order((endpoints::app_id, endpoints::position));
            endpoints.extend(of_these.select(EndpointRow::as_select()).load(conn)?);
        }
        for some in endpoints.chunks(CHUNK) {
            let ids = some.iter().map(|endpoint| &endpoint.id);
            let of_these = secrets::table.filter(secrets::endpoint_id.eq_any(ids)).order(secrets::id);
            secrets.extend(of_these.select(SecretRow::as_select()).load(conn)?);
        }
        Ok(Self { apps, endpoints, secrets })
    }

    /// Opens everything, in the order of the apps given.
    pub(super) fn open(self, key: &MasterKey) -> Result<Vec<App>, StoreError> {
        let mut secrets: HashMap<String, Vec<Secret>> = HashMap::new();
        for row in self.secrets {
            let endpoint_id = row.endpoint_id.clone();
            secrets.entry(endpoint_id).or_default().push(row.open(key)?);
        }
        let labels: HashMap<String, String> =
            self.apps.iter().map(|app| (app.id.clone(), app.reference.clone().unwrap_or(app.id.clone()))).collect();
        let mut endpoints: HashMap<String, Vec<Endpoint>> = HashMap::new();
        for row in self.endpoints {
            let app_id = row.app_id.clone();
            let label = labels.get(&app_id).cloned().unwrap_or_default();
            let secrets = secrets.remove(&row.id).unwrap_or_default();
            endpoints.entry(app_id).or_default().push(row.open(key, label, secrets)?);
        }
        let apps = self.apps.into_iter().map(|row| {
            let endpoints = endpoints.remove(&row.id).unwrap_or_default();
            row.read(endpoints)
        });
        apps.collect()
    }
}

/// An app's terms as they are stored.
pub(super) fn terms_to_text(terms: &Terms) -> Option<String> {
    Some(serde_json::to_string(terms).expect("terms of numbers and texts are always JSON"))
}

/// What [`terms_to_text`] wrote; an app older than its terms has the defaults. Terms that this version cannot read are never
/// taken for the defaults: they decide about money.
fn terms_from_text(app_id: &str, text: Option<&str>) -> Result<Terms, StoreError> {
    let unreadable = |_| StoreError::Unreadable { place: format!("apps/{app_id}/terms") };
    text.map_or(Ok(Terms::default()), |text| serde_json::from_str(text).map_err(unreadable))
}

/// An app's limits as they are stored.
pub(super) fn limits_to_text(limits: Limits) -> Option<String> {
    (!limits.are_none()).then(|| serde_json::to_string(&limits).expect("two numbers are always JSON"))
}

/// What [`limits_to_text`] wrote.
fn limits_from_text(app_id: &str, text: Option<&str>) -> Result<Limits, StoreError> {
    let unreadable = |_| StoreError::Unreadable { place: format!("apps/{app_id}/limits") };
    text.map_or(Ok(Limits::default()), |text| serde_json::from_str(text).map_err(unreadable))
}

impl AppRow {
    fn read(self, endpoints: Vec<Endpoint>) -> Result<App, StoreError> {
        let terms = terms_from_text(&self.id, self.terms.as_deref())?;
        let limits = limits_from_text(&self.id, self.limits.as_deref())?;
        Ok(App {
            id: self.id,
            publisher_id: self.publisher_id,
            reference: self.reference,
            name: self.name,
            paused: self.paused,
            callbacks: self.callbacks,
            max_held_days: u32::try_from(self.max_held_days).unwrap_or(0),
            limits,
            terms,
            created_at: Timestamp::from_millis(self.created_at),
            archived_at: self.archived_at.map(Timestamp::from_millis),
            revision: self.revision,
            endpoints,
        })
    }
}

impl SecretRow {
    fn open(self, key: &MasterKey) -> Result<Secret, StoreError> {
        let text = SecretText::known(key.open_text(&secret_place(&self.id), &self.sealed)?);
        Ok(Secret {
            id: self.id,
            state: self.state,
            text,
            created_at: self.created_at,
            activated_at: self.activated_at,
            overlap_until: self.overlap_until,
        })
    }
}
