//! One measurement, and how it is shown.
//!
//! Whole numbers throughout: a rate is per second, a ratio in thousandths, so that nothing is rounded twice.

use serde_json::{Map, Value};

/// What one workload did in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measured {
    /// Deliveries per second, from the first report until the last one is on disk as delivered.
    pub(super) deliveries_per_second: u64,
    /// What the bare client reached right before.
    pub(super) raw_per_second: u64,
    /// CPU time of the server for 1,000 deliveries, in milliseconds.
    pub(super) cpu_ms_per_1000: u64,
    /// Resident memory of the server at most, in KiB.
    pub(super) peak_kib: u64,
    /// Resident memory of the server at the end, in KiB.
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
    /// Digits behind the point where a person reads it.
    decimals: u32,
}

const ROWS: [Row; 8] = [
    Row { title: "durable deliveries/s", key: "deliveriesPerSecond", value: |m| m.deliveries_per_second, decimals: 0 },
    Row { title: "raw GET/s", key: "rawPerSecond", value: |m| m.raw_per_second, decimals: 0 },
    Row { title: "ratio", key: "ratioThousandths", value: Measured::ratio_thousandths, decimals: 3 },
    Row { title: "CPU s per 1,000", key: "cpuMsPer1000", value: |m| m.cpu_ms_per_1000, decimals: 3 },
    Row { title: "RSS peak MiB", key: "rssPeakKib", value: |m| m.peak_kib * 1000 / 1024, decimals: 3 },
    Row { title: "RSS end MiB", key: "rssKib", value: |m| m.resident_kib * 1000 / 1024, decimals: 3 },
    Row { title: "report p50 ms", key: "reportP50Us", value: |m| m.report_p50_us, decimals: 3 },
    Row { title: "report p99 ms", key: "reportP99Us", value: |m| m.report_p99_us, decimals: 3 },
];

impl Measured {
    /// Durable deliveries for each request of the bare client.
    fn ratio_thousandths(&self) -> u64 {
        self.deliveries_per_second * 1000 / self.raw_per_second.max(1)
    }

    /// In one line.
    pub(super) fn line(&self) -> String {
        let cells = ROWS.iter().map(|row| format!("{} {}", row.title, shown((row.value)(self), row.decimals)));
        cells.collect::<Vec<_>>().join(", ")
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        object(|row| (row.value)(self))
    }
}

/// The medians of some rounds, for machines.
pub(super) fn medians(rounds: &[Measured]) -> Value {
    object(|row| median(rounds, row))
}

/// The medians of each workload's rounds, for people.
pub(super) fn table(workloads: &[(&str, Vec<Measured>)]) -> String {
    let mut table = format!("{:22}", "");
    for (name, _) in workloads {
        table.push_str(&format!("{name:>12}"));
    }
    for row in &ROWS {
        table.push_str(&format!("\n{:22}", row.title));
        for (_, rounds) in workloads {
            table.push_str(&format!("{:>12}", shown(median(rounds, row), row.decimals)));
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

/// A whole number with a point before its last digits.
fn shown(value: u64, decimals: u32) -> String {
    let unit = 10u64.pow(decimals);
    match decimals {
        0 => value.to_string(),
        _ => format!("{}.{:0width$}", value / unit, value % unit, width = decimals as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(deliveries_per_second: u64) -> Measured {
        Measured {
            deliveries_per_second,
            raw_per_second: 8_000,
            cpu_ms_per_1000: 45,
            peak_kib: 51_200,
            resident_kib: 40_960,
            report_p50_us: 1_234,
            report_p99_us: 20_000,
        }
    }

    #[test]
    fn the_table_shows_the_middle_round() {
        let rounds = vec![measured(2_000), measured(500), measured(1_000)];
        insta::assert_snapshot!(table(&[("single", rounds)]), @r"
        ");
    }
}
