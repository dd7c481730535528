//! The worker: claims what waits in the store and is due, and starts sending it.
//!
//! It sees retries, overflow, what was released, and what an earlier process left; what can be sent at once never comes
//! this way. It must not wait for a send: it claims only as much as there are permits for, starts the sends, and looks
//! again when a permit comes back, when something falls due, or when it is woken.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::job::{Job, StoredTest, whole_reversal};
use super::pacing::Pacing;
use super::readiness::{Readiness, readiness};
use super::sender::{POLL, Sender};
use crate::domain::dialect::callback::Occasion;
use crate::domain::time::Timestamp;
use crate::store::StoreError;
use crate::store::queue::{Claimed, DueEndpoint, Wanted};

/// The worker of this process.
#[derive(Debug)]
pub struct Worker {
    /// Sends what is claimed.
    pub sender: Arc<Sender>,
    /// Permits to send.
    pub pacing: Arc<Pacing>,
    /// Whose claims these are.
    pub node: String,
    /// Woken when something may be due.
    pub wake: Arc<Notify>,
    /// The work under way, for a graceful end.
    pub under_way: TaskTracker,
    /// Where that work runs. Not where it is started from: the web framework's threads end with the web server, and would
    /// take the sends that run on them along.
    pub runtime: Handle,
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
    /// Starts what must come to its end whoever asked for it: intake, sends, tests. It runs on the machine's own threads,
    /// because a task that a web handler starts shares the one thread of that handler and is dropped with its server.
    pub fn start<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.under_way.spawn_on(work, &self.runtime)
    }

    /// Works until told to stop; what is being sent then goes on.
    pub async fn run(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            // Registered before looking, so that a wake-up in between is not lost.
            let mut woken = std::pin::pin!(self.wake.notified());
            woken.as_mut().enable();
            let clock = &self.sender.clock;
            let poll = clock.now().plus(POLL);
            let until = match self.step().await {
                Ok(Step::Started(_)) => continue,
                Ok(Step::Idle { until }) => until.map_or(poll, |due| due.min(poll)),
                Err(error) => {
                    tracing::error!(%error, "the queue could not be looked at; trying again");
                    poll
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = woken => {}
                () = clock.sleep_until(until) => {}
                // Real time besides the clock: a clock that stands still (a test's) must not hide a lost wake-up.
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Claims and starts what is due and permitted now.
    pub async fn step(&self) -> Result<Step, StoreError> {
        let now = self.sender.clock.now();
        let mut wanted = Vec::new();
        let mut permits = Vec::new();
        let mut next_due = None;
        let mut due = self.sender.store.due_endpoints().await?;
        // The longest waiting first, in case the permits of all endpoints together run out.
        due.sort_by_key(DueEndpoint::due_at);
        for endpoint in due {
            if endpoint.due_at() > now {
                self.pacing.caught_up(&endpoint.endpoint_id);
                next_due = Some(next_due.map_or(endpoint.due_at(), |due: Timestamp| due.min(endpoint.due_at())));
            } else if self.is_ready(&endpoint, now) {
                let free = self.pacing.permits_for_waiting(&endpoint.endpoint_id);
                if !free.is_empty() {
                    wanted.push(Wanted { endpoint_id: endpoint.endpoint_id.clone(), at_most: free.len() });
                    permits.push((endpoint.endpoint_id, free));
                }
            }
        }
        if wanted.is_empty() {
            return Ok(Step::Idle { until: next_due });
        }
        let claimed = self.sender.store.claim(self.node.clone(), wanted, now, claim_token).await?;
        let mut started = 0;
        for claimed in claimed {
            let endpoint_id = &claimed.delivery.endpoint_id;
            let permit = permits.iter_mut().find(|(id, _)| id == endpoint_id).and_then(|(_, free)| free.pop());
            // As many permits as claims were asked for, so there is always one.
            let Some(permit) = permit else { continue };
            let sender = Arc::clone(&self.sender);
            self.start(async move {
                match job(claimed) {
                    Ok(job) => sender.deliver(job, permit).await,
                    Err(unreadable) => sender.give_up(*unreadable).await,
                }
            });
            started += 1;
        }
        for (endpoint_id, unused) in permits {
            // More permits than deliveries: nothing of this endpoint waits any more.
            if !unused.is_empty() {
                self.pacing.caught_up(&endpoint_id);
            }
        }
        Ok(if started == 0 { Step::Idle { until: next_due } } else { Step::Started(started) })
    }

    fn is_ready(&self, endpoint: &DueEndpoint, now: Timestamp) -> bool {
        let Sender { directory, catalog, egress, .. } = &*self.sender;
        let Some(app) = directory.app_of_endpoint(&endpoint.endpoint_id) else { return false };
        let Some(endpoint) = app.endpoint(&endpoint.endpoint_id) else { return false };
        readiness(&app, endpoint, catalog, directory, egress, now) == Readiness::Ready
    }
}

/// A token that no other claim bears.
pub fn claim_token() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// What a claimed row tells; the row itself if that cannot be read, which only a hand in the database brings about.
fn job(claimed: Claimed) -> Result<Job, Box<Claimed>> {
    let stored = claimed.delivery.test.as_deref().map(serde_json::from_str::<StoredTest>);
    match (stored, claimed) {
        (Some(Ok(StoredTest { completion, options })), Claimed { delivery, token, .. }) => {
            let occasion = if options.reversal { whole_reversal(&completion) } else { Occasion::Completed };
            Ok(Job { delivery, completion, occasion, test: Some(options), token })
        }
        (None, Claimed { delivery, completion: Some(completion), token }) => {
            Ok(Job { delivery, completion, occasion: Occasion::Completed, test: None, token })
        }
        (_, unreadable) => Err(Box::new(unreadable)),
    }
}
