//! A version of a dialect with what is known of it besides: of an operator's own, who may choose it, since when, and whether a
//! receiver has ever taken a callback of it.

use std::sync::Arc;

use serde_json::Value;

use super::custom;
use super::naming::named;
use super::recipe::{Recipe, RecipeError};
use crate::domain::made_by::MadeBy;
use crate::domain::time::Timestamp;

/// What is said of a recipe whose signatures nobody but its author has computed, until a receiver has taken one.
pub const NOT_SEEN: &str =
    "not yet seen by a receiver: every vector is its author's own, and no callback was acknowledged";

/// What an operator published, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedRecipe {
    /// The dialect.
    pub name: String,
    /// The version's number.
    pub version: u32,
    /// The file, as it was written.
    pub text: String,
    /// The vectors that prove it.
    pub vectors: Vec<Value>,
    /// What is not in the file.
    pub publication: Publication,
}

/// How a version came to be, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The ids of the publishers who alone may choose it; `None`: everybody may.
    pub publishers: Option<Vec<String>>,
    /// When.
    pub published_at: Timestamp,
    /// Who published it.
    pub published_by: MadeBy,
    /// From then on no endpoint may choose it.
    pub withdrawn_at: Option<Timestamp>,
    /// When a receiver first acknowledged a callback that was sent by it.
    pub first_delivered_at: Option<Timestamp>,
}

/// What is not published yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipeDraft {
    /// The dialect.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// The file, as it was written.
    pub text: String,
    /// The vectors that prove it.
    pub vectors: Vec<Value>,
    /// The ids of the publishers who alone may choose it; `None`: everybody may.
    pub publishers: Option<Vec<String>>,
    /// When it was saved last.
    pub saved_at: Timestamp,
    /// Who saved it.
    pub saved_by: MadeBy,
    /// Another one after each change.
    pub revision: i64,
}

/// The same as it is listed, without what is long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftHead {
    /// The dialect.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// The ids of the publishers who alone may choose it; `None`: everybody may.
    pub publishers: Option<Vec<String>>,
    /// When it was saved last.
    pub saved_at: Timestamp,
    /// Who saved it.
    pub saved_by: MadeBy,
    /// Another one after each change.
    pub revision: i64,
}

/// A version of a dialect.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The recipe.
    pub recipe: Arc<Recipe>,
    /// Of an operator's own; `None`: it ships.
    pub publication: Option<Publication>,
}

impl PublishedRecipe {
    /// `name@version`.
    pub fn id(&self) -> String {
        named(&self.name, self.version)
    }

    /// The recipe, read again.
    pub fn read(self) -> Result<Listed, RecipeError> {
        let recipe = Arc::new(custom::published(&self.text, self.version, &self.vectors)?);
        Ok(Listed { recipe, publication: Some(self.publication) })
    }
}

impl RecipeDraft {
    /// As it is listed.
    pub fn head(&self) -> DraftHead {
        DraftHead {
            name: self.name.clone(),
            title: self.title.clone(),
            publishers: self.publishers.clone(),
            saved_at: self.saved_at,
            saved_by: self.saved_by.clone(),
            revision: self.revision,
        }
    }

    /// As it is checked.
    pub fn written(&self) -> custom::Written<'_> {
        custom::Written { recipe: &self.text, vectors: &self.vectors }
    }
}

impl Listed {
    /// Whether no endpoint may choose it any more.
    pub fn is_withdrawn(&self) -> bool {
        self.publication.as_ref().is_some_and(|publication| publication.withdrawn_at.is_some())
    }

    /// Whether a publisher may know of it and choose it.
    pub fn is_open_to(&self, publisher_id: &str) -> bool {
        self.limited_to().is_none_or(|publishers| publishers.iter().any(|one| one == publisher_id))
    }

    /// Whether every publisher may.
    pub fn is_open_to_all(&self) -> bool {
        self.limited_to().is_none()
    }

    /// The publishers who alone may choose it.
    pub fn limited_to(&self) -> Option<&[String]> {
        self.publication.as_ref()?.publishers.as_deref()
    }

    /// Whether a callback that is delivered by it would be the first.
    pub fn awaits_first_delivery(&self) -> bool {
        self.publication.as_ref().is_some_and(|publication| publication.first_delivered_at.is_none())
    }

    /// What deserves a look.
    pub fn warnings(&self) -> Vec<String> {
        let is_unseen = self.recipe.is_only_self_proven() && self.awaits_first_delivery();
        is_unseen.then(|| NOT_SEEN.to_owned()).into_iter().collect()
    }
}
