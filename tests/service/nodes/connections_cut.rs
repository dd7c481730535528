//! Connections to the database break at random, in the middle of whatever they carry, all through a load.

use ringback::dispatch::sending::pacing::MOST;
use serde_json::json;

use super::in_time;
use super::proxy::Proxy;
use crate::support::{Home, Load, again, found, settle};

const COMPLETIONS: usize = 1_200;
const CUT_FROM: usize = 100;
const RELEASED_AT: usize = 800;
/// Fewer cuts would show nothing.
const ENOUGH: u64 = 20;
/// Another seed is another drill; this one is repeated.
const SEED: u64 = 20_261_125;

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_break_at_random_under_load_lose_nothing_and_leave_nothing_stuck() {
    in_time(drill()).await;
}

async fn drill() {
    let home = Home::on_postgres();
    let way = Proxy::to(&home.database_url()).await;
    let home = home.with("RINGBACK_DATABASE_URL", &way.url);
    let nodes = [home.serve().await, home.serve().await];
    // What the paused one is owed is claimed from the store, all at once.
    let paused = nodes[0].wall("besitos", json!({"paused": true})).await;
    let walls = [nodes[0].wall("besitos", json!({})).await, paused];
    let mut load = Load::start(COMPLETIONS, &walls, nodes.iter().map(|node| node.api()).collect()).await;
    load.acknowledged(CUT_FROM).await;
    way.cut(SEED);
    load.acknowledged(RELEASED_AT).await;
    found("the pause ends", || async {
        let answer = nodes[1].patch(&walls[1].path(""), json!({"paused": false})).await;
        (answer.status == 200).then_some(())
    })
    .await;
    load.finished().await;
    let cuts = way.stop_cutting();
    assert!(cuts > ENOUGH, "only {cuts} connections were cut off");

    let repeats = settle(&nodes[0], &walls, COMPLETIONS).await;
    for of_an_app in &repeats {
        assert!(again(of_an_app) <= nodes.len() * MOST, "{of_an_app:?}");
    }
}
