//! The lease: whether this node may still believe that what it has claimed is its own.
//!
//! Others take a silent node's claims over after fifteen seconds, by the database's clock. This node cannot see that
//! clock while it is cut off, so it stops believing earlier, by its own: whoever could not renew for [`TRUST`] starts no
//! send, and comes back under another name, with claims of its own. Nothing here asks the database.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock;

/// How long a heartbeat is good for (the contract, *Quick take-over*): the rest of the fifteen seconds is for a send that
/// was just begun, and for clocks that run unevenly.
pub const TRUST: Duration = Duration::from_secs(10);

/// The name that this node claims under, and since when it is known to be good.
#[derive(Debug)]
pub struct Lease {
    held: Mutex<Option<Held>>,
    /// Whether there may be others who take over. The one process of a file keeps its name while it lives.
    lapses: bool,
}

#[derive(Clone, Debug)]
struct Held {
    node: Arc<str>,
    renewed: Instant,
}

impl Lease {
    /// A lease that nobody holds yet.
    pub fn new(lapses: bool) -> Self {
        Self { held: Mutex::default(), lapses }
    }

    /// The name to claim under now; `None` while nothing may be claimed.
    pub fn node(&self) -> Option<Arc<str>> {
        self.held_at(clock::monotonic())
    }

    /// Whether a send that was claimed under this name may still begin.
    pub fn covers(&self, node: &str) -> bool {
        self.node().is_some_and(|now| *now == *node)
    }

    /// The database said at some time after `asked` that the node of this name lives.
    pub fn renewed(&self, node: &str, asked: Instant) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(Held { node: node.into(), renewed: asked });
    }

    /// The name that was claimed under last, whether or not it is still good.
    pub fn last(&self) -> Option<Arc<str>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|held| Arc::clone(&held.node))
    }

    fn held_at(&self, now: Instant) -> Option<Arc<str>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held.as_ref()?;
        let is_good = !self.lapses || now.saturating_duration_since(held.renewed) < TRUST;
        is_good.then(|| Arc::clone(&held.node))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_could_not_renew_for_ten_seconds_claims_nothing_and_begins_nothing() {
        let (lease, start) = (Lease::new(true), clock::monotonic());
        assert_eq!(lease.held_at(start), None);
        lease.renewed("nod_1", start);
        assert_eq!(lease.held_at(start + TRUST - Duration::from_millis(1)).as_deref(), Some("nod_1"));
        assert_eq!(lease.held_at(start + TRUST), None);
        let of_a_file = Lease::new(false);
        of_a_file.renewed("nod_1", start);
        assert_eq!(of_a_file.held_at(start + TRUST).as_deref(), Some("nod_1"), "nobody takes over from it");
    }

    #[test]
    fn what_was_claimed_under_a_former_name_is_not_begun_under_the_next() {
        let lease = Lease::new(true);
        lease.renewed("nod_1", clock::monotonic());
        assert!(lease.covers("nod_1"));
        lease.renewed("nod_2", clock::monotonic());
        assert!(!lease.covers("nod_1") && lease.covers("nod_2"));
    }
}
