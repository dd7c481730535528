//! Recipes that are not published yet. One of each name, replaced as a whole; which one somebody has seen is told by its
//! revision, which no other draft of any name ever has.

use diesel::prelude::*;
use diesel::result::OptionalExtension;

use crate::domain::dialect::listed::{DraftHead, RecipeDraft};
use crate::domain::made_by::MadeBy;
use crate::domain::time::Timestamp;

use super::recipe_columns::{list, vectors};
use super::schema::recipe_drafts;
use super::{Store, StoreError, revision};

/// What a draft that is saved replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaces {
    /// None of its name may be there.
    Nothing,
    /// Whatever there is of its name, which must be something.
    Any,
    /// The one of this revision.
    Revision(i64),
}

/// What became of saving a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftSaved {
    /// It stands as given, under this revision.
    Saved(i64),
    /// There is one of this name.
    Taken,
    /// There are as many as there may be.
    TooMany,
    /// There is none of this name.
    Unknown,
    /// It was replaced since it was read.
    Overtaken,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = recipe_drafts, treat_none_as_null = true)]
pub(super) struct DraftRow {
    name: String,
    title: String,
    pub(super) text: String,
    pub(super) vectors: String,
    pub(super) publishers: Option<String>,
    saved_at: Timestamp,
    by_token_id: Option<String>,
    by_user_id: Option<String>,
    by_name: String,
    pub(super) revision: i64,
}

impl DraftRow {
    fn of(draft: RecipeDraft, revision: i64) -> Self {
        let json = "texts and lists of them are always JSON";
        Self {
            name: draft.name,
            title: draft.title,
            text: draft.text,
            vectors: serde_json::to_string(&draft.vectors).expect(json),
            publishers: draft.publishers.map(|publishers| serde_json::to_string(&publishers).expect(json)),
            saved_at: draft.saved_at,
            by_token_id: draft.saved_by.token_id,
            by_user_id: draft.saved_by.user_id,
            by_name: draft.saved_by.name,
            revision,
        }
    }

    fn open(self) -> Result<RecipeDraft, StoreError> {
        let unreadable =
            |column: &str| StoreError::Unreadable { place: format!("recipe_drafts/{}/{column}", self.name) };
        Ok(RecipeDraft {
            vectors: vectors(&self.vectors).ok_or_else(|| unreadable("vectors"))?,
            publishers: list(self.publishers.as_deref()).ok_or_else(|| unreadable("publishers"))?,
            name: self.name,
            title: self.title,
            text: self.text,
            saved_at: self.saved_at,
            saved_by: MadeBy { token_id: self.by_token_id, user_id: self.by_user_id, name: self.by_name },
            revision: self.revision,
        })
    }
}

/// The same without what is long.
#[derive(Queryable, Selectable)]
#[diesel(table_name = recipe_drafts)]
struct HeadRow {
    name: String,
    title: String,
    publishers: Option<String>,
    saved_at: Timestamp,
    by_token_id: Option<String>,
    by_user_id: Option<String>,
    by_name: String,
    revision: i64,
}

impl HeadRow {
    fn open(self) -> Result<DraftHead, StoreError> {
        let unreadable = || StoreError::Unreadable { place: format!("recipe_drafts/{}/publishers", self.name) };
        Ok(DraftHead {
            publishers: list(self.publishers.as_deref()).ok_or_else(unreadable)?,
            name: self.name,
            title: self.title,
            saved_at: self.saved_at,
            saved_by: MadeBy { token_id: self.by_token_id, user_id: self.by_user_id, name: self.by_name },
            revision: self.revision,
        })
    }
}

impl Store {
    /// Saves a draft, among at most so many; its own revision is counted here.
    pub async fn save_recipe_draft(
        &self,
        draft: RecipeDraft,
        replaces: Replaces,
        most: i64,
    ) -> Result<DraftSaved, StoreError> {
        self.configure(move |conn| {
            let standing = recipe_drafts::table.find(&draft.name).select(recipe_drafts::revision);
            let standing: Option<i64> = standing.first(conn).optional()?;
            match (standing, replaces) {
                (Some(_), Replaces::Nothing) => return Ok(DraftSaved::Taken),
                (None, Replaces::Any | Replaces::Revision(_)) => return Ok(DraftSaved::Unknown),
                (Some(standing), Replaces::Revision(seen)) if standing != seen => return Ok(DraftSaved::Overtaken),
                _ => {}
            }
            if standing.is_none() && recipe_drafts::table.count().get_result::<i64>(conn)? >= most {
                return Ok(DraftSaved::TooMany);
            }
            let row = DraftRow::of(draft, revision::next(conn)?);
            if standing.is_some() {
                diesel::update(recipe_drafts::table.find(&row.name)).set(&row).execute(conn)?;
            } else {
                diesel::insert_into(recipe_drafts::table).values(&row).execute(conn)?;
            }
            Ok(DraftSaved::Saved(row.revision))
        })
        .await
    }

    /// The draft of this name.
    pub async fn recipe_draft(&self, name: &str) -> Result<Option<RecipeDraft>, StoreError> {
        let name = name.to_owned();
        let found = self
            .read(move |conn| recipe_drafts::table.find(name).select(DraftRow::as_select()).first(conn).optional())
            .await?;
        found.map(DraftRow::open).transpose()
    }

    /// All drafts, by name, without their files and vectors.
    pub async fn recipe_drafts(&self) -> Result<Vec<DraftHead>, StoreError> {
        let found = self
            .read(|conn| recipe_drafts::table.order(recipe_drafts::name).select(HeadRow::as_select()).load(conn))
            .await?;
        found.into_iter().map(HeadRow::open).collect()
    }

    /// Deletes a draft; answers it as it was.
    pub async fn delete_recipe_draft(&self, name: &str) -> Result<Option<RecipeDraft>, StoreError> {
        let name = name.to_owned();
        let deleted = self
            .configure(move |conn| {
                let standing = recipe_drafts::table.find(&name);
                let found = standing.select(DraftRow::as_select()).first(conn).optional()?;
                diesel::delete(recipe_drafts::table.find(&name)).execute(conn)?;
                Ok(found)
            })
            .await?;
        deleted.map(DraftRow::open).transpose()
    }
}
