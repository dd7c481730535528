//! Holding and releasing: what waits for a publisher's mending is not due, and is due again once it is mended.
//!
//! Both go in small steps, so that pausing an app with a hundred thousand deliveries stalls nobody's report; callers
//! repeat a step until it answers zero. Another node may do the same at the same time, or claim what was found here, so
//! every change names the state that it changes; and since rows are changed here without being read, each condition leaves
//! those alone that hold a word which this version does not know.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt};

use super::leap::endpoints_with;
use super::reverse::apply_order;
use crate::domain::delivery::{Delivery, DeliveryKind, Status, WaitingFor};
use crate::domain::time::Timestamp;
use crate::store::backend::Conn;
use crate::store::codes::Coded;
use crate::store::deliveries::{held_for_mending, is_held_for_mending, is_waiting};
use crate::store::keys::{DeliveryKey, EndpointKey};
use crate::store::schema::deliveries;
use crate::store::terminal::Ended;
use crate::store::{Store, StoreError};

/// Rows in one step: a few milliseconds of the writer's time.
const STEP: i64 = 500;

/// An endpoint that has held deliveries, and what one of them waits for.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct HeldEndpoint {
    /// The endpoint.
    #[diesel(sql_type = BigInt, deserialize_as = EndpointKey)]
    pub endpoint_id: String,
    #[diesel(sql_type = Nullable<SmallInt>)]
    waiting_for: Option<i16>,
}

impl HeldEndpoint {
    /// What the one that was held first waits for, if this version knows the word.
    pub fn waiting_for(&self) -> Option<WaitingFor> {
        self.waiting_for.and_then(WaitingFor::of_code)
    }
}

/// What a step of releasing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Released {
    /// So many are due.
    pub count: usize,
    /// The place of the last one; `None`: behind it there is nothing more.
    pub last: Option<HeldPlace>,
}

/// A place among an endpoint's held deliveries, those first that have been held longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldPlace {
    since: Timestamp,
    key: i64,
}

/// Every endpoint that has deliveries held until something is mended, and what the one held first waits for.
pub(in crate::store) fn held_endpoints() -> String {
    endpoints_with(&held_for_mending("d"), "d.waiting_for", "d.held_since", "waiting_for")
}

impl Store {
    /// Every endpoint that has held deliveries.
    pub async fn held_endpoints(&self) -> Result<Vec<HeldEndpoint>, StoreError> {
        self.look_by_index(|conn| diesel::sql_query(held_endpoints()).load(conn)).await
    }

    /// Holds a step of an endpoint's waiting deliveries; tests are never held.
    pub async fn hold(&self, endpoint_id: String, reason: WaitingFor, now: Timestamp) -> Result<usize, StoreError> {
        self.write(move |conn| {
            let keys: Vec<DeliveryKey> = deliveries::table
                .filter(is_waiting())
                .filter(deliveries::endpoint_id.eq(EndpointKey::of(&endpoint_id)))
                .filter(deliveries::kind.ne(DeliveryKind::Test))
                .limit(STEP)
                .select(deliveries::id)
                .load(conn)?;
            diesel::update(deliveries::table.filter(deliveries::id.eq_any(keys)).filter(is_waiting()))
                .set((
                    deliveries::status.eq(Status::Held),
                    deliveries::waiting_for.eq(reason),
                    deliveries::held_since.eq(since_first(now)),
                ))
                .execute(conn)
        })
        .await
    }

    /// Makes a step of an endpoint's held deliveries due, except those that wait for something in `except`: those that have
    /// been held longest, of what lies behind `behind`. Since when they were held stays written down until something of them
    /// was sent.
    pub async fn release(
        &self,
        endpoint_id: String,
        except: Vec<WaitingFor>,
        behind: Option<HeldPlace>,
        now: Timestamp,
    ) -> Result<Released, StoreError> {
        self.write(move |conn| {
            let except = except.iter().map(|reason| *reason.as_code());
            let HeldPlace { since, key } = behind.unwrap_or(HeldPlace { since: Timestamp::from_millis(0), key: 0 });
            let places: Vec<(DeliveryKey, Option<Timestamp>)> = deliveries::table
                .filter(is_held_for_mending())
                .filter(deliveries::endpoint_id.eq(EndpointKey::of(&endpoint_id)))
                .filter(deliveries::waiting_for.ne_all(except))
                .filter(deliveries::held_since.ge(since))
                .filter(deliveries::held_since.gt(since).or(deliveries::id.gt(key)))
                .order((deliveries::held_since, deliveries::id))
                .limit(STEP)
                .select((deliveries::id, deliveries::held_since))
                .load(conn)?;
            let keys: Vec<DeliveryKey> = places.iter().map(|(key, _)| *key).collect();
            let mut count = 0;
            for (was_tried, status) in [(false, Status::Pending), (true, Status::Retrying)] {
                let tried = deliveries::last_number.gt(0);
                count += diesel::update(deliveries::table.filter(deliveries::id.eq_any(&keys)))
                    .filter(is_held_for_mending())
                    .filter(tried.eq(was_tried))
                    .set((
                        deliveries::status.eq(status),
                        deliveries::waiting_for.eq(None::<WaitingFor>),
                        // Not before it would have been due without the hold.
                        deliveries::due_at.eq(later_of_due_and(now)),
                    ))
                    .execute(conn)?;
            }
            let is_full = i64::try_from(places.len()).is_ok_and(|step| step == STEP);
            let last = places
                .last()
                .filter(|_| is_full)
                .and_then(|(key, since)| Some(HeldPlace { since: (*since)?, key: *key.as_ref() }));
            Ok(Released { count, last })
        })
        .await
    }

    /// Names a new reason on a step of what an endpoint holds for another one.
    pub async fn rename_reason(&self, endpoint_id: String, reason: WaitingFor) -> Result<usize, StoreError> {
        self.write(move |conn| {
            let others: Vec<DeliveryKey> = deliveries::table
                .filter(is_held_for_mending())
                .filter(deliveries::endpoint_id.eq(EndpointKey::of(&endpoint_id)))
                .filter(deliveries::waiting_for.ne(reason))
                .limit(STEP)
                .select(deliveries::id)
                .load(conn)?;
            let others = deliveries::table.filter(deliveries::id.eq_any(others)).filter(is_held_for_mending());
            diesel::update(others).set(deliveries::waiting_for.eq(reason)).execute(conn)
        })
        .await
    }

    /// Ends a step of what an endpoint has held since before `since`.
    pub async fn expire_held(
        &self,
        endpoint_id: String,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.write(move |conn| {
            let keys: Vec<DeliveryKey> = deliveries::table
                .filter(is_held_for_mending())
                .filter(deliveries::endpoint_id.eq(EndpointKey::of(&endpoint_id)))
                .filter(deliveries::held_since.lt(since))
                .limit(STEP)
                .select(deliveries::id)
                .load(conn)?;
            expire(conn, &keys, is_held_for_mending(), now)
        })
        .await
    }

    /// Ends a step of what an endpoint has had due since before `since` and could not be sent: its receiver is down.
    pub async fn expire_waiting(
        &self,
        endpoint_id: String,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.write(move |conn| {
            let keys: Vec<DeliveryKey> = deliveries::table
                .filter(is_waiting())
                .filter(deliveries::endpoint_id.eq(EndpointKey::of(&endpoint_id)))
                .filter(deliveries::due_at.lt(since))
                .filter(deliveries::kind.ne(DeliveryKind::Test))
                .order(deliveries::due_at)
                .limit(STEP)
                .select(deliveries::id)
                .load(conn)?;
            expire(conn, &keys, is_waiting(), now)
        })
        .await
    }
}

/// Ends those of these deliveries that are `still` as they were when they were found, and does what that means for the reversals
/// that wait for them. What another node has claimed since then has not ended, so nothing may go before it.
fn expire(conn: &mut Conn, keys: &[DeliveryKey], still: SqlLiteral<Bool>, now: Timestamp) -> QueryResult<usize> {
    let found = deliveries::table.filter(deliveries::id.eq_any(keys)).filter(still);
    let ended = diesel::update(found).set(Ended::expired(now)).execute(conn)?;
    let taken_back = deliveries::table
        .filter(deliveries::id.eq_any(keys))
        .filter(deliveries::status.eq(Status::Dead))
        .filter(deliveries::reversed.is_not_null());
    for callback in taken_back.select(Delivery::as_select()).load(conn)? {
        apply_order(conn, &callback, now)?;
    }
    Ok(ended)
}

/// Since when a delivery has been held: what was released and is held again, before anything of it was sent, has been held
/// since the first time. Otherwise what can never be composed would be held for ever, a little while each time.
fn since_first(now: Timestamp) -> SqlLiteral<Nullable<BigInt>> {
    sql(&format!("coalesce(held_since, {})", now.as_millis()))
}

/// The due time that a delivery kept while it was held, or `now` if that is later.
fn later_of_due_and(now: Timestamp) -> SqlLiteral<Nullable<BigInt>> {
    let now = now.as_millis();
    sql(&format!("CASE WHEN due_at > {now} THEN due_at ELSE {now} END"))
}
