//! A connection that breaks just after the server was asked to commit: it did, and the node that asked cannot know.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::api::{Source, conversion, only_delivery, text};
use crate::child::Child;
use crate::nodes::{DRILL, Publisher, found, nodes_on};
use crate::place;
use crate::proxy::Proxy;
use crate::receiver::Reply;

/// A claim of which its node knows nothing is not called stray before this age.
const SETTLED_IN: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_neither_done_twice_nor_forgotten() {
    tokio::time::timeout(DRILL, drill()).await.expect("the drill did not come to its end");
}

async fn drill() {
    let place = place::on_postgres();
    let way = Proxy::to(&place.url).await;
    let node = nodes_on(&way.url).serve().await;
    let mut publisher = Publisher::new(&node).await;
    let source = node.source().await;
    a_record(&way, &node, &publisher, &source).await;
    a_settlement(&way, &node, &publisher, &source).await;
    a_claim(&way, &node, &publisher, &source).await;
    let arrived = publisher.receiver.so_far();
    let arrived: Vec<String> = arrived.iter().map(|received| received.parameter("transaction_id").unwrap()).collect();
    assert_eq!(arrived, ["recorded", "settled", "claimed"]);
}

async fn delivered(node: &Child, id: &str) -> Vec<Value> {
    let path = format!("/v1/deliveries/{id}");
    let delivery = found("it is delivered", || async {
        Some(node.get(&path).await).filter(|delivery| delivery["status"] == "delivered")
    })
    .await;
    delivery["attempts"].as_array().unwrap().iter().map(|attempt| attempt["outcome"].clone()).collect()
}

async fn a_record(way: &Proxy, node: &Child, publisher: &Publisher, source: &Source) {
    way.break_at_the_commit_of("recorded");
    let reported = node.report(source, &conversion(&publisher.app, "recorded")).await;
    assert!(way.has_broken());
    assert_eq!(reported.body["status"], "accepted", "{}", reported.body);
    assert_eq!(delivered(node, &only_delivery(&reported)).await, ["delivered"]);
}

async fn a_settlement(way: &Proxy, node: &Child, publisher: &Publisher, source: &Source) {
    let answered = Arc::new(Notify::new());
    publisher.receiver.then(Reply::Once(Arc::clone(&answered))).await;
    let id = only_delivery(&node.report(source, &conversion(&publisher.app, "settled")).await);
    // Not whoever only looks at it.
    way.break_at_the_commit_of(&format!(r#""id":"{id}","token""#));
    answered.notify_one();
    assert_eq!(delivered(node, &id).await, ["delivered"]);
    assert!(way.has_broken());
}

/// The node does not send what it does not know that it has claimed; it finds it as a stray.
async fn a_claim(way: &Proxy, node: &Child, publisher: &Publisher, source: &Source) {
    let path = format!("/v1/apps/{}", publisher.app.id);
    node.made(Method::PATCH, &path, json!({"paused": true})).await;
    let id = only_delivery(&node.report(source, &conversion(&publisher.app, "claimed")).await);
    node.held_for(&id, "app_paused").await;
    // Not its release, which mentions the delivery as well.
    way.break_at_the_commit_of("SET status = 'sending'");
    node.made(Method::PATCH, &path, json!({"paused": false})).await;
    found("the claim", || async { way.has_broken().then_some(()) }).await;
    let claimed = Instant::now();
    assert_eq!(text(&node.get(&format!("/v1/deliveries/{id}")).await, "status"), "sending");
    assert_eq!(delivered(node, &id).await, ["interrupted", "delivered"]);
    assert!(claimed.elapsed() > SETTLED_IN, "after {:?}", claimed.elapsed());
}
