//! Endpoints of apps: adding one, enabling one, archiving one.
//!
//! What may be set is checked before it gets here; which endpoint is an app's first follows from its position alone.

use diesel::prelude::*;

use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::time::Timestamp;

use super::apps::{AppSaved, Archived};
use super::endpoint_rows::EndpointRow;
use super::schema::endpoints;
use super::{Store, StoreError, open_deliveries, references, revision};

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
            if references::app(conn, &app_id)?.as_deref() != Some(&app_id) {
                return Ok(AppSaved::Unknown);
            }
            let positions = endpoints::table.filter(endpoints::app_id.eq(&app_id));
            let last: Option<i32> = positions.select(diesel::dsl::max(endpoints::position)).first(conn)?;
            let mut row = EndpointRow::blank(endpoint_id, app_id.clone(), last.map_or(0, |last| last + 1), now);
            row.set(settings, &key);
            diesel::insert_into(endpoints::table).values(row).execute(conn)?;
            revision::stamp_app(conn, &app_id)?;
            Ok(AppSaved::Saved)
        })
        .await
    }

    /// The app of an endpoint, whether or not either is archived: their history stays.
    pub async fn app_of_endpoint(&self, id: &str) -> Result<Option<String>, StoreError> {
        let id = id.to_owned();
        self.read(move |conn| endpoints::table.find(id).select(endpoints::app_id).first(conn).optional()).await
    }

    /// Enables an endpoint if it is disabled; answers whether there is one of this id.
    pub async fn enable_endpoint(&self, app_id: &str, endpoint_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let (app_id, endpoint_id) = (app_id.to_owned(), endpoint_id.to_owned());
        self.configure(move |conn| {
            let living = endpoints::table.find(&endpoint_id).filter(endpoints::app_id.eq(&app_id));
            let living = living.filter(endpoints::archived_at.is_null()).select(endpoints::disabled_at);
            let Some(disabled_at) = living.first::<Option<i64>>(conn).optional()? else {
                return Ok(false);
            };
            if disabled_at.is_some() {
                diesel::update(endpoints::table.find(&endpoint_id))
                    .set((
                        endpoints::disabled_at.eq(None::<i64>),
                        endpoints::disabled_status.eq(None::<i32>),
                        endpoints::enabled_at.eq(now.as_millis()),
                    ))
                    .execute(conn)?;
                revision::stamp_app(conn, &app_id)?;
            }
            Ok(true)
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
