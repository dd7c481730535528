//! The pace of one app: when its next callback may leave, and how many may be in flight, by the limits that it is given.
//!
//! The store hands out slices of time, each with so many evenly spaced slots in it, to whichever node has something to send;
//! a send takes the next slot once its time has come. So the rate holds for all nodes together without a look at the store per
//! send, and a node that dies takes no more than a slice with it. An app without limits is asked nothing.
//!
//! It must not know what is sent, nor ask the store: it says that it needs a slice, and is given one.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::limits::Limits;
use crate::domain::time::Timestamp;

/// Time that a slice spans: a node that dies loses so much of a minute at most, and a busy app costs two writes a second.
const SLICE: Duration = Duration::from_millis(500);
/// A node whose slots end sooner than this asks for the next slice.
const AHEAD: Duration = Duration::from_millis(250);
/// A slot that was not used for so long is lost: whoever had nothing to send may not catch up on it.
const KEPT: Duration = Duration::from_secs(1);
/// No slot is handed out further ahead, however many nodes ask.
const FARTHEST: Duration = Duration::from_secs(60);
/// Seconds of its rate that an app's deliveries may wait in this node's line: what is left in the store is there for every node,
/// whichever dies.
const IN_LINE: usize = 2;

/// Evenly spaced slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// When the first one may be used.
    pub from: Timestamp,
    /// How many there are.
    pub slots: u32,
    /// In a second.
    pub per_second: u32,
}

/// The pace of one app on this node.
#[derive(Debug, Default)]
pub(super) struct Pace {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    limits: Limits,
    /// Nodes that send, this one included: each has its part of what may be in flight.
    nodes: usize,
    in_flight: usize,
    slices: VecDeque<Slice>,
    /// Slots of the first slice that are used or lost.
    used: u32,
    /// Whether somebody wanted to send since the last slice was asked for.
    is_wanted: bool,
}

impl Pace {
    /// The app is limited like this from now on.
    pub(super) fn limit(&self, limits: Limits) {
        let mut state = self.state();
        if state.limits.per_second != limits.per_second {
            state.slices.clear();
            state.used = 0;
        }
        state.limits = limits;
    }

    /// So many nodes send.
    pub(super) fn share_with(&self, nodes: usize) {
        self.state().nodes = nodes;
    }

    /// Takes a slot for a send that begins now, and a place among those in flight; false if either is lacking.
    pub(super) fn begin(&self, now: Timestamp) -> bool {
        let mut state = self.state();
        let begins = !state.is_full() && state.take_slot(now);
        state.in_flight += usize::from(begins);
        begins
    }

    /// A send did not begin after all: its slot is not used up.
    pub(super) fn give_back(&self) {
        let mut state = self.state();
        state.in_flight -= 1;
        state.used = state.used.saturating_sub(1);
    }

    /// A send has ended.
    pub(super) fn end(&self) {
        self.state().in_flight -= 1;
    }

    /// Whether a send could begin now.
    pub(super) fn is_open(&self, now: Timestamp) -> bool {
        let mut state = self.state();
        !state.is_full() && (state.limits.per_second.is_none() || state.next_slot(now).is_some_and(|at| at <= now))
    }

    /// When the next slot may be used, as far as this node has one and not too many are in flight.
    pub(super) fn next_slot(&self, now: Timestamp) -> Option<Timestamp> {
        let mut state = self.state();
        if state.is_full() { None } else { state.next_slot(now) }
    }

    /// Deliveries that may wait in line.
    pub(super) fn longest_line(&self) -> usize {
        let per_second = self.state().limits.per_second;
        per_second.map_or(usize::MAX, |rate| usize::try_from(rate).unwrap_or(usize::MAX).saturating_mul(IN_LINE))
    }

    /// How many slots are to be asked for, of how many in a second; nothing if none are needed now.
    pub(super) fn needs(&self, now: Timestamp) -> Option<(u32, u32)> {
        let mut state = self.state();
        let per_second = state.limits.per_second.filter(|_| state.is_wanted)?;
        let is_low = state.last_slot(now).is_none_or(|last| last < now.plus(AHEAD));
        is_low.then(|| {
            state.is_wanted = false;
            let slots = u64::from(per_second) * u64::try_from(SLICE.as_millis()).unwrap_or(0) / 1_000;
            (u32::try_from(slots).unwrap_or(u32::MAX).max(1), per_second)
        })
    }

    /// A slice that the store has handed out.
    pub(super) fn give(&self, slice: Slice) {
        let mut state = self.state();
        if state.limits.per_second == Some(slice.per_second) {
            state.slices.push_back(slice);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn most_in_flight(&self) -> Option<usize> {
        let most = usize::try_from(self.limits.in_flight?).unwrap_or(usize::MAX);
        Some((most / self.nodes.max(1)).max(1))
    }

    fn is_full(&self) -> bool {
        self.most_in_flight().is_some_and(|most| self.in_flight >= most)
    }

    fn take_slot(&mut self, now: Timestamp) -> bool {
        if self.limits.per_second.is_none() {
            return true;
        }
        self.is_wanted = true;
        let is_there = self.next_slot(now).is_some_and(|at| at <= now);
        self.used += u32::from(is_there);
        is_there
    }

    /// The next slot, behind those that are lost.
    fn next_slot(&mut self, now: Timestamp) -> Option<Timestamp> {
        while let Some(slice) = self.slices.front() {
            if self.used >= slice.slots {
                self.slices.pop_front();
                self.used = 0;
                continue;
            }
            let at = slice.slot(self.used);
            if at > now.plus(FARTHEST) {
                // The clock was set back.
                self.slices.pop_front();
                self.used = 0;
            } else if now.since(at) <= KEPT {
                return Some(at);
            } else {
                self.used += 1;
            }
        }
        None
    }

    fn last_slot(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.next_slot(now)?;
        self.slices.back().map(|slice| slice.slot(slice.slots.saturating_sub(1)))
    }
}

impl Slice {
    fn slot(&self, number: u32) -> Timestamp {
        let after = u64::from(number) * 1_000 / u64::from(self.per_second.max(1));
        self.from.plus(Duration::from_millis(after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn after(ms: u64) -> Timestamp {
        NOW.plus(Duration::from_millis(ms))
    }

    fn limited(per_second: Option<u32>, in_flight: Option<u32>) -> Pace {
        let pace = Pace::default();
        pace.limit(Limits { per_second, in_flight });
        pace
    }

    /// Sends that begin within these milliseconds, each of which ends at once.
    fn begun(pace: &Pace, ms: std::ops::Range<u64>) -> usize {
        ms.filter(|ms| pace.begin(after(*ms))).inspect(|_| pace.end()).count()
    }

    #[test]
    fn an_app_without_limits_sends_at_once_and_needs_no_slots() {
        let pace = limited(None, None);
        assert!(pace.begin(NOW) && pace.is_open(NOW));
        assert_eq!((pace.needs(NOW), pace.longest_line()), (None, usize::MAX));
    }

    #[test]
    fn a_limited_app_asks_for_slots_as_soon_as_something_is_to_be_sent_and_uses_them_in_their_time() {
        let pace = limited(Some(50), None);
        assert_eq!(pace.needs(NOW), None);
        assert!(!pace.begin(NOW));
        assert_eq!(pace.needs(NOW), Some((25, 50)));
        assert_eq!(pace.needs(NOW), None, "it was asked for already");
        pace.give(Slice { from: after(100), slots: 25, per_second: 50 });
        assert_eq!(begun(&pace, 0..100), 0);
        assert_eq!(begun(&pace, 100..300), 10);
        assert_eq!(pace.needs(after(300)), None);
        assert_eq!(begun(&pace, 300..700), 15);
        assert_eq!(pace.needs(after(700)), Some((25, 50)));
    }

    #[test]
    fn slots_that_nobody_used_for_a_second_are_lost() {
        let pace = limited(Some(50), None);
        pace.give(Slice { from: NOW, slots: 25, per_second: 50 });
        assert_eq!(begun(&pace, 1_240..1_300), 13);
        assert_eq!(pace.next_slot(after(1_300)), None);
    }

    #[test]
    fn one_a_second_is_one_slot_at_a_time() {
        let pace = limited(Some(1), None);
        assert!(!pace.begin(NOW));
        assert_eq!(pace.needs(NOW), Some((1, 1)));
        pace.give(Slice { from: NOW, slots: 1, per_second: 1 });
        assert_eq!(begun(&pace, 0..900), 1);
    }

    #[test]
    fn a_slot_that_was_not_used_after_all_is_there_for_the_next_one() {
        let pace = limited(Some(2), None);
        pace.give(Slice { from: NOW, slots: 1, per_second: 2 });
        assert!(pace.begin(NOW));
        pace.give_back();
        assert!(pace.begin(NOW));
        assert!(!pace.begin(NOW));
    }

    #[test]
    fn what_may_be_in_flight_is_shared_among_the_nodes_and_never_nothing() {
        let pace = limited(None, Some(4));
        pace.share_with(3);
        assert!(pace.begin(NOW));
        assert!(!pace.begin(NOW));
        pace.share_with(1);
        assert!(pace.begin(NOW));
        pace.share_with(9);
        pace.end();
        assert!(!pace.begin(NOW));
        pace.end();
        assert!(pace.begin(NOW));
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_stop_an_app_until_it_is_as_late_again() {
        let pace = limited(Some(50), None);
        pace.give(Slice { from: after(3_600_000), slots: 25, per_second: 50 });
        assert!(!pace.begin(NOW));
        assert_eq!(pace.needs(NOW), Some((25, 50)));
    }

    #[test]
    fn slots_of_another_rate_are_forgotten() {
        let pace = limited(Some(50), None);
        pace.give(Slice { from: NOW, slots: 25, per_second: 50 });
        pace.limit(Limits { per_second: Some(5), in_flight: None });
        pace.give(Slice { from: NOW, slots: 25, per_second: 50 });
        assert!(!pace.begin(NOW));
    }
}
