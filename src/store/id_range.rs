//! Which keys can have been recorded within a time: keys are ordered by the time of their making, so that records of some
//! days are a range of the index that holds all of them, and the rest of history is not touched.
//!
//! The time inside a key is never believed: the records on either side of a bound are asked, and where they say
//! otherwise there is no bound. Whoever reads by a span still has to ask each record for its own instant.

use std::time::Duration;

use diesel::prelude::*;
use diesel::result::OptionalExtension;

use super::backend::Conn;
use super::schema::{completions, deliveries, reversals};
use crate::domain::ids::Tick;
use crate::domain::time::Timestamp;

/// A key and the instant of its record are taken at the same moment on the same machine; but the order of keys is that of
/// several machines, whose clocks may differ, and one may be set back. An hour is more than either.
pub(super) const SLACK: Duration = Duration::from_secs(3600);

/// A range of keys; an absent bound does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span<K = i64> {
    /// The first key that may lie in it.
    pub(super) lower: Option<K>,
    /// The first key behind it.
    pub(super) upper: Option<K>,
}

impl<K> Default for Span<K> {
    fn default() -> Self {
        Self { lower: None, upper: None }
    }
}

/// The instant of one of the records on either side of a key.
type Neighbour = fn(&mut Conn, i64) -> QueryResult<Option<Timestamp>>;

macro_rules! span_of {
    ($(#[$doc:meta])* $name:ident, $table:ident, $at:ident) => {
        $(#[$doc])*
        pub(super) fn $name(conn: &mut Conn, from: Option<Timestamp>, to: Option<Timestamp>) -> QueryResult<Span> {
            let last_before: Neighbour = |conn, key| {
                let before = $table::table.filter($table::id.lt(key)).order($table::id.desc());
                before.select($table::$at).first(conn).optional()
            };
            let first_after: Neighbour = |conn, key| {
                let after = $table::table.filter($table::id.ge(key)).order($table::id);
                after.select($table::$at).first(conn).optional()
            };
            span(conn, (from, to), last_before, first_after)
        }
    };
}

span_of!(
    /// Of completions.
    of_completions, completions, recorded_at
);
span_of!(
    /// Of reversals.
    of_reversals, reversals, recorded_at
);
span_of!(
    /// Of deliveries.
    of_deliveries, deliveries, created_at
);

fn span(
    conn: &mut Conn,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    last_before: Neighbour,
    first_after: Neighbour,
) -> QueryResult<Span> {
    let mut span = Span::default();
    if let Some(from) = from {
        let lower = Tick::first_of(from.minus(SLACK)).key(0);
        let holds = last_before(conn, lower)?.is_none_or(|at| at < from);
        span.lower = holds.then_some(lower);
    }
    if let Some(to) = to {
        let upper = Tick::first_of(to.plus(SLACK)).key(0);
        let holds = first_after(conn, upper)?.is_none_or(|at| at >= to);
        span.upper = holds.then_some(upper);
    }
    Ok(span)
}
