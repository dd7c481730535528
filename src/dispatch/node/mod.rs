//! This node: what every part of the dispatcher needs, held once and shared.
//!
//! # Who is who
//! * The [`Node`] has the store, the time, the configuration in memory ([`directory`]), what this node holds and what it
//!   heard of the others ([`cluster`], under a [`lease`]), and knows the [`claims`] that it works on.
//! * [`routing`] says whether a delivery may leave now, and what it waits for if not: one answer for whoever asks.
//! * [`tasks`] runs what must come to its end whoever asked for it; [`metrics`] counts for whoever
//!   runs it, [`rollups`] app by app for whoever looks at them.
//!
//! A part holds an `Arc<Node>` and what it alone needs. Nothing here may know which parts there are: it takes no report in
//! and sends nothing.

pub mod circuits;
pub mod claims;
pub mod cluster;
pub mod directory;
pub mod first_deliveries;
pub mod lease;
pub mod metrics;
pub mod recipe_rollups;
pub mod refusal_runs;
pub mod rollups;
pub mod routing;
pub mod tasks;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::Notify;

use self::circuits::Circuits;
use self::cluster::Cluster;
use self::directory::Directory;
use self::first_deliveries::FirstDeliveries;
use self::metrics::Metrics;
use self::refusal_runs::RefusalRuns;
use self::rollups::Rollups;
use self::routing::{Readiness, Routing};
use self::tasks::Tasks;
use super::egress::addresses::HeldAddresses;
use super::egress::clients::Clients;
use crate::clock::Clock;
use crate::domain::app::App;
use crate::domain::delivery::{Delivery, WaitingFor};
use crate::domain::destination::TargetPolicy;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::egress::Route;
use crate::domain::time::Timestamp;
use crate::store::{Hint, Store, StoreError};

/// What the parts of a node share.
#[derive(Debug)]
pub struct Node {
    /// What is remembered.
    pub store: Store,
    /// Dialects, apps, offers, sources and egress IPs in memory.
    pub directory: Directory,
    /// Where callbacks may go.
    pub targets: Arc<TargetPolicy>,
    /// What time it is.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Metrics,
    /// What is added up of each app's callbacks.
    pub rollups: Rollups,
    /// The egress IPs that this node holds.
    pub addresses: Arc<HeldAddresses>,
    /// How requests leave from them.
    pub clients: Clients,
    /// This node among the others.
    pub cluster: Arc<Cluster>,
    /// Receivers that are down.
    pub circuits: Circuits,
    /// Recipes of which a receiver has taken a callback.
    pub first_deliveries: FirstDeliveries,
    /// Receivers that turn callbacks away.
    pub refusal_runs: RefusalRuns,
    /// What runs to its end.
    pub tasks: Tasks,
    /// `RINGBACK_RETRY_SCALE` in thousandths.
    pub retry_scale_thousandths: u64,
    /// Wakes the worker of this node.
    pub wake: Arc<Notify>,
    /// Signalled when the directory has taken over a change: what was mended is to be released …
    pub to_release: Arc<Notify>,
    /// … and what is blocked is to be held.
    pub to_hold: Arc<Notify>,
    /// The revision of the configuration that was put in force last. Whoever refreshes the directory in between (an unknown
    /// name does) must not make a change pass unnoticed.
    pub in_force: AtomicI64,
}

impl Node {
    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The dialects that are in force at this moment.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.directory.catalog()
    }

    /// Something is due that was not: the worker of this node looks at once, and so do those of the others.
    pub fn work_is_due(&self) {
        self.look_again();
        self.store.hint(Hint::Work);
    }

    /// Something has changed that only the worker of this node can make use of: a permit, an address, its lease.
    pub fn look_again(&self) {
        self.wake.notify_one();
    }

    /// Takes over what was changed of the configuration, here or on another node, and returns once it is in force. A change
    /// may concern a hundred thousand deliveries: holding and releasing them is begun, and not waited for.
    pub async fn reconfigure(&self) -> Result<(), StoreError> {
        self.directory.refresh().await?;
        let revision = self.directory.revision();
        if self.in_force.load(Ordering::Acquire) != revision {
            self.check_addresses();
            self.to_release.notify_one();
            self.to_hold.notify_one();
            self.look_again();
            // Only now: whoever finds the revision here may answer that it is in force.
            self.in_force.fetch_max(revision, Ordering::AcqRel);
        }
        Ok(())
    }

    /// Finds out which egress IPs this machine holds now.
    pub fn check_addresses(&self) {
        if self.cluster.sends() && self.addresses.refresh(self.directory.egress_ips().values()) {
            self.addresses_changed();
        }
    }

    /// More, fewer or other addresses can be left from.
    pub fn addresses_changed(&self) {
        self.look_again();
        self.cluster.changed.notify_one();
    }

    /// What decides about leaving, as of now.
    pub fn routing(&self) -> Routing<'_> {
        Routing {
            catalog: self.catalog(),
            directory: &self.directory,
            addresses: &self.addresses,
            cluster: &self.cluster,
            circuits: &self.circuits,
            now: self.now(),
        }
    }

    /// Whether an endpoint can be sent to at this instant; nothing if there is none of this id.
    pub fn readiness(&self, endpoint_id: &str) -> Option<Readiness> {
        let app = self.directory.app_of_endpoint(endpoint_id)?;
        let endpoint = app.endpoint(endpoint_id)?;
        Some(self.routing().readiness(&app, endpoint))
    }

    /// Which way the app's callbacks go, or one that is to leave from a chosen egress IP.
    pub fn route(&self, app: &App, chosen: Option<&str>) -> Route {
        match chosen {
            Some(id) => self.directory.egress_ips().get(id).cloned().map_or(Route::Removed, Route::Egress),
            None => self.directory.route(app, self.now()),
        }
    }

    /// What a delivery waits for at this instant.
    pub fn waiting_for(&self, delivery: &Delivery) -> Option<WaitingFor> {
        self.routing().waiting_for(delivery)
    }

    /// Whether this node holds an egress IP.
    pub fn holds(&self, egress_ip_id: &str) -> bool {
        self.addresses.source(egress_ip_id).is_some()
    }

    /// How many live nodes can send from an egress IP, this one included.
    pub fn holders(&self, egress_ip_id: &str) -> usize {
        usize::from(self.holds(egress_ip_id)) + self.cluster.other_holders(egress_ip_id)
    }
}
