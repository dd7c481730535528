//! Told again: a report that is refused by now is looked for among those that were recorded, before it is refused.
//!
//! What was recorded once stays a duplicate, whatever has changed since: its app was archived, its click has expired, its
//! dialect wants more, or its `occurredAt` lies where none is taken any more. So nothing is asked here but what makes two
//! reports the same one.

use super::attribution::Named;
use super::prepare::{AfterCommit, Preparation, Prepared, own_names};
use super::{Intake, Receipt};
use crate::domain::completion::Completion;
use crate::domain::identity::ReportedFields;
use crate::domain::ids;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::domain::manual::Reporter;
use crate::domain::report::Report;
use crate::random;
use crate::store::StoreError;
use crate::store::queue::NewCompletion;

impl Intake {
    /// The refusal, unless the report was recorded before.
    pub(super) async fn unless_recorded(
        &self,
        reporter: &Reporter,
        object: &Object,
        refused: Invalid,
    ) -> Result<Preparation, StoreError> {
        // Read again, since a report that could be accepted has become its completion.
        let Ok(report) = Report::parse_told_again(object) else { return Ok(Preparation::Invalid(refused)) };
        let before = match (report.as_reversal(), reporter) {
            (Some(reversal), Reporter::Source(_)) => {
                let reversed = self.reversals.recorded_before(reporter, reversal).await?;
                reversed.map(|outcome| Preparation::ReversedBefore(Box::new(outcome)))
            }
            (Some(_), Reporter::Person { .. }) => None,
            (None, _) => {
                let prepared = self.recorded_before(reporter, report).await?;
                prepared.map(|prepared| Preparation::Ready(Box::new(prepared)))
            }
        };
        Ok(before.unwrap_or(Preparation::Invalid(refused)))
    }

    /// The report, to be compared with what was recorded of it; nothing if it never was.
    async fn recorded_before(&self, reporter: &Reporter, report: Report) -> Result<Option<Prepared>, StoreError> {
        let Ok(transaction_id) = own_names(reporter, &report) else { return Ok(None) };
        let external_id = report.external_id.clone();
        let Some(kept) = self.node.store.reported_completion(reporter.source_id(), external_id).await? else {
            return Ok(None);
        };
        let named: Named = self.named_app(reporter, &report).await?;
        let app_id = match named {
            Ok(app) => app.map(|app| app.id.clone()),
            // A ref that means nothing any more meant the app that was recorded; another app's id is a difference.
            Err(_) => report.app_id.clone().filter(|named| ids::is_id(named)).or_else(|| Some(kept.app_id.clone())),
        };
        let receipt = Receipt::of(&kept, Vec::new());
        let given = ReportedFields::of_report(&report, app_id.as_deref(), &transaction_id);
        // A fresh completion id: this report is compared with the stored completion, it does not replace it. Compared by
        // the report's names, because an erased record has lost its own.
        let id = random::new_id("cmp");
        let completion = Completion { id, external_id: report.external_id, transaction_id, ..kept };
        let new = NewCompletion { completion, given, deliveries: Vec::new() };
        let after = AfterCommit { receipt, at_once: Vec::new(), leaves_work: false };
        Ok(Some(Prepared { new, after }))
    }
}
