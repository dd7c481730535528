//! Holds: what is held follows the configuration, and what was held too long ends.
//!
//! Every pass compares the store with the directory and mends the difference, so that a change made at the very moment
//! a report came in, or by another process, is caught up with by the next pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::dispatch::node::Node;
use crate::dispatch::node::routing::blocked;
use crate::dispatch::sending::line::give_back;
use crate::dispatch::sending::pacing::Pacing;
use crate::domain::app::App;
use crate::domain::delivery::WaitingFor;
use crate::store::StoreError;

/// How often a difference that no change announced is looked for.
pub const EVERY: Duration = Duration::from_millis(500);
/// How often it is looked for what was held too long.
pub const EXPIRE_EVERY: Duration = Duration::from_secs(10);
/// How long a test may wait for a node that can send it: longer than anybody waits for its answer.
const TEST_WAITS: Duration = Duration::from_secs(120);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Holds and releases.
#[derive(Debug)]
pub struct Holds {
    node: Arc<Node>,
    pacing: Arc<Pacing>,
    /// The revision of the configuration that was acted on last. Whoever refreshes the directory in between (an unknown
    /// name does) must not make a change pass unnoticed here.
    acted_on: AtomicI64,
}

impl Holds {
    /// Nothing was acted on yet, so the first pass looks at everything.
    pub fn new(node: Arc<Node>, pacing: Arc<Pacing>) -> Self {
        Self { node, pacing, acted_on: AtomicI64::new(-1) }
    }

    /// Holds or releases what the configuration of now says.
    pub async fn step(&self) -> Result<(), StoreError> {
        let revision = self.node.directory.revision();
        let is_changed = self.acted_on.load(Ordering::Acquire) != revision;
        if is_changed {
            self.pacing.follow(|endpoint_id| self.node.directory.app_of_endpoint(endpoint_id));
        }
        self.release_mended(is_changed).await?;
        self.hold_blocked().await?;
        // Only now: what failed half-way is done again by the next pass.
        self.acted_on.store(revision, Ordering::Release);
        Ok(())
    }

    /// Ends what was held too long, and tests that no node could send.
    pub async fn expire(&self) -> Result<(), StoreError> {
        let (store, now) = (&self.node.store, self.node.now());
        for held in store.held_endpoints().await? {
            let Some((app, _)) = self.look_up(&held.endpoint_id) else { continue };
            let since = now.minus(DAY * app.max_held_days);
            while store.expire_held(held.endpoint_id.clone(), since, now).await? > 0 {}
        }
        for circuit in self.node.circuits.all() {
            match self.node.directory.app_of_endpoint(&circuit.endpoint_id) {
                Some(app) => {
                    let since = now.minus(DAY * app.max_held_days);
                    while store.expire_waiting(circuit.endpoint_id.clone(), since, now).await? > 0 {}
                }
                // The endpoint is no more, so nothing will ever close its circuit.
                None => store.close_circuit(circuit.endpoint_id).await?,
            }
        }
        store.expire_tests(now.minus(TEST_WAITS), now).await.map(drop)
    }

    async fn release_mended(&self, configuration_changed: bool) -> Result<(), StoreError> {
        let (store, now) = (&self.node.store, self.node.now());
        for held in store.held_endpoints().await? {
            let Some((app, block)) = self.look_up(&held.endpoint_id) else { continue };
            match block {
                Some(reason) if held.waiting_for() == Some(reason) => {}
                Some(reason) => while store.rename_reason(held.endpoint_id.clone(), reason).await? > 0 {},
                None => {
                    // What could not be composed is tried again only after something was changed.
                    let except = if configuration_changed { vec![] } else { vec![WaitingFor::Fields] };
                    let release = || store.release(held.endpoint_id.clone(), except.clone(), now);
                    let released = in_steps(release).await?;
                    if released > 0 {
                        tracing::info!(app = app.id, released, "held callbacks are due again");
                        self.node.work_is_due();
                    }
                }
            }
        }
        Ok(())
    }

    async fn hold_blocked(&self) -> Result<(), StoreError> {
        let store = &self.node.store;
        // What waits in this node's line is claimed, so it is given back before it can be held.
        for endpoint_id in self.pacing.endpoints_with_line() {
            let is_blocked = self.look_up(&endpoint_id).is_some_and(|(_, block)| block.is_some());
            // The same while its receiver is down: any node may send the probe.
            if is_blocked || self.node.circuits.is_open(&endpoint_id) {
                give_back(store, self.pacing.drain(&endpoint_id)).await?;
            }
        }
        for due in store.due().await?.endpoints {
            let Some((app, Some(reason))) = self.look_up(&due.endpoint_id) else { continue };
            let held = in_steps(|| store.hold(due.endpoint_id.clone(), reason, self.node.now())).await?;
            if held > 0 {
                tracing::info!(app = app.id, held, reason = reason.as_str(), "callbacks are held");
            }
        }
        Ok(())
    }

    /// The app of an endpoint, and what blocks the endpoint.
    fn look_up(&self, endpoint_id: &str) -> Option<(Arc<App>, Option<WaitingFor>)> {
        let app = self.node.directory.app_of_endpoint(endpoint_id)?;
        let block = app.endpoint(endpoint_id).and_then(|endpoint| blocked(&app, endpoint, &self.node.catalog));
        Some((app, block))
    }
}

/// Repeats a step until it changes nothing more; answers how much it changed.
async fn in_steps<F>(step: impl Fn() -> F) -> Result<usize, StoreError>
where
    F: Future<Output = Result<usize, StoreError>>,
{
    let mut changed = 0;
    loop {
        match step().await? {
            0 => return Ok(changed),
            some => changed += some,
        }
    }
}
