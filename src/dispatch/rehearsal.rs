//! Rehearsals: what a callback would look like (a preview), and a real callback that means nothing (a test).
//!
//! A preview sends nothing. A test is sent at once, past every queue and pause, and leaves no trace but its delivery.

use std::sync::Arc;
use std::time::Duration;

use super::job::{Job, StoredTest, TestOptions, event_id, whole_reversal};
use super::pacing::Pacing;
use super::readiness::Readiness;
use super::worker::Worker;
use crate::domain::app::{App, Endpoint};
use crate::domain::completion::Completion;
use crate::domain::delivery::WaitingFor;
use crate::domain::dialect::callback::{Callback, CallbackEvent, CallbackRequest};
use crate::domain::dialect::compose::{ComposeError, compose};
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::requirements::check_report;
use crate::domain::invalid::Invalid;
use crate::random;
use crate::store::deliveries::Delivery;
use crate::store::queue::{NewDelivery, Start};
use crate::store::{Hint, Store, StoreError};

/// Beyond an endpoint's own time-out: for a second exchange during an overlap, and for settling.
const GRACE: Duration = Duration::from_secs(2);

/// Pause between two looks at a test that another node sends.
const LOOK: Duration = Duration::from_millis(100);

/// Makes previews and tests.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// Whose sender and clock these are.
    pub worker: Arc<Worker>,
    /// Where a test's permit comes from.
    pub pacing: Arc<Pacing>,
}

/// What a callback is composed for.
#[derive(Clone, Copy)]
enum Purpose<'a> {
    /// To be looked at; as this delivery would send it.
    Preview(Option<&'a Delivery>),
    /// To be sent as a test.
    Test,
}

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tested {
    /// It was sent, and its delivery has ended.
    Done {
        /// The delivery.
        delivery_id: String,
    },
    /// It is still being sent.
    UnderWay {
        /// The delivery.
        delivery_id: String,
    },
    /// It cannot be sent as things are.
    Refused(Invalid),
    /// As many tests as may be are being sent already, to this endpoint or in all.
    TooMany,
}

impl Rehearsal {
    /// The request that would tell an endpoint of a completion now, signed with its active secret; under the id, recipe
    /// and time of its delivery, where there is one.
    pub fn preview(
        &self,
        app: &App,
        completion: &Completion,
        delivery: Option<&Delivery>,
    ) -> Result<CallbackRequest, Invalid> {
        let endpoint = app.first_endpoint().ok_or_else(|| Invalid::field("appId", "the app has no endpoint"))?;
        let options = TestOptions::default();
        self.compose(endpoint, completion, &CallbackEvent::Completed, &options, Purpose::Preview(delivery))
    }

    /// Sends a test and waits for its outcome as long as the endpoint's time-out allows.
    pub async fn test(
        &self,
        app: &Arc<App>,
        completion: Completion,
        options: TestOptions,
    ) -> Result<Tested, StoreError> {
        let event = if options.reversal { whole_reversal(&completion) } else { CallbackEvent::Completed };
        let checked = self.check(app, &completion, &event, &options);
        let (endpoint, recipe) = match checked {
            Ok(checked) => checked,
            Err(invalid) => return Ok(Tested::Refused(invalid)),
        };
        let sender = Arc::clone(&self.worker.sender);
        let (token, delivery_id) = (random::claim_token(), random::new_id("dlv"));
        let way_out = sender.outlook().way_out(&sender.route(app, options.egress_ip_id.as_deref()));
        let here = if way_out == Readiness::Ready { sender.cluster.lease.node() } else { None };
        let start = here.clone().map_or(Start::Pending, |node| Start::Claimed { node, token: token.clone() });
        let (id, endpoint_id) = (delivery_id.clone(), endpoint.id.clone());
        let new = NewDelivery { id, endpoint_id, recipe: recipe.id(), start };
        let stored = StoredTest { completion: completion.clone(), options: options.clone() };
        let stored = serde_json::to_string(&stored).expect("a completion is always JSON");
        let Some(permit) = self.pacing.permit_for_test(&endpoint.id) else { return Ok(Tested::TooMany) };
        let (watched, patience) = (delivery_id.clone(), endpoint.timeout.unwrap_or(recipe.timeout()) + GRACE);
        // Stored and sent in a task of its own: the caller may go away, the claim must be settled all the same. It keeps
        // the permit for as long as a caller could wait, so that whoever hangs up gains nothing.
        let ended = self.worker.start(async move {
            let delivery = sender.store.record_test(completion.clone(), new, stored).await?;
            match here {
                Some(node) => {
                    let job = Job { delivery, completion, event, test: Some(options), node, token };
                    sender.deliver(job, permit).await;
                    Ok(true)
                }
                None => {
                    let sent = tokio::time::timeout(patience, sent_elsewhere(&sender.store, watched)).await;
                    drop(permit);
                    sent.map_or(Ok(false), |sent| sent.map(|()| true))
                }
            }
        });
        let has_ended = match tokio::time::timeout(patience, ended).await {
            Ok(ended) => ended.map_err(|_| StoreError::Closed)??,
            Err(_) => false,
        };
        Ok(if has_ended { Tested::Done { delivery_id } } else { Tested::UnderWay { delivery_id } })
    }

    /// Everything that a test needs, said before anything is stored: the endpoint and its recipe.
    fn check<'a>(
        &self,
        app: &'a App,
        completion: &Completion,
        event: &CallbackEvent,
        options: &TestOptions,
    ) -> Result<(&'a Endpoint, Arc<Recipe>), Invalid> {
        let sender = &self.worker.sender;
        let endpoint = app.first_endpoint().ok_or_else(|| Invalid::field("appId", "the app has no endpoint"))?;
        if let Some(id) = &options.secret_id
            && !endpoint.secrets.iter().any(|secret| secret.id == *id)
        {
            return Err(Invalid::field("secretId", "the app has no such secret"));
        }
        if let Some(id) = &options.egress_ip_id
            && !sender.directory.egress_ips().contains_key(id)
        {
            return Err(Invalid::field("egressIpId", "there is no such egress IP"));
        }
        let route = sender.route(app, options.egress_ip_id.as_deref());
        if sender.outlook().way_out(&route) == Readiness::NoEgress {
            let message = format!("no live node holds the egress IP ({})", WaitingFor::EgressIp.as_str());
            return Err(Invalid::field("egressIpId", message));
        }
        let recipe = sender.catalog.get(&endpoint.dialect);
        let recipe = recipe.ok_or_else(|| Invalid::field("dialect", "this version does not know the dialect"))?;
        check_report(recipe, &endpoint.config, completion)?;
        self.compose(endpoint, completion, event, options, Purpose::Test)?;
        Ok((endpoint, Arc::clone(recipe)))
    }

    fn compose(
        &self,
        endpoint: &Endpoint,
        completion: &Completion,
        event: &CallbackEvent,
        options: &TestOptions,
        purpose: Purpose<'_>,
    ) -> Result<CallbackRequest, Invalid> {
        let sender = &self.worker.sender;
        let delivery = if let Purpose::Preview(delivery) = purpose { delivery } else { None };
        let pinned = delivery.and_then(|delivery| sender.catalog.get_version(&delivery.recipe));
        let recipe = pinned.or_else(|| sender.catalog.get(&endpoint.dialect));
        let recipe = recipe.ok_or_else(|| Invalid::field("dialect", "this version does not know the dialect"))?;
        let key = match &options.secret_id {
            Some(id) => endpoint.secrets.iter().find(|secret| secret.id == *id),
            None => endpoint.active_secret(),
        };
        let now = sender.clock.now();
        let callback = Callback {
            event_id: &event_id(&delivery.map_or_else(|| random::new_id("dlv"), |delivery| delivery.id.clone())),
            completion,
            event,
            attempted_at: now,
            created_at: delivery.map_or(now, |delivery| delivery.created_at),
            is_test: matches!(purpose, Purpose::Test),
        };
        compose(recipe, &endpoint.config, &callback, key.map(|key| &key.text)).map_err(|error| match error {
            ComposeError::NoCallbackUrl => Invalid::field("callbackUrl", "set a callback URL first"),
            ComposeError::NoReversalUrl => Invalid::field("reversalUrl", "set a reversal URL first"),
            ComposeError::NoSecret => Invalid::field("secret", "the dialect needs a secret; create one first"),
            ComposeError::Invalid(invalid) => invalid,
            other => Invalid::field("callbackUrl", other.to_string()),
        })
    }
}

/// Waits until a node that can send the test has done so. Whoever waits for a person's test may ask the store that often.
async fn sent_elsewhere(store: &Store, delivery_id: String) -> Result<(), StoreError> {
    store.hint(Hint::Work);
    loop {
        let found = store.delivery(delivery_id.clone()).await?;
        if found.is_none_or(|(delivery, _)| delivery.status.is_ended()) {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
}
