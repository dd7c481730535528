//! Following: what other nodes did is taken over here, by their signals and by looking now and then.
//!
//! A step only wakes the loops that act on a change and does not wait for them: the next change must be in force within a
//! second though a hundred thousand deliveries are still being held because of this one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::dispatch::node::Node;
use crate::dispatch::sending::pacing::Pacing;
use crate::store::{SignalCounts, StoreError};

/// How often a change that no signal told of is looked for: half of the second within which it must be in force.
pub const EVERY: Duration = Duration::from_millis(500);

/// Follows the other nodes.
#[derive(Debug)]
pub struct Follow {
    node: Arc<Node>,
    pacing: Arc<Pacing>,
    seen: Mutex<SignalCounts>,
}

impl Follow {
    /// From now on.
    pub fn new(node: Arc<Node>, pacing: Arc<Pacing>) -> Self {
        let seen = Mutex::new(*node.store.hints().borrow());
        Self { node, pacing, seen }
    }

    /// Acts on what was signalled since the last step, and on what was changed without a signal.
    pub async fn step(&self) -> Result<(), StoreError> {
        let now = *self.node.store.hints().borrow();
        let before = std::mem::replace(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner), now);
        if now.work != before.work {
            self.node.look_again();
        }
        if now.configuration != before.configuration {
            self.node.cluster.changed.notify_one();
        }
        self.node.reconfigure().await?;
        self.follow_refusals().await?;
        self.follow_circuits().await
    }

    /// What other nodes found of receivers that turn callbacks away.
    async fn follow_refusals(&self) -> Result<(), StoreError> {
        let runs = &self.node.refusal_runs;
        let changes = runs.changes();
        runs.take_over(self.node.store.refusal_runs().await?, changes);
        Ok(())
    }

    /// What other nodes found of receivers that are down or have come back. What a receiver can take that came back is found
    /// out from the least, here as there.
    async fn follow_circuits(&self) -> Result<(), StoreError> {
        // What could not be written when it was opened: nobody can take the right to probe it before it is.
        for circuit in self.node.circuits.unstored() {
            self.node.store.open_circuit(circuit.clone()).await?;
            self.node.circuits.stored(circuit);
        }
        let known_to_be_open = self.node.circuits.count();
        let closed = self.node.circuits.take_over(self.node.store.open_circuits().await?);
        for endpoint_id in &closed {
            self.pacing.restart(endpoint_id);
        }
        if !closed.is_empty() || self.node.circuits.count() > known_to_be_open {
            self.node.look_again();
        }
        Ok(())
    }
}
