//! A roll-up: what became of an app's callbacks within a stretch of time, added up.
//!
//! It holds no user, no transaction and no delivery, so erasure has nothing to look for in it. Tests are not in it: whoever asks
//! how an app is doing asks about its users.

use std::time::Duration;

use super::latencies::Latencies;
use super::tally::{LastFailure, Tally};
use crate::domain::delivery::Outcome;
use crate::domain::settlement::{Next, Settlement};
use crate::domain::time::Timestamp;

/// How long a stretch of time a roll-up is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// As it is added up at first.
    FiveMinutes,
    /// As it is kept for long.
    Hour,
}

impl Step {
    /// Its length in seconds.
    pub const fn seconds(self) -> u32 {
        match self {
            Self::FiveMinutes => 300,
            Self::Hour => 3_600,
        }
    }

    /// Its length.
    pub const fn length(self) -> Duration {
        Duration::from_secs(self.seconds() as u64)
    }

    /// The beginning of the stretch that an instant lies in.
    pub fn begin(self, instant: Timestamp) -> Timestamp {
        aligned(instant, self.length())
    }
}

/// The last whole multiple of a length, counted from 1970 on, that is not after an instant.
pub fn aligned(instant: Timestamp, length: Duration) -> Timestamp {
    let length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX).max(1);
    Timestamp::from_millis(instant.as_millis().div_euclid(length) * length)
}

/// What became of callbacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rollup {
    /// How many, and what came last.
    pub tally: Tally,
    /// How long the receiver took, of each attempt that it answered, well or badly.
    pub latencies: Latencies,
}

impl Rollup {
    /// Adds what a settlement says.
    pub fn add(&mut self, settlement: &Settlement) {
        for attempt in &settlement.attempts {
            if attempt.status_code.is_some() {
                self.latencies.add(attempt.duration_ms);
            }
            if attempt.counted && attempt.outcome != Outcome::Delivered {
                let (at, outcome, status) = (attempt.started_at, attempt.outcome, attempt.status_code);
                let last_failure = Some(LastFailure { at, outcome, status });
                self.tally.merge(&Tally { failed_attempts: 1, last_failure, ..Tally::default() });
            }
        }
        match settlement.next {
            Next::Delivered => {
                let last_delivered_at = Some(settlement.at);
                self.tally.merge(&Tally { delivered: 1, last_delivered_at, ..Tally::default() });
            }
            Next::Dead => self.tally.dead += 1,
            Next::Retry(_) | Next::Unsent(_) | Next::Held(_) | Next::Disabled { .. } => {}
        }
    }

    /// What was added up elsewhere as well.
    pub fn merge(&mut self, other: &Self) {
        self.tally.merge(&other.tally);
        self.latencies.merge(&other.latencies);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attempt::{Exchange, Failure, ReceiverAnswer, SentAttempt};
    use crate::domain::delivery::{Counters, Told};

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    /// A settlement after one attempt, which the receiver answered so.
    fn settled(status: u16, counted: bool, next: Next) -> Settlement {
        let failure = (status != 200).then(|| Failure::theirs(Outcome::HttpStatus, "refused"));
        let answer = Some(ReceiverAnswer { status, ..ReceiverAnswer::default() });
        let exchange = Exchange { failure, answer, started_at: at(7), duration: Duration::from_millis(9) };
        let sent = SentAttempt { request: None, secret_id: None, egress_ip: None, exchange };
        Settlement {
            delivery_id: "dlv_1".to_owned(),
            token: String::new(),
            attempts: vec![sent.record(1, counted)],
            replaces: None,
            counters: Counters::default(),
            told: Told::Yes,
            next,
            at: at(20),
        }
    }

    #[test]
    fn what_is_delivered_what_fails_and_what_dies_is_counted_and_what_only_waits_is_not() {
        let mut rollup = Rollup::default();
        rollup.add(&settled(200, true, Next::Delivered));
        rollup.add(&settled(500, true, Next::Retry(at(90))));
        rollup.add(&settled(500, true, Next::Dead));
        rollup.add(&Settlement { attempts: Vec::new(), ..settled(200, true, Next::Unsent(at(90))) });
        let last_failure = Some(LastFailure { at: at(7), outcome: Outcome::HttpStatus, status: Some(500) });
        let last_delivered_at = Some(at(20));
        assert_eq!(rollup.tally, Tally { delivered: 1, dead: 1, failed_attempts: 2, last_delivered_at, last_failure });
        assert_eq!(rollup.latencies.quantile(500), Some(9));
    }

    #[test]
    fn a_fault_of_ours_is_no_failure_of_the_receiver() {
        let mut rollup = Rollup::default();
        rollup.add(&settled(500, false, Next::Retry(at(90))));
        assert_eq!(rollup.tally, Tally::default());
    }

    #[test]
    fn of_two_both_the_counts_and_the_answer_times_add_up() {
        let of = |status| {
            let mut rollup = Rollup::default();
            rollup.add(&settled(status, true, if status == 200 { Next::Delivered } else { Next::Dead }));
            rollup
        };
        let mut both = of(200);
        both.merge(&of(500));
        assert_eq!((both.tally.delivered, both.tally.dead, both.tally.failed_attempts), (1, 1, 1));
        assert_eq!((both.tally.last_delivered_at, both.tally.last_failure), (Some(at(20)), of(500).tally.last_failure));
        let mut answers = Latencies::default();
        [9, 9].into_iter().for_each(|ms| answers.add(ms));
        assert_eq!(both.latencies, answers);
    }

    #[test]
    fn stretches_begin_at_multiples_of_their_length() {
        let instant = Timestamp::parse_rfc3339("2026-11-29T14:07:59.999Z").unwrap();
        assert_eq!(Step::FiveMinutes.begin(instant).to_string(), "2026-11-29T14:05:00.000Z");
        assert_eq!(Step::Hour.begin(instant).to_string(), "2026-11-29T14:00:00.000Z");
    }
}
