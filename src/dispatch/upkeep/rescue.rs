//! Rescue: what dead nodes had claimed, and what a lost answer left claimed here, is due again.

use std::sync::Arc;

use crate::dispatch::node::Node;
use crate::store::StoreError;

/// One look for claims that nobody works on; answers how many were taken back.
pub async fn step(node: &Arc<Node>) -> Result<usize, StoreError> {
    let rescued = node.cluster.rescue(node.now(), node.retry_scale_thousandths).await?;
    if rescued > 0 {
        node.metrics.rescued(rescued);
        node.look_again();
    }
    Ok(rescued)
}
