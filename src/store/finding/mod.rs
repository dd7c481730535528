//! Finding a page of completions or deliveries: which index leads to it, and what has to be looked through because none
//! does.
//!
//! A *lead* is what an index holds in the order of keys: all records, those of an app, those of an app in a state. It is read
//! from its newest record down, and what else is asked for decides record by record, in windows ([`super::walk`]) where it
//! may leave out many. What several leads hold (of several apps, in several states) is read one after the other, each along
//! its own index ([`leads`]): a list of apps in one statement would have the database sort all that they ever had, or look
//! through everybody else's records for theirs.
//!
//! Where the key of something is known that has few records (a transaction, a completion, a user), these are all read and put
//! in order.

pub(super) mod completion_queries;
pub(super) mod completions;
pub(super) mod deliveries;
mod delivery_conditions;
pub(super) mod delivery_queries;
pub(super) mod leads;

use diesel::prelude::*;

use super::backend::{Conn, Read};
use super::criteria::Scope;
use super::erased_keys::{self, ErasedKeys, ErasedKind};
use super::id_range::Span;
use super::keys::CompletionKey;
use super::page::Page;
use super::schema::transaction_ids;
use super::walk::{LONGEST, Reach};

/// Whether a read is the first of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A page, or the first of an export.
    First,
    /// What an export goes on with, which was let begin.
    Rest,
}

/// How far a read may go that seeks by something that no index holds.
fn reach(scope: &Scope, part: Part, sought_by: &'static str) -> Reach {
    let until = scope.to.unwrap_or(scope.asked_at);
    let names_a_short_time = scope.from.is_some_and(|from| until.since(from) <= LONGEST);
    if names_a_short_time || part == Part::Rest { Reach::Sought(sought_by) } else { Reach::Bounded(sought_by) }
}

/// What of a span lies before the page's cursor, and behind the record that everything must be newer than.
fn on_page(mut span: Span, scope: &Scope, page: &Page, key: impl Fn(&str) -> i64) -> Span {
    if let Some(before) = page.before.as_deref().map(&key) {
        span.upper = Some(span.upper.map_or(before, |upper| upper.min(before)));
    }
    if let Some(after) = scope.after.as_deref().map(&key) {
        let first = after.saturating_add(1);
        span.lower = Some(span.lower.map_or(first, |lower| lower.max(first)));
    }
    span
}

/// The end of a subquery in EXISTS that is asked for one row after the other. PostgreSQL makes a join of a subquery without an OFFSET, and
/// may read all that the subquery could find before anything that is looked through. SQLite takes an OFFSET behind a LIMIT alone.
const NOT_JOINED: &str = " LIMIT 1 OFFSET 0)";

/// As many rows as a statement may answer.
fn rows(at_most: usize) -> i64 {
    i64::try_from(at_most).unwrap_or(i64::MAX)
}

/// The completions that bear a transaction id, whatever its case, or bore it until their user was erased.
fn bearing(conn: &mut Conn, erased: &ErasedKeys, transaction_id: &str) -> QueryResult<Vec<CompletionKey>> {
    let transaction_key = transaction_id.to_ascii_lowercase();
    let mut found: Vec<CompletionKey> = bearing_now(&transaction_key).load(conn)?;
    // Looked for behind the others, because erasure takes keys from there to here.
    if erased.has_any(conn)? {
        for name in erased_keys::names(erased.transaction_id(transaction_id), &transaction_key) {
            found.extend(bore(&name).load(conn)?);
        }
    }
    Ok(found)
}

/// The completions that bear a transaction id, given in lower case.
pub(super) fn bearing_now(transaction_key: &str) -> impl Read<'_, CompletionKey> {
    transaction_ids::table
        .filter(transaction_ids::transaction_key.eq(transaction_key))
        .select(transaction_ids::completion_id)
}

/// The completions that bore the transaction id of this digest.
pub(super) fn bore(digest: &str) -> impl Read<'_, CompletionKey> {
    erased_keys::with_digest(digest, ErasedKind::Transaction)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const DAY: Duration = Duration::from_secs(24 * 3600);

    #[test]
    fn any_number_of_rows_may_be_looked_through_of_31_days_and_no_more() {
        let day = |day: u32| Some(NOW.minus(DAY * day));
        for (from, to, expected) in [
            (None, None, Reach::Bounded("offerId")),
            (None, day(1), Reach::Bounded("offerId")),
            (day(31), None, Reach::Sought("offerId")),
            (day(32), None, Reach::Bounded("offerId")),
            (day(62), day(31), Reach::Sought("offerId")),
            (day(63), day(31), Reach::Bounded("offerId")),
        ] {
            let scope = Scope { from, to, asked_at: NOW, ..Scope::default() };
            assert_eq!(reach(&scope, Part::First, "offerId"), expected, "{scope:?}");
            assert_eq!(reach(&scope, Part::Rest, "offerId"), Reach::Sought("offerId"), "{scope:?}");
        }
    }

    #[test]
    fn a_page_lies_between_its_cursor_and_what_everything_must_be_newer_than() {
        let key = |id: &str| id.parse().unwrap();
        let on = |before: Option<&str>, after: Option<&str>, lower, upper| {
            let scope = Scope { after: after.map(str::to_owned), ..Scope::default() };
            let page = Page { limit: 1, before: before.map(str::to_owned) };
            let Span { lower, upper } = on_page(Span { lower, upper }, &scope, &page, key);
            (lower, upper)
        };
        assert_eq!(on(None, None, None, None), (None, None));
        assert_eq!(on(Some("9"), Some("4"), None, None), (Some(5), Some(9)));
        assert_eq!(on(Some("9"), Some("4"), Some(7), Some(8)), (Some(7), Some(8)));
        assert_eq!(on(Some("9"), Some("4"), Some(3), Some(12)), (Some(5), Some(9)));
    }
}
