//! Recording: a completion and its deliveries, once and for ever, in one commit.
//!
//! Recording is idempotent: if a commit succeeded but its answer was lost, the retry finds its own completion id and
//! answers [`Recorded::Accepted`].

mod at_once;
mod candidate;
mod digests;
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
use crate::store::keys::CompletionKey;
use crate::store::schema::deliveries;
use crate::store::{Store, StoreError};
pub(in crate::store) use at_once::insertion;
pub(in crate::store) use candidate::Candidate;
use look::Look;
pub(in crate::store) use look::LookAt;
use one::First;
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
        let (delivery, start) = delivery.begin(&completion);
        let test = Delivery { kind: DeliveryKind::Test, test: Some(test), ..delivery };
        let row = Row::new(test.clone(), start);
        self.write(move |conn| diesel::insert_into(deliveries::table).values(row).execute(conn).map(|_| test)).await
    }

    /// What [`Store::record`] would answer, without recording.
    pub async fn would_record(&self, new: NewCompletion) -> Result<Recorded, StoreError> {
        let erased = Arc::clone(&self.shared.erased);
        let candidate = Candidate::of(new, &self.shared.digests);
        self.look(move |conn| Ok(one::examine(conn, &erased, &candidate)?.unwrap_or(Recorded::Accepted))).await
    }

    /// A report as the writer receives it: what it takes to record it has been made, as far as can be told by now.
    pub(super) fn candidate(&self, new: NewCompletion) -> Candidate {
        let candidate = Candidate::of(new, &self.shared.digests);
        if self.is_shared() {
            candidate.json();
        }
        if self.shared.erased.has_known() {
            candidate.erased_names(&self.shared.erased);
        }
        candidate
    }
}

/// Records a whole group under the recording lock; answers in order.
pub(super) fn record_all(conn: &mut Conn, erased: &ErasedKeys, group: &[&Candidate]) -> QueryResult<Vec<Recorded>> {
    let look = Look::at(conn, erased, group)?;
    // On SQLite a statement is a call within this process, and one report after the other is as fast.
    let inserted: Option<HashSet<CompletionKey>> = on_backend!(conn,
        sqlite(_) => None,
        postgres(conn) => {
            let is_plain = |one: &&Candidate| !look.outdates(one) && !look.finds_erased(erased, one);
            Some(at_once::insert(conn, &group.iter().copied().filter(is_plain).collect::<Vec<_>>())?)
        },
    );
    let answer = |candidate: &&Candidate| {
        if look.outdates(candidate) {
            return Ok(Recorded::Outdated);
        }
        let first = match &inserted {
            Some(inserted) if inserted.contains(&candidate.key()) => return Ok(Recorded::Accepted),
            None if !look.finds_erased(erased, candidate) => First::Insert,
            _ => First::Look,
        };
        one::record(conn, erased, candidate, first)
    };
    group.iter().map(answer).collect()
}
