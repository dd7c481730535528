//! Published recipes: an operator's own dialects, version by version. A version never changes and is never deleted: deliveries and
//! attempts that are kept name it, and what waits is sent by it, however late. Only what became of it is added.
//!
//! Whether a recipe is good is not asked here; that what is published is what was checked, is.

use diesel::dsl::{exists, max, select};
use diesel::prelude::*;
use diesel::result::OptionalExtension;

use crate::domain::dialect::listed::{Publication, PublishedRecipe};
use crate::domain::made_by::MadeBy;
use crate::domain::time::Timestamp;

use super::backend::Conn;
use super::recipe_columns::{list, vectors};
use super::recipe_drafts::DraftRow;
use super::schema::{recipe_drafts, recipes};
use super::{Store, StoreError, revision};

/// What became of publishing a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is this version.
    As(Box<PublishedRecipe>),
    /// There is no draft (any more).
    Unknown,
    /// It was replaced since it was checked.
    Overtaken,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = recipes)]
pub(super) struct RecipeRow {
    name: String,
    version: i32,
    text: String,
    vectors: String,
    publishers: Option<String>,
    published_at: Timestamp,
    by_token_id: Option<String>,
    by_user_id: Option<String>,
    by_name: String,
    withdrawn_at: Option<Timestamp>,
    first_delivered_at: Option<Timestamp>,
    revision: i64,
}

impl RecipeRow {
    /// The recipe, as it was published.
    pub(super) fn open(self) -> Result<PublishedRecipe, StoreError> {
        let unreadable =
            |column: &str| StoreError::Unreadable { place: format!("recipes/{}@{}/{column}", self.name, self.version) };
        let publication = Publication {
            publishers: list(self.publishers.as_deref()).ok_or_else(|| unreadable("publishers"))?,
            published_at: self.published_at,
            published_by: MadeBy {
                token_id: self.by_token_id.clone(),
                user_id: self.by_user_id.clone(),
                name: self.by_name.clone(),
            },
            withdrawn_at: self.withdrawn_at,
            first_delivered_at: self.first_delivered_at,
        };
        Ok(PublishedRecipe {
            version: u32::try_from(self.version).map_err(|_| unreadable("version"))?,
            vectors: vectors(&self.vectors).ok_or_else(|| unreadable("vectors"))?,
            name: self.name,
            text: self.text,
            publication,
        })
    }
}

/// Those that changed after a revision.
pub(super) fn changed_since(conn: &mut Conn, revision: i64) -> QueryResult<Vec<RecipeRow>> {
    let changed = recipes::table.filter(recipes::revision.gt(revision)).order((recipes::name, recipes::version));
    changed.select(RecipeRow::as_select()).load(conn)
}

impl Store {
    /// Publishes a draft as the next version of its dialect, if it is still the one of this revision, and removes it.
    pub async fn publish_recipe(
        &self,
        name: &str,
        checked: i64,
        by: MadeBy,
        now: Timestamp,
    ) -> Result<Published, StoreError> {
        let name = name.to_owned();
        let published = self
            .configure(move |conn| {
                let draft = recipe_drafts::table.find(&name).select(DraftRow::as_select()).first(conn).optional()?;
                let Some(draft) = draft else { return Ok(Err(Published::Unknown)) };
                if draft.revision != checked {
                    return Ok(Err(Published::Overtaken));
                }
                let last: Option<i32> =
                    recipes::table.filter(recipes::name.eq(&name)).select(max(recipes::version)).first(conn)?;
                let row = RecipeRow {
                    name: name.clone(),
                    version: last.unwrap_or_default().saturating_add(1),
                    text: draft.text,
                    vectors: draft.vectors,
                    publishers: draft.publishers,
                    published_at: now,
                    by_token_id: by.token_id,
                    by_user_id: by.user_id,
                    by_name: by.name,
                    withdrawn_at: None,
                    first_delivered_at: None,
                    revision: revision::next(conn)?,
                };
                diesel::insert_into(recipes::table).values(&row).execute(conn)?;
                diesel::delete(recipe_drafts::table.find(&name)).execute(conn)?;
                Ok(Ok(row))
            })
            .await?;
        match published {
            Ok(row) => row.open().map(Box::new).map(Published::As),
            Err(not) => Ok(not),
        }
    }

    /// Withdraws a version, which stays so from the first time on; answers false where there is none.
    pub async fn withdraw_recipe(&self, name: &str, version: u32, now: Timestamp) -> Result<bool, StoreError> {
        self.stamp(name, version, move |conn, name, version| {
            let standing = recipes::table.find((name, version)).filter(recipes::withdrawn_at.is_null());
            diesel::update(standing).set(recipes::withdrawn_at.eq(now)).execute(conn)
        })
        .await
    }

    /// Notes that a receiver acknowledged a callback that was sent by a version; the first time counts.
    pub async fn first_delivered(&self, name: &str, version: u32, now: Timestamp) -> Result<bool, StoreError> {
        self.stamp(name, version, move |conn, name, version| {
            let unseen = recipes::table.find((name, version)).filter(recipes::first_delivered_at.is_null());
            diesel::update(unseen).set(recipes::first_delivered_at.eq(now)).execute(conn)
        })
        .await
    }

    /// Adds to a version what became of it; answers false where there is none.
    async fn stamp(
        &self,
        name: &str,
        version: u32,
        add: impl FnOnce(&mut Conn, &str, i32) -> QueryResult<usize> + Send + 'static,
    ) -> Result<bool, StoreError> {
        let Ok(version) = i32::try_from(version) else { return Ok(false) };
        let name = name.to_owned();
        self.configure(move |conn| {
            if add(conn, &name, version)? > 0 {
                let changed = recipes::table.find((&name, version));
                let revision = revision::next(conn)?;
                diesel::update(changed).set(recipes::revision.eq(revision)).execute(conn)?;
                return Ok(true);
            }
            select(exists(recipes::table.find((&name, version)))).get_result(conn)
        })
        .await
    }

    /// Whether an operator's own dialect has this name, published or as a draft.
    pub async fn knows_dialect(&self, name: &str) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.read(move |conn| {
            let published = recipes::table.filter(recipes::name.eq(&name));
            if select(exists(published)).get_result(conn)? {
                return Ok(true);
            }
            select(exists(recipe_drafts::table.find(&name))).get_result(conn)
        })
        .await
    }
}
