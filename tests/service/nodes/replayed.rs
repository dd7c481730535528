//! A replay job whose node is killed in the middle of it: another node does the rest, and nothing is sent twice for that.

use std::sync::Arc;

use ringback::dispatch::sending::pacing::MOST;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{holding, in_time};
use crate::support::{Api, Child, Home, Load, Reply, Wall, all_delivered, found, has, tally};

/// What the outage left behind, in batches of these many.
const MISSED: usize = 2_400;
const BATCH: usize = 800;
/// What is reported while the job runs.
const COMPLETIONS: usize = 5_600;
/// Of the deliveries that the job has reopened.
const KILLED_AT: u64 = 600;
/// Callbacks that are certainly on their way when the node is killed.
const ON_THE_WAY: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_whose_node_is_killed_is_done_by_another_and_sends_nothing_twice() {
    in_time(drill()).await;
}

async fn drill() {
    let home = Home::on_postgres();
    // Each address is held by two of the three, so that the killed node's callbacks have somewhere to go.
    let mut nodes = vec![
        holding(&home, &["127.0.0.71", "127.0.0.73"]).serve().await,
        holding(&home, &["127.0.0.71", "127.0.0.72"]).serve().await,
        holding(&home, &["127.0.0.72", "127.0.0.73"]).serve().await,
    ];
    let walls = [
        nodes[0].wall_from("127.0.0.71").await,
        nodes[0].wall_from("127.0.0.72").await,
        nodes[0].wall("besitos", json!({})).await,
    ];
    let missed = outage(&nodes[0], &walls[0]).await;
    let load = Load::start(COMPLETIONS, &walls, nodes.iter().map(|node| node.api()).collect()).await;

    let began = nodes[0].post("/v1/replays", json!({"appId": walls[0].id, "sinceDeliveryId": missed})).await;
    let path = format!("/v1/replays/{}", began.ok()["id"].as_str().unwrap());
    nodes[0].once(&path, "in its midst", |job| job["done"].as_u64() >= Some(KILLED_AT)).await;
    // Some of these are the killed node's and are cut off; the others are acknowledged after the kill.
    let held_up: Vec<Arc<Notify>> = (0..ON_THE_WAY).map(|_| Arc::default()).collect();
    walls[0].receiver.then(held_up.iter().map(|answer| Reply::Once(Arc::clone(answer))));
    walls[0].receiver.all_came().await;
    let [worker] = &at_work(&nodes).await[..] else { panic!("one node works on a job") };
    nodes.remove(*worker).kill().await;
    held_up.iter().for_each(|answer| answer.notify_one());
    load.report_to(nodes.iter().map(|node| node.api()).collect());
    let left = nodes[0].get(&path).await;
    has(&left, json!({"state": "running", "total": MISSED}));
    assert!(at_work(&nodes).await.is_empty(), "nobody else has worked on it so far");

    nodes[0].once(&path, "taken over", |job| job["done"].as_u64() > left["done"].as_u64()).await;
    let done = nodes[0].once(&path, "done", |job| job["state"] == "done").await;
    let none = json!({"reversed": 0, "review": 0, "erased": 0, "archived": 0, "reopened": 0});
    has(&done, json!({"total": MISSED, "done": MISSED, "skipped": none}));
    assert_eq!(at_work(&nodes).await.len(), 1, "one of the others has done the rest");
    load.finished().await;

    let delivered = all_delivered(&nodes[0], MISSED + COMPLETIONS).await;
    let of_the_outage = |delivery: &&Value| delivery["transactionId"].as_str().unwrap().starts_with("missed-");
    // Once in vain, and once because of the replay.
    let attempts = |delivery: &Value| delivery["attemptsMade"] == 2;
    assert_eq!(delivered.iter().filter(of_the_outage).filter(|delivery| attempts(delivery)).count(), MISSED);
    for wall in &walls {
        let cut_off = tally(&nodes[0], wall, &wall.receiver.so_far(), &delivered).await;
        assert!(cut_off <= MOST, "{cut_off} callbacks of {} were cut off and came again", wall.from);
    }
    let reconciled = home.run(&["reconcile"]).await.done();
    assert!(reconciled.contains("Everything holds."), "{reconciled}");
}

/// Reports to a receiver that knows none of it, until all is given up after one attempt; answers the first delivery. From
/// then on the receiver acknowledges.
async fn outage(api: &Api, wall: &Wall) -> String {
    api.change(wall, json!({"retrySchedule": []})).await;
    wall.receiver.always(Reply::status(404));
    let missed: Vec<Value> = (0..MISSED).map(|number| wall.completion(&format!("missed-{number}"))).collect();
    let mut first = None;
    for batch in missed.chunks(BATCH) {
        let results = wall.source.report_batch(batch).await;
        first.get_or_insert_with(|| results[0]["deliveries"][0]["id"].as_str().unwrap().to_owned());
    }
    found("all are dead", || async { (api.deliveries("dead").await.len() == MISSED).then_some(()) }).await;
    wall.receiver.always(Reply::acknowledgement());
    first.unwrap()
}

/// Which of these nodes have reopened something since they were started.
async fn at_work(nodes: &[Child]) -> Vec<usize> {
    let mut at_work = Vec::new();
    for (number, node) in nodes.iter().enumerate() {
        let metrics = node.get("/metrics").await;
        if !metrics.as_str().unwrap().contains("ringback_reopened_total 0\n") {
            at_work.push(number);
        }
    }
    at_work
}
