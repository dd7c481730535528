//! The circuit breaker: a receiver that is down is probed and not hammered, and what waited for it goes when it is back.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Home, Reply, Ringback, Wall, calling, has, text};

const SECOND: Duration = Duration::from_secs(1);
/// Failures in a row that open a circuit.
const IN_A_ROW: usize = 10;
/// After which what waits is dead.
const DEFAULT_HELD_DAYS: u32 = 30;

/// An app whose receiver fails so often that its circuit opens, and the deliveries that failed.
async fn down() -> (Ringback, Wall, Vec<String>) {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [3600, 3600, 3600]})).await;
    wall.receiver.then(std::iter::repeat_n((), IN_A_ROW).map(|()| Reply::status(500)));
    let mut failed = Vec::new();
    for number in 0..IN_A_ROW {
        failed.push(text(&wall.report_until(&format!("failed-{number}"), "retrying").await, "id"));
        wall.receiver.next().await;
    }
    (ringback, wall, failed)
}

async fn circuit(ringback: &Ringback, wall: &Wall) -> Value {
    ringback.get(&wall.path("")).await["circuit"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_falls_due_for_a_receiver_that_is_down_waits_uncounted_and_one_goes_as_a_probe() {
    let (ringback, wall, failed) = down().await;
    let opened = circuit(&ringback, &wall).await;
    assert!(opened["openedAt"].is_string() && opened["nextProbeAt"].is_string(), "{opened}");

    let mut waiting = Vec::new();
    for number in 0..3 {
        let answer = wall.report(&format!("waits-{number}")).await;
        answer.is(200, json!({"deliveries": [{"status": "pending", "waitingFor": "circuit"}]}));
        waiting.push(answer.delivery());
        ringback.clock.advance(Duration::from_millis(1));
    }
    ringback.step().await;
    assert_eq!(wall.receiver.so_far().len(), 0);

    wall.receiver.then([Reply::status(502)]);
    ringback.clock.advance(10 * SECOND);
    assert_eq!(wall.receiver.next().await.parameter("transaction_id").as_deref(), Some("waits-0"));
    has(&ringback.delivery_once(&waiting[0], "retrying").await, json!({"attemptsMade": 1}));
    ringback.clock.advance(19 * SECOND);
    ringback.step().await;
    has(&ringback.delivery(&waiting[1]).await, json!({"waitingFor": "circuit", "attemptsMade": 0, "told": "never"}));
    assert_eq!(wall.receiver.so_far().len(), 0);

    // It has come back: what is due goes, what the schedule puts later stays later.
    ringback.clock.advance(SECOND);
    for id in &waiting[1..] {
        ringback.delivery_once(id, "delivered").await;
    }
    assert_eq!(circuit(&ringback, &wall).await, Value::Null);
    has(&ringback.delivery(&failed[0]).await, json!({"status": "retrying", "waitingFor": "retry"}));
    wall.report_until("new", "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_goes_through_and_its_answer_closes_the_circuit() {
    let (ringback, wall, _) = down().await;
    let waiting = wall.report("waits").await.delivery();
    let tested = ringback.post(&wall.path("/test"), "{}").await.ok();
    assert_eq!(tested["status"], "delivered", "{tested}");
    ringback.delivery_once(&waiting, "delivered").await;
    assert_eq!(circuit(&ringback, &wall).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_mends_the_callback_url_need_not_wait_for_the_next_probe() {
    let (ringback, wall, _) = down().await;
    let waiting = wall.report("waits").await.delivery();
    ringback.change(&wall, json!({"callbackUrl": wall.receiver.url("/mended.php?tx={transaction_id}")})).await;
    ringback.delivery_once(&waiting, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_longer_for_a_receiver_than_it_may_be_held_is_dead() {
    let (ringback, wall, _) = down().await;
    wall.receiver.then(std::iter::repeat_n((), IN_A_ROW).map(|()| Reply::status(500)));
    let mut waiting = Vec::new();
    for number in 0..3 {
        waiting.push(wall.report(&format!("waits-{number}")).await.delivery());
    }
    ringback.clock.advance(DEFAULT_HELD_DAYS * 24 * 3600 * SECOND + SECOND);
    ringback.tidy().await;
    let mut expired = 0;
    for id in waiting {
        let over = |delivery: &Value| ["dead", "retrying"].contains(&delivery["status"].as_str().unwrap_or_default());
        let delivery = ringback.once(&format!("/v1/deliveries/{id}"), "dead or tried", over).await;
        if delivery["status"] == "dead" {
            has(&delivery, json!({"endedReason": "expired", "attemptsMade": 0}));
            expired += 1;
        }
    }
    // One of them may have gone as a probe at the very moment at which it was too late for it.
    assert!(expired >= 2, "{expired} of 3 are over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circuit_stays_open_over_a_restart() {
    let home = Home::new().with("RINGBACK_RETRY_SCALE", "100");
    let child = home.serve().await;
    let wall = child.wall("besitos", json!({})).await;
    wall.receiver.then(std::iter::repeat_n((), IN_A_ROW).map(|()| Reply::status(500)));
    for number in 0..IN_A_ROW {
        wall.report_until(&format!("failed-{number}"), "retrying").await;
    }
    let path = wall.path("");
    child.once(&path, "an open circuit", |app| app["circuit"].is_object()).await;
    child.kill().await;
    let child = home.serve().await;
    let wall = wall.at(&child);
    child.once(&path, "an open circuit", |app| app["circuit"].is_object()).await;
    wall.report("waits").await.is(200, json!({"deliveries": [{"waitingFor": "circuit"}]}));
}
