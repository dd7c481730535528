//! How the database answers the look-ups and the lists: each along an index, whatever is looked through for, and each window of
//! a list between its two ends.

use diesel::prelude::*;

use super::explain::{Plan, explain, explain_statement};
use super::sample::{ROWS, Sample};
use crate::domain::completion::ReviewState;
use crate::domain::delivery::{DeliveryKind, Outcome, Status, WaitingFor};
use crate::store::backend::Conn;
use crate::store::criteria::{AttemptCriteria, CompletionCriteria, DeliveryCriteria, Scope, Waiting, WaitingEndpoint};
use crate::store::erased_keys::{self, ErasedKind};
use crate::store::finding::leads::{self, Apps};
use crate::store::finding::{completion_queries, deliveries, delivery_queries};
use crate::store::id_range::Span;
use crate::store::keys::{AppKey, CompletionKey, DeliveryKey, SourceKey};
use crate::store::{
    attempts, callback_records, clicks, codes, delivery_lists, finding, lookups, people, support_look_up,
};

pub(super) fn of_look_ups(conn: &mut Conn, sample: &Sample) -> QueryResult<Vec<Plan>> {
    let plan = |query, text| Plan { query, text };
    let (one, sources) = ([DeliveryKey::of(&sample.delivery_id)], [SourceKey::of("src_1"), SourceKey::NONE]);
    let digests = [sample.transaction_id.clone()];
    let keyed = completion_queries::Lead::Keys(vec![CompletionKey::of(&sample.completion_id)]);
    let of_app = CompletionCriteria {
        scope: Scope { app_ids: Some(vec![sample.app_id.clone()]), ..Scope::default() },
        ..CompletionCriteria::default()
    };
    let app = AppKey::of(&sample.app_id);
    Ok(vec![
        plan("newest completion of an app", explain(conn, lookups::newest_of(app))?),
        plan(
            "completions of keys, in an app",
            explain(conn, completion_queries::within(&of_app, &keyed, &Span::default(), ROWS))?,
        ),
        plan("look-up: a delivery's completion", explain(conn, support_look_up::of_delivery(&sample.delivery_id))?),
        plan("look-up: a reversal's completion", explain(conn, support_look_up::of_reversal("rev_1"))?),
        plan(
            "look-up: what sources call so",
            explain(conn, support_look_up::called(&sources, &sample.transaction_id))?,
        ),
        plan(
            "look-up: what sources called so",
            explain(conn, erased_keys::with_any_digest(&digests, ErasedKind::External))?,
        ),
        plan("look-up: attempts of deliveries", explain(conn, callback_records::attempts_of_all(&one))?),
        plan("look-up: when replayed", explain(conn, callback_records::reopened(&one))?),
        plan("completions by transaction id", explain(conn, finding::bearing_now(&sample.transaction_id))?),
        plan("completions by an erased transaction id", explain(conn, finding::bore(&sample.transaction_id))?),
        plan("deliveries of a completion", explain(conn, lookups::of_completion(&sample.completion_id))?),
        plan("attempts of a delivery", explain(conn, lookups::attempts_of(&sample.delivery_id))?),
        plan("a click", explain(conn, clicks::by_id(&sample.click_id))?),
        plan("a session and its person", explain(conn, people::sessions::by_digest(vec![0]))?),
        plan("failures to sign in", explain(conn, people::attempts::failures(&[0], sample.now))?),
    ])
}

/// The plans of lists, which are read with `BY_INDEX_ALONE`.
pub(super) fn of_lists(conn: &mut Conn, sample: &Sample) -> QueryResult<Vec<Plan>> {
    let mut plans = of_completions(conn, sample)?;
    plans.extend(of_deliveries(conn, sample)?);
    Ok(plans)
}

/// A part of a list, bounded on both sides as a window of it is.
const SPAN: Span = Span { lower: Some(1), upper: Some(i64::MAX) };

fn of_completions(conn: &mut Conn, sample: &Sample) -> QueryResult<Vec<Plan>> {
    use completion_queries::{Lead, edge, last_of_few_in_review, of_keys, size, within};
    let app = AppKey::of(&sample.app_id);
    let any = CompletionCriteria::default();
    let of_user = CompletionCriteria { user_id: Some(sample.user_id.clone()), ..any.clone() };
    let of_click = CompletionCriteria { click_id: Some(sample.transaction_id.clone()), ..any.clone() };
    // Whatever is looked through for, nothing may lead away from the index that is followed.
    let sought = CompletionCriteria {
        scope: Scope { from: Some(sample.before), to: Some(sample.now), ..Scope::default() },
        offer_id: Some(String::new()),
        event_type: Some(String::new()),
        manual: Some(true),
        review: Some(ReviewState::Waiting),
        callback: Some(Status::Dead),
        ..any.clone()
    };
    let sought_of_apps = CompletionCriteria {
        scope: Scope { app_ids: Some(vec![sample.app_id.clone()]), ..sought.scope.clone() },
        ..sought.clone()
    };
    let sought_of_user = CompletionCriteria { user_id: of_user.user_id.clone(), ..sought_of_apps.clone() };
    let taken_back = Lead::TakenBack(app);
    let mut list = |query, criteria: &CompletionCriteria, lead: &Lead| {
        explain(conn, within(criteria, lead, &SPAN, ROWS)).map(|text| Plan { query, text })
    };
    let mut plans = vec![
        list("completions", &any, &Lead::Everything)?,
        list("completions of a user", &of_user, &Lead::User)?,
        list("completions of a user, looked through", &sought_of_user, &Lead::User)?,
        list("completions of an app", &any, &Lead::App(app))?,
        list("completions of an app, looked through", &sought, &Lead::App(app))?,
        list("completions of a click", &of_click, &Lead::Click)?,
        list("completions taken back", &any, &taken_back)?,
        list("completions taken back, looked through", &sought, &taken_back)?,
        list("completions in review", &sought_of_apps, &Lead::InReview)?,
    ];
    let heads = |condition: &str| leads::query("completions", &[condition.to_owned()], Apps::These(&[app]), &SPAN);
    let mut plan = |query, text: QueryResult<String>| text.map(|text| plans.push(Plan { query, text }));
    plan("completions of a user: window", explain(conn, edge(&of_user, &Lead::User, &SPAN)))?;
    plan("completions of an app: window", explain(conn, edge(&any, &Lead::App(app), &SPAN)))?;
    plan("completions of an app: rest", explain(conn, size(&any, &Lead::App(app), &SPAN)))?;
    plan("completions taken back: window", explain(conn, edge(&any, &taken_back, &SPAN)))?;
    plan("completions in review: are they few", explain(conn, last_of_few_in_review()))?;
    plan("a page of completions", explain(conn, of_keys(&[1])))?;
    plan("completions of apps: heads", explain_statement(conn, heads("")))?;
    plan("completions taken back of apps: heads", explain_statement(conn, heads("d.reversals > 0")))?;
    Ok(plans)
}

fn of_deliveries(conn: &mut Conn, sample: &Sample) -> QueryResult<Vec<Plan>> {
    use delivery_queries::{Lead, completions_of, edge, edge_of_completions, of_keys, size, within};
    let app = AppKey::of(&sample.app_id);
    let any = DeliveryCriteria::default();
    let (app_id, endpoint_id) = (sample.app_id.clone(), sample.endpoint_id.clone());
    // As of the completions; the reason is one for which something is held as well.
    let sought = DeliveryCriteria {
        scope: Scope { from: Some(sample.before), to: Some(sample.now), ..Scope::default() },
        statuses: vec![Status::Held, Status::Retrying],
        kinds: vec![DeliveryKind::Completion],
        endpoint_id: Some(endpoint_id.clone()),
        last_attempt: AttemptCriteria {
            outcome: Some(Outcome::Timeout),
            status_code: Some(500),
            egress_ip: Some("203.0.113.7".to_owned()),
        },
        waiting: Some(Waiting {
            reason: WaitingFor::Secret,
            endpoints: vec![WaitingEndpoint { app_id, endpoint_id, due: true, later: true }],
            now: sample.now,
        }),
        needing_attention: Some(sample.before),
        ..any.clone()
    };
    let sought_of_apps = DeliveryCriteria {
        scope: Scope { app_ids: Some(vec![sample.app_id.clone()]), ..sought.scope.clone() },
        ..sought.clone()
    };
    let of_completions = Lead::Of(vec![CompletionKey::of(&sample.completion_id)]);
    let dead = Lead::InState(app, Status::Dead);
    let mut list = |query, criteria: &DeliveryCriteria, lead: &Lead| {
        explain(conn, within(criteria, lead, &SPAN, ROWS)).map(|text| Plan { query, text })
    };
    let mut plans = vec![
        list("deliveries", &any, &Lead::Everything)?,
        list("deliveries of an app", &any, &Lead::App(app))?,
        list("deliveries of an app, looked through", &sought, &Lead::App(app))?,
        list("dead deliveries of an app", &any, &dead)?,
        list("dead deliveries of an app, looked through", &sought, &dead)?,
        list("held deliveries of an app, looked through", &sought, &Lead::InState(app, Status::Held))?,
        list("tests of an app", &any, &Lead::Tests(app))?,
        list("tests of an app, looked through", &sought, &Lead::Tests(app))?,
        list("deliveries that are being sent", &sought_of_apps, &Lead::Sending)?,
        list("deliveries of some completions", &sought_of_apps, &of_completions)?,
    ];
    let heads = |conditions: &[String], apps| leads::query("deliveries", conditions, apps, &SPAN);
    let states = deliveries::LISTED.map(|status| codes::is("d.status", status));
    let (is_listed, is_a_test) =
        (codes::is_one_of("d.status", &deliveries::LISTED), codes::is("d.kind", DeliveryKind::Test));
    let (one, tests) = ([app], [is_a_test.clone()]);
    let keys = [DeliveryKey::of(&sample.delivery_id)];
    let completions = [CompletionKey::of(&sample.completion_id)];
    let mut plan = |query, text: QueryResult<String>| text.map(|text| plans.push(Plan { query, text }));
    plan("deliveries: window", explain(conn, edge(&Lead::Everything, &SPAN)))?;
    plan("deliveries of an app: window", explain(conn, edge(&Lead::App(app), &SPAN)))?;
    plan("dead deliveries of an app: window", explain(conn, edge(&dead, &SPAN)))?;
    plan("dead deliveries of an app: rest", explain(conn, size(&dead, &SPAN)))?;
    plan("tests of an app: window", explain(conn, edge(&Lead::Tests(app), &SPAN)))?;
    plan("deliveries of a user: completions", explain(conn, completions_of(&sample.user_id, &SPAN)))?;
    plan("deliveries of a user: window", explain(conn, edge_of_completions(&sample.user_id, &SPAN)))?;
    plan("deliveries of apps: heads", explain_statement(conn, heads(&[String::new()], Apps::These(&one))))?;
    plan("deliveries of apps by state: heads", explain_statement(conn, heads(&states, Apps::These(&one))))?;
    plan("deliveries of all apps by state: heads", explain_statement(conn, heads(&states, Apps::With(&is_listed))))?;
    plan("tests of all apps: heads", explain_statement(conn, heads(&tests, Apps::With(&is_a_test))))?;
    plan("a page of deliveries", explain(conn, of_keys(&[1])))?;
    plan("a page of deliveries: what they tell of", explain(conn, delivery_lists::told_of(&completions)))?;
    plan("a page of deliveries: last attempts", explain(conn, attempts::last_of(&keys)))?;
    Ok(plans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::backend;

    /// On SQLite, whose plans also name the columns that an index is entered by.
    fn plan_of(query: &str) -> String {
        let plans = of_lists(&mut backend::in_memory(), &Sample::default()).unwrap();
        Plan::of(plans, query)
    }

    #[test]
    fn a_window_of_what_is_in_a_state_ends_where_the_window_does_whatever_is_looked_for_in_it() {
        let entered = "deliveries_unsettled (app_id=? AND status=? AND rowid>? AND rowid<?)";
        for query in [
            "dead deliveries of an app",
            "dead deliveries of an app, looked through",
            "held deliveries of an app, looked through",
            "dead deliveries of an app: window",
        ] {
            let found = plan_of(query);
            assert!(found.contains(entered) && !found.contains("TEMP B-TREE FOR ORDER BY"), "{query}: {found}");
        }
        for (query, entered) in [
            ("deliveries of an app, looked through", "deliveries_by_app (app_id=? AND rowid>? AND rowid<?)"),
            ("tests of an app, looked through", "deliveries_tests (app_id=? AND rowid>? AND rowid<?)"),
        ] {
            let found = plan_of(query);
            assert!(found.contains(entered) && !found.contains("TEMP B-TREE FOR ORDER BY"), "{query}: {found}");
        }
    }

    #[test]
    fn a_last_attempt_is_looked_up_by_its_number() {
        for query in ["dead deliveries of an app, looked through", "a page of deliveries: last attempts"] {
            let found = plan_of(query);
            // As one of several tables, or as what has to exist.
            let is_looked_up = |line: &str| {
                line.starts_with("SEARCH attempts ")
                    && line.ends_with(" USING PRIMARY KEY (delivery_id=? AND number=?)")
            };
            assert!(found.lines().any(is_looked_up), "{query}: {found}");
        }
    }
}
