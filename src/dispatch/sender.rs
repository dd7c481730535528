//! The sender: takes a job from claim to settlement.
//!
//! Composed anew from the endpoint as it is at this moment, sent from the egress IP or not at all, judged, settled. It
//! decides nothing about states itself: [`crate::domain::decision::decide`] does. It holds no transaction while it
//! waits for the network, and what it settles under a claim that was taken over has no effect.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::cluster::Cluster;
use super::directory::Directory;
use super::egress::{Egress, Source};
use super::exchange::{Exchanged, Rules, exchange};
use super::job::Job;
use super::keys::Keys;
use super::metrics::Metrics;
use super::readiness::{Outlook, blocked};
use super::resolver::Family;
use super::settling::{Made, Terms, nothing_sent, settlement, without_attempt};
use crate::clock::Clock;
use crate::domain::app::{App, Endpoint, Secret};
use crate::domain::decision::{Pace, fault_pause};
use crate::domain::delivery::{Outcome, Told, WaitingFor};
use crate::domain::destination::TargetPolicy;
use crate::domain::dialect::callback::{Callback, CallbackRequest};
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::compose::{ComposeError, compose};
use crate::domain::dialect::recipe::Recipe;
use crate::domain::egress::{Bind, Route};
use crate::random;
use crate::store::queue::{Claimed, Next, Settled, Settlement};
use crate::store::{Store, StoreError};

/// A delivery that could not leave for want of an address is looked at again after so long; the worker claims none
/// whose address it knows to be missing, so this only bridges the moment of a change.
const PUT_OFF: Duration = Duration::from_secs(1);
/// How often the worker looks at the store without a reason: what a lost wake-up costs at most.
pub const POLL: Duration = Duration::from_secs(1);
/// How long to wait before a settlement that failed is stored again.
const SETTLE_AGAIN: Duration = Duration::from_secs(1);
/// Jitter in thousandths: 0 to 10 %.
const JITTER: u32 = 100;

/// What sending needs.
#[derive(Debug)]
pub struct Sender {
    /// Where settlements go.
    pub store: Store,
    /// Where endpoints come from.
    pub directory: Arc<Directory>,
    /// Where recipes come from.
    pub catalog: Arc<Catalog>,
    /// Where requests leave.
    pub egress: Arc<Egress>,
    /// Under which claims they may.
    pub cluster: Arc<Cluster>,
    /// Where they may go.
    pub targets: Arc<TargetPolicy>,
    /// The time.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Which key signs.
    pub keys: Keys,
    /// `RINGBACK_RETRY_SCALE` in thousandths.
    pub retry_scale_thousandths: u64,
    /// Wakes the worker.
    pub wake: Arc<Notify>,
    /// Cancelled when sends must end now; they are written down as interrupted.
    pub abort: CancellationToken,
}

/// Where a job's request goes, from where, and by which recipe.
struct Target<'a> {
    app: &'a App,
    endpoint: &'a Endpoint,
    recipe: &'a Recipe,
    exit: Exit,
}

/// How a request leaves.
struct Exit {
    client: reqwest::Client,
    family: Family,
    egress_ip: Option<String>,
    /// Through a proxy the peer of the connection is the proxy, which a publisher may not learn.
    proxied: bool,
}

impl Sender {
    /// Sends a job and settles it. The permit, of whichever kind, is held until the settlement is on disk.
    pub async fn deliver<P>(&self, job: Job, permit: P) {
        let _known = self.cluster.work_on(&job.token);
        // A panic would leave a claim that nobody settles; as an interrupted send it is tried again.
        let settlement = match AssertUnwindSafe(self.perform(&job)).catch_unwind().await {
            Ok(settlement) => settlement,
            Err(_) => {
                tracing::error!(delivery = job.delivery.id, "sending panicked; the delivery is tried again");
                let due = self.clock.now().plus(fault_pause(job.delivery.faults, self.retry_scale_thousandths));
                let unsettled = without_attempt(&job, Next::Retry(due), self.clock.now());
                Settlement { told: unsettled.told.max(Told::Maybe), ..unsettled }
            }
        };
        self.settle(settlement).await;
        drop(permit);
    }

    /// Ends a claimed delivery of which nobody can say what it was to tell.
    pub async fn give_up(&self, unreadable: Claimed) {
        tracing::error!(delivery = unreadable.delivery.id, "what this delivery tells cannot be read; it is dead");
        self.settle(nothing_sent(&unreadable.delivery, unreadable.token, Next::Dead, self.clock.now())).await;
    }

    /// Writes a settlement down, however long the store takes to come back: a full disk must not leave a delivery that
    /// nobody will touch again.
    async fn settle(&self, settlement: Settlement) {
        loop {
            match self.store.settle(settlement.clone()).await {
                Ok(Settled::Done) => {
                    self.metrics.settled(settlement.next);
                    return self.wake_for(settlement.next);
                }
                Ok(Settled::Stale) => {
                    tracing::warn!(
                        delivery = settlement.delivery_id,
                        "a claim no longer stands; its settlement changed nothing"
                    );
                    return;
                }
                // The row keeps its claim, until somebody takes it over from a node that is gone.
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::error!(delivery = settlement.delivery_id, %error, "a settlement could not be stored; trying again");
                }
            }
            tokio::select! {
                () = self.abort.cancelled() => return,
                () = tokio::time::sleep(SETTLE_AGAIN) => {}
            }
        }
    }

    /// The worker sleeps until what it knew to be due next, or for a moment; only what falls due before that needs it.
    fn wake_for(&self, next: Next) {
        if let Next::Retry(due) | Next::Unsent(due) = next
            && due.since(self.clock.now()) < POLL
        {
            self.wake.notify_one();
        }
    }

    /// What decides at this instant whether something may leave.
    pub fn outlook(&self) -> Outlook<'_> {
        let Self { catalog, directory, egress, cluster, clock, .. } = self;
        Outlook { catalog, directory, egress, cluster, now: clock.now() }
    }

    async fn perform(&self, job: &Job) -> Settlement {
        let due = self.clock.now().plus(PUT_OFF);
        // Somebody else may have claimed it by now; if so, this changes nothing.
        if !self.cluster.lease.covers(&job.node) {
            return without_attempt(job, Next::Unsent(due), self.clock.now());
        }
        let app = self.directory.app_of_endpoint(&job.delivery.endpoint_id);
        let target = app.as_ref().and_then(|app| self.target(app, job));
        match target {
            Some(target) => self.attempt(job, &target).await,
            None => {
                // A test is one attempt, and it had its chance.
                let next = if job.test.is_some() { Next::Dead } else { Next::Unsent(due) };
                without_attempt(job, next, self.clock.now())
            }
        }
    }

    fn target<'a>(&'a self, app: &'a App, job: &Job) -> Option<Target<'a>> {
        let endpoint = app.endpoint(&job.delivery.endpoint_id)?;
        let recipe = self.catalog.get_version(&job.delivery.recipe)?;
        let exit = self.leave_from(app, job.test.as_ref().and_then(|test| test.egress_ip_id.as_deref()))?;
        Some(Target { app, endpoint, recipe, exit })
    }

    /// Which way the app's callbacks go, or one that is to leave from a chosen egress IP.
    pub fn route(&self, app: &App, chosen: Option<&str>) -> Route {
        match chosen {
            Some(id) => self.directory.egress_ips().get(id).cloned().map_or(Route::Removed, Route::Egress),
            None => self.directory.route(app, self.clock.now()),
        }
    }

    /// The client that leaves from the right address, if this node has it.
    fn leave_from(&self, app: &App, chosen: Option<&str>) -> Option<Exit> {
        let (source, shown) = match self.route(app, chosen) {
            Route::Host => (Source::Host, None),
            Route::Egress(egress_ip) => (self.egress.source(&egress_ip.id)?, Some(egress_ip.address.to_string())),
            Route::Removed => return None,
        };
        let proxied = matches!(source, Source::Fixed(Bind::Proxy(_)));
        match self.egress.client(&source) {
            Ok(client) => Some(Exit { client, family: source.family(), egress_ip: shown, proxied }),
            Err(error) => {
                tracing::error!(%error, "no client for an egress IP");
                None
            }
        }
    }

    async fn attempt(&self, job: &Job, target: &Target<'_>) -> Settlement {
        let key = self.keys.first(job, target.endpoint, self.clock.now());
        let first = match self.compose(job, target, key) {
            Ok(request) => self.exchange(job, target, request, key).await,
            Err(error) => return self.hold(job, target, &error),
        };
        let other = self.keys.other(job, target.endpoint, key, &first.exchanged, self.clock.now());
        let mut made = vec![first];
        if let Some(other) = other
            && self.cluster.lease.covers(&job.node)
            && let Ok(request) = self.compose(job, target, Some(other))
        {
            let second = self.exchange(job, target, request, Some(other)).await;
            if second.exchanged.outcome == Outcome::Delivered {
                self.keys.accepted(target.endpoint, other);
            }
            made.push(second);
        }
        let schedule = target.endpoint.retry_schedule.as_ref().unwrap_or(target.recipe.retry());
        let pace = Pace {
            schedule: schedule.as_seconds(),
            scale_thousandths: self.retry_scale_thousandths,
            jitter_thousandths: u64::from(random::up_to(JITTER)),
        };
        let final_statuses = target.recipe.final_statuses();
        let terms = Terms { pace, final_statuses, egress_ip: target.exit.egress_ip.as_deref() };
        settlement(job, made, terms, self.clock.now())
    }

    fn compose(&self, job: &Job, target: &Target<'_>, key: Option<&Secret>) -> Result<CallbackRequest, ComposeError> {
        let callback = Callback {
            event_id: &job.event_id(),
            completion: &job.completion,
            event: &job.event,
            attempted_at: self.clock.now(),
            created_at: job.delivery.created_at,
            is_test: job.test.is_some(),
        };
        compose(target.recipe, &target.endpoint.config, &callback, key.map(|key| &key.text))
    }

    async fn exchange(&self, job: &Job, target: &Target<'_>, request: CallbackRequest, key: Option<&Secret>) -> Made {
        let rules = Rules {
            timeout: target.endpoint.timeout.unwrap_or(target.recipe.timeout()),
            success: target.endpoint.success.as_ref().unwrap_or(target.recipe.success()),
            targets: &self.targets,
            family: target.exit.family,
        };
        let started_at = self.clock.now();
        let mut exchanged = tokio::select! {
            biased;
            () = self.abort.cancelled() => Exchanged::interrupted(started_at, self.clock.now().since(started_at)),
            exchanged = exchange(&target.exit.client, &request, rules, &self.clock) => exchanged,
        };
        if target.exit.proxied
            && let Some(answer) = &mut exchanged.answer
        {
            answer.peer = None;
        }
        self.metrics.exchanged(&exchanged);
        tracing::debug!(
            app = target.app.id,
            delivery = job.delivery.id,
            outcome = exchanged.outcome.as_str(),
            milliseconds = u64::try_from(exchanged.duration.as_millis()).unwrap_or(u64::MAX),
            "a callback was sent"
        );
        Made { request, secret_id: key.map(|key| key.id.clone()), exchanged }
    }

    /// The publisher must mend something before this can be composed: what blocks the whole endpoint, else the values or
    /// settings of this one callback.
    fn hold(&self, job: &Job, target: &Target<'_>, error: &ComposeError) -> Settlement {
        let reason = blocked(target.app, target.endpoint, &self.catalog).unwrap_or(WaitingFor::Fields);
        tracing::info!(delivery = job.delivery.id, %error, reason = reason.as_str(), "a callback cannot be composed");
        let next = if job.test.is_some() { Next::Dead } else { Next::Held(reason) };
        without_attempt(job, next, self.clock.now())
    }
}
