//! Deliveries and attempts as rows, and back.
//!
//! Nothing here may decide what becomes of a delivery, nor perform a query: it says what a row is, in words that either
//! engine's planner recognises.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::Serialize;

use super::completions::{pairs_from_text, pairs_to_text};
use super::schema::{attempts, deliveries};
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{Counters, Delivery, EndedReason, Extent, Kind, Outcome, Status, Told, WaitingFor};
use crate::domain::new_delivery::Start;
use crate::domain::time::Timestamp;

/// A row of `deliveries`.
#[derive(Clone, Debug, Queryable, QueryableByName, Selectable, Insertable, Serialize)]
// Spelt-out NULLs give every row the same INSERT, which is then prepared once.
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) app_id: String,
    pub(super) endpoint_id: String,
    pub(super) kind: String,
    pub(super) completion_id: String,
    pub(super) reversal_id: String,
    pub(super) transaction_id: String,
    pub(super) recipe: String,
    pub(super) status: String,
    pub(super) told: String,
    pub(super) waiting_for: Option<String>,
    pub(super) attempts_made: i32,
    pub(super) round_attempts: i32,
    pub(super) last_number: i32,
    pub(super) faults: i32,
    pub(super) due_at: Option<i64>,
    pub(super) claimed_by: Option<String>,
    pub(super) claim_token: Option<String>,
    pub(super) claimed_at: Option<i64>,
    pub(super) held_since: Option<i64>,
    pub(super) test: Option<String>,
    pub(super) created_at: i64,
    pub(super) ended_at: Option<i64>,
    pub(super) ended_reason: Option<String>,
    pub(super) reversed: Option<String>,
}

/// Whether a row waits to be sent. Such conditions are literals, not parameters: only then does the planner see that a
/// partial index covers them.
pub(super) fn is_waiting() -> SqlLiteral<Bool> {
    sql("deliveries.status IN ('pending', 'retrying')")
}

/// Tests go past this: which node can send one depends on more than its endpoint.
pub(super) fn is_pending_test() -> SqlLiteral<Bool> {
    sql("deliveries.kind = 'test' AND deliveries.status = 'pending'")
}

/// Whether a row is held until something is mended. What waits for a review, or a reversal for its completion, is not.
pub(super) fn is_held_for_mending() -> SqlLiteral<Bool> {
    sql("deliveries.status = 'held' AND deliveries.waiting_for <> 'completion' AND deliveries.waiting_for <> 'review'")
}

/// Whether a row is in this state.
pub(super) fn is(status: Status) -> SqlLiteral<Bool> {
    sql(&format!("deliveries.status = '{}'", status.as_str()))
}

/// A row of `attempts`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = attempts, treat_none_as_default_value = false)]
pub(super) struct AttemptRow {
    delivery_id: String,
    number: i32,
    counted: bool,
    started_at: i64,
    duration_ms: i64,
    egress_ip: Option<String>,
    peer: Option<String>,
    method: Option<String>,
    url: Option<String>,
    headers: Option<String>,
    signature_start: Option<String>,
    secret_id: Option<String>,
    outcome: String,
    error: Option<String>,
    status_code: Option<i32>,
    response_headers: Option<String>,
    response_body: Option<String>,
    retry_after_seconds: Option<i64>,
    next_attempt_at: Option<i64>,
}

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
    pub(super) fn new(delivery: Delivery, start: &Start) -> Self {
        let begun_at = delivery.created_at.as_millis();
        let claim = match start {
            Start::Claimed { node, token } => Some((node.to_string(), token.clone())),
            Start::Pending | Start::Held(_) | Start::InReview(_) => None,
        };
        let (claimed_by, claim_token) = claim.unzip();
        let Counters { attempts_made, round_attempts, last_number, faults } = delivery.counters;
        Self {
            id: delivery.id,
            app_id: delivery.app_id,
            endpoint_id: delivery.endpoint_id,
            kind: delivery.kind.as_str().to_owned(),
            completion_id: delivery.completion_id,
            reversal_id: delivery.reversal_id.unwrap_or_default(),
            transaction_id: delivery.transaction_id,
            recipe: delivery.recipe,
            status: delivery.status.as_str().to_owned(),
            told: delivery.told.as_str().to_owned(),
            waiting_for: delivery.waiting_for.map(|reason| reason.as_str().to_owned()),
            attempts_made: stored_count(attempts_made),
            round_attempts: stored_count(round_attempts),
            last_number: stored_count(last_number),
            faults: stored_count(faults),
            due_at: delivery.due_at.map(Timestamp::as_millis),
            claimed_at: claim_token.is_some().then_some(begun_at),
            claimed_by,
            claim_token,
            held_since: (delivery.status == Status::Held).then_some(begun_at),
            test: delivery.test,
            created_at: begun_at,
            ended_at: delivery.ended_at.map(Timestamp::as_millis),
            ended_reason: delivery.ended_reason.map(|reason| reason.as_str().to_owned()),
            reversed: delivery.reversed.map(|extent| extent.as_str().to_owned()),
        }
    }
}

impl From<Row> for Delivery {
    /// The CHECKs of the table admit only the words that are read here; a default stands in for what cannot be.
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            app_id: row.app_id,
            endpoint_id: row.endpoint_id,
            kind: Kind::parse(&row.kind).unwrap_or(Kind::Completion),
            completion_id: row.completion_id,
            reversal_id: (!row.reversal_id.is_empty()).then_some(row.reversal_id),
            transaction_id: row.transaction_id,
            recipe: row.recipe,
            status: Status::parse(&row.status).unwrap_or(Status::Pending),
            told: Told::parse(&row.told).unwrap_or(Told::Maybe),
            waiting_for: row.waiting_for.as_deref().and_then(WaitingFor::parse),
            counters: Counters {
                attempts_made: count(row.attempts_made),
                round_attempts: count(row.round_attempts),
                last_number: count(row.last_number),
                faults: count(row.faults),
            },
            due_at: row.due_at.map(Timestamp::from_millis),
            test: row.test,
            created_at: Timestamp::from_millis(row.created_at),
            ended_at: row.ended_at.map(Timestamp::from_millis),
            ended_reason: row.ended_reason.as_deref().and_then(EndedReason::parse),
            reversed: row.reversed.as_deref().and_then(Extent::parse),
        }
    }
}

impl AttemptRow {
    pub(super) fn new(delivery_id: &str, attempt: &Attempt) -> Self {
        let pairs = |pairs: &[(String, String)]| (!pairs.is_empty()).then(|| pairs_to_text(pairs));
        // A receiver may answer anything; PostgreSQL's text holds every character but this one.
        let text = |text: Option<String>| text.map(|text| text.replace('\0', "\u{fffd}"));
        let attempt = attempt.clone();
        Self {
            delivery_id: delivery_id.to_owned(),
            number: stored_count(attempt.number),
            counted: attempt.counted,
            started_at: attempt.started_at.as_millis(),
            duration_ms: i64::try_from(attempt.duration_ms).unwrap_or(i64::MAX),
            egress_ip: attempt.egress_ip,
            peer: attempt.peer,
            method: attempt.method,
            url: attempt.url,
            headers: pairs(&attempt.headers),
            signature_start: attempt.signature_start,
            secret_id: attempt.secret_id,
            outcome: attempt.outcome.as_str().to_owned(),
            error: text(attempt.error),
            status_code: attempt.status_code.map(i32::from),
            response_headers: pairs(&attempt.response_headers),
            response_body: text(attempt.response_body),
            retry_after_seconds: attempt.retry_after_seconds.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX)),
            next_attempt_at: attempt.next_attempt_at.map(Timestamp::as_millis),
        }
    }
}

impl From<AttemptRow> for Attempt {
    fn from(row: AttemptRow) -> Self {
        let pairs = |text: Option<String>| text.as_deref().map(pairs_from_text).unwrap_or_default();
        Self {
            number: count(row.number),
            counted: row.counted,
            started_at: Timestamp::from_millis(row.started_at),
            duration_ms: u64::try_from(row.duration_ms).unwrap_or(0),
            egress_ip: row.egress_ip,
            peer: row.peer,
            method: row.method,
            url: row.url,
            headers: pairs(row.headers),
            signature_start: row.signature_start,
            secret_id: row.secret_id,
            outcome: Outcome::parse(&row.outcome).unwrap_or(Outcome::Interrupted),
            error: row.error,
            status_code: row.status_code.and_then(|status| u16::try_from(status).ok()),
            response_headers: pairs(row.response_headers),
            response_body: row.response_body,
            retry_after_seconds: row.retry_after_seconds.and_then(|seconds| u64::try_from(seconds).ok()),
            next_attempt_at: row.next_attempt_at.map(Timestamp::from_millis),
        }
    }
}
