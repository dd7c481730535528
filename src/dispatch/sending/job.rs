//! A job: one delivery that this node has claimed, as far as sending it is concerned.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::completion::Completion;
use crate::domain::delivery::Delivery;
use crate::domain::dialect::callback::{CallbackEvent, TakenBack};

/// A claimed delivery with what it tells.
#[derive(Clone, Debug)]
pub struct Job {
    /// The delivery, as it was when it was claimed.
    pub delivery: Delivery,
    /// The completion that it tells of.
    pub completion: Completion,
    /// What it tells of the completion: that it is given, or taken back.
    pub event: CallbackEvent,
    /// What a test asked for besides.
    pub test: Option<TestOptions>,
    /// The name that this node had when it claimed it.
    pub node: Arc<str>,
    /// The claim's token.
    pub token: String,
}

impl Job {
    /// The memory that it takes, more or less: its texts, and as much again for what holds them.
    pub fn bytes(&self) -> usize {
        let Completion { id, external_id, transaction_id, user_id, extra, .. } = &self.completion;
        let texts = [&self.completion.offer_id, &self.completion.offer_name, &self.completion.note];
        let texts = texts.into_iter().flatten().chain([id, external_id, transaction_id, user_id]);
        let extra = extra.iter().flat_map(|(name, value)| [name, value]);
        size_of::<Self>() + 512 + 2 * texts.chain(extra).map(String::len).sum::<usize>()
    }

    /// The id that a receiver deduplicates on where the dialect has one: the same on every attempt and replay.
    pub fn event_id(&self) -> String {
        event_id(&self.delivery.id)
    }
}

/// The event id of a delivery.
pub fn event_id(delivery_id: &str) -> String {
    format!("evt_{}", delivery_id.trim_start_matches("dlv_"))
}

/// What a test callback asked for besides its invented completion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestOptions {
    /// Tell the invented completion's reversal instead.
    pub reversal: bool,
    /// Sign with this secret, whatever its state.
    pub secret_id: Option<String>,
    /// Leave from this egress IP instead of the app's.
    pub egress_ip_id: Option<String>,
}

/// A test as it is kept with its delivery: tests leave no completion in the ledger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredTest {
    /// The invented completion.
    pub completion: Completion,
    /// What was asked for besides.
    pub options: TestOptions,
}

/// The whole of a completion, taken back: what a test's reversal tells.
pub fn whole_reversal(completion: &Completion) -> CallbackEvent {
    CallbackEvent::Reversed(TakenBack {
        ordinal: 1,
        whole: true,
        user_reward: completion.user_reward.clone(),
        reward_minor: completion.reward_minor,
        payout_minor: completion.payout_minor,
        gross_minor: completion.gross_minor,
        reason: None,
        occurred_at: completion.recorded_at,
    })
}
