//! Previews: what a callback would look like, composed as it would be sent now. Nothing is sent.

use std::sync::Arc;

use super::job::{event_id, told_as_stored};
use super::stored_test::StoredTest;
use crate::dispatch::node::Node;
use crate::domain::app::{Endpoint, Secret};
use crate::domain::completion::Completion;
use crate::domain::delivery::Delivery;
use crate::domain::dialect::callback::{Callback, CallbackEvent, CallbackRequest, Message};
use crate::domain::dialect::compose::{ComposeError, compose, draft};
use crate::domain::dialect::marked::{Marked, marked};
use crate::domain::dialect::naming::of_draft;
use crate::domain::dialect::received::Received;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::endpoint_rules::check_key;
use crate::domain::invalid::Invalid;
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;
use crate::random;

/// Makes previews.
#[derive(Clone, Debug)]
pub struct Previews {
    pub(super) node: Arc<Node>,
}

/// A callback that is to be composed.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The endpoint that it goes to.
    pub endpoint: &'a Endpoint,
    /// What it tells of.
    pub completion: &'a Completion,
    /// That it is given, or taken back.
    pub event: &'a CallbackEvent,
    /// As this delivery sends it: under its id, recipe and time.
    pub delivery: Option<&'a Delivery>,
    /// As at this instant; else now.
    pub attempted_at: Option<Timestamp>,
    /// Signed with this secret, whatever its state; else with the active one.
    pub secret_id: Option<&'a str>,
    /// Marked as a test.
    pub is_test: bool,
    /// By this recipe, which may be a draft's; else by the one of the delivery or the endpoint.
    pub recipe: Option<&'a Arc<Recipe>>,
}

impl Previews {
    /// By what this node knows.
    pub fn new(node: Arc<Node>) -> Self {
        Self { node }
    }

    /// The request, and its parts.
    pub fn preview(&self, wanted: &Wanted<'_>) -> Result<(CallbackRequest, Vec<Marked>), Invalid> {
        let request = self.compose(wanted)?;
        let recipe = self.wanted_recipe(wanted)?;
        let parts = parts(&recipe, wanted.endpoint, &request);
        Ok((request, parts))
    }

    /// The request without a signature, and its parts: how a callback will look before there is a secret.
    pub fn unsigned(&self, wanted: &Wanted<'_>) -> Result<(CallbackRequest, Vec<Marked>), Invalid> {
        let Wanted { endpoint, completion, event, delivery, attempted_at, is_test, .. } = *wanted;
        let recipe = self.wanted_recipe(wanted)?;
        let now = self.node.now();
        let (id, created_at) = told_as_of(delivery, now);
        let message = Message { completion, event, created_at, is_test };
        let at = attempted_at.unwrap_or(now);
        let drafted = draft(&recipe, &endpoint.config, &message);
        let request = drafted.and_then(|draft| draft.unsigned(&id, at)).map_err(told)?;
        let parts = parts(&recipe, endpoint, &request);
        Ok((request, parts))
    }

    /// The recipe by which a delivery goes to an endpoint; without one the dialect that the endpoint speaks.
    pub fn recipe(&self, endpoint: &Endpoint, delivery: Option<&Delivery>) -> Result<Arc<Recipe>, Invalid> {
        let unknown = || Invalid::field("dialect", "this version does not know the dialect");
        if let Some(test) = delivery.filter(|delivery| of_draft(&delivery.recipe).is_some()) {
            return drafted_for(test).ok_or_else(unknown);
        }
        let (catalog, dialect) = (self.node.catalog(), &endpoint.config.settings.dialect);
        let pinned = delivery.and_then(|delivery| catalog.in_force(&delivery.recipe, dialect));
        pinned.or_else(|| catalog.get(dialect)).cloned().ok_or_else(unknown)
    }

    fn wanted_recipe(&self, wanted: &Wanted<'_>) -> Result<Arc<Recipe>, Invalid> {
        match wanted.recipe {
            Some(recipe) => Ok(Arc::clone(recipe)),
            None => self.recipe(wanted.endpoint, wanted.delivery),
        }
    }

    /// The request, or what the publisher must mend before there can be one.
    pub fn compose(&self, wanted: &Wanted<'_>) -> Result<CallbackRequest, Invalid> {
        let Wanted { endpoint, completion, event, delivery, attempted_at, secret_id, is_test, recipe: _ } = *wanted;
        let recipe = self.wanted_recipe(wanted)?;
        let key = match secret_id {
            Some(id) => Some(chosen(endpoint, &recipe, id)?),
            None => endpoint.active_secret(),
        };
        let now = self.node.now();
        let (event_id, created_at) = told_as_of(delivery, now);
        let callback = Callback {
            event_id: &event_id,
            completion,
            event,
            attempted_at: attempted_at.unwrap_or(now),
            created_at,
            is_test,
        };
        let takes_several = recipe.signature().is_some_and(|signature| signature.takes_several());
        let beside = endpoint.overlapping_secret(&recipe, now).filter(|_| takes_several && secret_id.is_none());
        let keys: Vec<&SecretText> = key.into_iter().chain(beside).map(|key| &key.text).collect();
        compose(&recipe, &endpoint.config, &callback, &keys).map_err(told)
    }
}

/// The recipe that a test was sent by before it was published; it travels with the test.
fn drafted_for(test: &Delivery) -> Option<Arc<Recipe>> {
    let stored: StoredTest = serde_json::from_str(test.test.as_deref()?).ok()?;
    stored.options.draft?.recipe()
}

/// Under which event id a delivery is told, and as of when; without one those of a delivery that might be.
fn told_as_of(delivery: Option<&Delivery>, now: Timestamp) -> (String, Timestamp) {
    delivery.map_or_else(|| (event_id(&random::new_id("dlv")), now), told_as_stored)
}

/// The secret that somebody chose, which has to be a key of the dialect.
fn chosen<'a>(endpoint: &'a Endpoint, recipe: &Recipe, id: &str) -> Result<&'a Secret, Invalid> {
    let found = endpoint.secrets.iter().find(|secret| secret.id == id);
    let secret = found.ok_or_else(|| Invalid::field("secretId", "the app has no such secret"))?;
    check_key(Some(recipe), &secret.text, "secretId").map_err(|Invalid(faults)| {
        let fault = faults.first().map(|fault| fault.message.clone()).unwrap_or_default();
        Invalid::field("secretId", format!("names a secret that is no key of {}: it {fault}", recipe.title()))
    })?;
    Ok(secret)
}

fn parts(recipe: &Recipe, endpoint: &Endpoint, request: &CallbackRequest) -> Vec<Marked> {
    // Where the secret itself travels, its mark stands in the parts as well.
    let url = if request.shows_secret { request.shown_url().to_owned() } else { request.url.clone() };
    let sent = Received { url, body: request.body.clone(), ..Received::default() };
    marked(recipe, &endpoint.config, &sent, request.signature.is_some())
}

/// What the publisher must mend, by the fields of the endpoint.
fn told(error: ComposeError) -> Invalid {
    match error {
        ComposeError::NoCallbackUrl => Invalid::field("callbackUrl", "set a callback URL first"),
        ComposeError::NoReversalUrl => Invalid::field("reversalUrl", "set a reversal URL first"),
        ComposeError::NoSecret => Invalid::field("secret", "the dialect needs a secret; create one first"),
        ComposeError::Invalid(invalid) => invalid,
        other => Invalid::field("callbackUrl", other.to_string()),
    }
}
