//! What is counted, for `/metrics`. Counting must never fail, wait or decide anything, and no label may hold a name that
//! a caller chose (an endless number of series would follow).

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

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
    oldest_due_seconds: Gauge,
    endpoints_due: Gauge,
    endpoints_held: Gauge,
    in_flight: Gauge,
    write_backlog: Gauge,
    nodes: Gauge,
    egress_ips_without_node: Gauge,
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

/// What waits in the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// For how long the oldest delivery that is due has been.
    pub oldest_due: Duration,
    /// Endpoints that have deliveries due.
    pub endpoints_due: usize,
    /// Endpoints that have deliveries held until something is mended.
    pub endpoints_held: usize,
}

/// What is measured at the moment of asking.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// What waits in the store.
    pub backlog: Backlog,
    /// Sends in flight.
    pub in_flight: usize,
    /// Changes that wait for the store's writer.
    pub write_backlog: usize,
    /// Nodes that live.
    pub nodes: usize,
    /// Issued egress IPs that no live node can send from.
    pub egress_ips_without_node: usize,
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
            oldest_due_seconds: Gauge::default(),
            endpoints_due: Gauge::default(),
            endpoints_held: Gauge::default(),
            in_flight: Gauge::default(),
            write_backlog: Gauge::default(),
            nodes: Gauge::default(),
            egress_ips_without_node: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("reports", "Reports answered", metrics.reports.clone());
        registry.register("clicks", "Visitors of the tracking link forwarded", metrics.clicks.clone());
        registry.register("attempts", "Exchanges with receivers", metrics.attempts.clone());
        registry.register("settlements", "Deliveries settled", metrics.settled.clone());
        registry.register("reopened", "Deliveries reopened by replay jobs", metrics.reopened.clone());
        registry.register("exchange_seconds", "Time of an exchange", metrics.exchange_seconds.clone());
        let oldest = "Age of the oldest delivery that is due";
        registry.register("oldest_due_seconds", oldest, metrics.oldest_due_seconds.clone());
        registry.register("endpoints_due", "Endpoints that have deliveries due", metrics.endpoints_due.clone());
        registry.register("endpoints_held", "Endpoints that have deliveries held", metrics.endpoints_held.clone());
        registry.register("in_flight", "Callbacks being sent", metrics.in_flight.clone());
        registry.register("write_backlog", "Changes waiting for the store", metrics.write_backlog.clone());
        registry.register("nodes", "Nodes that live", metrics.nodes.clone());
        let unheld = "Issued egress IPs that no live node can send from";
        registry.register("egress_ips_without_node", unheld, metrics.egress_ips_without_node.clone());
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
            Next::Held(_) => "held",
        };
        self.settled.get_or_create(&Status { status }).inc();
    }

    /// A replay job has reopened so many deliveries.
    pub fn reopened(&self, deliveries: usize) {
        self.reopened.inc_by(u64::try_from(deliveries).unwrap_or(u64::MAX));
    }

    /// All of it in the OpenMetrics text format.
    pub fn encode(&self, levels: &Levels) -> String {
        let count = |level: usize| i64::try_from(level).unwrap_or(i64::MAX);
        let Backlog { oldest_due, endpoints_due, endpoints_held } = levels.backlog;
        self.oldest_due_seconds.set(i64::try_from(oldest_due.as_secs()).unwrap_or(i64::MAX));
        self.endpoints_due.set(count(endpoints_due));
        self.endpoints_held.set(count(endpoints_held));
        self.in_flight.set(count(levels.in_flight));
        self.write_backlog.set(count(levels.write_backlog));
        self.nodes.set(count(levels.nodes));
        self.egress_ips_without_node.set(count(levels.egress_ips_without_node));
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).expect("writing to a text cannot fail");
        text
    }
}
