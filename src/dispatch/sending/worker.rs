//! The worker: claims what waits in the store and is due, and starts sending it.
//!
//! It sees retries, what exceeds a line, what was released, and what an earlier process left; what can be sent at once or
//! waits in line never comes this way. It must not wait for a send: it claims only as much as there are permits and places
//! in line for, starts the sends, and looks again when a permit comes back, when something falls due, or when it is woken.

use std::collections::HashMap;
use std::sync::Arc;

use super::job::{Job, StoredTest, whole_reversal};
use super::pacing::{Pacing, Seat};
use super::sender::Sender;
use crate::dispatch::node::Node;
use crate::dispatch::node::claims::Claim;
use crate::dispatch::node::routing::Readiness;
use crate::domain::dialect::callback::CallbackEvent;
use crate::domain::time::Timestamp;
use crate::random::claim_token;
use crate::store::StoreError;
use crate::store::queue::{Claimed, DueEndpoint, PendingTest, Wanted};

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

impl Worker {
    /// Claims and starts what is due and permitted now.
    pub async fn step(&self) -> Result<Step, StoreError> {
        let now = self.node.now();
        let Some(node) = self.node.cluster.lease.node() else { return Ok(Step::Idle { until: None }) };
        for (first, permit) in self.pacing.stalled() {
            self.sender.start(first, permit);
        }
        let mut wanted = Vec::new();
        let mut seats = HashMap::new();
        let mut next_due = None;
        let mut due = self.node.store.due().await?;
        let tests = self.start_tests(&node, due.tests).await?;
        // The longest waiting first, in case the permits of all endpoints together run out.
        due.endpoints.sort_by_key(DueEndpoint::due_at);
        for endpoint in due.endpoints {
            if endpoint.due_at() > now {
                self.pacing.caught_up(&endpoint.endpoint_id);
                next_due = Some(next_due.map_or(endpoint.due_at(), |due: Timestamp| due.min(endpoint.due_at())));
            } else if self.node.readiness(&endpoint.endpoint_id) == Some(Readiness::Ready) {
                let (permits, places) = self.pacing.admit_waiting(&endpoint.endpoint_id);
                let (to_begin, to_line_up) = (permits.len(), places.len());
                if to_begin + to_line_up > 0 {
                    wanted.push(Wanted { endpoint_id: endpoint.endpoint_id.clone(), to_begin, to_line_up });
                    seats.insert(endpoint.endpoint_id, (permits, places));
                }
            }
        }
        if wanted.is_empty() {
            return Ok(if tests == 0 { Step::Idle { until: next_due } } else { Step::Started(tests) });
        }
        let claimed = self.node.store.claim(node.to_string(), wanted, now, claim_token).await?;
        let mut started = tests;
        for claimed in claimed {
            // As many seats as claims were asked for, so there is always one.
            let Some((permits, places)) = seats.get_mut(&claimed.delivery.endpoint_id) else { continue };
            let seat = match claimed.is_begun {
                true => permits.pop().map(Seat::Permit),
                false => places.pop().map(Seat::Place),
            };
            let Some(seat) = seat else { continue };
            self.seat(claimed, &node, seat);
            started += 1;
        }
        for (endpoint_id, (permits, places)) in seats {
            // More seats than deliveries: nothing of this endpoint waits any more.
            if permits.len() + places.len() > 0 {
                self.pacing.caught_up(&endpoint_id);
            }
        }
        Ok(if started == 0 { Step::Idle { until: next_due } } else { Step::Started(started) })
    }

    /// Claims and starts the tests that other nodes took in and this one can send; a person waits for each.
    async fn start_tests(&self, node: &Arc<str>, tests: Vec<PendingTest>) -> Result<usize, StoreError> {
        let mut started = 0;
        for test in tests.into_iter().filter(|test| self.can_send(test)) {
            // What finds no permit is looked at again by the next step, and ends when nobody waits for it any more.
            let Some(permit) = self.pacing.permit_for_test(&test.endpoint_id) else { continue };
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
