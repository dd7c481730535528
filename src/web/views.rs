//! Completions, deliveries and attempts as they are answered: to sources and to the admin API alike.
//!
//! What must not be shown is not in the store either, so nothing is left out here but what is absent.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::dispatch::machine::Machine;
use crate::domain::basis::Basis;
use crate::domain::completion::Completion;
use crate::domain::delivery::{Status, WaitingFor};
use crate::domain::ledger::TakenInSum;
use crate::domain::manual::Manual;
use crate::domain::reversal::Reversal;
use crate::domain::review::ReviewState;
use crate::domain::time::Timestamp;
use crate::store::StoreError;
use crate::store::deliveries::{Attempt, Delivery};
use crate::store::entries::Entry;

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
    #[schema(value_type = String, format = DateTime)]
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
    computed: Option<Basis>,
    /// Of what was credited by hand: with which token, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    manual: Option<Manual>,
    /// Whether it was held for review: `waiting` while it is, then `released` or `rejected`.
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<&'static str>,
    /// When it is released unless somebody decides before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    review_until: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// Absent while nothing has been.
    #[serde(skip_serializing_if = "Option::is_none")]
    reversed: Option<ReversedView>,
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
            computed: completion.basis,
            manual: completion.manual,
            review: completion.review.map(|review| review.state.as_str()),
            review_until: waiting.map(|review| review.until),
            recorded_at: completion.recorded_at,
        }
    }
}

impl From<Entry> for CompletionView {
    fn from(entry: Entry) -> Self {
        Self::new(entry.completion, &entry.reversals)
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
    /// The completion with all that belongs to it, as it is at this moment.
    pub async fn read(machine: &Machine, completion: Completion) -> Result<Self, StoreError> {
        let deliveries = machine.store.deliveries_of(completion.id.clone()).await?;
        let reversals = machine.store.reversals_of(completion.id.clone()).await?;
        let completion = CompletionView::new(completion, &reversals);
        let deliveries = deliveries.into_iter().map(|delivery| DeliveryView::new(machine, delivery)).collect();
        let reversals = reversals.into_iter().map(ReversalView::from).collect();
        Ok(Self { completion, deliveries, reversals })
    }
}

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
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
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

/// A delivery.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    id: String,
    app_id: String,
    endpoint_id: String,
    /// `completion`, `reversal` or `test`.
    kind: &'static str,
    transaction_id: String,
    completion_id: String,
    /// The reversal that it tells of.
    #[serde(skip_serializing_if = "Option::is_none")]
    reversal_id: Option<String>,
    /// `pending`, `sending`, `retrying`, `held`, `delivered`, `dead` or `canceled`.
    status: &'static str,
    /// What the receiver may know: `never`, `maybe` or `yes`.
    told: &'static str,
    /// Counted attempts.
    attempts_made: u32,
    /// What it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_for: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Timestamp>,
    /// The recipe's name@version.
    recipe: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// Why it ended, where its attempts do not tell: `expired`, `reversed_before_send`, `rejected`.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_reason: Option<String>,
}

impl DeliveryView {
    /// A delivery as it is at this moment.
    pub fn new(machine: &Machine, delivery: Delivery) -> Self {
        let waiting_for = machine.waiting_for(&delivery).map(|reason| reason.as_str());
        Self {
            id: delivery.id,
            app_id: delivery.app_id,
            endpoint_id: delivery.endpoint_id,
            kind: delivery.kind.as_str(),
            transaction_id: delivery.transaction_id,
            completion_id: delivery.completion_id,
            reversal_id: delivery.reversal_id,
            status: delivery.status.as_str(),
            told: delivery.told.as_str(),
            attempts_made: delivery.attempts_made,
            waiting_for,
            // What is held for mending keeps its due time, but nobody knows when that will be.
            next_attempt_at: delivery
                .due_at
                .filter(|_| delivery.status != Status::Held || delivery.waiting_for == Some(WaitingFor::Review)),
            recipe: delivery.recipe,
            created_at: delivery.created_at,
            ended_at: delivery.ended_at,
            ended_reason: delivery.ended_reason,
        }
    }
}

/// A delivery with its attempts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeliveryWithAttempts {
    #[serde(flatten)]
    delivery: DeliveryView,
    /// Oldest first.
    attempts: Vec<AttemptView>,
}

impl DeliveryWithAttempts {
    /// A delivery as it is at this moment, with these attempts.
    pub fn new(machine: &Machine, delivery: Delivery, attempts: Vec<Attempt>) -> Self {
        let attempts = attempts.into_iter().map(AttemptView::from).collect();
        Self { delivery: DeliveryView::new(machine, delivery), attempts }
    }
}

/// One exchange of a delivery.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttemptView {
    number: u32,
    /// Whether the schedule counts it: our own faults burn no attempt.
    counted: bool,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    duration_ms: u64,
    /// The source address; null: the host's own route.
    egress_ip: Option<String>,
    /// The address connected to.
    peer: Option<String>,
    method: Option<String>,
    /// Without its signature.
    url: Option<String>,
    #[schema(value_type = Object)]
    headers: Map<String, Value>,
    /// The signature's first 8 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature_start: Option<String>,
    secret_id: Option<String>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<u16>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    response_headers: Map<String, Value>,
    /// The first KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    response_body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Timestamp>,
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            number: attempt.number,
            counted: attempt.counted,
            started_at: attempt.started_at,
            duration_ms: attempt.duration_ms,
            egress_ip: attempt.egress_ip,
            peer: attempt.peer,
            method: attempt.method,
            url: attempt.url,
            headers: header_map(attempt.headers),
            signature_start: attempt.signature_start,
            secret_id: attempt.secret_id,
            outcome: attempt.outcome.as_str(),
            error: attempt.error,
            status_code: attempt.status_code,
            response_headers: header_map(attempt.response_headers),
            response_body: attempt.response_body,
            retry_after_seconds: attempt.retry_after_seconds,
            next_attempt_at: attempt.next_attempt_at,
        }
    }
}

/// Headers as an object; a name that stands twice keeps both values, as RFC 9110 joins them.
pub fn header_map(headers: Vec<(String, String)>) -> Map<String, Value> {
    let mut map = Map::new();
    for (name, value) in headers {
        let joined = match map.get(&name).and_then(Value::as_str) {
            Some(first) => format!("{first}, {value}"),
            None => value,
        };
        map.insert(name, Value::String(joined));
    }
    map
}
