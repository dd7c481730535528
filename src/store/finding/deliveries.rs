//! Deliveries: which lead is followed.

use diesel::prelude::*;

use super::delivery_queries::{Lead, completions_of, edge, edge_of_completions, of_keys, size, within};
use super::leads::{Apps, heads, newest_of};
use super::{Part, bearing, on_page, reach};
use crate::domain::delivery::{Delivery, DeliveryKind, Status};
use crate::store::backend::Conn;
use crate::store::codes;
use crate::store::criteria::DeliveryCriteria;
use crate::store::erased_keys::ErasedKeys;
use crate::store::id_range::{self, Span};
use crate::store::keys::{AppKey, CompletionKey, DeliveryKey};
use crate::store::page::Page;
use crate::store::schema::completions;
use crate::store::walk::{Reach, Walk};

/// The states of which an index lists an app's deliveries, in the words of that index.
pub(in crate::store) const LISTED: [Status; 5] =
    [Status::Pending, Status::Retrying, Status::Held, Status::Dead, Status::Canceled];
/// Completions whose deliveries are read by one statement.
const CHUNK: usize = 500;

/// A page of deliveries, newest first, and one more if there is one.
pub(in crate::store) fn find(
    conn: &mut Conn,
    erased: &ErasedKeys,
    criteria: &DeliveryCriteria,
    page: &Page,
) -> QueryResult<Vec<Delivery>> {
    conn.only_by_index()?;
    let wanted = page.limit.saturating_add(1);
    let span = id_range::of_deliveries(conn, criteria.scope.from, criteria.scope.to)?;
    let span = on_page(span, &criteria.scope, page, |id| *DeliveryKey::of(id).as_ref());
    let mut walk = Walk::begin(far(criteria));
    let keys = match told_of(conn, erased, criteria, &mut walk)? {
        Some(completions) => {
            let chunks = completions.chunks(CHUNK).map(|some| (i64::MAX, Lead::Of(some.to_vec()))).collect();
            newest_of(chunks, span, wanted, |some, span, at_most| {
                walk.check()?;
                within(criteria, some, span, at_most).load(conn)
            })?
        }
        None => {
            let leads = leads(conn, criteria, &span)?;
            newest_of(leads, span, wanted, |lead, span, at_most| {
                follow(conn, criteria, lead, span, at_most, &mut walk)
            })?
        }
    };
    of_keys(&keys).load(conn)
}

/// The newest keys of a lead that are asked for.
fn follow(
    conn: &mut Conn,
    criteria: &DeliveryCriteria,
    lead: &Lead,
    span: &Span,
    at_most: usize,
    walk: &mut Walk,
) -> QueryResult<Vec<i64>> {
    walk.check()?;
    let span = &criteria.part_of(lead, span);
    let within = |conn: &mut Conn, span: &Span, at_most| within(criteria, lead, span, at_most).load(conn);
    if *lead == Lead::Sending || !criteria.filters(lead) {
        return within(conn, span, at_most);
    }
    let edge = |conn: &mut Conn, span: &Span| edge(lead, span).get_result(conn).optional();
    let (found, rest) = walk.down_to_the_rest(conn, span, at_most, edge, within)?;
    if let Some(rest) = rest.filter(|_| walk.is_bounded()) {
        let rows: i64 = size(lead, &rest).get_result(conn)?;
        walk.looked(usize::try_from(rows).unwrap_or(0))?;
    }
    Ok(found)
}

/// The completions that the deliveries tell of, if what is asked for names any; none of them is another one's.
fn told_of(
    conn: &mut Conn,
    erased: &ErasedKeys,
    criteria: &DeliveryCriteria,
    walk: &mut Walk,
) -> QueryResult<Option<Vec<CompletionKey>>> {
    // Tests tell of completions that are invented: there are none by a user, and none that bear their transaction ids.
    let is_about_tests = criteria.names_a_test() || criteria.is_about_tests();
    if is_about_tests && criteria.user_id.is_some() {
        return Ok(Some(Vec::new()));
    }
    let named = criteria.completion_id.as_deref().map(CompletionKey::of);
    let mut keys = match (&criteria.transaction_id, named) {
        (Some(transaction_id), named) if !criteria.names_a_test() => {
            let mut bearing = bearing(conn, erased, transaction_id)?;
            bearing.retain(|key| named.is_none_or(|named| named == *key));
            bearing
        }
        (_, Some(named)) => vec![named],
        (_, None) => {
            return Ok(match (&criteria.user_id, &criteria.about) {
                (Some(user_id), _) => Some(all_of(conn, user_id, walk)?),
                (None, Some(about)) => {
                    let mut either = bearing(conn, erased, about)?;
                    either.extend(all_of(conn, about, walk)?);
                    either.sort_unstable();
                    either.dedup();
                    Some(either)
                }
                (None, None) => None,
            });
        }
    };
    if let Some(user_id) = &criteria.user_id {
        let of_user = completions::table.filter(completions::id.eq_any(&keys)).filter(completions::user_id.eq(user_id));
        keys = of_user.select(completions::id).load(conn)?;
    }
    Ok(Some(keys))
}

/// All completions of a user. A reversal may be told of long after its completion, so the newest do not suffice.
fn all_of(conn: &mut Conn, user_id: &str, walk: &mut Walk) -> QueryResult<Vec<CompletionKey>> {
    let edge = |conn: &mut Conn, span: &Span| edge_of_completions(user_id, span).get_result(conn).optional();
    let within = |conn: &mut Conn, span: &Span, _| completions_of(user_id, span).load(conn);
    walk.down(conn, &Span::default(), usize::MAX, edge, within)
}

/// What leads to what is asked for, each with a key that none of its deliveries is newer than.
fn leads(conn: &mut Conn, criteria: &DeliveryCriteria, span: &Span) -> QueryResult<Vec<(i64, Lead)>> {
    let apps = criteria.scope.apps();
    if criteria.is_about_tests() || criteria.names_a_test() {
        let is_a_test = codes::is("d.kind", DeliveryKind::Test);
        let those = apps.as_deref().map_or(Apps::With(&is_a_test), Apps::These);
        let heads = heads(conn, "deliveries", std::slice::from_ref(&is_a_test), those, span)?;
        return Ok(heads.into_iter().map(|(head, app, _)| (head, Lead::Tests(app))).collect());
    }
    if let Some(statuses) = criteria.possible_statuses().filter(|statuses| !statuses.contains(&Status::Delivered)) {
        let is_sending = statuses.contains(&Status::Sending);
        let listed: Vec<Status> = LISTED.into_iter().filter(|status| statuses.contains(status)).collect();
        let conditions: Vec<String> = listed.iter().map(|status| codes::is("d.status", *status)).collect();
        let is_listed = codes::is_one_of("d.status", &LISTED);
        let those = apps.as_deref().map_or(Apps::With(&is_listed), Apps::These);
        let heads = heads(conn, "deliveries", &conditions, those, span)?;
        let in_state = |(head, app, place): (i64, AppKey, usize)| Some((head, Lead::InState(app, *listed.get(place)?)));
        let sending = is_sending.then_some((i64::MAX, Lead::Sending));
        return Ok(heads.into_iter().filter_map(in_state).chain(sending).collect());
    }
    Ok(match apps {
        None => vec![(i64::MAX, Lead::Everything)],
        Some(apps) if apps.len() == 1 => apps.into_iter().map(|app| (i64::MAX, Lead::App(app))).collect(),
        Some(apps) => {
            let heads = heads(conn, "deliveries", &[String::new()], Apps::These(&apps), span)?;
            heads.into_iter().map(|(head, app, _)| (head, Lead::App(app))).collect()
        }
    })
}

/// How far the read may go.
fn far(criteria: &DeliveryCriteria) -> Reach {
    match sought_by(criteria) {
        Some(field) => reach(&criteria.scope, Part::First, field),
        // Of the states that no index lists one holds almost everything.
        None if !criteria.statuses.is_empty() => Reach::Sought("status"),
        None => Reach::InTime,
    }
}

/// By what deliveries are sought that no lead decides: the field that may have to be narrowed.
fn sought_by(criteria: &DeliveryCriteria) -> Option<&'static str> {
    let attempt = &criteria.last_attempt;
    [
        (attempt.status_code.is_some(), "statusCode"),
        (attempt.outcome.is_some(), "outcome"),
        (attempt.egress_ip.is_some(), "egressIp"),
        (criteria.waiting.is_some(), "waitingFor"),
        (criteria.endpoint_id.is_some(), "endpointId"),
        (criteria.user_id.is_some(), "userId"),
        (criteria.about.is_some(), "q"),
        (criteria.names_a_test(), "transactionId"),
        (criteria.seeks_a_kind(), "kind"),
        (criteria.needing_attention.is_some(), "needsAttention"),
    ]
    .into_iter()
    .find_map(|(is_given, field)| is_given.then_some(field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::Outcome;
    use crate::domain::time::Timestamp;
    use crate::store::criteria::AttemptCriteria;

    #[test]
    fn the_field_to_be_narrowed_is_one_that_no_index_holds() {
        let kinds = DeliveryCriteria { kinds: vec![DeliveryKind::Reversal], ..DeliveryCriteria::default() };
        let no_tests =
            DeliveryCriteria { kinds: vec![DeliveryKind::Completion, DeliveryKind::Reversal], ..Default::default() };
        let attention = DeliveryCriteria { needing_attention: Some(Timestamp::from_millis(0)), ..no_tests.clone() };
        let of_user = DeliveryCriteria { user_id: Some("u".to_owned()), ..kinds.clone() };
        let ended = AttemptCriteria { outcome: Some(Outcome::Timeout), ..AttemptCriteria::default() };
        let failed = DeliveryCriteria { last_attempt: ended, ..of_user.clone() };
        let dead = DeliveryCriteria { statuses: vec![Status::Dead], ..DeliveryCriteria::default() };
        for (criteria, expected) in [
            (DeliveryCriteria::default(), Reach::InTime),
            (dead, Reach::Sought("status")),
            (kinds, Reach::Bounded("kind")),
            (no_tests, Reach::InTime),
            (attention, Reach::Bounded("needsAttention")),
            (of_user, Reach::Bounded("userId")),
            (failed, Reach::Bounded("outcome")),
        ] {
            assert_eq!(far(&criteria), expected, "{criteria:?}");
        }
    }
}
