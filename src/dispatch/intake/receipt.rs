//! What a report is answered with. It says what happened; which status that is, the web floor decides.

use super::reversals;
use crate::domain::completion::Completion;
use crate::domain::delivery::{Status, WaitingFor};
use crate::domain::invalid::Invalid;

/// The answer to one report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportAnswer {
    /// Recorded now (or, in a dry run, it would have been).
    Accepted(Receipt),
    /// Recorded before; these fields differ without consequence.
    Duplicate(Receipt, Vec<&'static str>),
    /// Fields are wrong or missing.
    Invalid(Invalid),
    /// The `externalId` is recorded with other values in these fields.
    Conflict(Vec<&'static str>),
    /// Another completion of the app bears this transaction id.
    TransactionIdTaken(String),
    /// Its click has been converted before, for the same goal.
    ClickConverted,
    /// It reports that a completion is taken back.
    Reversal(Box<reversals::ReversalOutcome>),
}

/// What a reporter is told of a completion that is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub completion_id: String,
    /// What receivers see.
    pub transaction_id: String,
    /// Whether a click resolved it.
    pub attributed: bool,
    /// Its deliveries: id, state and what each waits for.
    pub deliveries: Vec<(String, Status, Option<WaitingFor>)>,
}

impl Receipt {
    /// The receipt of a completion with these deliveries. One that names a click was resolved by it.
    pub(super) fn of(completion: &Completion, deliveries: Vec<(String, Status, Option<WaitingFor>)>) -> Self {
        Self {
            completion_id: completion.id.clone(),
            transaction_id: completion.transaction_id.clone(),
            attributed: completion.click_id.is_some(),
            deliveries,
        }
    }
}

impl ReportAnswer {
    /// In one word, for the metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accepted(_) => "accepted",
            Self::Duplicate(..) => "duplicate",
            Self::Invalid(_) => "invalid",
            Self::Conflict(_) => "conflict",
            Self::TransactionIdTaken(_) => "transaction_id_taken",
            Self::ClickConverted => "click_converted",
            Self::Reversal(_) => "reversal",
        }
    }
}
