//! A completion, alone or with all that belongs to it.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{DeliveryView, ReversalView, ReversedView};
use crate::actions::completions::CompletionRecord;
use crate::dispatch::node::Node;
use crate::domain::calculation::Calculation;
use crate::domain::completion::{Completion, ReviewState};
use crate::domain::delivery::Status;
use crate::domain::ledger::TakenInSum;
use crate::domain::manual::Manual;
use crate::domain::reversal::Reversal;
use crate::domain::time::Timestamp;
use crate::store::completion_lists::Entry;

/// A completion.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompletionView {
    id: String,
    source_id: Option<String>,
    external_id: String,
    transaction_id: String,
    event_type: String,
    app_id: String,
    /// In lists and exports.
    #[serde(skip_serializing_if = "Option::is_none")]
    app_name: Option<String>,
    user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// Digit for digit as it was reported or computed, and as it is called back.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_reward: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reward_minor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payout_minor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gross_minor: Option<i64>,
    currency: String,
    occurred_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    click_id: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    extra: Map<String, Value>,
    /// What payout and reward were computed from, where they are not simply as reported: `{payout?: {from: "goal" |
    /// "offer" | "reported" | "revenue_share", …}, reward?: {from: "rate" | "reported", …}, reported: {payoutMinor?,
    /// userReward?}}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    computed: Option<Calculation>,
    /// Of what was credited by hand: with which token, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    manual: Option<Manual>,
    /// Whether it was held for review: `waiting` while it is, then `released` or `rejected`.
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<&'static str>,
    /// When it is released unless somebody decides before.
    #[serde(skip_serializing_if = "Option::is_none")]
    review_until: Option<Timestamp>,
    recorded_at: Timestamp,
    /// Absent while nothing has been.
    #[serde(skip_serializing_if = "Option::is_none")]
    reversed: Option<ReversedView>,
    /// In lists and exports: where its callback to the first endpoint that it had one for stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_status: Option<&'static str>,
}

impl CompletionView {
    /// A completion of which these reversals took something back.
    pub fn new(completion: Completion, reversals: &[Reversal]) -> Self {
        let waiting = completion.review.filter(|review| review.state == ReviewState::Waiting);
        Self {
            reversed: TakenInSum::of(reversals).map(ReversedView::from),
            id: completion.id,
            source_id: completion.source_id,
            external_id: completion.external_id,
            transaction_id: completion.transaction_id,
            event_type: completion.event_type,
            app_id: completion.app_id,
            app_name: None,
            user_id: completion.user_id,
            offer_id: completion.offer_id,
            offer_name: completion.offer_name,
            goal_id: completion.goal_id,
            note: completion.note,
            user_reward: completion.user_reward.map(|amount| amount.to_string()),
            reward_minor: completion.reward_minor,
            payout_minor: completion.payout_minor,
            gross_minor: completion.gross_minor,
            currency: completion.currency,
            occurred_at: completion.occurred_at,
            click_id: completion.click_id,
            extra: completion.extra.into_iter().map(|(key, value)| (key, Value::String(value))).collect(),
            computed: completion.calculation,
            manual: completion.manual,
            review: completion.review.map(|review| review.state.as_str()),
            review_until: waiting.map(|review| review.until),
            recorded_at: completion.recorded_at,
            delivery_status: None,
        }
    }
}

impl From<Entry> for CompletionView {
    fn from(entry: Entry) -> Self {
        let delivery_status = entry.callback.map(Status::as_str);
        let app_name = Some(entry.app_name);
        Self { delivery_status, app_name, ..Self::new(entry.completion, &entry.reversals) }
    }
}

/// A completion with its deliveries.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompletionWithDeliveries {
    #[serde(flatten)]
    completion: CompletionView,
    deliveries: Vec<DeliveryView>,
    /// Reversals of it, oldest first.
    reversals: Vec<ReversalView>,
}

impl CompletionWithDeliveries {
    /// The completion with all that belongs to it.
    pub fn new(node: &Node, record: CompletionRecord) -> Self {
        let CompletionRecord { completion, deliveries, reversals } = record;
        let completion = CompletionView::new(completion, &reversals);
        let deliveries = deliveries.into_iter().map(|delivery| DeliveryView::new(node, delivery)).collect();
        let reversals = reversals.into_iter().map(ReversalView::from).collect();
        Self { completion, deliveries, reversals }
    }
}
