//! How many deliveries there are in each state and for each reason to wait, as far as they are counted.

use std::collections::BTreeMap;

use super::delivery::{Status, WaitingFor};
use super::health::Capped;

/// Counts of deliveries; tests are in none of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// In each state.
    pub by_status: BTreeMap<Status, Capped>,
    /// Waiting for this, where there are any.
    pub by_waiting_for: BTreeMap<WaitingFor, Capped>,
    /// Held until somebody mends something, or given up of late.
    pub needs_attention: Capped,
}

impl DeliveryCounts {
    /// So many more are in this state.
    pub fn in_state(&mut self, status: Status, count: Capped) {
        add(&mut self.by_status, status, count);
    }

    /// So many more wait for this.
    pub fn waiting_for(&mut self, reason: WaitingFor, count: Capped) {
        if count.count > 0 {
            add(&mut self.by_waiting_for, reason, count);
        }
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, Capped>, key: K, count: Capped) {
    let known = counts.entry(key).or_default();
    *known = known.and(count);
}
