//! What this node knows of receivers that are down: failures that it has seen itself, and the circuits that any node opened.
//!
//! Failures are counted in memory, since one of them is no news to anybody; an open circuit is kept in the store, which every
//! node reads twice a second. It must not write, send or wake: it says what has changed, and whoever is told acts.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::circuit::{Failures, OpenCircuit};
use crate::domain::receiver::Presence;
use crate::domain::time::Timestamp;

/// The circuits of all endpoints.
#[derive(Debug, Default)]
pub struct Circuits {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failing: HashMap<String, Failures>,
    open: HashMap<String, Open>,
}

#[derive(Clone, Debug)]
struct Open {
    circuit: OpenCircuit,
    /// Whether the store knows of it: until then it is not missed there.
    is_stored: bool,
}

/// What an attempt has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// The circuit is open from now on, and is to be stored.
    Opened(OpenCircuit),
    /// It was open, and is closed from now on, which is to be stored.
    Closed,
}

impl Circuits {
    /// Takes note of what an attempt has shown of an endpoint's receiver; `open` makes the circuit if it is to be opened.
    pub fn observe(
        &self,
        endpoint_id: &str,
        shown: Presence,
        now: Timestamp,
        open: impl FnOnce() -> OpenCircuit,
    ) -> Change {
        let mut state = self.state();
        match shown {
            Presence::Unknown => Change::None,
            Presence::Up => {
                state.failing.remove(endpoint_id);
                if state.open.remove(endpoint_id).is_some() { Change::Closed } else { Change::None }
            }
            // What was in flight when it was opened, or a probe.
            Presence::Down if state.open.contains_key(endpoint_id) => Change::None,
            Presence::Down => {
                let failures = Failures::after(state.failing.get(endpoint_id).copied(), now);
                if !failures.say_down(now) {
                    state.failing.insert(endpoint_id.to_owned(), failures);
                    return Change::None;
                }
                state.failing.remove(endpoint_id);
                let circuit = open();
                state.open.insert(endpoint_id.to_owned(), Open { circuit: circuit.clone(), is_stored: false });
                Change::Opened(circuit)
            }
        }
    }

    /// The circuit of an endpoint, if it is open.
    pub fn get(&self, endpoint_id: &str) -> Option<OpenCircuit> {
        self.state().open.get(endpoint_id).map(|open| open.circuit.clone())
    }

    /// Whether the circuit of an endpoint is open.
    pub fn is_open(&self, endpoint_id: &str) -> bool {
        let state = self.state();
        !state.open.is_empty() && state.open.contains_key(endpoint_id)
    }

    /// All open circuits.
    pub fn all(&self) -> Vec<OpenCircuit> {
        self.state().open.values().map(|open| open.circuit.clone()).collect()
    }

    /// The open ones that the store does not know of yet: what was to be written failed, or is being written.
    pub fn unstored(&self) -> Vec<OpenCircuit> {
        let state = self.state();
        state.open.values().filter(|open| !open.is_stored).map(|open| open.circuit.clone()).collect()
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.state().open.len()
    }

    /// The store knows of this one as it is.
    pub fn stored(&self, circuit: OpenCircuit) {
        let mut state = self.state();
        if let Some(open) = state.open.get_mut(&circuit.endpoint_id) {
            *open = Open { circuit, is_stored: true };
        }
    }

    /// Takes over what the store says; answers which endpoints' circuits another node has closed.
    pub fn take_over(&self, stored: Vec<OpenCircuit>) -> Vec<String> {
        let mut state = self.state();
        let mut open: HashMap<String, Open> = HashMap::with_capacity(stored.len());
        for circuit in stored {
            state.failing.remove(&circuit.endpoint_id);
            open.insert(circuit.endpoint_id.clone(), Open { circuit, is_stored: true });
        }
        let before = std::mem::take(&mut state.open);
        let mut closed = Vec::new();
        for (endpoint_id, known) in before {
            match known.is_stored {
                _ if open.contains_key(&endpoint_id) => {}
                true => closed.push(endpoint_id),
                false => drop(open.insert(endpoint_id, known)),
            }
        }
        state.open = open;
        closed
    }

    /// Forgets the failures of endpoints that are no more.
    pub fn forget(&self, exists: impl Fn(&str) -> bool) {
        self.state().failing.retain(|endpoint_id, _| exists(endpoint_id));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn circuit() -> OpenCircuit {
        OpenCircuit::open("end_1", 1, 1000, NOW)
    }

    fn observe(circuits: &Circuits, shown: Presence) -> Change {
        circuits.observe("end_1", shown, NOW, circuit)
    }

    fn opened() -> Circuits {
        let circuits = Circuits::default();
        let changes: Vec<Change> = (0..10).map(|_| observe(&circuits, Presence::Down)).collect();
        assert_eq!(changes.last(), Some(&Change::Opened(circuit())));
        assert!(changes[..9].iter().all(|change| *change == Change::None));
        circuits
    }

    #[test]
    fn one_answer_between_failures_begins_the_count_anew_and_one_afterwards_closes() {
        let circuits = Circuits::default();
        (0..9).for_each(|_| drop(observe(&circuits, Presence::Down)));
        assert_eq!(observe(&circuits, Presence::Up), Change::None);
        (0..9).for_each(|_| assert_eq!(observe(&circuits, Presence::Down), Change::None));
        let circuits = opened();
        assert_eq!(observe(&circuits, Presence::Down), Change::None);
        assert_eq!(observe(&circuits, Presence::Unknown), Change::None);
        assert_eq!(observe(&circuits, Presence::Up), Change::Closed);
        assert!(!circuits.is_open("end_1"));
    }

    #[test]
    fn a_circuit_that_is_not_stored_yet_is_not_missed_in_the_store() {
        let circuits = opened();
        assert!(circuits.take_over(Vec::new()).is_empty());
        assert!(circuits.is_open("end_1"));
        assert_eq!(circuits.unstored(), [circuit()]);
        circuits.stored(circuit());
        assert!(circuits.unstored().is_empty());
        assert_eq!(circuits.take_over(Vec::new()), ["end_1"]);
        assert!(!circuits.is_open("end_1"));
    }

    #[test]
    fn what_another_node_opened_is_open_here() {
        let circuits = Circuits::default();
        assert!(circuits.take_over(vec![circuit()]).is_empty());
        assert_eq!(circuits.get("end_1"), Some(circuit()));
    }
}
