//! A connection that breaks just after the server was asked to commit: it did, and the node that asked cannot know.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::Notify;

use super::in_time;
use super::proxy::Proxy;
use crate::support::{Child, Home, Reply, Wall, found, has, key, text};

/// A claim of which its node knows nothing is not called orphaned claim before this age.
const SETTLED_IN: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_neither_done_twice_nor_forgotten() {
    in_time(drill()).await;
}

async fn drill() {
    let home = Home::on_postgres();
    let way = Proxy::to(&home.database_url()).await;
    let node = home.with("RINGBACK_DATABASE_URL", &way.url).serve().await;
    let wall = node.wall("besitos", json!({})).await;
    a_record(&way, &node, &wall).await;
    a_settlement(&way, &node, &wall).await;
    a_claim(&way, &node, &wall).await;
    assert_eq!(wall.receiver.transactions_so_far(), ["recorded", "settled", "claimed"]);
}

/// It is delivered in the end, after attempts that ended like this.
async fn delivered(node: &Child, id: &str, outcomes: &[&str]) {
    let attempts: Vec<Value> = outcomes.iter().map(|outcome| json!({"outcome": outcome})).collect();
    has(&node.delivery_once(id, "delivered").await, json!({"attempts": attempts}));
}

async fn a_record(way: &Proxy, node: &Child, wall: &Wall) {
    way.break_at_the_commit_of("recorded");
    let reported = wall.report("recorded").await;
    assert!(way.has_broken());
    assert_eq!(reported.body["status"], "accepted", "{}", reported.body);
    delivered(node, &reported.delivery(), &["delivered"]).await;
}

async fn a_settlement(way: &Proxy, node: &Child, wall: &Wall) {
    let answered = Arc::new(Notify::new());
    wall.receiver.then([Reply::Once(Arc::clone(&answered))]);
    let id = wall.report("settled").await.delivery();
    // Not whoever only looks at it.
    way.break_at_the_commit_of(&format!(r#""id":{},"token""#, key(&id)));
    answered.notify_one();
    delivered(node, &id, &["delivered"]).await;
    assert!(way.has_broken());
}

/// The node does not send what it does not know that it has claimed; it finds it as a orphaned claim.
async fn a_claim(way: &Proxy, node: &Child, wall: &Wall) {
    node.change(wall, json!({"paused": true})).await;
    let id = wall.report("claimed").await.delivery();
    node.held_for(&id, "app_paused").await;
    // Not its release, which mentions the delivery as well: only a claim says what of it is begun.
    way.break_at_the_commit_of("SET status = CASE WHEN c.begun");
    node.change(wall, json!({"paused": false})).await;
    found("the claim", || async { way.has_broken().then_some(()) }).await;
    let claimed = Instant::now();
    // The line breaks when the server is asked to commit, which it may not have done yet.
    let is_claimed = async || (text(&node.delivery(&id).await, "status") == "sending").then_some(());
    found("it is claimed", is_claimed).await;
    delivered(node, &id, &["interrupted", "delivered"]).await;
    assert!(claimed.elapsed() > SETTLED_IN, "after {:?}", claimed.elapsed());
}
