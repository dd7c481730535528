//! Retention: what is old goes.
//!
//! What can still be taken back must still be known: its reversal is told where it was told. Each step is a change of its
//! own, between which reports are recorded as ever.

use std::sync::Arc;
use std::time::Duration;

use super::clock_guard::ClockGuard;
use crate::dispatch::node::Node;
use crate::dispatch::routine::Pause;
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
    guard: Arc<ClockGuard>,
    /// `RINGBACK_RETENTION_DAYS`.
    days: u32,
}

impl Retention {
    /// Keeps what has ended for so many days.
    pub fn new(node: Arc<Node>, guard: Arc<ClockGuard>, days: u32) -> Self {
        Self { node, guard, days }
    }

    /// Removes a step of each kind.
    pub(in crate::dispatch) async fn step(&self) -> Result<Pause, StoreError> {
        if !self.guard.may_end().await? {
            return Ok(Pause::Usual);
        }
        let (store, now) = (&self.node.store, self.node.now());
        let taken_back_within = self.node.directory.apps().iter().map(|app| app.settings.refund_window_days).max();
        let before = now.minus(DAY * self.days.max(taken_back_within.unwrap_or(0)));
        let deliveries = store.prune(before).await?;
        let clicks = store.prune_clicks(now.minus(DAY * CLICKS_KEPT)).await?;
        store.prune_people(now).await?;
        Ok(if deliveries + clicks > 0 { Pause::None } else { Pause::Usual })
    }
}
