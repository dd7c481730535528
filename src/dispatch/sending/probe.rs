//! Probes: of an endpoint whose receiver is down, the delivery that has been due for longest goes now and then.
//!
//! One node at a time sends a probe: whoever moves the time of the next one in the store. A probe is a send like any other:
//! it takes a permit, counts as an attempt, and what it shows of the receiver closes the circuit or leaves it open.

use std::sync::Arc;

use super::pacing::Seat;
use super::worker::Worker;
use crate::domain::time::Timestamp;
use crate::random::claim_token;
use crate::store::StoreError;
use crate::store::queue::{Claimed, Wanted};

impl Worker {
    /// Claims what is to go as a probe of an endpoint that has something due; nothing if it is not time, or if another node
    /// was first. Answers when the next one may go, too.
    pub(super) async fn probe(
        &self,
        node: &Arc<str>,
        endpoint_id: &str,
        now: Timestamp,
    ) -> Result<(Option<(Claimed, Seat)>, Option<Timestamp>), StoreError> {
        let known = self.node.circuits.get(endpoint_id).zip(self.node.directory.app_of_endpoint(endpoint_id));
        let Some((circuit, app)) = known else { return Ok((None, Some(now))) };
        if !circuit.may_be_probed(app.revision, now) {
            return Ok((None, Some(circuit.next_probe_at)));
        }
        // Before the right to probe is taken: it would be lost if what was in flight before still holds all permits.
        let seats = app.endpoint(endpoint_id).map(|endpoint| self.pacing.for_store(&app, endpoint));
        let Some(permit @ Seat::Permit(_)) = seats.and_then(|seats| seats.take()) else { return Ok((None, None)) };
        let probed = circuit.probed(app.revision, self.node.retry_scale_thousandths, now);
        let next_probe_at = Some(probed.next_probe_at);
        if !self.node.store.take_probe(&circuit, probed.clone()).await? {
            return Ok((None, None));
        }
        self.node.circuits.stored(probed);
        let wanted = vec![Wanted { endpoint_id: endpoint_id.to_owned(), at_most: 1 }];
        let mut permit = Some(permit);
        let claimed = self.node.store.claim(node.to_string(), wanted, now, claim_token, move |_| permit.take()).await?;
        Ok((claimed.into_iter().next(), next_probe_at))
    }
}
