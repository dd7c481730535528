//! Sources: the reporting credentials of offer systems. Secrets lie sealed; an archived source verifies nothing.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use diesel::prelude::*;

use crate::domain::secret::SecretText;
use crate::domain::source::Source;
use crate::domain::time::Timestamp;

use super::backend::Conn;
use super::page::{Listed, Page};
use super::schema::sources;
use super::{MasterKey, Store, StoreError, revision};

/// What became of a new source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceCreated {
    /// It may report; the apps are by id now.
    Created(Source),
    /// Places in the given list of apps that name none.
    UnknownApps(Vec<usize>),
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sources)]
pub(super) struct SourceRow {
    id: String,
    surface_id: String,
    name: String,
    app_ids: Option<String>,
    transaction_prefix: Option<String>,
    secret_sealed: Vec<u8>,
    previous_secret_sealed: Option<Vec<u8>>,
    previous_until: Option<Timestamp>,
    created_at: Timestamp,
    archived_at: Option<Timestamp>,
    revision: i64,
}

/// The place of a source's secret, as the vault names places. The previous one keeps the place it was sealed for.
fn place(id: &str) -> String {
    format!("sources/{id}/secret")
}

impl SourceRow {
    /// Opens the secrets; an archived source is answered by its id alone.
    pub(super) fn open(self, key: &MasterKey) -> Result<Result<Source, String>, StoreError> {
        if self.archived_at.is_some() {
            return Ok(Err(self.id));
        }
        let place = place(&self.id);
        let open = |sealed: &[u8]| key.open_text(&place, sealed).map(SecretText::known);
        let previous = match (&self.previous_secret_sealed, self.previous_until) {
            (Some(sealed), Some(until)) => Some((open(sealed)?, until)),
            _ => None,
        };
        let secret = open(&self.secret_sealed)?;
        let app_ids = self.app_ids.as_deref().map(serde_json::from_str).transpose();
        let app_ids = app_ids.map_err(|_| StoreError::Unreadable { place: format!("sources/{}/app_ids", self.id) })?;
        Ok(Ok(Source {
            id: self.id,
            surface_id: self.surface_id,
            name: self.name,
            app_ids,
            transaction_prefix: self.transaction_prefix,
            secret,
            previous,
            created_at: self.created_at,
        }))
    }
}

/// The ids of all sources, archived ones among them: what they reported stays.
pub(super) fn ids(conn: &mut Conn) -> QueryResult<Vec<String>> {
    sources::table.select(sources::id).load(conn)
}

/// What these sources are called, archived ones among them.
pub(super) fn names<'a>(conn: &mut Conn, ids: impl Iterator<Item = &'a str>) -> QueryResult<HashMap<String, String>> {
    let ids: HashSet<&str> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let named = sources::table.filter(sources::id.eq_any(ids)).select((sources::id, sources::name));
    Ok(named.load(conn)?.into_iter().collect())
}

impl Store {
    /// Adds a source; its apps may be given by id or `ref`.
    pub async fn create_source(&self, mut source: Source) -> Result<SourceCreated, StoreError> {
        let sealed = self.key().seal(&place(&source.id), source.secret.expose().as_bytes());
        self.configure(move |conn| {
            if let Some(given) = &source.app_ids {
                match resolve_apps(conn, given)? {
                    Ok(app_ids) => source.app_ids = Some(app_ids),
                    Err(unknown) => return Ok(SourceCreated::UnknownApps(unknown)),
                }
            }
            let row = SourceRow {
                id: source.id.clone(),
                surface_id: source.surface_id.clone(),
                name: source.name.clone(),
                app_ids: source.app_ids.as_ref().map(|app_ids| serde_json::json!(app_ids).to_string()),
                transaction_prefix: source.transaction_prefix.clone(),
                secret_sealed: sealed,
                previous_secret_sealed: None,
                previous_until: None,
                created_at: source.created_at,
                archived_at: None,
                revision: revision::next(conn)?,
            };
            diesel::insert_into(sources::table).values(row).execute(conn)?;
            Ok(SourceCreated::Created(source))
        })
        .await
    }

    /// Sources that are not archived, newest first.
    pub async fn sources(&self, page: Page) -> Result<Listed<Source>, StoreError> {
        let rows = page.rows();
        let before = page.before.clone();
        let found: Vec<SourceRow> = self
            .read(move |conn| {
                let mut query =
                    sources::table.filter(sources::archived_at.is_null()).select(SourceRow::as_select()).into_boxed();
                if let Some(before) = before {
                    query = query.filter(sources::id.lt(before));
                }
                query.order(sources::id.desc()).limit(rows).load(conn)
            })
            .await?;
        let opened = found.into_iter().map(|row| row.open(self.key())).collect::<Result<Vec<_>, _>>()?;
        Ok(page.cut(opened.into_iter().filter_map(Result::ok).collect(), |source: &Source| &source.id))
    }

    /// Gives a source a new secret; the present one verifies for `overlap` longer. `None`: no such source.
    pub async fn rotate_source(
        &self,
        id: &str,
        secret: &SecretText,
        overlap: Duration,
        now: Timestamp,
    ) -> Result<Option<Source>, StoreError> {
        let sealed = self.key().seal(&place(id), secret.expose().as_bytes());
        let id = id.to_owned();
        let changed: Option<SourceRow> = self
            .configure(move |conn| {
                let known = sources::table.find(id).filter(sources::archived_at.is_null());
                let Some(mut row) = known.select(SourceRow::as_select()).first(conn).optional()? else {
                    return Ok(None);
                };
                let replaced = std::mem::replace(&mut row.secret_sealed, sealed);
                row.previous_secret_sealed = (!overlap.is_zero()).then_some(replaced);
                row.previous_until = (!overlap.is_zero()).then(|| now.plus(overlap));
                row.revision = revision::next(conn)?;
                diesel::update(sources::table.find(&row.id))
                    .set((
                        sources::secret_sealed.eq(&row.secret_sealed),
                        sources::previous_secret_sealed.eq(&row.previous_secret_sealed),
                        sources::previous_until.eq(row.previous_until),
                        sources::revision.eq(row.revision),
                    ))
                    .execute(conn)?;
                Ok(Some(row))
            })
            .await?;
        let opened = changed.map(|row| row.open(self.key())).transpose()?;
        Ok(opened.and_then(Result::ok))
    }

    /// Archives a source: it verifies no report any more. False: no such source.
    pub async fn archive_source(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.configure(move |conn| {
            let revision = revision::next(conn)?;
            let known = sources::table.find(id).filter(sources::archived_at.is_null());
            let change = (sources::archived_at.eq(now), sources::revision.eq(revision));
            Ok(diesel::update(known).set(change).execute(conn)? > 0)
        })
        .await
    }
}

/// The ids of apps given by id or `ref`, each once; or the places that name no app.
fn resolve_apps(conn: &mut Conn, given: &[String]) -> QueryResult<Result<Vec<String>, Vec<usize>>> {
    let mut found: Vec<String> = Vec::with_capacity(given.len());
    let mut unknown = Vec::new();
    for (place, name) in given.iter().enumerate() {
        match super::references::app(conn, name)? {
            Some(id) if !found.contains(&id) => found.push(id),
            Some(_) => {}
            None => unknown.push(place),
        }
    }
    Ok(if unknown.is_empty() { Ok(found) } else { Err(unknown) })
}
