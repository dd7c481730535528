//! Reviews: a completion that was held for review is released or rejected by hand, or released because the time is
//! over.
//!
//! A rejection is a whole reversal of which nobody is told, because nobody was told of the completion either. So the
//! ledger shows both, and the source's own reversal, should it come later, is a duplicate.

use std::sync::Arc;
use std::time::Duration;

use super::clock_guard::ClockGuard;
use crate::dispatch::node::Node;
use crate::dispatch::routine::Pause;
use crate::domain::completion::Completion;
use crate::domain::manual::Manual;
use crate::domain::reversal::{Asked, Reason, ReversalReport};
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::StoreError;
use crate::store::queue::{Decided, NewReversal};

/// How often it is looked for reviews whose time is over.
pub const EVERY: Duration = Duration::from_millis(500);

/// Ends reviews.
#[derive(Debug)]
pub struct Reviews {
    node: Arc<Node>,
    guard: Arc<ClockGuard>,
}

impl Reviews {
    /// Those of this store.
    pub fn new(node: Arc<Node>, guard: Arc<ClockGuard>) -> Self {
        Self { node, guard }
    }

    /// Releases a completion from its review: it is called back.
    pub async fn release(&self, completion_id: String) -> Result<Decided, StoreError> {
        let decided = self.node.store.release_reviewed(completion_id, self.node.now()).await?;
        if decided == Decided::Done {
            self.node.work_is_due();
        }
        Ok(decided)
    }

    /// Rejects a completion in its review: it is never called back.
    pub async fn reject(&self, completion: Completion, reason: Reason, by: Manual) -> Result<Decided, StoreError> {
        let report = ReversalReport {
            external_id: completion.external_id,
            reversal_id: None,
            asked: Asked::default(),
            reason,
            occurred_at: None,
        };
        let reversal = NewReversal {
            id: random::new_id("rev"),
            completion_id: completion.id,
            report,
            // The refund window is what sources are bound by.
            not_before: Timestamp::from_millis(0),
            plans: Vec::new(),
            now: self.node.now(),
            manual: Some(by),
        };
        self.node.store.reject_reviewed(reversal).await
    }

    /// Releases a step of what has been in review for as long as was agreed.
    pub(in crate::dispatch) async fn step(&self) -> Result<Pause, StoreError> {
        if !self.guard.may_end().await? {
            return Ok(Pause::Usual);
        }
        let released = self.node.store.release_overdue(self.node.now()).await?;
        if released == 0 {
            return Ok(Pause::Usual);
        }
        tracing::info!(released, "reviews are over; the completions are called back");
        self.node.work_is_due();
        Ok(Pause::None)
    }
}
