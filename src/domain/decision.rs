//! What an attempt's ending means for its delivery: acknowledged, tried again then, or given up.
//!
//! Pure: [`decide`] takes the delivery's counters, the ending, the schedule, the instant and the jitter, and answers what
//! is to be stored. It must not know how anything is stored or sent.

use std::time::Duration;

use super::delivery::Outcome;
use super::time::Timestamp;

/// A delivery's counters when an attempt is settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Counted attempts since the delivery was last opened.
    pub round_attempts: u32,
    /// Our own faults in a row.
    pub faults: u32,
}

/// What ended an attempt, as far as the next step depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it counts: our own faults do not.
    pub counted: bool,
    /// What the receiver asked for.
    pub retry_after: Option<Duration>,
    /// The dialect takes this refusal as the last word.
    pub is_final: bool,
}

/// When to try again.
#[derive(Clone, Copy, Debug)]
pub struct Pace<'a> {
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
        /// Then.
        at: Timestamp,
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

/// What the ending of an attempt means for its delivery. `before` are the counters before this attempt.
pub fn decide(before: Progress, ending: Ending, pace: Pace<'_>, now: Timestamp) -> Decision {
    if ending.outcome == Outcome::Delivered {
        return Decision::Delivered;
    }
    if !ending.counted {
        return Decision::Retry { at: now.plus(fault_pause(before.faults, pace.scale_thousandths)) };
    }
    if ending.is_final {
        return Decision::Dead;
    }
    match pace.schedule.get(before.round_attempts as usize) {
        None => Decision::Dead,
        Some(seconds) => {
            let scaled = seconds.saturating_mul(pace.scale_thousandths);
            let jittered = scaled.saturating_add(scaled.saturating_mul(pace.jitter_thousandths).div_ceil(1000));
            let asked = ending.retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
            Decision::Retry { at: now.plus(Duration::from_millis(jittered).max(asked)) }
        }
    }
}

/// How long to wait after `faults` earlier faults of our own in a row.
pub fn fault_pause(faults: u32, scale_thousandths: u64) -> Duration {
    let doubled = FIRST_FAULT_PAUSE_MS.saturating_mul(1_u64.checked_shl(faults).unwrap_or(u64::MAX));
    let scaled = doubled.min(LAST_FAULT_PAUSE_MS).saturating_mul(scale_thousandths) / 1000;
    Duration::from_millis(scaled.max(LEAST_FAULT_PAUSE_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const PACE: Pace<'static> = Pace { schedule: &[15, 60], scale_thousandths: 1000, jitter_thousandths: 0 };

    fn failed(counted: bool) -> Ending {
        Ending { outcome: Outcome::HttpStatus, counted, retry_after: None, is_final: false }
    }

    fn after(ms: u64) -> Decision {
        Decision::Retry { at: NOW.plus(Duration::from_millis(ms)) }
    }

    #[test]
    fn a_failure_is_tried_again_by_the_schedule_and_is_dead_after_its_last_entry() {
        let at = |round_attempts| decide(Progress { round_attempts, faults: 0 }, failed(true), PACE, NOW);
        assert_eq!([at(0), at(1), at(2)], [after(15_000), after(60_000), Decision::Dead]);
    }

    #[test]
    fn jitter_only_lengthens() {
        let pace = Pace { jitter_thousandths: 100, ..PACE };
        assert_eq!(decide(Progress::default(), failed(true), pace, NOW), after(16_500));
    }

    #[test]
    fn retry_after_only_lengthens_is_not_scaled_and_ends_at_a_day() {
        let asked = |seconds, scale_thousandths| {
            let ending = Ending { retry_after: Some(Duration::from_secs(seconds)), ..failed(true) };
            decide(Progress::default(), ending, Pace { scale_thousandths, ..PACE }, NOW)
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
        let worn_out = Progress { round_attempts: 99, faults: 0 };
        assert_eq!(decide(worn_out, failed(false), PACE, NOW), after(15_000));
    }

    #[test]
    fn a_final_refusal_ends_it_at_once() {
        let ending = Ending { is_final: true, ..failed(true) };
        assert_eq!(decide(Progress::default(), ending, PACE, NOW), Decision::Dead);
    }
}
