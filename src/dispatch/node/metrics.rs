//! What is counted, for `/metrics`. Counting must never fail, wait or decide anything, and no label may hold a name that
//! a caller chose (an endless number of series would follow).

mod levels;
mod measured;
mod spread;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

pub use self::levels::{Backlog, Due, DueFor, Levels, Permits};
use self::measured::Measured;
use crate::domain::attempt::Exchange;
use crate::domain::settlement::Next;

/// Bounds of the exchange histogram in seconds: from a receiver in the same rack to the longest usual time-out.
const SECONDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0, 30.0];

/// The counters of this process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    reports: Family<Result, Counter>,
    clicks: Family<Result, Counter>,
    attempts: Family<Outcome, Counter>,
    settled: Family<Status, Counter>,
    reopened: Counter,
    exchange_seconds: Histogram,
    rescued: Counter,
    bodies_turned_away: Counter,
    measured: Measured,
}

/// How a report or a visitor was answered, in a word of our own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Result {
    result: &'static str,
}

/// How an exchange ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

/// Where a delivery stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Status {
    status: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("ringback"),
            reports: Family::default(),
            clicks: Family::default(),
            attempts: Family::default(),
            settled: Family::default(),
            reopened: Counter::default(),
            exchange_seconds: Histogram::new(SECONDS),
            rescued: Counter::default(),
            bodies_turned_away: Counter::default(),
            measured: Measured::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("reports", "Reports, by how each was answered", metrics.reports.clone());
        registry.register("clicks", "Visitors of tracking links, by what became of the click", metrics.clicks.clone());
        registry.register("attempts", "Exchanges with receivers", metrics.attempts.clone());
        registry.register("settlements", "Deliveries settled", metrics.settled.clone());
        registry.register("reopened", "Deliveries reopened by replay jobs", metrics.reopened.clone());
        registry.register("exchange_seconds", "Time of an exchange", metrics.exchange_seconds.clone());
        let rescued = "Deliveries taken back from nodes that died, and from commits whose answer was lost";
        registry.register("rescued", rescued, metrics.rescued.clone());
        let bodies = "Requests answered 503 before they were read, because too many bodies were under way";
        registry.register("bodies_turned_away", bodies, metrics.bodies_turned_away.clone());
        metrics.measured.register(registry);
        // A counter that appears with its first increase shows none to whoever asks how fast it grows.
        for result in ["accepted", "unavailable"] {
            drop(metrics.reports.get_or_create(&Result { result }));
        }
        for result in ["recorded", "unavailable"] {
            drop(metrics.clicks.get_or_create(&Result { result }));
        }
        drop(metrics.attempts.get_or_create(&Outcome { outcome: "delivered" }));
        drop(metrics.settled.get_or_create(&Status { status: "delivered" }));
        metrics
    }
}

impl Metrics {
    /// A report was answered.
    pub fn reported(&self, result: &'static str) {
        self.reports.get_or_create(&Result { result }).inc();
    }

    /// A visitor of the tracking link was forwarded.
    pub fn clicked(&self, result: &'static str) {
        self.clicks.get_or_create(&Result { result }).inc();
    }

    /// An exchange ended.
    pub fn exchanged(&self, exchange: &Exchange) {
        self.attempts.get_or_create(&Outcome { outcome: exchange.outcome().as_str() }).inc();
        self.exchange_seconds.observe(exchange.duration.as_secs_f64());
    }

    /// A settlement is on disk.
    pub fn settled(&self, next: Next) {
        let status = match next {
            Next::Delivered => "delivered",
            Next::Retry(_) => "retrying",
            Next::Unsent(_) => "unsent",
            Next::Dead => "dead",
            Next::Held(_) | Next::Disabled { .. } => "held",
        };
        self.settled.get_or_create(&Status { status }).inc();
    }

    /// A replay job has reopened so many deliveries.
    pub fn reopened(&self, deliveries: usize) {
        self.reopened.inc_by(u64::try_from(deliveries).unwrap_or(u64::MAX));
    }

    /// So many deliveries were taken back that nobody worked on any more.
    pub fn rescued(&self, deliveries: usize) {
        self.rescued.inc_by(u64::try_from(deliveries).unwrap_or(u64::MAX));
    }

    /// A body found no room among those under way.
    pub fn body_turned_away(&self) {
        self.bodies_turned_away.inc();
    }

    /// All of it in the OpenMetrics text format.
    pub fn encode(&self, levels: &Levels) -> String {
        self.measured.set(levels);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).expect("writing to a text cannot fail");
        text
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::{Commits, Spread};

    fn levels(backlog: Option<Backlog>) -> Levels {
        let spread = Spread { within: vec![(1_000, 3), (500_000, 1)], above: 1, sum: 2_500_000 };
        let commits = Commits { micros: spread, changes: Spread::default() };
        Levels { backlog, commits, ..Levels::default() }
    }

    #[test]
    fn what_waits_is_shown_by_reason_and_stays_as_last_seen_while_the_store_does_not_answer() {
        let metrics = Metrics::default();
        let mut backlog = Backlog::default();
        backlog.waits(DueFor::Permit, Duration::from_secs(3));
        backlog.waits(DueFor::Permit, Duration::from_secs(2));
        backlog.waits(DueFor::EgressIp, Duration::from_secs(9));
        let seen = "ringback_oldest_due_seconds{waiting_for=\"permit\"} 3\n";
        let told = metrics.encode(&levels(Some(backlog)));
        for line in [
            seen,
            "ringback_endpoints_due{waiting_for=\"permit\"} 2\n",
            "ringback_oldest_due_seconds{waiting_for=\"egress_ip\"} 9\n",
            "ringback_oldest_due_seconds{waiting_for=\"circuit\"} 0\n",
            "ringback_store_answers 1\n",
        ] {
            assert!(told.contains(line), "no {line:?} in {told}");
        }
        let told = metrics.encode(&levels(None));
        assert!(told.contains("ringback_store_answers 0\n") && told.contains(seen), "{told}");
    }

    #[test]
    fn what_the_store_counts_is_a_histogram_in_seconds() {
        let told = Metrics::default().encode(&levels(None));
        for line in [
            "ringback_commit_seconds_sum 2.5\n",
            "ringback_commit_seconds_count 5\n",
            "ringback_commit_seconds_bucket{le=\"0.001\"} 3\n",
            "ringback_commit_seconds_bucket{le=\"0.5\"} 4\n",
            "ringback_commit_seconds_bucket{le=\"+Inf\"} 5\n",
        ] {
            assert!(told.contains(line), "no {line:?} in {told}");
        }
    }
}
