//! Which tables are copied, and what their columns are, as the databases themselves say.

use crate::store::StoreError;

/// What is copied, those that others refer to first.
pub(super) const COPIED: [&str; 34] = [
    "installation",
    "publishers",
    "tokens",
    "users",
    "sessions",
    "invitations",
    "sources",
    "recipes",
    "recipe_drafts",
    "apps",
    "offers",
    "endpoints",
    "circuits",
    "endpoint_tests",
    "secrets",
    "replays",
    "replay_cursors",
    "egress_ips",
    "egress_assignments",
    "reported",
    "transaction_ids",
    "clicks",
    "click_conversions",
    "erased_keys",
    "completions",
    "reversals",
    "deliveries",
    "ended_deliveries",
    "attempts",
    "audit",
    "rollups",
    "secret_uses",
    "recipe_rollups",
    "refusal_runs",
];

/// A table that is copied.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Its name.
    pub(super) name: &'static str,
    /// Its columns, in the order in which rows are read.
    pub(super) columns: Vec<Column>,
    /// Which of them are the primary key, in the key's order.
    pub(super) key: Vec<usize>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// What it holds.
    pub(super) kind: Kind,
}

/// What a column holds, whatever either engine calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// Bytes.
    Bytes,
}

impl Kind {
    /// By a type's name in either engine.
    fn of(declared: &str) -> Option<Self> {
        match declared.to_ascii_lowercase().as_str() {
            "text" => Some(Self::Text),
            "smallint" | "integer" | "bigint" => Some(Self::Integer),
            "boolean" => Some(Self::Boolean),
            "blob" | "bytea" => Some(Self::Bytes),
            _ => None,
        }
    }
}

impl Column {
    /// A column of this name and declared type; one whose type is unknown here cannot be copied exactly.
    pub(super) fn declared(name: String, declared: &str) -> Result<Self, StoreError> {
        match Kind::of(declared) {
            Some(kind) => Ok(Self { name, kind }),
            None => Err(StoreError::Transfer(format!("a column {name} of type {declared} cannot be copied"))),
        }
    }

    /// The name as both engines take it, though it may be one of their own words.
    pub(super) fn quoted(&self) -> String {
        format!("\"{}\"", self.name)
    }
}

impl Table {
    /// The columns of the primary key.
    pub(super) fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().map(|at| &self.columns[*at])
    }

    /// The names of the key's columns, as a list.
    pub(super) fn key_list(&self) -> String {
        self.key_columns().map(Column::quoted).collect::<Vec<_>>().join(", ")
    }
}
