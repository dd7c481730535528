//! Copying a whole store from an SQLite file to PostgreSQL, for those who have outgrown one machine.
//!
//! The copy goes table by table in chunks by primary key. Each chunk is one transaction of the target together with how
//! far it got, so an interruption costs one chunk and ten million rows never sit in memory. Both engines show a row as
//! one JSON list of the same form ([`row`]), and the target takes rows as JSON ([`target`]): no table has a reader and a
//! writer of its own, so a new column is copied without anybody thinking of it.
//!
//! The end is a comparison: every row is read back from both sides. Only what was found equal may be served from; until
//! then the target bears a [`mark`], and opening it as a store is refused.
//!
//! Nothing here may look into a value: what is sealed stays sealed, under the same master key. What belongs to living
//! processes (`nodes`) is not copied. A claim is: its node does not live in the target, so whoever serves there rescues
//! it as after a crash.

mod compare;
mod mark;
mod row;
mod source;
mod table;
mod target;

pub use compare::Verdict;
pub(in crate::store) use mark::exists as is_unfinished;

use super::{Location, StoreError};
use source::Source;
use table::Table;
use target::Target;

/// Rows in one step: enough that a round trip to the server costs little, few enough that rows of the largest kind (a
/// callback URL and an answer's first KiB) are some ten MiB.
const CHUNK: usize = 2_000;

/// A copy that is under way. Nobody can serve from its source, or write to it, while this lives.
#[derive(Debug)]
pub struct StoreCopy {
    source: Source,
    target: Target,
    tables: Vec<Table>,
    resumed: bool,
}

impl StoreCopy {
    /// Brings both stores up to this version and marks the target, which must be empty, or bear the mark of an unfinished
    /// copy of this very source.
    pub fn begin(from: &Location, to: &Location) -> Result<Self, StoreError> {
        let (Location::Sqlite { path }, Location::Postgres(url)) = (from, to) else {
            let directions = "a store is copied from sqlite://PATH to postgres://…, and in no other direction";
            return Err(StoreError::Location(directions.to_owned()));
        };
        let mut source = Source::open(path)?;
        let tables = source.tables()?;
        let mut target = Target::connect(url)?;
        let resumed = target.prepare(&source.identity()?)?;
        target.expect(&tables)?;
        Ok(Self { source, target, tables, resumed })
    }

    /// Whether it goes on with a copy that was interrupted.
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// Copies what is not there yet; tells the name of each table that is complete, and its rows.
    pub fn copy(&mut self, mut tell: impl FnMut(&str, u64)) -> Result<(), StoreError> {
        for table in &self.tables {
            let rows = loop {
                let progress = self.target.copy_chunk(table, &mut self.source)?;
                if progress.is_complete {
                    break progress.rows();
                }
            };
            tell(table.name, rows);
        }
        Ok(())
    }

    /// Compares every row of both sides and tells what was found of each table. If all are equal, the target becomes a
    /// store that can be served from, and the answer is `true`.
    pub fn verify(mut self, mut tell: impl FnMut(&str, &Verdict)) -> Result<bool, StoreError> {
        let mut all_equal = true;
        for table in &self.tables {
            let verdict = compare::compare(table, &mut self.source, &mut self.target)?;
            all_equal &= matches!(verdict, Verdict::Equal { .. });
            tell(table.name, &verdict);
        }
        if all_equal {
            self.target.finish()?;
        }
        Ok(all_equal)
    }
}
