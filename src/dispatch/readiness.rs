//! Whether an endpoint's deliveries may leave now, and if not, what they wait for. One answer for intake, worker,
//! housekeeping and whoever shows a delivery.

use super::directory::Directory;
use super::egress::Egress;
use crate::domain::app::{App, Endpoint, Route};
use crate::domain::delivery::{Status, WaitingFor};
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::recipe::SecretNeed;
use crate::domain::time::Timestamp;
use crate::store::deliveries::Delivery;

/// Whether deliveries may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// They may.
    Ready,
    /// The publisher must mend this first: they are held.
    Blocked(WaitingFor),
    /// This node does not hold the egress IP: they stay as they are, unclaimed.
    NoEgress,
}

/// Whether the deliveries of an endpoint may leave at this instant.
pub fn readiness(
    app: &App,
    endpoint: &Endpoint,
    catalog: &Catalog,
    directory: &Directory,
    egress: &Egress,
    now: Timestamp,
) -> Readiness {
    match blocked(app, endpoint, catalog) {
        Some(reason) => Readiness::Blocked(reason),
        None if leaves(app, directory, egress, now) => Readiness::Ready,
        None => Readiness::NoEgress,
    }
}

/// What the publisher must mend before anything can be sent to the endpoint.
pub fn blocked(app: &App, endpoint: &Endpoint, catalog: &Catalog) -> Option<WaitingFor> {
    let needs_secret = catalog.get(&endpoint.dialect).is_some_and(|recipe| recipe.secret() == SecretNeed::Required);
    if app.paused {
        Some(WaitingFor::AppPaused)
    } else if endpoint.receiver.callback_url.is_none() {
        Some(WaitingFor::CallbackUrl)
    } else if needs_secret && endpoint.active_secret().is_none() {
        Some(WaitingFor::Secret)
    } else {
        None
    }
}

fn leaves(app: &App, directory: &Directory, egress: &Egress, now: Timestamp) -> bool {
    match directory.route(app, now) {
        Route::Host => true,
        Route::Egress(egress_ip) => egress.source(&egress_ip.id).is_some(),
        Route::Removed => false,
    }
}

/// What a delivery waits for, as it is shown: the stored reason of a held one, else what is known at this instant.
pub fn waiting_for(
    delivery: &Delivery,
    catalog: &Catalog,
    directory: &Directory,
    egress: &Egress,
    now: Timestamp,
) -> Option<WaitingFor> {
    if delivery.status == Status::Held {
        return delivery.waiting_for;
    }
    if !matches!(delivery.status, Status::Pending | Status::Retrying) {
        return None;
    }
    let app = directory.app_of_endpoint(&delivery.endpoint_id)?;
    let endpoint = app.endpoint(&delivery.endpoint_id)?;
    match readiness(&app, endpoint, catalog, directory, egress, now) {
        Readiness::Blocked(reason) => Some(reason),
        Readiness::NoEgress => Some(WaitingFor::EgressIp),
        Readiness::Ready if delivery.due_at.is_some_and(|due| due > now) => Some(WaitingFor::Retry),
        Readiness::Ready => Some(WaitingFor::Permit),
    }
}
