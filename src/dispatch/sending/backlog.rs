//! What is due and not sent yet, and what it waits for: the first thing that an operator must know.
//!
//! It is found by leaping from endpoint to endpoint, and in the lines of this node. No deliveries are counted, since that would
//! cost the more the more there is to worry about.

use std::collections::HashMap;

use super::pacing::Pacing;
use crate::dispatch::node::Node;
use crate::dispatch::node::metrics::{Backlog, DueFor};
use crate::dispatch::node::routing::Readiness;
use crate::domain::time::Timestamp;
use crate::store::StoreError;

/// One look at what is due.
pub async fn look(node: &Node, pacing: &Pacing) -> Result<Backlog, StoreError> {
    let mut earliest: HashMap<String, Timestamp> = pacing.first_due_in_lines().into_iter().collect();
    for endpoint in node.store.due(node.now()).await?.endpoints {
        let due_at = endpoint.due_at();
        let known = earliest.entry(endpoint.endpoint_id).or_insert(due_at);
        *known = due_at.min(*known);
    }
    let endpoints_held = node.store.held_endpoints().await?.len();
    let log_bytes = node.store.log_bytes().await?;
    let mut backlog = Backlog { endpoints_held, log_bytes, ..Backlog::default() };
    let now = node.now();
    for (endpoint_id, due_at) in earliest.into_iter().filter(|(_, due_at)| *due_at <= now) {
        if let Some(waits) = due_for(node, pacing, &endpoint_id) {
            backlog.waits(waits, now.since(due_at));
        }
    }
    Ok(backlog)
}

/// What an endpoint's due deliveries wait for; nothing if they are about to be held, or if it is no more.
fn due_for(node: &Node, pacing: &Pacing, endpoint_id: &str) -> Option<DueFor> {
    let app = node.directory.app_of_endpoint(endpoint_id)?;
    let readiness = node.routing().readiness(&app, app.endpoint(endpoint_id)?);
    Some(match readiness {
        Readiness::Blocked(_) => return None,
        Readiness::NoEgress => DueFor::EgressIp,
        Readiness::CircuitOpen => DueFor::Circuit,
        Readiness::Elsewhere if node.circuits.is_open(endpoint_id) => DueFor::Circuit,
        Readiness::Elsewhere => DueFor::AnotherNode,
        Readiness::Ready if pacing.is_full(endpoint_id) => DueFor::Receiver,
        Readiness::Ready if !app.settings.limits.are_none() => DueFor::RateLimit,
        Readiness::Ready => DueFor::Permit,
    })
}
