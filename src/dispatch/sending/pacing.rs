//! Pacing: how many sends may be in flight, to one endpoint and in all.
//!
//! A permit is taken before the work and given back by being dropped, never counted by hand. An endpoint that answers
//! slowly uses up its own permits and nobody else's. Pacing knows nothing of deliveries; it only wakes the worker when a
//! permit comes back that somebody had asked for in vain.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Sends in flight to one endpoint, from each node. A publisher's typical PHP pool has 20 to 100 workers, and a receiver that answers in
/// 50 ms takes more than a thousand callbacks a second with this.
pub const PER_ENDPOINT: usize = 64;
/// Sends in flight in all: two hundred endpoints that hang cannot exhaust it, and its sockets fit a usual file limit
/// once that has been raised to its hard bound.
const IN_ALL: usize = 16_384;

/// Tests in flight to one endpoint, and from this node in all, by the contract: a person waits for each, and whoever
/// sends more is no person.
const TESTS_PER_ENDPOINT: usize = 2;
const TESTS_IN_ALL: usize = 64;

/// The permits of this process.
#[derive(Debug)]
pub struct Pacing {
    in_all: Arc<Semaphore>,
    tests_in_all: Arc<Semaphore>,
    watched_tests_in_all: Arc<Semaphore>,
    endpoints: Mutex<HashMap<String, Arc<Gate>>>,
    wake: Arc<Notify>,
}

#[derive(Debug)]
struct Gate {
    permits: Arc<Semaphore>,
    tests: Arc<Semaphore>,
    watched_tests: Arc<Semaphore>,
    /// Somebody wants a permit of this endpoint: work waits in the store.
    wanted: AtomicBool,
}

/// The right to one send. Dropping it gives it back.
#[derive(Debug)]
pub struct Permit {
    gate: Arc<Gate>,
    wake: Arc<Notify>,
    // Options only so that `drop` can give them back before it wakes the worker.
    own: Option<OwnedSemaphorePermit>,
    all: Option<OwnedSemaphorePermit>,
}

/// The right to one test. Dropping it gives it back.
#[derive(Debug)]
pub struct TestPermit {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl TestPermit {
    fn of(own: &Arc<Semaphore>, all: &Arc<Semaphore>) -> Option<Self> {
        let own = Arc::clone(own).try_acquire_owned().ok()?;
        let all = Arc::clone(all).try_acquire_owned().ok()?;
        Some(Self { _own: own, _all: all })
    }
}

impl Pacing {
    /// Full permits; `wake` is notified when one comes back that was wanted.
    pub fn new(wake: Arc<Notify>) -> Self {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self {
            in_all: semaphore(IN_ALL),
            tests_in_all: semaphore(TESTS_IN_ALL),
            watched_tests_in_all: semaphore(TESTS_IN_ALL),
            endpoints: Mutex::default(),
            wake,
        }
    }

    /// A permit for a new delivery, unless all are taken or older ones of the endpoint wait in the store.
    pub fn permit_for_new(&self, endpoint_id: &str) -> Option<Permit> {
        let gate = self.gate(endpoint_id);
        if gate.wanted.load(Ordering::Acquire) {
            return None;
        }
        let permit = self.take(&gate);
        if permit.is_none() {
            gate.wanted.store(true, Ordering::Release);
        }
        permit
    }

    /// As many permits as are free, at most `PER_ENDPOINT`: for what waits in the store.
    pub fn permits_for_waiting(&self, endpoint_id: &str) -> Vec<Permit> {
        let gate = self.gate(endpoint_id);
        // Wanted until the worker says that nothing waits any more.
        gate.wanted.store(true, Ordering::Release);
        std::iter::from_fn(|| self.take(&gate)).collect()
    }

    /// A permit for a test, which waits behind no queue: it takes none of the endpoint's permits, but has a small bound
    /// of its own.
    pub fn permit_for_test(&self, endpoint_id: &str) -> Option<TestPermit> {
        TestPermit::of(&self.gate(endpoint_id).tests, &self.tests_in_all)
    }

    /// The right to take a test in that waits for whichever node can send it. The bounds are the same and the permits are
    /// others: if it falls to this node after all, sending it must not wait for whoever watches it.
    pub fn permit_to_watch_test(&self, endpoint_id: &str) -> Option<TestPermit> {
        TestPermit::of(&self.gate(endpoint_id).watched_tests, &self.watched_tests_in_all)
    }

    /// Nothing of this endpoint waits in the store any more.
    pub fn caught_up(&self, endpoint_id: &str) {
        self.gate(endpoint_id).wanted.store(false, Ordering::Release);
    }

    /// Sends in flight at this moment, tests among them.
    pub fn in_flight(&self) -> usize {
        IN_ALL - self.in_all.available_permits() + TESTS_IN_ALL - self.tests_in_all.available_permits()
    }

    fn take(&self, gate: &Arc<Gate>) -> Option<Permit> {
        let own = Arc::clone(&gate.permits).try_acquire_owned().ok()?;
        let all = Arc::clone(&self.in_all).try_acquire_owned().ok()?;
        Some(Permit { gate: Arc::clone(gate), wake: Arc::clone(&self.wake), own: Some(own), all: Some(all) })
    }

    fn gate(&self, endpoint_id: &str) -> Arc<Gate> {
        let mut endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = endpoints.get(endpoint_id) {
            return Arc::clone(gate);
        }
        let gate = Arc::new(Gate {
            permits: Arc::new(Semaphore::new(PER_ENDPOINT)),
            tests: Arc::new(Semaphore::new(TESTS_PER_ENDPOINT)),
            watched_tests: Arc::new(Semaphore::new(TESTS_PER_ENDPOINT)),
            wanted: AtomicBool::new(false),
        });
        endpoints.insert(endpoint_id.to_owned(), Arc::clone(&gate));
        gate
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        // Given back before the worker is woken: it must find them.
        drop(self.own.take());
        drop(self.all.take());
        if self.gate.wanted.load(Ordering::Acquire) {
            self.wake.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_endpoints_permits_run_out_without_touching_anothers() {
        let pacing = Pacing::new(Arc::default());
        let taken = pacing.permits_for_waiting("slow");
        assert_eq!(taken.len(), PER_ENDPOINT);
        assert!(pacing.permit_for_new("slow").is_none());
        assert!(pacing.permit_for_new("quick").is_some());
        assert_eq!(pacing.in_flight(), PER_ENDPOINT);
    }

    #[test]
    fn what_waits_in_the_store_goes_before_what_is_new() {
        let pacing = Pacing::new(Arc::default());
        drop(pacing.permits_for_waiting("endpoint"));
        assert!(pacing.permit_for_new("endpoint").is_none());
        pacing.caught_up("endpoint");
        assert!(pacing.permit_for_new("endpoint").is_some());
    }

    #[test]
    fn a_test_that_is_watched_takes_no_permit_from_whoever_sends_it() {
        let pacing = Pacing::new(Arc::default());
        let watched = [(); 2].map(|()| pacing.permit_to_watch_test("endpoint").unwrap());
        assert!(pacing.permit_to_watch_test("endpoint").is_none());
        assert!(pacing.permit_for_test("endpoint").is_some());
        drop(watched);
    }

    #[test]
    fn two_tests_at_a_time_go_to_an_endpoint_and_64_in_all_whatever_else_is_in_flight() {
        let pacing = Pacing::new(Arc::default());
        let busy = pacing.permits_for_waiting("busy");
        let two = [(); 2].map(|()| pacing.permit_for_test("busy").unwrap());
        assert!(pacing.permit_for_test("busy").is_none());
        drop(two);
        let all: Vec<TestPermit> =
            (0..32).flat_map(|n| [(); 2].map(|()| pacing.permit_for_test(&format!("{n}")).unwrap())).collect();
        assert_eq!(all.len(), 64);
        assert!(pacing.permit_for_test("busy").is_none());
        drop(busy);
    }
}
