//! The sender and the circuit breaker: what an attempt has shown of its receiver is taken note of, and what changes by that
//! is stored, so that the other nodes know it within a second.
//!
//! A failed write changes nothing here: the circuit is open in memory, and is written again when this node next looks at those
//! of the others.

use std::sync::Arc;

use super::sender::Sender;
use crate::dispatch::node::circuits::Change;
use crate::domain::circuit::OpenCircuit;
use crate::domain::receiver::Presence;

impl Sender {
    /// Takes note of what an attempt has shown. Answers whether the receiver was down and has come back.
    pub(super) fn observe(&self, endpoint_id: &str, shown: Presence) -> bool {
        let (node, now) = (&self.node, self.node.now());
        let open = || {
            let revision = node.directory.app_of_endpoint(endpoint_id).map_or(0, |app| app.revision);
            OpenCircuit::open(endpoint_id, revision, node.retry_scale_thousandths, now)
        };
        match node.circuits.observe(endpoint_id, shown, now, open) {
            Change::None => false,
            Change::Opened(circuit) => {
                tracing::warn!(endpoint = endpoint_id, until = %circuit.next_probe_at, "a receiver is down; its circuit is open");
                self.store_opened(circuit);
                false
            }
            Change::Closed => {
                tracing::info!(endpoint = endpoint_id, "a receiver has come back; its circuit is closed");
                self.store_closed(endpoint_id.to_owned());
                true
            }
        }
    }

    fn store_opened(&self, circuit: OpenCircuit) {
        let node = Arc::clone(&self.node);
        self.node.tasks.start(async move {
            match node.store.open_circuit(circuit.clone()).await {
                Ok(()) => node.circuits.stored(circuit),
                Err(error) => tracing::error!(%error, "an open circuit could not be stored; only this node knows it"),
            }
        });
    }

    fn store_closed(&self, endpoint_id: String) {
        let node = Arc::clone(&self.node);
        self.node.tasks.start(async move {
            if let Err(error) = node.store.close_circuit(endpoint_id).await {
                tracing::error!(%error, "a closed circuit could not be stored; it is probed once more");
            }
            node.look_again();
        });
    }
}
