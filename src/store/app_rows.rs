//! Apps as they lie in their tables, and as they come out of them: with endpoints in order, secrets oldest first, and
//! everything sealed opened.
//!
//! Reading and opening are two steps: the first holds a connection, the second may fail in ways a query cannot.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::app::{App, Endpoint, Secret};
use crate::domain::secret::{SecretState, SecretText};
use crate::domain::setup::{Remembered, Setup};
use crate::domain::time::Timestamp;

use super::backend::Conn;
use super::endpoint_rows::EndpointRow;
use super::schema::{apps, endpoints, secrets};
use super::{MasterKey, StoreError, endpoint_tests, settings_text};

/// The setting that is a column, since an app is looked up by it.
pub(super) const REF: &str = "ref";
/// Ids in one query: far below what the engines take as parameters.
const CHUNK: usize = 500;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = apps)]
pub(super) struct AppRow {
    pub(super) id: String,
    pub(super) publisher_id: String,
    pub(super) reference: Option<String>,
    pub(super) settings: String,
    pub(super) created_at: i64,
    pub(super) archived_at: Option<i64>,
    pub(super) revision: i64,
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
    tests: Vec<Remembered>,
}

impl AppRows {
    /// Reads what belongs to these apps.
    pub(super) fn load(conn: &mut Conn, apps: Vec<AppRow>) -> QueryResult<Self> {
        let (mut endpoints, mut secrets, mut tests) = (Vec::new(), Vec::new(), Vec::new());
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
            tests.extend(endpoint_tests::of_endpoints(conn, some.iter().map(|endpoint| &endpoint.id))?);
        }
        Ok(Self { apps, endpoints, secrets, tests })
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
        let mut tests: HashMap<String, Vec<Remembered>> = HashMap::new();
        for one in self.tests {
            tests.entry(one.tested.endpoint_id.clone()).or_default().push(one);
        }
        let mut endpoints: HashMap<String, Vec<Endpoint>> = HashMap::new();
        for row in self.endpoints {
            let app_id = row.app_id.clone();
            let label = labels.get(&app_id).cloned().unwrap_or_default();
            let secrets = secrets.remove(&row.id).unwrap_or_default();
            let tests = tests.remove(&row.id).unwrap_or_default();
            endpoints.entry(app_id).or_default().push(row.open(key, label, secrets, &tests)?);
        }
        let apps = self.apps.into_iter().map(|row| {
            let endpoints = endpoints.remove(&row.id).unwrap_or_default();
            row.read(endpoints)
        });
        apps.collect()
    }
}

impl AppRow {
    fn read(self, endpoints: Vec<Endpoint>) -> Result<App, StoreError> {
        let unreadable = |_| StoreError::Unreadable { place: format!("apps/{}/settings", self.id) };
        Ok(App {
            settings: settings_text::read(&self.settings, REF, self.reference).map_err(unreadable)?,
            id: self.id,
            publisher_id: self.publisher_id,
            created_at: Timestamp::from_millis(self.created_at),
            archived_at: self.archived_at.map(Timestamp::from_millis),
            revision: self.revision,
            endpoints,
        })
    }
}

impl SecretRow {
    /// What tests have shown of it is its endpoint's to add.
    fn open(self, key: &MasterKey) -> Result<Secret, StoreError> {
        let text = SecretText::known(key.open_text(&secret_place(&self.id), &self.sealed)?);
        Ok(Secret {
            id: self.id,
            state: self.state,
            text,
            created_at: self.created_at,
            activated_at: self.activated_at,
            overlap_until: self.overlap_until,
            setup: Setup::default(),
        })
    }
}
