//! The machine: everything that takes reports in and sends callbacks out, put together once.
//!
//! It starts and stops the loops; it contains no rule of its own.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::cluster::{BEAT, Cluster};
use super::directory::Directory;
use super::echo::{Echo, Rounds, Verification};
use super::egress::Egress;
use super::housekeeping::Housekeeping;
use super::intake::Intake;
use super::keys::Keys;
use super::metrics::{Levels, Metrics};
use super::pacing::Pacing;
use super::rehearsal::Rehearsal;
use super::resolver::{Unresolved, VettingResolver};
use super::sender::Sender;
use super::worker::{Step, Worker};
use crate::clock::Clock;
use crate::domain::app::{Bind, EgressIp};
use crate::domain::delivery::WaitingFor;
use crate::domain::destination::TargetPolicy;
use crate::domain::dialect::catalog::Catalog;
use crate::store::deliveries::Delivery;
use crate::store::queue::NodeRole;
use crate::store::{Hint, Store, StoreError};

/// How long the loops may take to notice a stop. In a database that no longer answers one of them may be waiting for
/// ever; what it was claiming is then taken over like any claim of a node that has gone.
const LET_NOTICE: Duration = Duration::from_secs(2);
/// How long sends may go on after a stop. The whole stop must fit into ten seconds, of which the loops, and requests that
/// are being answered, take up to two before this.
const LET_FINISH: Duration = Duration::from_secs(5);
/// How long the aborted ones then have to be written down.
const WRITE_DOWN: Duration = Duration::from_millis(1_500);
/// How long the last heartbeat, and the goodbye to the other nodes, may take.
const LEAVE: Duration = Duration::from_millis(500);

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
pub struct Machine {
    /// What is remembered.
    pub store: Store,
    /// Apps, sources and egress IPs in memory.
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
    worker: Arc<Worker>,
    pacing: Arc<Pacing>,
    housekeeping: Arc<Housekeeping>,
    retry_scale_thousandths: u64,
}

/// The machine's loops, running.
#[derive(Debug)]
pub struct Running {
    machine: Arc<Machine>,
    stop: CancellationToken,
    loops: Vec<JoinHandle<()>>,
    /// Ends the heartbeat, which goes on after the other loops.
    end: CancellationToken,
    beating: JoinHandle<()>,
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

impl Machine {
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
        Ok(Self {
            store,
            directory,
            catalog,
            targets,
            clock,
            metrics,
            intake: Intake { worker: Arc::clone(&worker), pacing: Arc::clone(&pacing) },
            rehearsal: Rehearsal { worker: Arc::clone(&worker), pacing: Arc::clone(&pacing) },
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

    /// Starts the loops.
    pub fn start(self: &Arc<Self>) -> Running {
        let (stop, end) = (CancellationToken::new(), CancellationToken::new());
        let (housekeeping, until) = (Arc::clone(&self.housekeeping), stop.clone());
        let mut loops = vec![tokio::spawn(async move { housekeeping.run(until).await })];
        let (machine, until) = (Arc::clone(self), stop.clone());
        loops.push(tokio::spawn(async move { machine.follow_hints(until).await }));
        let (machine, until) = (Arc::clone(self), stop.clone());
        loops.push(tokio::spawn(async move { machine.keep_rescuing(until).await }));
        if self.cluster().sends() {
            let (worker, until) = (Arc::clone(&self.worker), stop.clone());
            loops.push(tokio::spawn(async move { worker.run(until).await }));
            let (rounds, until) = (Rounds { worker: Arc::clone(&self.worker) }, stop.clone());
            loops.push(tokio::spawn(async move { rounds.run(until).await }));
        }
        // The heart beats on while what is being sent comes to its end.
        let (cluster, until) = (Arc::clone(self.cluster()), end.clone());
        let beating = tokio::spawn(async move { cluster.run(until).await });
        Running { machine: Arc::clone(self), stop, loops, end, beating }
    }

    /// Does what other nodes' signals suggest.
    async fn follow_hints(&self, stop: CancellationToken) {
        let mut hints = self.store.hints();
        let mut heard = *hints.borrow_and_update();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                changed = hints.changed() => if changed.is_err() { return },
            }
            let now = *hints.borrow_and_update();
            if now.work != heard.work {
                self.worker.wake.notify_one();
            }
            if now.configuration != heard.configuration {
                self.housekeeping.changed.notify_one();
                self.cluster().changed.notify_one();
            }
            heard = now;
        }
    }

    async fn keep_rescuing(&self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(BEAT) => {}
            }
            if let Err(error) = self.rescue().await {
                tracing::error!(%error, "what dead nodes had claimed could not be looked for; trying again");
            }
        }
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

impl Running {
    /// Stops claiming; what is being sent goes on.
    pub async fn stop_claiming(&mut self) {
        self.stop.cancel();
        if tokio::time::timeout(LET_NOTICE, join_all(self.loops.iter_mut())).await.is_err() {
            tracing::warn!("the store does not answer; what is being claimed is left to others");
            self.loops.iter().for_each(JoinHandle::abort);
        }
    }

    /// Lets what is being sent finish, and writes the rest down as interrupted.
    pub async fn finish(self) {
        let under_way = &self.machine.worker.under_way;
        under_way.close();
        if tokio::time::timeout(LET_FINISH, under_way.wait()).await.is_err() {
            tracing::warn!(sends = under_way.len(), "some callbacks did not finish in time; they are sent again later");
            self.machine.worker.sender.abort.cancel();
            tokio::time::timeout(WRITE_DOWN, under_way.wait()).await.ok();
        }
        self.end.cancel();
        let leave = async {
            self.beating.await.ok();
            // Without this the others wait for the heartbeat's end before they take over what is left.
            self.machine.cluster().leave().await.ok();
        };
        tokio::time::timeout(LEAVE, leave).await.ok();
    }
}
