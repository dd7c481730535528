//! A tally: how many callbacks of an app were delivered or given up, how many attempts failed, and what came last. A roll-up is a
//! tally and answer times, which are most of its bytes; without them a day of ten thousand apps fits into a megabyte.

use crate::domain::delivery::Outcome;
use crate::domain::time::Timestamp;

/// The last attempt that failed. What began later is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LastFailure {
    /// When it began.
    pub at: Timestamp,
    /// In one word.
    pub outcome: Outcome,
    /// What the receiver answered, if it did.
    pub status: Option<u16>,
}

/// What became of an app's callbacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Deliveries that were acknowledged.
    pub delivered: u64,
    /// Deliveries that were given up, or waited for too long.
    pub dead: u64,
    /// Attempts that failed and were not our fault.
    pub failed_attempts: u64,
    /// When the last delivery was acknowledged.
    pub last_delivered_at: Option<Timestamp>,
    /// The last attempt that failed.
    pub last_failure: Option<LastFailure>,
}

impl Tally {
    /// Adds what was tallied of another stretch of time. Of two failures that began at the same instant the greater one stands,
    /// whichever is added to the other.
    pub fn merge(&mut self, other: &Self) {
        self.delivered += other.delivered;
        self.dead += other.dead;
        self.failed_attempts += other.failed_attempts;
        self.last_delivered_at = self.last_delivered_at.max(other.last_delivered_at);
        self.last_failure = self.last_failure.max(other.last_failure);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(ms: i64, status: Option<u16>) -> Option<LastFailure> {
        Some(LastFailure { at: Timestamp::from_millis(ms), outcome: Outcome::HttpStatus, status })
    }

    fn merged(one: Tally, other: &Tally) -> Tally {
        let mut sum = one;
        sum.merge(other);
        sum
    }

    #[test]
    fn counts_add_up_and_the_later_instants_stand_whichever_is_added_to_the_other() {
        let delivered_at = |ms| Some(Timestamp::from_millis(ms));
        let early = Tally {
            delivered: 1,
            dead: 2,
            failed_attempts: 3,
            last_delivered_at: delivered_at(9),
            last_failure: failed(4, Some(503)),
        };
        let late = Tally { delivered: 10, last_failure: failed(5, None), ..Tally::default() };
        let both = Tally { delivered: 11, last_failure: failed(5, None), ..early };
        assert_eq!([merged(early, &late), merged(late, &early)], [both, both]);
    }

    #[test]
    fn of_failures_of_the_same_instant_the_same_one_stands_in_either_order() {
        let (one, other) = (failed(4, Some(500)), failed(4, Some(503)));
        let of = |last_failure| Tally { last_failure, ..Tally::default() };
        assert_eq!([merged(of(one), &of(other)), merged(of(other), &of(one))], [of(other), of(other)]);
    }
}
