//! What the writer's threads have committed since they were started: how many changes each group held, and how long it took.
//!
//! Counting is a few additions that wait for nobody; what is done with the figures is not known here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Bounds of how long a group takes, in microseconds: from a flush that a disk's cache absorbs to a fail-over.
const MICROS: [u64; 11] = [500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000];
/// Bounds of how many changes a group holds, up to the largest group.
const CHANGES: [u64; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/// The groups that were committed, successfully or not.
#[derive(Debug)]
pub(super) struct CommitCounts {
    micros: Tally,
    changes: Tally,
}

/// The same, as it was at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commits {
    /// How long each group took, in microseconds.
    pub micros: Spread,
    /// How many changes each group held.
    pub changes: Spread,
}

/// How values are spread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Bounds, and how many values are no larger than each but larger than the one before.
    pub within: Vec<(u64, u64)>,
    /// How many are larger than the last bound.
    pub above: u64,
    /// All values together.
    pub sum: u64,
}

/// Counts values between bounds.
#[derive(Debug)]
struct Tally {
    bounds: &'static [u64],
    counts: Vec<AtomicU64>,
    above: AtomicU64,
    sum: AtomicU64,
}

impl Default for CommitCounts {
    fn default() -> Self {
        Self { micros: Tally::between(&MICROS), changes: Tally::between(&CHANGES) }
    }
}

impl CommitCounts {
    /// A group of so many changes took so long.
    pub(super) fn count(&self, changes: usize, took: Duration) {
        self.micros.count(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        self.changes.count(u64::try_from(changes).unwrap_or(u64::MAX));
    }

    /// What was counted so far.
    pub(super) fn so_far(&self) -> Commits {
        Commits { micros: self.micros.so_far(), changes: self.changes.so_far() }
    }
}

impl Tally {
    fn between(bounds: &'static [u64]) -> Self {
        let counts = bounds.iter().map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, above: AtomicU64::new(0), sum: AtomicU64::new(0) }
    }

    fn count(&self, value: u64) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        self.counts.get(place).unwrap_or(&self.above).fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    fn so_far(&self) -> Spread {
        let counts = self.counts.iter().map(|count| count.load(Ordering::Relaxed));
        Spread {
            within: self.bounds.iter().copied().zip(counts).collect(),
            above: self.above.load(Ordering::Relaxed),
            sum: self.sum.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_for_the_first_bound_that_it_does_not_exceed() {
        let tally = Tally::between(&[1, 10]);
        [0, 1, 2, 10, 11].into_iter().for_each(|value| tally.count(value));
        assert_eq!(tally.so_far(), Spread { within: vec![(1, 2), (10, 2)], above: 1, sum: 24 });
    }
}
