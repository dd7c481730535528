//! Reversing: a completion taken back, and the callbacks that tell of it, in one commit.
//!
//! Whoever sends the completion's callbacks at this moment is not waited for: its row is marked, and whoever settles it
//! does what then is right ([`order`]). Nothing here knows dialects; how an endpoint can be told is given.

mod order;

use std::collections::HashMap;

use diesel::prelude::*;

use super::record::{NewDelivery, Start, delivery_row};
use super::review;
use crate::domain::completion::Completion;
use crate::domain::delivery::{Kind, Status, WaitingFor};
use crate::domain::dialect::callback::TakenBack;
use crate::domain::invalid::Invalid;
use crate::domain::manual::Manual;
use crate::domain::reversal::{Extent, Judged, Reversal, ReversalReport, judge};
use crate::domain::time::Timestamp;
use crate::store::backend::Conn;
use crate::store::deliveries::{Delivery, Row};
use crate::store::schema::{completions, deliveries, endpoints, reversals};
use crate::store::{Store, StoreError, completions as completion_rows, reversals as reversal_rows};
pub(super) use order::{BEFORE_SEND, REJECTED};
pub(in crate::store) use order::{follow, is_awaited, waits_for_completion};

/// A reversal to be recorded.
#[derive(Clone, Debug)]
pub struct NewReversal {
    /// `rev_…`
    pub id: String,
    /// What is taken back.
    pub completion_id: String,
    /// As it was reported.
    pub report: ReversalReport,
    /// What was recorded before then can no longer be taken back.
    pub not_before: Timestamp,
    /// How each endpoint of the app would be told.
    pub tellings: Vec<Telling>,
    /// When it is recorded.
    pub now: Timestamp,
    /// Who takes it back by hand, and why.
    pub manual: Option<Manual>,
}

/// How an endpoint is told of a reversal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// The endpoint.
    pub endpoint_id: String,
    /// The new delivery's id.
    pub delivery_id: String,
    /// name@version of its dialect.
    pub recipe: String,
    /// Whether it is told at all.
    pub is_told: bool,
    /// Whether its dialect can tell a part.
    pub knows_parts: bool,
}

/// What became of a reversal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reversed {
    /// It is on disk, with its deliveries.
    Recorded(Reversal, Vec<Delivery>),
    /// The same was recorded before.
    Duplicate(Reversal, Vec<Delivery>),
    /// Another reversal of the completion bears this name; these fields differ.
    Conflict(Vec<&'static str>),
    /// The time for it is over.
    TooLate,
    /// It asks for what cannot be taken back.
    Invalid(Invalid),
    /// This endpoint's receiver can only be told of the whole.
    PartNotTold(String),
    /// There is no such completion.
    Unknown,
    /// An endpoint changed since it was looked at: it is to be looked at anew.
    Outdated,
}

impl Store {
    /// Takes a completion back, wholly or in part; the answer is on disk when this returns.
    pub async fn reverse(&self, new: NewReversal) -> Result<Reversed, StoreError> {
        self.write(move |conn| reverse(conn, &new)).await
    }

    /// What [`reverse`](Self::reverse) would answer, without recording; of deliveries it tells nothing.
    pub async fn would_reverse(&self, new: NewReversal) -> Result<Reversed, StoreError> {
        self.snapshot(move |conn| {
            let Some(completion) = completion_rows::by_ids(conn, &[&new.completion_id])?.pop() else {
                return Ok(Reversed::Unknown);
            };
            let before = reversal_rows::of_completion(conn, &new.completion_id)?;
            Ok(match judge(&completion, &before, &new.report, new.not_before, new.now) {
                Judged::New(taken) => match new.untellable(&callbacks_of(conn, &completion.id)?, extent(&taken)) {
                    Some(endpoint_id) => Reversed::PartNotTold(endpoint_id),
                    None => Reversed::Recorded(new.reversal(&completion, taken), Vec::new()),
                },
                Judged::Known(known) => Reversed::Duplicate(*known, Vec::new()),
                Judged::Conflict(fields) => Reversed::Conflict(fields),
                Judged::TooLate => Reversed::TooLate,
                Judged::Invalid(invalid) => Reversed::Invalid(invalid),
            })
        })
        .await
    }
}

/// Takes a completion back.
pub(super) fn reverse(conn: &mut Conn, new: &NewReversal) -> QueryResult<Reversed> {
    conn.begin_recording()?;
    // One reversal of a completion at a time: the next one waits here, and then sees this one.
    let row = completions::table.find(&new.completion_id);
    diesel::update(row).set(completions::reversals.eq(completions::reversals)).execute(conn)?;
    let Some(completion) = completion_rows::by_ids(conn, &[&new.completion_id])?.pop() else {
        return Ok(Reversed::Unknown);
    };
    let before = reversal_rows::of_completion(conn, &new.completion_id)?;
    let taken = match judge(&completion, &before, &new.report, new.not_before, new.now) {
        Judged::New(taken) => taken,
        Judged::Known(known) => {
            let deliveries = deliveries_of(conn, &known)?;
            return Ok(Reversed::Duplicate(*known, deliveries));
        }
        Judged::Conflict(fields) => return Ok(Reversed::Conflict(fields)),
        Judged::TooLate => return Ok(Reversed::TooLate),
        Judged::Invalid(invalid) => return Ok(Reversed::Invalid(invalid)),
    };
    let extent = extent(&taken);
    if !are_current(conn, &new.tellings)? {
        return Ok(Reversed::Outdated);
    }
    if let Some(endpoint_id) = new.untellable(&callbacks_of(conn, &completion.id)?, extent) {
        return Ok(Reversed::PartNotTold(endpoint_id));
    }
    let reversal = new.reversal(&completion, taken);
    diesel::insert_into(reversals::table).values(reversal_rows::Row::from(&reversal)).execute(conn)?;
    diesel::update(row).set(completions::reversals.eq(completions::reversals + 1)).execute(conn)?;
    if extent == Extent::Whole {
        review::withdraw(conn, &completion.id)?;
    }
    // From here on whoever settles one of them sees the mark; what they are by now is read after it is made.
    let marked = deliveries::table.filter(deliveries::completion_id.eq(&completion.id));
    diesel::update(marked.filter(deliveries::kind.eq(Kind::Completion.as_str())))
        .set(deliveries::reversed.eq(extent.as_str()))
        .execute(conn)?;
    for row in callbacks_of(conn, &completion.id)? {
        if let Some(telling) = new.telling(&row) {
            tell(conn, &row, telling, &completion, &reversal)?;
        }
        follow(conn, &row, new.now)?;
    }
    let deliveries = deliveries_of(conn, &reversal)?;
    Ok(Reversed::Recorded(reversal, deliveries))
}

impl NewReversal {
    /// The reversal that it becomes.
    fn reversal(&self, completion: &Completion, taken: TakenBack) -> Reversal {
        Reversal {
            id: self.id.clone(),
            completion_id: completion.id.clone(),
            app_id: completion.app_id.clone(),
            reversal_id: self.report.reversal_id.clone(),
            asked: self.report.asked.clone(),
            reason: self.report.reason,
            taken,
            recorded_at: self.now,
            manual: self.manual.clone(),
        }
    }

    /// The first endpoint that was called back, is to be told of so much, and cannot be.
    fn untellable(&self, callbacks: &[Row], extent: Extent) -> Option<String> {
        let cannot = |telling: &&Telling| telling.is_told && !telling.knows_parts && extent == Extent::Part;
        let mut told = callbacks.iter().filter_map(|row| self.telling(row));
        told.find(cannot).map(|telling| telling.endpoint_id.clone())
    }

    fn telling(&self, callback: &Row) -> Option<&Telling> {
        self.tellings.iter().find(|telling| telling.endpoint_id == callback.endpoint_id)
    }
}

fn extent(taken: &TakenBack) -> Extent {
    if taken.whole { Extent::Whole } else { Extent::Part }
}

/// Adds the delivery that tells an endpoint of the reversal, beside the one that tells it of the completion. It waits for
/// that one; [`follow`] says whether it has to.
fn tell(
    conn: &mut Conn,
    callback: &Row,
    telling: &Telling,
    completion: &Completion,
    reversal: &Reversal,
) -> QueryResult<()> {
    if !telling.is_told {
        return Ok(());
    }
    let new = NewDelivery {
        id: telling.delivery_id.clone(),
        endpoint_id: telling.endpoint_id.clone(),
        recipe: telling.recipe.clone(),
        start: Start::Held(WaitingFor::Completion),
    };
    let now = reversal.recorded_at.as_millis();
    let row = Row {
        reversal_id: reversal.id.clone(),
        app_id: callback.app_id.clone(),
        created_at: now,
        held_since: Some(now),
        ..delivery_row(completion, &new, Kind::Reversal, None)
    };
    diesel::insert_into(deliveries::table).values(row).execute(conn)?;
    Ok(())
}

/// The deliveries that tell of a completion itself, one for each endpoint.
fn callbacks_of(conn: &mut Conn, completion_id: &str) -> QueryResult<Vec<Row>> {
    deliveries::table
        .filter(deliveries::completion_id.eq(completion_id))
        .filter(deliveries::kind.eq(Kind::Completion.as_str()))
        .order(deliveries::id)
        .select(Row::as_select())
        .load(conn)
}

fn deliveries_of(conn: &mut Conn, reversal: &Reversal) -> QueryResult<Vec<Delivery>> {
    let rows: Vec<Row> = deliveries::table
        .filter(deliveries::completion_id.eq(&reversal.completion_id))
        .filter(deliveries::reversal_id.eq(&reversal.id))
        .order(deliveries::id)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Delivery::from).collect())
}

/// Whether the endpoints still are what they were when it was found out how they are told.
fn are_current(conn: &mut Conn, tellings: &[Telling]) -> QueryResult<bool> {
    let ids = tellings.iter().map(|telling| telling.endpoint_id.as_str());
    let known: HashMap<String, String> = endpoints::table
        .filter(endpoints::id.eq_any(ids))
        .filter(endpoints::archived_at.is_null())
        .select((endpoints::id, endpoints::dialect))
        .load(conn)?
        .into_iter()
        .collect();
    let dialect = |telling: &Telling| telling.recipe.split('@').next().map(str::to_owned);
    Ok(tellings.iter().all(|telling| known.get(&telling.endpoint_id) == dialect(telling).as_ref()))
}

/// Whether a delivery was ended by a reversal, before anything of it left.
pub(in crate::store) fn was_taken_back_unsent(row: &Row) -> bool {
    let unsent = [BEFORE_SEND, REJECTED];
    row.status == Status::Canceled.as_str()
        && row.ended_reason.as_deref().is_some_and(|reason| unsent.contains(&reason))
}
