//! How reports are answered that were recorded, completions and reversals, whoever reports them.
//!
//! Nothing here decides; what is wrong with a report says [`recorded`](crate::actions::recorded).

use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::recorded::{Recorded, RecordedReversal};
use crate::dispatch::intake::Receipt;
use crate::dispatch::intake::reversals::TakenBack;
use crate::dispatch::node::Node;
use crate::domain::delivery::Delivery;

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
    id: String,
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
    /// What is told of what was recorded.
    pub(super) fn of(node: &Node, recorded: Recorded) -> Self {
        match recorded {
            Recorded::Completion { receipt, is_new, ignored } => {
                let Receipt { completion_id, transaction_id, attributed, deliveries } = receipt;
                let deliveries = deliveries.into_iter().map(|(id, status, waiting_for)| ReportedDelivery {
                    id,
                    status: status.as_str(),
                    waiting_for: waiting_for.map(|reason| reason.as_str()),
                });
                let (deliveries, not_told) = (deliveries.collect(), Vec::new());
                let status = status(is_new);
                Self { id: completion_id, status, transaction_id, attributed, deliveries, ignored, not_told }
            }
            Recorded::Reversal(reversal) => {
                let ReversalAnswer { id, status, transaction_id, deliveries, not_told } =
                    ReversalAnswer::of(node, *reversal);
                let (attributed, ignored) = (false, Vec::new());
                Self { id, status, transaction_id, attributed, deliveries, ignored, not_told }
            }
        }
    }
}

impl ReversalAnswer {
    /// What is told of a reversal that was recorded.
    pub(super) fn of(node: &Node, recorded: RecordedReversal) -> Self {
        let TakenBack { reversal, transaction_id, deliveries, not_told } = recorded.taken_back;
        let deliveries = deliveries.iter().map(|delivery| ReportedDelivery::of(node, delivery)).collect();
        let not_told =
            not_told.into_iter().map(|silent| NotToldView { endpoint_id: silent.endpoint_id, reason: silent.reason });
        let not_told = not_told.collect();
        Self { id: reversal.id, status: status(recorded.is_new), transaction_id, deliveries, not_told }
    }
}

fn status(is_new: bool) -> &'static str {
    if is_new { "accepted" } else { "duplicate" }
}
