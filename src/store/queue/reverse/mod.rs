//! Reversing: a completion taken back, and the callbacks that tell of it, in one commit.
//!
//! A callback of the completion that is being sent at this moment is not waited for: its row is marked, and settling that
//! row applies the order of both callbacks ([`order`]). Nothing here knows dialects; how an endpoint can be told is given.

mod order;
mod plan;

use std::sync::Arc;

use diesel::prelude::*;

use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, Extent};
use crate::domain::invalid::Invalid;
use crate::domain::manual::Manual;
use crate::domain::reversal::{Judged, Reversal, ReversalReport, extent, judge};
use crate::domain::taken_back::TakenBack;
use crate::domain::time::Timestamp;
use crate::store::backend::Conn;
use crate::store::erased_keys::ErasedKeys;
use crate::store::keys::{CompletionKey, DeliveryKey};
use crate::store::schema::{completions, deliveries, reversals};
use crate::store::{Store, StoreError, completions as completion_rows, reversals as reversal_rows};
pub(in crate::store) use order::{apply_order, awaited, callbacks_beside, waits_for_completion};
pub use plan::ReversalPlan;
use plan::{are_current, callbacks_of, deliveries_of};

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
    pub plans: Vec<ReversalPlan>,
    /// When it is recorded.
    pub now: Timestamp,
    /// Who takes it back by hand, and why.
    pub manual: Option<Manual>,
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
        let erased = Arc::clone(&self.shared.erased);
        self.write(move |conn| reverse(conn, &erased, new)).await
    }

    /// What [`reverse`](Self::reverse) would answer, without recording; a new one has no deliveries yet.
    pub async fn would_reverse(&self, new: NewReversal) -> Result<Reversed, StoreError> {
        let erased = Arc::clone(&self.shared.erased);
        self.look_at_once(move |conn| {
            let new = new.under_standing_name(conn, &erased)?;
            Ok(match examine(conn, &new)? {
                Ok((completion, taken, _)) => Reversed::Recorded(new.reversal(&completion, taken), Vec::new()),
                Err(answer) => answer,
            })
        })
        .await
    }
}

/// Takes a completion back.
pub(super) fn reverse(conn: &mut Conn, erased: &ErasedKeys, new: NewReversal) -> QueryResult<Reversed> {
    conn.begin_recording()?;
    // One reversal of a completion at a time: the next one waits here, and then sees this one.
    completion_rows::lock(conn, &new.completion_id)?;
    let new = new.under_standing_name(conn, erased)?;
    let (completion, taken, extent) = match examine(conn, &new)? {
        Ok(to_be_taken) => to_be_taken,
        Err(answer) => return Ok(answer),
    };
    if !are_current(conn, &new.plans)? {
        return Ok(Reversed::Outdated);
    }
    let reversal = new.reversal(&completion, taken);
    diesel::insert_into(reversals::table).values(reversal_rows::Row::from(&reversal)).execute(conn)?;
    let row = completions::table.find(CompletionKey::of(&completion.id));
    diesel::update(row).set(completions::reversals.eq(completions::reversals + 1)).execute(conn)?;
    if extent == Extent::Whole {
        completion_rows::withdraw_review(conn, &completion.id)?;
    }
    mark(conn, &completion.id, extent)?;
    // The user's id is erased, so no callback can be composed.
    let is_erased = completion_rows::is_erased(conn, &completion.id)?;
    for callback in callbacks_of(conn, &completion.id)? {
        if let Some(plan) = new.plan(&callback).filter(|plan| plan.is_told && !is_erased) {
            plan.enqueue(conn, &completion, &reversal)?;
        }
        apply_order(conn, &callback, new.now)?;
    }
    let deliveries = deliveries_of(conn, &reversal)?;
    Ok(Reversed::Recorded(reversal, deliveries))
}

/// What is to be taken back of what, and how much is taken back by then; or the answer, if nothing is.
type Examined = Result<(Completion, TakenBack, Extent), Reversed>;

fn examine(conn: &mut Conn, new: &NewReversal) -> QueryResult<Examined> {
    let Some(completion) = completion_rows::by_keys(conn, &[CompletionKey::of(&new.completion_id)])?.pop() else {
        return Ok(Err(Reversed::Unknown));
    };
    let mut reversals = reversal_rows::of_completion(conn, &new.completion_id)?;
    let taken = match judge(&completion, &reversals, &new.report, new.not_before, new.now) {
        Judged::New(taken) => taken,
        Judged::Known(known) => {
            let deliveries = deliveries_of(conn, &known)?;
            return Ok(Err(Reversed::Duplicate(*known, deliveries)));
        }
        Judged::Conflict(fields) => return Ok(Err(Reversed::Conflict(fields))),
        Judged::TooLate => return Ok(Err(Reversed::TooLate)),
        Judged::Invalid(invalid) => return Ok(Err(Reversed::Invalid(invalid))),
    };
    if !taken.whole
        && let Some(endpoint_id) = new.untellable(&callbacks_of(conn, &completion.id)?)
    {
        return Ok(Err(Reversed::PartNotTold(endpoint_id)));
    }
    reversals.push(new.reversal(&completion, taken.clone()));
    let extent = extent(&completion, &reversals).unwrap_or(Extent::Part);
    Ok(Ok((completion, taken, extent)))
}

/// Marks a completion's callbacks, so that settling one of them finds out that the completion was taken back. Their rows are
/// locked in the order of their ids, as settlements lock them.
fn mark(conn: &mut Conn, completion_id: &str, extent: Extent) -> QueryResult<()> {
    let callbacks = callbacks_of(conn, completion_id)?;
    let keys: Vec<DeliveryKey> = callbacks.iter().map(|callback| DeliveryKey::of(&callback.id)).collect();
    conn.lock_deliveries(&keys)?;
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(keys)))
        .set(deliveries::reversed.eq(extent))
        .execute(conn)
        .map(drop)
}

impl NewReversal {
    /// The keys of an erased completion's reversals are stored as digests. A reporter that read such a digest here names it
    /// as it is.
    fn under_standing_name(mut self, conn: &mut Conn, erased: &ErasedKeys) -> QueryResult<Self> {
        if let Some(name) = self.report.reversal_id.as_mut()
            && completion_rows::is_erased(conn, &self.completion_id)?
            && !reversal_rows::is_named(conn, &self.completion_id, name)?
        {
            *name = erased.reversal_id(&self.completion_id, name);
        }
        Ok(self)
    }

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

    /// The first endpoint that was called back, is to be told of a part, and cannot be.
    fn untellable(&self, callbacks: &[Delivery]) -> Option<String> {
        let cannot = |plan: &&ReversalPlan| plan.is_told && !plan.knows_parts;
        let mut told = callbacks.iter().filter_map(|callback| self.plan(callback));
        told.find(cannot).map(|plan| plan.endpoint_id.clone())
    }

    fn plan(&self, callback: &Delivery) -> Option<&ReversalPlan> {
        self.plans.iter().find(|plan| plan.endpoint_id == callback.endpoint_id)
    }
}
