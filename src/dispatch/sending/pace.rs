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
/// A slot that was not used for so long is lost: whoever had nothing to send may not catch up on it …
const KEPT: Duration = Duration::from_secs(1);
/// … and with fewer slots in a second than so many, as soon as the next one begins: a few that are used together would be a
/// multiple of what such an app may bear.
const FEW: u32 = 5;
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
            } else if now.since(at) < slice.kept() {
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

    /// How long a slot may be used from its moment on.
    fn kept(&self) -> Duration {
        if self.per_second < FEW { KEPT / self.per_second.max(1) } else { KEPT }
    }
}

#[cfg(test)]
mod tests;
