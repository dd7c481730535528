//! Previews: what a callback would look like, composed as it would be sent now. Nothing is sent.

use std::sync::Arc;

use super::job::{TestOptions, event_id};
use crate::dispatch::node::Node;
use crate::domain::app::{App, Endpoint};
use crate::domain::completion::Completion;
use crate::domain::delivery::Delivery;
use crate::domain::dialect::callback::{Callback, CallbackEvent, CallbackRequest};
use crate::domain::dialect::compose::{ComposeError, compose};
use crate::domain::dialect::marked::{Marked, marked};
use crate::domain::dialect::received::Received;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::invalid::Invalid;
use crate::domain::secret::SecretText;
use crate::random;

/// Makes previews.
#[derive(Clone, Debug)]
pub struct Previews {
    node: Arc<Node>,
}

/// What a callback is composed for.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'a> {
    /// To be looked at; as this delivery would send it.
    Preview(Option<&'a Delivery>),
    /// To be sent as a test.
    Test,
}

impl Previews {
    /// By what this node knows.
    pub fn new(node: Arc<Node>) -> Self {
        Self { node }
    }

    /// The request that would tell an endpoint of a completion now, signed with its active secret; under the id, recipe
    /// and time of its delivery, where there is one; and its parts.
    pub fn preview(
        &self,
        app: &App,
        completion: &Completion,
        delivery: Option<&Delivery>,
    ) -> Result<(CallbackRequest, Vec<Marked>), Invalid> {
        let endpoint = app.first_endpoint().ok_or_else(|| Invalid::field("appId", "the app has no endpoint"))?;
        let options = TestOptions::default();
        let request =
            self.compose(endpoint, completion, &CallbackEvent::Completed, &options, Purpose::Preview(delivery))?;
        let recipe = self.recipe(endpoint, delivery)?;
        let sent = Received { url: request.url.clone(), body: request.body.clone(), ..Received::default() };
        let parts = marked(recipe, &endpoint.config, &sent, request.signature.is_some());
        Ok((request, parts))
    }

    fn recipe(&self, endpoint: &Endpoint, delivery: Option<&Delivery>) -> Result<&Arc<Recipe>, Invalid> {
        let catalog = &self.node.catalog;
        let pinned =
            delivery.and_then(|delivery| catalog.in_force(&delivery.recipe, &endpoint.config.settings.dialect));
        let recipe = pinned.or_else(|| self.node.catalog.get(&endpoint.config.settings.dialect));
        recipe.ok_or_else(|| Invalid::field("dialect", "this version does not know the dialect"))
    }

    /// The request for a purpose, or what the publisher must mend before there can be one.
    pub(super) fn compose(
        &self,
        endpoint: &Endpoint,
        completion: &Completion,
        event: &CallbackEvent,
        options: &TestOptions,
        purpose: Purpose<'_>,
    ) -> Result<CallbackRequest, Invalid> {
        let delivery = if let Purpose::Preview(delivery) = purpose { delivery } else { None };
        let recipe = self.recipe(endpoint, delivery)?;
        let key = match &options.secret_id {
            Some(id) => endpoint.secrets.iter().find(|secret| secret.id == *id),
            None => endpoint.active_secret(),
        };
        let now = self.node.now();
        let callback = Callback {
            event_id: &event_id(&delivery.map_or_else(|| random::new_id("dlv"), |delivery| delivery.id.clone())),
            completion,
            event,
            attempted_at: now,
            created_at: delivery.map_or(now, |delivery| delivery.created_at),
            is_test: matches!(purpose, Purpose::Test),
        };
        let takes_several = recipe.signature().is_some_and(|signature| signature.takes_several());
        let beside = endpoint.overlapping_secret(recipe, now).filter(|_| takes_several && options.secret_id.is_none());
        let keys: Vec<&SecretText> = key.into_iter().chain(beside).map(|key| &key.text).collect();
        compose(recipe, &endpoint.config, &callback, &keys).map_err(|error| match error {
            ComposeError::NoCallbackUrl => Invalid::field("callbackUrl", "set a callback URL first"),
            ComposeError::NoReversalUrl => Invalid::field("reversalUrl", "set a reversal URL first"),
            ComposeError::NoSecret => Invalid::field("secret", "the dialect needs a secret; create one first"),
            ComposeError::Invalid(invalid) => invalid,
            other => Invalid::field("callbackUrl", other.to_string()),
        })
    }
}
