//! Drafts of recipes: account managers and operators write them, look at what the engine makes of them, and try one with a test.
//!
//! A draft must be a recipe within all bounds before it is kept at all; whether every rule of a published one holds is told by its
//! check, as often as somebody asks. Nothing but a test is ever sent by a draft.

use std::sync::Arc;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Actions;
use super::admission::Made;
use super::caller::Caller;
use super::given::Given;
use super::refusal::Refusal;
use crate::domain::dialect::custom::{self, Checked, Finding, Head, Written};
use crate::domain::dialect::listed::{DraftHead, RecipeDraft};
use crate::domain::invalid::Invalid;
use crate::store::recipe_drafts::{DraftSaved, Replaces};

/// Most drafts at a time: they are listed as a whole, and published or given up one by one.
const MOST: i64 = 100;
/// Most publishers that a recipe can be limited to.
pub const MOST_PUBLISHERS: usize = 100;
/// Most bytes of a file: the longest that ships has a sixth of that.
pub const LONGEST_RECIPE: usize = 32 * 1024;

/// Whom it is limited to, where that is given: to nobody by null or an empty list.
type Limit = Option<Option<Vec<String>>>;

/// A limit that is given, if only as null.
fn present<'de, D: Deserializer<'de>>(given: D) -> Result<Limit, D::Error> {
    Option::deserialize(given).map(Some)
}

/// What is given of a draft.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DraftGiven {
    /// TOML text, or an object of the same words.
    recipe: Value,
    #[serde(default)]
    vectors: Vec<Value>,
    #[serde(default, deserialize_with = "present")]
    publishers: Limit,
}

/// The same where it replaces another.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReplacementGiven {
    recipe: Value,
    #[serde(default)]
    vectors: Vec<Value>,
    #[serde(default, deserialize_with = "present")]
    publishers: Limit,
    /// The draft that is to be replaced, as it was seen.
    revision: Option<i64>,
}

/// A draft that was saved or deleted.
#[derive(Clone, Debug)]
pub struct Drafted(pub RecipeDraft);

impl Made for Drafted {
    fn made_id(&self) -> Option<String> {
        Some(self.0.name.clone())
    }

    fn recipe(&self) -> Option<String> {
        Some(self.0.text.clone())
    }
}

impl Actions {
    /// All drafts, without their files, for whoever may write some.
    pub async fn recipe_drafts(&self, caller: &Caller) -> Result<Option<Vec<DraftHead>>, Refusal> {
        match caller.limited_to() {
            Some(_) => Ok(None),
            None => Ok(Some(self.node.store.recipe_drafts().await?)),
        }
    }

    /// The draft of a dialect.
    pub async fn recipe_draft(&self, name: &str) -> Result<RecipeDraft, Refusal> {
        self.node.store.recipe_draft(name).await?.ok_or(Refusal::Unknown("draft"))
    }

    /// Keeps a new draft.
    pub async fn create_recipe_draft(&self, caller: &Caller, given: &impl Given) -> Result<Drafted, Refusal> {
        let given: DraftGiven = given.read_as()?;
        let limits = given.publishers.is_some();
        let mut draft = self.read_draft(caller, given).await?;
        if !limits {
            // The next version of what is limited to some must not become everybody's because nobody thought of it.
            self.in_force().await?;
            let catalog = self.node.catalog();
            let newest = catalog.versions(&draft.name).max_by_key(|one| one.recipe.version());
            draft.publishers = newest.and_then(|newest| newest.limited_to().map(<[String]>::to_vec));
        }
        self.save_draft(draft, Replaces::Nothing).await
    }

    /// Replaces a draft as a whole; where the caller says which one it has seen, no other.
    pub async fn replace_recipe_draft(
        &self,
        caller: &Caller,
        name: &str,
        given: &impl Given,
    ) -> Result<Drafted, Refusal> {
        let standing = self.recipe_draft(name).await?;
        let ReplacementGiven { recipe, vectors, publishers, revision } = given.read_as()?;
        let limits = publishers.is_some();
        let mut draft = self.read_draft(caller, DraftGiven { recipe, vectors, publishers }).await?;
        if !limits {
            draft.publishers = standing.publishers;
        }
        if draft.name != name {
            return Err(Refusal::field("name", format!("must be {name:?}, as the path says")));
        }
        self.save_draft(draft, revision.map_or(Replaces::Any, Replaces::Revision)).await
    }

    /// Gives a draft up.
    pub async fn delete_recipe_draft(&self, name: &str) -> Result<Drafted, Refusal> {
        self.node.store.delete_recipe_draft(name).await?.map(Drafted).ok_or(Refusal::Unknown("draft"))
    }

    /// What the engine makes of a draft: its faults, the standard cases and its vectors, under a secret that is nobody's.
    pub async fn check_recipe_draft(&self, name: &str) -> Result<Checked, Refusal> {
        let (draft, version) = (self.recipe_draft(name).await?, self.next_version(name));
        self.compute_of_recipe(move || custom::check(&draft.written(), version)).await
    }

    /// A draft by which a test may be sent: as good as one that is published.
    pub(super) async fn draft_to_test(&self, name: &str) -> Result<(RecipeDraft, u32), Refusal> {
        let (draft, version) = (Arc::new(self.recipe_draft(name).await?), self.next_version(name));
        let checked = Arc::clone(&draft);
        let recipe = self.compute_of_recipe(move || custom::recipe(&checked.written(), version)).await?;
        recipe.map_err(faulty)?;
        Ok((Arc::unwrap_or_clone(draft), version))
    }

    async fn read_draft(&self, caller: &Caller, given: DraftGiven) -> Result<RecipeDraft, Refusal> {
        let DraftGiven { recipe, vectors, publishers } = given;
        let publishers = match publishers.flatten().filter(|named| !named.is_empty()) {
            Some(named) => Some(self.publishers_named(caller, named).await?),
            None => None,
        };
        let read = self.compute_of_recipe(move || read(recipe, vectors)).await?;
        let (Head { name, title }, text, vectors) = read.map_err(faulty)?;
        let (saved_at, saved_by) = (self.node.now(), caller.made_by());
        Ok(RecipeDraft { name, title, text, vectors, publishers, saved_at, saved_by, revision: 0 })
    }

    /// The ids of publishers that are named by id or `ref`.
    async fn publishers_named(&self, caller: &Caller, named: Vec<String>) -> Result<Vec<String>, Refusal> {
        const FIELD: &str = "publishers";
        if named.len() > MOST_PUBLISHERS {
            let message = format!("must name 1 to {MOST_PUBLISHERS} publishers; null is for all of them");
            return Err(Refusal::field(FIELD, message));
        }
        let (mut ids, mut invalid) = (Vec::with_capacity(named.len()), Invalid::none());
        for (at, named) in named.iter().enumerate() {
            match self.publisher_in_body(caller, named).await {
                Ok(id) if ids.contains(&id) => {}
                Ok(id) => ids.push(id),
                Err(Refusal::Invalid(_)) => invalid.push(format!("{FIELD}[{at}]"), "names no publisher"),
                Err(refusal) => return Err(refusal),
            }
        }
        invalid.into_result()?;
        Ok(ids)
    }

    async fn save_draft(&self, mut draft: RecipeDraft, replaces: Replaces) -> Result<Drafted, Refusal> {
        match self.node.store.save_recipe_draft(draft.clone(), replaces, MOST).await? {
            DraftSaved::Saved(revision) => {
                draft.revision = revision;
                Ok(Drafted(draft))
            }
            DraftSaved::Taken => {
                let name = &draft.name;
                Err(Refusal::conflict(format!(
                    "There is a draft of {name}; PUT /v1/dialects/{name}/draft replaces it."
                )))
            }
            DraftSaved::TooMany => {
                Err(Refusal::conflict(format!("There are {MOST} drafts; publish or delete one of them.")))
            }
            DraftSaved::Unknown => Err(Refusal::Unknown("draft")),
            DraftSaved::Overtaken => Err(overtaken()),
        }
    }
}

/// Reads what was handed in, as text or as the same in JSON.
fn read(recipe: Value, vectors: Vec<Value>) -> Result<(Head, String, Vec<Value>), Vec<Finding>> {
    let text = match recipe {
        Value::String(text) => text,
        json => custom::toml_of(&json).map_err(|finding| vec![finding])?,
    };
    let head = custom::draft(&Written { recipe: &text, vectors: &vectors })?;
    Ok((head, text, vectors))
}

/// What is wrong with a recipe, each fault by its place in the file.
pub(super) fn faulty(findings: Vec<Finding>) -> Refusal {
    let mut invalid = Invalid::none();
    for Finding { place, fault } in findings {
        invalid.push(place, fault);
    }
    invalid.into()
}

pub(super) fn overtaken() -> Refusal {
    Refusal::conflict("The draft was changed since; read it again, and check it.")
}
