//! Retry schedules: how long to wait before the second attempt, the third, and so on.
//!
//! A schedule is only the list; jitter, `Retry-After` and scaling are added where an attempt is settled. It must not
//! know which dialect or endpoint it belongs to.

use serde::{Deserialize, Serialize};

use super::invalid::Invalid;

/// Longest wait before an attempt: a receiver that is down for longer than a week needs a person, not a retry.
const LONGEST_WAIT: u64 = 7 * 24 * 60 * 60;
/// Most retries of an endpoint's own schedule: beyond it a schedule is a mistake in units.
const MOST_RETRIES: usize = 100;
/// Most retries of a dialect: some vendors try every five minutes for days.
const MOST_DOCUMENTED: usize = 2_000;
/// Longest time from a dialect's first attempt to its last.
const LONGEST_IN_SUM: u64 = 30 * 24 * 60 * 60;

/// 15 s, 1 min, 3 min, 15 min, 1 h, 4 h, 12 h, 24 h: over the first minutes a restart is survived, over two days a
/// week-end's outage mostly is.
const DEFAULT: [u64; 8] = [15, 60, 180, 900, 3_600, 14_400, 43_200, 86_400];

/// The waits before attempts 2, 3, …
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RetrySchedule(Vec<u64>);

impl RetrySchedule {
    /// A schedule of these waits, which are not checked yet.
    pub fn from_seconds(seconds: Vec<u64>) -> Self {
        Self(seconds)
    }

    /// Checks an endpoint's own schedule.
    pub fn check(&self) -> Result<(), Invalid> {
        self.check_at_most(MOST_RETRIES)
    }

    fn check_at_most(&self, most: usize) -> Result<(), Invalid> {
        if self.0.len() > most {
            return Err(Invalid::field("retrySchedule", format!("must have at most {most} entries")));
        }
        if let Some(wait) = self.0.iter().find(|wait| !(1..=LONGEST_WAIT).contains(*wait)) {
            let message = format!("must hold seconds from 1 to {LONGEST_WAIT} (7 days), not {wait}");
            return Err(Invalid::field("retrySchedule", message));
        }
        Ok(())
    }

    /// The waits in runs of equal ones: how long, and how many times.
    pub fn runs(&self) -> Vec<(u64, usize)> {
        let runs = self.0.chunk_by(|one, next| one == next);
        runs.filter_map(|run| Some((*run.first()?, run.len()))).collect()
    }

    /// The waits in seconds.
    pub fn as_seconds(&self) -> &[u64] {
        &self.0
    }
}

/// A dialect's schedule as a recipe writes it: single waits and runs of equal ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Waits>", into = "Vec<Waits>")]
pub struct DocumentedSchedule(pub RetrySchedule);

/// One wait, or a run of equal ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "must be seconds, or a run of equal waits: { every = 300, times = 12 }")]
enum Waits {
    One(u64),
    Run { every: u64, times: usize },
}

/// From so many equal waits on they are shown as a run.
const SHORTEST_RUN: usize = 4;

impl TryFrom<Vec<Waits>> for DocumentedSchedule {
    type Error = Invalid;

    fn try_from(waits: Vec<Waits>) -> Result<Self, Invalid> {
        let run = |waits: Waits| match waits {
            Waits::One(wait) => std::iter::repeat_n(wait, 1),
            Waits::Run { every, times } => std::iter::repeat_n(every, times.min(MOST_DOCUMENTED + 1)),
        };
        let seconds: Vec<u64> = waits.into_iter().flat_map(run).take(MOST_DOCUMENTED + 1).collect();
        let schedule = RetrySchedule(seconds);
        schedule.check_at_most(MOST_DOCUMENTED)?;
        if schedule.as_seconds().iter().sum::<u64>() > LONGEST_IN_SUM {
            return Err(Invalid::field("retrySchedule", "must end within 30 days"));
        }
        Ok(Self(schedule))
    }
}

impl From<DocumentedSchedule> for Vec<Waits> {
    fn from(schedule: DocumentedSchedule) -> Self {
        let shown = |(every, times): (u64, usize)| match times {
            SHORTEST_RUN.. => vec![Waits::Run { every, times }],
            _ => vec![Waits::One(every); times],
        };
        schedule.0.runs().into_iter().flat_map(shown).collect()
    }
}

impl Default for RetrySchedule {
    fn default() -> Self {
        Self(DEFAULT.to_vec())
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
    fn a_dialect_may_wait_in_runs() {
        let read = |json: &str| serde_json::from_str::<DocumentedSchedule>(json);
        let json = r#"[60,{"every":300,"times":1152}]"#;
        let schedule = read(json).unwrap();
        assert_eq!((schedule.0.as_seconds().len(), schedule.0.as_seconds()[1152]), (1_153, 300));
        assert_eq!(serde_json::to_string(&schedule).unwrap(), json);
        assert_eq!(serde_json::to_string(&read("[5,5,5,9]").unwrap()).unwrap(), "[5,5,5,9]");
        for too_much in [
            r#"[{"every":1,"times":2001}]"#,
            r#"[{"every":1,"times":99999999999}]"#,
            r#"[{"every":0,"times":1}]"#,
            r#"[{"every":604800,"times":5}]"#,
        ] {
            assert!(read(too_much).is_err(), "{too_much}");
        }
    }

    #[test]
    fn a_wait_of_no_time_or_of_more_than_a_week_is_refused() {
        assert!(RetrySchedule::from_seconds(vec![1, 604_800]).check().is_ok());
        assert!(RetrySchedule::from_seconds(vec![]).check().is_ok());
        for seconds in [vec![0], vec![604_801], vec![60; 101]] {
            assert!(RetrySchedule::from_seconds(seconds).check().is_err());
        }
    }
}
