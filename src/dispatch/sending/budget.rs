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
mod tests {
    use super::*;

    const TOTAL: usize = 64;

    fn party(publisher: &str, host: &str) -> Party {
        Party { publisher: publisher.into(), host: host.into() }
    }

    /// Takes all that a party is given; answers how much that is.
    fn taken(budget: &Budget, party: &Party) -> usize {
        (0..).take_while(|_| budget.take(party).is_ok()).count()
    }

    #[test]
    fn a_publisher_that_takes_all_that_it_can_leaves_a_quarter() {
        let budget = Budget::new(TOTAL);
        let (greedy, late) = (party("greedy", "a:443"), party("late", "b:443"));
        assert_eq!(taken(&budget, &greedy), TOTAL * 3 / 4);
        assert!(budget.take(&late).is_ok());
    }

    #[test]
    fn twenty_publishers_that_take_all_that_they_can_leave_permits_to_the_next_one() {
        let budget = Budget::new(16_384);
        for number in 0..20 {
            let greedy = party(&format!("greedy {number}"), &format!("{number}:443"));
            assert!(taken(&budget, &greedy) > 0, "publisher {number} found none");
        }
        assert!(budget.take(&party("late", "b:443")).is_ok());
    }

    #[test]
    fn while_another_publisher_waits_nobody_has_more_than_an_eighth_nor_a_host_more_than_a_sixteenth() {
        let budget = Budget::new(TOTAL);
        budget.begin_to_wait(&"other".into());
        assert_eq!(taken(&budget, &party("one", "a:443")), TOTAL / 16);
        assert_eq!(taken(&budget, &party("one", "b:443")), TOTAL / 8 - TOTAL / 16);
        budget.cease_to_wait(&"other".into());
        assert!(budget.take(&party("one", "a:443")).is_ok());
    }

    #[test]
    fn a_permit_is_not_kept_by_whoever_has_more_than_its_share_while_another_publisher_waits() {
        let budget = Budget::new(TOTAL);
        let greedy = party("greedy", "a:443");
        taken(&budget, &greedy);
        assert!(budget.may_keep(&greedy));
        budget.begin_to_wait(&"other".into());
        assert!(!budget.may_keep(&greedy));
        assert!(budget.give_back(&greedy));
        assert!(budget.take(&party("other", "b:443")).is_ok());
    }

    #[test]
    fn while_others_wait_the_last_quarter_goes_to_whoever_has_the_fewest_in_flight() {
        let budget = Budget::new(1_024);
        for number in 0..24 {
            let one = party(&format!("{number}"), &format!("{number}:443"));
            (0..32).for_each(|_| assert!(budget.take(&one).is_ok()));
        }
        let (none, some) = (party("none", "n:443"), party("0", "0:443"));
        assert!(budget.may_keep(&some));
        budget.begin_to_wait(&none.publisher);
        assert_eq!(budget.take(&some), Err(RefusedBy::LastQuarter));
        assert!(budget.take(&none).is_ok());
    }

    #[test]
    fn each_refusal_counts_for_what_stood_in_the_way() {
        let budget = Budget::new(TOTAL);
        budget.begin_to_wait(&"other".into());
        taken(&budget, &party("one", "a:443"));
        taken(&budget, &party("one", "b:443"));
        taken(&budget, &party("one", "c:443"));
        budget.cease_to_wait(&"other".into());
        taken(&budget, &party("one", "a:443"));
        for number in 0..TOTAL {
            taken(&budget, &party(&format!("{number}"), &format!("{number}:443")));
        }
        assert_eq!(budget.take(&party("late", "c:443")), Err(RefusedBy::Total));
        let refused = budget.refusals.so_far();
        let of = |word: &str| refused.iter().find(|(by, _)| *by == word).unwrap().1;
        assert_eq!((of("endpoint"), of("app_limits"), of("host"), of("publisher")), (0, 0, 2, 1));
        assert!(of("last_quarter") > 0 && of("total") > 0, "{refused:?}");
    }

    #[test]
    fn whoever_has_nothing_in_flight_is_forgotten() {
        let budget = Budget::new(TOTAL);
        let one = party("one", "a:443");
        assert!(budget.take(&one).is_ok());
        assert!(!budget.give_back(&one));
        assert_eq!((budget.in_flight(), budget.in_flight_of("one")), (0, 0));
        assert!(budget.state().of_publisher.is_empty() && budget.state().to_host.is_empty());
    }
}
