//! The permits of this node as a whole: how many sends may be in flight in all, and who is given the next one.
//!
//! Whoever may send is asked for after everything that concerns its endpoint alone, so that nobody holds a share of what all
//! need while it waits for something else. Three rules share it out:
//!
//! * While another publisher waits, a publisher has at most an eighth of all permits, and a receiving host (the name and port
//!   of the URL; never the address, which a thousand publishers may have in common) a sixteenth.
//! * Of the last quarter a publisher is given a permit only while it has fewer in flight than a quarter of what is left. So the
//!   first one that takes all that it can get leaves a quarter of everything, and each further one a part of that.
//! * While others wait, the last quarter goes to whoever has the fewest in flight.
//!
//! It must not know what is sent, nor keep anybody's place: who waits stays in line at its own gate.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::refusals::{Refusals, RefusedBy};

/// Whose send it is and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Party {
    pub(super) publisher: Arc<str>,
    /// Host and port of the callback URL; empty where there is none.
    pub(super) host: Arc<str>,
}

/// What is in flight from this node.
#[derive(Debug)]
pub(super) struct Budget {
    total: usize,
    state: Mutex<State>,
    /// Of this budget, and of what is asked before it.
    pub(super) refusals: Refusals,
}

#[derive(Debug, Default)]
struct State {
    in_flight: usize,
    of_publisher: HashMap<Arc<str>, usize>,
    to_host: HashMap<Arc<str>, usize>,
    /// How many gates of a publisher wait for nothing but a permit of this budget.
    waiting: HashMap<Arc<str>, usize>,
}

impl Budget {
    /// So many permits in all.
    pub(super) fn new(total: usize) -> Self {
        Self { total: total.max(1), state: Mutex::default(), refusals: Refusals::default() }
    }

    /// Takes a permit, unless it is another's turn.
    pub(super) fn take(&self, party: &Party) -> Result<(), RefusedBy> {
        let mut state = self.state();
        let given = self.may_take(&state, party, 0);
        if let Err(by) = given {
            self.refusals.count(by);
            return given;
        }
        state.in_flight += 1;
        *state.of_publisher.entry(Arc::clone(&party.publisher)).or_default() += 1;
        *state.to_host.entry(Arc::clone(&party.host)).or_default() += 1;
        Ok(())
    }

    /// Whether somebody who has a permit may use it for what it sends next: if it may not, another one's turn has come.
    pub(super) fn may_keep(&self, party: &Party) -> bool {
        self.may_take(&self.state(), party, 1).is_ok()
    }

    /// Gives a permit back; answers whether somebody waits for one.
    pub(super) fn give_back(&self, party: &Party) -> bool {
        let mut state = self.state();
        state.in_flight -= 1;
        count_down(&mut state.of_publisher, &party.publisher);
        count_down(&mut state.to_host, &party.host);
        !state.waiting.is_empty()
    }

    /// A gate of this publisher waits for a permit.
    pub(super) fn begin_to_wait(&self, publisher: &Arc<str>) {
        *self.state().waiting.entry(Arc::clone(publisher)).or_default() += 1;
    }

    /// A gate of this publisher waits no more.
    pub(super) fn cease_to_wait(&self, publisher: &Arc<str>) {
        count_down(&mut self.state().waiting, publisher);
    }

    /// All permits that there are.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// Permits in use.
    pub(super) fn in_flight(&self) -> usize {
        self.state().in_flight
    }

    /// Permits in use by a publisher.
    pub(super) fn in_flight_of(&self, publisher: &str) -> usize {
        self.state().of(publisher)
    }

    /// Whether a party that is about to give `back` so many permits may take one.
    fn may_take(&self, state: &State, Party { publisher, host }: &Party, back: usize) -> Result<(), RefusedBy> {
        let left = self.total - state.in_flight + back;
        let own = state.of(publisher) - back;
        let to_host = state.to_host.get(host).copied().unwrap_or(0) - back;
        if left == 0 {
            return Err(RefusedBy::Total);
        }
        let mut others = state.waiting.keys().filter(|other| *other != publisher).peekable();
        if others.peek().is_some() && to_host >= share(self.total, 16) {
            return Err(RefusedBy::Host);
        }
        if others.peek().is_some() && own >= share(self.total, 8) {
            return Err(RefusedBy::Publisher);
        }
        let mut has_few = || own < share(left, 4) && others.all(|other| own <= state.of(other));
        if left > self.total / 4 || has_few() { Ok(()) } else { Err(RefusedBy::LastQuarter) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn of(&self, publisher: &str) -> usize {
        self.of_publisher.get(publisher).copied().unwrap_or(0)
    }
}

/// A part of all permits, and never none.
fn share(total: usize, parts: usize) -> usize {
    (total / parts).max(1)
}

/// Who has none is forgotten, so that the map does not grow with everybody who ever had one.
fn count_down(counts: &mut HashMap<Arc<str>, usize>, of: &Arc<str>) {
    if let Some(count) = counts.get_mut(of) {
        *count -= 1;
        if *count == 0 {
            counts.remove(of);
        }
    }
}

#[cfg(test)]
mod tests;
