//! Deliveries and attempts as rows, and back.
//!
//! Nothing here may decide what becomes of a delivery, nor perform a query: it says what a row is, in words that either
//! engine's planner recognises.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::Serialize;

use super::columns::{in_millis, read_as_row};
use super::completions::{pairs_from_text, pairs_to_text};
use super::schema::{attempts, deliveries};
use super::unknown_words::Words;
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{
    Counters, Delivery, DeliveryKind, EndedReason, Extent, Outcome, Status, Told, WaitingFor,
};
use crate::domain::new_delivery::Start;
use crate::domain::time::Timestamp;

/// A row of `deliveries`.
#[derive(Clone, Debug, Queryable, QueryableByName, Selectable, Insertable, Serialize)]
// Spelt-out NULLs give every row the same INSERT, which is then prepared once.
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
pub struct Row {
    id: String,
    app_id: String,
    endpoint_id: String,
    kind: DeliveryKind,
    completion_id: String,
    reversal_id: String,
    transaction_id: String,
    recipe: String,
    status: Status,
    told: Told,
    waiting_for: Option<WaitingFor>,
    attempts_made: i32,
    round_attempts: i32,
    last_number: i32,
    faults: i32,
    #[serde(serialize_with = "in_millis")]
    due_at: Option<Timestamp>,
    claimed_by: Option<String>,
    claim_token: Option<String>,
    #[serde(serialize_with = "in_millis")]
    claimed_at: Option<Timestamp>,
    #[serde(serialize_with = "in_millis")]
    held_since: Option<Timestamp>,
    test: Option<String>,
    #[serde(serialize_with = "in_millis")]
    created_at: Timestamp,
    #[serde(serialize_with = "in_millis")]
    ended_at: Option<Timestamp>,
    ended_reason: Option<EndedReason>,
    reversed: Option<Extent>,
}

read_as_row!(Delivery, Row, by_name);

/// Whether a row waits to be sent, and may be changed without being read. Such conditions are literals, not parameters: only
/// then does the planner see that a partial index covers them.
pub(super) fn is_waiting() -> SqlLiteral<Bool> {
    literal(WAITING, Words::Known)
}

/// Whether a row waits to be sent, for a claim, which reads what it tells of as well.
pub(super) fn is_to_be_claimed(words: Words) -> SqlLiteral<Bool> {
    sql(&format!("{WAITING}{}", words.condition_with_told("deliveries")))
}

/// Tests go past this: which node can send one depends on more than its endpoint.
pub(super) fn is_pending_test(words: Words) -> SqlLiteral<Bool> {
    literal("deliveries.kind = 'test' AND deliveries.status = 'pending'", words)
}

/// Whether a row is held until something is mended, and may be changed without being read. What waits for a review, or a
/// reversal for its completion, is not.
pub(super) fn is_held_for_mending() -> SqlLiteral<Bool> {
    literal(
        "deliveries.status = 'held' AND deliveries.waiting_for <> 'completion' AND deliveries.waiting_for <> 'review'",
        Words::Known,
    )
}

/// Whether a row has been claimed and not been settled.
pub(super) fn is_claimed(words: Words) -> SqlLiteral<Bool> {
    literal("deliveries.status = 'sending'", words)
}

const WAITING: &str = "deliveries.status IN ('pending', 'retrying')";

fn literal(condition: &str, words: Words) -> SqlLiteral<Bool> {
    sql(&format!("{condition}{}", words.condition("deliveries")))
}

/// Whether a row is in this state.
pub(super) fn is(status: Status) -> SqlLiteral<Bool> {
    sql(&format!("deliveries.status = '{}'", status.as_str()))
}

/// A row of `attempts`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = attempts, treat_none_as_default_value = false)]
pub struct AttemptRow {
    delivery_id: String,
    number: i32,
    counted: bool,
    #[serde(serialize_with = "in_millis")]
    started_at: Timestamp,
    duration_ms: i64,
    egress_ip: Option<String>,
    peer: Option<String>,
    method: Option<String>,
    url: Option<String>,
    headers: Option<String>,
    signature_start: Option<String>,
    secret_id: Option<String>,
    outcome: Outcome,
    error: Option<String>,
    status_code: Option<i32>,
    response_headers: Option<String>,
    response_body: Option<String>,
    retry_after_seconds: Option<i64>,
    #[serde(serialize_with = "in_millis")]
    next_attempt_at: Option<Timestamp>,
}

read_as_row!(Attempt, AttemptRow);

/// A counter of the store, which is never negative.
fn count(stored: i32) -> u32 {
    u32::try_from(stored).unwrap_or(0)
}

/// A counter as the store has it.
pub(super) fn stored_count(counter: u32) -> i32 {
    i32::try_from(counter).unwrap_or(i32::MAX)
}

impl Row {
    /// A delivery that begins.
    pub(super) fn new(delivery: Delivery, start: Start) -> Self {
        let begun_at = delivery.created_at;
        let claim = match start {
            Start::Claimed { node, token } => Some((node.to_string(), token)),
            Start::Pending | Start::Held(_) | Start::InReview(_) => None,
        };
        let (claimed_by, claim_token) = claim.unzip();
        let Counters { attempts_made, round_attempts, last_number, faults } = delivery.counters;
        Self {
            id: delivery.id,
            app_id: delivery.app_id,
            endpoint_id: delivery.endpoint_id,
            kind: delivery.kind,
            completion_id: delivery.completion_id,
            reversal_id: delivery.reversal_id.unwrap_or_default(),
            transaction_id: delivery.transaction_id,
            recipe: delivery.recipe,
            status: delivery.status,
            told: delivery.told,
            waiting_for: delivery.waiting_for,
            attempts_made: stored_count(attempts_made),
            round_attempts: stored_count(round_attempts),
            last_number: stored_count(last_number),
            faults: stored_count(faults),
            due_at: delivery.due_at,
            claimed_at: claim_token.is_some().then_some(begun_at),
            claimed_by,
            claim_token,
            held_since: (delivery.status == Status::Held).then_some(begun_at),
            test: delivery.test,
            created_at: begun_at,
            ended_at: delivery.ended_at,
            ended_reason: delivery.ended_reason,
            reversed: delivery.reversed,
        }
    }

    /// The endpoint that it goes to, and the dialect that this must speak.
    pub(super) fn addressed_to(&self) -> (&str, &str) {
        (&self.endpoint_id, self.recipe.split_once('@').map_or(self.recipe.as_str(), |(dialect, _)| dialect))
    }
}

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            app_id: row.app_id,
            endpoint_id: row.endpoint_id,
            kind: row.kind,
            completion_id: row.completion_id,
            reversal_id: (!row.reversal_id.is_empty()).then_some(row.reversal_id),
            transaction_id: row.transaction_id,
            recipe: row.recipe,
            status: row.status,
            told: row.told,
            waiting_for: row.waiting_for,
            counters: Counters {
                attempts_made: count(row.attempts_made),
                round_attempts: count(row.round_attempts),
                last_number: count(row.last_number),
                faults: count(row.faults),
            },
            due_at: row.due_at,
            test: row.test,
            created_at: row.created_at,
            ended_at: row.ended_at,
            ended_reason: row.ended_reason,
            reversed: row.reversed,
        }
    }
}

impl AttemptRow {
    pub(super) fn new(delivery_id: &str, attempt: Attempt) -> Self {
        let pairs = |pairs: &[(String, String)]| (!pairs.is_empty()).then(|| pairs_to_text(pairs));
        // A receiver may answer anything; PostgreSQL's text holds every character but this one.
        let text = |text: Option<String>| text.map(|text| text.replace('\0', "\u{fffd}"));
        Self {
            delivery_id: delivery_id.to_owned(),
            number: stored_count(attempt.number),
            counted: attempt.counted,
            started_at: attempt.started_at,
            duration_ms: i64::try_from(attempt.duration_ms).unwrap_or(i64::MAX),
            egress_ip: attempt.egress_ip,
            peer: attempt.peer,
            method: attempt.method,
            url: attempt.url,
            headers: pairs(&attempt.headers),
            signature_start: attempt.signature_start,
            secret_id: attempt.secret_id,
            outcome: attempt.outcome,
            error: text(attempt.error),
            status_code: attempt.status_code.map(i32::from),
            response_headers: pairs(&attempt.response_headers),
            response_body: text(attempt.response_body),
            retry_after_seconds: attempt.retry_after_seconds.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX)),
            next_attempt_at: attempt.next_attempt_at,
        }
    }
}

impl TryFrom<AttemptRow> for Attempt {
    type Error = serde_json::Error;

    fn try_from(row: AttemptRow) -> Result<Self, serde_json::Error> {
        Ok(Self {
            number: count(row.number),
            counted: row.counted,
            started_at: row.started_at,
            duration_ms: u64::try_from(row.duration_ms).unwrap_or(0),
            egress_ip: row.egress_ip,
            peer: row.peer,
            method: row.method,
            url: row.url,
            headers: pairs_from_text(row.headers.as_deref())?,
            signature_start: row.signature_start,
            secret_id: row.secret_id,
            outcome: row.outcome,
            error: row.error,
            status_code: row.status_code.and_then(|status| u16::try_from(status).ok()),
            response_headers: pairs_from_text(row.response_headers.as_deref())?,
            response_body: row.response_body,
            retry_after_seconds: row.retry_after_seconds.and_then(|seconds| u64::try_from(seconds).ok()),
            next_attempt_at: row.next_attempt_at,
        })
    }
}
