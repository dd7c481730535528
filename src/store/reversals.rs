//! Reversals as rows, and back.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use serde::de::Error;

use super::backend::{Conn, Read};
use super::columns::read_as_row;
use super::completions::manual_to_text;
use super::keys::{AppKey, CompletionKey, ReversalKey};
use super::schema::reversals;
use super::{Store, StoreError};
use crate::domain::amount::Decimal;
use crate::domain::reversal::{Asked, Reason, Reversal};
use crate::domain::taken_back::TakenBack;
use crate::domain::time::Timestamp;

/// A row of `reversals`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = reversals, treat_none_as_default_value = false)]
pub struct Row {
    id: ReversalKey,
    completion_id: CompletionKey,
    app_id: AppKey,
    reversal_key: String,
    ordinal: i32,
    whole: bool,
    asked: String,
    user_reward: Option<Decimal>,
    reward_minor: Option<i64>,
    payout_minor: Option<i64>,
    gross_minor: Option<i64>,
    reason: Reason,
    occurred_at: Timestamp,
    recorded_at: Timestamp,
    manual: Option<String>,
}

impl From<&Reversal> for Row {
    fn from(reversal: &Reversal) -> Self {
        let Reversal { taken, .. } = reversal;
        Self {
            id: ReversalKey::of(&reversal.id),
            completion_id: CompletionKey::of(&reversal.completion_id),
            app_id: AppKey::of(&reversal.app_id),
            reversal_key: reversal.reversal_id.clone().unwrap_or_default(),
            ordinal: i32::try_from(taken.ordinal).unwrap_or(i32::MAX),
            whole: taken.whole,
            asked: serde_json::to_string(&reversal.asked).expect("amounts are always JSON"),
            user_reward: taken.user_reward.clone(),
            reward_minor: taken.reward_minor,
            payout_minor: taken.payout_minor,
            gross_minor: taken.gross_minor,
            reason: reversal.reason,
            occurred_at: taken.occurred_at,
            recorded_at: reversal.recorded_at,
            manual: reversal.manual.as_ref().map(manual_to_text),
        }
    }
}

impl TryFrom<Row> for Reversal {
    type Error = serde_json::Error;

    fn try_from(row: Row) -> Result<Self, serde_json::Error> {
        Ok(Self {
            id: row.id.id(),
            completion_id: row.completion_id.id(),
            app_id: row.app_id.id(),
            reversal_id: (!row.reversal_key.is_empty()).then_some(row.reversal_key),
            asked: serde_json::from_str::<Asked>(&row.asked)?,
            reason: row.reason,
            taken: TakenBack {
                ordinal: u32::try_from(row.ordinal).map_err(Error::custom)?,
                whole: row.whole,
                user_reward: row.user_reward,
                reward_minor: row.reward_minor,
                payout_minor: row.payout_minor,
                gross_minor: row.gross_minor,
                reason: Some(row.reason.as_str().to_owned()),
                occurred_at: row.occurred_at,
            },
            recorded_at: row.recorded_at,
            manual: row.manual.as_deref().map(serde_json::from_str).transpose()?,
        })
    }
}

read_as_row!(Reversal, Row);

impl Store {
    /// The reversals of a completion, oldest first.
    pub async fn reversals_of(&self, completion_id: String) -> Result<Vec<Reversal>, StoreError> {
        self.read(move |conn| of_completion(conn, &completion_id)).await
    }
}

/// The reversals of a completion, oldest first.
pub(super) fn of_completion(conn: &mut Conn, completion_id: &str) -> QueryResult<Vec<Reversal>> {
    rows_of_completion(completion_id).load(conn)
}

/// Whether a reversal of the completion stands under this name.
pub(super) fn is_named(conn: &mut Conn, completion_id: &str, name: &str) -> QueryResult<bool> {
    let named = reversals::table.filter(reversals::completion_id.eq(CompletionKey::of(completion_id)));
    select(exists(named.filter(reversals::reversal_key.eq(name)))).get_result(conn)
}

/// The reversals of a completion as a query.
pub(super) fn rows_of_completion<'a>(completion_id: &'a str) -> impl Read<'a, Reversal> {
    reversals::table
        .filter(reversals::completion_id.eq(CompletionKey::of(completion_id)))
        .order(reversals::ordinal)
        .select(Reversal::as_select())
}

/// The reversals of these completions, each one's oldest first.
pub(super) fn of_completions(conn: &mut Conn, keys: &[CompletionKey]) -> QueryResult<Vec<Reversal>> {
    let of_them = reversals::table.filter(reversals::completion_id.eq_any(keys)).order(reversals::ordinal);
    of_them.select(Reversal::as_select()).load(conn)
}

/// The reversals of these keys, in no order, as a query.
pub(super) fn with_keys(keys: &[ReversalKey]) -> impl Read<'_, Reversal> {
    reversals::table.filter(reversals::id.eq_any(keys)).select(Reversal::as_select())
}
