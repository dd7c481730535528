//! Watching: what is shown of all this at `/metrics`. It puts together what the parts say, and changes nothing.

use super::dispatcher::Dispatcher;
pub use super::node::metrics::Backlog;
use super::node::metrics::Levels;
use super::sending::backlog;
use crate::store::StoreError;

impl Dispatcher {
    /// What is due and waits, in the store and in this node's lines.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        backlog::look(&self.node, &self.worker.pacing).await
    }

    /// All that is counted and measured, in the OpenMetrics text format; without a backlog, what it tells is as it was last
    /// seen.
    pub fn metrics_text(&self, backlog: Option<Backlog>) -> String {
        let (node, pacing) = (&self.node, &self.worker.pacing);
        let levels = Levels {
            backlog,
            in_flight: pacing.in_flight(),
            permits: pacing.permits(),
            circuits_open: node.circuits.count(),
            write_backlog: node.store.write_backlog(),
            commits: node.store.commits(),
            nodes: node.cluster.view().len(),
            egress_ips_without_node: node.directory.egress_ips().keys().filter(|id| node.holders(id) == 0).count(),
        };
        node.metrics.encode(&levels)
    }
}
