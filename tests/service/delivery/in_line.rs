//! The line in memory: what waits for a permit is told of as waiting, can be taken back, and is not sent twice after a kill.

use std::collections::BTreeMap;

use ringback::dispatch::sending::pacing::FIRST;
use serde_json::{Value, json};

use crate::support::{Child, Home, Reply, Wall, calling, has, text};

/// Deliveries that wait in line behind those that hang.
const IN_LINE: usize = 1_000;

/// Takes all permits of the endpoint, then reports what lines up; answers the deliveries' ids, in either order.
async fn line_up(wall: &Wall) -> (Vec<String>, Vec<String>) {
    wall.receiver.then(std::iter::repeat_n(Reply::Hang, FIRST));
    let report = |names: std::ops::Range<usize>| async {
        let all: Vec<Value> = names.map(|number| wall.completion(&format!("tx-{number}"))).collect();
        let results = wall.source.report_batch(&all).await;
        results.iter().map(|result| text(&result["deliveries"][0], "id")).collect::<Vec<_>>()
    };
    let hanging = report(0..FIRST).await;
    for _ in 0..FIRST {
        wall.receiver.next().await;
    }
    (hanging, report(FIRST..FIRST + IN_LINE).await)
}

/// How many attempts of these deliveries were interrupted, by delivery.
async fn interrupted(child: &Child, ids: &[String]) -> usize {
    let mut interrupted = 0;
    for id in ids {
        let delivery = child.delivery(id).await;
        let attempts = delivery["attempts"].as_array().unwrap();
        interrupted += attempts.iter().filter(|attempt| attempt["outcome"] == "interrupted").count();
    }
    interrupted
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_interrupts_what_was_begun_and_nothing_that_waited_in_line() {
    let home = Home::new().with("RINGBACK_RETRY_SCALE", "0.01");
    let child = home.serve().await;
    let wall = child.wall("besitos", json!({})).await;
    let (hanging, waiting) = line_up(&wall).await;
    has(&child.delivery(&waiting[0]).await, json!({"status": "pending", "waitingFor": "permit", "told": "never"}));

    let last = format!("tx-{}", FIRST + IN_LINE - 1);
    wall.source.reverse(json!({"externalId": last, "reason": "fraud"})).await.ok();
    has(&child.delivery(waiting.last().unwrap()).await, json!({"status": "canceled", "told": "never"}));
    child.kill().await;

    let child = home.serve().await;
    for id in hanging.iter().chain(&waiting[..IN_LINE - 1]) {
        child.delivery_once(id, "delivered").await;
    }
    assert_eq!(interrupted(&child, &hanging).await, FIRST);
    assert_eq!(interrupted(&child, &waiting).await, 0);
    let mut told = BTreeMap::new();
    for transaction in wall.receiver.transactions_so_far() {
        *told.entry(transaction).or_insert(0) += 1;
    }
    assert!(!told.contains_key(&last), "what was taken back in line was sent");
    assert_eq!(told.len(), FIRST + IN_LINE - 1);
    assert!(told.values().all(|times| *times == 1), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_gives_the_line_back_and_interrupts_what_was_begun() {
    let home = Home::new().with("RINGBACK_RETRY_SCALE", "0.01");
    let child = home.serve().await;
    let wall = child.wall("besitos", json!({})).await;
    let (hanging, waiting) = line_up(&wall).await;
    child.terminate().await;

    let child = home.serve().await;
    for id in hanging.iter().chain(&waiting) {
        child.delivery_once(id, "delivered").await;
    }
    assert_eq!(interrupted(&child, &hanging).await, FIRST);
    assert_eq!(interrupted(&child, &waiting).await, 0);
    assert_eq!(wall.receiver.so_far().len(), FIRST + IN_LINE);
}

#[tokio::test(flavor = "multi_thread")]
async fn pausing_an_app_holds_its_line_though_no_permit_comes_back() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let (_, waiting) = line_up(&wall).await;
    ringback.change(&wall.app, json!({"paused": true})).await;
    for id in [&waiting[0], &waiting[IN_LINE - 1]] {
        ringback.held_for(id, "app_paused").await;
    }
    assert_eq!(wall.receiver.so_far().len(), 0);
}
