//! Roll-ups: what this process has added up is written, what is over is folded into hours, what is old goes.
//!
//! Every figure is one of a chart. A crash loses what was added up since the last write, some seconds, and nothing waits for a
//! write. What could not be written is written with the next.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::clock_guard::ClockGuard;
use crate::dispatch::node::Node;
use crate::dispatch::routine::Pause;
use crate::domain::health::recipes::RecipeRollup;
use crate::domain::health::rollup::{Rollup, Step};
use crate::domain::health::series::{FIVE_MINUTES_KEPT, SETTLED_AFTER};
use crate::domain::time::Timestamp;
use crate::store::StoreError;
use crate::store::recipe_rollups::NodeRecipeRollup;
use crate::store::rollups::{NodeRollup, SecretUse};

/// How often what was added up is written: the longest that a chart may lag behind, and lose.
pub const EVERY: Duration = Duration::from_secs(5);
/// How often it is looked for hours that are over, and for what is old.
pub const FOLD_EVERY: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Writes, folds and removes roll-ups.
#[derive(Debug)]
pub struct RollupUpkeep {
    node: Arc<Node>,
    guard: Arc<ClockGuard>,
    /// `RINGBACK_RETENTION_DAYS`: hours are kept as long as the attempts that they were.
    days: u32,
    unwritten: Mutex<Unwritten>,
}

/// What was taken and is not on disk.
#[derive(Debug, Default)]
struct Unwritten {
    rollups: HashMap<(String, Timestamp), Rollup>,
    secrets: HashMap<String, SecretUse>,
    recipes: HashMap<(String, Timestamp), RecipeRollup>,
}

impl RollupUpkeep {
    /// Keeps hours for so many days.
    pub fn new(node: Arc<Node>, guard: Arc<ClockGuard>, days: u32) -> Self {
        Self { node, guard, days, unwritten: Mutex::default() }
    }

    /// Writes what has changed; nothing where nothing has.
    pub(in crate::dispatch) async fn write(&self) -> Result<(), StoreError> {
        let mut unwritten = self.unwritten.lock().await;
        let changed = self.node.rollups.take(self.node.now());
        // What comes later of the same five minutes holds what came before.
        unwritten.rollups.extend(changed.rollups.into_iter().map(|one| ((one.app_id, one.at), one.rollup)));
        for (id, used) in changed.secrets {
            unwritten.secrets.entry(id).or_default().merge(used);
        }
        unwritten.recipes.extend(changed.recipes.into_iter().map(|one| ((one.recipe, one.at), one.rollup)));
        if !unwritten.recipes.is_empty() {
            let of = |((recipe, at), rollup): (&(String, Timestamp), &RecipeRollup)| NodeRecipeRollup {
                recipe: recipe.clone(),
                at: *at,
                rollup: *rollup,
            };
            let recipes = unwritten.recipes.iter().map(of).collect();
            self.node.store.write_recipe_rollups(&self.node.rollups.writer, recipes).await?;
            unwritten.recipes.clear();
        }
        if unwritten.rollups.is_empty() && unwritten.secrets.is_empty() {
            return Ok(());
        }
        let of = |((app_id, at), rollup): (&(String, Timestamp), &Rollup)| NodeRollup {
            app_id: app_id.clone(),
            at: *at,
            rollup: rollup.clone(),
        };
        let rollups = unwritten.rollups.iter().map(of).collect();
        let secrets = unwritten.secrets.iter().map(|(id, used)| (id.clone(), *used)).collect();
        self.node.store.write_rollups(&self.node.rollups.writer, rollups, secrets).await?;
        *unwritten = Unwritten::default();
        Ok(())
    }

    /// Folds an hour that is over, or removes a step of what is old.
    pub(in crate::dispatch) async fn fold(&self) -> Result<Pause, StoreError> {
        if !self.guard.may_end().await? {
            return Ok(Pause::Usual);
        }
        let (store, now) = (&self.node.store, self.node.now());
        if store.fold_rollups(now.minus(SETTLED_AFTER)).await? {
            return Ok(Pause::None);
        }
        let kept = FIVE_MINUTES_KEPT.max(DAY * self.days);
        // A chart of the oldest hour that is kept begins with it.
        let until = Step::Hour.begin(now.minus(FIVE_MINUTES_KEPT));
        let mut removed = 0;
        for (step, before) in [(Step::FiveMinutes, until), (Step::Hour, now.minus(kept))] {
            removed += store.prune_rollups(step, before).await?;
            removed += store.prune_recipe_rollups(step, before).await?;
        }
        Ok(if removed > 0 { Pause::None } else { Pause::Usual })
    }
}
