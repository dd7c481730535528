//! One report given to every node at the same time is accepted by one of them and a duplicate to the others.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::account::settle;
use crate::api::conversion;
use crate::load::named;
use crate::nodes::{DRILL, Publisher, nodes_on};
use crate::place;

const NODES: usize = 3;
/// Batches of these many reports, each node's in another order, so that keys are wanted crosswise.
const BATCH: usize = 100;
const BATCHES: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_reported_to_all_nodes_at_once_is_accepted_by_one_and_delivered_once() {
    tokio::time::timeout(DRILL, drill()).await.expect("the drill did not come to its end");
}

async fn drill() {
    let place = place::on_postgres();
    let home = nodes_on(&place.url);
    let nodes = [home.serve().await, home.serve().await, home.serve().await];
    let mut publishers = [Publisher::new(&nodes[0]).await];
    let source = nodes[0].source().await;
    for batch in 0..BATCHES {
        let reports: Vec<Value> =
            (0..BATCH).map(|number| conversion(&publishers[0].app, &named(batch * BATCH + number))).collect();
        let mut reporting = JoinSet::new();
        for (position, node) in nodes.iter().enumerate() {
            let mut own = reports.clone();
            own.rotate_left(position * BATCH / NODES);
            if position % 2 == 1 {
                own.reverse();
            }
            let (api, source) = (node.api(), source.clone());
            reporting.spawn(async move {
                let body = json!({"conversions": own}).to_string();
                let answer = api.signed_post(&source, "/v1/conversions/batch", &body).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
                let results = answer.body["results"].as_array().unwrap().clone();
                results.into_iter().map(|result| result["status"].as_str().unwrap().to_owned())
            });
        }
        let statuses: Vec<String> = reporting.join_all().await.into_iter().flatten().collect();
        let of = |status: &str| statuses.iter().filter(|one| *one == status).count();
        assert_eq!((of("accepted"), of("duplicate")), (BATCH, (NODES - 1) * BATCH), "{statuses:?}");
    }
    let repeats = settle(&nodes[0], &mut publishers, BATCHES * BATCH).await;
    assert!(repeats[0].is_empty(), "{repeats:?}");
}
