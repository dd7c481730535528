//! One measurement of a closed loop, and the lines of the table that it becomes.

use super::raw::Raw;
use super::row::{Row, mebibytes, thousandths, whole};
use super::server::Used;

/// What some deliveries took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent {
    /// How many.
    pub(super) deliveries: u64,
    /// From the first report until the last delivery is settled.
    pub(super) micros: u64,
    /// What the server had used before them …
    pub(super) before: Used,
    /// … and after them.
    pub(super) after: Used,
}

/// What one workload did in one round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    pub(super) spent: Spent,
    /// What the bare client did right before.
    pub(super) raw: Raw,
}

/// The lines of the table.
pub(super) const ROWS: [Row<Measured>; 11] = [
    Row {
        title: "durable deliveries/s",
        key: "deliveriesPerSecond",
        value: |one| Some(one.deliveries_per_second()),
        shown: whole,
    },
    Row { title: "raw GET/s", key: "rawPerSecond", value: |one| Some(one.raw.per_second), shown: whole },
    Row {
        title: "deliveries / raw",
        key: "ratioThousandths",
        value: |one| Some(one.deliveries_per_second() * 1000 / one.raw.per_second.max(1)),
        shown: thousandths,
    },
    Row {
        title: "CPU s of the nodes per 1,000",
        key: "cpuMsPer1000",
        value: |one| one.spent.per_1000(|used| Some(used.nodes.cpu_ms)),
        shown: thousandths,
    },
    Row {
        title: "with the database server",
        key: "cpuWithDatabaseMsPer1000",
        value: |one| one.spent.per_1000(|used| Some(used.nodes.cpu_ms + used.database_cpu_ms?)),
        shown: thousandths,
    },
    Row {
        title: "CPU s of raw per 1,000",
        key: "rawCpuMsPer1000",
        value: |one| Some(one.raw.cpu_ms_per_1000),
        shown: thousandths,
    },
    Row {
        title: "RSS idle, MiB",
        key: "rssIdleKib",
        value: |one| Some(one.spent.before.nodes.resident_kib),
        shown: mebibytes,
    },
    Row {
        title: "RSS at saturation, MiB",
        key: "rssPeakKib",
        value: |one| Some(one.spent.after.nodes.peak_kib),
        shown: mebibytes,
    },
    Row { title: "bytes written per delivery", key: "writtenPerDelivery", value: |one| one.written(), shown: whole },
    Row {
        title: "commits per delivery",
        key: "commitsPer1000",
        value: |one| one.spent.per_1000(|used| used.written.commits),
        shown: thousandths,
    },
    Row {
        title: "bytes on disk per delivery",
        key: "storedPerDelivery",
        value: |one| Some(one.spent.more(|used| Some(used.written.stored_bytes))? / one.spent.deliveries.max(1)),
        shown: whole,
    },
];

impl Spent {
    /// What there is more of something than before.
    fn more(&self, of: impl Fn(&Used) -> Option<u64>) -> Option<u64> {
        // Less, where retention or a vacuum came in between.
        Some(of(&self.after)?.saturating_sub(of(&self.before)?))
    }

    fn per_1000(&self, of: impl Fn(&Used) -> Option<u64>) -> Option<u64> {
        Some(self.more(of)? * 1000 / self.deliveries.max(1))
    }
}

impl Measured {
    fn deliveries_per_second(&self) -> u64 {
        super::per_second(self.spent.deliveries, self.spent.micros)
    }

    /// To PostgreSQL's log; on SQLite by the process that is the database as well, to the log and from there to the file.
    fn written(&self) -> Option<u64> {
        let written = self.spent.more(|used| used.written.log_bytes.or(used.nodes.written_bytes))?;
        Some(written / self.spent.deliveries.max(1))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::bench::row::medians;
    use crate::bench::usage::Usage;
    use crate::store::inspect::engine::Written;

    fn used(factor: u64) -> Used {
        let nodes = Usage {
            cpu_ms: 90 * factor,
            resident_kib: 20_480,
            peak_kib: 51_200 * factor,
            written_bytes: Some(1_000_000 * factor),
        };
        let written = Written { commits: Some(10 * factor), log_bytes: None, stored_bytes: 500_000 * factor };
        Used { nodes, database_cpu_ms: None, written }
    }

    /// A thousand deliveries at this rate.
    pub(in crate::bench) fn measured(deliveries_per_second: u64) -> Measured {
        let micros = 1_000_000_000 / deliveries_per_second;
        let spent = Spent { deliveries: 1_000, micros, before: used(1), after: used(2) };
        Measured { spent, raw: Raw { per_second: 8_000, cpu_ms_per_1000: 9 } }
    }

    #[test]
    fn figures_are_of_what_was_used_from_the_first_report_to_the_last_settlement() {
        let medians = medians(&ROWS, &[measured(2_000), measured(500), measured(1_000)]);
        for (key, value) in [
            ("deliveriesPerSecond", 1_000),
            ("ratioThousandths", 125),
            ("cpuMsPer1000", 90),
            ("rssIdleKib", 20_480),
            ("rssPeakKib", 102_400),
            ("writtenPerDelivery", 1_000),
            ("commitsPer1000", 10),
            ("storedPerDelivery", 500),
        ] {
            assert_eq!(medians[key], value, "{key}");
        }
        assert!(medians["cpuWithDatabaseMsPer1000"].is_null(), "{medians}");
    }

    #[test]
    fn on_postgresql_the_log_is_what_is_written() {
        let mut measured = measured(1_000);
        measured.spent.before.written.log_bytes = Some(0);
        measured.spent.after.written.log_bytes = Some(7_000_000);
        assert_eq!(measured.written(), Some(7_000));
    }
}
