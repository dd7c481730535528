//! The machine: everything that takes reports in and sends callbacks out, put together once.
//!
//! It contains no rule of its own; `running` starts and stops its loops.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::cluster::Cluster;
use super::directory::Directory;
use super::echo::{Echo, Verification};
use super::egress::Egress;
use super::housekeeping::Housekeeping;
use super::intake::Intake;
use super::keys::Keys;
use super::metrics::{Levels, Metrics};
use super::pacing::Pacing;
use super::rehearsal::Rehearsal;
use super::resolver::{Unresolved, VettingResolver};
use super::sender::Sender;
use super::tracking::Tracking;
use super::worker::{Step, Worker};
use crate::clock::Clock;
use crate::domain::app::{Bind, EgressIp};
use crate::domain::delivery::{Delivery, WaitingFor};
use crate::domain::destination::TargetPolicy;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::node::NodeRole;
use crate::store::{Hint, Store, StoreError};

/// How the machine is set up.
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
}

/// The parts that the web floor uses.
#[derive(Debug)]
pub struct Dispatcher {
    /// What is remembered.
    pub store: Store,
    /// Apps, offers, sources and egress IPs in memory.
    pub directory: Arc<Directory>,
    /// The dialects.
    pub catalog: Arc<Catalog>,
    /// Where callbacks may go.
    pub targets: Arc<TargetPolicy>,
    /// What time it is.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Takes reports in.
    pub intake: Intake,
    /// Makes previews and tests.
    pub rehearsal: Rehearsal,
    /// Forwards visitors of the tracking link.
    pub tracking: Tracking,
    pub(super) worker: Arc<Worker>,
    pacing: Arc<Pacing>,
    pub(super) housekeeping: Arc<Housekeeping>,
    retry_scale_thousandths: u64,
}

/// The machine could not be put together.
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
        let directory = Arc::new(Directory::load(store.clone()).await?);
        let catalog = Arc::new(Catalog::builtin());
        let targets = Arc::new(setup.targets);
        let metrics = Arc::new(Metrics::default());
        let resolver = VettingResolver::from_system(Arc::clone(&targets))?;
        let egress = Egress::new(resolver, setup.egress_bind, setup.egress_echo_url.map(Echo::new));
        if setup.role.sends() {
            egress.take_stock(directory.egress_ips().values());
        }
        let (egress, wake) = (Arc::new(egress), Arc::new(Notify::new()));
        let cluster = Cluster::new(store.clone(), Arc::clone(&egress), setup.role, Arc::clone(&wake));
        let sender = Arc::new(Sender {
            store: store.clone(),
            directory: Arc::clone(&directory),
            catalog: Arc::clone(&catalog),
            egress,
            cluster: Arc::new(cluster),
            targets: Arc::clone(&targets),
            clock: clock.clone(),
            metrics: Arc::clone(&metrics),
            keys: Keys::default(),
            retry_scale_thousandths: setup.retry_scale_thousandths,
            wake: Arc::clone(&wake),
            abort: CancellationToken::new(),
        });
        let pacing = Arc::new(Pacing::new(Arc::clone(&wake)));
        let worker = Arc::new(Worker {
            sender,
            pacing: Arc::clone(&pacing),
            wake,
            under_way: TaskTracker::new(),
            runtime: Handle::current(),
        });
        let tracking = Tracking {
            store: store.clone(),
            directory: Arc::clone(&directory),
            clock: clock.clone(),
            metrics: Arc::clone(&metrics),
        };
        Ok(Self {
            store,
            directory,
            catalog,
            targets,
            clock,
            metrics,
            intake: Intake { worker: Arc::clone(&worker), pacing: Arc::clone(&pacing) },
            rehearsal: Rehearsal { worker: Arc::clone(&worker), pacing: Arc::clone(&pacing) },
            tracking,
            housekeeping: Arc::new(Housekeeping {
                worker: Arc::clone(&worker),
                retention_days: setup.retention_days,
                // Nothing was acted on yet, so the first pass looks at everything.
                acted_on: AtomicI64::new(-1),
                changed: Notify::new(),
            }),
            worker,
            pacing,
            retry_scale_thousandths: setup.retry_scale_thousandths,
        })
    }

    /// Makes this node known, so that it may claim; on an SQLite file, takes back what the process before it had claimed.
    pub async fn join(&self) -> Result<(), StoreError> {
        self.store.forget_former_nodes().await?;
        self.cluster().beat().await?;
        self.rescue().await.map(drop)
    }

    /// Takes back what dead nodes had claimed: what a loop does over and over.
    pub async fn rescue(&self) -> Result<usize, StoreError> {
        self.cluster().rescue(self.clock.now(), self.retry_scale_thousandths).await
    }

    /// This node among the others.
    pub fn cluster(&self) -> &Arc<Cluster> {
        &self.worker.sender.cluster
    }

    /// Puts a change of configuration in force, before the change is answered. Holding and releasing what it concerns may
    /// be a long work and follows at once.
    pub async fn configuration_changed(&self) -> Result<(), StoreError> {
        self.directory.refresh().await?;
        self.housekeeping.check_addresses();
        self.housekeeping.changed.notify_one();
        self.worker.wake.notify_one();
        Ok(())
    }

    /// Claims and starts what is due now: what the worker's loop does over and over.
    pub async fn step(&self) -> Result<Step, StoreError> {
        self.worker.step().await
    }

    /// One pass of what housekeeping does now and then: expiring, pruning, looking at the addresses.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        self.housekeeping.tidy().await
    }

    /// Something may be due that was not a moment ago (a replay).
    pub fn wake(&self) {
        self.worker.wake.notify_one();
        self.store.hint(Hint::Work);
    }

    /// Whether this node holds an egress IP.
    pub fn holds(&self, egress_ip_id: &str) -> bool {
        self.worker.sender.egress.source(egress_ip_id).is_some()
    }

    /// How many live nodes can send from an egress IP, this one included.
    pub fn holders(&self, egress_ip_id: &str) -> usize {
        usize::from(self.holds(egress_ip_id)) + self.cluster().other_holders(egress_ip_id)
    }

    /// What is known of an egress IP from outside.
    pub fn verification(&self, egress_ip: &EgressIp) -> Verification {
        self.worker.sender.egress.verification(egress_ip)
    }

    /// What a delivery waits for at this instant.
    pub fn waiting_for(&self, delivery: &Delivery) -> Option<WaitingFor> {
        self.worker.sender.outlook().waiting_for(delivery)
    }

    /// All that is counted and measured, in the OpenMetrics text format.
    pub async fn metrics_text(&self) -> Result<String, StoreError> {
        let counted: HashMap<String, i64> = self.store.count_open().await?.into_iter().collect();
        let waiting = ["pending", "retrying", "held"].map(|state| (state, counted.get(state).copied().unwrap_or(0)));
        let levels = Levels {
            waiting: waiting.to_vec(),
            in_flight: self.pacing.in_flight(),
            write_backlog: self.store.write_backlog(),
            nodes: self.cluster().view().len(),
            egress_ips_without_node: self.directory.egress_ips().keys().filter(|id| self.holders(id) == 0).count(),
        };
        Ok(self.metrics.encode(&levels))
    }
}
