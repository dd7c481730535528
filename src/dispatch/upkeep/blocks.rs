//! Blocks: what waits for a publisher's mending is held.
//!
//! Every pass compares the store with the directory and mends the difference, so that a change made at the very moment
//! a report came in, or by another process, is caught up with by the next pass. Of each endpoint one step is done in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::dispatch::node::Node;
use crate::dispatch::node::routing::blocked;
use crate::dispatch::routine::Pause;
use crate::dispatch::sending::line::give_back;
use crate::dispatch::sending::pacing::Pacing;
use crate::domain::app::App;
use crate::domain::delivery::WaitingFor;
use crate::store::StoreError;

/// How often a difference that no change announced is looked for.
pub const EVERY: Duration = Duration::from_millis(500);

/// Holds what is blocked.
#[derive(Debug)]
pub struct Blocks {
    node: Arc<Node>,
    pacing: Arc<Pacing>,
    /// The revision of the configuration that the permits follow.
    followed: AtomicI64,
}

impl Blocks {
    /// By the configuration of this node.
    pub fn new(node: Arc<Node>, pacing: Arc<Pacing>) -> Self {
        Self { node, pacing, followed: AtomicI64::new(-1) }
    }

    /// One step of each endpoint's.
    pub(in crate::dispatch) async fn step(&self) -> Result<Pause, StoreError> {
        let store = &self.node.store;
        let revision = self.node.directory.revision();
        if self.followed.load(Ordering::Acquire) != revision {
            self.pacing.follow(|endpoint_id| self.node.directory.app_of_endpoint(endpoint_id));
            self.followed.store(revision, Ordering::Release);
        }
        // What waits in this node's line is claimed, so it is given back before it can be held.
        for endpoint_id in self.pacing.endpoints_with_line() {
            let is_blocked = look_up(&self.node, &endpoint_id).is_some_and(|(_, block)| block.is_some());
            // The same while its receiver is down: any node may send the probe.
            if is_blocked || self.node.circuits.is_open(&endpoint_id) {
                give_back(store, self.pacing.drain(&endpoint_id)).await?;
            }
        }
        let mut changed = 0;
        for due in store.due(self.node.now()).await?.endpoints {
            let Some((app, Some(reason))) = look_up(&self.node, &due.endpoint_id) else { continue };
            let held = store.hold(due.endpoint_id, reason, self.node.now()).await?;
            if held > 0 {
                tracing::info!(app = app.id, held, reason = reason.as_str(), "callbacks are held");
            }
            changed += held;
        }
        Ok(if changed > 0 { Pause::None } else { Pause::Usual })
    }
}

/// The app of an endpoint, and what blocks the endpoint.
pub(super) fn look_up(node: &Node, endpoint_id: &str) -> Option<(Arc<App>, Option<WaitingFor>)> {
    let app = node.directory.app_of_endpoint(endpoint_id)?;
    let block = app.endpoint(endpoint_id).and_then(|endpoint| blocked(&app, endpoint, &node.catalog()));
    Some((app, block))
}
