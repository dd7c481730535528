//! Retention: attempts and ended deliveries go after a while, a small step at a time. Completions and the keys that make
//! reports idempotent stay, and so does the number of the deliveries that went, for the ledger.

use diesel::dsl::{exists, not, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::result::OptionalExtension;
use diesel::sql_types::Bool;

use super::backend::{Conn, Read, Write};
use super::deliveries::is_pending_test;
use super::keys::DeliveryKey;
use super::ledger::ACCOUNT;
use super::schema::{attempts, clicks, completions, deliveries};
use super::terminal::Ended;
use super::unknown_words::{Words, has_known_words};
use super::{Store, StoreError, codes};
use crate::domain::delivery::{DeliveryKind, Status, WaitingFor};
use crate::domain::ids::Tick;
use crate::domain::time::Timestamp;

/// Deliveries in one step: a few milliseconds of the writer's time.
const STEP: i64 = 500;

impl Store {
    /// Removes a step of the deliveries that ended before `before`, oldest first, with their attempts.
    pub async fn prune(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.write_in_turn(Conn::begin_removing, move |conn| {
            let old = oldest(before).load(conn)?;
            conn.lock_deliveries(&old)?;
            remember(conn, &old, before)?;
            let gone = removal(&old, before).execute(conn)?;
            removal_of_attempts(&old).execute(conn)?;
            Ok(gone)
        })
        .await
    }

    /// When the newest completion was recorded or the newest click made, whichever was later.
    pub async fn newest_record(&self) -> Result<Option<Timestamp>, StoreError> {
        self.look(|conn| {
            let completions = completions::table.order(completions::id.desc()).select(completions::recorded_at);
            let clicks = clicks::table.order(clicks::id.desc()).select(clicks::clicked_at);
            let (completion, click) = (completions.first(conn).optional()?, clicks.first(conn).optional()?);
            Ok(Option::<Timestamp>::max(completion, click))
        })
        .await
    }

    /// Ends the tests that have waited since before `since` for a node that could send them: whoever made one has long
    /// looked elsewhere.
    pub async fn expire_tests(&self, since: Timestamp, now: Timestamp) -> Result<usize, StoreError> {
        self.write(move |conn| {
            let waiting =
                deliveries::table.filter(is_pending_test(Words::Known)).filter(deliveries::created_at.lt(since));
            diesel::update(waiting).set(Ended::expired(now)).execute(conn)
        })
        .await
    }
}

/// Adds what is about to go to what has gone before, in one statement: a step may be of hundreds of apps.
fn remember(conn: &mut Conn, old: &[DeliveryKey], before: Timestamp) -> QueryResult<()> {
    if old.is_empty() {
        return Ok(());
    }
    // Numbers, as literals, read the same to either engine.
    let keys: Vec<String> = old.iter().map(|key| key.as_ref().to_string()).collect();
    let (account, before) = (ACCOUNT, before.as_millis());
    let is_no_test = codes::is_not("deliveries.kind", DeliveryKind::Test);
    diesel::sql_query(format!(
        "INSERT INTO ended_deliveries (app_id, day, currency, status, count)
         SELECT {account}, count(*) FROM deliveries
         JOIN completions ON completions.id = deliveries.completion_id
         WHERE deliveries.id IN ({}) AND deliveries.ended_at < {before} AND {is_no_test}
         GROUP BY {account}
         ON CONFLICT (app_id, day, currency, status)
         DO UPDATE SET count = ended_deliveries.count + excluded.count",
        keys.join(", ")
    ))
    .execute(conn)
    .map(drop)
}

/// A step of what ended before then. Keys are ordered by time, so the primary key leads to what is old without an index
/// on `ended_at`.
pub(super) fn oldest(before: Timestamp) -> impl Read<'static, DeliveryKey> {
    deliveries::table
        .filter(deliveries::id.lt(DeliveryKey::stored(Tick::first_of(before).key(0))))
        .filter(deliveries::ended_at.lt(before))
        .filter(is_not_awaited())
        .filter(has_known_words())
        .order(deliveries::id)
        .limit(STEP)
        .select(deliveries::id)
}

/// A reversal may wait for a callback that is dead; only a replay of that callback ever releases the reversal.
fn is_not_awaited() -> SqlLiteral<Bool> {
    let [is_reversal, is_held, waits_for_it] = [
        codes::is("w.kind", DeliveryKind::Reversal),
        codes::is("w.status", Status::Held),
        codes::is("w.waiting_for", WaitingFor::Completion),
    ];
    sql(&format!(
        "(deliveries.reversed IS NULL OR NOT EXISTS (
            SELECT 1 FROM deliveries w WHERE w.completion_id = deliveries.completion_id
                AND w.endpoint_id = deliveries.endpoint_id AND {is_reversal} AND {is_held} AND {waits_for_it}))"
    ))
}

/// A delivery that was replayed in between has no `ended_at` any more, so it stays.
pub(super) fn removal(old: &[DeliveryKey], before: Timestamp) -> impl Write {
    let ended = deliveries::table.filter(deliveries::id.eq_any(old));
    diesel::delete(ended.filter(deliveries::ended_at.lt(before)))
}

/// The attempts of those that are gone.
pub(super) fn removal_of_attempts(old: &[DeliveryKey]) -> impl Write {
    let remaining = deliveries::table.filter(deliveries::id.eq(attempts::delivery_id));
    diesel::delete(attempts::table.filter(attempts::delivery_id.eq_any(old)).filter(not(exists(remaining))))
}
