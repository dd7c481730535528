//! A delivery and its attempts.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::dispatch::node::Node;
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{Delivery, EndedReason, Status, WaitingFor};
use crate::domain::time::Timestamp;

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
    next_attempt_at: Option<Timestamp>,
    /// The recipe's name@version.
    recipe: String,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    /// Why it ended, where its attempts do not tell: `expired`, `reversed_before_send`, `rejected`.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_reason: Option<&'static str>,
}

impl DeliveryView {
    /// A delivery as it is at this moment.
    pub fn new(node: &Node, delivery: Delivery) -> Self {
        let waiting_for = node.waiting_for(&delivery);
        Self::waiting(delivery, waiting_for)
    }

    /// A delivery that waits for this, or for nothing.
    pub fn waiting(delivery: Delivery, waiting_for: Option<WaitingFor>) -> Self {
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
            attempts_made: delivery.counters.attempts_made,
            waiting_for: waiting_for.map(WaitingFor::as_str),
            // What is held for mending keeps its due time, but nobody knows when that will be.
            next_attempt_at: delivery
                .due_at
                .filter(|_| delivery.status != Status::Held || delivery.waiting_for == Some(WaitingFor::Review)),
            recipe: delivery.recipe,
            created_at: delivery.created_at,
            ended_at: delivery.ended_at,
            ended_reason: delivery.ended_reason.map(EndedReason::as_str),
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
    pub fn new(node: &Node, delivery: Delivery, attempts: Vec<Attempt>) -> Self {
        let attempts = attempts.into_iter().map(AttemptView::from).collect();
        Self { delivery: DeliveryView::new(node, delivery), attempts }
    }
}

/// One exchange of a delivery.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttemptView {
    number: u32,
    /// Whether the schedule counts it: our own faults burn no attempt.
    counted: bool,
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
    /// Of a delivery that is read by its id: the first 4 KiB of the body of a POST, composed anew from what was recorded and from
    /// the endpoint as it is now, and never kept; without a secret. Absent where that cannot be done any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4096)]
    request_body: Option<String>,
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
            request_body: None,
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

impl AttemptView {
    /// An attempt with the body that it sent.
    pub fn with_body(attempt: Attempt, request_body: Option<String>) -> Self {
        Self { request_body, ..Self::from(attempt) }
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
