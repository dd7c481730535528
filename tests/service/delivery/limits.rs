//! Limits of an app: how fast its callbacks come, and how many at a time. What exceeds them waits.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Home, Receiver, Reply, Wall, calling, has, text};

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_shown_changed_and_removed_and_what_makes_no_sense_is_refused_by_name() {
    let (ringback, wall) = calling("besitos", json!({"limits": {"perSecond": 50}})).await;
    has(&ringback.get(&wall.path("")).await, json!({"limits": {"perSecond": 50}}));
    let changed = ringback.change(&wall, json!({"limits": {"inFlight": 4}})).await;
    assert_eq!(changed["limits"], json!({"inFlight": 4}));
    for (limits, field) in [
        (json!({"perSecond": 0}), "limits.perSecond"),
        (json!({"inFlight": 1_001}), "limits.inFlight"),
        (json!({"perMinute": 4}), "limits.perMinute"),
    ] {
        ringback.patch(&wall.path(""), json!({"limits": limits})).await.refuses(422, &[field]);
    }
    let changed = ringback.change(&wall, json!({"limits": null})).await;
    assert_eq!(changed["limits"], Value::Null);
}

/// Reports so many at once; answers how long it took until all had arrived.
async fn arrive(wall: &Wall, count: usize) -> (Vec<Value>, Duration) {
    let all: Vec<Value> = (0..count).map(|number| wall.completion(&format!("tx-{number}"))).collect();
    let begun = Instant::now();
    let results = wall.source.report_batch(&all).await;
    for _ in 0..count {
        wall.receiver.next().await;
    }
    (results, begun.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_come_no_faster_than_the_app_is_limited_to() {
    let child = Home::new().serve().await;
    let wall = child.wall("besitos", json!({"limits": {"perSecond": 20}})).await;
    let (results, took) = arrive(&wall, 50).await;
    // At 20 a second the last of 50 is the one after 2.45 s; no slot is older than a second.
    assert!(took >= Duration::from_millis(1_900), "{took:?}");
    assert!(took <= Duration::from_secs(10), "{took:?}");
    for result in results {
        child.delivery_once(&text(&result["deliveries"][0], "id"), "delivered").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_exceeds_the_rate_waits_for_it_and_goes_at_once_when_the_limit_is_removed() {
    let child = Home::new().serve().await;
    let wall = child.wall("besitos", json!({"limits": {"perSecond": 1}})).await;
    let all: Vec<Value> = (0..40).map(|number| wall.completion(&format!("tx-{number}"))).collect();
    let results = wall.source.report_batch(&all).await;
    let last = text(&results[39]["deliveries"][0], "id");
    has(&child.delivery(&last).await, json!({"status": "pending", "waitingFor": "rate_limit"}));
    child.patch(&wall.path(""), json!({"limits": null})).await.ok();
    let begun = Instant::now();
    child.delivery_once(&last, "delivered").await;
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_are_in_flight_than_the_app_is_limited_to() {
    let (ringback, wall) = calling("besitos", json!({"limits": {"inFlight": 2}})).await;
    wall.receiver.then(std::iter::repeat_n((), 5).map(|()| Reply::Hang));
    let all: Vec<Value> = (0..5).map(|number| wall.completion(&format!("tx-{number}"))).collect();
    let results = wall.source.report_batch(&all).await;
    for _ in 0..2 {
        wall.receiver.next().await;
    }
    ringback.step().await;
    let statuses: Vec<&Value> = results.iter().map(|result| &result["deliveries"][0]["status"]).collect();
    assert!(statuses.iter().all(|status| **status == json!("pending")), "{statuses:?}");
    assert_eq!(ringback.deliveries("sending").await.len(), 2);
    assert_eq!(wall.receiver.so_far().len(), 0);
    ringback.change(&wall, json!({"limits": {"inFlight": 4}})).await;
    for _ in 0..2 {
        wall.receiver.next().await;
    }
    assert_eq!(ringback.deliveries("sending").await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_endpoints_of_a_limited_app_take_turns() {
    let child = Home::new().serve().await;
    let wall = child.wall("besitos", json!({"limits": {"perSecond": 20}})).await;
    let mirror = Receiver::start().await;
    let settings = json!({"dialect": "besitos", "callbackUrl": mirror.url("/pb.php")});
    let endpoint = child.post(&wall.path("/endpoints"), settings).await.id();
    child.post(&wall.path(&format!("/endpoints/{endpoint}/secrets")), json!({"secret": "sekret"})).await.ok();
    let all: Vec<Value> = (0..30).map(|number| wall.completion(&format!("tx-{number}"))).collect();
    wall.source.report_batch(&all).await;
    for _ in 0..15 {
        wall.receiver.next().await;
    }
    let of_mirror = mirror.so_far().len();
    assert!((8..=22).contains(&of_mirror), "the one had 15 callbacks when the other had {of_mirror}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_was_down_is_probed_though_its_app_may_send_one_a_second() {
    let child = Home::new().with("RINGBACK_RETRY_SCALE", "100").serve().await;
    let wall = child.wall("besitos", json!({})).await;
    wall.receiver.then(std::iter::repeat_n((), 10).map(|()| Reply::status(500)));
    for number in 0..10 {
        wall.report_until(&format!("failed-{number}"), "retrying").await;
    }
    let waiting = wall.report("waits").await.delivery();
    // A changed app is probed at once, as soon as it may send.
    child.patch(&wall.path(""), json!({"limits": {"perSecond": 1}})).await.ok();
    child.delivery_once(&waiting, "delivered").await;
}
