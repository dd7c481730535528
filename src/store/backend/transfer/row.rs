//! A row as both engines show it: a JSON list of its columns, bytes as `\x` and hexadecimal digits.
//!
//! JSON keeps text and whole numbers exactly. A number with a fraction is in no column, and is refused rather than
//! rounded.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::table::{Column, Table};
use crate::store::StoreError;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row(pub(super) Vec<Cell>);

/// One value. Those of a key are ordered as both engines order them: numbers by size, texts by their bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Cell {
    /// NULL.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Text, or bytes in their textual form.
    Text(String),
}

impl Row {
    /// Reads what an engine showed.
    pub(super) fn parse(table: &Table, shown: &str) -> Result<Self, StoreError> {
        let unreadable = || StoreError::Unreadable { place: table.name.to_owned() };
        let row: Self = serde_json::from_str(shown).map_err(|_| unreadable())?;
        if row.0.len() == table.columns.len() { Ok(row) } else { Err(unreadable()) }
    }

    /// The values of its primary key.
    pub(super) fn key(&self, table: &Table) -> Vec<Cell> {
        table.key.iter().map(|at| self.0[*at].clone()).collect()
    }

    /// The primary key as text: a JSON list, which either engine reads.
    pub(super) fn key_text(&self, table: &Table) -> String {
        to_json(&self.key(table))
    }
}

/// Serializes a row as an object, by the names of its columns.
pub(super) struct Named<'a> {
    /// The columns.
    pub(super) columns: &'a [Column],
    /// The row.
    pub(super) row: &'a Row,
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.columns.len()))?;
        for (column, cell) in self.columns.iter().zip(&self.row.0) {
            object.serialize_entry(&column.name, cell)?;
        }
        object.end()
    }
}

/// JSON of rows and keys.
pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("rows of text and numbers are always JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_kept_exactly() {
        let shown = r#"[null,true,-9223372036854775808,"0.10","{\"a\":1}","\\u0000","\\x00ff","ü\n"]"#;
        let row: Row = serde_json::from_str(shown).unwrap();
        let text = |text: &str| Cell::Text(text.to_owned());
        let expected = vec![
            Cell::Null,
            Cell::Boolean(true),
            Cell::Integer(i64::MIN),
            text("0.10"),
            text(r#"{"a":1}"#),
            text(r"\u0000"),
            text(r"\x00ff"),
            text("ü\n"),
        ];
        assert_eq!(row.0, expected);
        assert_eq!(serde_json::from_str::<Row>(&to_json(&row)).unwrap(), row);
    }

    #[test]
    fn a_number_that_would_be_rounded_is_refused() {
        for shown in ["[1.5]", "[9223372036854775808]", "[1e3]"] {
            assert!(serde_json::from_str::<Row>(shown).is_err(), "{shown}");
        }
    }
}
