//! The machine running: its loops, from their start to a stop that loses nothing.
//!
//! Stopping has an order: nothing new is claimed, what is being sent may finish, the rest is written down as interrupted,
//! and the other nodes are told. The heart beats until the end, since others take a silent node's claims over.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::cluster::BEAT;
use super::dispatcher::Dispatcher;
use super::echo::Rounds;

/// How often a change that no signal told of is looked for: half of the second within which it must be in force.
const LOOK: Duration = Duration::from_millis(500);
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

/// The machine's loops, running.
#[derive(Debug)]
pub struct Running {
    dispatcher: Arc<Dispatcher>,
    stop: CancellationToken,
    loops: Vec<JoinHandle<()>>,
    /// Ends the heartbeat, which goes on after the other loops.
    end: CancellationToken,
    beating: JoinHandle<()>,
}

impl Dispatcher {
    /// Starts the loops.
    pub fn start(self: &Arc<Self>) -> Running {
        let (stop, end) = (CancellationToken::new(), CancellationToken::new());
        let (housekeeping, until) = (Arc::clone(&self.housekeeping), stop.clone());
        let mut loops = vec![tokio::spawn(async move { housekeeping.run(until).await })];
        let (dispatcher, until) = (Arc::clone(self), stop.clone());
        loops.push(tokio::spawn(async move { dispatcher.follow(until).await }));
        let (dispatcher, until) = (Arc::clone(self), stop.clone());
        loops.push(tokio::spawn(async move { dispatcher.keep_rescuing(until).await }));
        if self.cluster().sends() {
            let (worker, until) = (Arc::clone(&self.worker), stop.clone());
            loops.push(tokio::spawn(async move { worker.run(until).await }));
            let (rounds, until) = (Rounds { worker: Arc::clone(&self.worker) }, stop.clone());
            loops.push(tokio::spawn(async move { rounds.run(until).await }));
        }
        // The heart beats on while what is being sent comes to its end.
        let (cluster, until) = (Arc::clone(self.cluster()), end.clone());
        let beating = tokio::spawn(async move { cluster.run(until).await });
        Running { dispatcher: Arc::clone(self), stop, loops, end, beating }
    }

    /// Follows what other nodes did, by their signals and by looking now and then. It waits for no work that this causes:
    /// a change must be in force within a second though a hundred thousand deliveries are being held meanwhile.
    async fn follow(&self, stop: CancellationToken) {
        let mut hints = self.store.hints();
        let mut heard = *hints.borrow_and_update();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                changed = hints.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK) => {}
            }
            let now = *hints.borrow_and_update();
            if now.work != heard.work {
                self.worker.wake.notify_one();
            }
            if now.configuration != heard.configuration {
                self.cluster().changed.notify_one();
            }
            heard = now;
            match self.directory.refresh().await {
                Ok(true) => {
                    self.housekeeping.check_addresses();
                    self.housekeeping.changed.notify_one();
                    self.worker.wake.notify_one();
                }
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(%error, "changes of the configuration could not be looked for; trying again")
                }
            }
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
}

impl Running {
    /// Stops claiming; what is being sent goes on.
    pub async fn stop_claiming(&mut self) {
        self.stop.cancel();
        if tokio::time::timeout(LET_NOTICE, join_all(self.loops.iter_mut())).await.is_err() {
            tracing::warn!("a loop is still waiting for the store; what it does is left to others");
            self.loops.iter().for_each(JoinHandle::abort);
        }
    }

    /// Lets what is being sent finish, and writes the rest down as interrupted.
    pub async fn finish(self) {
        let under_way = &self.dispatcher.worker.under_way;
        under_way.close();
        if tokio::time::timeout(LET_FINISH, under_way.wait()).await.is_err() {
            tracing::warn!(sends = under_way.len(), "some callbacks did not finish in time; they are sent again later");
            self.dispatcher.worker.sender.abort.cancel();
            tokio::time::timeout(WRITE_DOWN, under_way.wait()).await.ok();
        }
        self.end.cancel();
        let leave = async {
            self.beating.await.ok();
            // Without this the others wait for the heartbeat's end before they take over what is left.
            self.dispatcher.cluster().leave().await.ok();
        };
        tokio::time::timeout(LEAVE, leave).await.ok();
    }
}
