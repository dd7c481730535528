//! How many sends may be in flight to one endpoint: a limit that finds out what its receiver can take.
//!
//! It begins low, grows by one with each window of successes, and is halved when the receiver shows that it is overloaded:
//! additive increase, multiplicative decrease, as TCP does it. A window is as many sends as the limit allows, so it needs no
//! clock. It must not know who waits, nor what a send was.

use crate::domain::receiver::Load;

/// Of an endpoint about which nothing is known: what a small shared host takes without harm.
pub const FIRST: usize = 8;
/// The most that any endpoint is sent at a time, from each node. A publisher's typical PHP pool has 20 to 100 workers, and a
/// receiver that answers in 50 ms takes more than a thousand callbacks a second with this.
pub const MOST: usize = 64;

/// The limit of one endpoint.
#[derive(Debug)]
pub(super) struct Limit {
    most: usize,
    /// Sends that were taken while as many were in flight as the limit allows: only they prove that it could be higher.
    taken: usize,
    window: Window,
}

/// Within which the limit is halved at most once. A send belongs to the one in which it began, so what was in flight when the
/// limit was halved does not halve it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window(u64);

impl Limit {
    /// Of an endpoint about which nothing is known.
    pub(super) fn new() -> Self {
        Self { most: FIRST, taken: 0, window: Window(0) }
    }

    /// Sends that may be in flight.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// The window in which a send that begins now belongs.
    pub(super) fn window(&self) -> Window {
        self.window
    }

    /// Learns from a send that began in this window; `was_full` says whether the limit had been reached.
    pub(super) fn learn(&mut self, load: Load, began_in: Window, was_full: bool) {
        match load {
            Load::Taken if was_full => {
                self.taken += 1;
                if self.taken >= self.most {
                    self.taken = 0;
                    self.most = (self.most + 1).min(MOST);
                }
            }
            Load::TooMuch if began_in == self.window => self.begin_again_with(self.most / 2),
            Load::Taken | Load::TooMuch | Load::Unknown => {}
        }
    }

    /// The receiver was down: what it can take now is to be found out from the least.
    pub(super) fn restart(&mut self) {
        self.begin_again_with(1);
    }

    fn begin_again_with(&mut self, most: usize) {
        self.most = most.max(1);
        self.taken = 0;
        self.window = Window(self.window.0 + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(limit: &mut Limit, times: usize) {
        (0..times).for_each(|_| limit.learn(Load::Taken, limit.window(), true));
    }

    #[test]
    fn a_limit_grows_by_one_with_each_window_of_successes_up_to_the_most() {
        let mut limit = Limit::new();
        taken(&mut limit, FIRST - 1);
        assert_eq!(limit.most(), FIRST);
        taken(&mut limit, 1);
        assert_eq!(limit.most(), FIRST + 1);
        taken(&mut limit, MOST * MOST);
        assert_eq!(limit.most(), MOST);
    }

    #[test]
    fn successes_below_the_limit_prove_nothing() {
        let mut limit = Limit::new();
        (0..1_000).for_each(|_| limit.learn(Load::Taken, limit.window(), false));
        assert_eq!(limit.most(), FIRST);
    }

    #[test]
    fn it_is_halved_once_by_all_that_was_in_flight_and_never_sinks_under_one() {
        let mut limit = Limit::new();
        let window = limit.window();
        (0..FIRST).for_each(|_| limit.learn(Load::TooMuch, window, true));
        assert_eq!(limit.most(), FIRST / 2);
        (0..10).for_each(|_| limit.learn(Load::TooMuch, limit.window(), true));
        assert_eq!(limit.most(), 1);
    }

    #[test]
    fn what_is_refused_for_another_reason_changes_nothing() {
        let mut limit = Limit::new();
        taken(&mut limit, FIRST - 1);
        limit.learn(Load::Unknown, limit.window(), true);
        taken(&mut limit, 1);
        assert_eq!(limit.most(), FIRST + 1);
    }

    #[test]
    fn a_receiver_that_comes_back_is_tried_with_one_send_and_then_more() {
        let mut limit = Limit::new();
        limit.restart();
        assert_eq!(limit.most(), 1);
        taken(&mut limit, 1 + 2 + 3);
        assert_eq!(limit.most(), 4);
    }
}
