//! The worker: claims what waits in the store and is due, and starts sending it.
//!
//! It sees retries, what exceeds a line, what was released, and what an earlier process left; what can be sent at once or
//! waits in line never comes this way. It must not wait for a send, nor keep a permit for what is not due: a seat is taken for
//! each delivery that is found to be due, in the transaction that claims it. It looks again when a permit comes back, when
//! something falls due, or when it is woken.

use std::collections::HashMap;
use std::sync::Arc;

use super::job::Job;
use super::pacing::{Pacing, Seat, StoreSeats, TestPermit};
use super::sender::Sender;
use super::stored_test::{StoredTest, whole_reversal};
use super::turns::{Candidate, shares};
use crate::dispatch::node::Node;
use crate::dispatch::node::claims::Claim;
use crate::dispatch::node::routing::Readiness;
use crate::domain::dialect::callback::CallbackEvent;
use crate::domain::time::Timestamp;
use crate::random::claim_token;
use crate::store::StoreError;
use crate::store::queue::{Claimed, DueEndpoint, PendingTest, Wanted};

/// Deliveries claimed in one step: a few milliseconds of the writer's time.
const STEP: usize = 256;

/// Sends started before others have their turn: half a millisecond of one core.
const AT_ONCE: usize = 8;

/// The worker of this node.
#[derive(Debug)]
pub struct Worker {
    /// Whose queue it is.
    pub node: Arc<Node>,
    /// Sends what is claimed.
    pub sender: Arc<Sender>,
    /// Permits to send.
    pub pacing: Arc<Pacing>,
}

/// What a step found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many sends were started.
    Started(usize),
    /// Nothing can be sent before this instant, as far as is known.
    Idle {
        /// When the next delivery falls due.
        until: Option<Timestamp>,
    },
}

/// An endpoint that has something due, and may be sent to.
#[derive(Debug)]
struct Ready {
    endpoint_id: String,
    /// When the earliest of it is due.
    since: Timestamp,
    publisher_id: String,
    of_store: StoreSeats,
}

impl Worker {
    /// Claims and starts what is due and permitted now.
    pub async fn step(&self) -> Result<Step, StoreError> {
        let now = self.node.now();
        let Some(node) = self.node.cluster.lease.node() else { return Ok(Step::Idle { until: None }) };
        let mut due = self.node.store.due(now).await?;
        let tests = self.start_tests(&node, due.tests).await?;
        due.endpoints.sort_by_key(DueEndpoint::due_at);
        let mut next: Vec<Timestamp> = Vec::new();
        let (mut ready, mut down) = (Vec::new(), Vec::new());
        for endpoint in due.endpoints {
            let at = endpoint.due_at();
            match self.node.readiness(&endpoint.endpoint_id) {
                Some(Readiness::Ready | Readiness::CircuitOpen) if at > now => {
                    next.push(at);
                    if let Some(ready) = self.seats(endpoint) {
                        ready.of_store.caught_up();
                    }
                }
                Some(Readiness::Ready) => ready.extend(self.seats(endpoint)),
                Some(Readiness::CircuitOpen) => down.push(endpoint),
                _ => {}
            }
        }
        // Seated before anything else is asked of the store: a claim that nobody is known to work on is taken back.
        let mut started = tests;
        started += self.seat_all(self.claim(&node, ready, now).await?, &node).await;
        let (probes, next_probe) = self.probes(&node, down, now).await?;
        started += self.seat_all(probes, &node).await;
        let next_due = next.into_iter().chain(next_probe).min();
        Ok(if started == 0 { Step::Idle { until: next_due } } else { Step::Started(started) })
    }

    fn seats(&self, due: DueEndpoint) -> Option<Ready> {
        let (since, endpoint_id) = (due.due_at(), due.endpoint_id);
        let app = self.node.directory.app_of_endpoint(&endpoint_id)?;
        let of_store = self.pacing.for_store(&app, app.endpoint(&endpoint_id)?);
        Some(Ready { endpoint_id, since, publisher_id: app.publisher_id.clone(), of_store })
    }

    /// Claims what is due of these endpoints, by turn, each with its seat.
    async fn claim(
        &self,
        node: &Arc<str>,
        ready: Vec<Ready>,
        now: Timestamp,
    ) -> Result<Vec<(Claimed, Seat)>, StoreError> {
        let candidates: Vec<Candidate<'_>> = ready
            .iter()
            .map(|ready| Candidate { publisher: &ready.publisher_id, room: ready.of_store.room() })
            .collect();
        let shares = shares(&candidates, STEP);
        let wanted: Vec<Wanted> = ready
            .iter()
            .zip(shares)
            .filter(|(_, at_most)| *at_most > 0)
            .map(|(ready, at_most)| Wanted { endpoint_id: ready.endpoint_id.clone(), since: ready.since, at_most })
            .collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let mut unclaimed: HashMap<String, usize> =
            wanted.iter().map(|wanted| (wanted.endpoint_id.clone(), wanted.at_most)).collect();
        let seats: HashMap<String, StoreSeats> =
            ready.into_iter().map(|ready| (ready.endpoint_id, ready.of_store)).collect();
        let seats = Arc::new(seats);
        let of_store = Arc::clone(&seats);
        let seat = move |endpoint_id: &str| of_store.get(endpoint_id)?.take();
        let claimed = self.node.store.claim(node.to_string(), wanted, now, claim_token, seat).await?;
        for (claimed, _) in &claimed {
            if let Some(left) = unclaimed.get_mut(&claimed.delivery.endpoint_id) {
                *left = left.saturating_sub(1);
            }
        }
        // Fewer than were asked for: nothing of this endpoint waits any more, unless it was refused a seat.
        for (endpoint_id, _) in unclaimed.into_iter().filter(|(_, left)| *left > 0) {
            if let Some(seats) = seats.get(&endpoint_id) {
                seats.caught_up();
            }
        }
        Ok(claimed)
    }

    /// Claims and starts the tests that other nodes took in and this one can send; a person waits for each.
    async fn start_tests(&self, node: &Arc<str>, tests: Vec<PendingTest>) -> Result<usize, StoreError> {
        let mut started = 0;
        for test in tests.into_iter().filter(|test| self.can_send(test)) {
            // What finds no permit is looked at again by the next step, and ends when nobody waits for it any more.
            let Some(permit) = self.permit_for_test(&test.endpoint_id) else { continue };
            let now = self.node.now();
            let claim = self.node.store.claim_test(node.to_string(), test.delivery_id, now, claim_token);
            let Some(claimed) = claim.await? else { continue };
            let known = self.node.cluster.claims.work_on(Arc::clone(node), &claimed.token);
            match job(claimed, known) {
                Ok(job) => {
                    let sender = Arc::clone(&self.sender);
                    self.node.tasks.start(async move { sender.deliver_test(job, permit).await });
                }
                Err(unreadable) => self.give_up(*unreadable, permit),
            }
            started += 1;
        }
        Ok(started)
    }

    fn permit_for_test(&self, endpoint_id: &str) -> Option<TestPermit> {
        let app = self.node.directory.app_of_endpoint(endpoint_id)?;
        self.pacing.permit_for_test(&app, app.endpoint(endpoint_id)?)
    }

    /// Starts or lines up what was claimed, a few at a time: whatever else is ready to run has its turn in between. A thousand
    /// sends that start together would have each other, and a callback that was reported meanwhile, wait for a thousand turns.
    async fn seat_all(&self, claimed: Vec<(Claimed, Seat)>, node: &Arc<str>) -> usize {
        let count = claimed.len();
        for (number, (claimed, seat)) in (1..).zip(claimed) {
            self.seat(claimed, node, seat);
            if number % AT_ONCE == 0 {
                tokio::task::yield_now().await;
            }
        }
        count
    }

    fn seat(&self, claimed: Claimed, node: &Arc<str>, seat: Seat) {
        let claim = self.node.cluster.claims.work_on(Arc::clone(node), &claimed.token);
        match job(claimed, claim) {
            Ok(job) => self.sender.take(job, seat),
            Err(unreadable) => self.give_up(*unreadable, seat),
        }
    }

    fn give_up<S: Send + 'static>(&self, (unreadable, claim): (Claimed, Claim), seat: S) {
        let sender = Arc::clone(&self.sender);
        self.node.tasks.start(async move {
            sender.give_up(unreadable).await;
            drop((claim, seat));
        });
    }

    /// A test goes past a pause, but not by another way than the one that it asks for.
    fn can_send(&self, test: &PendingTest) -> bool {
        let Some(app) = self.node.directory.app_of_endpoint(&test.endpoint_id) else { return false };
        let stored = serde_json::from_str::<StoredTest>(&test.test);
        let chosen = stored.ok().and_then(|stored| stored.options.egress_ip_id);
        self.node.routing().route_state(&self.node.route(&app, chosen.as_deref())) == Readiness::Ready
    }
}

/// What a claimed row tells; the row and its claim if that cannot be read, which only a hand in the database brings about.
fn job(claimed: Claimed, claim: Claim) -> Result<Job, Box<(Claimed, Claim)>> {
    let stored = claimed.delivery.test.as_deref().map(serde_json::from_str::<StoredTest>);
    match (stored, claimed) {
        (Some(Ok(StoredTest { completion, options })), Claimed { delivery, .. }) => {
            let event = if options.reversal { whole_reversal(&completion) } else { CallbackEvent::Completed };
            Ok(Job { delivery, completion: completion.into(), event, test: Some(options), draft: None, claim })
        }
        (None, Claimed { delivery, completion: Some(completion), reversal, .. })
            if delivery.reversal_id.is_some() == reversal.is_some() =>
        {
            let event = reversal.map_or(CallbackEvent::Completed, |reversal| CallbackEvent::Reversed(reversal.taken));
            Ok(Job { delivery, completion: completion.into(), event, test: None, draft: None, claim })
        }
        (_, unreadable) => Err(Box::new((unreadable, claim))),
    }
}
