//! The comparison at the end: every row of a table, read back from both sides in the order of keys.
//!
//! Rows are compared as wholes, so that the first that differs can be named; the checksum is of what both sides have,
//! for whoever wants to compare once more later. What differs is named by key and column, never by value.

use sha2::{Digest, Sha256};

use super::CHUNK;
use super::row::{Row, to_json};
use super::source::Source;
use super::table::Table;
use super::target::Target;
use crate::store::StoreError;

/// What the comparison of a table found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both sides hold the same rows.
    Equal {
        /// How many.
        rows: u64,
        /// SHA-256 over all of them, in hexadecimal digits.
        checksum: String,
    },
    /// They do not.
    Differs {
        /// The first difference, in words.
        first: String,
    },
}

/// Compares a table of both sides.
pub(super) fn compare(table: &Table, source: &mut Source, target: &mut Target) -> Result<Verdict, StoreError> {
    let (mut rows, mut checksum, mut after) = (0, Sha256::new(), None);
    loop {
        let (theirs, ours) = (target.chunk(table, after.as_deref())?, source.chunk(table, after.as_deref())?);
        if let Some(first) = first_difference(table, &ours, &theirs) {
            return Ok(Verdict::Differs { first });
        }
        for row in &ours {
            checksum.update(to_json(row));
            checksum.update("\n");
            rows += 1;
        }
        if ours.len() < CHUNK {
            return Ok(Verdict::Equal { rows, checksum: hex::encode(checksum.finalize()) });
        }
        after = ours.last().map(|row| row.key_text(table));
    }
}

fn first_difference(table: &Table, source: &[Row], target: &[Row]) -> Option<String> {
    let at = (0..source.len().max(target.len())).find(|at| source.get(*at) != target.get(*at))?;
    let missing = |row: &Row| format!("row {} is missing in the target", row.key_text(table));
    let foreign = |row: &Row| format!("row {} is in the target alone", row.key_text(table));
    match (source.get(at), target.get(at)) {
        (Some(one), Some(other)) => Some(match one.key(table).cmp(&other.key(table)) {
            std::cmp::Ordering::Less => missing(one),
            std::cmp::Ordering::Greater => foreign(other),
            std::cmp::Ordering::Equal => {
                let pairs = table.columns.iter().zip(one.0.iter().zip(&other.0));
                let names = pairs.filter(|(_, (one, other))| one != other).map(|(column, _)| column.name.as_str());
                format!("row {} differs in {}", one.key_text(table), names.collect::<Vec<_>>().join(", "))
            }
        }),
        (Some(one), None) => Some(missing(one)),
        (None, Some(other)) => Some(foreign(other)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::backend::transfer::table::Column;

    fn rows(shown: &[&str]) -> Vec<Row> {
        shown.iter().map(|row| serde_json::from_str(row).unwrap()).collect()
    }

    #[test]
    fn the_first_row_that_differs_is_named_by_its_key_and_its_columns() {
        let columns = [("id", "text"), ("number", "integer"), ("error", "text")];
        let columns = columns.map(|(name, declared)| Column::declared(name.to_owned(), declared).unwrap()).to_vec();
        let table = Table { name: "attempts", columns, key: vec![0, 1] };
        let whole = ["[\"a\",9,null]", "[\"a\",10,\"secret\"]", "[\"b\",1,null]"];
        for (source, target, expected) in [
            (&whole[..], &whole[..], None),
            (&whole[..], &whole[..2], Some("row [\"b\",1] is missing in the target")),
            (&whole[..], &whole[1..], Some("row [\"a\",9] is missing in the target")),
            (&whole[1..], &whole[..], Some("row [\"a\",9] is in the target alone")),
            (&whole[..0], &whole[..1], Some("row [\"a\",9] is in the target alone")),
            (&whole[1..2], &["[\"a\",10,\"\"]"][..], Some("row [\"a\",10] differs in error")),
        ] {
            assert_eq!(first_difference(&table, &rows(source), &rows(target)).as_deref(), expected);
        }
    }
}
