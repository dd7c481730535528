//! Which dialects somebody may know of, and what is said of each in a word.

use std::sync::Arc;

use crate::domain::dialect::recipe::Recipe;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::state::{State, Tone};
use crate::web::error::Problem;

/// A dialect, in the version that is shown.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) recipe: Arc<Recipe>,
    /// Whether it is the operator's own.
    pub(super) is_own: bool,
    /// Whether no new endpoint may choose it.
    pub(super) is_withdrawn: bool,
}

impl Known {
    /// All that somebody may know of, by their titles.
    pub(super) fn all(page: &PageRequest) -> Vec<Self> {
        let known = |recipe: &Arc<Recipe>| Self { recipe: Arc::clone(recipe), is_own: false, is_withdrawn: false };
        let mut all: Vec<Self> = page.web.node.catalog.newest().map(known).collect();
        all.sort_by_cached_key(|known| (known.recipe.title().to_lowercase(), known.recipe.name().to_owned()));
        all
    }

    /// The one of this name, in its newest version or in the one that is named.
    pub(super) fn named(page: &PageRequest, name: &str) -> Result<Self, Problem> {
        let catalog = &page.web.node.catalog;
        let found = catalog.get(name).or_else(|| catalog.get_version(name));
        let recipe = Arc::clone(found.ok_or_else(|| Problem::not_found("dialect"))?);
        Ok(Self { recipe, is_own: false, is_withdrawn: false })
    }

    /// Where it stands: whether it may be chosen, and whether it is known for sure.
    pub(super) fn state(&self) -> State {
        let state = |word: &str, icon, tone| State { word: word.to_owned(), icon, tone, under: None };
        match (self.is_withdrawn, self.recipe.is_solid()) {
            (true, _) => state("Withdrawn", "canceled", Tone::Idle),
            (false, true) => state("Solid", "delivered", Tone::Ok),
            (false, false) => state("Not solid", "warning", Tone::Warn),
        }
    }

    /// Who made it.
    pub(super) fn made_by(&self) -> &'static str {
        if self.is_own { "Own" } else { "Built-in" }
    }

    /// Its page.
    pub(super) fn path(&self) -> String {
        format!("/dialects/{}", self.recipe.name())
    }
}
