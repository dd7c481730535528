//! What an app's view says beside its settings: whose it is, how it is doing, and which address comes next.

use serde::Serialize;
use utoipa::ToSchema;

use super::app_view::AppView;
use super::delivery_counts::CountView;
use crate::actions::app_list::AppInList;
use crate::domain::health::tally::LastFailure;
use crate::domain::health::{AppHealth, Condition};
use crate::domain::time::Timestamp;
use crate::web::Web;

/// An app with how it is doing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppWithHealth {
    #[serde(flatten)]
    app: AppView,
    /// What its publisher is called.
    publisher_name: String,
    /// An archived app takes no reports and calls nobody back; it can be read and not changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    archived_at: Option<Timestamp>,
    /// The address that callbacks leave from next, where another one is scheduled.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_egress_ip: Option<NextEgressIp>,
    /// How it is doing: `failing` (its receiver is down or disabled, its last attempt failed, or one in a hundred deliveries
    /// died), `waiting` (something is held, or due for over a minute), `not_set_up` (an endpoint lacks its URL or secret), `quiet`
    /// (nothing in 24 hours) or `fine`.
    #[schema(value_type = String)]
    state: Condition,
    health: HealthPart,
}

/// A switch that is scheduled.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NextEgressIp {
    address: String,
    active_at: Timestamp,
}

/// How callbacks have been doing for 24 hours, and what waits now. Figures are at most five seconds old.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HealthPart {
    /// Deliveries that were acknowledged.
    delivered: u64,
    /// Deliveries that were given up.
    dead: u64,
    /// Attempts that failed and were not the sender's fault.
    failed_attempts: u64,
    /// Deliveries that are pending, retrying or held.
    waiting: CountView,
    /// Since when the oldest of them is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_delivered_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_failure: Option<LastFailurePart>,
}

/// The last attempt that failed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LastFailurePart {
    /// When it began.
    at: Timestamp,
    /// As of an attempt.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<u16>,
}

impl AppWithHealth {
    /// An app as it stands now.
    pub fn of(web: &Web, shown: &AppInList) -> Self {
        let AppInList { app, publisher_name, health, condition } = shown;
        let next = web.node.directory.next_route(app, web.node.clock.now());
        Self {
            app: AppView::of(web, app),
            publisher_name: publisher_name.clone(),
            archived_at: app.archived_at,
            next_egress_ip: next
                .map(|(active_at, egress_ip)| NextEgressIp { address: egress_ip.address.to_string(), active_at }),
            state: *condition,
            health: HealthPart::from(*health),
        }
    }
}

impl From<AppHealth> for HealthPart {
    fn from(health: AppHealth) -> Self {
        let failure = |LastFailure { at, outcome, status }| LastFailurePart {
            at,
            outcome: outcome.as_str(),
            status_code: status,
        };
        Self {
            delivered: health.delivered,
            dead: health.dead,
            failed_attempts: health.failed_attempts,
            waiting: health.waiting.into(),
            oldest_due_at: health.oldest_due_at,
            last_delivered_at: health.last_delivered_at,
            last_failure: health.last_failure.map(failure),
        }
    }
}
