//! The gate of one endpoint, and what it hands out: permits to send, and places in line.
//!
//! Permits and line are under one lock, so a job that lines up while the last permit comes back is never forgotten: either
//! whoever gives the permit back finds the job, or the job finds the permit. A permit and a place give themselves back when
//! they are dropped. The locks are taken in one order: a gate's, then those of what all gates share.
//!
//! It must not begin, send or give back a job, nor look into one: whoever takes a job out of here does.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::budget::Party;
use super::job::Job;
use super::limit::Window;
use super::pace::Pace;
use super::seats::{Commons, Seats, Taken, Waits};
use crate::domain::receiver::Load;
use crate::domain::time::Timestamp;

/// What all gates of this node share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) commons: Commons,
    /// Gates at which a job waits for the budget or its app's pace, by their addresses.
    waiting: Mutex<HashMap<usize, Arc<Gate>>>,
    /// Something was left in the store though its endpoint had permits: it is looked for when one comes back to anybody.
    missed: AtomicBool,
    /// Counts the turns of those that wait.
    turns: AtomicU64,
    /// Notified when a permit comes back that somebody in line waits for.
    pub(super) freed: Arc<Notify>,
    /// Wakes the worker, which claims what waits in the store.
    wake: Arc<Notify>,
}

/// One endpoint's seats.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    seats: Seats,
    /// Whether this gate is among those that wait, and for what.
    waits: Waits,
    /// The number of its last turn among those that wait.
    last_turn: u64,
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
    /// Whom the budget counts it for, though the endpoint may have moved to another host since.
    party: Party,
    /// Of the app, if it was limited when the permit was given.
    pace: Option<Arc<Pace>>,
    /// In which its latest send began.
    window: Window,
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

impl Shared {
    pub(super) fn new(commons: Commons, wake: Arc<Notify>) -> Self {
        let (waiting, missed, turns) = (Mutex::default(), AtomicBool::new(false), AtomicU64::new(1));
        Self { commons, waiting, missed, turns, freed: Arc::default(), wake }
    }

    /// The gates at which a job waits for the budget or its app's pace.
    pub(super) fn waiting(&self) -> Vec<Arc<Gate>> {
        self.waiting_gates().values().cloned().collect()
    }

    fn waiting_gates(&self) -> MutexGuard<'_, HashMap<usize, Arc<Gate>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gate {
    pub(super) fn new(party: Party, pace: Option<Arc<Pace>>) -> Self {
        Self { state: Mutex::new(State { seats: Seats::new(party, pace), waits: Waits::No, last_turn: 0 }) }
    }

    /// The configuration has changed: from now on the endpoint is this party's, and goes at this pace.
    pub(super) fn belongs_to(self: &Arc<Self>, party: Party, pace: Option<Arc<Pace>>, shared: &Shared) {
        let mut state = self.state();
        self.update_waiting(&mut state, shared, Waits::No);
        (state.seats.party, state.seats.pace) = (party, pace);
        let waits = state.seats.wait(&shared.commons);
        self.update_waiting(&mut state, shared, waits);
        shared.freed.notify_one();
    }

    /// When the app's next slot may be used, if the first in line waits for that.
    pub(super) fn next_slot(&self, shared: &Shared) -> Option<Timestamp> {
        self.state().seats.next_slot(&shared.commons)
    }

    /// A seat for a new delivery; none if there is neither permit nor place, or if older deliveries wait in the store.
    pub(super) fn admit(self: &Arc<Self>, shared: &Arc<Shared>) -> Option<Seat> {
        self.with_seats(shared, |seats| self.seat(seats.admit(&shared.commons), seats, shared))
    }

    /// A seat for a delivery that waits in the store.
    pub(super) fn admit_waiting(self: &Arc<Self>, shared: &Arc<Shared>) -> Option<Seat> {
        self.with_seats(shared, |seats| self.seat(seats.admit_waiting(&shared.commons), seats, shared))
    }

    /// How many deliveries that wait in the store may be claimed at most. From here on new ones stay behind them.
    pub(super) fn room(&self, shared: &Shared) -> usize {
        self.state().seats.room(&shared.commons)
    }

    /// As far as is known nothing of this endpoint waits in the store any more.
    pub(super) fn caught_up(&self) {
        self.state().seats.caught_up();
    }

    /// The first in line with a permit; none if nobody waits or no permit is to be had.
    pub(super) fn begin(self: &Arc<Self>, shared: &Arc<Shared>) -> Option<(Job, Permit)> {
        let begun = self.with_seats(shared, |seats| self.begun(seats.begin(&shared.commons), seats, shared));
        if begun.is_some() {
            self.state().last_turn = shared.turns.fetch_add(1, Ordering::Relaxed);
        }
        begun
    }

    /// Takes everybody out of the line.
    pub(super) fn drain(self: &Arc<Self>, shared: &Shared) -> Vec<Job> {
        self.with_seats(shared, |seats| seats.drain(&shared.commons))
    }

    /// The receiver was down: it is tried with one send at a time.
    pub(super) fn restart(self: &Arc<Self>, shared: &Shared) {
        self.with_seats(shared, Seats::restart);
    }

    /// When the first in line fell due.
    pub(super) fn first_due(&self) -> Option<Timestamp> {
        self.state().seats.first_due()
    }

    /// Whether the endpoint's own permits are used up.
    pub(super) fn is_full(&self) -> bool {
        self.state().seats.are_full()
    }

    pub(super) fn has_line(&self) -> bool {
        self.state().seats.has_line()
    }

    /// Whose turn it is among gates that wait: the publisher with the fewest sends in flight first, then the endpoint, then the
    /// one whose last turn is longest ago.
    pub(super) fn turn(&self, shared: &Shared) -> (usize, usize, u64) {
        let state = self.state();
        let of_publisher = shared.commons.budget.in_flight_of(&state.seats.party.publisher);
        (of_publisher, state.seats.in_flight(), state.last_turn)
    }

    /// Does something with the seats, after which the gate is or is not among those that wait.
    fn with_seats<T>(self: &Arc<Self>, shared: &Shared, act: impl FnOnce(&mut Seats) -> T) -> T {
        let mut state = self.state();
        let done = act(&mut state.seats);
        let waits = state.seats.wait(&shared.commons);
        self.update_waiting(&mut state, shared, waits);
        done
    }

    fn update_waiting(self: &Arc<Self>, state: &mut State, shared: &Shared, waits: Waits) {
        let before = std::mem::replace(&mut state.waits, waits);
        if before == waits {
            return;
        }
        let (budget, publisher) = (&shared.commons.budget, &state.seats.party.publisher);
        match (before, waits) {
            (Waits::ForBudget, _) => budget.cease_to_wait(publisher),
            (_, Waits::ForBudget) => budget.begin_to_wait(publisher),
            _ => {}
        }
        let address = Arc::as_ptr(self).addr();
        if waits == Waits::No {
            shared.waiting_gates().remove(&address);
        } else {
            shared.waiting_gates().insert(address, Arc::clone(self));
            // What it waits for may have come between being refused and being known to wait.
            shared.freed.notify_one();
        }
    }

    fn seat(self: &Arc<Self>, taken: Option<Taken>, seats: &Seats, shared: &Arc<Shared>) -> Option<Seat> {
        if taken.is_none() && !seats.are_full() {
            shared.missed.store(true, Ordering::Release);
        }
        taken.map(|taken| match taken {
            Taken::Permit(window) => Seat::Permit(self.permit(window, seats, shared)),
            Taken::Place => Seat::Place(Place { gate: Some(Arc::clone(self)), shared: Arc::clone(shared) }),
        })
    }

    fn begun(
        self: &Arc<Self>,
        begun: Option<(Job, Window)>,
        seats: &Seats,
        shared: &Arc<Shared>,
    ) -> Option<(Job, Permit)> {
        begun.map(|(job, window)| (job, self.permit(window, seats, shared)))
    }

    fn permit(self: &Arc<Self>, window: Window, seats: &Seats, shared: &Arc<Shared>) -> Permit {
        let (party, pace) = (seats.party.clone(), seats.pace.clone());
        Permit { gate: Arc::clone(self), shared: Arc::clone(shared), party, pace, window }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// The next in line, for which this permit is kept; none if nobody waits, or if it is another's turn.
    pub fn next_in_line(&mut self) -> Option<Job> {
        let (next, is_short, window) = self.gate.with_seats(&self.shared, |seats| {
            let next = seats.next_for(&self.party, self.pace.is_some(), &self.shared.commons);
            (next, seats.are_short(&self.shared.commons), seats.window())
        });
        self.window = window;
        if is_short {
            self.shared.wake.notify_one();
        }
        next
    }

    /// Says what a send with this permit has shown of the receiver's load.
    pub fn learn(&self, load: Load) {
        self.gate.with_seats(&self.shared, |seats| seats.learn(load, self.window));
    }

    /// The receiver was down and has come back: it is tried with one send at a time, then with more.
    pub fn restart(&self) {
        self.gate.restart(&self.shared);
    }

    /// Takes everybody out of the line.
    pub fn drain(&self) -> Vec<Job> {
        self.gate.drain(&self.shared)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let shared = &self.shared;
        // Counted down in both before anybody is woken: whoever looks must find the permit.
        let (is_wanted, is_awaited) = self.gate.with_seats(shared, |seats| {
            seats.end();
            self.pace.iter().for_each(|pace| pace.end());
            (seats.are_wanted(), shared.commons.budget.give_back(&self.party))
        });
        // The gate's own line counts as well, which began to wait for this permit, and those of its app's other endpoints.
        if is_awaited || self.pace.is_some() || self.gate.has_line() {
            shared.freed.notify_one();
        }
        if is_wanted || shared.missed.swap(false, Ordering::AcqRel) {
            shared.wake.notify_one();
        }
    }
}

impl Place {
    /// Takes the place.
    pub fn line_up(mut self, job: Job) -> LinedUp {
        let Some(gate) = self.gate.take() else { return LinedUp::Closed(job) };
        let shared = Arc::clone(&self.shared);
        gate.with_seats(&shared, |seats| {
            if shared.commons.lines.are_closed() {
                seats.give_up_place(&shared.commons);
                return LinedUp::Closed(job);
            }
            seats.line_up(job, &shared.commons);
            let begun = gate.begun(seats.begin(&shared.commons), seats, &shared);
            begun.map_or(LinedUp::Waits, |(first, permit)| LinedUp::Begins(first, permit))
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(gate) = self.gate.take() {
            gate.with_seats(&self.shared, |seats| seats.give_up_place(&self.shared.commons));
        }
    }
}
