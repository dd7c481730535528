//! Drills of several nodes: real processes on a real PostgreSQL that are killed, cut off and failed over under load.
//!
//! Only what takes several processes or a misbehaving database belongs here; each drill stands in a file of its own. The
//! database is PostgreSQL in every run, so the run for PostgreSQL leaves the drills out (`--skip nodes::`).

mod charts;
mod circuits;
mod configured_elsewhere;
mod connections_cut;
mod cut_off;
mod egress_affinity;
mod killed_at_random;
mod killed_node;
mod limited;
mod lost_answers;
mod primary_lost;
mod proxy;
mod published;
mod replayed;
mod same_report;
mod signed_in;
mod vanished;

use std::time::Duration;

use crate::support::{Api, Home, text};

/// What a drill may take on a busy machine; only a failing one takes so long.
const DRILL: Duration = Duration::from_secs(150);

async fn in_time(drill: impl Future<Output = ()>) {
    tokio::time::timeout(DRILL, drill).await.expect("the drill did not come to its end");
}

/// The same node holding exactly these egress IPs.
fn holding(home: &Home, addresses: &[&str]) -> Home {
    let binds: Vec<String> = addresses.iter().map(|address| format!("{address}={address}")).collect();
    home.clone().with("RINGBACK_EGRESS_BIND", &binds.join(","))
}

/// The ids of the nodes that live, as this one heard.
async fn living(api: &Api) -> Vec<String> {
    let ready = api.get("/readyz").await;
    ready["nodes"].as_array().unwrap().iter().map(|node| text(node, "id")).collect()
}
