//! A delivery in a list, with what tells it from the others there.

use serde::Serialize;
use utoipa::ToSchema;

use super::DeliveryView;
use crate::actions::delivery_list::DeliveryRow;
use crate::domain::time::Timestamp;
use crate::store::delivery_lists::LastAttempt;

/// A delivery in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedDelivery {
    #[serde(flatten)]
    delivery: DeliveryView,
    app_name: String,
    publisher_id: String,
    /// The user of the completion that it tells of. Absent of a test, and once the user was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// What the completion's offer is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_name: Option<String>,
    /// The completion's reward, digit for digit; a reversal may take back a part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_reward: Option<String>,
    /// Absent until it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_attempt: Option<LastAttemptView>,
}

/// How a delivery was tried last.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastAttemptView {
    number: u32,
    started_at: Timestamp,
    duration_ms: u64,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<u16>,
}

impl From<DeliveryRow> for ListedDelivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            delivery: DeliveryView::waiting(row.delivery, row.waiting_for),
            app_name: row.app.name,
            publisher_id: row.app.publisher_id,
            user_id: row.user_id,
            offer_name: row.offer_name,
            user_reward: row.user_reward.map(|amount| amount.to_string()),
            last_attempt: row.last_attempt.map(LastAttemptView::from),
        }
    }
}

impl From<LastAttempt> for LastAttemptView {
    fn from(attempt: LastAttempt) -> Self {
        let LastAttempt { number, started_at, duration_ms, outcome, status_code } = attempt;
        Self { number, started_at, duration_ms, outcome: outcome.as_str(), status_code }
    }
}
