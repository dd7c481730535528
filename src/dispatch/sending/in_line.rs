//! What waits in line: a job that this node has claimed and not begun, kept in memory until a permit is free.
//!
//! It must not be sent before the store has marked its delivery as begun, in a commit of its own or together with the
//! settlement that freed the permit: after a crash what was begun may have been told, and what was in line was not.

use crate::dispatch::node::cluster::UnderWay;
use crate::store::queue::ClaimInLine;
use crate::store::{Store, StoreError};

use super::job::Job;

/// A job that waits in line.
#[derive(Debug)]
pub struct InLine {
    /// What is to be sent.
    pub job: Job,
    /// Keeps the claim known, so that it is not taken for one that nobody works on.
    known: UnderWay,
    bytes: usize,
}

impl InLine {
    /// A job whose claim is known as being worked on.
    pub fn new(job: Job, known: UnderWay) -> Self {
        Self { bytes: job.bytes(), job, known }
    }

    /// Its claim, as the store knows it.
    pub fn claim(&self) -> ClaimInLine {
        ClaimInLine { delivery_id: self.job.delivery.id.clone(), token: self.job.token.clone() }
    }

    /// The memory that it takes, more or less.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The job, to be sent, and what keeps its claim known.
    pub fn into_parts(self) -> (Job, UnderWay) {
        (self.job, self.known)
    }
}

/// Gives jobs back to the store: they are due as if they had never been claimed. Answers how many claims still stood.
pub async fn give_back(store: &Store, waiting: Vec<InLine>) -> Result<usize, StoreError> {
    store.give_back(waiting.iter().map(InLine::claim).collect()).await
}
