//! Rows that hold words which this version does not know, and how the queue passes over them.
//!
//! In a rolling upgrade a newer node may write such words, as codes that are not known here. What they ask for is not known here, so the queue claims, holds,
//! releases and rescues every other row, and leaves these to a node that can read them. Whoever reads such a row by itself
//! gets an error.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::connection::Connection;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::result::Error;
use diesel::sql_types::Bool;

use super::backend::Read;
use super::codes::{Coded, is_known};
use super::error::unreadable;
use crate::clock;
use crate::domain::completion::ReviewState;
use crate::domain::delivery::{DeliveryKind, EndedReason, Extent, Status, Told, WaitingFor};
use crate::domain::reversal::Reason;

/// Which deliveries a query of the queue asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// All of them. Almost always they can all be read, so this is asked first, and nothing is compared in vain.
    Any,
    /// Those of which this version knows every word.
    Known,
}

impl Words {
    /// The condition to be added to the others about deliveries, which the query calls by this name.
    pub(super) fn condition(self, deliveries: &str) -> String {
        match self {
            Self::Any => String::new(),
            Self::Known => format!(" AND {}", are_known(deliveries)),
        }
    }

    /// The same, also about the words of the completion and the reversal that a delivery tells of.
    pub(super) fn condition_with_told(self, deliveries: &str) -> String {
        match self {
            Self::Any => String::new(),
            Self::Known => format!(
                " AND {}
                  AND NOT EXISTS (SELECT 1 FROM completions c WHERE c.id = {deliveries}.completion_id AND NOT {})
                  AND NOT EXISTS (SELECT 1 FROM reversals r WHERE r.id = {deliveries}.reversal_id AND NOT {})",
                are_known(deliveries),
                none_or_known::<ReviewState>("c.review"),
                none_or_known::<Reason>("r.reason"),
            ),
        }
    }
}

/// Whether this version knows every word of a delivery: for what is changed without being read.
pub(super) fn has_known_words() -> SqlLiteral<Bool> {
    sql(&are_known("deliveries"))
}

fn are_known(deliveries: &str) -> String {
    let column = |name: &str| format!("{deliveries}.{name}");
    [
        is_known::<Status>(&column("status")),
        is_known::<DeliveryKind>(&column("kind")),
        is_known::<Told>(&column("told")),
        none_or_known::<WaitingFor>(&column("waiting_for")),
        none_or_known::<EndedReason>(&column("ended_reason")),
        none_or_known::<Extent>(&column("reversed")),
    ]
    .join(" AND ")
}

/// The same of a column that may hold no word.
fn none_or_known<T: Coded>(column: &str) -> String {
    format!("({column} IS NULL OR {})", is_known::<T>(column))
}

/// How long the log is silent about rows that cannot be read, once it has told of one.
const TELL_AGAIN: Duration = Duration::from_secs(60);

/// Rows that were read, and why others were not.
#[derive(Debug)]
pub(super) struct Readable<T> {
    pub(super) rows: Vec<T>,
    /// What the first of the others holds that this version does not know; `None`: there are no others.
    pub(super) unreadable: Option<String>,
}

impl<T> Default for Readable<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), unreadable: None }
    }
}

impl<T> Readable<T> {
    /// Adds rows of another query.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.rows.extend(other.rows);
        self.unreadable = self.unreadable.or(other.unreadable);
        self
    }

    /// The rows; the log tells of the others, at most once a minute: such rows are met again at every look.
    pub(super) fn or_log(self) -> Vec<T> {
        static TOLD: Mutex<Option<Instant>> = Mutex::new(None);
        if let Some(reason) = self.unreadable {
            let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
            if told.is_none_or(|told| told.elapsed() >= TELL_AGAIN) {
                *told = Some(clock::monotonic());
                tracing::error!(reason, "rows of the queue hold what this version cannot read; they are left alone");
            }
        }
        self.rows
    }
}

/// Reads rows and leaves out those that cannot be read; every other failure is one.
pub(super) fn load_readable<'query, T, C: Connection>(
    query: impl Read<'query, T, C> + 'query,
    conn: &mut C,
) -> QueryResult<Readable<T>> {
    let mut found = Readable::default();
    for row in query.load_iter(conn)? {
        match row {
            Ok(row) => found.rows.push(row),
            Err(Error::DeserializationError(reason)) => {
                found.unreadable.get_or_insert_with(|| unreadable(&*reason));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Reads the rows that can be read. Where some cannot, it asks anew for the others alone: a query that is limited to some
/// rows would otherwise give the places of the others to rows that are left alone.
pub(super) fn load_known<T>(mut read: impl FnMut(Words) -> QueryResult<Readable<T>>) -> QueryResult<Vec<T>> {
    let all = read(Words::Any)?;
    if all.unreadable.is_none() {
        return Ok(all.rows);
    }
    all.or_log();
    Ok(read(Words::Known)?.rows)
}
