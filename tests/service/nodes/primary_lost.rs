//! The primary database dies under load and its synchronous standby takes its place: the nodes find it by themselves.

use std::time::{Duration, Instant};

use place::server::Server;
use ringback::dispatch::sending::pacing::MOST;
use serde_json::json;

use super::{in_time, living};
use crate::support::{Home, Load, again, found, settle};

const COMPLETIONS: usize = 2_400;
const KILLED_AT: usize = 800;
const NODES: usize = 3;
/// Longer than a node is believed to live, and than a report is held back for a fail-over.
const LATE: Duration = Duration::from_secs(22);

/// When the standby is promoted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Promoted {
    /// Before any node has lost its lease.
    AtOnce,
    /// When every node has lost its lease and reports were turned away.
    Late,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_dies_under_load_takes_nothing_acknowledged_with_it_and_leaves_nothing_stuck() {
    in_time(drill(Promoted::AtOnce)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_one_that_is_replaced_so_late_that_every_node_has_to_come_back_under_another_name() {
    in_time(drill(Promoted::Late)).await;
}

async fn drill(promoted: Promoted) {
    let primary = Server::start("");
    let standby = primary.synchronous_standby();
    let database = primary.create_database();
    let name = database.rsplit('/').next().unwrap();
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", primary.port, standby.port);
    let url = format!("postgres://ringback@{hosts}/{name}?target_session_attrs=read-write");
    // Of its own place only the folder is used, for the master key.
    let home = Home::on_sqlite().with("RINGBACK_DATABASE_URL", &url);
    let mut nodes = Vec::new();
    for _ in 0..NODES {
        nodes.push(home.serve().await);
    }
    let walls = [nodes[0].wall("besitos", json!({})).await, nodes[0].wall("besitos", json!({})).await];
    let mut load = Load::start(COMPLETIONS, &walls, nodes.iter().map(|node| node.api()).collect()).await;

    load.acknowledged(KILLED_AT).await;
    let before = living(&nodes[0]).await;
    primary.kill();
    let killed = Instant::now();
    if promoted == Promoted::Late {
        // What is said of the database is a second old at most.
        let is_said = || async { (nodes[0].ask("/readyz").await.status == 503).then_some(()) };
        found("it says that the database does not answer", is_said).await;
    }
    while promoted == Promoted::Late && killed.elapsed() < LATE {
        // They live without their database, and say that they cannot do anything.
        assert_eq!(nodes[0].ask("/healthz").await.status, 200);
        assert_eq!(nodes[0].ask("/readyz").await.status, 503);
    }
    tokio::task::block_in_place(|| standby.promote());
    load.finished().await;
    if promoted == Promoted::Late {
        found("every node has another name", || async {
            let now = living(&nodes[0]).await;
            (now.len() == NODES && now.iter().all(|id| !before.contains(id))).then_some(())
        })
        .await;
    }

    let repeats = settle(&nodes[0], &walls, COMPLETIONS).await;
    for of_an_app in &repeats {
        assert!(again(of_an_app) <= NODES * MOST, "{of_an_app:?}");
    }
}
