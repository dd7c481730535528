//! The dispatcher: everything that takes reports in and sends callbacks out, put together once.
//!
//! It contains no rule of its own; `running` starts and stops its loops.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use url::Url;

use super::egress::addresses::HeldAddresses;
use super::egress::clients::Clients;
use super::egress::echo::Echo;
use super::egress::resolver::{Unresolved, VettingResolver};
use super::intake::Intake;
use super::intake::reversals::Reversals;
use super::intake::tracking::Tracking;
use super::node::Node;
use super::node::circuits::Circuits;
use super::node::cluster::Cluster;
use super::node::directory::Directory;
use super::node::first_deliveries::FirstDeliveries;
use super::node::metrics::Metrics;
use super::node::refusal_runs::RefusalRuns;
use super::node::rollups::Rollups;
use super::node::tasks::Tasks;
use super::routine::Pause;
use super::sending::pacing::{MOST, Pacing};
use super::sending::preview::Previews;
use super::sending::rates::Rates;
use super::sending::sender::Sender;
use super::sending::test_callback::TestCallbacks;
use super::sending::worker::{Step, Worker};
use super::upkeep::blocks::Blocks;
use super::upkeep::clock_guard::ClockGuard;
use super::upkeep::egress_checks::EgressChecks;
use super::upkeep::expiry::Expiry;
use super::upkeep::follow::Follow;
use super::upkeep::releases::Releases;
use super::upkeep::replays::Replays;
use super::upkeep::rescue;
use super::upkeep::retention::Retention;
use super::upkeep::reviews::Reviews;
use super::upkeep::rollups::RollupUpkeep;
use crate::clock::Clock;
use crate::domain::destination::TargetPolicy;
use crate::domain::egress::Bind;
use crate::domain::node::NodeRole;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// How the dispatcher is set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where callbacks may go.
    pub targets: TargetPolicy,
    /// `RINGBACK_EGRESS_BIND`.
    pub egress_bind: Option<HashMap<IpAddr, Bind>>,
    /// `RINGBACK_EGRESS_ECHO_URL`.
    pub egress_echo_url: Option<Url>,
    /// `RINGBACK_RETRY_SCALE` in thousandths.
    pub retry_scale_thousandths: u64,
    /// `RINGBACK_RETENTION_DAYS`.
    pub retention_days: u32,
    /// `RINGBACK_ROLE`.
    pub role: NodeRole,
    /// Sends in flight at a time, as the files allow that this process may open.
    pub most_sends: usize,
    /// Connections to receivers that are kept for the next callback, likewise.
    pub most_idle: usize,
}

/// The parts, for whoever calls them: the web floor, and the loops.
#[derive(Debug)]
pub struct Dispatcher {
    /// What they share.
    pub node: Arc<Node>,
    /// Takes reports in.
    pub intake: Intake,
    /// Takes completions back.
    pub reversals: Reversals,
    /// Forwards visitors of the tracking link.
    pub tracking: Tracking,
    /// Shows what a callback would look like.
    pub previews: Previews,
    /// Sends callbacks that mean nothing.
    pub tests: TestCallbacks,
    /// Ends reviews.
    pub reviews: Reviews,
    /// Does replay jobs.
    pub replays: Replays,
    /// Days for which what has ended is kept.
    pub retention_days: u32,
    pub(super) worker: Worker,
    pub(super) rates: Rates,
    pub(super) releases: Releases,
    pub(super) blocks: Blocks,
    pub(super) expiry: Expiry,
    pub(super) retention: Retention,
    pub(super) rollups: RollupUpkeep,
    pub(super) follow: Follow,
    pub(super) egress_checks: EgressChecks,
}

/// The dispatcher could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum NotAssembled {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The machine's resolver configuration cannot be read.
    #[error(transparent)]
    Resolver(#[from] Unresolved),
}

impl Dispatcher {
    /// Puts the parts together; nothing runs yet. Whatever will, runs on the runtime that this is called from.
    pub async fn assemble(store: Store, clock: Clock, setup: Setup) -> Result<Self, NotAssembled> {
        let node = Arc::new(node(store, clock, &setup).await?);
        let (wake, clock) = (Arc::clone(&node.wake), node.clock.clone());
        let pacing = Arc::new(Pacing::new(wake, node.store.is_shared(), setup.most_sends, clock));
        let sender = Arc::new(Sender::new(Arc::clone(&node)));
        let guard = Arc::new(ClockGuard::new(Arc::clone(&node)));
        let reversals = Reversals::new(Arc::clone(&node));
        let previews = Previews::new(Arc::clone(&node));
        Ok(Self {
            intake: Intake {
                node: Arc::clone(&node),
                sender: Arc::clone(&sender),
                pacing: Arc::clone(&pacing),
                reversals: reversals.clone(),
            },
            reversals,
            tracking: Tracking { node: Arc::clone(&node) },
            tests: TestCallbacks {
                node: Arc::clone(&node),
                sender: Arc::clone(&sender),
                pacing: Arc::clone(&pacing),
                previews: previews.clone(),
            },
            previews,
            reviews: Reviews::new(Arc::clone(&node), Arc::clone(&guard)),
            replays: Replays::new(Arc::clone(&node)),
            retention_days: setup.retention_days,
            rates: Rates::new(Arc::clone(&node), Arc::clone(&pacing)),
            releases: Releases::new(Arc::clone(&node)),
            blocks: Blocks::new(Arc::clone(&node), Arc::clone(&pacing)),
            expiry: Expiry::new(Arc::clone(&node), Arc::clone(&guard)),
            rollups: RollupUpkeep::new(Arc::clone(&node), Arc::clone(&guard), setup.retention_days),
            retention: Retention::new(Arc::clone(&node), guard, setup.retention_days),
            follow: Follow::new(Arc::clone(&node), Arc::clone(&pacing)),
            egress_checks: EgressChecks::new(Arc::clone(&node)),
            worker: Worker { node: Arc::clone(&node), sender, pacing },
            node,
        })
    }

    /// Makes this node known, so that it may claim; on an SQLite file, takes back what the process before it had claimed.
    pub async fn join(&self) -> Result<(), StoreError> {
        self.node.store.forget_former_nodes().await?;
        self.node.cluster.heartbeat().await?;
        rescue::step(&self.node).await.map(drop)
    }

    /// Begins what waits in line for a permit that has come back; answers when the next slot of a limited app is there.
    pub(super) fn begin_waiting(&self) -> Option<Timestamp> {
        for (first, permit) in self.worker.pacing.begin_waiting() {
            self.worker.sender.start(first, permit);
        }
        self.worker.pacing.next_slot()
    }

    /// Claims and starts what is due now: what the worker's loop does over and over.
    pub async fn step(&self) -> Result<Step, StoreError> {
        self.worker.step().await
    }

    /// One pass of all that upkeep does now and then.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        self.node.check_addresses();
        while self.reviews.step().await? == Pause::None {}
        while self.expiry.step().await? == Pause::None {}
        while self.retention.step().await? == Pause::None {}
        self.rollups.write().await?;
        while self.rollups.fold().await? == Pause::None {}
        Ok(())
    }
}

/// What the parts share, as it is set up.
async fn node(store: Store, clock: Clock, setup: &Setup) -> Result<Node, NotAssembled> {
    let targets = Arc::new(setup.targets.clone());
    let resolver = VettingResolver::from_system(Arc::clone(&targets))?;
    let echo = setup.egress_echo_url.clone().map(Echo::new);
    let addresses = Arc::new(HeldAddresses::new(setup.egress_bind.clone(), echo));
    let directory = Directory::load(store.clone()).await?;
    if setup.role.sends() {
        addresses.refresh(directory.egress_ips().values());
    }
    Ok(Node {
        cluster: Arc::new(Cluster::new(store.clone(), Arc::clone(&addresses), setup.role)),
        clients: Clients::new(resolver, MOST, setup.most_idle),
        metrics: Metrics::default(),
        rollups: Rollups::default(),
        circuits: Circuits::default(),
        first_deliveries: FirstDeliveries::default(),
        refusal_runs: RefusalRuns::default(),
        tasks: Tasks::here(),
        retry_scale_thousandths: setup.retry_scale_thousandths,
        wake: Arc::default(),
        to_release: Arc::default(),
        to_hold: Arc::default(),
        in_force: AtomicI64::new(directory.revision()),
        store,
        directory,
        targets,
        clock,
        addresses,
    })
}
