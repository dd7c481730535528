//! A sample: one completion that nobody has, and its reversal, as a dialect would send them to an endpoint, with the value of every
//! placeholder. It is signed with a secret that is nobody's, so that all of it may be shown.
//!
//! It is the same whenever it is asked for: whoever writes a receiver compares it byte for byte.

use std::sync::Arc;

use super::callback::{Callback, CallbackConfig, CallbackEvent, CallbackRequest};
use super::compose::{ComposeError, compose};
use super::draft_text::DraftText;
use super::marked::{Marked, marked};
use super::received::Received;
use super::recipe::{Recipe, SecretNeed};
use super::sample_report::{self, REVERSED_AT};
use super::values::Values;
use super::written_value::AttemptFacts;
use crate::domain::completion::Completion;
use crate::domain::secret::SecretText;
use crate::domain::taken_back::TakenBack;
use crate::domain::time::Timestamp;

/// The id of the event, as long as a real one.
const EVENT: &str = "evt_5d41402abc4b2a76b9719d911017c592";
/// Milliseconds until each is told.
const LATER: i64 = 60_000;
/// A completion and its reversal as a dialect sends them.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The completion.
    pub completion: Told,
    /// The same taken back as a whole, or why that is not told.
    pub reversal: Result<Told, ComposeError>,
    /// What each placeholder stands for, in the recipe's order.
    pub values: Vec<Example>,
    /// The secret that it is signed with, where the dialect has one.
    pub secret: Option<String>,
}

/// One callback.
#[derive(Clone, Debug)]
pub struct Told {
    /// The request.
    pub request: CallbackRequest,
    /// Its URL or body in parts.
    pub parts: Vec<Marked>,
}

/// What a placeholder stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The placeholder.
    pub name: String,
    /// Its value on a completion; nothing where it has none.
    pub completed: Option<String>,
    /// Its value on the reversal.
    pub reversed: Option<String>,
}

/// The sample for an endpoint.
pub fn sample(recipe: &Arc<Recipe>, config: &CallbackConfig) -> Result<Sample, ComposeError> {
    let secret = sample_report::secret(recipe);
    let completion = completion(recipe);
    let taken_back = CallbackEvent::Reversed(TakenBack::whole(&completion, Some("chargeback"), REVERSED_AT));
    Ok(Sample {
        completion: told(recipe, config, &completion, &CallbackEvent::Completed, &secret)?,
        reversal: told(recipe, config, &completion, &taken_back, &secret),
        values: examples(recipe, config, &completion, &taken_back, &secret),
        secret: (recipe.secret() != SecretNeed::None).then(|| secret.expose().to_owned()),
    })
}

/// That of all samples, with a name that has to be encoded.
fn completion(recipe: &Recipe) -> Completion {
    Completion {
        event_type: "sale".to_owned(),
        offer_name: Some("Gems & Gold (iOS)".to_owned()),
        ..sample_report::completion(recipe)
    }
}

fn told(
    recipe: &Arc<Recipe>,
    config: &CallbackConfig,
    completion: &Completion,
    event: &CallbackEvent,
    secret: &SecretText,
) -> Result<Told, ComposeError> {
    let keys: &[&SecretText] = if recipe.secret() == SecretNeed::None { &[] } else { &[secret] };
    let request = compose(recipe, config, &callback(completion, event), keys)?;
    let sent = Received { url: request.url.clone(), body: request.body.clone(), ..Received::default() };
    let parts = marked(recipe, config, &sent, request.signature.is_some());
    Ok(Told { request, parts })
}

fn callback<'a>(completion: &'a Completion, event: &'a CallbackEvent) -> Callback<'a> {
    let told_of = match event {
        CallbackEvent::Completed => completion.occurred_at,
        CallbackEvent::Reversed(taken) => taken.occurred_at,
    };
    let created_at = Timestamp::from_millis(told_of.as_millis() + LATER);
    Callback { event_id: EVENT, completion, event, attempted_at: created_at, created_at, is_test: false }
}

fn examples(
    recipe: &Arc<Recipe>,
    config: &CallbackConfig,
    completion: &Completion,
    taken_back: &CallbackEvent,
    secret: &SecretText,
) -> Vec<Example> {
    let value = |name: &str, event: &CallbackEvent| {
        let callback = callback(completion, event);
        let message = callback.message();
        let values = Values { recipe, config, message: &message };
        let attempted_at = callback.attempted_at;
        let facts = AttemptFacts { event_id: EVENT, attempted_at, secret: secret.expose(), signature: "" };
        values.named(name).map(|value| DraftText::of(&value).fill(facts).into_owned())
    };
    let example = |name: &str| Example {
        name: name.to_owned(),
        completed: value(name, &CallbackEvent::Completed),
        reversed: recipe.reversal().and_then(|_| value(name, taken_back)),
    };
    recipe.placeholders().iter().map(|placeholder| example(placeholder.name())).collect()
}

#[cfg(test)]
mod tests;
