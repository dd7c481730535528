//! The gate of one endpoint: its permits, and the line of jobs that wait for one.
//!
//! Permits and line are under one lock, so a job that lines up while the last permit comes back is never forgotten: either
//! whoever gives the permit back finds the job, or the job finds the permit. The line is bounded, for each endpoint in jobs
//! and for the node in jobs and bytes; what exceeds it stays in the store, and new deliveries stay behind it.
//!
//! It must not begin, send or give back a job, nor look into one: whoever takes a job out of here does.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::job::Job;
use super::line_bounds::LineBounds;

/// Sends in flight to one endpoint, from each node. A publisher's typical PHP pool has 20 to 100 workers, and a receiver that
/// answers in 50 ms takes more than a thousand callbacks a second with this.
pub const PER_ENDPOINT: usize = 64;
/// Sends in flight in all: two hundred endpoints that hang cannot exhaust it, and its sockets fit a usual file limit
/// once that has been raised to its hard bound.
pub(super) const IN_ALL: usize = 16_384;
/// Jobs that a line takes from the store at a time: a few milliseconds of the writer's time.
const REFILL: usize = 256;
/// A line as short as this is refilled, if the store has more.
const SHORT: usize = REFILL / 2;

/// What all gates of this node share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) in_all: Arc<Semaphore>,
    pub(super) lines: LineBounds,
    /// Gates at which a job waits although a permit of the endpoint is free.
    stalled: Mutex<Vec<Arc<Gate>>>,
    wake: Arc<Notify>,
}

impl Shared {
    pub(super) fn new(wake: Arc<Notify>, lines: LineBounds) -> Self {
        Self { in_all: Arc::new(Semaphore::new(IN_ALL)), lines, stalled: Mutex::default(), wake }
    }

    /// Jobs that wait although a permit is free, each with the permit. What finds none is found again at the next look.
    pub(super) fn take_stalled(self: &Arc<Self>) -> Vec<(Job, Permit)> {
        let gates = std::mem::take(&mut *self.stalled.lock().unwrap_or_else(PoisonError::into_inner));
        let mut found = Vec::new();
        for gate in gates {
            let mut state = gate.state();
            while let Some(begun) = gate.begin_next(self, &mut state) {
                found.push(begun);
            }
        }
        found
    }

    fn stall(&self, gate: &Arc<Gate>) {
        self.stalled.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(gate));
    }

    fn has_stalled(&self) -> bool {
        !self.stalled.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

/// One endpoint's permits and line.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    free: usize,
    line: VecDeque<Job>,
    /// Places in line for jobs that are being recorded.
    kept: usize,
    /// Deliveries of this endpoint wait in the store: nothing new goes before them.
    more_in_store: bool,
}

/// What a delivery is admitted to.
#[derive(Debug)]
pub enum Seat {
    /// It may be sent at once.
    Permit(Permit),
    /// It may wait in line.
    Place(Place),
}

/// The right to send to an endpoint, one job after the other. Dropping it gives it back.
#[derive(Debug)]
pub struct Permit {
    gate: Arc<Gate>,
    shared: Arc<Shared>,
    // An option only so that `drop` can give it back before it wakes the worker.
    all: Option<OwnedSemaphorePermit>,
}

/// A place in line. Dropping it gives it up.
#[derive(Debug)]
pub struct Place {
    /// `None` once it is taken.
    gate: Option<Arc<Gate>>,
    shared: Arc<Shared>,
}

/// What became of a job that lined up.
#[derive(Debug)]
pub enum LinedUp {
    /// It waits.
    Waits,
    /// A permit is free: this job, the first in line, is to be begun with it.
    Begins(Job, Permit),
    /// This node is stopping: the job is to be given back.
    Closed(Job),
}

impl Gate {
    pub(super) fn new() -> Self {
        let state = State { free: PER_ENDPOINT, line: VecDeque::new(), kept: 0, more_in_store: false };
        Self { state: Mutex::new(state) }
    }

    /// A seat for a new delivery; none if both are full, or if older deliveries of the endpoint wait in the store.
    pub(super) fn admit(self: &Arc<Self>, shared: &Arc<Shared>) -> Option<Seat> {
        let mut state = self.state();
        if state.more_in_store || shared.lines.are_closed() {
            return None;
        }
        let permit = if state.line.is_empty() { self.permit(shared, &mut state) } else { None };
        let seat = match permit {
            Some(permit) => Some(Seat::Permit(permit)),
            None => self.place(shared, &mut state).map(Seat::Place),
        };
        state.more_in_store = seat.is_none();
        seat
    }

    /// Seats for what waits in the store: every free permit, then a part of the line.
    pub(super) fn admit_waiting(self: &Arc<Self>, shared: &Arc<Shared>) -> (Vec<Permit>, Vec<Place>) {
        let mut state = self.state();
        // Until the worker says that nothing waits any more.
        state.more_in_store = true;
        let (mut permits, mut places) = (Vec::new(), Vec::new());
        while let Some(permit) = state.line.is_empty().then(|| self.permit(shared, &mut state)).flatten() {
            permits.push(permit);
        }
        if !shared.lines.are_closed() {
            while let Some(place) = (places.len() < REFILL).then(|| self.place(shared, &mut state)).flatten() {
                places.push(place);
            }
        }
        (permits, places)
    }

    /// Nothing of this endpoint waits in the store any more.
    pub(super) fn caught_up(&self) {
        self.state().more_in_store = false;
    }

    /// Takes everybody out of the line.
    pub(super) fn drain(&self, shared: &Shared) -> Vec<Job> {
        let line: Vec<Job> = self.state().line.drain(..).collect();
        line.iter().for_each(|job| shared.lines.left(job.bytes()));
        line
    }

    /// Whether anybody waits in line.
    pub(super) fn has_line(&self) -> bool {
        !self.state().line.is_empty()
    }

    fn permit(self: &Arc<Self>, shared: &Arc<Shared>, state: &mut State) -> Option<Permit> {
        if state.free == 0 {
            return None;
        }
        let all = Arc::clone(&shared.in_all).try_acquire_owned().ok()?;
        state.free -= 1;
        Some(Permit { gate: Arc::clone(self), shared: Arc::clone(shared), all: Some(all) })
    }

    fn place(self: &Arc<Self>, shared: &Arc<Shared>, state: &mut State) -> Option<Place> {
        if state.line.len() + state.kept >= shared.lines.per_endpoint() || !shared.lines.have_room() {
            return None;
        }
        state.kept += 1;
        shared.lines.keep_place();
        Some(Place { gate: Some(Arc::clone(self)), shared: Arc::clone(shared) })
    }

    /// The first in line, with a permit; none if nobody waits or no permit is free.
    fn begin_next(self: &Arc<Self>, shared: &Arc<Shared>, state: &mut State) -> Option<(Job, Permit)> {
        if state.line.is_empty() {
            return None;
        }
        let permit = self.permit(shared, state);
        if permit.is_none() && state.free > 0 {
            shared.stall(self);
        }
        let first = permit.as_ref().and_then(|_| state.line.pop_front());
        first.inspect(|first| shared.lines.left(first.bytes())).zip(permit)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// The next in line, for which this permit is kept.
    pub fn next(&self) -> Option<Job> {
        let mut state = self.gate.state();
        let next = state.line.pop_front();
        let is_short = state.more_in_store && state.line.len() <= SHORT;
        drop(state);
        if is_short {
            self.shared.wake.notify_one();
        }
        next.inspect(|next| self.shared.lines.left(next.bytes()))
    }

    /// Takes everybody out of the line.
    pub fn drain(&self) -> Vec<Job> {
        self.gate.drain(&self.shared)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        state.free += 1;
        let (is_wanted, is_stalled) = (state.more_in_store, !state.line.is_empty());
        drop(state);
        // Given back before the worker is woken: it must find them.
        drop(self.all.take());
        if is_stalled {
            self.shared.stall(&self.gate);
        }
        if is_wanted || self.shared.has_stalled() {
            self.shared.wake.notify_one();
        }
    }
}

impl Place {
    /// Takes the place.
    pub fn line_up(mut self, job: Job) -> LinedUp {
        let Some(gate) = self.gate.take() else { return LinedUp::Closed(job) };
        let mut state = gate.state();
        state.kept -= 1;
        if self.shared.lines.are_closed() {
            self.shared.lines.give_up_place();
            return LinedUp::Closed(job);
        }
        self.shared.lines.joined(job.bytes());
        state.line.push_back(job);
        match gate.begin_next(&self.shared, &mut state) {
            Some((first, permit)) => LinedUp::Begins(first, permit),
            None => LinedUp::Waits,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(gate) = self.gate.take() {
            gate.state().kept -= 1;
            self.shared.lines.give_up_place();
        }
    }
}
