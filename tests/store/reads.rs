//! Lists over a long history: no call looks through all of it.

use std::time::Duration;

use ringback::domain::app::App;
use ringback::domain::completion::ReviewState;
use ringback::domain::delivery::{DeliveryKind, Outcome, Status, WaitingFor};
use ringback::store::StoreError;
use ringback::store::inspect::history::{self, Past};
use ringback::store::lookups::{AttemptCriteria, CompletionCriteria, DeliveryCriteria, Scope, Waiting};
use ringback::store::page::Page;

use crate::replays::Database;
use crate::setup::{Fresh, NOW, app, new_app, publisher, store};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A store with some apps, and so many completions of theirs within sixty days.
async fn with_history(apps: usize, count: u64) -> (Fresh, Vec<App>) {
    let fresh = store();
    let publisher = publisher(&fresh.store, None).await;
    let mut made = vec![app(&fresh.store, &publisher).await];
    for _ in 1..apps {
        let new = new_app(&publisher, None);
        let id = new.id.clone();
        fresh.store.create_app(new).await.unwrap();
        made.push(fresh.store.app(&id).await.unwrap().unwrap());
    }
    let recipe = "besitos@1".to_owned();
    let past = Past { first: 1, count, users: 100, from: NOW.minus(DAY * 60), until: NOW, recipe };
    fresh.store.make_past(past).await.unwrap();
    (fresh, made)
}

fn of(apps: &[App]) -> Scope {
    let app_ids = Some(apps.iter().map(|app| app.id.clone()).collect());
    Scope { app_ids, asked_at: NOW, ..Scope::default() }
}

fn completions(scope: Scope) -> CompletionCriteria {
    CompletionCriteria { scope, ..CompletionCriteria::default() }
}

fn deliveries(scope: Scope) -> DeliveryCriteria {
    DeliveryCriteria { scope, ..DeliveryCriteria::default() }
}

const PAGE: Page = Page { limit: 50, before: None };

#[tokio::test]
async fn what_is_rare_in_a_long_history_is_looked_for_in_31_days_and_else_to_be_narrowed() {
    let (fresh, apps) = with_history(1, 130_000).await;
    let of_app = of(&apps);
    let unknown = CompletionCriteria { offer_id: Some("unknown".to_owned()), ..completions(of_app.clone()) };
    let dead = CompletionCriteria { callback: Some(Status::Dead), ..completions(of_app.clone()) };
    let by_hand = CompletionCriteria { manual: Some(true), ..completions(of_app.clone()) };
    let surveys = CompletionCriteria { event_type: Some("survey".to_owned()), ..completions(of_app.clone()) };
    let rejected = CompletionCriteria { review: Some(ReviewState::Rejected), ..completions(of_app.clone()) };
    for (wide, expected) in [
        (&unknown, "offerId"),
        (&dead, "deliveryStatus"),
        (&by_hand, "manual"),
        (&surveys, "eventType"),
        (&rejected, "review"),
    ] {
        for app_ids in [of_app.app_ids.clone(), None] {
            let criteria = CompletionCriteria { scope: Scope { app_ids, ..of_app.clone() }, ..wide.clone() };
            let found = fresh.store.completions(criteria.clone(), PAGE).await;
            assert!(matches!(found, Err(StoreError::TooWide { field }) if field == expected), "{found:?}");
            let within =
                CompletionCriteria { scope: Scope { from: Some(NOW.minus(DAY * 31)), ..criteria.scope }, ..criteria };
            assert_eq!(fresh.store.completions(within, PAGE).await.unwrap().items, []);
        }
    }
    let frequent = CompletionCriteria { callback: Some(Status::Delivered), ..completions(of_app.clone()) };
    assert_eq!(fresh.store.completions(frequent, PAGE).await.unwrap().items.len(), 50);
    // An index leads to these, however long the history.
    let reversed = CompletionCriteria { reversed: Some(true), ..completions(of_app.clone()) };
    assert_eq!(fresh.store.completions(reversed, PAGE).await.unwrap().items, []);
    let waiting = CompletionCriteria { review: Some(ReviewState::Waiting), ..completions(of_app) };
    assert_eq!(fresh.store.completions(waiting, PAGE).await.unwrap().items, []);
    // What an export has begun it may go on with.
    assert_eq!(fresh.store.rest_of_completions(unknown, PAGE).await.unwrap().items, []);
}

#[tokio::test]
async fn deliveries_that_are_rare_in_a_long_history_are_looked_for_in_31_days_and_else_to_be_narrowed() {
    let (fresh, apps) = with_history(1, 130_000).await;
    let of_app = of(&apps);
    let any = deliveries(of_app.clone());
    let had = |last_attempt| DeliveryCriteria { last_attempt, ..any.clone() };
    let answered = |status| AttemptCriteria { status_code: Some(status), ..AttemptCriteria::default() };
    let ended = |outcome| AttemptCriteria { outcome: Some(outcome), ..AttemptCriteria::default() };
    let from = AttemptCriteria { egress_ip: Some("203.0.113.7".to_owned()), ..AttemptCriteria::default() };
    let elsewhere = DeliveryCriteria { endpoint_id: Some("end_1".to_owned()), ..any.clone() };
    let of_kind = |kind| DeliveryCriteria { kinds: vec![kind], ..any.clone() };
    for (wide, expected) in [
        (had(answered(500)), "statusCode"),
        (had(from), "egressIp"),
        (elsewhere, "endpointId"),
        (of_kind(DeliveryKind::Reversal), "kind"),
    ] {
        for app_ids in [of_app.app_ids.clone(), None] {
            let criteria = DeliveryCriteria { scope: Scope { app_ids, ..of_app.clone() }, ..wide.clone() };
            let found = fresh.store.deliveries(criteria.clone(), PAGE).await;
            assert!(matches!(found, Err(StoreError::TooWide { field }) if field == expected), "{found:?}");
            let scope = Scope { from: Some(NOW.minus(DAY * 31)), ..criteria.scope };
            let within = DeliveryCriteria { scope, ..criteria };
            assert_eq!(fresh.store.deliveries(within, PAGE).await.unwrap().items, []);
        }
    }
    for frequent in [had(answered(200)), had(ended(Outcome::Delivered)), of_kind(DeliveryKind::Completion)] {
        assert_eq!(fresh.store.deliveries(frequent, PAGE).await.unwrap().items.len(), 50);
    }
    let of_user = DeliveryCriteria { user_id: Some(history::user_id(7)), ..any.clone() };
    assert_eq!(fresh.store.deliveries(of_user.clone(), PAGE).await.unwrap().items.len(), 50);
    // Indexes lead to these, however long the history.
    let waiting = Waiting { reason: WaitingFor::Secret, endpoints: Vec::new(), now: NOW };
    for rare in [
        had(ended(Outcome::Timeout)),
        DeliveryCriteria { waiting: Some(waiting), ..any.clone() },
        DeliveryCriteria { statuses: vec![Status::Dead, Status::Sending], ..any.clone() },
        DeliveryCriteria { last_attempt: answered(500), ..of_user },
        of_kind(DeliveryKind::Test),
    ] {
        for app_ids in [of_app.app_ids.clone(), None] {
            let criteria = DeliveryCriteria { scope: Scope { app_ids, ..of_app.clone() }, ..rare.clone() };
            assert_eq!(fresh.store.deliveries(criteria, PAGE).await.unwrap().items, [], "{rare:?}");
        }
    }
}

#[tokio::test]
async fn what_is_looked_through_of_many_apps_adds_up() {
    let (fresh, apps) = with_history(20, 110_000).await;
    let last_attempt = AttemptCriteria { status_code: Some(500), ..AttemptCriteria::default() };
    let had = |apps: &[App]| DeliveryCriteria { last_attempt: last_attempt.clone(), ..deliveries(of(apps)) };
    let of_offer = |apps: &[App]| CompletionCriteria { offer_id: Some("unknown".to_owned()), ..completions(of(apps)) };
    assert_eq!(fresh.store.deliveries(had(&apps[..18]), PAGE).await.unwrap().items, []);
    assert_eq!(fresh.store.completions(of_offer(&apps[..18]), PAGE).await.unwrap().items, []);
    let found = fresh.store.deliveries(had(&apps), PAGE).await;
    assert!(matches!(found, Err(StoreError::TooWide { field: "statusCode" })), "{found:?}");
    let found = fresh.store.completions(of_offer(&apps), PAGE).await;
    assert!(matches!(found, Err(StoreError::TooWide { field: "offerId" })), "{found:?}");
}

#[tokio::test]
async fn a_user_of_whom_everything_was_reported_is_to_be_narrowed() {
    let fresh = store();
    app(&fresh.store, &publisher(&fresh.store, None).await).await;
    let (from, recipe) = (NOW.minus(DAY * 60), "besitos@1".to_owned());
    fresh.store.make_past(Past { first: 1, count: 110_000, users: 1, from, until: NOW, recipe }).await.unwrap();
    let scope = Scope { asked_at: NOW, ..Scope::default() };
    let of_user = DeliveryCriteria { user_id: Some(history::user_id(0)), ..deliveries(scope) };
    let found = fresh.store.deliveries(of_user.clone(), PAGE).await;
    assert!(matches!(found, Err(StoreError::TooWide { field: "userId" })), "{found:?}");
    let scope = Scope { from: Some(NOW.minus(DAY * 31)), ..of_user.scope };
    let within = DeliveryCriteria { scope, ..of_user };
    assert_eq!(fresh.store.deliveries(within, PAGE).await.unwrap().items.len(), 50);
}

#[tokio::test]
async fn a_list_that_is_looked_through_window_by_window_leaves_nothing_out_and_shows_nothing_twice() {
    let (fresh, apps) = with_history(2, 50_000).await;
    // Of every fifty, forty were given up, and of all of them one in eleven was answered 500.
    let mut database = Database::of(&fresh);
    database.change("UPDATE deliveries SET status = 5 WHERE CAST(substr(transaction_id, 13) AS INTEGER) % 50 < 40");
    database.change("UPDATE attempts SET status_code = 500 WHERE delivery_id % 11 = 0");
    let expected = database.count("status = 5 AND id % 11 = 0");
    let last_attempt = AttemptCriteria { status_code: Some(500), ..AttemptCriteria::default() };
    for scope in [of(&apps), Scope { asked_at: NOW, ..Scope::default() }] {
        let statuses = vec![Status::Dead];
        let criteria = DeliveryCriteria { statuses, last_attempt: last_attempt.clone(), ..deliveries(scope) };
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let listed = fresh.store.deliveries(criteria.clone(), Page { limit: 1_000, before }).await.unwrap();
            seen.extend(listed.items.into_iter().map(|delivery| delivery.id));
            before = listed.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(i64::try_from(seen.len()).unwrap(), expected);
        assert!(expected > 3_000 && seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first");
    }
}

#[tokio::test]
async fn the_lists_of_several_apps_are_one_list_whose_pages_hold_everything_once() {
    let (fresh, apps) = with_history(3, 300).await;
    for app_ids in [&apps[..2], &apps[..]] {
        let scope = of(app_ids);
        let page = |before| Page { limit: 23, before };
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let listed = fresh.store.completions(completions(scope.clone()), page(before)).await.unwrap();
            seen.extend(listed.items.into_iter().map(|entry| entry.completion.id));
            before = listed.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 100 * app_ids.len());
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first");
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let listed = fresh.store.deliveries(deliveries(scope.clone()), page(before)).await.unwrap();
            seen.extend(listed.items.into_iter().map(|delivery| delivery.id));
            before = listed.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 100 * app_ids.len());
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first");
    }
}
