//! Kill drills: a process that dies at any moment loses nothing that it acknowledged and leaves nothing stuck.

use std::time::Duration;

use reqwest::Method;
use ringback::dispatch::sending::pacing::MOST;
use serde_json::{Value, json};

use crate::support::{Home, Load, Reply, again, has, settle, text};

const COMPLETIONS: usize = 2_000;
/// It is killed when so many are acknowledged, which leaves plenty to report afterwards.
const KILLED_AT: [usize; 3] = [300, 800, 1_300];
/// Requests that are certainly in flight at each kill, because they are never answered.
const HUNG: usize = 8;
/// What a drill may take on a busy machine; only a failing one takes so long.
const DRILL: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_delivered_though_the_process_is_killed_three_times_in_mid_load() {
    tokio::time::timeout(DRILL, drill()).await.expect("the drill did not come to its end");
}

async fn drill() {
    let home = Home::new();
    let mut child = home.serve().await;
    let walls = [child.wall("besitos", json!({})).await];
    let mut load = Load::start(COMPLETIONS, &walls, vec![child.api()]).await;
    for at in KILLED_AT {
        load.acknowledged(at).await;
        walls[0].receiver.hang(HUNG).await;
        load.report_to(vec![]);
        child.kill().await;
        child = home.serve().await;
        load.report_to(vec![child.api()]);
    }
    load.finished().await;

    let repeats = &settle(&child, &walls, COMPLETIONS).await[0];
    let in_flight = KILLED_AT.len() * HUNG..=KILLED_AT.len() * MOST;
    assert!(in_flight.contains(&again(repeats)), "{repeats:?}, yet only {in_flight:?} were in flight");
    assert!(repeats.values().all(|times| *times <= 1 + KILLED_AT.len()), "{repeats:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_a_kill_cut_off_is_interrupted_and_may_have_been_told() {
    let home = Home::new().with("RINGBACK_RETRY_SCALE", "1");
    let child = home.serve().await;
    let wall = child.wall("besitos", json!({})).await;
    wall.receiver.then([Reply::Hang]);
    let id = wall.report("tx-1").await.delivery();
    wall.receiver.next().await;
    child.kill().await;

    let child = home.serve().await;
    // At once on a file that one process serves, when the heartbeat of the dead one ends on a shared database.
    let delivery = child.delivery_once(&id, "retrying").await;
    let attempt = json!({"outcome": "interrupted", "counted": false, "nextAttemptAt": delivery["nextAttemptAt"]});
    let expected = json!({"told": "maybe", "waitingFor": "retry", "attemptsMade": 0, "attempts": [attempt]});
    has(&delivery, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_callback_that_a_kill_cut_off_is_over_and_not_sent_again() {
    let home = Home::new();
    let child = home.serve().await;
    let wall = child.wall("besitos", json!({})).await;
    wall.receiver.then([Reply::Hang]);
    let (api, path) = (child.api(), wall.path("/test"));
    let waiting = tokio::spawn(async move { api.try_call(Method::POST, &path, "{}").await });
    wall.receiver.next().await;
    child.kill().await;
    waiting.await.unwrap().unwrap_err();

    let child = home.serve().await;
    let wall = wall.at(&child);
    let found = child.get(&format!("/v1/deliveries?appId={}", wall.id)).await;
    let delivery = child.delivery_once(&text(&found["items"][0], "id"), "dead").await;
    let attempt = json!({"outcome": "interrupted", "nextAttemptAt": Value::Null});
    has(&delivery, json!({"told": "maybe", "attemptsMade": 0, "attempts": [attempt]}));
    wall.report_until("tx-1", "delivered").await;
    assert_eq!(wall.receiver.transactions_so_far(), ["tx-1"], "the test was sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reporter_that_never_heard_the_answer_is_told_duplicate_and_nothing_is_sent_twice() {
    let home = Home::new();
    let child = home.serve().await;
    let wall = child.wall("besitos", json!({})).await;
    let first = wall.report("tx-1").await;
    child.delivery_once(&first.delivery(), "delivered").await;
    child.kill().await;

    let child = home.serve().await;
    let wall = wall.at(&child);
    wall.report("tx-1").await.is(200, json!({"status": "duplicate", "id": first.id()}));
    wall.report_until("tx-2", "delivered").await;
    assert_eq!(wall.receiver.transactions_so_far(), ["tx-1", "tx-2"]);
}
