//! What several nodes add up is one chart.

use serde_json::{Value, json};

use super::in_time;
use crate::support::Home;

#[tokio::test(flavor = "multi_thread")]
async fn what_each_node_has_delivered_adds_up() {
    in_time(drill()).await;
}

async fn drill() {
    let home = Home::on_postgres();
    let nodes = [home.serve().await, home.serve().await];
    let wall = nodes[0].wall("besitos", json!({})).await;
    for (node, name) in nodes.iter().zip(["tx-1", "tx-2"]) {
        // A callback that finds a free place is sent by the node that its report came to.
        let reported = wall.source.at(&node.api()).report(&wall.completion(name)).await;
        nodes[0].delivery_once(&reported.delivery(), "delivered").await;
    }
    let delivered = |chart: &Value| {
        let buckets = chart["buckets"].as_array().unwrap().iter();
        buckets.map(|bucket| bucket["delivered"].as_u64().unwrap()).sum::<u64>() == 2
    };
    for node in &nodes {
        node.once(&format!("/v1/health?appId={}", wall.id), "the sum of both", delivered).await;
    }
}
