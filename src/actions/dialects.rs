//! Dialects: everybody who is known reads those that are open to it; operators publish their own and withdraw them again.
//!
//! What is published never changes and is never deleted: what was accepted under a version is sent by it, however late.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::Actions;
use super::admission::Made;
use super::caller::Caller;
use super::given::Given;
use super::recipe_drafts::{faulty, overtaken};
use super::refusal::Refusal;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::custom;
use crate::domain::dialect::listed::Listed;
use crate::domain::dialect::naming::{is_custom, version_named};
use crate::store::StoreError;
use crate::store::recipes::Published;

/// How long a check is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A version of a dialect, with the others that the caller may know of.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// The version.
    pub listed: Listed,
    /// All versions of an operator's own dialect, the oldest first; of what ships none.
    pub versions: Vec<Listed>,
}

impl Dialect {
    fn of(catalog: &Catalog, listed: &Listed) -> Self {
        let versions = catalog.versions(listed.recipe.name()).filter(|one| one.publication.is_some());
        Self { listed: listed.clone(), versions: versions.cloned().collect() }
    }
}

/// A version that was published, or withdrawn.
#[derive(Clone, Debug)]
pub struct Changed(pub Dialect);

impl Made for Changed {
    fn made_id(&self) -> Option<String> {
        Some(self.0.listed.recipe.id())
    }

    fn recipe(&self) -> Option<String> {
        Some(self.0.listed.recipe.source().to_owned())
    }
}

/// What is given with publishing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Publishing {
    revision: Option<i64>,
}

impl Actions {
    /// All dialects that the caller may know of, each in its newest version.
    pub fn dialects(&self, caller: &Caller) -> Vec<Dialect> {
        let catalog = self.dialects_open_to(caller);
        catalog.newest_listed().map(|listed| Dialect::of(&catalog, listed)).collect()
    }

    /// The dialect of this name, in its newest version, or that version of it.
    pub async fn dialect(&self, caller: &Caller, named: &str) -> Result<Dialect, Refusal> {
        if is_custom(named) && self.node.catalog().listed(named).is_none() {
            self.in_force().await?;
        }
        let catalog = self.dialects_open_to(caller);
        let found = catalog.listed(named).map(|listed| Dialect::of(&catalog, listed));
        found.ok_or(Refusal::Unknown("dialect"))
    }

    /// Publishes a draft as the next version of its dialect, if every rule holds, and it is still the draft that was checked.
    pub async fn publish_dialect(&self, caller: &Caller, name: &str, given: &impl Given) -> Result<Changed, Refusal> {
        let draft = Arc::new(self.recipe_draft(name).await?);
        let Publishing { revision } = given.read_as()?;
        if revision.is_some_and(|seen| seen != draft.revision) {
            return Err(overtaken());
        }
        let (checked, version) = (Arc::clone(&draft), self.next_version(name));
        let recipe = self.compute_of_recipe(move || custom::recipe(&checked.written(), version)).await?;
        recipe.map_err(faulty)?;
        let (by, now) = (caller.made_by(), self.node.now());
        let published = match self.node.store.publish_recipe(name, draft.revision, by, now).await? {
            Published::As(published) => published,
            Published::Unknown => return Err(Refusal::Unknown("draft")),
            Published::Overtaken => return Err(overtaken()),
        };
        let id = published.id();
        tracing::info!(recipe = id, by = caller.id(), "a recipe was published");
        self.try_in_force(&id).await;
        let catalog = self.dialects_open_to(caller);
        if let Some(listed) = catalog.listed(&id) {
            return Ok(Changed(Dialect::of(&catalog, listed)));
        }
        let listed = published.read().map_err(|_| Refusal::Unknown("dialect"))?;
        Ok(Changed(Dialect::of(&catalog.with(vec![listed.clone()]), &listed)))
    }

    /// Withdraws a version: endpoints that have it keep it, and no other may choose it. What was withdrawn stays so.
    pub async fn withdraw_dialect(&self, caller: &Caller, named: &str) -> Result<Changed, Refusal> {
        let unknown = Refusal::Unknown("version of a dialect");
        let Some((name, version)) = version_named(named) else { return Err(unknown) };
        if self.node.catalog().listed(named).is_some_and(|listed| listed.publication.is_none()) {
            return Err(Refusal::conflict("This dialect ships with Ringback and cannot be withdrawn."));
        }
        let now = self.node.now();
        if !self.node.store.withdraw_recipe(name, version, now).await? {
            return Err(unknown);
        }
        self.try_in_force(named).await;
        let mut withdrawn = self.dialect(caller, named).await?;
        if let Some(publication) = &mut withdrawn.listed.publication {
            publication.withdrawn_at.get_or_insert(now);
        }
        Ok(Changed(withdrawn))
    }

    /// Puts in force here what has been stored of a version. It stands whether or not that works at once; the directory looks again.
    async fn try_in_force(&self, recipe: &str) {
        if let Err(error) = self.in_force().await {
            tracing::warn!(recipe, %error, "what was stored of a recipe is not in force here yet; it is looked for again");
        }
    }

    /// The number that the next version of a dialect gets, as far as is known here.
    pub(super) fn next_version(&self, name: &str) -> u32 {
        let catalog = self.node.catalog();
        catalog.versions(name).map(|one| one.recipe.version()).max().unwrap_or_default().saturating_add(1)
    }

    /// Computes what a recipe makes of the cases that it is checked with. Few of these go on at a time and the others wait: each
    /// keeps a processor busy that reports and callbacks need as well.
    pub(super) async fn compute_of_recipe<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let busy = || Refusal::TooMany("Too many recipes are being checked; try again.".to_owned());
        let _place = self.recipe_waits.try_acquire().map_err(|_| busy())?;
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.recipe_checks).acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(|_| StoreError::Closed)?;
        // The work holds the turn: whoever waits for it may hang up.
        let done = self.node.tasks.compute(move || {
            let made = work();
            drop(turn);
            made
        });
        Ok(done.await.map_err(|_| StoreError::Closed)?)
    }
}
