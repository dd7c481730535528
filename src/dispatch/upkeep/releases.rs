//! Releases: what was held until something was mended is due again, once it is.
//!
//! Every pass compares the store with the directory, so that a change made at the very moment a report came in, or by
//! another process, is caught up with by the next pass. Of each endpoint one step is done in turn: a hundred thousand
//! deliveries of one publisher keep nobody else's waiting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::blocks::look_up;
use crate::clock;
use crate::dispatch::node::Node;
use crate::dispatch::routine::Pause;
use crate::domain::delivery::WaitingFor;
use crate::store::StoreError;
use crate::store::queue::{HeldEndpoint, HeldPlace};

/// How often a difference that no change announced is looked for.
pub const EVERY: Duration = Duration::from_millis(500);
/// What was composed by an app as it was before its change may be written down as held a moment after the change was acted
/// on. So each change is acted on a second time.
const ONCE_MORE_AFTER: Duration = Duration::from_secs(10);

/// Releases what was mended.
#[derive(Debug)]
pub struct Releases {
    node: Arc<Node>,
    acted_on: Mutex<ActedOn>,
    /// The round under way.
    round: tokio::sync::Mutex<Option<Round>>,
}

/// Up to which revision changes were acted on. Whoever refreshes the directory in between (an unknown name does) must not
/// make a change pass unnoticed here.
#[derive(Debug)]
struct ActedOn {
    revision: i64,
    /// What was changed after this revision is acted on once more, then.
    once_more: Option<(i64, Instant)>,
}

impl ActedOn {
    /// The revision after which a change of an app has its deliveries tried again.
    fn before(&self, now: Instant) -> i64 {
        match self.once_more {
            Some((revision, at)) if at <= now => revision,
            _ => self.revision,
        }
    }

    /// A pass that began at `began`, with the changes after `before`, has reached everything up to `revision`.
    fn reached(&mut self, revision: i64, before: i64, began: Instant) {
        if before < self.revision {
            self.once_more = None;
        }
        if self.revision < revision && self.once_more.is_none() {
            self.once_more = Some((self.revision, began + ONCE_MORE_AFTER));
        }
        self.revision = revision;
    }
}

/// A pass over all that is held, which takes as many turns as the endpoint with most of it has steps.
#[derive(Debug)]
struct Round {
    began: Instant,
    /// The revision that is reached with it.
    revision: i64,
    /// What was changed after this revision is tried again.
    before: i64,
    /// How far each endpoint has come, and with which revision of its app: another change begins anew.
    progress: HashMap<String, (i64, Progress)>,
}

/// How far an endpoint has come in a round. What could not be composed is soon held again, and as long as it was before: a
/// round goes on behind it, or it would meet the same deliveries for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Behind(HeldPlace),
    Done,
}

impl Releases {
    /// Nothing was acted on yet, so the first round looks at everything.
    pub fn new(node: Arc<Node>) -> Self {
        let acted_on = Mutex::new(ActedOn { revision: -1, once_more: None });
        Self { node, acted_on, round: tokio::sync::Mutex::default() }
    }

    /// One step of each endpoint's.
    pub(in crate::dispatch) async fn step(&self) -> Result<Pause, StoreError> {
        let mut round = self.round.lock().await;
        let under_way = round.get_or_insert_with(|| self.begin());
        let mut is_over = true;
        for held in self.node.store.held_endpoints().await? {
            is_over &= self.step_of(held, under_way).await?;
        }
        if !is_over {
            return Ok(Pause::None);
        }
        // Only now: what failed half-way is done again by the next round.
        if let Some(Round { began, revision, before, .. }) = round.take() {
            self.acted_on.lock().unwrap_or_else(PoisonError::into_inner).reached(revision, before, began);
        }
        Ok(Pause::Usual)
    }

    fn begin(&self) -> Round {
        let began = clock::monotonic();
        let before = self.acted_on.lock().unwrap_or_else(PoisonError::into_inner).before(began);
        Round { began, before, revision: self.node.directory.revision(), progress: HashMap::new() }
    }

    /// Answers whether the endpoint is done with.
    async fn step_of(&self, held: HeldEndpoint, round: &mut Round) -> Result<bool, StoreError> {
        let (store, now) = (&self.node.store, self.node.now());
        let Some((app, block)) = look_up(&self.node, &held.endpoint_id) else { return Ok(true) };
        let progress = round.progress.get(&held.endpoint_id).filter(|(revision, _)| *revision == app.revision);
        let behind = match (progress, block) {
            (Some((_, Progress::Done)), _) => return Ok(true),
            (_, Some(reason)) if held.waiting_for() == Some(reason) => return Ok(true),
            (_, Some(reason)) => return Ok(store.rename_reason(held.endpoint_id, reason).await? == 0),
            (Some((_, Progress::Behind(place))), None) => Some(*place),
            (None, None) => None,
        };
        // What could not be composed is tried again after its own app was changed, and by nobody else's change.
        let except = if app.revision > round.before { vec![] } else { vec![WaitingFor::Fields] };
        let released = store.release(held.endpoint_id.clone(), except, behind, now).await?;
        if released.count > 0 {
            tracing::info!(app = app.id, released = released.count, "held callbacks are due again");
            self.node.work_is_due();
        }
        let progress = released.last.map_or(Progress::Done, Progress::Behind);
        round.progress.insert(held.endpoint_id, (app.revision, progress));
        Ok(progress == Progress::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_acted_on_at_once_and_once_more_a_while_later() {
        let (start, mut acted_on) = (clock::monotonic(), ActedOn { revision: 5, once_more: None });
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut pass = |second: u64, revision: i64| {
            let before = acted_on.before(at(second));
            acted_on.reached(revision, before, at(second));
            before
        };
        assert_eq!(pass(0, 7), 5, "the changes 6 and 7");
        assert_eq!(pass(1, 7), 7);
        assert_eq!(pass(2, 8), 7, "the change 8");
        assert_eq!(pass(10, 8), 5, "all three once more");
        assert_eq!(pass(11, 8), 8);
        assert_eq!(pass(60, 8), 8, "and then no more");
    }
}
