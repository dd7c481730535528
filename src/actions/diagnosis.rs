//! Diagnosis: why a callback did not verify at its receiver, from whatever was pasted of it.
//!
//! Nothing that is given is kept or logged. The search keeps a processor busy, so it goes on apart from whoever answers calls,
//! and `diagnoses` says how many at a time.

use std::sync::Arc;

use super::Actions;
use super::access::endpoint;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::dispatch::sending::job::{StoredTest, delivery_of_event};
use crate::dispatch::sending::preview::Wanted;
use crate::domain::app::{App, Endpoint, Secret};
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::dialect::diagnose::{Case, Code, Diagnosis, NamedIds, Sent, looked_for, named_ids, told_at};
use crate::domain::dialect::received::Received;
use crate::domain::ids;
use crate::domain::pasted;
use crate::domain::secret::{SecretState, SecretText};
use crate::store::StoreError;
use crate::store::lookups::{DeliveryCriteria, Scope};
use crate::store::page::Page;

/// So many deliveries of a transaction are looked at: its completion's and its reversals'.
const MOST_DELIVERIES: usize = 8;

/// What somebody has of a received callback.
#[derive(Clone)]
pub enum Given {
    /// As it was copied.
    Pasted(String),
    /// Taken apart.
    Received(Received),
}

/// What is to be said of a received callback.
#[derive(Clone, Debug)]
pub struct Diagnosed {
    /// The finding.
    pub diagnosis: Diagnosis,
    /// The secret that it is signed with.
    pub secret: Option<(String, SecretState)>,
    /// The delivery that it belongs to, and which of its attempts it is.
    pub delivery: Option<(String, Option<u32>)>,
}

/// What was sent, with the delivery and the attempt of it.
struct Known {
    delivery: Delivery,
    attempt: Option<Attempt>,
    sent: Option<Sent>,
}

impl Actions {
    /// Says of a callback that was received whether it verifies at an endpoint of the app, the first one where none is named,
    /// and if not why.
    pub async fn diagnose(
        &self,
        caller: &Caller,
        app: &App,
        endpoint_id: Option<&str>,
        given: Given,
    ) -> Result<Diagnosed, Refusal> {
        let endpoint = endpoint(app, endpoint_id)?;
        let recipe = Arc::clone(self.dispatcher.previews.recipe(endpoint, None)?);
        let unreadable =
            || Refusal::field("pasted", format!("No signature was found in this. {}", looked_for(&recipe)));
        let is_pasted = matches!(given, Given::Pasted(_));
        let received = match given {
            Given::Pasted(text) => {
                within_bounds("pasted", &text)?;
                pasted::read(&text).ok_or_else(unreadable)?.received(&recipe, &endpoint.config)
            }
            Given::Received(received) => {
                within_bounds("url", &received.url)?;
                within_bounds("body", received.body.as_deref().unwrap_or_default())?;
                headers_within_bounds(&received)?;
                pasted::of(received).received(&recipe, &endpoint.config)
            }
        };
        let under_way = self.diagnoses.begin(caller)?;
        let named = named_ids(&recipe, &endpoint.config, &received);
        let known = self.what_was_sent(app, endpoint, &received, &named).await?;
        let (recipe, received_at) = match &known {
            Some(known) => {
                let recipe = self.dispatcher.previews.recipe(endpoint, Some(&known.delivery))?;
                (Arc::clone(recipe), known.attempt.as_ref().map(|attempt| attempt.started_at))
            }
            None => (Arc::clone(&recipe), Some(self.node.now())),
        };
        let (sent, delivery) =
            known.map(|known| (known.sent, (known.delivery.id, known.attempt.map(|of| of.number)))).unzip();
        let (sent, keys, config) = (sent.flatten(), keys(endpoint), endpoint.config.clone());
        let work = move || {
            let case = Case {
                recipe: &recipe,
                config: &config,
                received: &received,
                keys: &keys,
                sent: sent.as_ref(),
                received_at,
            };
            let diagnosis = case.diagnosis();
            drop(under_way);
            diagnosis
        };
        let mut diagnosis = self.node.tasks.compute(work).await.map_err(|_| StoreError::Closed)?;
        if is_pasted && diagnosis.code == Code::NoSignature {
            return Err(unreadable());
        }
        let of_key = |id: &String| endpoint.secrets.iter().find(|secret| secret.id == *id);
        let secret = diagnosis.key.as_ref().and_then(of_key).map(|secret| (secret.id.clone(), secret.state));
        if let Some((_, state)) = secret.as_ref().filter(|_| diagnosis.code == Code::Verifies)
            && let Some((finding, advice)) = with_a_secret(*state)
        {
            (diagnosis.finding, diagnosis.advice) = (finding.to_owned(), advice.to_owned());
        }
        Ok(Diagnosed { diagnosis, secret, delivery })
    }

    /// What was sent to this endpoint under the ids that a callback names.
    async fn what_was_sent(
        &self,
        app: &App,
        endpoint: &Endpoint,
        received: &Received,
        named: &NamedIds,
    ) -> Result<Option<Known>, Refusal> {
        let mut found: Option<(Delivery, Vec<Attempt>)> = None;
        for id in self.delivery_ids(app, named).await? {
            let own = self.node.store.delivery(id).await?;
            let Some(own) = own.filter(|(own, _)| own.app_id == app.id && own.endpoint_id == endpoint.id) else {
                continue;
            };
            if own.1.iter().any(|attempt| is_signed_so(attempt, named)) {
                found = Some(own);
                break;
            }
            found = found.or(Some(own));
        }
        let Some((delivery, attempts)) = found else { return Ok(None) };
        let signed_so = attempts.iter().rfind(|attempt| is_signed_so(attempt, named));
        let attempt = signed_so.or(attempts.last()).cloned();
        let sent = self.sent(endpoint, received, &delivery, attempt.as_ref()).await?;
        Ok(Some(Known { delivery, attempt, sent }))
    }

    /// The deliveries that are named, by event or by transaction.
    async fn delivery_ids(&self, app: &App, named: &NamedIds) -> Result<Vec<String>, Refusal> {
        let of_event = named.event.as_deref().and_then(delivery_of_event).filter(|id| ids::is_id(id));
        let mut ids: Vec<String> = of_event.into_iter().collect();
        for transaction_id in &named.transactions {
            // PostgreSQL's texts hold no NUL, and no transaction id is longer.
            if transaction_id.len() > LONGEST_TRANSACTION || transaction_id.contains('\0') {
                continue;
            }
            let criteria = DeliveryCriteria {
                scope: Scope { app_ids: Some(vec![app.id.clone()]), ..Scope::default() },
                transaction_id: Some(transaction_id.clone()),
                ..DeliveryCriteria::default()
            };
            let page = Page { limit: MOST_DELIVERIES, before: None };
            ids.extend(self.node.store.deliveries(criteria, page).await?.items.into_iter().map(|delivery| delivery.id));
        }
        ids.dedup();
        ids.truncate(MOST_DELIVERIES);
        Ok(ids)
    }

    /// The request of an attempt, composed again; nothing if that cannot be done any more.
    async fn sent(
        &self,
        endpoint: &Endpoint,
        received: &Received,
        delivery: &Delivery,
        attempt: Option<&Attempt>,
    ) -> Result<Option<Sent>, Refusal> {
        let Some((completion, event)) = self.dispatcher.previews.told_by(delivery).await? else { return Ok(None) };
        let recipe = self.dispatcher.previews.recipe(endpoint, Some(delivery))?;
        let secret_id = attempt.and_then(|attempt| attempt.secret_id.as_deref());
        let wanted = Wanted {
            endpoint,
            completion: &completion,
            event: &event,
            delivery: Some(delivery),
            // The instant that is told is not quite the one at which the attempt began.
            attempted_at: told_at(recipe, &endpoint.config, received).or(attempt.map(|attempt| attempt.started_at)),
            secret_id: secret_id.filter(|id| endpoint.secrets.iter().any(|secret| secret.id == *id)),
            is_test: delivery.kind == DeliveryKind::Test,
        };
        let Ok(request) = self.dispatcher.previews.compose(&wanted) else { return Ok(None) };
        let test: Option<StoredTest> = delivery.test.as_deref().and_then(|test| serde_json::from_str(test).ok());
        let signature_start = attempt.and_then(|attempt| attempt.signature_start.clone());
        Ok(Some(Sent { request, signature_start, is_wrong: test.is_some_and(|test| test.options.tamper) }))
    }
}

/// Longest transaction id of ours, with what marks a reversal's.
const LONGEST_TRANSACTION: usize = 160;

fn is_signed_so(attempt: &Attempt, named: &NamedIds) -> bool {
    attempt.signature_start.is_some() && attempt.signature_start == named.signature_start
}

/// What is to be said where it verifies, but not with the secret that signs by now.
fn with_a_secret(state: SecretState) -> Option<(&'static str, &'static str)> {
    match state {
        SecretState::Active => None,
        SecretState::Retired => Some((
            "It verifies, with a secret that is retired by now.",
            "Your server probably checks with the new secret alone. While secrets change, have it accept either; a further \
             attempt is signed with the active one.",
        )),
        SecretState::Next => Some((
            "It verifies, with a secret that is not active yet.",
            "It is a test of that secret. Have your server accept either, then make the new one active.",
        )),
    }
}

fn within_bounds(field: &str, text: &str) -> Result<(), Refusal> {
    check_length(field, text.len())
}

/// All headers together, because each reading of a callback holds them.
fn headers_within_bounds(received: &Received) -> Result<(), Refusal> {
    check_length("headers", received.headers.iter().map(|(name, value)| name.len() + value.len()).sum())
}

fn check_length(field: &str, length: usize) -> Result<(), Refusal> {
    let longest = pasted::LONGEST;
    if length <= longest {
        return Ok(());
    }
    Err(Refusal::field(field, format!("has {length} bytes; at most {longest} are read")))
}

/// All secrets of an endpoint, the likeliest first.
fn keys(endpoint: &Endpoint) -> Vec<(String, SecretText)> {
    let rank = |secret: &&Secret| match secret.state {
        SecretState::Active => 0,
        SecretState::Next => 1,
        SecretState::Retired => 2,
    };
    let mut secrets: Vec<&Secret> = endpoint.secrets.iter().rev().collect();
    secrets.sort_by_key(rank);
    secrets.into_iter().map(|secret| (secret.id.clone(), secret.text.clone())).collect()
}
