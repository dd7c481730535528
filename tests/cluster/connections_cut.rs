//! Connections to the database break at random, in the middle of whatever they carry, all through a load.

use reqwest::Method;
use ringback::dispatch::sending::pacing::PER_ENDPOINT;
use serde_json::json;

use crate::account::{again, settle};
use crate::load::Load;
use crate::nodes::{DRILL, Publisher, found, nodes_on};
use crate::place;
use crate::proxy::Proxy;

const COMPLETIONS: usize = 1_200;
const CUT_FROM: usize = 100;
const RELEASED_AT: usize = 800;
/// Fewer cuts would show nothing.
const ENOUGH: u64 = 20;
/// Another seed is another drill; this one is repeated.
const SEED: u64 = 20_261_125;

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_break_at_random_under_load_lose_nothing_and_leave_nothing_stuck() {
    tokio::time::timeout(DRILL, drill()).await.expect("the drill did not come to its end");
}

async fn drill() {
    let place = place::on_postgres();
    let way = Proxy::to(&place.url).await;
    let home = nodes_on(&way.url);
    let nodes = [home.serve().await, home.serve().await];
    // What the paused one is owed is claimed from the store, all at once.
    let paused = Publisher::with(&nodes[0], json!({"paused": true})).await;
    let path = format!("/v1/apps/{}", paused.app.id);
    let mut publishers = vec![Publisher::new(&nodes[0]).await, paused];
    let apps = publishers.iter().map(|publisher| publisher.app.clone()).collect();
    let mut load = Load::start(COMPLETIONS, apps, nodes.iter().map(|node| node.api()).collect()).await;
    load.acknowledged(CUT_FROM).await;
    way.cut(SEED);
    load.acknowledged(RELEASED_AT).await;
    found("the pause ends", || async {
        let answer = nodes[1].call(Method::PATCH, &path, Some(json!({"paused": false}))).await;
        (answer.status == 200).then_some(())
    })
    .await;
    load.finished().await;
    let cuts = way.stop_cutting();
    assert!(cuts > ENOUGH, "only {cuts} connections were cut off");

    let repeats = settle(&nodes[0], &mut publishers, COMPLETIONS).await;
    for of_an_app in &repeats {
        assert!(again(of_an_app) <= nodes.len() * PER_ENDPOINT, "{of_an_app:?}");
    }
}
