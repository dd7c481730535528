//! An endpoint as it lies in its table: how settings get in, and how the endpoint comes out again.
//!
//! What may be set is checked before it gets here.

use std::time::Duration;

use diesel::prelude::*;

use crate::domain::app::{Disabled, Endpoint, Secret};
use crate::domain::app_settings::EndpointSettings;
use crate::domain::dialect::callback::{CallbackConfig, TimestampSource};
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::time::Timestamp;

use super::schema::endpoints;
use super::{MasterKey, StoreError};

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = endpoints, treat_none_as_null = true)]
pub(super) struct EndpointRow {
    pub(super) id: String,
    pub(super) app_id: String,
    pub(super) position: i32,
    pub(super) dialect: String,
    pub(super) callback_url: Option<String>,
    pub(super) reversal_url: Option<String>,
    pub(super) events: Option<String>,
    pub(super) retry_schedule: Option<String>,
    pub(super) timeout_ms: Option<i64>,
    pub(super) success: Option<String>,
    pub(super) headers_sealed: Option<Vec<u8>>,
    pub(super) timestamp_source: String,
    pub(super) signed_origin: Option<String>,
    pub(super) settings: Option<String>,
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
            callback_url: None,
            reversal_url: None,
            events: None,
            retry_schedule: None,
            timeout_ms: None,
            success: None,
            headers_sealed: None,
            timestamp_source: String::new(),
            signed_origin: None,
            settings: None,
            created_at: created_at.as_millis(),
            archived_at: None,
            disabled_at: None,
            disabled_status: None,
            enabled_at: None,
        }
    }

    /// Puts settings in.
    pub(super) fn set(&mut self, settings: EndpointSettings, key: &MasterKey) {
        let timestamp_source = match settings.timestamp_source {
            TimestampSource::Completion => "completion",
            TimestampSource::Attempt => "attempt",
        };
        let headers = serde_json::json!(settings.headers).to_string();
        let sealed = || key.seal(&headers_place(&self.id), headers.as_bytes());
        self.headers_sealed = (!settings.headers.is_empty()).then(sealed);
        self.dialect = settings.dialect;
        self.callback_url = settings.callback_url.map(|url| url.as_str().to_owned());
        self.reversal_url = settings.reversal_url.map(|url| url.as_str().to_owned());
        self.events = settings.events.map(|events| serde_json::json!(events).to_string());
        self.retry_schedule = settings.retry_schedule.map(|seconds| serde_json::json!(seconds).to_string());
        self.timeout_ms = settings.timeout.map(|timeout| i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX));
        self.success = settings.success.map(|success| serde_json::json!(success).to_string());
        self.timestamp_source = timestamp_source.to_owned();
        self.signed_origin = settings.signed_origin;
        let own = &settings.settings;
        self.settings = (!own.is_empty()).then(|| serde_json::json!(own).to_string());
    }

    /// Opens what is sealed of it.
    pub(super) fn open(self, key: &MasterKey, app_label: String, secrets: Vec<Secret>) -> Result<Endpoint, StoreError> {
        let unreadable = |column: &str| StoreError::Unreadable { place: format!("endpoints/{}/{column}", self.id) };
        let headers = match &self.headers_sealed {
            Some(sealed) => {
                let text = key.open_text(&headers_place(&self.id), sealed)?;
                serde_json::from_str(&text).map_err(|_| unreadable("headers"))?
            }
            None => Vec::new(),
        };
        let timestamp_source = match self.timestamp_source.as_str() {
            "completion" => TimestampSource::Completion,
            "attempt" => TimestampSource::Attempt,
            _ => return Err(unreadable("timestamp_source")),
        };
        let settings = from_json(self.settings.as_deref()).map_err(|_| unreadable("settings"))?;
        let timeout = self.timeout_ms.map(u64::try_from).transpose().map_err(|_| unreadable("timeout_ms"))?;
        let status = self.disabled_status.map(u16::try_from).transpose().map_err(|_| unreadable("disabled_status"))?;
        let disabled =
            self.disabled_at.zip(status).map(|(at, status)| Disabled { at: Timestamp::from_millis(at), status });
        Ok(Endpoint {
            events: from_json(self.events.as_deref()).map_err(|_| unreadable("events"))?,
            retry_schedule: from_json(self.retry_schedule.as_deref()).map_err(|_| unreadable("retry_schedule"))?,
            timeout: timeout.map(Duration::from_millis),
            success: from_json(self.success.as_deref()).map_err(|_| unreadable("success"))?,
            disabled,
            id: self.id,
            dialect: self.dialect,
            config: CallbackConfig {
                callback_url: self.callback_url.map(CallbackUrl::from),
                reversal_url: self.reversal_url.map(CallbackUrl::from),
                app_label,
                settings: settings.unwrap_or_default(),
                signed_origin: self.signed_origin,
                timestamp_source,
                headers,
            },
            secrets,
        })
    }
}

/// The place of an endpoint's headers.
fn headers_place(id: &str) -> String {
    format!("endpoints/{id}/headers")
}

fn from_json<T: serde::de::DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, serde_json::Error> {
    text.map(serde_json::from_str).transpose()
}
