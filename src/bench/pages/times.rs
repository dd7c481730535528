//! How long something took each time, and how much was answered.

use serde_json::{Value, json};

use crate::bench::row::thousandths;

/// Times in microseconds.
#[derive(Debug, Default)]
pub(super) struct Times {
    micros: Vec<u64>,
    largest: usize,
}

impl Times {
    pub(super) fn add(&mut self, micros: u64, bytes: usize) {
        self.micros.push(micros);
        self.largest = self.largest.max(bytes);
    }

    /// Nothing where nothing was timed.
    pub(super) fn any(self) -> Option<Self> {
        if self.micros.is_empty() { None } else { Some(self) }
    }

    /// Bytes of the largest answer.
    pub(super) fn largest(&self) -> usize {
        self.largest
    }

    /// So many of a hundred took at most so long.
    fn quantile(&self, hundredths: usize) -> u64 {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * hundredths).div_ceil(100);
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
    }

    /// For people, in milliseconds.
    pub(super) fn cell(&self) -> String {
        format!("{} / {}", thousandths(self.quantile(50)), thousandths(self.quantile(95)))
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        json!({ "p50": self.quantile(50), "p95": self.quantile(95), "max": self.quantile(100) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_time_that_was_measured() {
        let mut times = Times::default();
        (1..=40).for_each(|micros| times.add(micros * 1_000, 7));
        assert_eq!(times.cell(), "20.000 / 38.000");
        assert_eq!(times.json()["max"], 40_000);
        assert!(Times::default().any().is_none());
    }
}
