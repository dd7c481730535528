//! Completions as rows, and back.

use std::collections::HashSet;

use diesel::dsl::{exists, select, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text};
use serde::Serialize;

use super::backend::{Conn, Read, insertion};
use super::codes::{self, in_code_or_null};
use super::columns::{in_millis, read_as_row};
use super::keys::{AppKey, CompletionKey, SourceKey};
use super::schema::completions;
use crate::domain::amount::Decimal;
use crate::domain::calculation::Calculation;
use crate::domain::completion::{Completion, Review, ReviewState};
use crate::domain::manual::Manual;
use crate::domain::time::Timestamp;

/// A row of `completions`.
#[derive(Clone, Debug, Queryable, Selectable, Serialize)]
#[diesel(table_name = completions)]
pub struct Row {
    pub(super) id: CompletionKey,
    pub(super) source_id: SourceKey,
    pub(super) external_id: String,
    pub(super) app_id: AppKey,
    pub(super) transaction_id: String,
    event_type: String,
    user_id: String,
    offer_id: Option<String>,
    offer_name: Option<String>,
    pub(super) goal_id: Option<String>,
    note: Option<String>,
    user_reward: Option<Decimal>,
    reward_minor: Option<i64>,
    payout_minor: Option<i64>,
    gross_minor: Option<i64>,
    currency: String,
    #[serde(serialize_with = "in_millis")]
    occurred_at: Timestamp,
    pub(super) click_id: Option<String>,
    extra: Option<String>,
    #[serde(serialize_with = "in_millis")]
    recorded_at: Timestamp,
    reversals: i32,
    calculation: Option<String>,
    manual: Option<String>,
    #[serde(serialize_with = "in_code_or_null")]
    review: Option<ReviewState>,
    #[serde(serialize_with = "in_millis")]
    review_until: Option<Timestamp>,
    #[serde(serialize_with = "in_millis")]
    erased_at: Option<Timestamp>,
}

insertion! {
    /// A completion.
    pub(super) CompletionInsertion of Row, "INSERT INTO completions" {
        id: BigInt,
        source_id: BigInt,
        external_id: Text,
        app_id: BigInt,
        transaction_id: Text,
        event_type: Text,
        user_id: Text,
        offer_id: Nullable<Text>,
        offer_name: Nullable<Text>,
        goal_id: Nullable<Text>,
        note: Nullable<Text>,
        user_reward: Nullable<Text>,
        reward_minor: Nullable<BigInt>,
        payout_minor: Nullable<BigInt>,
        gross_minor: Nullable<BigInt>,
        currency: Text,
        occurred_at: BigInt,
        click_id: Nullable<Text>,
        extra: Nullable<Text>,
        recorded_at: BigInt,
        reversals: Integer,
        calculation: Nullable<Text>,
        manual: Nullable<Text>,
        review: Nullable<SmallInt>,
        review_until: Nullable<BigInt>,
        erased_at: Nullable<BigInt>,
    }
}

impl Row {
    /// Bytes of the texts that may be long.
    pub(super) fn text_bytes(&self) -> usize {
        let texts = [&self.offer_name, &self.note, &self.extra, &self.calculation, &self.manual];
        texts.into_iter().flatten().map(String::len).sum()
    }
}

impl From<Completion> for Row {
    fn from(completion: Completion) -> Self {
        Self {
            id: CompletionKey::of(&completion.id),
            source_id: SourceKey::of_any(completion.source_id.as_deref()),
            external_id: completion.external_id,
            app_id: AppKey::of(&completion.app_id),
            transaction_id: completion.transaction_id,
            event_type: completion.event_type,
            user_id: completion.user_id,
            offer_id: completion.offer_id,
            offer_name: completion.offer_name,
            goal_id: completion.goal_id,
            note: completion.note,
            user_reward: completion.user_reward,
            reward_minor: completion.reward_minor,
            payout_minor: completion.payout_minor,
            gross_minor: completion.gross_minor,
            currency: completion.currency,
            occurred_at: completion.occurred_at,
            click_id: completion.click_id,
            extra: (!completion.extra.is_empty()).then(|| pairs_to_text(&completion.extra)),
            recorded_at: completion.recorded_at,
            reversals: 0,
            erased_at: None,
            manual: completion.manual.as_ref().map(manual_to_text),
            calculation: completion.calculation.as_ref().map(calculation_to_text),
            review: completion.review.map(|review| review.state),
            review_until: completion.review.map(|review| review.until),
        }
    }
}

impl TryFrom<Row> for Completion {
    type Error = serde_json::Error;

    fn try_from(row: Row) -> Result<Self, serde_json::Error> {
        Ok(Self {
            id: row.id.id(),
            source_id: row.source_id.any(),
            external_id: row.external_id,
            transaction_id: row.transaction_id,
            event_type: row.event_type,
            app_id: row.app_id.id(),
            user_id: row.user_id,
            offer_id: row.offer_id,
            offer_name: row.offer_name,
            goal_id: row.goal_id,
            note: row.note,
            user_reward: row.user_reward,
            reward_minor: row.reward_minor,
            payout_minor: row.payout_minor,
            gross_minor: row.gross_minor,
            currency: row.currency,
            occurred_at: row.occurred_at,
            click_id: row.click_id,
            extra: pairs_from_text(row.extra.as_deref())?,
            calculation: row.calculation.as_deref().map(serde_json::from_str).transpose()?,
            manual: row.manual.as_deref().map(serde_json::from_str).transpose()?,
            review: row.review.zip(row.review_until).map(|(state, until)| Review { state, until }),
            recorded_at: row.recorded_at,
        })
    }
}

read_as_row!(Completion, Row);

fn calculation_to_text(calculation: &Calculation) -> String {
    serde_json::to_string(calculation).expect("amounts and words are always JSON")
}

/// A list of pairs rather than an object: it keeps their order whatever reads it.
fn pairs_to_text(pairs: &[(String, String)]) -> String {
    serde_json::to_string(pairs).expect("pairs of text are always JSON")
}

/// What [`pairs_to_text`] wrote; no text: no pairs.
fn pairs_from_text(text: Option<&str>) -> Result<Vec<(String, String)>, serde_json::Error> {
    text.map_or_else(|| Ok(Vec::new()), serde_json::from_str)
}

/// The mark of what was done by hand.
pub(super) fn manual_to_text(mark: &Manual) -> String {
    serde_json::to_string(mark).expect("texts are always JSON")
}

/// Locks the row of a completion until the transaction ends, by an UPDATE that changes nothing.
pub(super) fn lock(conn: &mut Conn, id: &str) -> QueryResult<()> {
    let unchanged = completions::reversals.eq(completions::reversals);
    diesel::update(completions::table.find(CompletionKey::of(id))).set(unchanged).execute(conn).map(drop)
}

/// Whether nobody has decided about a completion yet: the condition of the index of those in review.
pub(super) fn is_in_review() -> SqlLiteral<Bool> {
    sql(&codes::is("completions.review", ReviewState::Waiting))
}

/// Those of these completions whose callbacks must not leave yet.
pub(super) fn held_back(conn: &mut Conn, keys: &[CompletionKey]) -> QueryResult<HashSet<CompletionKey>> {
    let in_review = completions::table.filter(completions::id.eq_any(keys)).filter(is_in_review());
    Ok(in_review.select(completions::id).load(conn)?.into_iter().collect())
}

/// Ends a review about which nothing is left to decide, because the whole was taken back.
pub(super) fn withdraw_review(conn: &mut Conn, id: &str) -> QueryResult<()> {
    diesel::update(completions::table.find(CompletionKey::of(id)).filter(is_in_review()))
        .set(completions::review.eq(None::<ReviewState>))
        .execute(conn)
        .map(drop)
}

/// Whether its user's name has been taken out.
pub(super) fn is_erased(conn: &mut Conn, id: &str) -> QueryResult<bool> {
    let erased = completions::table.find(CompletionKey::of(id)).filter(completions::erased_at.is_not_null());
    select(exists(erased)).get_result(conn)
}

/// Those of these completions whose user's name has been taken out.
pub(super) fn erased(conn: &mut Conn, keys: &[CompletionKey]) -> QueryResult<HashSet<CompletionKey>> {
    let erased = completions::table.filter(completions::id.eq_any(keys)).filter(completions::erased_at.is_not_null());
    Ok(erased.select(completions::id).load(conn)?.into_iter().collect())
}

/// The completions of these keys, in no order.
pub(super) fn by_keys(conn: &mut Conn, keys: &[CompletionKey]) -> QueryResult<Vec<Completion>> {
    with_keys(keys).load(conn)
}

/// The same as a query.
pub(super) fn with_keys(keys: &[CompletionKey]) -> impl Read<'_, Completion> {
    completions::table.filter(completions::id.eq_any(keys)).select(Completion::as_select())
}
