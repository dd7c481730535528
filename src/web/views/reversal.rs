//! What was taken back of a completion: each time, and in sum.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::ledger::TakenInSum;
use crate::domain::manual::Manual;
use crate::domain::reversal::Reversal;
use crate::domain::time::Timestamp;

/// What was taken back of a completion.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReversalView {
    id: String,
    /// The source's id of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reversal_id: Option<String>,
    /// Whether it takes back everything in one go.
    whole: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_reward: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reward_minor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payout_minor: Option<i64>,
    /// `refund`, `chargeback`, `fraud`, `duplicate` or `other`.
    reason: &'static str,
    occurred_at: Timestamp,
    recorded_at: Timestamp,
    /// Of what was taken back by hand: with which token, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    manual: Option<Manual>,
}

impl From<Reversal> for ReversalView {
    fn from(reversal: Reversal) -> Self {
        let Reversal { id, reversal_id, reason, taken, recorded_at, manual, .. } = reversal;
        Self {
            id,
            reversal_id,
            whole: taken.whole,
            user_reward: taken.user_reward.map(|amount| amount.to_string()),
            reward_minor: taken.reward_minor,
            payout_minor: taken.payout_minor,
            reason: reason.as_str(),
            occurred_at: taken.occurred_at,
            recorded_at,
            manual,
        }
    }
}

/// What was taken back of a completion in sum; an amount that it never had is absent.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReversedView {
    /// By how many reversals.
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    payout_minor: Option<i128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    reward_minor: Option<i128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_reward: Option<String>,
}

impl From<TakenInSum> for ReversedView {
    fn from(taken: TakenInSum) -> Self {
        let TakenInSum { count, payout_minor, reward_minor, user_reward } = taken;
        Self { count, payout_minor, reward_minor, user_reward: user_reward.map(|sum| sum.to_string()) }
    }
}
