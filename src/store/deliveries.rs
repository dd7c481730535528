//! Deliveries as rows, and back.
//!
//! Nothing here may decide what becomes of a delivery, nor perform a query: it says what a row is, in words that either
//! engine's planner recognises.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text};
use serde::Serialize;

use super::backend::insertion;
use super::codes::{self, in_code, in_code_or_null};
use super::columns::{in_millis, read_as_row};
use super::keys::{AppKey, ClaimKey, CompletionKey, DeliveryKey, EndpointKey, NodeKey, ReversalKey};
use super::schema::deliveries;
use super::unknown_words::Words;
use crate::domain::delivery::{Counters, Delivery, DeliveryKind, EndedReason, Extent, Status, Told, WaitingFor};
use crate::domain::new_delivery::Start;
use crate::domain::time::Timestamp;

/// A row of `deliveries`.
#[derive(Clone, Debug, Queryable, QueryableByName, Selectable, Insertable, Serialize)]
// Spelt-out NULLs give every row the same INSERT, which is then prepared once.
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
pub struct Row {
    id: DeliveryKey,
    app_id: AppKey,
    endpoint_id: EndpointKey,
    #[serde(serialize_with = "in_code")]
    kind: DeliveryKind,
    pub(super) completion_id: CompletionKey,
    reversal_id: ReversalKey,
    transaction_id: String,
    recipe: String,
    #[serde(serialize_with = "in_code")]
    status: Status,
    #[serde(serialize_with = "in_code")]
    told: Told,
    #[serde(serialize_with = "in_code_or_null")]
    waiting_for: Option<WaitingFor>,
    attempts_made: i32,
    round_attempts: i32,
    last_number: i32,
    faults: i32,
    #[serde(serialize_with = "in_millis")]
    due_at: Option<Timestamp>,
    claimed_by: Option<NodeKey>,
    claim_token: Option<ClaimKey>,
    #[serde(serialize_with = "in_millis")]
    claimed_at: Option<Timestamp>,
    #[serde(serialize_with = "in_millis")]
    held_since: Option<Timestamp>,
    test: Option<String>,
    #[serde(serialize_with = "in_millis")]
    created_at: Timestamp,
    #[serde(serialize_with = "in_millis")]
    ended_at: Option<Timestamp>,
    #[serde(serialize_with = "in_code_or_null")]
    ended_reason: Option<EndedReason>,
    #[serde(serialize_with = "in_code_or_null")]
    reversed: Option<Extent>,
}

insertion! {
    /// A delivery.
    pub(super) DeliveryInsertion of Row, "INSERT INTO deliveries" {
        id: BigInt,
        app_id: BigInt,
        endpoint_id: BigInt,
        kind: SmallInt,
        completion_id: BigInt,
        reversal_id: BigInt,
        transaction_id: Text,
        recipe: Text,
        status: SmallInt,
        told: SmallInt,
        waiting_for: Nullable<SmallInt>,
        attempts_made: Integer,
        round_attempts: Integer,
        last_number: Integer,
        faults: Integer,
        due_at: Nullable<BigInt>,
        claimed_by: Nullable<BigInt>,
        claim_token: Nullable<BigInt>,
        claimed_at: Nullable<BigInt>,
        held_since: Nullable<BigInt>,
        test: Nullable<Text>,
        created_at: BigInt,
        ended_at: Nullable<BigInt>,
        ended_reason: Nullable<SmallInt>,
        reversed: Nullable<SmallInt>,
    }
}

read_as_row!(Delivery, Row, by_name);

/// Whether a row waits to be claimed, and may be changed without being read. Such conditions are literals, not parameters: only
/// then does the planner see that a partial index covers them. A row that waits in a node's line is claimed already.
pub(super) fn is_waiting() -> SqlLiteral<Bool> {
    literal(&waiting("deliveries"), Words::Known)
}

/// Whether a row waits to be claimed, for a claim, which reads what it tells of as well.
pub(super) fn is_to_be_claimed(words: Words) -> SqlLiteral<Bool> {
    sql(&format!("{}{}", waiting("deliveries"), words.condition_with_told("deliveries")))
}

/// Tests go past this: which node can send one depends on more than its endpoint.
pub(super) fn is_pending_test(words: Words) -> SqlLiteral<Bool> {
    let is_test = codes::is("deliveries.kind", DeliveryKind::Test);
    literal(&format!("{is_test} AND {}", codes::is("deliveries.status", Status::Pending)), words)
}

/// Whether a row is held until something is mended, and may be changed without being read. What waits for a review, or a
/// reversal for its completion, is not.
pub(super) fn is_held_for_mending() -> SqlLiteral<Bool> {
    literal(&held_for_mending("deliveries"), Words::Known)
}

/// Whether a row has been claimed and not been settled: it is being sent, or waits in its claimant's line.
pub(super) fn is_claimed(words: Words) -> SqlLiteral<Bool> {
    literal("deliveries.claim_token IS NOT NULL", words)
}

/// Whether a row waits in the line of the node that claimed it.
pub(super) fn is_in_line() -> SqlLiteral<Bool> {
    let not_begun = codes::is_not("deliveries.status", Status::Sending);
    literal(&format!("deliveries.claim_token IS NOT NULL AND {not_begun}"), Words::Known)
}

/// The condition of the index of what waits to be claimed, about rows that the query calls by this name.
pub(super) fn waiting(deliveries: &str) -> String {
    let waits = codes::is_one_of(&format!("{deliveries}.status"), &[Status::Pending, Status::Retrying]);
    format!("{waits} AND {deliveries}.claim_token IS NULL")
}

/// The condition of the index of what is held for mending, likewise.
pub(super) fn held_for_mending(deliveries: &str) -> String {
    let [held, not_for_completion, not_in_review] = [
        codes::is(&format!("{deliveries}.status"), Status::Held),
        codes::is_not(&format!("{deliveries}.waiting_for"), WaitingFor::Completion),
        codes::is_not(&format!("{deliveries}.waiting_for"), WaitingFor::Review),
    ];
    format!("{held} AND {not_for_completion} AND {not_in_review}")
}

fn literal(condition: &str, words: Words) -> SqlLiteral<Bool> {
    sql(&format!("{condition}{}", words.condition("deliveries")))
}

/// Whether a row is a test, as the indexes of tests say it.
pub(super) fn is_a_test() -> SqlLiteral<Bool> {
    sql(&codes::is("deliveries.kind", DeliveryKind::Test))
}

/// Whether a row is in this state.
pub(super) fn is(status: Status) -> SqlLiteral<Bool> {
    sql(&codes::is("deliveries.status", status))
}

/// A counter of the store, which is never negative.
pub(super) fn count(stored: i32) -> u32 {
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
            Start::Claimed { node, token } | Start::InLine { node, token } => {
                Some((NodeKey::of(&node), ClaimKey::of(&token)))
            }
            Start::Pending | Start::Held(_) | Start::InReview(_) => None,
        };
        let (claimed_by, claim_token) = claim.unzip();
        let Counters { attempts_made, round_attempts, last_number, faults } = delivery.counters;
        Self {
            id: DeliveryKey::of(&delivery.id),
            app_id: AppKey::of(&delivery.app_id),
            endpoint_id: EndpointKey::of(&delivery.endpoint_id),
            kind: delivery.kind,
            completion_id: CompletionKey::of(&delivery.completion_id),
            reversal_id: ReversalKey::of_any(delivery.reversal_id.as_deref()),
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

    /// The endpoint that it goes to, and the recipe that this must speak.
    pub(super) fn addressed_to(&self) -> (EndpointKey, &str) {
        (self.endpoint_id, &self.recipe)
    }
}

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.id(),
            app_id: row.app_id.id(),
            endpoint_id: row.endpoint_id.id(),
            kind: row.kind,
            completion_id: row.completion_id.id(),
            reversal_id: row.reversal_id.any(),
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
