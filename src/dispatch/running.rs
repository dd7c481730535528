//! The dispatcher running: its loops, from their start to a stop that loses nothing.
//!
//! Stopping has an order: nothing new is claimed, what is being sent may finish, the rest is written down as interrupted,
//! and the other nodes are told. The heart beats until the end, since others take a silent node's claims over.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::dispatcher::Dispatcher;
use super::node::cluster::HEARTBEAT;
use super::routine::{Pause, Routine};
use super::sending::POLL;
use super::sending::line::give_back;
use super::sending::{rates, worker};
use super::upkeep::replays::{self, Turn};
use super::upkeep::{blocks, egress_checks, expiry, follow, heartbeat, releases, rescue, retention, reviews, rollups};
use crate::store::StoreError;

/// How often it is checked which egress IPs this machine holds.
const ADDRESSES: Duration = Duration::from_secs(10);
/// How often it is looked which idle connections are old or were closed by their receivers; web servers keep theirs for
/// five seconds and more.
const CONNECTIONS: Duration = Duration::from_secs(5);
/// Slots of a limited app that lie within so much time are used together.
const SLOTS: Duration = Duration::from_millis(5);
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

/// The dispatcher's loops, running.
#[derive(Debug)]
pub struct Running {
    dispatcher: Arc<Dispatcher>,
    stop: CancellationToken,
    loops: Vec<JoinHandle<()>>,
    /// Ends the heartbeat, which goes on after the other loops.
    end: CancellationToken,
    heartbeat: JoinHandle<()>,
}

impl Running {
    /// Stops claiming, and gives back what waits in line; what is being sent goes on.
    pub async fn stop_claiming(&mut self) {
        self.stop.cancel();
        let given_back = give_back(&self.dispatcher.node.store, self.dispatcher.worker.pacing.close());
        match tokio::time::timeout(LET_NOTICE, given_back).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "what waited in line is left to others"),
            Err(_) => tracing::warn!("what waited in line is left to others: the store does not answer"),
        }
        if tokio::time::timeout(LET_NOTICE, join_all(self.loops.iter_mut())).await.is_err() {
            tracing::warn!("a loop is still waiting for the store; what it does is left to others");
            self.loops.iter().for_each(JoinHandle::abort);
        }
    }

    /// Lets what is being sent finish, and writes the rest down as interrupted.
    pub async fn finish(self) {
        let tasks = &self.dispatcher.node.tasks;
        let unfinished = tasks.end_within(LET_FINISH).await;
        if unfinished > 0 {
            tracing::warn!(sends = unfinished, "some callbacks did not finish in time; they are sent again later");
            self.dispatcher.worker.sender.abort();
            tasks.end_within(WRITE_DOWN).await;
        }
        self.end.cancel();
        let leave = async {
            self.heartbeat.await.ok();
            // Without this the others wait for the heartbeat's end before they take over what is left.
            let left = self.dispatcher.node.cluster.leave();
            // What was added up since the last write; nothing is settled any more.
            let (_, written) = tokio::join!(left, self.dispatcher.rollups.write());
            if let Err(error) = written {
                tracing::warn!(%error, "the last seconds of charts were not written");
            }
        };
        tokio::time::timeout(LEAVE, leave).await.ok();
    }
}

/// What a loop does at each turn, until it is told to stop.
type Step = fn(Arc<Dispatcher>, CancellationToken) -> BoxFuture<'static, Result<Pause, StoreError>>;

impl Dispatcher {
    /// Starts the loops.
    pub fn start(self: &Arc<Self>) -> Running {
        let (stop, end) = (CancellationToken::new(), CancellationToken::new());
        let start = |(routine, step): (Routine, Step)| self.start_loop(routine, step, &stop);
        let mut loops: Vec<JoinHandle<()>> = self.upkeep().into_iter().map(start).collect();
        if self.node.cluster.sends() {
            loops.extend(self.sending().map(start));
        }
        // The heart beats on while what is being sent comes to its end.
        let routine = self.every(HEARTBEAT, "heartbeat").woken_by(&self.node.cluster.changed);
        let step: Step = |this, _| Box::pin(async move { usual(heartbeat::step(&this.node).await) });
        let heartbeat = self.start_loop(routine, step, &end);
        Running { dispatcher: Arc::clone(self), stop, loops, end, heartbeat }
    }

    /// The loops of every node.
    fn upkeep(&self) -> [(Routine, Step); 11] {
        let node = &self.node;
        [
            (self.every(releases::EVERY, "releases").woken_by(&node.to_release), |this, _| {
                Box::pin(async move { this.releases.step().await })
            }),
            (self.every(blocks::EVERY, "blocks").woken_by(&node.to_hold), |this, _| {
                Box::pin(async move { this.blocks.step().await })
            }),
            (self.every(expiry::EVERY, "expiry"), |this, _| Box::pin(async move { this.expiry.step().await })),
            (self.every(ADDRESSES, "addresses"), |this, _| {
                this.node.check_addresses();
                let exists = |endpoint_id: &str| this.node.directory.app_of_endpoint(endpoint_id).is_some();
                this.worker.pacing.forget(exists);
                this.node.circuits.forget(exists);
                Box::pin(async { Ok(Pause::Usual) })
            }),
            (self.every(reviews::EVERY, "reviews"), |this, _| Box::pin(async move { this.reviews.step().await })),
            (self.every(replays::EVERY, "replays").woken_by(&self.replays.begun), |this, _| {
                Box::pin(async move {
                    Ok(match this.replays.step().await? {
                        Turn::Idle => Pause::Usual,
                        Turn::More => Pause::None,
                        Turn::Paced { until } => Pause::Until(until),
                    })
                })
            }),
            (self.every(retention::EVERY, "retention"), |this, _| Box::pin(async move { this.retention.step().await })),
            (self.every(rollups::EVERY, "roll-ups"), |this, _| {
                Box::pin(async move { usual(this.rollups.write().await) })
            }),
            (self.every(rollups::FOLD_EVERY, "roll-ups folded"), |this, _| {
                Box::pin(async move { this.rollups.fold().await })
            }),
            (self.every(follow::EVERY, "follow").woken_by_signals(node.store.hints()), |this, _| {
                Box::pin(async move { usual(this.follow.step().await) })
            }),
            (self.every(HEARTBEAT, "rescue"), |this, _| Box::pin(async move { usual(rescue::step(&this.node).await) })),
        ]
    }

    /// The loops of a node that sends.
    fn sending(&self) -> [(Routine, Step); 5] {
        let node = &self.node;
        [
            (self.every(POLL, "worker").woken_by(&node.wake), |this, _| {
                Box::pin(async move {
                    Ok(match this.worker.step().await? {
                        worker::Step::Started(_) => Pause::None,
                        worker::Step::Idle { until } => until.map_or(Pause::Usual, Pause::Until),
                    })
                })
            }),
            (self.every(POLL, "line").woken_by(self.worker.pacing.freed()), |this, _| {
                // Slots that are a moment apart are waited for together.
                let until = this.begin_waiting().map(|slot| slot.max(this.node.now().plus(SLOTS)));
                Box::pin(async move { Ok(until.map_or(Pause::Usual, Pause::Until)) })
            }),
            (self.every(rates::EVERY, "rates").woken_by(self.worker.pacing.slots_wanted()), |this, _| {
                Box::pin(async move { usual(this.rates.step().await) })
            }),
            (self.every(egress_checks::LOOK, "egress checks").woken_by(&node.addresses.changed), |this, stop| {
                Box::pin(async move {
                    this.egress_checks.step(&stop).await;
                    Ok(Pause::Usual)
                })
            }),
            (self.every(CONNECTIONS, "connections"), |this, _| {
                this.node.clients.close_old();
                Box::pin(async { Ok(Pause::Usual) })
            }),
        ]
    }

    fn every(&self, every: Duration, name: &'static str) -> Routine {
        Routine::every(every, name, &self.node.clock)
    }

    fn start_loop(self: &Arc<Self>, routine: Routine, step: Step, stop: &CancellationToken) -> JoinHandle<()> {
        let (this, stop) = (Arc::clone(self), stop.clone());
        tokio::spawn(async move {
            let step = || step(Arc::clone(&this), stop.clone());
            routine.run(&stop, step).await;
        })
    }
}

/// A step after which the loop rests as it usually does, whatever was done.
fn usual<T>(done: Result<T, StoreError>) -> Result<Pause, StoreError> {
    done.map(|_| Pause::Usual)
}
