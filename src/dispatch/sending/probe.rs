//! Probes: of an endpoint whose receiver is down, the delivery that has been due for longest goes now and then.
//!
//! One node at a time sends a probe: whoever moves the time of the next one in the store. A probe is a send like any other:
//! it takes a permit, counts as an attempt, and what it shows of the receiver closes the circuit or leaves it open. A thousand
//! receivers that went down together are due together, so all probes of a step are taken in one commit and claimed in another.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::pacing::Seat;
use super::worker::Worker;
use crate::domain::circuit::OpenCircuit;
use crate::domain::time::Timestamp;
use crate::random::claim_token;
use crate::store::StoreError;
use crate::store::queue::{Claimed, DueEndpoint, Wanted};

/// Probes in one step: a few milliseconds of the writer's time.
const STEP: usize = 256;
/// When it is looked again for what could not go yet: a permit in use, a slot of a limited app that is to come.
const AGAIN: Duration = Duration::from_millis(100);

impl Worker {
    /// Claims what is to go as probes of these endpoints, which have something due. Answers when to look again, too.
    pub(super) async fn probes(
        &self,
        node: &Arc<str>,
        endpoints: Vec<DueEndpoint>,
        now: Timestamp,
    ) -> Result<(Vec<(Claimed, Seat)>, Option<Timestamp>), StoreError> {
        let (mut permits, mut probes, mut next) = (HashMap::new(), Vec::new(), Vec::new());
        let mut since = HashMap::new();
        for endpoint in endpoints {
            match self.probe(&endpoint.endpoint_id, now) {
                Probe::Goes { circuit, probed, permit } if probes.len() < STEP => {
                    since.insert(endpoint.endpoint_id.clone(), endpoint.due_at());
                    permits.insert(endpoint.endpoint_id, permit);
                    probes.push((circuit, probed));
                }
                Probe::Goes { .. } | Probe::LacksPermit => next.push(now.plus(AGAIN)),
                Probe::Later(at) => next.push(at),
                Probe::IsUp => next.push(now),
            }
        }
        if probes.is_empty() {
            return Ok((Vec::new(), next.into_iter().min()));
        }
        let mut wanted = Vec::with_capacity(probes.len());
        for taken in self.node.store.take_probes(probes).await? {
            next.push(taken.next_probe_at);
            let since = since.get(&taken.endpoint_id).copied().unwrap_or(now);
            wanted.push(Wanted { endpoint_id: taken.endpoint_id.clone(), since, at_most: 1 });
            self.node.circuits.stored(taken);
        }
        let seat = move |endpoint_id: &str| permits.remove(endpoint_id);
        let claimed = self.node.store.claim(node.to_string(), wanted, now, claim_token, seat).await?;
        Ok((claimed, next.into_iter().min()))
    }

    fn probe(&self, endpoint_id: &str, now: Timestamp) -> Probe {
        let known = self.node.circuits.get(endpoint_id).zip(self.node.directory.app_of_endpoint(endpoint_id));
        let Some((circuit, app)) = known else { return Probe::IsUp };
        if !circuit.may_be_probed(app.revision, now) {
            return Probe::Later(circuit.next_probe_at);
        }
        // Before the right to probe is taken: it would be lost if what was in flight before still holds all permits.
        let seats = app.endpoint(endpoint_id).map(|endpoint| self.pacing.for_store(&app, endpoint));
        let Some(permit @ Seat::Permit(_)) = seats.and_then(|seats| seats.take()) else { return Probe::LacksPermit };
        let probed = circuit.probed(app.revision, self.node.retry_scale_thousandths, now);
        Probe::Goes { circuit, probed, permit }
    }
}

/// Whether a probe may go.
#[derive(Debug)]
enum Probe {
    Goes {
        circuit: OpenCircuit,
        probed: OpenCircuit,
        permit: Seat,
    },
    LacksPermit,
    Later(Timestamp),
    /// Its circuit was closed a moment ago.
    IsUp,
}
