//! Pacing: how many sends may be in flight, to one endpoint and in all, and who waits in line for that.
//!
//! A permit is taken before the work and given back by being dropped, never counted by hand. An endpoint that answers
//! slowly uses up its own permits and its own line, and nobody else's. Pacing decides nothing about deliveries; it only wakes
//! the worker when a permit comes back that somebody waits for, or when a line can take more of what waits in the store.

mod watch;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::budget::{Budget, Party};
use super::gate::{Gate, Shared};
pub use super::gate::{LinedUp, Permit, Place, Seat};
use super::job::Job;
pub use super::limit::{FIRST, MOST};
use super::line_bounds::LineBounds;
use super::pace::Pace;
use super::seats::Commons;
use crate::clock::Clock;
use crate::domain::app::{App, Endpoint};
use crate::domain::time::Timestamp;
use crate::store::queue::ClaimSeat;

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
    endpoints: Mutex<HashMap<String, Known>>,
    /// Of apps that are limited.
    paces: Mutex<HashMap<String, PaceOfApp>>,
}

/// How an app is limited, as far as is known.
#[derive(Debug, Default)]
struct PaceOfApp {
    app_revision: i64,
    pace: Arc<Pace>,
}

/// An endpoint that something was sent to.
#[derive(Clone, Debug)]
struct Known {
    gate: Arc<Gate>,
    /// The app's revision by which its gate knows whose it is.
    app_revision: i64,
    tests: Arc<Semaphore>,
    watched_tests: Arc<Semaphore>,
}

/// Gives what waits in the store of one endpoint its seats.
#[derive(Clone, Debug)]
pub struct StoreSeats {
    gate: Arc<Gate>,
    shared: Arc<Shared>,
}

impl StoreSeats {
    /// A seat for the next of them, if there is one.
    pub fn take(&self) -> Option<Seat> {
        self.gate.admit_waiting(&self.shared)
    }

    /// How many of them may be claimed at most. From here on new deliveries stay behind them.
    pub fn room(&self) -> usize {
        self.gate.room(&self.shared)
    }

    /// As far as is known none waits any more.
    pub fn caught_up(&self) {
        self.gate.caught_up();
    }
}

impl ClaimSeat for Seat {
    fn begins(&self) -> bool {
        matches!(self, Self::Permit(_))
    }
}

/// The right to one test. Dropping it gives it back.
#[derive(Debug)]
pub struct TestPermit {
    endpoint: StoreSeats,
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl TestPermit {
    fn of(endpoint: StoreSeats, own: &Arc<Semaphore>, all: &Arc<Semaphore>) -> Option<Self> {
        let own = Arc::clone(own).try_acquire_owned().ok()?;
        let all = Arc::clone(all).try_acquire_owned().ok()?;
        Some(Self { endpoint, _own: own, _all: all })
    }

    /// The receiver was down and has answered the test: it is tried with one send at a time, then with more.
    pub fn restart(&self) {
        self.endpoint.gate.restart(&self.endpoint.shared);
    }
}

impl Pacing {
    /// So many permits and empty lines, for a store that several nodes work on or one alone; `wake` is notified when the worker
    /// has something to do.
    pub fn new(wake: Arc<Notify>, is_shared: bool, most: usize, clock: Clock) -> Self {
        let (budget, lines) = (Budget::new(most), LineBounds::of(is_shared));
        let commons = Commons { budget, lines, clock, slots_wanted: Arc::default() };
        Self {
            shared: Arc::new(Shared::new(commons, wake)),
            tests_in_all: Arc::new(Semaphore::new(TESTS_IN_ALL)),
            watched_tests_in_all: Arc::new(Semaphore::new(TESTS_IN_ALL)),
            endpoints: Mutex::default(),
            paces: Mutex::default(),
        }
    }

    /// A permit for a new delivery, or a place in line; neither if both are full, or if older deliveries of the endpoint wait
    /// in the store.
    pub fn admit(&self, app: &App, endpoint: &Endpoint) -> Option<Seat> {
        self.known(app, endpoint).gate.admit(&self.shared)
    }

    /// The seats of what waits in the store.
    pub fn for_store(&self, app: &App, endpoint: &Endpoint) -> StoreSeats {
        StoreSeats { gate: self.known(app, endpoint).gate, shared: Arc::clone(&self.shared) }
    }

    /// Notified when a permit has come back that somebody in line waits for.
    pub fn freed(&self) -> &Arc<Notify> {
        &self.shared.freed
    }

    /// Notified when an app with a rate has something to send and no slot for it.
    pub fn slots_wanted(&self) -> &Arc<Notify> {
        &self.shared.commons.slots_wanted
    }

    /// The paces of the apps that are limited.
    pub(super) fn paces(&self) -> HashMap<String, Arc<Pace>> {
        self.paces_of_apps().iter().map(|(app_id, known)| (app_id.clone(), Arc::clone(&known.pace))).collect()
    }

    /// When the next slot of an app with a rate may be used that somebody in line waits for.
    pub fn next_slot(&self) -> Option<Timestamp> {
        self.shared.waiting().iter().filter_map(|gate| gate.next_slot(&self.shared)).min()
    }

    /// Jobs that wait in line for nothing but a permit that is to be had now, each with the permit: by turn among publishers,
    /// the one with the fewest in flight first, and among its endpoints likewise.
    pub fn begin_waiting(&self) -> Vec<(Job, Permit)> {
        let mut begun = Vec::new();
        let gates = self.shared.waiting();
        let turn = |place: usize| (gates[place].turn(&self.shared), place);
        let mut turns: BinaryHeap<_> = (0..gates.len()).map(|place| Reverse(turn(place))).collect();
        while let Some(Reverse((as_it_was, place))) = turns.pop() {
            let as_it_is = turn(place);
            // Others of its publisher have begun something since: somebody else's turn may have come.
            if as_it_is.0 > as_it_was {
                turns.push(Reverse(as_it_is));
            } else if let Some(first) = gates[place].begin(&self.shared) {
                begun.push(first);
                turns.push(Reverse(turn(place)));
            }
        }
        begun
    }

    /// The endpoints that somebody waits in line for.
    pub fn endpoints_with_line(&self) -> Vec<String> {
        let endpoints = self.endpoints();
        let with_line = endpoints.iter().filter(|(_, known)| known.gate.has_line());
        with_line.map(|(id, _)| id.clone()).collect()
    }

    /// Takes everybody out of an endpoint's line.
    pub fn drain(&self, endpoint_id: &str) -> Vec<Job> {
        let gate = self.gate(endpoint_id);
        gate.map(|gate| gate.drain(&self.shared)).unwrap_or_default()
    }

    /// The endpoint's receiver was down: it is tried with one send at a time.
    pub fn restart(&self, endpoint_id: &str) {
        if let Some(gate) = self.gate(endpoint_id) {
            gate.restart(&self.shared);
        }
    }

    /// Closes all lines; answers who waited.
    pub fn close(&self) -> Vec<Job> {
        self.shared.commons.lines.close();
        self.endpoints().values().flat_map(|known| known.gate.drain(&self.shared)).collect()
    }

    /// A permit for a test, which waits behind no queue: it takes none of the endpoint's permits, but has a small bound
    /// of its own.
    pub fn permit_for_test(&self, app: &App, endpoint: &Endpoint) -> Option<TestPermit> {
        TestPermit::of(self.for_store(app, endpoint), &self.known(app, endpoint).tests, &self.tests_in_all)
    }

    /// The right to take a test in that waits for whichever node can send it. The bounds are the same and the permits are
    /// others: if it falls to this node after all, sending it must not wait for whoever watches it.
    pub fn permit_to_watch_test(&self, app: &App, endpoint: &Endpoint) -> Option<TestPermit> {
        let tests = self.known(app, endpoint).watched_tests;
        TestPermit::of(self.for_store(app, endpoint), &tests, &self.watched_tests_in_all)
    }

    /// Takes over what was changed of the apps whose endpoints are known here: what waits in line goes by it, too.
    pub fn follow(&self, app_of: impl Fn(&str) -> Option<Arc<App>>) {
        let known: Vec<String> = self.endpoints().keys().cloned().collect();
        for endpoint_id in known {
            if let Some(app) = app_of(&endpoint_id)
                && let Some(endpoint) = app.endpoint(&endpoint_id)
            {
                self.known(&app, endpoint);
            }
        }
    }

    /// Forgets the endpoints that are no more and of which nothing is here.
    pub fn forget(&self, exists: impl Fn(&str) -> bool) {
        let mut endpoints = self.endpoints();
        endpoints.retain(|id, known| exists(id) || Arc::strong_count(&known.gate) > 1 || known.gate.has_line());
        drop(endpoints);
        // A pace that no gate goes by is of an app that is no more.
        self.paces_of_apps().retain(|_, known| Arc::strong_count(&known.pace) > 1);
    }

    fn gate(&self, endpoint_id: &str) -> Option<Arc<Gate>> {
        self.endpoints().get(endpoint_id).map(|known| Arc::clone(&known.gate))
    }

    /// What is known of an endpoint, which goes to whom the app says it goes.
    fn known(&self, app: &App, endpoint: &Endpoint) -> Known {
        let mut endpoints = self.endpoints();
        if let Some(known) = endpoints.get_mut(&endpoint.id) {
            if known.app_revision < app.revision {
                known.app_revision = app.revision;
                known.gate.belongs_to(party(app, endpoint), self.pace(app), &self.shared);
            }
            return known.clone();
        }
        let known = Known {
            gate: Arc::new(Gate::new(party(app, endpoint), self.pace(app))),
            app_revision: app.revision,
            tests: Arc::new(Semaphore::new(TESTS_PER_ENDPOINT)),
            watched_tests: Arc::new(Semaphore::new(TESTS_PER_ENDPOINT)),
        };
        endpoints.insert(endpoint.id.clone(), known.clone());
        known
    }

    /// The pace of a limited app, and of one that was limited: whatever goes by it must go on. An app as it was before its last
    /// change is not listened to.
    fn pace(&self, app: &App) -> Option<Arc<Pace>> {
        let mut paces = self.paces_of_apps();
        if app.settings.limits.are_none() && !paces.contains_key(&app.id) {
            return None;
        }
        let known = paces.entry(app.id.clone()).or_default();
        if known.app_revision <= app.revision {
            known.app_revision = app.revision;
            known.pace.limit(app.settings.limits);
        }
        Some(Arc::clone(&known.pace))
    }

    fn paces_of_apps(&self) -> MutexGuard<'_, HashMap<String, PaceOfApp>> {
        self.paces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn endpoints(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.endpoints.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn party(app: &App, endpoint: &Endpoint) -> Party {
    let origin = endpoint.config.settings.callback_url.as_ref().and_then(|url| url.origin());
    let host = origin.map(|origin| format!("{}:{}", origin.host(), origin.port_or_default())).unwrap_or_default();
    Party { publisher: app.publisher_id.as_str().into(), host: host.into() }
}

#[cfg(test)]
mod tests;
