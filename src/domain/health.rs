//! How an app is doing: what became of its callbacks of late, what of them waits, and the one word that this comes to.
//!
//! Pure. [`rollup`] is what is added up while callbacks are sent, [`latencies`] the answer times in it, [`tally`] the rest of it,
//! [`series`] what of it a chart shows. [`condition`] is the only place that decides whether an app is failing.

pub mod latencies;
pub mod recipes;
pub mod rollup;
pub mod series;
pub mod tally;

use std::time::Duration;

use self::tally::LastFailure;
use super::time::Timestamp;
use super::words::words;

words! {
    /// How an app is doing, worst first.
    Condition {
        /// Its receiver does not take what it is sent.
        Failing = "failing",
        /// Callbacks wait for longer than they should.
        Waiting = "waiting",
        /// Nothing can be sent before somebody sets something.
        NotSetUp = "not_set_up",
        /// Nothing was sent and nothing waits.
        Quiet = "quiet",
        /// Callbacks are delivered.
        Fine = "fine",
    }
}

words! {
    /// The order of a list of apps, where it is not by age.
    AppOrder {
        /// Those that need somebody first, then by name.
        Worst = "worst",
        /// By name, whatever the case of its letters.
        Name = "name",
    }
}

/// What is due may wait for so long before anybody calls it waiting.
const DUE_FOR: Duration = Duration::from_secs(60);

/// A number that is not counted beyond a cap, because counting costs as much as there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capped {
    /// As far as it was counted.
    pub count: u64,
    /// Whether there are more.
    pub more: bool,
}

impl Capped {
    /// The highest count.
    pub const CAP: u64 = 1_000;

    /// Of so many that were found. Whoever looks for one more than the cap knows whether there are more.
    pub fn of(found: u64) -> Self {
        Self { count: found.min(Self::CAP), more: found > Self::CAP }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let sum = Self::of(self.count + other.count);
        Self { more: sum.more || self.more || other.more, ..sum }
    }
}

/// How an app has been doing for 24 hours, and what of its callbacks waits now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AppHealth {
    /// Deliveries that were acknowledged.
    pub delivered: u64,
    /// Deliveries that were given up.
    pub dead: u64,
    /// Attempts that failed and were not our fault.
    pub failed_attempts: u64,
    /// Deliveries that are pending, retrying or held now.
    pub waiting: Capped,
    /// Of these, what is held until somebody mends something.
    pub held: Capped,
    /// Since when the oldest of them is due, if one is.
    pub oldest_due_at: Option<Timestamp>,
    /// When the last one was acknowledged.
    pub last_delivered_at: Option<Timestamp>,
    /// The last attempt that failed.
    pub last_failure: Option<LastFailure>,
}

/// What of an app's configuration, and of what is known of its receivers, decides how it is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// An endpoint lacks its callback URL or a secret that it cannot do without.
    pub lacks_setup: bool,
    /// An endpoint was disabled by its receiver, or its circuit is open.
    pub is_down: bool,
}

/// How an app is doing: the worst that is true of it.
///
/// It is *failing* while an endpoint is disabled or its circuit open, if the last attempt failed and nothing was delivered
/// since it began, or if of a hundred deliveries that ended within 24 hours one or more were given up. It is *waiting* while
/// anything is held for somebody to mend, or due for over a minute. It is *not set up* while an endpoint lacks its URL or
/// secret, *quiet* if nothing happened within 24 hours and nothing waits, else *fine*.
pub fn condition(standing: Standing, health: &AppHealth, now: Timestamp) -> Condition {
    let failed_last = health.last_failure.is_some_and(|failure| health.last_delivered_at < Some(failure.at));
    let ended = health.delivered + health.dead;
    let gives_up = health.dead > 0 && health.dead * 100 >= ended;
    let is_late = health.oldest_due_at.is_some_and(|due| due.plus(DUE_FOR) < now);
    if standing.is_down || failed_last || gives_up {
        Condition::Failing
    } else if standing.lacks_setup && health.delivered == 0 {
        Condition::NotSetUp
    } else if health.held.count > 0 || is_late {
        Condition::Waiting
    } else if standing.lacks_setup {
        Condition::NotSetUp
    } else if ended + health.failed_attempts == 0 && health.waiting.count == 0 {
        Condition::Quiet
    } else {
        Condition::Fine
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::Outcome;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn of(standing: Standing, change: impl FnOnce(&mut AppHealth)) -> Condition {
        let mut health = AppHealth::default();
        change(&mut health);
        condition(standing, &health, NOW)
    }

    fn in_order(change: impl FnOnce(&mut AppHealth)) -> Condition {
        of(Standing::default(), change)
    }

    fn failed_at(ms: i64) -> Option<LastFailure> {
        Some(LastFailure { at: Timestamp::from_millis(ms), outcome: Outcome::Timeout, status: None })
    }

    #[test]
    fn nothing_sent_and_nothing_waiting_is_quiet_and_what_is_delivered_is_fine() {
        assert_eq!(in_order(|_| ()), Condition::Quiet);
        assert_eq!(in_order(|health| health.delivered = 1), Condition::Fine);
        assert_eq!(in_order(|health| health.waiting = Capped::of(1)), Condition::Fine);
    }

    #[test]
    fn a_failure_is_forgotten_with_the_next_delivery_and_not_before() {
        let with = |failed, delivered: Option<i64>| {
            in_order(|health| {
                health.delivered = 1;
                health.last_failure = failed_at(failed);
                health.last_delivered_at = delivered.map(Timestamp::from_millis);
            })
        };
        assert_eq!(
            [with(5, None), with(5, Some(4)), with(5, Some(6))],
            [Condition::Failing, Condition::Failing, Condition::Fine]
        );
    }

    #[test]
    fn one_in_a_hundred_given_up_is_failing_and_fewer_are_not() {
        let with = |dead, delivered| in_order(|health| (health.dead, health.delivered) = (dead, delivered));
        assert_eq!([with(1, 99), with(1, 100), with(1, 0)], [Condition::Failing, Condition::Fine, Condition::Failing]);
    }

    #[test]
    fn what_is_held_or_due_for_over_a_minute_waits() {
        assert_eq!(in_order(|health| health.held = Capped::of(1)), Condition::Waiting);
        let due = |ms| {
            in_order(|health| {
                (health.waiting, health.oldest_due_at) = (Capped::of(1), Some(Timestamp::from_millis(ms)))
            })
        };
        assert_eq!([due(1_000_000 - 60_000), due(1_000_000 - 60_001)], [Condition::Fine, Condition::Waiting]);
    }

    #[test]
    fn an_app_without_a_url_is_not_set_up_though_its_callbacks_wait_for_that() {
        let standing = Standing { lacks_setup: true, ..Standing::default() };
        assert_eq!(of(standing, |health| health.held = Capped::of(1)), Condition::NotSetUp);
        // One of its endpoints works; what the other one's callbacks wait for concerns users by now.
        assert_eq!(of(standing, |health| (health.held, health.delivered) = (Capped::of(1), 1)), Condition::Waiting);
    }

    #[test]
    fn a_receiver_that_is_down_is_failing_whatever_else_is_true() {
        let standing = Standing { lacks_setup: true, is_down: true };
        assert_eq!(of(standing, |health| health.held = Capped::of(1)), Condition::Failing);
    }

    #[test]
    fn counts_end_at_the_cap_and_say_so() {
        assert_eq!(Capped::of(1_000), Capped { count: 1_000, more: false });
        assert_eq!(Capped::of(1_001), Capped { count: 1_000, more: true });
        assert_eq!(Capped::of(600).and(Capped::of(600)), Capped { count: 1_000, more: true });
        assert_eq!(Capped::of(1).and(Capped { count: 2, more: true }), Capped { count: 3, more: true });
    }
}
