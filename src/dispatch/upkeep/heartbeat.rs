//! The heartbeat: shows the other nodes that this one lives, and ends the process where the database will never say so.

use std::sync::Arc;
use std::time::Duration;

use crate::clock;
use crate::dispatch::node::Node;
use crate::store::StoreError;

/// A database that is silent for so long, over a connection that stands, will not answer: the calls that wait for it block
/// threads for good. What was acknowledged is on disk, so ending the process loses nothing, and a new one connects to
/// whichever server answers. Network faults are noticed far sooner, by the limits in the URL.
const HUNG: Duration = Duration::from_secs(60);

/// One heartbeat.
pub async fn step(node: &Arc<Node>) -> Result<(), StoreError> {
    tokio::select! {
        has_come_back = node.cluster.heartbeat() => {
            if has_come_back? {
                node.look_again();
            }
            Ok(())
        }
        () = hung(), if node.store.is_shared() => {
            tracing::error!("the database neither answers nor hangs up; ending the process, to be started anew");
            std::process::abort()
        }
    }
}

/// Returns when too long has passed while this process was running. The time is waited for in four parts: a process that was
/// stopped and goes on finds one of them over at once, and still waits for the others.
async fn hung() {
    for _ in 0..4 {
        clock::pause(HUNG / 4).await;
    }
}
