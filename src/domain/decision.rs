//! What an attempt's exchanges mean for its delivery: acknowledged, tried again then, held with its whole endpoint, or given
//! up.
//!
//! Pure: [`decide`] takes the delivery's counters, the exchanges, the schedule, the instant and the jitter, and answers
//! what becomes of the delivery. It must not know how anything is stored or sent.

use std::time::Duration;

use super::attempt::Exchange;
use super::delivery::{Counters, Outcome};
use super::dialect::statuses::StatusSet;
use super::time::Timestamp;

/// What decides about the next attempt, besides the exchange itself.
#[derive(Clone, Copy, Debug)]
pub struct AttemptPolicy<'a> {
    /// When to try again.
    pub pacing: RetryPacing<'a>,
    /// Statuses that the dialect takes as the last word.
    pub final_statuses: &'a StatusSet,
    /// Statuses by which the receiver says that it is there no more. They go before the final ones.
    pub disabling_statuses: &'a StatusSet,
}

/// When to try again.
#[derive(Clone, Copy, Debug)]
pub struct RetryPacing<'a> {
    /// Seconds before attempts 2, 3, …
    pub schedule: &'a [u64],
    /// Thousandths by which every delay is multiplied (`RINGBACK_RETRY_SCALE`).
    pub scale_thousandths: u64,
    /// 0 to 100 thousandths on top, so that an outage's deliveries do not come back in one wave.
    pub jitter_thousandths: u64,
}

/// What becomes of the delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It was acknowledged.
    Delivered,
    /// It is tried again.
    Retry {
        /// When it is sent again.
        at: Timestamp,
    },
    /// It waits until its endpoint is enabled, which this status disables.
    Disabled {
        /// The receiver's status.
        status: u16,
    },
    /// It is given up.
    Dead,
}

/// A receiver may put a retry off by so much at most.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);
/// Our own faults: the first pause, which doubles up to the last, and never sinks under the least.
const FIRST_FAULT_PAUSE_MS: u64 = 15_000;
const LAST_FAULT_PAUSE_MS: u64 = 300_000;
const LEAST_FAULT_PAUSE_MS: u64 = 1_000;

/// What an attempt means for its delivery: acknowledged if one of its exchanges was, else what the first one means.
/// `before` are the counters before this attempt.
pub fn decide(before: Counters, exchanges: &[&Exchange], policy: AttemptPolicy<'_>, now: Timestamp) -> Decision {
    let AttemptPolicy { pacing, final_statuses, disabling_statuses } = policy;
    if exchanges.iter().any(|exchange| exchange.outcome() == Outcome::Delivered) {
        return Decision::Delivered;
    }
    if exchanges.first().is_none_or(|first| first.is_our_fault()) {
        return Decision::Retry { at: now.plus(fault_pause(before.faults, pacing.scale_thousandths)) };
    }
    let mut answers = exchanges.iter().filter_map(|exchange| exchange.answer.as_ref());
    let asked = answers.clone().filter_map(|answer| answer.retry_after).max();
    let mut statuses = answers.clone().map(|answer| answer.status);
    if let Some(status) = statuses.find(|status| disabling_statuses.contains(*status)) {
        return Decision::Disabled { status };
    }
    if answers.any(|answer| final_statuses.contains(answer.status)) {
        return Decision::Dead;
    }
    match pacing.wait_after(before.round_attempts) {
        None => Decision::Dead,
        Some(wait) => {
            let asked = asked.unwrap_or_default().min(LONGEST_RETRY_AFTER);
            Decision::Retry { at: now.plus(wait.max(asked)) }
        }
    }
}

impl RetryPacing<'_> {
    /// How long to wait after an attempt that failed, before which there were so many counted ones; `None`: it was the last.
    pub fn wait_after(&self, counted_before: u32) -> Option<Duration> {
        let seconds = self.schedule.get(usize::try_from(counted_before).ok()?)?;
        let scaled = seconds.saturating_mul(self.scale_thousandths);
        let jittered = scaled.saturating_add(scaled.saturating_mul(self.jitter_thousandths).div_ceil(1000));
        Some(Duration::from_millis(jittered))
    }
}

/// How long to wait after `faults` earlier faults of our own in a row.
fn fault_pause(faults: u32, scale_thousandths: u64) -> Duration {
    let doubled = FIRST_FAULT_PAUSE_MS.saturating_mul(1_u64.checked_shl(faults).unwrap_or(u64::MAX));
    let scaled = doubled.min(LAST_FAULT_PAUSE_MS).saturating_mul(scale_thousandths) / 1000;
    Duration::from_millis(scaled.max(LEAST_FAULT_PAUSE_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attempt::{Failure, ReceiverAnswer};

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const PACING: RetryPacing<'static> =
        RetryPacing { schedule: &[15, 60], scale_thousandths: 1000, jitter_thousandths: 0 };

    fn answered(status: u16, retry_after: Option<Duration>) -> Exchange {
        let failure = (status != 200).then(|| Failure::theirs(Outcome::HttpStatus, "refused"));
        let answer = Some(ReceiverAnswer { status, retry_after, ..ReceiverAnswer::default() });
        Exchange { failure, answer, started_at: NOW, duration: Duration::ZERO }
    }

    fn interrupted() -> Exchange {
        Exchange::interrupted(NOW, Duration::ZERO, "stopped")
    }

    fn set(status: &str) -> StatusSet {
        StatusSet::try_from(vec![status.to_owned()]).unwrap()
    }

    /// What exchanges mean to a receiver whose last word is 410, and who is there no more after a 404.
    fn decided(before: Counters, exchanges: &[Exchange], pacing: RetryPacing<'_>) -> Decision {
        let (final_statuses, disabling_statuses) = (&set("410"), &set("404"));
        let policy = AttemptPolicy { pacing, final_statuses, disabling_statuses };
        decide(before, &exchanges.iter().collect::<Vec<_>>(), policy, NOW)
    }

    fn refused(pacing: RetryPacing<'_>) -> Decision {
        decided(Counters::default(), &[answered(500, None)], pacing)
    }

    fn after(ms: u64) -> Decision {
        Decision::Retry { at: NOW.plus(Duration::from_millis(ms)) }
    }

    #[test]
    fn a_failure_is_tried_again_by_the_schedule_and_is_dead_after_its_last_entry() {
        let at = |round_attempts| {
            decided(Counters { round_attempts, ..Counters::default() }, &[answered(500, None)], PACING)
        };
        assert_eq!([at(0), at(1), at(2)], [after(15_000), after(60_000), Decision::Dead]);
    }

    #[test]
    fn jitter_only_lengthens() {
        assert_eq!(refused(RetryPacing { jitter_thousandths: 100, ..PACING }), after(16_500));
    }

    #[test]
    fn retry_after_only_lengthens_is_not_scaled_and_ends_at_a_day() {
        let asked = |seconds, scale_thousandths| {
            let refusal = answered(500, Some(Duration::from_secs(seconds)));
            decided(Counters::default(), &[refusal], RetryPacing { scale_thousandths, ..PACING })
        };
        assert_eq!(asked(1, 1000), after(15_000));
        assert_eq!(asked(20, 1), after(20_000));
        assert_eq!(asked(9_000_000, 1), after(86_400_000));
    }

    #[test]
    fn our_own_faults_burn_no_attempt_and_their_pause_doubles_to_five_minutes_but_never_sinks_under_a_second() {
        let pause = |faults, scale| fault_pause(faults, scale).as_millis();
        assert_eq!(
            [pause(0, 1000), pause(1, 1000), pause(4, 1000), pause(5, 1000)],
            [15_000, 30_000, 240_000, 300_000]
        );
        assert_eq!([pause(70, 1000), pause(0, 10), pause(0, 0)], [300_000, 1_000, 1_000]);
        let worn_out = Counters { round_attempts: 99, ..Counters::default() };
        assert_eq!(decided(worn_out, &[interrupted()], PACING), after(15_000));
    }

    #[test]
    fn a_final_refusal_ends_it_at_once() {
        assert_eq!(decided(Counters::default(), &[answered(410, None)], PACING), Decision::Dead);
    }

    #[test]
    fn a_receiver_that_is_there_no_more_disables_its_endpoint_even_where_that_would_be_its_last_word() {
        let disabled = Decision::Disabled { status: 404 };
        assert_eq!(decided(Counters::default(), &[answered(404, None)], PACING), disabled);
        let worn_out = Counters { round_attempts: 99, ..Counters::default() };
        assert_eq!(decided(worn_out, &[answered(401, None), answered(404, None)], PACING), disabled);
        let all_final = AttemptPolicy { pacing: PACING, final_statuses: &set("4xx"), disabling_statuses: &set("404") };
        assert_eq!(decide(Counters::default(), &[&answered(404, None)], all_final, NOW), disabled);
    }

    #[test]
    fn an_acknowledgement_of_either_exchange_is_one_and_else_the_first_tells_whose_fault_it_was() {
        let decided = |exchanges: &[Exchange]| decided(Counters::default(), exchanges, PACING);
        assert_eq!(decided(&[answered(401, None), answered(200, None)]), Decision::Delivered);
        assert_eq!(decided(&[answered(401, None), interrupted()]), after(15_000));
        assert_eq!(decided(&[interrupted(), answered(410, None)]), after(15_000));
        let asked = Some(Duration::from_secs(20));
        assert_eq!(decided(&[answered(401, None), answered(401, asked)]), after(20_000));
        assert_eq!(decided(&[answered(401, None), answered(410, None)]), Decision::Dead);
    }
}
