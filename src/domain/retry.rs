//! Retry schedules: how long to wait before the second attempt, the third, and so on.
//!
//! A schedule is only the list; jitter, `Retry-After` and scaling are added where an attempt is settled. It must not
//! know which dialect or endpoint it belongs to.

use serde::{Deserialize, Serialize};

use super::invalid::Invalid;

/// Longest wait before an attempt: a receiver that is down for longer than a week needs a person, not a retry.
const LONGEST_WAIT: u64 = 7 * 24 * 60 * 60;
/// Most retries: beyond it a schedule is a mistake in units.
const MOST_RETRIES: usize = 100;

/// 15 s, 1 min, 3 min, 15 min, 1 h, 4 h, 12 h, 24 h: over the first minutes a restart is survived, over two days a
/// week-end's outage mostly is.
const DEFAULT: [u64; 8] = [15, 60, 180, 900, 3_600, 14_400, 43_200, 86_400];

/// The waits before attempts 2, 3, …
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u64>", into = "Vec<u64>")]
pub struct RetrySchedule(Vec<u64>);

impl RetrySchedule {
    /// A schedule from seconds; faults are reported under `retrySchedule`.
    pub fn from_seconds(seconds: Vec<u64>) -> Result<Self, Invalid> {
        if seconds.len() > MOST_RETRIES {
            return Err(Invalid::field("retrySchedule", format!("must have at most {MOST_RETRIES} entries")));
        }
        if let Some(wait) = seconds.iter().find(|wait| !(1..=LONGEST_WAIT).contains(*wait)) {
            let message = format!("must hold seconds from 1 to {LONGEST_WAIT} (7 days), not {wait}");
            return Err(Invalid::field("retrySchedule", message));
        }
        Ok(Self(seconds))
    }

    /// The waits in seconds.
    pub fn as_seconds(&self) -> &[u64] {
        &self.0
    }
}

impl Default for RetrySchedule {
    fn default() -> Self {
        Self(DEFAULT.to_vec())
    }
}

impl TryFrom<Vec<u64>> for RetrySchedule {
    type Error = Invalid;

    fn try_from(seconds: Vec<u64>) -> Result<Self, Invalid> {
        Self::from_seconds(seconds)
    }
}

impl From<RetrySchedule> for Vec<u64> {
    fn from(schedule: RetrySchedule) -> Self {
        schedule.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_schedule_is_the_documented_one() {
        let documented = [15, 60, 3 * 60, 15 * 60, 3600, 4 * 3600, 12 * 3600, 24 * 3600];
        assert_eq!(RetrySchedule::default().as_seconds(), documented);
    }

    #[test]
    fn a_wait_of_no_time_or_of_more_than_a_week_is_refused() {
        assert!(RetrySchedule::from_seconds(vec![1, 604_800]).is_ok());
        assert!(RetrySchedule::from_seconds(vec![]).is_ok());
        for seconds in [vec![0], vec![604_801], vec![60; 101]] {
            assert!(RetrySchedule::from_seconds(seconds).is_err());
        }
    }
}
