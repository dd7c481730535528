//! Expiry: what was held, or waited for a receiver that is down, for too long ends, and so do tests that no node could send.
//!
//! It ends for good, so nothing does while the clock cannot be believed.

use std::sync::Arc;
use std::time::Duration;

use super::clock_guard::ClockGuard;
use crate::dispatch::node::Node;
use crate::dispatch::node::routing::Readiness;
use crate::dispatch::routine::Pause;
use crate::domain::app::Endpoint;
use crate::domain::dialect::callback_url::UrlUse;
use crate::domain::refusal_run::WITHIN;
use crate::store::StoreError;

/// How often it is looked for what was held too long.
pub const EVERY: Duration = Duration::from_secs(10);
/// How long a test may wait for a node that can send it: longer than anybody waits for its answer.
const TEST_WAITS: Duration = Duration::from_secs(120);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Ends what waited for too long.
#[derive(Debug)]
pub struct Expiry {
    node: Arc<Node>,
    guard: Arc<ClockGuard>,
}

impl Expiry {
    /// By the clock of this node.
    pub fn new(node: Arc<Node>, guard: Arc<ClockGuard>) -> Self {
        Self { node, guard }
    }

    /// One step of each endpoint's.
    pub(in crate::dispatch) async fn step(&self) -> Result<Pause, StoreError> {
        if !self.guard.may_end().await? {
            return Ok(Pause::Usual);
        }
        let (store, now) = (&self.node.store, self.node.now());
        let mut ended = 0;
        for held in store.held_endpoints().await? {
            let Some(app) = self.node.directory.app_of_endpoint(&held.endpoint_id) else { continue };
            let since = now.minus(DAY * app.settings.max_held_days);
            let expired = store.expire_held(held.endpoint_id, since, now).await?;
            self.node.rollups.expired(&app.id, expired, now);
            ended += expired;
        }
        for circuit in self.node.circuits.all() {
            match self.node.directory.app_of_endpoint(&circuit.endpoint_id) {
                Some(app) => {
                    let since = now.minus(DAY * app.settings.max_held_days);
                    // What waits for an egress IP never ends, and what waited for one before did not wait for its receiver.
                    let waits_for_it = self.node.readiness(&circuit.endpoint_id) != Some(Readiness::NoEgress);
                    if waits_for_it && circuit.opened_at <= since {
                        let expired = store.expire_waiting(circuit.endpoint_id, since, now).await?;
                        self.node.rollups.expired(&app.id, expired, now);
                        ended += expired;
                    }
                }
                // The endpoint is no more, so nothing will ever close its circuit.
                None => store.close_circuit(circuit.endpoint_id).await?,
            }
        }
        store.forget_refusals(now.minus(WITHIN)).await?;
        for endpoint_id in self.node.refusal_runs.endpoints() {
            let app = self.node.directory.app_of_endpoint(&endpoint_id);
            let endpoint = app.as_ref().and_then(|app| app.endpoints.iter().find(|one| one.id == endpoint_id));
            for url_use in UrlUse::ALL {
                // Where nothing is called any more, nothing will ever be acknowledged.
                if endpoint.is_none_or(|endpoint| !self.is_called(endpoint, *url_use)) {
                    store.end_refusals(endpoint_id.clone(), *url_use).await?;
                }
            }
        }
        store.expire_tests(now.minus(TEST_WAITS), now).await?;
        Ok(if ended > 0 { Pause::None } else { Pause::Usual })
    }

    /// Whether an endpoint has such a URL, as far as this node knows its dialect.
    fn is_called(&self, endpoint: &Endpoint, url_use: UrlUse) -> bool {
        let settings = &endpoint.config.settings;
        let takes_it = || self.node.catalog().get(&settings.dialect).is_none_or(|recipe| recipe.takes_reversal_url());
        url_use == UrlUse::Callback || (settings.reversal_url.is_some() && takes_it())
    }
}
