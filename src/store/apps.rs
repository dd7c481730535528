//! Apps with their first endpoint: reading, creating, changing, archiving. Further endpoints: `endpoints.rs`.
//!
//! Whoever changes an app names the revision that it read: an app that was changed meanwhile is left alone, so that two
//! changes at the same time can not undo one another. What may be set is checked before it gets here.

use diesel::prelude::*;

use crate::domain::app::App;
use crate::domain::app_settings::AppSettings;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::naming::dialect_name;
use crate::domain::time::Timestamp;

use super::app_rows::{AppRow, AppRows, REF};
use super::backend::Conn;
use super::endpoint_rows::EndpointRow;
use super::schema::{apps, egress_assignments, endpoints, publishers};
use super::{Store, StoreError, open_deliveries, references, revision, settings_text};

/// A new app with its first endpoint.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// `app_…`
    pub id: String,
    /// Whose it is, by id.
    pub publisher_id: String,
    /// What is set of the app.
    pub settings: AppSettings,
    /// `end_…`
    pub endpoint_id: String,
    /// What is set of its first endpoint.
    pub endpoint: EndpointSettings,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What is to stand of an app that was read before.
#[derive(Clone, Debug)]
pub struct AppChange {
    /// The app's id.
    pub id: String,
    /// The revision under which it was read.
    pub read_at: i64,
    /// What is to be set of the app.
    pub settings: AppSettings,
    /// What is to be set of one of its endpoints.
    pub endpoint: Option<(String, EndpointSettings)>,
}

/// What became of saving an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppSaved {
    /// It stands as given.
    Saved,
    /// There is no such app (any more), or no such endpoint of it.
    Unknown,
    /// There is no such publisher.
    UnknownPublisher,
    /// Another app or publisher has this `ref`.
    RefTaken,
    /// Its dialect can not change, because deliveries are open.
    OpenDeliveries,
    /// It was changed since it was read.
    Overtaken,
}

/// What became of archiving an app or an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archived {
    /// It is archived.
    Archived,
    /// There is no such app or endpoint (any more).
    Unknown,
    /// It can not be, because deliveries are open.
    OpenDeliveries,
    /// It is the app's only endpoint.
    OnlyEndpoint,
}

impl Store {
    /// The app with this id or `ref`, if it is not archived; ids win.
    pub async fn app(&self, id_or_ref: &str) -> Result<Option<App>, StoreError> {
        let id_or_ref = id_or_ref.to_owned();
        let rows = self
            .snapshot(move |conn| {
                let Some(id) = references::app(conn, &id_or_ref)? else {
                    return Ok(None);
                };
                let found = apps::table.find(id).select(AppRow::as_select()).load(conn)?;
                AppRows::load(conn, found).map(Some)
            })
            .await?;
        let opened = rows.map(|rows| rows.open(self.key())).transpose()?;
        Ok(opened.and_then(|mut apps| apps.pop()))
    }

    /// Whose an app is, archived or not.
    pub async fn publisher_of_app(&self, id: &str) -> Result<Option<String>, StoreError> {
        let id = id.to_owned();
        self.read(move |conn| apps::table.find(id).select(apps::publisher_id).first(conn).optional()).await
    }

    /// The ids of a publisher's apps, archived ones too: their history stays.
    pub async fn app_ids_of(&self, publisher_id: &str) -> Result<Vec<String>, StoreError> {
        let publisher_id = publisher_id.to_owned();
        self.read(move |conn| apps::table.filter(apps::publisher_id.eq(publisher_id)).select(apps::id).load(conn)).await
    }

    /// Adds an app with its first endpoint.
    pub async fn create_app(&self, new: NewApp) -> Result<AppSaved, StoreError> {
        let mut endpoint = EndpointRow::blank(new.endpoint_id, new.id.clone(), 0, new.created_at);
        endpoint.set(new.endpoint, self.key());
        let settings = settings_text::write(&new.settings, REF, "");
        self.configure(move |conn| {
            let publisher = publishers::table.find(&new.publisher_id).select(publishers::id);
            if publisher.first::<String>(conn).optional()?.is_none() {
                return Ok(AppSaved::UnknownPublisher);
            }
            if references::is_taken(conn, new.settings.reference.as_deref(), &new.id)? {
                return Ok(AppSaved::RefTaken);
            }
            let row = AppRow {
                id: new.id,
                publisher_id: new.publisher_id,
                reference: new.settings.reference,
                settings,
                created_at: new.created_at.as_millis(),
                archived_at: None,
                revision: revision::next(conn)?,
            };
            diesel::insert_into(apps::table).values(row).execute(conn)?;
            diesel::insert_into(endpoints::table).values(endpoint).execute(conn)?;
            Ok(AppSaved::Saved)
        })
        .await
    }

    /// Changes an app, and one of its endpoints with it.
    pub async fn change_app(&self, change: AppChange) -> Result<AppSaved, StoreError> {
        let key = self.key().clone();
        self.configure(move |conn| {
            if let Some(refusal) = refusal(conn, &change)? {
                return Ok(refusal);
            }
            if let Some((endpoint_id, settings)) = change.endpoint {
                let known = endpoints::table.find(&endpoint_id).filter(endpoints::app_id.eq(&change.id));
                let known = known.filter(endpoints::archived_at.is_null()).select(EndpointRow::as_select());
                let Some(mut row) = known.first(conn).optional()? else {
                    return Ok(AppSaved::Unknown);
                };
                if dialect_name(&row.dialect) != dialect_name(&settings.dialect)
                    && open_deliveries::will_be(conn, &change.id)?
                {
                    return Ok(AppSaved::OpenDeliveries);
                }
                row.set(settings, &key);
                diesel::update(endpoints::table.find(&endpoint_id)).set(row).execute(conn)?;
            }
            let present: String = apps::table.find(&change.id).select(apps::settings).first(conn)?;
            diesel::update(apps::table.find(&change.id))
                .set((
                    apps::settings.eq(settings_text::write(&change.settings, REF, &present)),
                    apps::reference.eq(change.settings.reference),
                ))
                .execute(conn)?;
            revision::stamp_app(conn, &change.id)?;
            Ok(AppSaved::Saved)
        })
        .await
    }

    /// Archives an app and takes its egress IPs away.
    pub async fn archive_app(&self, id: &str, now: Timestamp) -> Result<Archived, StoreError> {
        let id = id.to_owned();
        self.configure(move |conn| {
            if references::app(conn, &id)?.as_deref() != Some(&id) {
                return Ok(Archived::Unknown);
            }
            if open_deliveries::will_be(conn, &id)? {
                return Ok(Archived::OpenDeliveries);
            }
            let archived = apps::archived_at.eq(now.as_millis());
            diesel::update(apps::table.find(&id)).set(archived).execute(conn)?;
            let assignments = egress_assignments::table.filter(egress_assignments::app_id.eq(&id));
            let standing =
                egress_assignments::removed_at.is_null().or(egress_assignments::removed_at.gt(now.as_millis()));
            diesel::update(assignments.filter(standing))
                .set(egress_assignments::removed_at.eq(now.as_millis()))
                .execute(conn)?;
            revision::stamp_app(conn, &id)?;
            Ok(Archived::Archived)
        })
        .await
    }
}

/// Why an app can not be changed.
fn refusal(conn: &mut Conn, change: &AppChange) -> QueryResult<Option<AppSaved>> {
    let living = apps::table.find(&change.id).filter(apps::archived_at.is_null());
    let Some(present) = living.select(apps::revision).first::<i64>(conn).optional()? else {
        return Ok(Some(AppSaved::Unknown));
    };
    if present != change.read_at {
        return Ok(Some(AppSaved::Overtaken));
    }
    let taken = references::is_taken(conn, change.settings.reference.as_deref(), &change.id)?;
    Ok(taken.then_some(AppSaved::RefTaken))
}
