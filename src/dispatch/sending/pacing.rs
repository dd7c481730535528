//! Pacing: how many sends may be in flight, to one endpoint and in all, and who waits in line for that.
//!
//! A permit is taken before the work and given back by being dropped, never counted by hand. An endpoint that answers
//! slowly uses up its own permits and its own line, and nobody else's. Pacing decides nothing about deliveries; it only wakes
//! the worker when a permit comes back that somebody waits for, or when a line can take more of what waits in the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::gate::{Gate, IN_ALL, Shared};
pub use super::gate::{LinedUp, PER_ENDPOINT, Permit, Place, Seat};
use super::job::Job;
use super::line_bounds::LineBounds;

/// Tests in flight to one endpoint, and from this node in all, by the contract: a person waits for each, and whoever
/// sends more is no person.
const TESTS_PER_ENDPOINT: usize = 2;
const TESTS_IN_ALL: usize = 64;

/// The permits of this process.
#[derive(Debug)]
pub struct Pacing {
    shared: Arc<Shared>,
    tests_in_all: Arc<Semaphore>,
    watched_tests_in_all: Arc<Semaphore>,
    endpoints: Mutex<HashMap<String, Endpoint>>,
}

#[derive(Clone, Debug)]
struct Endpoint {
    gate: Arc<Gate>,
    tests: Arc<Semaphore>,
    watched_tests: Arc<Semaphore>,
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
    /// Full permits and empty lines, for a store that several nodes work on or one alone; `wake` is notified when the worker has
    /// something to do.
    pub fn new(wake: Arc<Notify>, is_shared: bool) -> Self {
        Self {
            shared: Arc::new(Shared::new(wake, LineBounds::of(is_shared))),
            tests_in_all: Arc::new(Semaphore::new(TESTS_IN_ALL)),
            watched_tests_in_all: Arc::new(Semaphore::new(TESTS_IN_ALL)),
            endpoints: Mutex::default(),
        }
    }

    /// A permit for a new delivery, or a place in line; neither if the line is full, or if older deliveries of the endpoint
    /// wait in the store.
    pub fn admit(&self, endpoint_id: &str) -> Option<Seat> {
        self.endpoint(endpoint_id).gate.admit(&self.shared)
    }

    /// For what waits in the store: as many permits as are free, and places in line.
    pub fn admit_waiting(&self, endpoint_id: &str) -> (Vec<Permit>, Vec<Place>) {
        self.endpoint(endpoint_id).gate.admit_waiting(&self.shared)
    }

    /// Nothing of this endpoint waits in the store any more.
    pub fn caught_up(&self, endpoint_id: &str) {
        self.endpoint(endpoint_id).gate.caught_up();
    }

    /// Jobs that wait in line although a permit is free, each with the permit.
    pub fn stalled(&self) -> Vec<(Job, Permit)> {
        self.shared.take_stalled()
    }

    /// The endpoints that somebody waits in line for.
    pub fn endpoints_with_line(&self) -> Vec<String> {
        let endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        let with_line = endpoints.iter().filter(|(_, endpoint)| endpoint.gate.has_line());
        with_line.map(|(id, _)| id.clone()).collect()
    }

    /// Takes everybody out of an endpoint's line.
    pub fn drain(&self, endpoint_id: &str) -> Vec<Job> {
        self.endpoint(endpoint_id).gate.drain(&self.shared)
    }

    /// Closes all lines; answers who waited.
    pub fn close(&self) -> Vec<Job> {
        self.shared.lines.close();
        let endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        endpoints.values().flat_map(|endpoint| endpoint.gate.drain(&self.shared)).collect()
    }

    /// A permit for a test, which waits behind no queue: it takes none of the endpoint's permits, but has a small bound
    /// of its own.
    pub fn permit_for_test(&self, endpoint_id: &str) -> Option<TestPermit> {
        TestPermit::of(&self.endpoint(endpoint_id).tests, &self.tests_in_all)
    }

    /// The right to take a test in that waits for whichever node can send it. The bounds are the same and the permits are
    /// others: if it falls to this node after all, sending it must not wait for whoever watches it.
    pub fn permit_to_watch_test(&self, endpoint_id: &str) -> Option<TestPermit> {
        TestPermit::of(&self.endpoint(endpoint_id).watched_tests, &self.watched_tests_in_all)
    }

    /// Sends in flight at this moment, tests among them.
    pub fn in_flight(&self) -> usize {
        IN_ALL - self.shared.in_all.available_permits() + TESTS_IN_ALL - self.tests_in_all.available_permits()
    }

    fn endpoint(&self, endpoint_id: &str) -> Endpoint {
        let mut endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(endpoint) = endpoints.get(endpoint_id) {
            return endpoint.clone();
        }
        let endpoint = Endpoint {
            gate: Arc::new(Gate::new()),
            tests: Arc::new(Semaphore::new(TESTS_PER_ENDPOINT)),
            watched_tests: Arc::new(Semaphore::new(TESTS_PER_ENDPOINT)),
        };
        endpoints.insert(endpoint_id.to_owned(), endpoint.clone());
        endpoint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many permits and places an endpoint still gives to what is new.
    fn admitted(pacing: &Pacing, endpoint_id: &str) -> (Vec<Permit>, Vec<Place>) {
        let (mut permits, mut places) = (Vec::new(), Vec::new());
        while let Some(seat) = pacing.admit(endpoint_id) {
            match seat {
                Seat::Permit(permit) => permits.push(permit),
                Seat::Place(place) => places.push(place),
            }
        }
        (permits, places)
    }

    #[test]
    fn one_endpoints_permits_and_places_run_out_without_touching_anothers() {
        let pacing = Pacing::new(Arc::default(), true);
        let (permits, places) = admitted(&pacing, "slow");
        assert_eq!((permits.len(), places.len()), (PER_ENDPOINT, LineBounds::of(true).per_endpoint()));
        assert!(matches!(pacing.admit("quick"), Some(Seat::Permit(_))));
        assert_eq!(pacing.in_flight(), PER_ENDPOINT);
    }

    #[test]
    fn what_waits_in_the_store_goes_before_what_is_new() {
        let pacing = Pacing::new(Arc::default(), true);
        let (permits, places) = pacing.admit_waiting("endpoint");
        assert!(permits.len() == PER_ENDPOINT && !places.is_empty());
        drop((permits, places));
        assert!(pacing.admit("endpoint").is_none());
        pacing.caught_up("endpoint");
        assert!(pacing.admit("endpoint").is_some());
    }

    #[test]
    fn a_line_that_was_full_is_not_new_deliveries_to_fill_before_the_store_has_caught_up() {
        let pacing = Pacing::new(Arc::default(), true);
        drop(admitted(&pacing, "endpoint"));
        assert!(pacing.admit("endpoint").is_none());
        pacing.caught_up("endpoint");
        assert!(pacing.admit("endpoint").is_some());
    }

    #[test]
    fn after_closing_nothing_is_admitted() {
        let pacing = Pacing::new(Arc::default(), true);
        assert!(pacing.close().is_empty());
        assert!(pacing.admit("endpoint").is_none());
        assert!(pacing.admit_waiting("endpoint").1.is_empty());
    }

    #[test]
    fn a_test_that_is_watched_takes_no_permit_from_whoever_sends_it() {
        let pacing = Pacing::new(Arc::default(), true);
        let watched = [(); 2].map(|()| pacing.permit_to_watch_test("endpoint").unwrap());
        assert!(pacing.permit_to_watch_test("endpoint").is_none());
        assert!(pacing.permit_for_test("endpoint").is_some());
        drop(watched);
    }

    #[test]
    fn two_tests_at_a_time_go_to_an_endpoint_and_64_in_all_whatever_else_is_in_flight() {
        let pacing = Pacing::new(Arc::default(), true);
        let busy = pacing.admit_waiting("busy");
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
