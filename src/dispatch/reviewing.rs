//! Reviewing: a completion that was held for review is released or rejected by hand, or released because the time is
//! over.
//!
//! A rejection is a whole reversal of which nobody is told, because nobody was told of the completion either. So the
//! ledger shows both, and the source's own reversal, should it come later, is a duplicate.

use super::dispatcher::Dispatcher;
use super::housekeeping::Housekeeping;
use crate::domain::completion::Completion;
use crate::domain::manual::Manual;
use crate::domain::reversal::{Asked, Reason, ReversalReport};
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::queue::{Decided, NewReversal};
use crate::store::{Hint, StoreError};

impl Dispatcher {
    /// Releases a completion from its review: it is called back.
    pub async fn release(&self, completion_id: String) -> Result<Decided, StoreError> {
        let decided = self.store.release_reviewed(completion_id, self.clock.now()).await?;
        if decided == Decided::Done {
            self.wake();
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
            now: self.clock.now(),
            manual: Some(by),
        };
        self.store.reject_reviewed(reversal).await
    }
}

impl Housekeeping {
    /// Releases what has been in review for as long as was agreed.
    pub(super) async fn end_reviews(&self) -> Result<(), StoreError> {
        let sender = &self.worker.sender;
        loop {
            let released = sender.store.release_overdue(sender.clock.now()).await?;
            if released == 0 {
                return Ok(());
            }
            tracing::info!(released, "reviews are over; the completions are called back");
            self.worker.wake.notify_one();
            sender.store.hint(Hint::Work);
        }
    }
}
