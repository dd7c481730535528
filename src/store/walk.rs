//! A walk: rows that no index picks out are looked through from the newest on, in windows of so many rows each.
//!
//! A window's lower edge is found in an index alone, and only then its rows are read and filtered. So no statement reads
//! more than a window, a read that goes on for too long ends between two of them, and whoever asks for something rare among
//! millions is told to narrow it instead of keeping a connection busy.

use std::time::Duration;

use diesel::QueryResult;

use super::backend::Conn;
use super::deadline::{Deadline, Ended};
use super::id_range::Span;

/// Rows of a window: some ten milliseconds of reading.
pub(super) const WINDOW: usize = 10_000;
/// Rows that one read looks through for something rare, unless it names a time of at most [`LONGEST`] (the contract).
const MOST: usize = 100_000;
/// The time within which any number of rows may be looked through, as far as the deadline goes.
pub(super) const LONGEST: Duration = Duration::from_secs(31 * 24 * 3600);

/// The key of the row that is [`WINDOW`] rows below the end of a span, among the rows that a query narrows it to. The
/// query may ask for nothing that is not in the index that it follows.
macro_rules! edge_of {
    ($table:ident, $span:expr, $conn:expr, $narrowed:expr) => {{
        let mut query = $narrowed;
        if let Some(lower) = &$span.lower {
            query = query.filter($table::id.ge(lower));
        }
        if let Some(upper) = &$span.upper {
            query = query.filter($table::id.lt(upper));
        }
        let below = i64::try_from($crate::store::walk::WINDOW).unwrap_or(i64::MAX) - 1;
        let edge = query.order($table::id.desc()).offset(below).limit(1);
        edge.select($table::id).first($conn).optional()
    }};
}
pub(super) use edge_of;

/// How far a read may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// As far as its time allows.
    InTime,
    /// As far as its time allows; what is asked by is to be narrowed if that is not enough.
    Sought(&'static str),
    /// No further than [`MOST`] rows, likewise.
    Bounded(&'static str),
}

/// One read's walk, or several over parts of one list.
#[derive(Debug)]
pub(super) struct Walk {
    deadline: Deadline,
    reach: Reach,
    walked: usize,
}

impl Walk {
    /// Nothing has been looked through yet.
    pub(super) fn begin(reach: Reach) -> Self {
        Self { deadline: Deadline::begin(), reach, walked: 0 }
    }

    /// Ends the read if its time is over.
    pub(super) fn check(&self) -> QueryResult<()> {
        self.deadline.check().map_err(|late| match self.reach {
            Reach::InTime => late,
            Reach::Sought(field) | Reach::Bounded(field) => Ended::TooWide(field).error(),
        })
    }

    /// Reads `wanted` rows of a span, from its end down. `edge` answers the key of the row that is [`WINDOW`] rows below the
    /// end of a span, if there is one; `within` the rows of a span that are wanted, at most so many.
    pub(super) fn down<K: Clone, T>(
        &mut self,
        conn: &mut Conn,
        span: &Span<K>,
        wanted: usize,
        edge: impl Fn(&mut Conn, &Span<K>) -> QueryResult<Option<K>>,
        within: impl Fn(&mut Conn, &Span<K>, usize) -> QueryResult<Vec<T>>,
    ) -> QueryResult<Vec<T>> {
        self.down_to_the_rest(conn, span, wanted, edge, within).map(|(found, _)| found)
    }

    /// The same; where everything was looked through, what was less than a window stands beside it. Whoever walks over many
    /// short spans has to say how much that was ([`looked`](Self::looked)), or no bound would ever be reached.
    pub(super) fn down_to_the_rest<K: Clone, T>(
        &mut self,
        conn: &mut Conn,
        span: &Span<K>,
        wanted: usize,
        edge: impl Fn(&mut Conn, &Span<K>) -> QueryResult<Option<K>>,
        within: impl Fn(&mut Conn, &Span<K>, usize) -> QueryResult<Vec<T>>,
    ) -> QueryResult<(Vec<T>, Option<Span<K>>)> {
        let (mut found, mut rest) = (Vec::new(), span.clone());
        loop {
            self.check()?;
            let edge = edge(conn, &rest)?;
            let window = Span { lower: edge.clone().or(rest.lower.clone()), upper: rest.upper };
            found.extend(within(conn, &window, wanted - found.len())?);
            if edge.is_none() {
                return Ok((found, Some(window)));
            }
            if found.len() >= wanted {
                return Ok((found, None));
            }
            self.looked(WINDOW)?;
            rest = Span { lower: rest.lower, upper: edge };
        }
    }

    /// Whether it matters how many rows are looked through.
    pub(super) fn is_bounded(&self) -> bool {
        matches!(self.reach, Reach::Bounded(_))
    }

    /// So many rows more were looked through: ends the read if those were too many.
    pub(super) fn looked(&mut self, rows: usize) -> QueryResult<()> {
        self.walked += rows;
        match self.reach {
            Reach::Bounded(field) if self.walked >= MOST => Err(Ended::TooWide(field).error()),
            Reach::Bounded(_) | Reach::Sought(_) | Reach::InTime => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::backend;

    /// Walks over so many rows of which only every `every`th is wanted; answers what was found, and how many windows were read.
    fn walk(rows: i64, every: i64, wanted: usize, reach: Reach) -> (QueryResult<Vec<i64>>, usize) {
        let windows = std::cell::Cell::new(0);
        let window = i64::try_from(WINDOW).unwrap();
        let edge = |_: &mut Conn, span: &Span| {
            let edge = span.upper.unwrap_or(rows) - window;
            Ok((edge >= 0).then_some(edge))
        };
        let within = |_: &mut Conn, span: &Span, at_most: usize| {
            windows.set(windows.get() + 1);
            let rows = (span.lower.unwrap_or(0)..span.upper.unwrap_or(rows)).rev();
            Ok(rows.filter(|row| row % every == 0).take(at_most).collect())
        };
        let found = Walk::begin(reach).down(&mut backend::in_memory(), &Span::default(), wanted, edge, within);
        (found, windows.get())
    }

    #[test]
    fn what_is_found_in_the_first_window_asks_for_no_second_one() {
        let (found, windows) = walk(1_000_000, 2, 3, Reach::Bounded("offerId"));
        assert_eq!((found.unwrap(), windows), (vec![999_998, 999_996, 999_994], 1));
    }

    #[test]
    fn everything_down_to_the_oldest_row_is_looked_through_window_by_window() {
        let (found, windows) = walk(95_000, 50_000, 10, Reach::Bounded("offerId"));
        assert_eq!((found.unwrap(), windows), (vec![50_000, 0], 10));
    }

    #[test]
    fn what_is_looked_through_of_many_short_spans_adds_up_to_the_bound() {
        let mut conn = backend::in_memory();
        let none = |_: &mut Conn, _: &Span| Ok(None);
        let nothing = |_: &mut Conn, _: &Span, _| Ok(Vec::<i64>::new());
        let mut walk = Walk::begin(Reach::Bounded("statusCode"));
        let short = Span { lower: Some(3), upper: Some(9) };
        let (found, rest) = walk.down_to_the_rest(&mut conn, &short, 1, none, nothing).unwrap();
        assert_eq!((found, rest), (vec![], Some(short)));
        walk.looked(MOST - 1).unwrap();
        assert_eq!(Ended::of(&walk.looked(1).unwrap_err()), Some(Ended::TooWide("statusCode")));
    }

    #[test]
    fn what_is_too_rare_among_too_much_is_to_be_narrowed_unless_a_time_was_named() {
        let (found, windows) = walk(1_000_000, 800_000, 2, Reach::Bounded("offerId"));
        assert_eq!(Ended::of(&found.unwrap_err()), Some(Ended::TooWide("offerId")));
        assert_eq!(windows, 10);
        let (found, _) = walk(1_000_000, 800_000, 2, Reach::Sought("offerId"));
        assert_eq!(found.unwrap(), [800_000, 0]);
    }
}
