//! What reports are answered with: completions, reversals, and what is wrong with either, whoever reports them.
//!
//! Nothing here decides; it puts the intake's answers into words, and the problems that they mean into their kinds.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::{Problem, ProblemKind};
use crate::dispatch::intake::reversals::{self, TakenBack};
use crate::dispatch::intake::{Receipt, ReportAnswer};
use crate::dispatch::node::Node;
use crate::domain::delivery::Delivery;
use crate::domain::invalid::Invalid;

/// The answer to a report.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reported {
    /// The completion's id.
    id: String,
    /// `accepted` or `duplicate`.
    status: &'static str,
    transaction_id: String,
    /// Whether a click resolved it.
    attributed: bool,
    deliveries: Vec<ReportedDelivery>,
    /// Fields in which a duplicate differs from what was recorded, without consequence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignored: Vec<&'static str>,
    /// Endpoints that are not told of a reversal, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_told: Vec<NotToldView>,
}

/// A delivery, in the answer to a report.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportedDelivery {
    id: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_for: Option<&'static str>,
}

impl ReportedDelivery {
    /// A delivery as it is at this moment.
    pub(super) fn of(node: &Node, delivery: &Delivery) -> Self {
        let waiting_for = node.waiting_for(delivery).map(|reason| reason.as_str());
        Self { id: delivery.id.clone(), status: delivery.status.as_str(), waiting_for }
    }
}

/// The answer to a reversal.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReversalAnswer {
    /// The reversal's id.
    pub(super) id: String,
    /// `accepted` or `duplicate`.
    status: &'static str,
    /// What receivers call the completion.
    transaction_id: String,
    /// The callbacks that tell of it.
    deliveries: Vec<ReportedDelivery>,
    /// Endpoints that are not told of it, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_told: Vec<NotToldView>,
}

/// An endpoint that is not told.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotToldView {
    endpoint_id: String,
    reason: &'static str,
}

impl Reported {
    /// The id of what was recorded.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// What an answer says, or the problem that it means.
    pub(super) fn of(node: &Node, answer: ReportAnswer) -> Result<Self, Problem> {
        let (receipt, status, ignored) = match answer {
            ReportAnswer::Accepted(receipt) => (receipt, "accepted", Vec::new()),
            ReportAnswer::Duplicate(receipt, ignored) => (receipt, "duplicate", ignored),
            ReportAnswer::Invalid(invalid) => return Err(invalid.into()),
            ReportAnswer::Reversal(answer) => {
                let ReversalAnswer { id, status, transaction_id, deliveries, not_told } =
                    ReversalAnswer::of(node, *answer)?;
                let (attributed, ignored) = (false, Vec::new());
                return Ok(Self { id, status, transaction_id, attributed, deliveries, ignored, not_told });
            }
            ReportAnswer::Conflict(fields) => {
                let faults = differing(fields, "externalId");
                let detail = "This externalId is recorded with other values; nothing was changed.";
                return Err(Problem::conflict(detail).with_errors(faults));
            }
            ReportAnswer::ClickConverted => {
                let detail =
                    "Another completion was attributed by this click, for the same goal; nothing was recorded.";
                let faults = Invalid::field("clickId", "was converted before, for the same goal");
                return Err(Problem::conflict(detail).with_errors(faults));
            }
            ReportAnswer::TransactionIdTaken(transaction_id) => {
                let detail =
                    format!("Another completion of the app has the transaction id {transaction_id:?}, ignoring case.");
                let faults = Invalid::field("transactionId", "is taken");
                return Err(Problem::new(ProblemKind::TransactionIdTaken, detail).with_errors(faults));
            }
        };
        let Receipt { completion_id, transaction_id, attributed, deliveries } = receipt;
        let deliveries = deliveries.into_iter().map(|(id, status, waiting_for)| ReportedDelivery {
            id,
            status: status.as_str(),
            waiting_for: waiting_for.map(|reason| reason.as_str()),
        });
        let deliveries = deliveries.collect();
        let not_told = Vec::new();
        Ok(Self { id: completion_id, status, transaction_id, attributed, deliveries, ignored, not_told })
    }
}

impl ReversalAnswer {
    /// What an answer says, or the problem that it means.
    pub(super) fn of(node: &Node, answer: reversals::ReversalOutcome) -> Result<Self, Problem> {
        let (status, taken_back) = taken_back(answer)?;
        let TakenBack { reversal, transaction_id, deliveries, not_told } = taken_back;
        let deliveries = deliveries.iter().map(|delivery| ReportedDelivery::of(node, delivery)).collect();
        let not_told =
            not_told.into_iter().map(|silent| NotToldView { endpoint_id: silent.endpoint_id, reason: silent.reason });
        let not_told = not_told.collect();
        Ok(Self { id: reversal.id, status, transaction_id, deliveries, not_told })
    }
}

/// What was taken back and whether just now, or the problem that an answer means.
fn taken_back(answer: reversals::ReversalOutcome) -> Result<(&'static str, TakenBack), Problem> {
    match answer {
        reversals::ReversalOutcome::Accepted(taken_back) => Ok(("accepted", taken_back)),
        reversals::ReversalOutcome::Duplicate(taken_back) => Ok(("duplicate", taken_back)),
        reversals::ReversalOutcome::Unknown => Err(Problem::not_found("completion")),
        reversals::ReversalOutcome::Invalid(invalid) => Err(invalid.into()),
        reversals::ReversalOutcome::Conflict(fields) => {
            let detail = "This reversal is recorded with other amounts; nothing was changed.";
            Err(Problem::conflict(detail).with_errors(differing(fields, "reversalId")))
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
