//! What this process adds up of first attempts, recipe by recipe and five minutes by five minutes, until it is written.
//!
//! There are few recipes and many threads, so one lock guards them all: it is held for some ten nanoseconds once in a delivery's
//! life, and what is written is the whole of a recipe's five minutes, which parts of several shards would not be.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::delivery::Delivery;
use crate::domain::health::recipes::RecipeRollup;
use crate::domain::health::rollup::Step;
use crate::domain::settlement::Settlement;
use crate::domain::time::Timestamp;
use crate::store::recipe_rollups::NodeRecipeRollup;

/// What is added up and not written yet.
#[derive(Debug, Default)]
pub struct RecipeRollups(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// When the present five minutes begin.
    at: Timestamp,
    recipes: HashMap<String, Entry>,
    /// What is over.
    over: Vec<NodeRecipeRollup>,
}

#[derive(Debug, Default)]
struct Entry {
    rollup: RecipeRollup,
    has_changed: bool,
}

impl RecipeRollups {
    /// Adds what a settlement that is on disk says of its delivery's first attempt.
    pub fn add(&self, delivery: &Delivery, settlement: &Settlement) {
        let Some(one) = RecipeRollup::of(delivery, settlement) else { return };
        let mut state = self.state();
        state.turn_to(settlement.at);
        let entry = match state.recipes.get_mut(&delivery.recipe) {
            Some(entry) => entry,
            None => state.recipes.entry(delivery.recipe.clone()).or_default(),
        };
        entry.has_changed = true;
        entry.rollup.merge(&one);
    }

    /// Takes what has changed: all of each recipe's five minutes so far.
    pub fn take(&self, now: Timestamp) -> Vec<NodeRecipeRollup> {
        let mut state = self.state();
        state.turn_to(now);
        let mut changed = std::mem::take(&mut state.over);
        let at = state.at;
        for (recipe, entry) in state.recipes.iter_mut().filter(|(_, entry)| entry.has_changed) {
            entry.has_changed = false;
            changed.push(NodeRecipeRollup { recipe: recipe.clone(), at, rollup: entry.rollup });
        }
        changed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Goes on with the five minutes that an instant lies in, and never back, as the roll-ups of apps do.
    fn turn_to(&mut self, instant: Timestamp) {
        let at = Step::FiveMinutes.begin(instant);
        if at <= self.at {
            return;
        }
        let over = std::mem::replace(&mut self.at, at);
        let changed = self.recipes.drain().filter(|(_, entry)| entry.has_changed);
        self.over.extend(changed.map(|(recipe, entry)| NodeRecipeRollup { recipe, at: over, rollup: entry.rollup }));
    }
}
