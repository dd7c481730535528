//! The primary database dies under load and its synchronous standby takes its place: the nodes find it by themselves.

use ringback::dispatch::pacing::PER_ENDPOINT;

use crate::account::{again, settle};
use crate::api::Api;
use crate::load::Load;
use crate::nodes::{DRILL, Publisher, nodes_on};
use crate::place::server::Server;

const COMPLETIONS: usize = 2_400;
const KILLED_AT: usize = 800;
const NODES: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_dies_under_load_takes_nothing_acknowledged_with_it_and_leaves_nothing_stuck() {
    tokio::time::timeout(DRILL, drill()).await.expect("the drill did not come to its end");
}

async fn drill() {
    let primary = Server::start("");
    let standby = primary.synchronous_standby();
    let database = primary.create_database();
    let name = database.rsplit('/').next().unwrap();
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", primary.port, standby.port);
    let url = format!("postgres://ringback@{hosts}/{name}?target_session_attrs=read-write");
    let home = nodes_on(&url);
    let mut nodes = Vec::new();
    for _ in 0..NODES {
        nodes.push(home.serve().await);
    }
    let mut publishers = vec![Publisher::new(&nodes[0]).await, Publisher::new(&nodes[0]).await];
    let apps = publishers.iter().map(|publisher| publisher.app.clone()).collect();
    let mut load = Load::start(COMPLETIONS, apps, nodes.iter().map(|node| Api::clone(node)).collect()).await;

    load.acknowledged(KILLED_AT).await;
    primary.kill();
    tokio::task::block_in_place(|| standby.promote());
    load.finished().await;

    let repeats = settle(&nodes[0], &mut publishers, COMPLETIONS).await;
    for of_an_app in &repeats {
        assert!(again(of_an_app) <= NODES * PER_ENDPOINT, "{of_an_app:?}");
    }
}
