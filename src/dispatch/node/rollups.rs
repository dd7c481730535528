//! What this process adds up of its callbacks, app by app and five minutes by five minutes, until it is written.
//!
//! # What adding costs
//! One addition for each settlement that is on disk: a hash of the app's id, a lock that is free, a look into a map and some
//! counters; one more look for each attempt that a secret signed. No clock is read, since the settlement knows its instant,
//! nothing is formatted, and memory is taken only for the first settlement of an app after a write.
//!
//! # Why locks, and why nobody waits for them
//! Apps are spread over `SHARDS` shards. Whoever adds holds one for some hundred nanoseconds, out of the tens of microseconds
//! that a delivery takes; two threads meet in a shard about once in ten thousand deliveries even on a machine of 64 cores. Whoever
//! writes takes the shards one after the other and copies what has changed, and never holds one while the store works. Counters
//! without locks would need one for each bucket of answer times of each app, and could not be taken over as of one moment; one map
//! for each thread would need to know threads.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::recipe_rollups::RecipeRollups;
use crate::domain::delivery::{Delivery, DeliveryKind, Outcome};
use crate::domain::health::rollup::{Rollup, Step};
use crate::domain::settlement::Settlement;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::recipe_rollups::NodeRecipeRollup;
use crate::store::rollups::{NodeRollup, SecretUse};

/// More than the threads that send on any machine.
const SHARDS: usize = 64;

/// What is added up and not written yet.
#[derive(Debug)]
pub struct Rollups {
    /// Under which this process writes. Not the node's name, which changes with its lease: what is written is the whole of five
    /// minutes, so the same five minutes under two names would be counted twice.
    pub writer: String,
    /// What is added up of recipes.
    recipes: RecipeRollups,
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
}

/// What is added up of some apps.
#[derive(Debug, Default)]
struct Shard {
    /// When the present five minutes begin.
    at: Timestamp,
    apps: HashMap<String, Entry>,
    /// What is over.
    over: Vec<NodeRollup>,
    secrets: HashMap<String, SecretUse>,
}

#[derive(Debug, Default)]
struct Entry {
    rollup: Rollup,
    has_changed: bool,
}

/// What has changed since it was last taken.
#[derive(Debug, Default)]
pub struct Changed {
    /// All of each app's five minutes so far.
    pub rollups: Vec<NodeRollup>,
    /// When secrets were last used.
    pub secrets: Vec<(String, SecretUse)>,
    /// All of each recipe's five minutes so far.
    pub recipes: Vec<NodeRecipeRollup>,
}

impl Default for Rollups {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { writer: random::new_id("nod"), recipes: RecipeRollups::default(), shards, hasher: RandomState::new() }
    }
}

impl Rollups {
    /// Adds a settlement of this delivery that is on disk.
    pub fn add(&self, delivery: &Delivery, settlement: &Settlement) {
        self.recipes.add(delivery, settlement);
        let mut shard = self.shard(&delivery.app_id);
        shard.turn_to(settlement.at);
        if delivery.kind != DeliveryKind::Test {
            shard.change(&delivery.app_id, |rollup| rollup.add(settlement));
        }
        for attempt in &settlement.attempts {
            if let Some(secret_id) = &attempt.secret_id {
                let acknowledged = (attempt.outcome == Outcome::Delivered).then_some(settlement.at);
                shard.used(secret_id, SecretUse { last_used_at: settlement.at, last_acknowledged_at: acknowledged });
            }
        }
    }

    /// Adds deliveries of an app that ended without an attempt, having waited for too long.
    pub fn expired(&self, app_id: &str, deliveries: usize, now: Timestamp) {
        if deliveries > 0 {
            let mut shard = self.shard(app_id);
            shard.turn_to(now);
            shard.change(app_id, |rollup| rollup.tally.dead += u64::try_from(deliveries).unwrap_or(u64::MAX));
        }
    }

    /// Takes what has changed.
    pub fn take(&self, now: Timestamp) -> Changed {
        let mut changed = Changed { recipes: self.recipes.take(now), ..Changed::default() };
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.turn_to(now);
            changed.rollups.append(&mut shard.over);
            let at = shard.at;
            for (app_id, entry) in shard.apps.iter_mut().filter(|(_, entry)| entry.has_changed) {
                entry.has_changed = false;
                changed.rollups.push(NodeRollup { app_id: app_id.clone(), at, rollup: entry.rollup.clone() });
            }
            changed.secrets.extend(shard.secrets.drain());
        }
        changed
    }

    fn shard(&self, app_id: &str) -> MutexGuard<'_, Shard> {
        let hash = self.hasher.hash_one(app_id);
        let at = usize::try_from(hash % SHARDS as u64).unwrap_or(0);
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    /// Goes on with the five minutes that an instant lies in. Time never goes back here: what was over and written would
    /// begin at nothing again, and that would be written over it.
    fn turn_to(&mut self, instant: Timestamp) {
        let at = Step::FiveMinutes.begin(instant);
        if at <= self.at {
            return;
        }
        let over = std::mem::replace(&mut self.at, at);
        let changed = self.apps.drain().filter(|(_, entry)| entry.has_changed);
        self.over.extend(changed.map(|(app_id, entry)| NodeRollup { app_id, at: over, rollup: entry.rollup }));
    }

    /// Adds to what is added up of an app.
    fn change(&mut self, app_id: &str, add: impl FnOnce(&mut Rollup)) {
        let entry = match self.apps.get_mut(app_id) {
            Some(entry) => entry,
            None => self.apps.entry(app_id.to_owned()).or_default(),
        };
        entry.has_changed = true;
        add(&mut entry.rollup);
    }

    fn used(&mut self, secret_id: &str, used: SecretUse) {
        match self.secrets.get_mut(secret_id) {
            Some(known) => known.merge(used),
            None => drop(self.secrets.insert(secret_id.to_owned(), used)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::{Counters, Status, Told};
    use crate::domain::settlement::Next;

    fn delivery(app_id: &str, kind: DeliveryKind) -> Delivery {
        Delivery {
            id: "dlv_1".to_owned(),
            app_id: app_id.to_owned(),
            endpoint_id: "end_1".to_owned(),
            kind,
            completion_id: "cmp_1".to_owned(),
            reversal_id: None,
            transaction_id: "tx-1".to_owned(),
            recipe: "besitos@1".to_owned(),
            status: Status::Sending,
            told: Told::Never,
            waiting_for: None,
            counters: Counters::default(),
            due_at: None,
            test: None,
            created_at: at(0),
            ended_at: None,
            ended_reason: None,
            reversed: None,
        }
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * 60_000)
    }

    fn deliver(rollups: &Rollups, app_id: &str, minutes: i64) {
        let delivery = delivery(app_id, DeliveryKind::Completion);
        rollups.add(&delivery, &Settlement::unsent(&delivery, String::new(), Next::Delivered, at(minutes)));
    }

    /// App, minute and deliveries of what has changed.
    fn taken(rollups: &Rollups, minutes: i64) -> Vec<(String, i64, u64)> {
        let shown = |one: NodeRollup| (one.app_id, one.at.as_millis() / 60_000, one.rollup.tally.delivered);
        let mut shown: Vec<_> = rollups.take(at(minutes)).rollups.into_iter().map(shown).collect();
        shown.sort();
        shown
    }

    fn of(app: &str, minutes: i64, delivered: u64) -> (String, i64, u64) {
        (app.to_owned(), minutes, delivered)
    }

    #[test]
    fn what_is_taken_is_the_whole_of_the_five_minutes_and_of_what_has_changed_alone() {
        let rollups = Rollups::default();
        deliver(&rollups, "app_1", 7);
        deliver(&rollups, "app_2", 7);
        assert_eq!(taken(&rollups, 7), [of("app_1", 5, 1), of("app_2", 5, 1)]);
        assert_eq!(taken(&rollups, 8), []);
        deliver(&rollups, "app_1", 8);
        assert_eq!(taken(&rollups, 9), [of("app_1", 5, 2)]);
    }

    #[test]
    fn five_minutes_that_are_over_are_taken_once_more_and_the_next_begin_at_nothing() {
        let rollups = Rollups::default();
        deliver(&rollups, "app_1", 9);
        deliver(&rollups, "app_1", 10);
        assert_eq!(taken(&rollups, 10), [of("app_1", 5, 1), of("app_1", 10, 1)]);
        assert_eq!(taken(&rollups, 60), []);
    }

    #[test]
    fn a_clock_that_is_set_back_begins_nothing_anew() {
        let rollups = Rollups::default();
        deliver(&rollups, "app_1", 9);
        assert_eq!(taken(&rollups, 11), [of("app_1", 5, 1)]);
        deliver(&rollups, "app_1", 6);
        assert_eq!(taken(&rollups, 6), [of("app_1", 10, 1)]);
    }

    #[test]
    fn tests_are_not_counted() {
        let (rollups, test) = (Rollups::default(), delivery("app_1", DeliveryKind::Test));
        rollups.add(&test, &Settlement::unsent(&test, String::new(), Next::Delivered, at(7)));
        assert_eq!(taken(&rollups, 7), []);
    }
}
