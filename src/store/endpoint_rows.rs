//! An endpoint as it lies in its table: how settings get in, and how the endpoint comes out again.
//!
//! Its dialect is a column, because it is asked for alone; its headers are sealed; everything else that is set is one value, so
//! that a new setting needs no column. What may be set is checked before it gets here.

use diesel::prelude::*;

use crate::domain::app::{Disabled, Endpoint, Secret};
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::headers::Headers;
use crate::domain::secret::SecretState;
use crate::domain::setup::{self, Remembered};
use crate::domain::time::Timestamp;

use super::schema::endpoints;
use super::{MasterKey, StoreError, settings_text};

/// The setting that is a column.
const DIALECT: &str = "dialect";

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = endpoints, treat_none_as_null = true)]
pub(super) struct EndpointRow {
    pub(super) id: String,
    pub(super) app_id: String,
    pub(super) position: i32,
    pub(super) dialect: String,
    pub(super) settings: String,
    pub(super) headers_sealed: Option<Vec<u8>>,
    pub(super) created_at: i64,
    pub(super) archived_at: Option<i64>,
    pub(super) disabled_at: Option<i64>,
    pub(super) disabled_status: Option<i32>,
    pub(super) enabled_at: Option<i64>,
}

impl EndpointRow {
    /// An endpoint of which nothing is set yet.
    pub(super) fn blank(id: String, app_id: String, position: i32, created_at: Timestamp) -> Self {
        Self {
            id,
            app_id,
            position,
            dialect: String::new(),
            settings: String::new(),
            headers_sealed: None,
            created_at: created_at.as_millis(),
            archived_at: None,
            disabled_at: None,
            disabled_status: None,
            enabled_at: None,
        }
    }

    /// Puts settings in.
    pub(super) fn set(&mut self, settings: EndpointSettings, key: &MasterKey) {
        self.settings = settings_text::write(&settings, DIALECT, &self.settings);
        let Headers(headers) = settings.headers;
        let sealed = || key.seal(&headers_place(&self.id), serde_json::json!(headers).to_string().as_bytes());
        self.headers_sealed = (!headers.is_empty()).then(sealed);
        self.dialect = settings.dialect;
    }

    /// Opens what is sealed of it.
    pub(super) fn open(
        self,
        key: &MasterKey,
        app_label: String,
        mut secrets: Vec<Secret>,
        tests: &[Remembered],
    ) -> Result<Endpoint, StoreError> {
        for secret in &mut secrets {
            secret.setup = setup::shown(tests, &self.dialect, Some(&secret.id));
        }
        let active = secrets.iter().find(|secret| secret.state == SecretState::Active);
        let setup = active.map_or_else(|| setup::shown(tests, &self.dialect, None), |secret| secret.setup);
        let unreadable = |column: &str| StoreError::Unreadable { place: format!("endpoints/{}/{column}", self.id) };
        let settings = settings_text::read(&self.settings, DIALECT, Some(self.dialect));
        let mut settings: EndpointSettings = settings.map_err(|_| unreadable("settings"))?;
        if let Some(sealed) = &self.headers_sealed {
            let text = key.open_text(&headers_place(&self.id), sealed)?;
            settings.headers = Headers(serde_json::from_str(&text).map_err(|_| unreadable("headers"))?);
        }
        let status = self.disabled_status.map(u16::try_from).transpose().map_err(|_| unreadable("disabled_status"))?;
        let disabled =
            self.disabled_at.zip(status).map(|(at, status)| Disabled { at: Timestamp::from_millis(at), status });
        Ok(Endpoint { id: self.id, config: CallbackConfig { app_label, settings }, disabled, secrets, setup })
    }
}

/// The place of an endpoint's headers.
fn headers_place(id: &str) -> String {
    format!("endpoints/{id}/headers")
}
