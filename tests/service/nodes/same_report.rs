//! One report given to every node at the same time is accepted by one of them and a duplicate to the others.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::in_time;
use crate::support::{Home, settle};

const NODES: usize = 3;
/// Batches of these many reports, each node's in another order, so that keys are wanted crosswise.
const BATCH: usize = 100;
const BATCHES: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_reported_to_all_nodes_at_once_is_accepted_by_one_and_delivered_once() {
    in_time(drill()).await;
}

async fn drill() {
    let home = Home::on_postgres();
    let nodes = [home.serve().await, home.serve().await, home.serve().await];
    let walls = [nodes[0].wall("besitos", json!({})).await];
    for batch in 0..BATCHES {
        let named = |number: usize| walls[0].completion(&format!("tx-{}", batch * BATCH + number));
        let reports: Vec<Value> = (0..BATCH).map(named).collect();
        let mut reporting = JoinSet::new();
        for (position, node) in nodes.iter().enumerate() {
            let mut own = reports.clone();
            own.rotate_left(position * BATCH / NODES);
            if position % 2 == 1 {
                own.reverse();
            }
            let source = walls[0].source.at(node);
            reporting.spawn(async move { source.report_batch(&own).await });
        }
        let results: Vec<Value> = reporting.join_all().await.into_iter().flatten().collect();
        let of = |status: &str| results.iter().filter(|result| result["status"] == status).count();
        assert_eq!((of("accepted"), of("duplicate")), (BATCH, (NODES - 1) * BATCH), "{results:?}");
    }
    let repeats = settle(&nodes[0], &walls, BATCHES * BATCH).await;
    assert!(repeats[0].is_empty(), "{repeats:?}");
}
