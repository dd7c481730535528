//! Retention: what is old goes.
//!
//! What can still be taken back must still be known: its reversal is told where it was told. Each step is a change of its
//! own, between which reports are recorded as ever.

use std::sync::Arc;
use std::time::Duration;

use crate::dispatch::node::Node;
use crate::store::StoreError;

/// How often what is old is looked for.
pub const EVERY: Duration = Duration::from_secs(10);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Days for which clicks are kept: a year, which is the longest that they can count for, and what a change of that may
/// lag behind. Nothing needs them later; a completion keeps what its click said.
const CLICKS_KEPT: u32 = 400;

/// Removes what is old.
#[derive(Debug)]
pub struct Retention {
    node: Arc<Node>,
    /// `RINGBACK_RETENTION_DAYS`.
    days: u32,
}

impl Retention {
    /// Keeps what has ended for so many days.
    pub fn new(node: Arc<Node>, days: u32) -> Self {
        Self { node, days }
    }

    /// Removes all that is old by now.
    pub async fn step(&self) -> Result<(), StoreError> {
        let (store, now) = (&self.node.store, self.node.now());
        let taken_back_within = self.node.directory.apps().iter().map(|app| app.terms.refund_window_days).max();
        let before = now.minus(DAY * self.days.max(taken_back_within.unwrap_or(0)));
        while store.prune(before).await? > 0 {}
        while store.prune_clicks(now.minus(DAY * CLICKS_KEPT)).await? > 0 {}
        Ok(())
    }
}
