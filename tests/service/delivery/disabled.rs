//! A receiver that answers that it is there no more: its endpoint is disabled, everything waits, and somebody enables it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::{Reply, Ringback, Wall, calling, has, text};

/// What the specification calls Gone.
const GONE: u16 = 410;

/// The path of the call that enables the app's endpoint.
async fn enable(ringback: &Ringback, wall: &Wall) -> String {
    let app = ringback.get(&wall.path("")).await;
    wall.path(&format!("/endpoints/{}/enable", text(&app, "endpointId")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_disables_its_endpoint_until_its_publisher_enables_it() {
    let (ringback, wall) = calling("standard-webhooks", json!({})).await;
    wall.receiver.then([Reply::status(GONE)]);
    let first = wall.report("tx-1").await.delivery();
    let attempt = json!({"counted": true, "outcome": "http_status", "statusCode": GONE, "nextAttemptAt": null});
    let held = json!({"told": "maybe", "attemptsMade": 1, "attempts": [attempt]});
    has(&ringback.held_for(&first, "endpoint_disabled").await, held);
    let disabled = json!({"disabled": {"at": "2024-07-01T18:40:00.000Z", "statusCode": GONE}});
    let app = ringback.get(&wall.path("")).await;
    has(&app, disabled.clone());
    assert!(app["warnings"].to_string().contains("the receiver answered 410"), "{app:#}");
    has(&ringback.get(&wall.path("/endpoints")).await["items"][0], disabled);

    let later = wall.report("tx-2").await;
    later.is(200, json!({"deliveries": [{"status": "held", "waitingFor": "endpoint_disabled"}]}));
    // What else the publisher changes does not enable it.
    ringback.change(&wall, json!({"name": "Renamed"})).await;
    ringback.tidy().await;
    assert_eq!(wall.receiver.so_far().len(), 1);

    let path = enable(&ringback, &wall).await;
    let other = ringback.post("/v1/publishers", json!({"name": "Other"})).await.id();
    assert_eq!(ringback.publisher(&other).await.post(&path, "").await.status, 404);
    let publisher = ringback.publisher(&wall.publisher).await;
    let enabled = publisher.post(&path, "").await.ok();
    assert_eq!(enabled.get("disabled"), None, "{enabled:#}");
    has(&ringback.delivery_once(&first, "delivered").await, json!({"attemptsMade": 2}));
    ringback.delivery_once(&later.delivery(), "delivered").await;

    assert_eq!(publisher.post(&path, "").await.ok(), enabled, "it is enabled already");
    assert_eq!(publisher.post(&wall.path("/endpoints/end_none/enable"), "").await.status, 404);
    let entry = json!({"action": "POST /v1/apps/{id}/endpoints/{endpointId}/enable", "outcome": "done"});
    has(&ringback.get(&format!("/v1/audit?subject={}", wall.id)).await["items"][1], entry);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_line_behind_the_answer_is_not_sent() {
    let (ringback, wall) = calling("standard-webhooks", json!({"limits": {"inFlight": 1}})).await;
    wall.receiver.then([Reply::status(GONE)]);
    let completions: Vec<Value> = (0..20).map(|number| wall.completion(&format!("tx-{number}"))).collect();
    let reported = wall.source.report_batch(&completions).await;
    let ids: Vec<String> = reported.iter().map(|answer| text(&answer["deliveries"][0], "id")).collect();
    let mut attempts = 0;
    for id in &ids {
        attempts += ringback.held_for(id, "endpoint_disabled").await["attemptsMade"].as_u64().unwrap();
    }
    assert_eq!((attempts, wall.receiver.so_far().len()), (1, 1));
    ringback.post(&enable(&ringback, &wall).await, "").await.ok();
    for id in &ids {
        ringback.delivery_once(id, "delivered").await;
    }
    assert_eq!(wall.receiver.so_far().len(), ids.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn several_answers_that_say_the_same_disable_once_and_each_delivery_is_sent_once_more() {
    let (ringback, wall) = calling("standard-webhooks", json!({})).await;
    let told: [Arc<Notify>; 3] = Default::default();
    wall.receiver.then(told.iter().map(|told| Reply::StatusOnce(GONE, Arc::clone(told))));
    let mut ids = Vec::new();
    for number in 0..3 {
        ids.push(wall.report(&format!("tx-{number}")).await.delivery());
        wall.receiver.next().await;
    }
    told[0].notify_one();
    let first = ringback.once(&wall.path(""), "disabled", |app| app.get("disabled").is_some()).await;
    ringback.clock.advance(Duration::from_secs(1));
    told[1..].iter().for_each(|told| told.notify_one());
    for id in &ids {
        has(&ringback.held_for(id, "endpoint_disabled").await, json!({"attemptsMade": 1}));
    }
    assert_eq!(ringback.get(&wall.path("")).await["disabled"], first["disabled"]);
    ringback.post(&enable(&ringback, &wall).await, "").await.ok();
    for id in &ids {
        has(&ringback.delivery_once(id, "delivered").await, json!({"attemptsMade": 2}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_sent_to_a_disabled_endpoint_past_a_pause_and_disables_none() {
    let (ringback, wall) = calling("standard-webhooks", json!({})).await;
    let test = || async { ringback.post(&wall.path("/test"), json!({})).await.ok() };
    wall.receiver.then([Reply::status(GONE)]);
    has(&test().await, json!({"status": "dead", "attemptsMade": 1}));
    assert_eq!(ringback.get(&wall.path("")).await.get("disabled"), None);

    wall.receiver.then([Reply::status(GONE)]);
    let held = wall.report("tx-1").await.delivery();
    ringback.held_for(&held, "endpoint_disabled").await;
    ringback.change(&wall, json!({"paused": true})).await;
    has(&test().await, json!({"status": "delivered", "attemptsMade": 1}));
    ringback.held_for(&held, "app_paused").await;
    ringback.change(&wall, json!({"paused": false})).await;
    ringback.held_for(&held, "endpoint_disabled").await;
}
