//! Egress checks: asks the operator's echo what the held addresses look like from outside.
//!
//! At once, then every five minutes, and about new binds as they come. It must not hold up a start or the queue: it asks
//! beside them, and only what was never asked about waits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::dispatch::node::Node;

/// How often every bind is asked about, by the contract (`RINGBACK_EGRESS_ECHO_URL`).
const EVERY: Duration = Duration::from_secs(5 * 60);
/// How often it is looked whether that is due; between two rounds a look without new binds asks nobody.
pub const LOOK: Duration = Duration::from_secs(10);

/// Asks the echo in turn.
#[derive(Debug)]
pub struct EgressChecks {
    node: Arc<Node>,
    /// When every bind is asked about again; before that only new ones are.
    all_due: Mutex<Instant>,
}

impl EgressChecks {
    /// Nothing was asked yet.
    pub fn new(node: Arc<Node>) -> Self {
        Self { node, all_due: Mutex::new(clock::monotonic()) }
    }

    /// One round, which a stop cuts off: an echo may take seconds to answer, and nothing is lost with its answer.
    pub async fn step(&self, stop: &CancellationToken) {
        let only_new = !self.all_are_due();
        let asked = stop.run_until_cancelled(self.node.addresses.ask_echo(&self.node.clients, only_new)).await;
        if asked == Some(true) {
            self.node.addresses_changed();
        }
    }

    /// Whether every bind is to be asked about again. What wakes a round early must not put the next whole one off.
    fn all_are_due(&self) -> bool {
        let (now, mut all_due) = (clock::monotonic(), self.all_due.lock().unwrap_or_else(PoisonError::into_inner));
        let due = now >= *all_due;
        if due {
            *all_due = now + EVERY;
        }
        due
    }
}
