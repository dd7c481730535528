//! Test callbacks: real callbacks that mean nothing.
//!
//! A test is sent at once, past every queue and pause, and leaves no trace but its delivery. It has a small bound of its
//! own, which a caller that hangs up does not free.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use super::job::Job;
use super::pacing::Pacing;
use super::preview::{Previews, Wanted};
use super::sender::Sender;
use super::stored_test::{StoredTest, TestOptions, whole_reversal};
use crate::clock;
use crate::dispatch::node::Node;
use crate::dispatch::node::routing::Readiness;
use crate::domain::app::{App, Endpoint};
use crate::domain::completion::Completion;
use crate::domain::dialect::callback::CallbackEvent;
use crate::domain::dialect::naming::draft_named;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::requirements::check_report;
use crate::domain::egress::Route;
use crate::domain::invalid::Invalid;
use crate::domain::new_delivery::{NewDelivery, Start};
use crate::random::{self, claim_token};
use crate::store::{Hint, Store, StoreError};

/// Beyond an endpoint's own time-out: for a second exchange during an overlap, and for settling.
const GRACE: Duration = Duration::from_secs(2);

/// Pause between two looks at a test that another node sends.
const LOOK: Duration = Duration::from_millis(100);

/// Sends tests.
#[derive(Clone, Debug)]
pub struct TestCallbacks {
    /// By whose configuration.
    pub node: Arc<Node>,
    /// Sends them.
    pub sender: Arc<Sender>,
    /// Where their permits come from.
    pub pacing: Arc<Pacing>,
    /// Composes them once before they are stored.
    pub previews: Previews,
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

impl TestCallbacks {
    /// Sends a test to an endpoint of the app, the first one where none is named, and waits for its outcome as long as the
    /// endpoint's time-out allows. The turn that the caller took for it, where it needs one, is given back when it has been sent,
    /// whoever still waits for it.
    pub async fn send(
        &self,
        app: &Arc<App>,
        endpoint_id: Option<&str>,
        completion: Completion,
        options: TestOptions,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Result<Tested, StoreError> {
        let event = if options.reversal { whole_reversal(&completion) } else { CallbackEvent::Completed };
        let checked = self.check(app, endpoint_id, &completion, &event, &options);
        let (endpoint, recipe) = match checked {
            Ok(checked) => checked,
            Err(invalid) => return Ok(Tested::Refused(invalid)),
        };
        let (node, sender) = (Arc::clone(&self.node), Arc::clone(&self.sender));
        let (token, delivery_id) = (claim_token(), random::new_id("dlv"));
        let state = node.routing().route_state(&node.route(app, options.egress_ip_id.as_deref()));
        let here = if state == Readiness::Ready { node.cluster.lease.node() } else { None };
        let start = here.clone().map_or(Start::Pending, |node| Start::Claimed { node, token: token.clone() });
        let (id, endpoint_id) = (delivery_id.clone(), endpoint.id.clone());
        let recipe_id = options.draft.as_ref().map_or_else(|| recipe.id(), |draft| draft_named(&draft.name));
        let new = NewDelivery { id, endpoint_id, recipe: recipe_id, start };
        let stored = StoredTest { completion: completion.clone(), options: options.clone() };
        let stored = serde_json::to_string(&stored).expect("a completion is always JSON");
        let permit = match here {
            Some(_) => self.pacing.permit_for_test(app, endpoint),
            None => self.pacing.permit_to_watch_test(app, endpoint),
        };
        let Some(permit) = permit else { return Ok(Tested::TooMany) };
        let (watched, patience) =
            (delivery_id.clone(), endpoint.config.settings.timeout().unwrap_or(recipe.timeout()) + GRACE);
        // Stored and sent in a task of its own: the caller may go away, the claim must be settled all the same. It keeps
        // the permit for as long as a caller could wait, so that whoever hangs up gains nothing.
        let ended = self.node.tasks.start(async move {
            let _turn = turn;
            let delivery = node.store.record_test(completion.clone(), new, stored).await?;
            match here {
                Some(claimant) => {
                    let (completion, test) = (completion.into(), Some(options));
                    let claim = node.cluster.claims.work_on(claimant, &token);
                    let job = Job { delivery, completion, event, test, draft: None, claim };
                    sender.deliver_test(job, permit).await;
                    Ok(true)
                }
                None => {
                    let sent = tokio::time::timeout(patience, sent_elsewhere(&node.store, watched)).await;
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
        endpoint_id: Option<&str>,
        completion: &Completion,
        event: &CallbackEvent,
        options: &TestOptions,
    ) -> Result<(&'a Endpoint, Arc<Recipe>), Invalid> {
        let endpoint = match endpoint_id {
            Some(id) => app.endpoint(id).ok_or_else(|| Invalid::field("endpointId", "the app has no such endpoint"))?,
            None => app.first_endpoint().ok_or_else(|| Invalid::field("appId", "the app has no endpoint"))?,
        };
        if let Some(id) = &options.secret_id
            && !endpoint.secrets.iter().any(|secret| secret.id == *id)
        {
            return Err(Invalid::field("secretId", "the app has no such secret"));
        }
        if let Some(id) = &options.egress_ip_id
            && !self.node.directory.egress_ips().contains_key(id)
        {
            return Err(Invalid::field("egressIpId", "there is no such egress IP"));
        }
        let chosen = options.egress_ip_id.as_deref();
        let route = self.node.route(app, chosen);
        if self.node.routing().route_state(&route) == Readiness::NoEgress {
            return Err(no_egress(&route, chosen.is_some()));
        }
        let recipe = match &options.draft {
            Some(draft) => draft.recipe().ok_or_else(|| Invalid::field("recipe", "cannot be read"))?,
            None => self.previews.recipe(endpoint, None)?,
        };
        check_report(&recipe, &endpoint.config, completion)?;
        let wanted = Wanted {
            endpoint,
            completion,
            event,
            delivery: None,
            attempted_at: None,
            secret_id: options.secret_id.as_deref(),
            is_test: true,
            recipe: Some(&recipe),
        };
        let request = self.previews.compose(&wanted)?;
        if options.tamper && request.signature.is_none() {
            return Err(Invalid::field("tamper", "changes the signature, and this callback has none"));
        }
        Ok((endpoint, recipe))
    }
}

/// Why nothing can leave by this route: of the field, if it named the egress IP, else of the app, which has it.
fn no_egress(route: &Route, is_chosen: bool) -> Invalid {
    let nothing = "nothing can be sent from it now";
    let message = match route {
        Route::Egress(egress_ip) if is_chosen => {
            format!("No live node holds the egress IP {}: {nothing}", egress_ip.address)
        }
        Route::Egress(egress_ip) => format!("No live node holds the app's egress IP {}: {nothing}", egress_ip.address),
        Route::Removed => "The app's egress IP was taken away: it needs another one".to_owned(),
        Route::Host => "No live node sends callbacks".to_owned(),
    };
    Invalid::field(if is_chosen { "egressIpId" } else { "appId" }, message)
}

/// Waits until a node that can send the test has done so. Whoever waits for a person's test may ask the store that often.
async fn sent_elsewhere(store: &Store, delivery_id: String) -> Result<(), StoreError> {
    store.hint(Hint::Work);
    loop {
        let found = store.delivery(delivery_id.clone()).await?;
        if found.is_none_or(|(delivery, _)| delivery.status.is_ended()) {
            return Ok(());
        }
        clock::pause(LOOK).await;
    }
}
