//! Endpoints of apps: adding one, archiving one, and how settings become a row.
//!
//! What may be set is checked before it gets here; which endpoint is an app's first follows from its position alone.

use diesel::prelude::*;

use crate::domain::app_settings::EndpointSettings;
use crate::domain::dialect::callback::TimestampSource;
use crate::domain::time::Timestamp;

use super::app_rows::{EndpointRow, headers_place};
use super::apps::{AppSaved, Archived, resolve};
use super::schema::endpoints;
use super::{MasterKey, Store, StoreError, open_deliveries, revision};

impl Store {
    /// Adds a further endpoint to an app.
    pub async fn create_endpoint(
        &self,
        app_id: &str,
        endpoint_id: &str,
        settings: EndpointSettings,
        now: Timestamp,
    ) -> Result<AppSaved, StoreError> {
        let (app_id, endpoint_id) = (app_id.to_owned(), endpoint_id.to_owned());
        let key = self.key().clone();
        self.configure(move |conn| {
            if resolve(conn, &app_id)?.as_deref() != Some(&app_id) {
                return Ok(AppSaved::Unknown);
            }
            let positions = endpoints::table.filter(endpoints::app_id.eq(&app_id));
            let last: Option<i32> = positions.select(diesel::dsl::max(endpoints::position)).first(conn)?;
            let mut row = blank_endpoint(endpoint_id, app_id.clone(), last.map_or(0, |last| last + 1), now);
            fill(&mut row, settings, &key);
            diesel::insert_into(endpoints::table).values(row).execute(conn)?;
            revision::stamp_app(conn, &app_id)?;
            Ok(AppSaved::Saved)
        })
        .await
    }

    /// Archives an endpoint; the last one of an app stays.
    pub async fn archive_endpoint(
        &self,
        app_id: &str,
        endpoint_id: &str,
        now: Timestamp,
    ) -> Result<Archived, StoreError> {
        let (app_id, endpoint_id) = (app_id.to_owned(), endpoint_id.to_owned());
        self.configure(move |conn| {
            let living =
                endpoints::table.filter(endpoints::app_id.eq(&app_id)).filter(endpoints::archived_at.is_null());
            let living: Vec<String> = living.select(endpoints::id).load(conn)?;
            if !living.contains(&endpoint_id) {
                return Ok(Archived::Unknown);
            }
            if living.len() == 1 {
                return Ok(Archived::OnlyEndpoint);
            }
            if open_deliveries::will_be(conn, &app_id)? {
                return Ok(Archived::OpenDeliveries);
            }
            let archived = endpoints::archived_at.eq(now.as_millis());
            diesel::update(endpoints::table.find(&endpoint_id)).set(archived).execute(conn)?;
            revision::stamp_app(conn, &app_id)?;
            Ok(Archived::Archived)
        })
        .await
    }
}

/// An endpoint of which nothing is set yet.
pub(super) fn blank_endpoint(id: String, app_id: String, position: i32, created_at: Timestamp) -> EndpointRow {
    EndpointRow {
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
        surface_id: None,
        created_at: created_at.as_millis(),
        archived_at: None,
    }
}

/// Puts settings into a row.
pub(super) fn fill(row: &mut EndpointRow, settings: EndpointSettings, key: &MasterKey) {
    let timestamp_source = match settings.timestamp_source {
        TimestampSource::Completion => "completion",
        TimestampSource::Attempt => "attempt",
    };
    let headers = serde_json::json!(settings.headers).to_string();
    let sealed = || key.seal(&headers_place(&row.id), headers.as_bytes());
    row.headers_sealed = (!settings.headers.is_empty()).then(sealed);
    row.dialect = settings.dialect;
    row.callback_url = settings.callback_url;
    row.reversal_url = settings.reversal_url;
    row.events = settings.events.map(|events| serde_json::json!(events).to_string());
    row.retry_schedule = settings.retry_schedule.map(|seconds| serde_json::json!(seconds).to_string());
    row.timeout_ms = settings.timeout.map(|timeout| i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX));
    row.success = settings.success.map(|success| serde_json::json!(success).to_string());
    row.timestamp_source = timestamp_source.to_owned();
    row.signed_origin = settings.signed_origin;
    row.surface_id = settings.surface_id;
}
