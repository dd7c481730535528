//! What a replay job is about: the range of an app's deliveries that it looks at, a page at a time, and which of them were
//! in the states asked for when it began.
//!
//! A page has a bound whether or not anything in it matches, and follows an index: that of what has not been delivered, where
//! nothing delivered is asked for, else that of all deliveries of the app. Nothing here changes anything.

use diesel::dsl::{max, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::backend::{Conn, Read};
use super::deliveries::is;
use super::keys::{AppKey, DeliveryKey, EndpointKey};
use super::reopening::refusals;
use super::schema::deliveries;
use super::unknown_words::load_readable;
use super::{Store, StoreError, codes, id_range};
use crate::domain::delivery::{Delivery, DeliveryKind, Status};
use crate::domain::replay::Skipped;
use crate::domain::replay::selection::{MOST, Range, Selection};
use crate::domain::time::Timestamp;

/// Deliveries in one page: a few milliseconds of reading.
const PAGE: usize = 1_000;
/// Of which so many at a time are asked whether they may be reopened.
const AT_A_TIME: usize = 250;

/// Deliveries of an app by their keys: those behind the first key, up to and with the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keys {
    /// The first key before them.
    pub(super) after: DeliveryKey,
    /// The last of them.
    pub(super) last: DeliveryKey,
}

/// How many deliveries a job would be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// So many, of which so many would be passed over: that is counted if it was asked for.
    All {
        /// In the states asked for.
        total: u64,
        /// May not be reopened.
        skipped: Skipped,
    },
    /// More would have to be looked at than one job may be about.
    TooMany,
}

/// What is looked at of a delivery.
#[derive(Clone, Copy, Debug, Queryable)]
pub(super) struct Seen {
    pub(super) key: DeliveryKey,
    pub(super) endpoint: EndpointKey,
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
    is_in_state: bool,
}

/// What a job is about, with the instant at which it began.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) app: AppKey,
    pub(super) selection: Selection,
    pub(super) begun_at: Timestamp,
}

impl Store {
    /// Counts what a job that begins now would be about, and if asked for, what of it would be passed over.
    pub async fn count_replay(
        &self,
        app_id: &str,
        selection: Selection,
        by_reason: bool,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let scope = Scope { app: AppKey::of(app_id), selection, begun_at: now };
        let (mut total, mut skipped, mut within) = (0, Skipped::default(), 0);
        let of_keys = scope.clone();
        let mut keys = self.read(move |conn| of_keys.keys(conn)).await?;
        loop {
            let of_page = scope.clone();
            let counting = self.read(move |conn| {
                conn.only_by_index()?;
                let page = of_page.page(conn, keys)?;
                let matching: Vec<DeliveryKey> =
                    page.iter().filter(|seen| of_page.includes(seen)).map(|seen| seen.key).collect();
                let refused = if by_reason { refused(conn, &matching)? } else { Skipped::default() };
                // The keys of a window take in an hour on either side of it, which is nothing that somebody could narrow.
                let within = page.iter().filter(|seen| of_page.selection.range.includes(seen.created_at)).count();
                Ok((within, matching.len(), refused, next_page(&page)))
            });
            let (of_page, matching, refused, next) = counting.await?;
            within += of_page as u64;
            total += matching as u64;
            skipped.add(refused);
            match next {
                Some(next) => keys.after = next,
                None => return Ok(Counted::All { total, skipped }),
            }
            if within >= MOST {
                return Ok(Counted::TooMany);
            }
        }
    }
}

/// The key that the next page begins behind; `None`: there is none.
pub(super) fn next_page(page: &[Seen]) -> Option<DeliveryKey> {
    page.last().filter(|_| page.len() == PAGE).map(|last| last.key)
}

/// Why these would be passed over, of those that would.
fn refused(conn: &mut Conn, keys: &[DeliveryKey]) -> QueryResult<Skipped> {
    let mut skipped = Skipped::default();
    for some in keys.chunks(AT_A_TIME) {
        let rows = deliveries::table.filter(deliveries::id.eq_any(some)).select(Delivery::as_select());
        let rows = load_readable(rows, conn)?.or_log();
        refusals(conn, &rows)?.into_iter().flatten().for_each(|refusal| skipped.refused(refusal));
    }
    Ok(skipped)
}

impl Scope {
    /// The keys that may belong to it. What the app is given from now on does not.
    pub(super) fn keys(&self, conn: &mut Conn) -> QueryResult<Keys> {
        let of_app = deliveries::table.filter(deliveries::app_id.eq(self.app));
        let newest: Option<DeliveryKey> = of_app.select(max(deliveries::id)).first(conn)?;
        let newest = newest.map_or(0, |key| *key.as_ref());
        let (first, behind) = match &self.selection.range {
            Range::Since { delivery_id } => (Some(*DeliveryKey::of(delivery_id).as_ref()), None),
            Range::Window { from, to } => {
                let span = id_range::of_deliveries(conn, Some(*from), Some(*to))?;
                (span.lower, span.upper)
            }
        };
        let last = behind.map_or(newest, |behind| newest.min(behind - 1));
        Ok(Keys { after: DeliveryKey::stored(first.map_or(0, |first| first - 1)), last: DeliveryKey::stored(last) })
    }

    /// The next deliveries, in the order of their keys; fewer than a page holds, if none are left behind them.
    pub(super) fn page(&self, conn: &mut Conn, keys: Keys) -> QueryResult<Vec<Seen>> {
        if self.selection.statuses.contains(&Status::Delivered) {
            return of_any_state(self.app, &self.selection.statuses, keys).load(conn);
        }
        let mut page: Vec<Seen> = Vec::new();
        for status in &self.selection.statuses {
            page.extend(in_state(self.app, *status, keys.after).load(conn)?);
        }
        page.retain(|seen| seen.key <= keys.last);
        page.sort_by_key(|seen| seen.key);
        // What of one state stands behind the last that was read of another one belongs to the next page.
        page.truncate(PAGE);
        Ok(page)
    }

    /// Whether a delivery was in one of the states when the job began. One that has ended anew since then was reopened, by hand
    /// or by the job itself.
    pub(super) fn includes(&self, seen: &Seen) -> bool {
        let had_ended = seen.ended_at.is_some_and(|ended_at| ended_at <= self.begun_at);
        seen.is_in_state && had_ended && self.selection.range.includes(seen.created_at)
    }
}

/// A page of the app's deliveries, whatever their state.
pub(super) fn of_any_state(app: AppKey, statuses: &[Status], keys: Keys) -> impl Read<'static, Seen> + use<> {
    let is_asked_for = codes::is_one_of("deliveries.status", statuses);
    deliveries::table
        .filter(deliveries::app_id.eq(app))
        .filter(deliveries::id.gt(keys.after))
        .filter(deliveries::id.le(keys.last))
        .order(deliveries::id)
        .limit(PAGE as i64)
        .select(seen(&is_asked_for))
}

/// A page of the app's deliveries in this state, which is one that the index of what is not delivered holds. With an end as
/// well, SQLite would rather walk along the index of all.
pub(super) fn in_state(app: AppKey, status: Status, after: DeliveryKey) -> impl Read<'static, Seen> + use<> {
    deliveries::table
        .filter(deliveries::app_id.eq(app))
        .filter(is(status))
        .filter(deliveries::id.gt(after))
        .order(deliveries::id)
        .limit(PAGE as i64)
        .select(seen(&codes::is("deliveries.status", status)))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn seen(is_asked_for: &str) -> _ {
    // A test is never replayed: its outcome belongs to whoever waited for it.
    let is_in_state: SqlLiteral<Bool> = is_told(is_asked_for);
    (deliveries::id, deliveries::endpoint_id, deliveries::created_at, deliveries::ended_at, is_in_state)
}

fn is_told(is_asked_for: &str) -> SqlLiteral<Bool> {
    sql(&format!("({is_asked_for} AND {})", codes::is_not("deliveries.kind", DeliveryKind::Test)))
}
