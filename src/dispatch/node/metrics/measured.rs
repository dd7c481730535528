//! The gauges of what is measured at the moment of asking, and counters that somebody else keeps.

use std::sync::atomic::Ordering;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::levels::Levels;
use super::spread::SpreadMetric;

/// What something that is due waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WaitingFor {
    waiting_for: &'static str,
}

/// What stood in the way of a permit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Gate {
    gate: &'static str,
}

/// All that is measured.
#[derive(Debug, Default)]
pub(super) struct Measured {
    store_answers: Gauge,
    oldest_due: Family<WaitingFor, Gauge>,
    endpoints_due: Family<WaitingFor, Gauge>,
    endpoints_held: Gauge,
    wal_bytes: Gauge,
    in_flight: Gauge,
    permits: Gauge,
    permits_in_use: Gauge,
    permits_refused: Family<Gate, Counter>,
    in_line: Gauge,
    in_line_bytes: Gauge,
    circuits_open: Gauge,
    write_backlog: Gauge,
    commit_seconds: SpreadMetric,
    commit_changes: SpreadMetric,
    nodes: Gauge,
    egress_ips_without_node: Gauge,
}

impl Measured {
    /// Makes all of it known.
    pub(super) fn register(&self, registry: &mut Registry) {
        let answers = "Whether the store answered when it was last looked at; while it does not, what waits is as last \
                       seen";
        registry.register("store_answers", answers, self.store_answers.clone());
        let oldest = "Age of the oldest delivery that is due and not sent, by what it waits for: permit could be sent and is not; \
                      receiver, rate_limit, circuit, egress_ip and another_node cannot be sent from here yet; what is held is \
                      left out";
        registry.register("oldest_due_seconds", oldest, self.oldest_due.clone());
        let due = "Endpoints that have deliveries due, by what these wait for";
        registry.register("endpoints_due", due, self.endpoints_due.clone());
        registry.register("endpoints_held", "Endpoints that have deliveries held", self.endpoints_held.clone());
        registry.register("in_flight", "Callbacks being sent, tests among them", self.in_flight.clone());
        registry.register("permits", "Callbacks that may be sent at a time", self.permits.clone());
        registry.register("permits_in_use", "Permits in use", self.permits_in_use.clone());
        let refused = "Times that a permit was asked for and not given, by what stood in the way";
        registry.register("permits_refused", refused, self.permits_refused.clone());
        registry.register("in_line", "Deliveries that wait in this node's lines", self.in_line.clone());
        registry.register("in_line_bytes", "Memory that these take", self.in_line_bytes.clone());
        registry.register("circuits_open", "Endpoints whose circuit is open", self.circuits_open.clone());
        registry.register("write_backlog", "Changes waiting for the store", self.write_backlog.clone());
        registry.register("commit_seconds", "Time that a group of changes took", self.commit_seconds.clone());
        registry.register("commit_changes", "Changes in a group", self.commit_changes.clone());
        registry.register("wal_bytes", "Size of an SQLite file's log; 0 on PostgreSQL", self.wal_bytes.clone());
        registry.register("nodes", "Nodes that live", self.nodes.clone());
        let unheld = "Issued egress IPs that no live node can send from";
        registry.register("egress_ips_without_node", unheld, self.egress_ips_without_node.clone());
    }

    /// Takes over what was measured.
    pub(super) fn set(&self, levels: &Levels) {
        self.store_answers.set(levels.backlog.is_some().into());
        if let Some(backlog) = &levels.backlog {
            for (waits, due) in backlog.by_reason() {
                let label = WaitingFor { waiting_for: waits.as_str() };
                let age = i64::try_from(due.oldest.as_secs()).unwrap_or(i64::MAX);
                self.oldest_due.get_or_create(&label).set(age);
                self.endpoints_due.get_or_create(&label).set(count(due.endpoints));
            }
            self.endpoints_held.set(count(backlog.endpoints_held));
            self.wal_bytes.set(i64::try_from(backlog.log_bytes).unwrap_or(i64::MAX));
        }
        for (gate, refused) in &levels.permits.refused {
            // It is counted where it happens; this only shows it.
            self.permits_refused.get_or_create(&Gate { gate }).inner().store(*refused, Ordering::Relaxed);
        }
        self.in_flight.set(count(levels.in_flight));
        self.permits.set(count(levels.permits.total));
        self.permits_in_use.set(count(levels.permits.in_use));
        self.in_line.set(count(levels.permits.in_line));
        self.in_line_bytes.set(count(levels.permits.in_line_bytes));
        self.circuits_open.set(count(levels.circuits_open));
        self.write_backlog.set(count(levels.write_backlog));
        self.commit_seconds.set(&levels.commits.micros, |micros| Duration::from_micros(micros).as_secs_f64());
        self.commit_changes
            .set(&levels.commits.changes, |changes| f64::from(u32::try_from(changes).unwrap_or(u32::MAX)));
        self.nodes.set(count(levels.nodes));
        self.egress_ips_without_node.set(count(levels.egress_ips_without_node));
    }
}

fn count(level: usize) -> i64 {
    i64::try_from(level).unwrap_or(i64::MAX)
}
