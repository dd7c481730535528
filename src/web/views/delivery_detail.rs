//! A delivery that is read by its id: with its attempts, what is still to come, and what there is to say and to do.

use serde::Serialize;
use utoipa::ToSchema;

use super::{AttemptView, DeliveryView, EventView, PlannedView};
use crate::actions::deliveries::DeliveryDetail;
use crate::dispatch::node::Node;

/// Most attempts that are shown of those still to come: some dialects have more than a thousand.
const MOST_PLANNED: usize = 100;

/// A delivery with all that is to be said of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryDetailView {
    #[serde(flatten)]
    delivery: DeliveryView,
    /// Oldest first.
    attempts: Vec<AttemptView>,
    /// The attempts that are still to come by the retry schedule in force, if each of them fails as soon as it is made: the
    /// next 100. A receiver may ask for a later one, a random pause of at most a tenth is added to each wait, and a fault of ours
    /// uses up none. Empty where the delivery has ended, or waits until somebody fixes or decides something.
    #[schema(max_items = 100)]
    plan: Vec<PlannedView>,
    /// Who has to do something or is about to: `publisher`, `ringback`, `operator` or `nobody`.
    turn: &'static str,
    /// What comes next, and who has to do what.
    next: String,
    /// What happened, oldest first.
    story: Vec<EventView>,
    /// Why it cannot be replayed now; absent where it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    replay_refused: Option<String>,
    /// Why it cannot be canceled now; absent where it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_refused: Option<String>,
}

impl DeliveryDetailView {
    /// A delivery as it is at this moment.
    pub fn new(node: &Node, detail: DeliveryDetail) -> Self {
        let DeliveryDetail { delivery, attempts, plan, story, replay_refused, cancel_refused } = detail;
        let attempt = |(attempt, body)| AttemptView::with_body(attempt, body);
        Self {
            delivery: DeliveryView::new(node, delivery),
            attempts: attempts.into_iter().map(attempt).collect(),
            plan: plan.into_iter().take(MOST_PLANNED).map(PlannedView::from).collect(),
            turn: story.turn.as_str(),
            next: story.next,
            story: story.events.into_iter().map(EventView::from).collect(),
            replay_refused,
            cancel_refused,
        }
    }
}
