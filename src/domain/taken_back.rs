//! What a reversal takes back of a completion.

use super::amount::{Decimal, Minor};
use super::completion::Completion;
use super::time::Timestamp;

/// How much of a completion is taken back; amounts are positive here, a dialect decides about signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// 1 for the first reversal of the completion, 2 for the second part, and so on.
    pub ordinal: u32,
    /// Whether this takes back everything that the completion gave.
    pub whole: bool,
    /// The user's reward taken back, in the app's currency.
    pub user_reward: Option<Decimal>,
    /// The user's reward taken back, in the payout currency.
    pub reward_minor: Option<Minor>,
    /// The payout taken back.
    pub payout_minor: Option<Minor>,
    /// The gross amount taken back.
    pub gross_minor: Option<Minor>,
    /// Why.
    pub reason: Option<String>,
    /// When it was taken back.
    pub occurred_at: Timestamp,
}

impl TakenBack {
    /// All that a completion gave, in one.
    pub fn whole(completion: &Completion, reason: Option<&str>, occurred_at: Timestamp) -> Self {
        Self {
            ordinal: 1,
            whole: true,
            user_reward: completion.user_reward.clone(),
            reward_minor: completion.reward_minor,
            payout_minor: completion.payout_minor,
            gross_minor: completion.gross_minor,
            reason: reason.map(str::to_owned),
            occurred_at,
        }
    }
}
