//! Replay jobs: reopens what an outage left behind, a few deliveries at a time, so that what is new never waits for long.
//!
//! A job does not put its deliveries into the queue at once: those of a hundred thousand would all stand before whatever is
//! reported later. For each endpoint only a few of them wait at any time, and while an endpoint takes nothing, or as much of
//! its own is due, the job waits with it and goes on with the others. What is reopened is sent like everything else; nothing
//! here sends, or knows how.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock::{self, Moment};
use crate::dispatch::node::Node;
use crate::domain::replay::Replay;
use crate::domain::replay::selection::Selection;
use crate::domain::time::Timestamp;
use crate::store::StoreError;
use crate::store::replay_range::Counted;
use crate::store::replay_steps::{ReplayPart, Stepped};
use crate::store::replays::{ReplayBegun, ReplayStopped};

/// How often it is looked for jobs that nobody told of: those of nodes that died.
pub const EVERY: Duration = Duration::from_millis(500);
/// How often a job goes on that runs.
const PACE: Duration = Duration::from_millis(50);
/// How long a job that waits is let alone at most: the pause doubles up to that, so that one which nothing moves for days (its
/// app is paused, its receiver is down) costs next to nothing.
const LONGEST: Duration = Duration::from_secs(1);
/// Reopened deliveries that may wait for one endpoint: a quarter of the most that is sent to one at a time. So a job takes up
/// to 320 deliveries a second, and a new one waits for 16 others at most.
const WAITING: usize = 16;

/// Does replay jobs.
#[derive(Debug)]
pub struct Replays {
    node: Arc<Node>,
    /// Notified when a job has begun here.
    pub begun: Arc<Notify>,
    /// The parts of jobs that wait: for how long each is let alone, and since when.
    waiting: Mutex<HashMap<ReplayPart, (Duration, Moment)>>,
}

/// What a turn found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// There is nothing to do.
    Idle,
    /// There is more to do at once: nothing was found to be reopened so far.
    More,
    /// There is more to do then.
    Paced {
        /// When it goes on.
        until: Timestamp,
    },
}

impl Replays {
    /// Those of this store.
    pub fn new(node: Arc<Node>) -> Self {
        Self { node, begun: Arc::default(), waiting: Mutex::default() }
    }

    /// Counts what a job would be about that begins at this instant, by reason where something would be passed over.
    pub async fn count(
        &self,
        app_id: &str,
        selection: Selection,
        by_reason: bool,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        self.node.store.count_replay(app_id, selection, by_reason, now).await
    }

    /// Begins a job; this node goes to work on it at once.
    pub async fn begin(&self, replay: Replay) -> Result<ReplayBegun, StoreError> {
        let begun = self.node.store.begin_replay(replay).await?;
        if begun == ReplayBegun::Begun {
            self.begun.notify_one();
        }
        Ok(begun)
    }

    /// Stops a job; what it has reopened is sent.
    pub async fn stop(&self, id: String) -> Result<ReplayStopped, StoreError> {
        self.node.store.stop_replay(id, self.node.now()).await
    }

    /// Goes a step on with every job that is this node's or nobody's. One that fails stands in no other's way.
    pub async fn step(&self) -> Result<Turn, StoreError> {
        let Some(node) = self.node.cluster.lease.node() else { return Ok(Turn::Idle) };
        let (mut turn, mut failure) = (Turn::Idle, None);
        let parts = self.node.store.open_replays(node.to_string()).await?;
        self.waiting().retain(|part, _| parts.contains(part));
        for part in parts {
            let let_alone = self.waiting().get(&part).map(|(pause, since)| pause.saturating_sub(since.elapsed()));
            if let Some(left) = let_alone.filter(|left| !left.is_zero()) {
                turn = turn.and(Turn::Paced { until: self.node.now().plus(left) });
                continue;
            }
            match self.go_on(part, &node).await {
                Ok(of_part) => turn = turn.and(of_part),
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(turn), Err)
    }

    async fn go_on(&self, part: ReplayPart, node: &Arc<str>) -> Result<Turn, StoreError> {
        let (now, replay) = (self.node.now(), part.replay_id.clone());
        let paced = Turn::Paced { until: now.plus(PACE) };
        let stepped = self.node.store.step_replay(part.clone(), node.to_string(), WAITING, now).await?;
        let before = self.waiting().remove(&part);
        Ok(match stepped {
            Stepped::NotOurs => Turn::Idle,
            Stepped::Waits => {
                let pause = before.map_or(PACE, |(pause, _)| (pause * 2).min(LONGEST));
                self.waiting().insert(part, (pause, clock::monotonic()));
                Turn::Paced { until: now.plus(pause) }
            }
            Stepped::Moved { reopened, is_over } => {
                if reopened > 0 {
                    self.node.metrics.reopened(reopened);
                    self.node.work_is_due();
                }
                match (is_over, reopened) {
                    (true, _) => {
                        tracing::info!(replay, "a replay has nothing more to do for an endpoint");
                        Turn::Idle
                    }
                    (false, 0) => Turn::More,
                    (false, _) => paced,
                }
            }
        })
    }
}

impl Replays {
    fn waiting(&self) -> MutexGuard<'_, HashMap<ReplayPart, (Duration, Moment)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// The sooner of both.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::More, _) | (_, Self::More) => Self::More,
            (Self::Paced { until }, Self::Paced { until: other }) => Self::Paced { until: until.min(other) },
            (Self::Idle, turn) | (turn, Self::Idle) => turn,
        }
    }
}
