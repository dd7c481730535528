//! The sender and the line: how a job comes to wait for a permit, and how it is begun when one is free.
//!
//! A job is begun in the commit that settles what frees its permit; only where a permit is free already, it takes a commit of
//! its own. What may not be sent any more is given back or dropped, and never begun.

use std::sync::Arc;

use super::job::Job;
use super::pacing::{LinedUp, Permit, Place};
use super::sender::Sender;
use crate::dispatch::node::routing::Readiness;
use crate::store::{Store, StoreError};

impl Sender {
    /// Begins what was in line when a permit was found to be free, and sends it.
    async fn begin(&self, first: Job, mut permit: Permit) {
        if self.node.readiness(&first.delivery.endpoint_id) != Some(Readiness::Ready) {
            return self.give_back(std::iter::once(first).chain(permit.drain()).collect());
        }
        let begun = match self.is_begun(&first).await {
            true => Some(first),
            false => self.begin_next(&mut permit).await,
        };
        if let Some(begun) = begun {
            self.deliver(begun, permit).await;
        }
    }

    /// Has a job wait in line. If a permit is free by now, the first in line is begun.
    pub(super) fn line_up(self: &Arc<Self>, place: Place, job: Job) {
        match place.line_up(job) {
            LinedUp::Waits => {}
            LinedUp::Begins(first, permit) => self.start(first, permit),
            LinedUp::Closed(job) => self.give_back(vec![job]),
        }
    }

    /// Begins and sends a job in a task of its own.
    pub fn start(self: &Arc<Self>, first: Job, permit: Permit) {
        let this = Arc::clone(self);
        self.node.tasks.start_apart(async move { this.begin(first, permit).await });
    }

    /// Whoever waits for this permit and may still be sent to; a line that is blocked by now is given back as a whole.
    pub(super) fn next_in_line(&self, permit: &mut Permit) -> Option<Job> {
        while let Some(next) = permit.next_in_line() {
            // Whatever a former name of this node had claimed is taken over by somebody.
            if !self.node.cluster.lease.covers(&next.claim.node) {
                continue;
            }
            if self.node.readiness(&next.delivery.endpoint_id) == Some(Readiness::Ready) {
                return Some(next);
            }
            self.give_back(std::iter::once(next).chain(permit.drain()).collect());
        }
        None
    }

    /// Begins whoever is next in line, by itself; nobody, if the line is empty.
    pub(super) async fn begin_next(&self, permit: &mut Permit) -> Option<Job> {
        while let Some(next) = self.next_in_line(permit) {
            if self.is_begun(&next).await {
                return Some(next);
            }
        }
        None
    }

    /// Begins a claim that waited in line; answers whether it may be sent.
    async fn is_begun(&self, waiting: &Job) -> bool {
        let begun = self.node.store.begin(waiting.in_line(), self.node.now()).await;
        begun.unwrap_or_else(|error| {
            // As soon as it is dropped nobody works on the claim any more, and it is taken back.
            tracing::error!(delivery = waiting.delivery.id, %error, "a delivery in line could not be begun");
            false
        })
    }

    fn give_back(&self, waiting: Vec<Job>) {
        let node = Arc::clone(&self.node);
        self.node.tasks.start(async move {
            match give_back(&node.store, waiting).await {
                Ok(_) => node.work_is_due(),
                Err(error) => {
                    tracing::error!(%error, "a line could not be given back; its claims are taken back later")
                }
            }
        });
    }
}

/// Gives jobs that wait in line back to the store: they are due as if they had never been claimed. Answers how many claims
/// still stood.
pub async fn give_back(store: &Store, waiting: Vec<Job>) -> Result<usize, StoreError> {
    store.give_back(waiting.iter().map(Job::in_line).collect()).await
}
