//! Completions: which lead is followed.

use diesel::prelude::*;

use super::completion_queries::{Lead, edge, last_of_few_in_review, of_keys, size, within};
use super::leads::{Apps, heads, newest_of};
use super::{Part, bearing, on_page, reach};
use crate::domain::completion::{Completion, ReviewState};
use crate::store::backend::Conn;
use crate::store::criteria::CompletionCriteria;
use crate::store::erased_keys::ErasedKeys;
use crate::store::id_range::{self, Span};
use crate::store::keys::{AppKey, CompletionKey};
use crate::store::page::Page;
use crate::store::walk::{Reach, Walk};

/// A page of completions, newest first, and one more if there is one.
pub(in crate::store) fn find(
    conn: &mut Conn,
    erased: &ErasedKeys,
    criteria: &CompletionCriteria,
    page: &Page,
    part: Part,
) -> QueryResult<Vec<Completion>> {
    conn.only_by_index()?;
    let wanted = page.limit.saturating_add(1);
    let span = id_range::of_completions(conn, criteria.scope.from, criteria.scope.to)?;
    let span = on_page(span, &criteria.scope, page, |id| *CompletionKey::of(id).as_ref());
    let leads = match named(conn, erased, criteria)? {
        Some(lead) => vec![(i64::MAX, lead)],
        None => leads(conn, criteria, &span)?,
    };
    let sought_by = leads.first().and_then(|(_, lead)| sought_by(criteria, lead));
    let mut walk = Walk::begin(sought_by.map_or(Reach::InTime, |field| reach(&criteria.scope, part, field)));
    let keys =
        newest_of(leads, span, wanted, |lead, span, at_most| follow(conn, criteria, lead, span, at_most, &mut walk))?;
    of_keys(&keys).load(conn)
}

/// The newest keys of a lead that are asked for.
fn follow(
    conn: &mut Conn,
    criteria: &CompletionCriteria,
    lead: &Lead,
    span: &Span,
    at_most: usize,
    walk: &mut Walk,
) -> QueryResult<Vec<i64>> {
    walk.check()?;
    let within = |conn: &mut Conn, span: &Span, at_most| within(criteria, lead, span, at_most).load(conn);
    let holds_few = matches!(lead, Lead::Keys(_) | Lead::Click | Lead::InReview);
    if holds_few || !criteria.filters(lead) {
        return within(conn, span, at_most);
    }
    let edge = |conn: &mut Conn, span: &Span| edge(criteria, lead, span).get_result(conn).optional();
    let (found, rest) = walk.down_to_the_rest(conn, span, at_most, edge, within)?;
    if let Some(rest) = rest.filter(|_| walk.is_bounded()) {
        let rows: i64 = size(criteria, lead, &rest).get_result(conn)?;
        walk.looked(usize::try_from(rows).unwrap_or(0))?;
    }
    Ok(found)
}

/// What leads to the few completions among which something is asked for, if it names any such.
fn named(conn: &mut Conn, erased: &ErasedKeys, criteria: &CompletionCriteria) -> QueryResult<Option<Lead>> {
    Ok(if let Some(transaction_id) = &criteria.transaction_id {
        Some(Lead::Keys(bearing(conn, erased, transaction_id)?))
    } else if criteria.click_id.is_some() {
        Some(Lead::Click)
    } else if criteria.user_id.is_none() && criteria.review == Some(ReviewState::Waiting) && are_few_in_review(conn)? {
        Some(Lead::InReview)
    } else {
        None
    })
}

/// What leads to what is asked for, each with a key that none of its completions is newer than. All are of one kind.
fn leads(conn: &mut Conn, criteria: &CompletionCriteria, span: &Span) -> QueryResult<Vec<(i64, Lead)>> {
    let of_app = if criteria.reversed == Some(true) { Lead::TakenBack } else { Lead::App };
    Ok(match criteria.scope.apps() {
        _ if criteria.user_id.is_some() => vec![(i64::MAX, Lead::User)],
        None => vec![(i64::MAX, Lead::Everything)],
        Some(apps) if apps.len() == 1 => apps.into_iter().map(|app| (i64::MAX, of_app(app))).collect(),
        Some(apps) => {
            let condition = if criteria.reversed == Some(true) { "d.reversals > 0" } else { "" };
            let heads = heads(conn, "completions", &[condition.to_owned()], Apps::These(&apps), span)?;
            heads.into_iter().map(|(head, app, _): (i64, AppKey, usize)| (head, of_app(app))).collect()
        }
    })
}

/// Whether no more wait for a decision than a window has rows.
fn are_few_in_review(conn: &mut Conn) -> QueryResult<bool> {
    let last: Option<CompletionKey> = last_of_few_in_review().get_result(conn).optional()?;
    Ok(last.is_none())
}

/// By what completions are sought that the lead does not know: the field that may have to be narrowed.
fn sought_by(criteria: &CompletionCriteria, lead: &Lead) -> Option<&'static str> {
    let by_reversals = criteria.reversed.is_some() && !matches!(lead, Lead::TakenBack(_));
    [
        (criteria.offer_id.is_some(), "offerId"),
        (criteria.callback.is_some(), "deliveryStatus"),
        (criteria.event_type.is_some(), "eventType"),
        (criteria.review.is_some(), "review"),
        (criteria.manual.is_some(), "manual"),
        (by_reversals, "reversed"),
    ]
    .into_iter()
    .find_map(|(is_given, field)| is_given.then_some(field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::Status;

    #[test]
    fn the_field_to_be_narrowed_is_one_that_no_index_holds() {
        let app = Lead::App(AppKey::of("app_1"));
        let dead = CompletionCriteria { callback: Some(Status::Dead), ..CompletionCriteria::default() };
        assert_eq!(sought_by(&dead, &app), Some("deliveryStatus"));
        let of_offer = CompletionCriteria { offer_id: Some("o".to_owned()), ..dead };
        assert_eq!(sought_by(&of_offer, &app), Some("offerId"));
        let reversed = CompletionCriteria { reversed: Some(true), ..CompletionCriteria::default() };
        assert_eq!(sought_by(&reversed, &app), Some("reversed"));
        assert_eq!(sought_by(&reversed, &Lead::TakenBack(AppKey::of("app_1"))), None);
        assert_eq!(sought_by(&CompletionCriteria::default(), &app), None);
    }
}
