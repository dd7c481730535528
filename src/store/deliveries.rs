//! Deliveries and attempts as rows, and what the other floors see of them.
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
use crate::domain::delivery::{Kind, Outcome, Status, Told, WaitingFor};
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

/// A delivery as the other floors see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// `dlv_…`
    pub id: String,
    /// Of this app …
    pub app_id: String,
    /// … to this endpoint of it.
    pub endpoint_id: String,
    /// What it tells.
    pub kind: Kind,
    /// Of this completion.
    pub completion_id: String,
    /// Of this reversal of it.
    pub reversal_id: Option<String>,
    /// What receivers see.
    pub transaction_id: String,
    /// name@version under which it was accepted.
    pub recipe: String,
    /// Where it stands.
    pub status: Status,
    /// What the receiver may know.
    pub told: Told,
    /// Why it is held.
    pub waiting_for: Option<WaitingFor>,
    /// Counted attempts over its whole life.
    pub attempts_made: u32,
    /// Counted attempts since it was last opened.
    pub round_attempts: u32,
    /// The number of the last attempt on record.
    pub last_number: u32,
    /// Our own faults in a row at its end.
    pub faults: u32,
    /// When it may be sent next.
    pub due_at: Option<Timestamp>,
    /// A test's invented completion and options, as JSON.
    pub test: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it ended, where its attempts do not tell.
    pub ended_reason: Option<String>,
}

/// One exchange, as far as it may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// 1, 2, … over the delivery's life.
    pub number: u32,
    /// Whether the schedule counts it.
    pub counted: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration_ms: u64,
    /// The source address; `None`: the host's own route.
    pub egress_ip: Option<String>,
    /// The address connected to.
    pub peer: Option<String>,
    /// `GET` or `POST`; unknown of an interrupted one.
    pub method: Option<String>,
    /// Without its signature.
    pub url: Option<String>,
    /// As they may be shown.
    pub headers: Vec<(String, String)>,
    /// The signature's first 8 characters.
    pub signature_start: Option<String>,
    /// The secret that signed.
    pub secret_id: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// In words.
    pub error: Option<String>,
    /// The receiver's status.
    pub status_code: Option<u16>,
    /// The receiver's headers.
    pub response_headers: Vec<(String, String)>,
    /// The first KiB of the receiver's body.
    pub response_body: Option<String>,
    /// What `Retry-After` asked for.
    pub retry_after_seconds: Option<u64>,
    /// When the next attempt follows.
    pub next_attempt_at: Option<Timestamp>,
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
            attempts_made: count(row.attempts_made),
            round_attempts: count(row.round_attempts),
            last_number: count(row.last_number),
            faults: count(row.faults),
            due_at: row.due_at.map(Timestamp::from_millis),
            test: row.test,
            created_at: Timestamp::from_millis(row.created_at),
            ended_at: row.ended_at.map(Timestamp::from_millis),
            ended_reason: row.ended_reason,
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
            number: i32::try_from(attempt.number).unwrap_or(i32::MAX),
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
