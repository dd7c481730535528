//! The seats of one endpoint: its permits to send, and its line of jobs that wait for one.
//!
//! How many permits there are says the endpoint's [`Limit`]; then the [`Budget`] of the node is asked. The line is bounded,
//! for each endpoint in jobs and for the node in jobs and bytes; what exceeds it stays in the store, and new deliveries stay
//! behind it. This is the bookkeeping alone: it must not lock, wake or send, nor look into a job.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::Notify;

use super::budget::{Budget, Party};
use super::job::Job;
use super::limit::{Limit, Window};
use super::line_bounds::LineBounds;
use super::pace::Pace;
use super::refusals::RefusedBy;
use crate::clock::Clock;
use crate::domain::receiver::Load;
use crate::domain::time::Timestamp;

/// Jobs that a line takes from the store at a time: a few milliseconds of the writer's time.
const REFILL: usize = 256;
/// A line as short as this is refilled, if the store has more.
const SHORT: usize = REFILL / 2;

/// What all endpoints of this node share.
#[derive(Debug)]
pub(super) struct Commons {
    pub(super) budget: Budget,
    pub(super) lines: LineBounds,
    pub(super) clock: Clock,
    /// Notified when an app with a rate has something to send and no slot for it.
    pub(super) slots_wanted: Arc<Notify>,
}

/// What the first in line waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// Nobody is in line, or a permit of the endpoint itself.
    No,
    /// Its app's pace.
    ForPace,
    /// The receiving host, which has as many sends in flight as may be: nobody else has to wait for that.
    ForHost,
    /// The budget of the node.
    ForBudget,
}

/// A seat that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Permit(Window),
    Place,
}

/// One endpoint's permits and line.
#[derive(Debug)]
pub(super) struct Seats {
    /// Whose endpoint it is, and where its callbacks go by the configuration of now.
    pub(super) party: Party,
    /// Of its app, where that is limited.
    pub(super) pace: Option<Arc<Pace>>,
    limit: Limit,
    in_flight: usize,
    line: VecDeque<Job>,
    /// Places in line for jobs that are being recorded.
    kept: usize,
    /// Deliveries of this endpoint wait in the store: nothing new goes before them.
    more_in_store: bool,
    /// What waits in the store was refused a seat since the worker last asked how much it may claim.
    refused: bool,
    /// Why the budget refused the last permit that was asked for.
    host_is_full: bool,
}

impl Seats {
    pub(super) fn new(party: Party, pace: Option<Arc<Pace>>) -> Self {
        let (limit, line) = (Limit::new(), VecDeque::new());
        Self {
            party,
            pace,
            limit,
            in_flight: 0,
            line,
            kept: 0,
            more_in_store: false,
            refused: false,
            host_is_full: false,
        }
    }

    /// A seat for a new delivery: a permit if nobody is in line, else a place. None if older ones wait in the store.
    pub(super) fn admit(&mut self, commons: &Commons) -> Option<Taken> {
        if self.more_in_store {
            return None;
        }
        let taken = self.seat(commons);
        self.more_in_store = taken.is_none();
        taken
    }

    /// A seat for a delivery that waits in the store.
    pub(super) fn admit_waiting(&mut self, commons: &Commons) -> Option<Taken> {
        let taken = self.seat(commons);
        self.refused |= taken.is_none();
        taken
    }

    /// How many deliveries that wait in the store may be claimed at most. From here on new ones stay behind them.
    pub(super) fn room(&mut self, commons: &Commons) -> usize {
        self.more_in_store = true;
        self.refused = false;
        let permits = if self.line.is_empty() { self.limit.most().saturating_sub(self.in_flight) } else { 0 };
        permits + self.places(commons).min(REFILL)
    }

    /// As far as is known nothing of this endpoint waits in the store any more.
    pub(super) fn caught_up(&mut self) {
        self.more_in_store = self.refused;
    }

    /// A kept place is taken by its job.
    pub(super) fn line_up(&mut self, job: Job, commons: &Commons) {
        self.kept -= 1;
        commons.lines.joined(job.bytes());
        self.line.push_back(job);
    }

    /// A kept place is not needed.
    pub(super) fn give_up_place(&mut self, commons: &Commons) {
        self.kept -= 1;
        commons.lines.give_up_place();
    }

    /// The first in line with a permit; none if nobody waits or no permit is to be had.
    pub(super) fn begin(&mut self, commons: &Commons) -> Option<(Job, Window)> {
        let permit = if self.line.is_empty() { None } else { self.permit(commons) };
        permit.and_then(|window| Some((self.first(commons)?, window)))
    }

    /// The next in line for a permit that this party has already; none if the permit is to be given back first. That of a limited
    /// app always is: whichever of its endpoints sends next is its turn to say.
    pub(super) fn next_for(&mut self, party: &Party, is_limited: bool, commons: &Commons) -> Option<Job> {
        let is_same = self.party == *party && self.pace.is_none() && !is_limited;
        let may_keep = is_same && self.in_flight <= self.limit.most() && commons.budget.may_keep(party);
        if may_keep { self.first(commons) } else { None }
    }

    /// A permit comes back, which is still to be given back to the budget.
    pub(super) fn end(&mut self) {
        self.in_flight -= 1;
    }

    /// Takes everybody out of the line.
    pub(super) fn drain(&mut self, commons: &Commons) -> Vec<Job> {
        let line: Vec<Job> = self.line.drain(..).collect();
        line.iter().for_each(|job| commons.lines.left(job.bytes()));
        line
    }

    /// Learns from a send.
    pub(super) fn learn(&mut self, load: Load, began_in: Window) {
        let was_full = self.in_flight >= self.limit.most() || !self.line.is_empty();
        self.limit.learn(load, began_in, was_full);
    }

    /// The receiver was down: it is tried with one send at a time, and what has waited in the store for it goes first.
    pub(super) fn restart(&mut self) {
        self.limit.restart();
        self.more_in_store = true;
    }

    /// What the first in line waits for, apart from a permit of the endpoint itself.
    pub(super) fn wait(&self, commons: &Commons) -> Waits {
        if self.line.is_empty() || self.are_full() {
            Waits::No
        } else if self.pace.as_ref().is_some_and(|pace| !pace.is_open(commons.clock.now())) {
            Waits::ForPace
        } else if self.host_is_full {
            Waits::ForHost
        } else {
            Waits::ForBudget
        }
    }

    /// When the app's next slot may be used, if the first in line waits for that.
    pub(super) fn next_slot(&self, commons: &Commons) -> Option<Timestamp> {
        let pace = self.pace.as_ref().filter(|_| !self.line.is_empty())?;
        pace.next_slot(commons.clock.now())
    }

    /// Whether the line can take more of what waits in the store.
    pub(super) fn are_short(&self, commons: &Commons) -> bool {
        self.more_in_store && self.line.len() <= SHORT.min(self.longest(commons) / 2)
    }

    /// Whether what waits in the store waits for a permit to come back.
    pub(super) fn are_wanted(&self) -> bool {
        self.more_in_store
    }

    /// Whether the endpoint's own permits are used up.
    pub(super) fn are_full(&self) -> bool {
        self.in_flight >= self.limit.most()
    }

    /// The window in which a send that begins now belongs.
    pub(super) fn window(&self) -> Window {
        self.limit.window()
    }

    /// When the first in line fell due.
    pub(super) fn first_due(&self) -> Option<Timestamp> {
        let first = &self.line.front()?.delivery;
        Some(first.due_at.unwrap_or(first.created_at))
    }

    pub(super) fn has_line(&self) -> bool {
        !self.line.is_empty()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    fn seat(&mut self, commons: &Commons) -> Option<Taken> {
        if commons.lines.are_closed() {
            return None;
        }
        let permit = if self.line.is_empty() { self.permit(commons) } else { None };
        permit.map(Taken::Permit).or_else(|| self.place(commons).then_some(Taken::Place))
    }

    fn permit(&mut self, commons: &Commons) -> Option<Window> {
        let refusals = &commons.budget.refusals;
        if self.are_full() {
            refusals.count(RefusedBy::Endpoint);
            return None;
        }
        if let Some(pace) = &self.pace
            && !pace.begin(commons.clock.now())
        {
            refusals.count(RefusedBy::Pace);
            commons.slots_wanted.notify_one();
            return None;
        }
        let taken = commons.budget.take(&self.party);
        self.host_is_full = taken == Err(RefusedBy::Host);
        if taken.is_err() {
            self.pace.iter().for_each(|pace| pace.give_back());
            return None;
        }
        self.in_flight += 1;
        Some(self.limit.window())
    }

    fn place(&mut self, commons: &Commons) -> bool {
        let is_given = self.places(commons) > 0;
        if is_given {
            self.kept += 1;
            commons.lines.keep_place();
        }
        is_given
    }

    fn places(&self, commons: &Commons) -> usize {
        if commons.lines.are_closed() {
            return 0;
        }
        self.longest(commons).saturating_sub(self.line.len() + self.kept)
    }

    /// How long the line may be; one always finds a place, so that it is known who waits.
    fn longest(&self, commons: &Commons) -> usize {
        let of_app = self.pace.as_ref().map_or(usize::MAX, |pace| pace.longest_line());
        commons.lines.longest().min(of_app).max(1)
    }

    fn first(&mut self, commons: &Commons) -> Option<Job> {
        self.line.pop_front().inspect(|first| commons.lines.left(first.bytes()))
    }
}
