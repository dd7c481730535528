//! How a delivery begins: what is to be accepted along with a completion or a reversal, and what it is at that instant.

use std::sync::Arc;

use super::completion::Completion;
use super::delivery::{Counters, Delivery, DeliveryKind, Status, Told, WaitingFor};
use super::time::Timestamp;

/// A delivery to be accepted.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// Its id.
    pub id: String,
    /// The endpoint.
    pub endpoint_id: String,
    /// name@version.
    pub recipe: String,
    /// How it begins.
    pub start: Start,
}

/// How a delivery begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Sent at once by this node, which holds a permit for it.
    Claimed {
        /// The node.
        node: Arc<str>,
        /// The claim's token.
        token: String,
    },
    /// Claimed by this node, in whose memory it waits for a permit; not begun.
    InLine {
        /// The node.
        node: Arc<str>,
        /// The claim's token.
        token: String,
    },
    /// Due at once, by whoever claims it.
    Pending,
    /// Waits for this to be mended.
    Held(WaitingFor),
    /// Waits for its completion's review, until then at the longest.
    InReview(Timestamp),
}

impl NewDelivery {
    /// The delivery as it begins; it tells of this completion.
    pub fn of(&self, completion: &Completion) -> Delivery {
        self.clone().begin(completion).0
    }

    /// The same, and how it begins.
    pub fn begin(self, completion: &Completion) -> (Delivery, Start) {
        let now = completion.recorded_at;
        let (status, waiting_for, due_at) = match &self.start {
            Start::Claimed { .. } => (Status::Sending, None, None),
            Start::InLine { .. } | Start::Pending => (Status::Pending, None, Some(now)),
            Start::Held(reason) => (Status::Held, Some(*reason), None),
            Start::InReview(until) => (Status::Held, Some(WaitingFor::Review), Some(*until)),
        };
        let delivery = Delivery {
            id: self.id,
            app_id: completion.app_id.clone(),
            endpoint_id: self.endpoint_id,
            kind: DeliveryKind::Completion,
            completion_id: completion.id.clone(),
            reversal_id: None,
            transaction_id: completion.transaction_id.clone(),
            recipe: self.recipe,
            status,
            told: Told::Never,
            waiting_for,
            counters: Counters::default(),
            due_at,
            test: None,
            created_at: now,
            ended_at: None,
            ended_reason: None,
            reversed: None,
        };
        (delivery, self.start)
    }
}
