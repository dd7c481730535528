//! Diagnosis: why a callback did not verify at its receiver, from whatever was pasted of it.
//!
//! Nothing that is given is kept or logged. The search keeps a processor busy, so it goes on apart from whoever answers calls,
//! and `diagnoses` says how many at a time.

mod sent;

use std::sync::Arc;

use super::Actions;
use super::access::endpoint;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::app::{App, Endpoint, Secret};
use crate::domain::dialect::diagnose::{Case, Code, Diagnosis, looked_for, named_ids};
use crate::domain::dialect::received::Received;
use crate::domain::pasted::{self, Chosen};
use crate::domain::secret::{SecretState, SecretText};
use crate::store::StoreError;

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
        let recipe = self.dispatcher.previews.recipe(endpoint, None)?;
        let unreadable =
            || Refusal::field("pasted", format!("No signature was found in this. {}", looked_for(&recipe)));
        let is_pasted = matches!(given, Given::Pasted(_));
        within_bounds(&given)?;
        let under_way = self.diagnoses.begin(caller)?;
        let (of, config, of_endpoint) = (Arc::clone(&recipe), endpoint.config.clone(), keys(endpoint));
        let read = move || match given {
            Given::Pasted(text) => pasted::read(&text).map(|paste| paste.chosen(&of, &config, &of_endpoint)),
            Given::Received(received) => {
                let received = pasted::of(received).received(&of, &config);
                Some(Ok(Chosen { received, note: None }))
            }
        };
        let (read, under_way) = under_way.through(&self.node.tasks, read).await.ok_or(StoreError::Closed)?;
        let chosen = read.ok_or_else(unreadable)?;
        let chosen = chosen.map_err(|elsewhere| Refusal::field("pasted", elsewhere.to_string()))?;
        let Chosen { received, note: of_paste } = chosen;
        let named = named_ids(&recipe, &endpoint.config, &received);
        let known = self.what_was_sent(app, endpoint, &named).await?;
        let (recipe, received_at) = match &known {
            Some(known) => {
                let recipe = self.dispatcher.previews.recipe(endpoint, Some(&known.delivery))?;
                (recipe, known.sent_at)
            }
            // The instant of pasting is not that of receiving.
            None => (Arc::clone(&recipe), None),
        };
        let (sent, delivery) = known.map(|known| (known.sent, (known.delivery.id, known.attempt))).unzip();
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
            case.diagnosis()
        };
        let (mut diagnosis, _) = under_way.through(&self.node.tasks, work).await.ok_or(StoreError::Closed)?;
        let notes: Vec<String> = diagnosis.note.take().into_iter().chain(of_paste).collect();
        diagnosis.note = (!notes.is_empty()).then(|| notes.join(" "));
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

/// Nothing is read that is longer than a callback can be; all headers count together, because each reading holds them.
fn within_bounds(given: &Given) -> Result<(), Refusal> {
    match given {
        Given::Pasted(text) => check_length("pasted", text.len()),
        Given::Received(received) => {
            check_length("url", received.url.len())?;
            check_length("body", received.body.as_ref().map_or(0, String::len))?;
            check_length("headers", received.headers.iter().map(|(name, value)| name.len() + value.len()).sum())
        }
    }
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
