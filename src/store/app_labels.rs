//! What lists of records say of an app beside each of its records: its name, and whose it is.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::StoreError;
use super::app_rows::REF;
use super::backend::{Conn, Read};
use super::schema::apps;
use super::settings_text;
use crate::domain::app_settings::AppSettings;

/// An app as a list of records names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppLabel {
    /// Its name.
    pub name: String,
    /// Its publisher, by id.
    pub publisher_id: String,
}

/// Apps whose settings have not been read yet: that may fail in ways a query cannot.
pub(super) struct Unread(Vec<(String, String, String)>);

/// The apps of these ids, archived ones too: one statement, however many records name them.
pub(super) fn of<'a>(conn: &mut Conn, ids: impl Iterator<Item = &'a str>) -> QueryResult<Unread> {
    let ids: BTreeSet<&str> = ids.collect();
    by_ids(ids.into_iter().collect()).load(conn).map(Unread)
}

/// The same as a query: id, publisher and settings.
pub(super) fn by_ids(ids: Vec<&str>) -> impl Read<'_, (String, String, String)> {
    apps::table.filter(apps::id.eq_any(ids)).select((apps::id, apps::publisher_id, apps::settings))
}

impl Unread {
    /// What they are called, by id.
    pub(super) fn read(self) -> Result<HashMap<String, AppLabel>, StoreError> {
        let label = |(id, publisher_id, settings): (String, String, String)| {
            let name = name_in(&settings, &id)?;
            Ok((id, AppLabel { name, publisher_id }))
        };
        self.0.into_iter().map(label).collect()
    }
}

/// The name in the settings of the app with this id.
pub(super) fn name_in(settings: &str, id: &str) -> Result<String, StoreError> {
    let settings: Result<AppSettings, _> = settings_text::read(settings, REF, None);
    settings.map(|settings| settings.name).map_err(|_| StoreError::Unreadable { place: format!("apps/{id}/settings") })
}
