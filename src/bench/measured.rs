//! One measurement, and how it is shown.
//!
//! Whole numbers throughout: a rate is per second, a ratio in thousandths, so that nothing is rounded twice.

use serde_json::{Map, Value, json};

/// What one workload did in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measured {
    /// Deliveries per second, from the first report until the last one is on disk as delivered.
    pub(super) deliveries_per_second: u64,
    /// What the bare client reached right before.
    pub(super) raw_per_second: u64,
    /// CPU time of the server, all its nodes together, for 1,000 deliveries, in milliseconds.
    pub(super) cpu_ms_per_1000: u64,
    /// CPU time of the bare client for 1,000 requests, in milliseconds: unlike a rate, it hardly depends on what else the
    /// machine has to do.
    pub(super) raw_cpu_ms_per_1000: u64,
    /// Resident memory of the server at most, of the node that took most, in KiB.
    pub(super) peak_kib: u64,
    /// Resident memory of the server at the end, of the node that takes most, in KiB.
    pub(super) resident_kib: u64,
    /// Half of the reports were answered in this time, in microseconds.
    pub(super) report_p50_us: u64,
    /// All but a hundredth of the reports were answered in this time, in microseconds.
    pub(super) report_p99_us: u64,
}

/// A line of the table.
struct Row {
    title: &'static str,
    key: &'static str,
    value: fn(&Measured) -> u64,
    /// How a person reads it.
    shown: fn(u64) -> String,
}

const ROWS: [Row; 9] = [
    Row { title: "durable deliveries/s", key: "deliveriesPerSecond", value: |m| m.deliveries_per_second, shown: whole },
    Row { title: "raw GET/s", key: "rawPerSecond", value: |m| m.raw_per_second, shown: whole },
    Row { title: "ratio", key: "ratioThousandths", value: Measured::ratio_thousandths, shown: thousandths },
    Row { title: "CPU s per 1,000", key: "cpuMsPer1000", value: |m| m.cpu_ms_per_1000, shown: thousandths },
    Row { title: "raw CPU s per 1,000", key: "rawCpuMsPer1000", value: |m| m.raw_cpu_ms_per_1000, shown: thousandths },
    Row { title: "RSS peak MiB", key: "rssPeakKib", value: |m| m.peak_kib, shown: mebibytes },
    Row { title: "RSS end MiB", key: "rssKib", value: |m| m.resident_kib, shown: mebibytes },
    Row { title: "report p50 ms", key: "reportP50Us", value: |m| m.report_p50_us, shown: thousandths },
    Row { title: "report p99 ms", key: "reportP99Us", value: |m| m.report_p99_us, shown: thousandths },
];

impl Measured {
    /// Durable deliveries for each request of the bare client.
    fn ratio_thousandths(&self) -> u64 {
        self.deliveries_per_second * 1000 / self.raw_per_second.max(1)
    }

    /// In one line.
    pub(super) fn line(&self) -> String {
        let cells = ROWS.iter().map(|row| format!("{} {}", row.title, (row.shown)((row.value)(self))));
        cells.collect::<Vec<_>>().join(", ")
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        object(|row| (row.value)(self))
    }
}

/// One workload on one number of nodes, round by round.
pub(super) struct Series {
    /// So many nodes.
    pub(super) nodes: usize,
    workload: &'static str,
    /// What was measured.
    pub(super) rounds: Vec<Measured>,
}

impl Series {
    pub(super) fn of(nodes: usize, workload: &'static str) -> Self {
        Self { nodes, workload, rounds: Vec::new() }
    }

    /// Its name, with the number of nodes where there can be several.
    pub(super) fn name(&self, with_nodes: bool) -> String {
        let Self { nodes, workload, .. } = self;
        if with_nodes { format!("{workload}, n={nodes}") } else { (*workload).to_owned() }
    }
}

/// For machines: the medians and the rounds of each workload; of each number of nodes where there can be several, which
/// is where `commits_per_second` is known.
pub(super) fn json(deliveries: usize, commits_per_second: Option<u64>, series: &[Series]) -> Value {
    let workloads = |series: &[Series]| {
        let each = series.iter().map(|Series { workload, rounds, .. }| {
            let all: Vec<Value> = rounds.iter().map(Measured::json).collect();
            ((*workload).to_owned(), json!({ "median": medians(rounds), "rounds": all }))
        });
        Value::Object(each.collect::<Map<_, _>>())
    };
    let Some(commits) = commits_per_second else {
        return json!({ "deliveries": deliveries, "workloads": workloads(series) });
    };
    let by_nodes = series.chunk_by(|one, other| one.nodes == other.nodes);
    let by_nodes = by_nodes.map(|series| json!({ "nodes": series[0].nodes, "workloads": workloads(series) }));
    let by_nodes: Vec<Value> = by_nodes.collect();
    json!({ "deliveries": deliveries, "commitsPerSecond": commits, "measured": by_nodes })
}

/// The medians of some rounds, for machines.
fn medians(rounds: &[Measured]) -> Value {
    object(|row| median(rounds, row))
}

/// The medians of each one's rounds, for people.
pub(super) fn table(series: &[Series], with_nodes: bool) -> String {
    let mut table = format!("{:22}", "");
    for series in series {
        table.push_str(&format!("{:>13}", series.name(with_nodes)));
    }
    for row in &ROWS {
        table.push_str(&format!("\n{:22}", row.title));
        for Series { rounds, .. } in series {
            table.push_str(&format!("{:>13}", (row.shown)(median(rounds, row))));
        }
    }
    table
}

/// The middle one; of an even number, the lower of the two in the middle.
fn median(rounds: &[Measured], row: &Row) -> u64 {
    let mut values: Vec<u64> = rounds.iter().map(row.value).collect();
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

fn object(value: impl Fn(&Row) -> u64) -> Value {
    Value::Object(ROWS.iter().map(|row| (row.key.to_owned(), Value::from(value(row)))).collect::<Map<_, _>>())
}

fn whole(value: u64) -> String {
    value.to_string()
}

fn thousandths(value: u64) -> String {
    format!("{}.{:03}", value / 1000, value % 1000)
}

/// From KiB.
fn mebibytes(kib: u64) -> String {
    whole(kib / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(deliveries_per_second: u64) -> Measured {
        Measured {
            deliveries_per_second,
            raw_per_second: 8_000,
            cpu_ms_per_1000: 45,
            raw_cpu_ms_per_1000: 9,
            peak_kib: 51_200,
            resident_kib: 40_960,
            report_p50_us: 1_234,
            report_p99_us: 20_000,
        }
    }

    #[test]
    fn the_table_shows_the_middle_round() {
        let rounds = vec![measured(2_000), measured(500), measured(1_000)];
        assert_eq!(medians(&rounds)["ratioThousandths"], 125);
        let series = [Series { rounds, ..Series::of(1, "single") }];
        let table = table(&series, false);
        let cells: Vec<&str> = table.lines().filter_map(|line| line.split_whitespace().last()).collect();
        assert_eq!(cells, ["single", "1000", "8000", "0.125", "0.045", "0.009", "50", "40", "1.234", "20.000"]);
    }

    #[test]
    fn what_is_measured_stands_under_its_number_of_nodes() {
        let series = [(1, "single"), (1, "batch"), (2, "single"), (2, "batch")];
        let series = series.map(|(nodes, name)| Series { rounds: vec![measured(1_000)], ..Series::of(nodes, name) });
        let json = json(9, Some(300), &series);
        assert_eq!(json["measured"][1]["nodes"], 2);
        assert_eq!(json["measured"][1]["workloads"]["batch"]["median"]["deliveriesPerSecond"], 1_000);
    }
}
