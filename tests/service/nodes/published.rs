//! A dialect that is published on one node is spoken on the others within a second, and is withdrawn there as well.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::in_time;
use crate::api::dialects::draft;
use crate::support::{Api, Home, found, has};

/// A second, and as much again for a busy machine.
const IN_FORCE: Duration = Duration::from_secs(2);
const TEMPLATE: &str = "/coins?user={user}&txn={txn}&coins={coins}&usd={usd}&event={event}";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_on_one_node_is_chosen_and_sent_by_on_the_other() {
    in_time(drill()).await;
}

async fn drill() {
    let home = Home::on_postgres();
    let (one, other) = (home.serve().await, home.serve().await);
    one.post("/v1/dialects", draft()).await.ok();
    one.post("/v1/dialects/x-coinbarn/publish", "").await.is(201, json!({"recipe": "x-coinbarn@1"}));
    // What the other does not know it looks up before it says no.
    let wall = other.wall("x-coinbarn", json!({"callbackUrl": TEMPLATE})).await;
    has(&other.get(&wall.path("")).await, json!({"dialect": "x-coinbarn@1"}));
    has(&wall.report_until("tx-1", "delivered").await, json!({"recipe": "x-coinbarn@1"}));
    // Either node may have sent it; both know by now that a receiver has seen it.
    for node in [&one, &other] {
        let is_seen = |dialect: &Value| dialect["firstDeliveredAt"].is_string();
        node.once("/v1/dialects/x-coinbarn", "seen by a receiver", is_seen).await;
    }
    one.post("/v1/dialects", draft()).await.ok();
    one.post("/v1/dialects/x-coinbarn/publish", "").await.is(201, json!({"recipe": "x-coinbarn@2"}));
    is_in_force(&other, "version", |dialect| dialect["version"] == 2).await;
    one.post("/v1/dialects/x-coinbarn@2/withdraw", "").await.ok();
    is_in_force(&other, "withdrawal", |dialect| dialect["version"] == 1).await;
    other.patch(&wall.path(""), json!({"dialect": "x-coinbarn@2"})).await.refuses(422, &["dialect"]);
}

/// What was changed on one node just now is known to this one in time.
async fn is_in_force(node: &Api, what: &str, holds: impl Fn(&Value) -> bool) {
    let changed = Instant::now();
    found(what, || async { holds(&node.get("/v1/dialects/x-coinbarn").await).then_some(()) }).await;
    assert!(changed.elapsed() < IN_FORCE, "{what} after {:?}", changed.elapsed());
}
