//! One figure of a measurement as a line of a table: what it is called, where it comes from, and how a person reads it; and
//! the table itself.
//!
//! Whole numbers throughout: a rate is per second, a ratio in thousandths, so that nothing is rounded twice. A figure that
//! could not be had is `None`, and shown as unknown.

use serde_json::{Map, Value};

/// A figure of a `T`.
pub(super) struct Row<T> {
    /// For people.
    pub(super) title: &'static str,
    /// For machines.
    pub(super) key: &'static str,
    pub(super) value: fn(&T) -> Option<u64>,
    pub(super) shown: fn(u64) -> String,
}

impl<T> Row<T> {
    /// The middle one of all rounds; of an even number, the lower of the two in the middle.
    pub(super) fn median(&self, rounds: &[T]) -> Option<u64> {
        let mut values: Vec<u64> = rounds.iter().map(self.value).collect::<Option<_>>()?;
        values.sort_unstable();
        values.get(values.len().saturating_sub(1) / 2).copied()
    }

    /// The median for people.
    pub(super) fn cell(&self, rounds: &[T]) -> String {
        self.median(rounds).map_or_else(|| "unknown".to_owned(), self.shown)
    }
}

/// The medians of some rounds for machines.
pub(super) fn medians<T>(rows: &[Row<T>], rounds: &[T]) -> Value {
    Value::Object(rows.iter().map(|row| (row.key.to_owned(), row.median(rounds).into())).collect::<Map<_, _>>())
}

/// One round for people, in one line.
pub(super) fn line<T>(rows: &[Row<T>], round: &T) -> String {
    let round = std::slice::from_ref(round);
    rows.iter().map(|row| format!("{} {}", row.title, row.cell(round))).collect::<Vec<_>>().join(", ")
}

pub(super) fn whole(value: u64) -> String {
    value.to_string()
}

pub(super) fn thousandths(value: u64) -> String {
    format!("{}.{:03}", value / 1000, value % 1000)
}

/// From KiB.
pub(super) fn mebibytes(kib: u64) -> String {
    whole(kib / 1024)
}

/// A table of these lines, without a newline at the end: the first column to the left, the others to the right, each as wide
/// as it must be.
pub(super) fn table(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |cells: &Vec<String>| {
        let padded = cells.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A line of cells.
pub(super) fn cells<'a>(title: &'a str, cells: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    std::iter::once(title).chain(cells).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_one_and_unknown_where_one_round_is() {
        let row = Row { title: "ms", key: "us", value: |value: &Option<u64>| *value, shown: thousandths };
        assert_eq!(row.cell(&[Some(9_000), Some(500), Some(1_250)]), "1.250");
        assert_eq!(row.median(&[Some(2), Some(4), Some(1), Some(3)]), Some(2));
        assert_eq!(row.cell(&[Some(1), None]), "unknown");
        assert_eq!(medians(&[row], &[Some(7)])["us"], 7);
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let lines = [cells("", ["SQLite"]), cells("deliveries/s", ["9"]), cells("p50 … p99", [])];
        assert_eq!(table(&lines), "              SQLite\ndeliveries/s       9\np50 … p99");
    }
}
