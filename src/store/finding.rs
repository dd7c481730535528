//! Finding a page of completions or deliveries: which index leads to it, and what has to be looked through because none
//! does.
//!
//! Several apps are read one after the other, each along its own index: a list of apps in one statement would have the
//! database sort all that they ever had, or look through everybody else's rows for theirs.

use diesel::prelude::*;

use super::backend::{Conn, Engine, Read};
use super::criteria::{Criteria, completions_within, deliveries_within, is_reversed};
use super::erased_keys::{self, ErasedKeys, ErasedKind};
use super::id_range::{self, Span};
use super::keys::{CompletionKey, DeliveryKey};
use super::page::Page;
use super::schema::{completions, deliveries, transaction_ids};
use super::walk::{LONGEST, Reach, Walk, edge_of};
use crate::domain::completion::Completion;
use crate::domain::delivery::Delivery;

/// Whether a read is the first of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A page, or the first of an export.
    First,
    /// What an export goes on with, which was let begin.
    Rest,
}

/// A page of completions, newest first, and one more if there is one.
pub(super) fn completions(
    conn: &mut Conn,
    erased: &ErasedKeys,
    criteria: &Criteria,
    page: &Page,
    part: Part,
) -> QueryResult<Vec<Completion>> {
    let wanted = page.limit.saturating_add(1);
    let span = id_range::of_completions(conn, criteria.from, criteria.to)?;
    let span = below(span, page, |id| *CompletionKey::of(id).as_ref());
    let mut walk = Walk::begin(reach(criteria, part, completions_sought_by(criteria)));
    if let Some(transaction_id) = &criteria.transaction_id {
        let keys = bearing(conn, erased, transaction_id)?;
        return completions_within(criteria, Some(&keys), &span, wanted).load(conn);
    }
    if criteria.click_id.is_some() {
        return completions_within(criteria, None, &span, wanted).load(conn);
    }
    each_app(
        criteria,
        criteria.user_id.is_some(),
        span,
        wanted,
        |completion: &Completion| *CompletionKey::of(&completion.id).as_ref(),
        |criteria, span| {
            walk.check()?;
            let within =
                |conn: &mut Conn, span: &Span, at_most| completions_within(criteria, None, span, at_most).load(conn);
            if !criteria.filters_completions() {
                return within(conn, span, wanted);
            }
            let edge = |conn: &mut Conn, span: &Span| {
                let mut query = completions::table.into_boxed::<Engine>();
                match (&criteria.user_id, criteria.only_app()) {
                    (Some(user_id), _) => query = query.filter(completions::user_id.eq(user_id)),
                    (None, Some(app_id)) => query = query.filter(completions::app_id.eq(app_id)),
                    (None, None) => {}
                }
                if criteria.follows_reversed() {
                    query = query.filter(is_reversed());
                }
                edge_of!(completions, span, conn, query)
            };
            walk.down(conn, span, wanted, edge, within)
        },
    )
}

/// A page of deliveries, newest first, and one more if there is one.
pub(super) fn deliveries(
    conn: &mut Conn,
    erased: &ErasedKeys,
    criteria: &Criteria,
    page: &Page,
) -> QueryResult<Vec<Delivery>> {
    let wanted = page.limit.saturating_add(1);
    let span = id_range::of_deliveries(conn, criteria.from, criteria.to)?;
    let span = below(span, page, |id| *DeliveryKey::of(id).as_ref());
    let sought_by = criteria.status.map(|_| "status");
    let mut walk = Walk::begin(sought_by.map_or(Reach::InTime, Reach::Sought));
    if let Some(transaction_id) = &criteria.transaction_id {
        let keys = bearing(conn, erased, transaction_id)?;
        return deliveries_within(criteria, Some(&keys), &span, wanted).load(conn);
    }
    each_app(
        criteria,
        false,
        span,
        wanted,
        |delivery: &Delivery| *DeliveryKey::of(&delivery.id).as_ref(),
        |criteria, span| {
            walk.check()?;
            let within =
                |conn: &mut Conn, span: &Span, at_most| deliveries_within(criteria, None, span, at_most).load(conn);
            if !criteria.filters_deliveries() {
                return within(conn, span, wanted);
            }
            let edge = |conn: &mut Conn, span: &Span| {
                let mut query = deliveries::table.into_boxed::<Engine>();
                if let Some(app_id) = criteria.only_app() {
                    query = query.filter(deliveries::app_id.eq(app_id));
                }
                edge_of!(deliveries, span, conn, query)
            };
            walk.down(conn, span, wanted, edge, within)
        },
    )
}

/// By what completions are sought that no index holds.
fn completions_sought_by(criteria: &Criteria) -> Option<&'static str> {
    if criteria.offer_id.is_some() {
        Some("offerId")
    } else if criteria.status.is_some() {
        Some("deliveryStatus")
    } else {
        criteria.reversed.filter(|_| !criteria.follows_reversed()).map(|_| "reversed")
    }
}

fn reach(criteria: &Criteria, part: Part, sought_by: Option<&'static str>) -> Reach {
    let Some(field) = sought_by else { return Reach::InTime };
    let until = criteria.to.unwrap_or(criteria.asked_at);
    let names_a_short_time = criteria.from.is_some_and(|from| until.since(from) <= LONGEST);
    if names_a_short_time || part == Part::Rest { Reach::Sought(field) } else { Reach::Bounded(field) }
}

/// What lies before the page's cursor.
fn below(mut span: Span, page: &Page, key: impl Fn(&str) -> i64) -> Span {
    if let Some(before) = page.before.as_deref().map(key) {
        span.upper = Some(span.upper.map_or(before, |upper| upper.min(before)));
    }
    span
}

/// Reads a list app by app, unless another key leads to it, and puts the apps' rows in one order.
fn each_app<T>(
    criteria: &Criteria,
    is_keyed: bool,
    mut span: Span,
    wanted: usize,
    key: impl Fn(&T) -> i64,
    mut read: impl FnMut(&Criteria, &Span) -> QueryResult<Vec<T>>,
) -> QueryResult<Vec<T>> {
    let apps = match &criteria.app_ids {
        Some(apps) if apps.len() != 1 && !is_keyed => apps,
        _ => return read(criteria, &span),
    };
    let mut found: Vec<T> = Vec::new();
    for app in apps {
        found.extend(read(&Criteria { app_ids: Some(vec![app.clone()]), ..criteria.clone() }, &span)?);
        found.sort_unstable_by_key(|row| std::cmp::Reverse(key(row)));
        found.truncate(wanted);
        // What is older than the last that has a place has none.
        if let Some(last) = found.get(wanted - 1) {
            span.lower = Some(key(last));
        }
    }
    Ok(found)
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
    use crate::domain::delivery::Status;
    use crate::domain::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const DAY: Duration = Duration::from_secs(24 * 3600);

    #[test]
    fn any_number_of_rows_may_be_looked_through_of_31_days_and_no_more() {
        let of_an_offer = |from: Option<Timestamp>, to| Criteria {
            offer_id: Some("o".to_owned()),
            from,
            to,
            asked_at: NOW,
            ..Criteria::default()
        };
        let day = |day: u32| Some(NOW.minus(DAY * day));
        for (criteria, expected) in [
            (of_an_offer(None, None), Reach::Bounded("offerId")),
            (of_an_offer(None, day(1)), Reach::Bounded("offerId")),
            (of_an_offer(day(31), None), Reach::Sought("offerId")),
            (of_an_offer(day(32), None), Reach::Bounded("offerId")),
            (of_an_offer(day(62), day(31)), Reach::Sought("offerId")),
            (of_an_offer(day(63), day(31)), Reach::Bounded("offerId")),
        ] {
            assert_eq!(reach(&criteria, Part::First, completions_sought_by(&criteria)), expected, "{criteria:?}");
        }
        let states = Criteria { status: Some(Status::Dead), ..Criteria::default() };
        assert_eq!(completions_sought_by(&states), Some("deliveryStatus"));
        let reversed =
            Criteria { app_ids: Some(vec!["app_1".to_owned()]), reversed: Some(true), ..Criteria::default() };
        assert_eq!(completions_sought_by(&reversed), None);
    }
}
