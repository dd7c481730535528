//! Reviews: completions whose callbacks wait until somebody has decided, or the time for that is over.
//!
//! The completion's own row says where its review stands, and whoever changes that locks it first: so of two decisions
//! one finds nothing left to decide. The callbacks alone could not say it, because they may be canceled one by one, and
//! they go with retention.

use std::sync::Arc;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::reverse::{NewReversal, reverse};
use crate::domain::completion::ReviewState;
use crate::domain::delivery::{EndedReason, Status, WaitingFor};
use crate::domain::health::Capped;
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Read};
use crate::store::codes;
use crate::store::completions::is_in_review;
use crate::store::erased_keys::ErasedKeys;
use crate::store::keys::CompletionKey;
use crate::store::schema::{completions, deliveries};
use crate::store::terminal::Ended;
use crate::store::unknown_words::has_known_words;
use crate::store::{Store, StoreError};

/// Completions in one step: with their callbacks a few milliseconds of the writer's time.
const STEP: i64 = 250;

/// What became of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It took effect.
    Done,
    /// The completion is not in review, or not any more.
    NotInReview,
    /// There is no such completion.
    Unknown,
}

impl Store {
    /// Ends a completion's review: it is called back.
    pub async fn release_reviewed(&self, completion_id: String, now: Timestamp) -> Result<Decided, StoreError> {
        self.write(move |conn| match release(conn, &[CompletionKey::of(&completion_id)], now)? {
            0 => not_in_review(conn, &completion_id),
            _ => Ok(Decided::Done),
        })
        .await
    }

    /// Ends a completion's review: it is taken back by this reversal and never called back.
    pub async fn reject_reviewed(&self, reversal: NewReversal) -> Result<Decided, StoreError> {
        let erased = Arc::clone(&self.shared.erased);
        self.write(move |conn| reject(conn, &erased, reversal)).await
    }

    /// How many completions are in review, and when the first of these reviews ends.
    pub async fn open_reviews(&self) -> Result<(Capped, Option<Timestamp>), StoreError> {
        let ends = self.read(|conn| ends().load(conn)).await?;
        let found = u64::try_from(ends.len()).unwrap_or(u64::MAX);
        Ok((Capped::of(found), ends.first().copied().flatten()))
    }

    /// Releases a step of the completions whose review is over; answers how many.
    pub async fn release_overdue(&self, now: Timestamp) -> Result<usize, StoreError> {
        let keys = self.look(move |conn| over(now).load(conn)).await?;
        if keys.is_empty() {
            return Ok(0);
        }
        self.write(move |conn| release(conn, &keys, now)).await
    }
}

/// When the reviews end that are open, the first first.
pub(in crate::store) fn ends() -> impl Read<'static, Option<Timestamp>> {
    let most = i64::try_from(Capped::CAP).unwrap_or(i64::MAX).saturating_add(1);
    let open = completions::table.filter(is_in_review()).order(completions::review_until);
    open.limit(most).select(completions::review_until)
}

/// The completions whose review is over, the first first: few are in review at all, and an index holds no others.
pub(in crate::store) fn over(now: Timestamp) -> impl Read<'static, CompletionKey> {
    completions::table
        .filter(is_in_review())
        .filter(completions::review_until.le(now))
        .order(completions::review_until)
        .limit(STEP)
        .select(completions::id)
}

/// Makes the callbacks of those due that are in review; answers how many those were.
fn release(conn: &mut Conn, keys: &[CompletionKey], now: Timestamp) -> QueryResult<usize> {
    let released = diesel::update(completions::table.filter(completions::id.eq_any(keys)).filter(is_in_review()))
        .set(completions::review.eq(ReviewState::Released))
        .execute(conn)?;
    diesel::update(deliveries::table.filter(deliveries::completion_id.eq_any(keys)))
        .filter(deliveries::status.eq(Status::Held))
        .filter(deliveries::waiting_for.eq(WaitingFor::Review))
        .filter(has_known_words())
        .set((
            deliveries::status.eq(Status::Pending),
            deliveries::waiting_for.eq(None::<WaitingFor>),
            deliveries::due_at.eq(now),
            deliveries::held_since.eq(None::<Timestamp>),
        ))
        .execute(conn)?;
    Ok(released)
}

fn reject(conn: &mut Conn, erased: &ErasedKeys, reversal: NewReversal) -> QueryResult<Decided> {
    conn.begin_recording()?;
    let (completion_id, now) = (reversal.completion_id.clone(), reversal.now);
    let row = completions::table.find(CompletionKey::of(&completion_id));
    let in_review =
        diesel::update(row.filter(is_in_review())).set(completions::review.eq(ReviewState::Waiting)).execute(conn)?;
    if in_review == 0 {
        return not_in_review(conn, &completion_id);
    }
    // Whatever it answers: if parts were taken back before, there may be nothing left to take back, but it is rejected.
    reverse(conn, erased, reversal)?;
    diesel::update(row).set(completions::review.eq(ReviewState::Rejected)).execute(conn)?;
    let unsent = [Status::Pending, Status::Retrying, Status::Held];
    let unsent = sql::<Bool>(&codes::is_one_of("deliveries.status", &unsent));
    diesel::update(deliveries::table.filter(deliveries::completion_id.eq(CompletionKey::of(&completion_id))))
        .filter(unsent.or(deliveries::ended_reason.eq(EndedReason::ReversedBeforeSend)))
        .filter(has_known_words())
        .set(Ended::canceled(now, Some(EndedReason::Rejected)))
        .execute(conn)?;
    Ok(Decided::Done)
}

fn not_in_review(conn: &mut Conn, completion_id: &str) -> QueryResult<Decided> {
    let known: i64 = completions::table.find(CompletionKey::of(completion_id)).count().get_result(conn)?;
    Ok(if known == 0 { Decided::Unknown } else { Decided::NotInReview })
}
