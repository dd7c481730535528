//! The sender: takes a job from claim to settlement.
//!
//! Composed from the endpoint as it is at this moment, sent from the egress IP or not at all, judged, settled. It
//! decides nothing about states itself: [`crate::domain::decision::decide`] does. It holds no transaction while it
//! waits for the network, and what it settles under a claim that was taken over has no effect.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

use super::exchange::{Rules, exchange};
use super::job::Job;
use super::keys::Keys;
use super::outbound::Target;
use super::pacing::{Permit, Seat, TestPermit};
use crate::clock;
use crate::dispatch::node::Node;
use crate::dispatch::node::routing::blocked;
use crate::domain::app::Secret;
use crate::domain::attempt::{Exchange, SentAttempt};
use crate::domain::decision::{AttemptPolicy, RetryPacing};
use crate::domain::delivery::{Delivery, DeliveryKind, Outcome, WaitingFor};
use crate::domain::dialect::callback::CallbackRequest;
use crate::domain::dialect::compose::{CallbackDraft, ComposeError};
use crate::domain::receiver::{Load, Presence};
use crate::domain::settlement::{Next, Settlement};
use crate::domain::template::Origin;
use crate::random;
use crate::store::StoreError;
use crate::store::queue::{Claimed, Settled};

/// A delivery that could not leave for want of an address is looked at again after so long; the worker claims none
/// whose address it knows to be missing, so this only bridges the moment of a change.
const PUT_OFF: Duration = Duration::from_secs(1);
/// How long to wait before a settlement that failed is stored again.
const SETTLE_AGAIN: Duration = Duration::from_secs(1);
/// Jitter in thousandths: 0 to 10 %.
const JITTER: u32 = 100;
/// What the attempt of a send says that had to end with the process.
const STOPPED: &str = "stopped in the middle of the exchange";
/// What the attempt of a send says in which we failed.
const PANICKED: &str = "an internal error ended the send";

/// Sends jobs.
#[derive(Debug)]
pub struct Sender {
    pub(super) node: Arc<Node>,
    /// Which key signs.
    keys: Keys,
    /// Cancelled when sends must end now; they are written down as interrupted.
    abort: CancellationToken,
}

impl Sender {
    /// A sender that knows nothing yet of which keys work.
    pub fn new(node: Arc<Node>) -> Self {
        Self { node, keys: Keys::default(), abort: CancellationToken::new() }
    }

    /// Ends what is being sent: it is written down as interrupted, and is sent again later.
    pub fn abort(&self) {
        self.abort.cancel();
    }

    /// Takes a job whose claim is on disk: it is sent, or waits in line, as its seat says.
    pub fn take(self: &Arc<Self>, job: Job, seat: Seat) {
        match seat {
            Seat::Permit(permit) => {
                let this = Arc::clone(self);
                self.node.tasks.start_apart(async move { this.deliver(job, permit).await });
            }
            Seat::Place(place) => self.line_up(place, job),
        }
    }

    /// Sends a job and settles it, then what waits in line for its permit, until nobody does. The permit is held until the
    /// last settlement is on disk.
    pub(super) async fn deliver(&self, job: Job, mut permit: Permit) {
        let mut job = Some(job);
        while let Some(sent) = &job {
            let settlement = self.send(sent).await;
            self.learn(sent, &settlement, &permit);
            self.note_refusal(sent, &settlement).await;
            let next = if settlement.disables() { None } else { self.next_in_line(&mut permit) };
            job = match self.settle(&sent.delivery, &settlement, next).await {
                Some(next) => Some(next),
                None => self.begin_next(&mut permit).await,
            };
        }
    }

    /// What a send has shown of its receiver, before anything else goes there.
    fn learn(&self, sent: &Job, settlement: &Settlement, permit: &Permit) {
        permit.learn(Load::of(&settlement.attempts));
        let has_come_back = self.observe(&sent.delivery.endpoint_id, Presence::of(&settlement.attempts));
        if has_come_back {
            permit.restart();
        }
    }

    /// Sends a test and settles it. The permit is held until that is on disk.
    pub async fn deliver_test(&self, job: Job, permit: TestPermit) {
        let settlement = self.send(&job).await;
        // A test goes through an open circuit. One that is answered shows that the receiver is back; one that fails is no
        // failure of a callback.
        if Presence::of(&settlement.attempts) == Presence::Up && self.observe(&job.delivery.endpoint_id, Presence::Up) {
            permit.restart();
        }
        self.note_refusal(&job, &settlement).await;
        self.settle(&job.delivery, &settlement, None).await;
        self.remember_test(&job, &settlement).await;
        drop((job, permit));
    }

    /// Ends a claimed delivery of which nobody can say what it was to tell.
    pub async fn give_up(&self, unreadable: Claimed) {
        tracing::error!(delivery = unreadable.delivery.id, "what this delivery tells cannot be read; it is dead");
        let delivery = &unreadable.delivery;
        let dead = Settlement::unsent(delivery, unreadable.token, Next::Dead, self.node.now());
        self.settle(delivery, &dead, None).await;
    }

    async fn send(&self, job: &Job) -> Settlement {
        let started_at = self.node.now();
        // A panic would leave a claim that nobody settles; as an interrupted send it is tried again.
        match AssertUnwindSafe(self.perform(job)).catch_unwind().await {
            Ok(settlement) => settlement,
            Err(_) => {
                tracing::error!(delivery = job.delivery.id, "sending panicked; it counts as interrupted");
                let (token, scale) = (job.claim.token.to_string(), self.node.retry_scale_thousandths);
                Settlement::interrupted(&job.delivery, token, started_at, PANICKED, scale, self.node.now())
            }
        }
    }

    /// Writes a settlement down, however long the store takes to come back: a full disk must not leave a delivery that
    /// nobody will touch again. In the same commit begins what is next in line; answers that if it may be sent.
    async fn settle(&self, delivery: &Delivery, settlement: &Settlement, next: Option<Job>) -> Option<Job> {
        loop {
            let claim = next.as_ref().map(Job::in_line);
            match self.write_down(settlement, claim).await {
                Ok((Settled::Done, begun)) => {
                    self.node.metrics.settled(settlement.next);
                    if settlement.next == Next::Delivered && delivery.kind != DeliveryKind::Test {
                        self.node.note_delivered(&delivery.recipe, &delivery.endpoint_id);
                    }
                    self.node.rollups.add(delivery, settlement);
                    self.wake_for(settlement.next);
                    return next.filter(|_| begun);
                }
                Ok((Settled::Stale, begun)) => {
                    tracing::warn!(
                        delivery = settlement.delivery_id,
                        "a claim no longer stands; its settlement changed nothing"
                    );
                    return next.filter(|_| begun);
                }
                // The rows keep their claims, until somebody takes them over from a node that is gone.
                Err(StoreError::Closed) => return None,
                Err(error) => {
                    tracing::error!(delivery = settlement.delivery_id, %error, "a settlement could not be stored; trying again");
                }
            }
            tokio::select! {
                () = self.abort.cancelled() => return None,
                () = clock::pause(SETTLE_AGAIN) => {}
            }
        }
    }

    /// The worker sleeps until what it knew to be due next, or for a moment; only what falls due before that needs it.
    fn wake_for(&self, next: Next) {
        if let Next::Retry(due) | Next::Unsent(due) = next
            && due.since(self.node.now()) < super::POLL
        {
            self.node.look_again();
        }
    }

    async fn perform(&self, job: &Job) -> Settlement {
        let due = self.node.now().plus(PUT_OFF);
        // Somebody else may have claimed it by now; if so, this changes nothing.
        if !self.node.cluster.lease.covers(&job.claim.node) {
            return self.unsent(job, Next::Unsent(due));
        }
        let app = self.node.directory.app_of_endpoint(&job.delivery.endpoint_id);
        let target = app.as_ref().and_then(|app| Target::of(&self.node, app, job));
        match target {
            Some(target) => self.attempt(job, &target).await,
            None => {
                // A test is one attempt, and it had its chance.
                let next = if job.test.is_some() { Next::Dead } else { Next::Unsent(due) };
                self.unsent(job, next)
            }
        }
    }

    fn unsent(&self, job: &Job, next: Next) -> Settlement {
        Settlement::unsent(&job.delivery, job.claim.token.to_string(), next, self.node.now())
    }

    async fn attempt(&self, job: &Job, target: &Target<'_>) -> Settlement {
        if let Err(unfit) = target.fits(&self.node) {
            return self.hold(job, target, &unfit.into());
        }
        let key = self.keys.first(job, target.endpoint, &target.recipe, self.node.now());
        let draft = match job.drafted(target.app, target.endpoint, &target.recipe) {
            Ok(draft) => draft,
            Err(error) => return self.hold(job, target, &error),
        };
        let takes_several = target.recipe.signature().is_some_and(|signature| signature.takes_several());
        // A second, right signature beside the wrong one would let it pass; and no wrong one is tried again.
        let is_wrong = job.test.as_ref().is_some_and(|test| test.tamper);
        let beside = key.filter(|_| takes_several && !is_wrong);
        let beside =
            beside.and_then(|key| self.keys.beside(job, target.endpoint, &target.recipe, Some(key), self.node.now()));
        let first = match self.finish(&draft, job, &[key, beside]) {
            Ok(request) => self.exchange(job, target, draft.origin(), request, key).await,
            Err(error) => return self.hold(job, target, &error),
        };
        // Where both keys have signed, there is no other to try.
        let single = key.filter(|_| !takes_several && !is_wrong);
        let other = self.keys.other(job, target.endpoint, &target.recipe, single, &first.exchange, self.node.now());
        let mut sent = vec![first];
        if let Some(other) = other
            && self.node.cluster.lease.covers(&job.claim.node)
            && let Ok(request) = self.finish(&draft, job, &[Some(other)])
        {
            let second = self.exchange(job, target, draft.origin(), request, Some(other)).await;
            if second.exchange.outcome() == Outcome::Delivered {
                self.keys.accepted(target.endpoint, other);
            }
            sent.push(second);
        }
        let schedule = target.endpoint.config.settings.retry_schedule.as_ref().unwrap_or(target.recipe.retry());
        let pacing = RetryPacing {
            schedule: schedule.as_seconds(),
            scale_thousandths: self.node.retry_scale_thousandths,
            jitter_thousandths: u64::from(random::up_to(JITTER)),
        };
        let policy = AttemptPolicy {
            pacing,
            final_statuses: target.recipe.final_statuses(),
            disabling_statuses: target.recipe.disabling_statuses(),
        };
        Settlement::sent(&job.delivery, job.claim.token.to_string(), sent, policy, self.node.now())
    }

    fn finish(
        &self,
        draft: &CallbackDraft,
        job: &Job,
        keys: &[Option<&Secret>],
    ) -> Result<CallbackRequest, ComposeError> {
        let keys: Vec<_> = keys.iter().flatten().map(|key| &key.text).collect();
        let request = draft.finish(&job.event_id(), self.node.now(), &keys)?;
        let is_wrong = job.test.as_ref().is_some_and(|test| test.tamper);
        Ok(if is_wrong { request.with_wrong_signature() } else { request })
    }

    async fn exchange(
        &self,
        job: &Job,
        target: &Target<'_>,
        origin: &Arc<Origin>,
        request: CallbackRequest,
        key: Option<&Secret>,
    ) -> SentAttempt {
        let mut request = request;
        // A publisher's own rule says itself what it looks for.
        request.token = request.token.filter(|_| target.endpoint.config.settings.success.is_none());
        let rules = Rules {
            origin,
            timeout: target.endpoint.config.settings.timeout().unwrap_or(target.recipe.timeout()),
            success: target.endpoint.config.settings.success.as_ref().unwrap_or(target.recipe.success()),
            targets: &self.node.targets,
            family: target.outbound.family,
        };
        let started_at = self.node.now();
        let mut exchange = tokio::select! {
            biased;
            () = self.abort.cancelled() => {
                Exchange::interrupted(started_at, self.node.now().since(started_at), STOPPED)
            }
            exchange = exchange(&target.outbound.client, &request, rules, &self.node.clock) => exchange,
        };
        if target.outbound.proxied
            && let Some(answer) = &mut exchange.answer
        {
            answer.peer = None;
        }
        self.node.metrics.exchanged(&exchange);
        tracing::debug!(
            app = target.app.id,
            delivery = job.delivery.id,
            outcome = exchange.outcome().as_str(),
            milliseconds = u64::try_from(exchange.duration.as_millis()).unwrap_or(u64::MAX),
            "a callback was sent"
        );
        SentAttempt {
            request: Some(request),
            secret_id: key.map(|key| key.id.clone()),
            egress_ip: target.outbound.egress_ip.clone(),
            exchange,
        }
    }

    /// The publisher must mend something before this can be composed: what blocks the whole endpoint, else the values or
    /// settings of this one callback.
    fn hold(&self, job: &Job, target: &Target<'_>, error: &ComposeError) -> Settlement {
        let reason = blocked(target.app, target.endpoint, &self.node.catalog()).unwrap_or(WaitingFor::Fields);
        tracing::info!(delivery = job.delivery.id, %error, reason = reason.as_str(), "a callback cannot be composed");
        let next = if job.test.is_some() { Next::Dead } else { Next::Held(reason) };
        self.unsent(job, next)
    }
}
