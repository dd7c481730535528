//! What is asked for of deliveries that no lead decides: conditions on one row after the other.
//!
//! None may lead to an index of its own, since the lead's is followed: a sum on a column (`status + 0`) keeps either planner from other
//! indexes, and a subquery is never joined. No text of a caller may get in here but as a bound value.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool};

use super::NOT_JOINED;
use crate::domain::delivery::{Status, WaitingFor};
use crate::domain::time::Timestamp;
use crate::store::attempts::left_from;
use crate::store::backend::Engine;
use crate::store::codes::{self, Coded};
use crate::store::criteria::{AttemptCriteria, Waiting, WaitingEndpoint};
use crate::store::keys::{AppKey, EndpointKey};
use crate::store::schema::deliveries;

/// A condition on a delivery.
pub(super) type Condition<'a> = Box<dyn BoxableExpression<deliveries::table, Engine, SqlType = Bool> + 'a>;

/// That a column holds one of these words, of which there may be none.
pub(super) fn one_of<T: Coded>(column: &str, words: &[T]) -> String {
    if words.is_empty() { "1 = 0".to_owned() } else { codes::is_one_of(column, words) }
}

/// That the last attempt was like this: it is the one of the number that the delivery bears.
pub(super) fn had(asked: &AttemptCriteria) -> Condition<'static> {
    let mut attempt = "EXISTS (SELECT 1 FROM attempts WHERE attempts.delivery_id = deliveries.id \
                       AND attempts.number = deliveries.last_number"
        .to_owned();
    if let Some(outcome) = asked.outcome {
        attempt += &format!(" AND {}", codes::is("attempts.outcome", outcome));
    }
    if let Some(status_code) = asked.status_code {
        attempt += &format!(" AND attempts.status_code = {status_code}");
    }
    match &asked.egress_ip {
        None => Box::new(sql::<Bool>(&format!("{attempt}{NOT_JOINED}"))),
        Some(egress_ip) => {
            let (first, behind) = left_from(egress_ip);
            let from = sql::<Bool>(&format!("{attempt} AND attempts.detail >= ")).bind::<Binary, _>(first);
            Box::new(from.sql(" AND attempts.detail < ").bind::<Binary, _>(behind).sql(NOT_JOINED))
        }
    }
}

/// That a delivery waits for something, of an app or of any: as its row says while it is held, as its endpoint does while it
/// waits to be sent.
pub(super) fn waits(waiting: &Waiting, app: Option<AppKey>) -> String {
    let app_id = app.map(AppKey::id);
    let of_app = |endpoint: &&WaitingEndpoint| app_id.as_ref().is_none_or(|app_id| *app_id == endpoint.app_id);
    let endpoints = |when: fn(&WaitingEndpoint) -> bool| -> Vec<String> {
        let waiting = waiting.endpoints.iter().filter(of_app).filter(|endpoint| when(endpoint));
        waiting.map(|endpoint| EndpointKey::of(&endpoint.endpoint_id).as_ref().to_string()).collect()
    };
    let to_be_sent = codes::is_one_of("deliveries.status + 0", &[Status::Pending, Status::Retrying]);
    let now = waiting.now.as_millis();
    let mut ways = Vec::new();
    if waiting.reason.is_held_for() {
        let [is_held, is_for_it] =
            [codes::is("deliveries.status + 0", Status::Held), codes::is("deliveries.waiting_for + 0", waiting.reason)];
        ways.push(format!("({is_held} AND {is_for_it})"));
    }
    for (endpoints, when) in [(endpoints(|one| one.due), "<="), (endpoints(|one| one.later), ">")] {
        if !endpoints.is_empty() {
            let endpoints = endpoints.join(", ");
            ways.push(format!(
                "({to_be_sent} AND deliveries.due_at + 0 {when} {now} AND deliveries.endpoint_id + 0 IN ({endpoints}))"
            ));
        }
    }
    if ways.is_empty() { "1 = 0".to_owned() } else { format!("({})", ways.join(" OR ")) }
}

/// That somebody has to fix something, or that it was created since then and given up.
pub(super) fn needs_attention(since: Timestamp) -> String {
    let (status, waiting_for) = ("deliveries.status + 0", "deliveries.waiting_for + 0");
    let [is_held, is_dead] = [Status::Held, Status::Dead].map(|held| codes::is(status, held));
    let [no_review, no_completion] =
        [WaitingFor::Review, WaitingFor::Completion].map(|reason| codes::is_not(waiting_for, reason));
    let since = since.as_millis();
    format!("(({is_held} AND {no_review} AND {no_completion}) OR ({is_dead} AND deliveries.created_at >= {since}))")
}
