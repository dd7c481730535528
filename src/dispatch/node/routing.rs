//! Routing: whether an endpoint's deliveries may leave now, and if not, what they wait for. One answer for intake, worker,
//! upkeep and whoever shows a delivery.

use std::sync::Arc;

use super::circuits::Circuits;
use super::cluster::Cluster;
use super::directory::Directory;
use crate::dispatch::egress::addresses::HeldAddresses;
use crate::domain::app::{App, Endpoint};
use crate::domain::delivery::{Delivery, Status, WaitingFor};
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::recipe::SecretNeed;
use crate::domain::egress::Route;
use crate::domain::time::Timestamp;

/// Whether deliveries may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// They may, from this node.
    Ready,
    /// They could, from this node, but their receiver is down: they stay as they are, and one of them goes now and then.
    CircuitOpen,
    /// They may, from another node: they stay as they are, for that one to claim.
    Elsewhere,
    /// The publisher must mend this first: they are held.
    Blocked(WaitingFor),
    /// No live node holds the egress IP: they stay as they are, unclaimed.
    NoEgress,
}

/// What the deliveries of an endpoint wait for that are neither held nor being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Those that are due.
    pub due: WaitingFor,
    /// Those that are due later.
    pub later: WaitingFor,
}

/// What decides about leaving.
#[derive(Clone, Debug)]
pub struct Routing<'a> {
    /// What the dialects need.
    pub catalog: Arc<Catalog>,
    /// Which way an app's callbacks go.
    pub directory: &'a Directory,
    /// What this node holds.
    pub addresses: &'a HeldAddresses,
    /// What the others hold.
    pub cluster: &'a Cluster,
    /// Which receivers are down.
    pub circuits: &'a Circuits,
    /// The instant.
    pub now: Timestamp,
}

impl Routing<'_> {
    /// Whether the deliveries of an endpoint may leave.
    pub fn readiness(&self, app: &App, endpoint: &Endpoint) -> Readiness {
        match blocked(app, endpoint, &self.catalog) {
            Some(reason) => Readiness::Blocked(reason),
            None => match self.route_state(&self.directory.route(app, self.now)) {
                Readiness::Ready if self.circuits.is_open(&endpoint.id) => Readiness::CircuitOpen,
                readiness => readiness,
            },
        }
    }

    /// Whether anything may leave by this route.
    pub fn route_state(&self, route: &Route) -> Readiness {
        let here = self.cluster.sends()
            && match route {
                Route::Host => true,
                Route::Egress(egress_ip) => self.addresses.source(&egress_ip.id).is_some(),
                Route::Removed => false,
            };
        let elsewhere = || match route {
            Route::Host => self.cluster.somebody_sends(),
            Route::Egress(egress_ip) => self.cluster.other_holders(&egress_ip.id) > 0,
            Route::Removed => false,
        };
        if here {
            Readiness::Ready
        } else if elsewhere() {
            Readiness::Elsewhere
        } else {
            Readiness::NoEgress
        }
    }

    /// What a delivery waits for, as it is shown: the stored reason of a held one, else what is known at this instant.
    pub fn waiting_for(&self, delivery: &Delivery) -> Option<WaitingFor> {
        if delivery.status == Status::Held {
            return delivery.waiting_for;
        }
        if !matches!(delivery.status, Status::Pending | Status::Retrying) {
            return None;
        }
        let app = self.directory.app_of_endpoint(&delivery.endpoint_id)?;
        let waits = self.waits(&app, app.endpoint(&delivery.endpoint_id)?);
        Some(if delivery.due_at.is_some_and(|due| due > self.now) { waits.later } else { waits.due })
    }

    /// What the deliveries of an endpoint wait for that wait to be sent.
    pub fn waits(&self, app: &App, endpoint: &Endpoint) -> Waits {
        match self.readiness(app, endpoint) {
            Readiness::Blocked(reason) => Waits { due: reason, later: reason },
            Readiness::NoEgress => Waits { due: WaitingFor::EgressIp, later: WaitingFor::EgressIp },
            Readiness::Ready | Readiness::CircuitOpen | Readiness::Elsewhere => {
                let due = if self.circuits.is_open(&endpoint.id) {
                    WaitingFor::Circuit
                } else if app.settings.limits.per_second.is_some() {
                    WaitingFor::RateLimit
                } else {
                    WaitingFor::Permit
                };
                Waits { due, later: WaitingFor::Retry }
            }
        }
    }
}

/// What the publisher must mend before anything can be sent to the endpoint.
pub fn blocked(app: &App, endpoint: &Endpoint, catalog: &Catalog) -> Option<WaitingFor> {
    if app.settings.paused { Some(WaitingFor::AppPaused) } else { lacking(endpoint, catalog) }
}

/// What the publisher must mend of an endpoint, whether or not its app is paused.
pub fn lacking(endpoint: &Endpoint, catalog: &Catalog) -> Option<WaitingFor> {
    let needs_secret =
        catalog.get(&endpoint.config.settings.dialect).is_some_and(|recipe| recipe.secret() == SecretNeed::Required);
    if endpoint.disabled.is_some() {
        Some(WaitingFor::EndpointDisabled)
    } else if endpoint.config.settings.callback_url.is_none() {
        Some(WaitingFor::CallbackUrl)
    } else if needs_secret && endpoint.active_secret().is_none() {
        Some(WaitingFor::Secret)
    } else {
        None
    }
}
