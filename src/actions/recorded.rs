//! What became of a report, whoever made it: it is recorded, now or before, or refused and why.
//!
//! It decides nothing; it puts the intake's answers into words. Sources and persons are told the same.

use super::refusal::Refusal;
use crate::dispatch::intake::reversals::{ReversalOutcome, TakenBack};
use crate::dispatch::intake::{Receipt, ReportAnswer};
use crate::domain::invalid::Invalid;

/// What a report has recorded.
#[derive(Clone, Debug)]
pub enum Recorded {
    /// A completion.
    Completion {
        /// What the reporter is told of it.
        receipt: Receipt,
        /// Whether it was recorded just now.
        is_new: bool,
        /// Fields in which a duplicate differs from what was recorded, without consequence.
        ignored: Vec<&'static str>,
    },
    /// That one was taken back, which is reported as an event as well.
    Reversal(Box<RecordedReversal>),
}

/// What a reversal has recorded.
#[derive(Clone, Debug)]
pub struct RecordedReversal {
    /// What was taken back, and who is told.
    pub taken_back: TakenBack,
    /// Whether it was recorded just now.
    pub is_new: bool,
}

impl Recorded {
    /// The id of the completion, or of the reversal.
    pub fn id(&self) -> &str {
        match self {
            Self::Completion { receipt, .. } => &receipt.completion_id,
            Self::Reversal(reversal) => &reversal.taken_back.reversal.id,
        }
    }
}

/// What a report has recorded, or why it has not.
pub fn recorded(answer: ReportAnswer) -> Result<Recorded, Refusal> {
    match answer {
        ReportAnswer::Accepted(receipt) => Ok(Recorded::Completion { receipt, is_new: true, ignored: Vec::new() }),
        ReportAnswer::Duplicate(receipt, ignored) => Ok(Recorded::Completion { receipt, is_new: false, ignored }),
        ReportAnswer::Reversal(outcome) => {
            recorded_reversal(*outcome).map(|recorded| Recorded::Reversal(Box::new(recorded)))
        }
        ReportAnswer::Invalid(invalid) => Err(invalid.into()),
        ReportAnswer::Conflict(fields) => {
            let detail = "This externalId is recorded with other values; nothing was changed.";
            Err(Refusal::ConflictIn(detail.to_owned(), differing(fields, "externalId")))
        }
        ReportAnswer::ClickConverted => {
            let detail = "Another completion was attributed by this click, for the same goal; nothing was recorded.";
            let fault = Invalid::field("clickId", "was converted before, for the same goal");
            Err(Refusal::ConflictIn(detail.to_owned(), fault))
        }
        ReportAnswer::TransactionIdTaken(transaction_id) => Err(Refusal::TransactionIdTaken(transaction_id)),
    }
}

/// What a reversal has recorded, or why it has not.
pub fn recorded_reversal(outcome: ReversalOutcome) -> Result<RecordedReversal, Refusal> {
    match outcome {
        ReversalOutcome::Accepted(taken_back) => Ok(RecordedReversal { taken_back, is_new: true }),
        ReversalOutcome::Duplicate(taken_back) => Ok(RecordedReversal { taken_back, is_new: false }),
        ReversalOutcome::Unknown => Err(Refusal::UnknownIn { what: "completion", field: "externalId" }),
        ReversalOutcome::Invalid(invalid) => Err(invalid.into()),
        ReversalOutcome::Conflict(fields) => {
            let detail = "This reversal is recorded with other amounts; nothing was changed.";
            Err(Refusal::ConflictIn(detail.to_owned(), differing(fields, "reversalId")))
        }
    }
}

fn differing(fields: Vec<&'static str>, name: &str) -> Invalid {
    let mut invalid = Invalid::none();
    fields
        .into_iter()
        .for_each(|field| invalid.push(field, format!("differs from what was recorded under this {name}")));
    invalid
}
