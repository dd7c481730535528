//! Replays: what has ended is sent again, one delivery by hand or many by a job. Here is what may be reopened, the same for
//! both, and what a job is.
//!
//! Nothing here finds a delivery or counts one.

pub mod selection;

use super::delivery::{Delivery, Status};
use super::made_by::MadeBy;
use super::time::Timestamp;
use super::words::words;
use selection::Selection;

words! {
    /// Why a delivery that has ended may not be reopened.
    Refusal {
        /// What it tells has been taken back, and the receiver knows of that, or was never told of either.
        Reversed = "reversed",
        /// What it tells is in review, and nobody knows yet whether it will be told.
        InReview = "review",
        /// Whom it is about has been erased.
        Erased = "erased",
        /// Its app or endpoint is archived: nobody would ever send it.
        Archived = "archived",
    }
}

/// What stands beside a delivery and decides whether it may be reopened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Its app or endpoint is archived.
    pub is_archived: bool,
    /// Its completion's user has been erased.
    pub is_erased: bool,
    /// Its completion is in review.
    pub is_in_review: bool,
    /// A reversal's delivery waits for it, so that reopening it leads to both in order.
    pub is_awaited: bool,
}

/// Why a delivery is not reopened now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It has not ended: it stands there.
    NotEnded(Status),
    /// It may not be.
    Refused(Refusal),
}

/// What stands in the way of reopening a delivery: that it has not ended, or what would refuse it once it has.
pub fn obstacle(delivery: &Delivery, refusal: Option<Refusal>) -> Option<Obstacle> {
    if delivery.status.is_ended() { refusal.map(Obstacle::Refused) } else { Some(Obstacle::NotEnded(delivery.status)) }
}

/// Whether a delivery that has ended may be reopened.
pub fn refusal(delivery: &Delivery, beside: Surroundings) -> Option<Refusal> {
    // Where its reversal waits, both will be told in order; where that was told, the user would keep what was taken back.
    let would_credit_anew = delivery.reversed.is_some() && !beside.is_awaited;
    if beside.is_archived {
        Some(Refusal::Archived)
    } else if beside.is_erased {
        Some(Refusal::Erased)
    } else if would_credit_anew || delivery.was_taken_back_unsent() {
        Some(Refusal::Reversed)
    } else if beside.is_in_review {
        // Canceling it and sending it again must not be a way around the review.
        Some(Refusal::InReview)
    } else {
        None
    }
}

words! {
    /// Where a job stands.
    ReplayState {
        /// It reopens deliveries, or waits until some of those that it has reopened are sent.
        Running = "running",
        /// It has come to its end.
        Done = "done",
        /// Somebody stopped it.
        Canceled = "canceled",
    }
}

/// What a job did not reopen, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// See [`Refusal::Reversed`].
    pub reversed: u64,
    /// See [`Refusal::InReview`].
    pub review: u64,
    /// See [`Refusal::Erased`].
    pub erased: u64,
    /// See [`Refusal::Archived`].
    pub archived: u64,
    /// It was in none of the states any more when the job came to it: somebody had reopened it, or it was too old to be kept.
    pub reopened: u64,
}

impl Skipped {
    /// One more, for this reason.
    pub fn refused(&mut self, refusal: Refusal) {
        let count = match refusal {
            Refusal::Reversed => &mut self.reversed,
            Refusal::InReview => &mut self.review,
            Refusal::Erased => &mut self.erased,
            Refusal::Archived => &mut self.archived,
        };
        *count += 1;
    }

    /// As many more as another count says.
    pub fn add(&mut self, other: Self) {
        self.reversed += other.reversed;
        self.review += other.review;
        self.erased += other.erased;
        self.archived += other.archived;
        self.reopened += other.reopened;
    }

    /// For whatever reason.
    pub fn sum(&self) -> u64 {
        self.reversed + self.review + self.erased + self.archived + self.reopened
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// `rpl_…`
    pub id: String,
    /// Of this app's deliveries.
    pub app_id: String,
    /// Of which of them.
    pub selection: Selection,
    /// Where it stands.
    pub state: ReplayState,
    /// How many they were when it began.
    pub total: u64,
    /// How many of them it has reopened.
    pub done: u64,
    /// How many it has passed over.
    pub skipped: Skipped,
    /// Who began it.
    pub begun_by: MadeBy,
    /// When.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}
