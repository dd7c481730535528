//! Disabling an endpoint: with the answer that says so, once, by a claim that stands, until somebody enables it.

use std::time::Duration;

use ringback::domain::app::{App, Disabled};
use ringback::domain::attempt::{Exchange, Failure, ReceiverAnswer, SentAttempt};
use ringback::domain::decision::{AttemptPolicy, RetryPacing};
use ringback::domain::delivery::{Outcome, Status, WaitingFor};
use ringback::domain::dialect::endpoint_settings::EndpointSettings;
use ringback::domain::dialect::statuses::StatusSet;
use ringback::domain::new_delivery::{NewDelivery, Start};
use ringback::domain::settlement::{Next, Settlement};
use ringback::domain::time::Timestamp;
use ringback::random;
use ringback::store::Store;
use ringback::store::apps::{AppChange, AppSaved};
use ringback::store::queue::{Claimed, NewCompletion, Settled};

use crate::queue::{claim, delivery, new, recorded};
use crate::setup::{Fresh, NOW, app, publisher, store};

fn after(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

/// An app, and so many deliveries to its endpoint that are being sent.
async fn being_sent(fresh: &Fresh, number: usize) -> (App, Vec<Claimed>) {
    let owner = publisher(&fresh.store, None).await;
    let app = app(&fresh.store, &owner).await;
    let endpoint = &app.endpoints[0].id;
    for number in 0..number {
        let mut new: NewCompletion = new(&format!("e{number}"), endpoint, Start::Pending);
        new.completion.app_id = app.id.clone();
        new.deliveries = vec![NewDelivery {
            recipe: format!("{}@1", app.endpoints[0].config.settings.dialect),
            ..new.deliveries.remove(0)
        }];
        recorded(&fresh.store, new).await;
    }
    let claimed = claim(&fresh.store, endpoint, number, NOW).await;
    assert_eq!(claimed.len(), number);
    (app, claimed)
}

/// What settles a 410 to what was sent then.
fn gone(claimed: &Claimed, sent: Timestamp, now: Timestamp) -> Settlement {
    let exchange = Exchange {
        failure: Some(Failure::theirs(Outcome::HttpStatus, "gone")),
        answer: Some(ReceiverAnswer { status: 410, ..ReceiverAnswer::default() }),
        started_at: sent,
        duration: now.since(sent),
    };
    let attempt = SentAttempt { request: None, secret_id: None, egress_ip: None, exchange };
    let policy = AttemptPolicy {
        pacing: RetryPacing { schedule: &[60], scale_thousandths: 1000, jitter_thousandths: 0 },
        final_statuses: &StatusSet::NONE,
        disabling_statuses: &StatusSet::try_from(vec!["410".to_owned()]).unwrap(),
    };
    let settlement = Settlement::sent(&claimed.delivery, claimed.token.clone(), vec![attempt], policy, now);
    assert_eq!(settlement.next, Next::Disabled { status: 410 });
    settlement
}

/// Settles it so, with what that says of the endpoint.
async fn settle(store: &Store, settlement: Settlement) -> Settled {
    let disabled = Disabled { at: settlement.at, status: 410 };
    store.settle_and_disable(&settlement, disabled).await.unwrap()
}

/// The app, as every node reads it.
async fn now(store: &Store, app: &App) -> App {
    store.app(&app.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_first_answer_disables_with_what_it_settles_and_the_others_find_that_it_has() {
    let fresh = store();
    let (before, claimed) = being_sent(&fresh, 2).await;
    assert_eq!(settle(&fresh.store, gone(&claimed[0], NOW, after(1))).await, Settled::Done);
    let app = now(&fresh.store, &before).await;
    assert_eq!(app.endpoints[0].disabled, Some(Disabled { at: after(1), status: 410 }));
    assert!(app.revision > before.revision, "every node learns of it");
    assert_eq!(settle(&fresh.store, gone(&claimed[1], NOW, after(2))).await, Settled::Done);
    assert_eq!(now(&fresh.store, &before).await, app);
    for one in &claimed {
        let held = delivery(&fresh.store, &one.delivery.id).await;
        assert_eq!((held.status, held.waiting_for), (Status::Held, Some(WaitingFor::EndpointDisabled)));
        assert_eq!(held.counters.attempts_made, 1);
    }
}

#[tokio::test]
async fn a_claim_that_no_longer_stands_disables_nothing() {
    let fresh = store();
    let (app, claimed) = being_sent(&fresh, 1).await;
    let stale = Settlement { token: random::new_id("clm"), ..gone(&claimed[0], NOW, NOW) };
    assert_eq!(settle(&fresh.store, stale).await, Settled::Stale);
    assert_eq!(now(&fresh.store, &app).await, app);
    assert_eq!(delivery(&fresh.store, &claimed[0].delivery.id).await.status, Status::Sending);
}

#[tokio::test]
async fn an_endpoint_stays_disabled_whatever_is_changed_until_it_is_enabled() {
    let fresh = store();
    let store = &fresh.store;
    let (before, claimed) = being_sent(&fresh, 1).await;
    let endpoint = before.endpoints[0].id.clone();
    settle(store, gone(&claimed[0], NOW, NOW)).await;
    let disabled = now(store, &before).await;
    let settings = EndpointSettings { timeout_ms: Some(9_000), ..disabled.endpoints[0].config.settings.clone() };
    let change = AppChange {
        id: before.id.clone(),
        read_at: disabled.revision,
        settings: disabled.settings.clone(),
        endpoint: Some((endpoint.clone(), settings)),
    };
    assert_eq!(store.change_app(change).await.unwrap(), AppSaved::Saved);
    assert_eq!(now(store, &before).await.endpoints[0].disabled, disabled.endpoints[0].disabled);

    assert!(store.enable_endpoint(&before.id, &endpoint, NOW).await.unwrap());
    let enabled = now(store, &before).await;
    assert_eq!(enabled.endpoints[0].disabled, None);
    assert!(enabled.revision > disabled.revision);
    assert!(store.enable_endpoint(&before.id, &endpoint, NOW).await.unwrap());
    assert_eq!(now(store, &before).await, enabled);
    assert!(!store.enable_endpoint("app_none", &endpoint, NOW).await.unwrap());
}

#[tokio::test]
async fn an_answer_to_what_was_sent_before_it_was_enabled_disables_it_no_more() {
    let fresh = store();
    let store = &fresh.store;
    let (app, claimed) = being_sent(&fresh, 3).await;
    let endpoint = &app.endpoints[0].id;
    settle(store, gone(&claimed[0], NOW, NOW)).await;
    store.enable_endpoint(&app.id, endpoint, after(5)).await.unwrap();
    assert_eq!(settle(store, gone(&claimed[1], after(4), after(6))).await, Settled::Done);
    assert_eq!(now(store, &app).await.endpoints[0].disabled, None);
    assert_eq!(settle(store, gone(&claimed[2], after(5), after(7))).await, Settled::Done);
    assert!(now(store, &app).await.endpoints[0].disabled.is_some());
}

#[tokio::test]
async fn what_was_held_and_is_held_again_by_an_answer_has_been_held_since_the_answer() {
    let fresh = store();
    let store = &fresh.store;
    let (app, claimed) = being_sent(&fresh, 1).await;
    let endpoint = app.endpoints[0].id.clone();
    settle(store, gone(&claimed[0], NOW, after(1))).await;
    store.release(endpoint.clone(), vec![], None, after(2)).await.unwrap();
    let again = claim(store, &endpoint, 1, after(3)).await.remove(0);
    settle(store, gone(&again, after(3), after(4))).await;
    assert_eq!(store.expire_held(endpoint.clone(), after(4), after(9)).await.unwrap(), 0);
    assert_eq!(store.expire_held(endpoint, after(5), after(9)).await.unwrap(), 1);
}
