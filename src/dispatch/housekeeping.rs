//! Housekeeping: what is held follows the configuration, what waited too long ends, what is old goes.
//!
//! Every pass compares the store with the directory and mends the difference, so that a change made at the very moment
//! a report came in, or by another process, is caught up with by the next pass. It works in small steps and never stands
//! in the way of a report. Every node keeps house; each step says which state it changes, so that two do no harm.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::readiness::blocked;
use super::worker::Worker;
use crate::domain::app::App;
use crate::domain::delivery::WaitingFor;
use crate::domain::time::Timestamp;
use crate::store::{Hint, StoreError};

/// A change of configuration made by another process is in force within this time.
const PASS: Duration = Duration::from_millis(500);
/// How often it is checked which egress IPs this machine holds, and how often what is old is removed.
const SLOW_PASS: Duration = Duration::from_secs(10);
/// How long a test may wait for a node that can send it: longer than anybody waits for its answer.
const TEST_WAITS: Duration = Duration::from_secs(120);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Days for which clicks are kept: a year, which is the longest that they can count for, and what a change of that may
/// lag behind. Nothing needs them later; a completion keeps what its click said.
const CLICKS_KEPT: u32 = 400;

/// Keeps the queue in order.
#[derive(Debug)]
pub struct Housekeeping {
    /// Whose store, directory and clock these are.
    pub worker: Arc<Worker>,
    /// `RINGBACK_RETENTION_DAYS`.
    pub retention_days: u32,
    /// The revision of the configuration that was acted on last. Whoever refreshes the directory in between (an unknown
    /// name does) must not make a change pass unnoticed here.
    pub acted_on: AtomicI64,
    /// Woken when the configuration has changed.
    pub changed: Notify,
}

impl Housekeeping {
    /// Keeps house until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        let mut slow_due = std::time::Instant::now();
        while !stop.is_cancelled() {
            if let Err(error) = self.follow_configuration().await {
                tracing::error!(%error, "housekeeping failed; trying again");
            }
            if slow_due <= std::time::Instant::now() {
                slow_due = std::time::Instant::now() + SLOW_PASS;
                if let Err(error) = self.tidy().await {
                    tracing::error!(%error, "housekeeping failed; trying again");
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.changed.notified() => {}
                () = tokio::time::sleep(PASS) => {}
            }
        }
    }

    /// Takes over changes of configuration, and holds or releases what they concern.
    pub async fn follow_configuration(&self) -> Result<(), StoreError> {
        let sender = &self.worker.sender;
        sender.directory.refresh().await?;
        let revision = sender.directory.revision();
        let changed = self.acted_on.load(Ordering::Acquire) != revision;
        if changed {
            self.check_addresses();
        }
        self.release_mended(changed).await?;
        self.end_reviews().await?;
        self.hold_blocked().await?;
        // Only now: what failed half-way is done again by the next pass.
        self.acted_on.store(revision, Ordering::Release);
        Ok(())
    }

    /// Ends what was held too long, removes what is old, looks at the addresses again.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        self.check_addresses();
        self.expire().await?;
        let sender = &self.worker.sender;
        let now = sender.clock.now();
        sender.store.expire_tests(now.minus(TEST_WAITS), now).await?;
        // What can still be taken back must still be known: its reversal is told where it was told.
        let taken_back_within = sender.directory.apps().iter().map(|app| app.terms.refund_window_days).max();
        let days = self.retention_days.max(taken_back_within.unwrap_or(0));
        let before = sender.clock.now().minus(DAY * days);
        // Each step is a change of its own, between which reports are recorded as ever.
        while sender.store.prune(before).await? > 0 {}
        while sender.store.prune_clicks(now.minus(DAY * CLICKS_KEPT)).await? > 0 {}
        Ok(())
    }

    /// Finds out which egress IPs this machine holds now.
    pub fn check_addresses(&self) {
        let sender = &self.worker.sender;
        if sender.cluster.sends() && sender.egress.take_stock(sender.directory.egress_ips().values()) {
            self.worker.wake.notify_one();
            sender.cluster.changed.notify_one();
        }
    }

    async fn release_mended(&self, configuration_changed: bool) -> Result<(), StoreError> {
        let sender = &self.worker.sender;
        let now = sender.clock.now();
        for held in sender.store.held_endpoints().await? {
            let Some((app, block)) = self.look_up(&held.endpoint_id) else { continue };
            match block {
                Some(reason) if held.waiting_for() == Some(reason) => {}
                Some(reason) => while sender.store.rename_reason(held.endpoint_id.clone(), reason).await? > 0 {},
                None => {
                    // What could not be composed is tried again only after something was changed.
                    let except = if configuration_changed { vec![] } else { vec![WaitingFor::Fields] };
                    let mut released = 0;
                    loop {
                        let step = sender.store.release(held.endpoint_id.clone(), except.clone(), now).await?;
                        released += step;
                        if step == 0 {
                            break;
                        }
                    }
                    if released > 0 {
                        tracing::info!(app = app.id, released, "held callbacks are due again");
                        self.worker.wake.notify_one();
                        sender.store.hint(Hint::Work);
                    }
                }
            }
        }
        Ok(())
    }

    async fn hold_blocked(&self) -> Result<(), StoreError> {
        let sender = &self.worker.sender;
        for due in sender.store.due().await?.endpoints {
            let Some((app, Some(reason))) = self.look_up(&due.endpoint_id) else { continue };
            let mut held = 0;
            loop {
                let step = sender.store.hold(due.endpoint_id.clone(), reason, sender.clock.now()).await?;
                held += step;
                if step == 0 {
                    break;
                }
            }
            if held > 0 {
                tracing::info!(app = app.id, held, reason = reason.as_str(), "callbacks are held");
            }
        }
        Ok(())
    }

    async fn expire(&self) -> Result<(), StoreError> {
        let sender = &self.worker.sender;
        let now: Timestamp = sender.clock.now();
        for held in sender.store.held_endpoints().await? {
            let Some((app, _)) = self.look_up(&held.endpoint_id) else { continue };
            let since = now.minus(DAY * app.max_held_days);
            while sender.store.expire_held(held.endpoint_id.clone(), since, now).await? > 0 {}
        }
        Ok(())
    }

    /// The app of an endpoint, and what blocks the endpoint.
    fn look_up(&self, endpoint_id: &str) -> Option<(Arc<App>, Option<WaitingFor>)> {
        let sender = &self.worker.sender;
        let app = sender.directory.app_of_endpoint(endpoint_id)?;
        let block = app.endpoint(endpoint_id).and_then(|endpoint| blocked(&app, endpoint, &sender.catalog));
        Some((app, block))
    }
}
