//! Recording: a completion and its deliveries, once and for ever, in one commit.
//!
//! Recording is idempotent: if a commit succeeded but its answer was lost, the retry finds its own completion id and
//! answers [`Recorded::Accepted`].

mod at_once;
mod candidate;
mod look;
mod one;

use std::collections::HashSet;
use std::sync::Arc;

use diesel::prelude::*;

use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::identity::ReportedFields;
use crate::domain::new_delivery::NewDelivery;
use crate::store::backend::{Conn, on_backend};
use crate::store::deliveries::Row;
use crate::store::erased_keys::ErasedKeys;
use crate::store::schema::deliveries;
use crate::store::{Store, StoreError};
use candidate::Candidate;
use look::Look;
pub(in crate::store) use one::{converted, known, taken};

/// A validated completion, with the deliveries that its app's endpoints want.
#[derive(Clone, Debug)]
pub struct NewCompletion {
    /// What was completed. Where it names a click, that click is converted by it.
    pub completion: Completion,
    /// What the report gave, by which it is compared with others of the same `externalId`.
    pub given: ReportedFields,
    /// One per endpoint that is to be called back.
    pub deliveries: Vec<NewDelivery>,
}

/// What became of one report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is on disk, with its deliveries.
    Accepted,
    /// The same was recorded before.
    Duplicate {
        /// The first record.
        completion_id: String,
        /// Its transaction id.
        transaction_id: String,
        /// Fields in which this report differs, without consequence.
        ignored: Vec<&'static str>,
        /// The first record's deliveries, as they are now.
        deliveries: Vec<Delivery>,
    },
    /// Another completion bears this `externalId`.
    Conflict {
        /// The fields that differ.
        fields: Vec<&'static str>,
    },
    /// Another completion of the app bears this transaction id.
    TransactionIdTaken,
    /// Its click has been converted before, for the same goal.
    ClickConverted,
    /// Whether it is on disk is not known; whoever reports it again finds out.
    Lost,
    /// An endpoint that it is to be delivered to ended, or changed its dialect, since the report was validated: nothing
    /// is recorded, and it is to be validated anew.
    Outdated,
}

impl Store {
    /// Stores a test's delivery, and nothing else of the test; answers it as it stands then. `test` is kept with it.
    pub async fn record_test(
        &self,
        completion: Completion,
        delivery: NewDelivery,
        test: String,
    ) -> Result<Delivery, StoreError> {
        self.write(move |conn| {
            let test = Delivery { kind: DeliveryKind::Test, test: Some(test), ..delivery.of(&completion) };
            let row = Row::new(test.clone(), &delivery.start);
            diesel::insert_into(deliveries::table).values(row).execute(conn)?;
            Ok(test)
        })
        .await
    }

    /// What [`Store::record`] would answer, without recording.
    pub async fn would_record(&self, new: NewCompletion) -> Result<Recorded, StoreError> {
        let (key, erased) = (self.shared.digest_key, Arc::clone(&self.shared.erased));
        self.read(move |conn| one::record(conn, &erased, &Candidate::of(&key, &new), one::Write::No)).await
    }
}

/// Records a whole group; answers in order.
pub(super) fn record_all(
    conn: &mut Conn,
    key: &[u8; 32],
    erased: &ErasedKeys,
    group: &[&NewCompletion],
) -> QueryResult<Vec<Recorded>> {
    conn.begin_recording()?;
    let group: Vec<Candidate<'_>> = group.iter().map(|new| Candidate::of(key, new)).collect();
    let look = Look::at(conn, erased, &group)?;
    let inserted: HashSet<&str> = on_backend!(conn,
        // There a statement is a call within this process, and one after the other is as fast.
        sqlite(_) => HashSet::new(),
        postgres(conn) => {
            let is_plain = |one: &&Candidate<'_>| !look.outdates(one) && !look.finds_erased(erased, one);
            at_once::insert(conn, &group.iter().filter(is_plain).collect::<Vec<_>>())?
        },
    );
    let answer = |candidate: &Candidate<'_>| {
        if look.outdates(candidate) {
            return Ok(Recorded::Outdated);
        }
        if inserted.contains(candidate.new.completion.id.as_str()) {
            return Ok(Recorded::Accepted);
        }
        one::record(conn, erased, candidate, one::Write::Yes)
    };
    group.iter().map(answer).collect()
}

fn source(completion: &Completion) -> &str {
    completion.source_id.as_deref().unwrap_or_default()
}

/// The click that a completion converts, and the goal for which it does so.
fn conversion(completion: &Completion) -> Option<(&str, &str)> {
    let click_id = completion.click_id.as_deref()?;
    Some((click_id, completion.goal_id.as_deref().unwrap_or_default()))
}

/// The rows of a new completion's deliveries.
fn delivery_rows(new: &NewCompletion) -> impl Iterator<Item = Row> {
    new.deliveries.iter().map(|delivery| Row::new(delivery.of(&new.completion), &delivery.start))
}
