//! Apps as a list finds them: by words in their names, archived ones too.
//!
//! An installation has some hundreds of apps, so what a list is sorted by is read of all of them and sorted by whoever asks; only a
//! page of them is then read whole.

use std::collections::HashMap;

use diesel::prelude::*;

use super::app_labels::name_in;
use super::app_rows::{AppRow, AppRows};
use super::schema::{apps, publishers};
use super::{Store, StoreError, references};
use crate::domain::app::App;

/// What a list finds and sorts an app by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppBrief {
    /// Its id.
    pub id: String,
    /// Its `ref`.
    pub reference: Option<String>,
    /// Its name.
    pub name: String,
}

/// The columns of a brief: id, `ref`, settings.
type BriefRow = (String, Option<String>, String);

impl Store {
    /// All apps, of one publisher or of all, newest first: those that are archived, or those that are not.
    pub async fn app_briefs(&self, publisher_id: Option<&str>, archived: bool) -> Result<Vec<AppBrief>, StoreError> {
        let publisher_id = publisher_id.map(str::to_owned);
        let columns = (apps::id, apps::reference, apps::settings);
        let found: Vec<BriefRow> = self
            .read(move |conn| {
                let mut query = apps::table.select(columns).into_boxed();
                query = if archived {
                    query.filter(apps::archived_at.is_not_null())
                } else {
                    query.filter(apps::archived_at.is_null())
                };
                if let Some(publisher_id) = publisher_id {
                    query = query.filter(apps::publisher_id.eq(publisher_id));
                }
                query.order(apps::id.desc()).load(conn)
            })
            .await?;
        found.into_iter().map(brief).collect()
    }

    /// The app with this id or `ref`, if it is not archived; ids win. No secret of it is opened.
    pub async fn app_brief(&self, id_or_ref: &str) -> Result<Option<AppBrief>, StoreError> {
        let id_or_ref = id_or_ref.to_owned();
        let found: Option<BriefRow> = self
            .read(move |conn| {
                let Some(id) = references::app(conn, &id_or_ref)? else { return Ok(None) };
                apps::table.find(id).select((apps::id, apps::reference, apps::settings)).first(conn).optional()
            })
            .await?;
        found.map(brief).transpose()
    }

    /// The apps with these ids, archived or not, in their order; those that are not there are left out.
    pub async fn apps_by_id(&self, ids: Vec<String>) -> Result<Vec<App>, StoreError> {
        let wanted = ids.clone();
        let rows = self
            .snapshot(move |conn| {
                let found = apps::table.filter(apps::id.eq_any(wanted)).select(AppRow::as_select()).load(conn)?;
                AppRows::load(conn, found)
            })
            .await?;
        let mut found: HashMap<String, App> =
            rows.open(self.key())?.into_iter().map(|app| (app.id.clone(), app)).collect();
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The names of publishers, by id.
    pub async fn publisher_names(&self, ids: Vec<String>) -> Result<HashMap<String, String>, StoreError> {
        let named = publishers::table.select((publishers::id, publishers::name));
        let named: Vec<(String, String)> =
            self.read(move |conn| named.filter(publishers::id.eq_any(ids)).load(conn)).await?;
        Ok(named.into_iter().collect())
    }
}

fn brief((id, reference, settings): BriefRow) -> Result<AppBrief, StoreError> {
    let name = name_in(&settings, &id)?;
    Ok(AppBrief { id, reference, name })
}
