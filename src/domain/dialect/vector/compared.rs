//! A vector laid beside what the engine composes of it, byte for byte.

use std::sync::Arc;

use serde::Serialize;

use super::Vector;
use crate::domain::dialect::callback::{Callback, CallbackRequest};
use crate::domain::dialect::compose::compose;
use crate::domain::dialect::parts::SECRET;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::secret::SecretText;

/// The event of a vector that does not say which.
const EVENT: &str = "evt_1";

/// What of a vector is not as it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its place in the vector, such as `expect.url` or `expect.headers.X-Signature`.
    pub place: String,
    /// What the vector says.
    pub expected: String,
    /// What the engine made.
    pub composed: String,
}

/// Everything in which a vector differs from what this recipe makes of it.
pub fn differences(recipe: &Arc<Recipe>, vector: &Vector) -> Vec<Difference> {
    let mut compared = Compared { differences: Vec::new() };
    let secret = vector.secret.clone().map(SecretText::known);
    match composed(recipe, vector, secret.as_ref()) {
        None => compared.signature_of_text(recipe, vector, secret.as_ref()),
        Some(Ok(request)) => compared.request(vector, &request),
        Some(Err((place, words))) => {
            compared.signature_of_text(recipe, vector, secret.as_ref());
            compared.push(place, "a request", &words);
        }
    }
    compared.differences
}

/// The request, or what keeps it from being composed; nothing where only a text and its signature are documented.
fn composed(
    recipe: &Arc<Recipe>,
    vector: &Vector,
    secret: Option<&SecretText>,
) -> Option<Result<CallbackRequest, (&'static str, String)>> {
    let completion = vector.completion()?;
    let composed = || {
        let config = vector.config().ok_or_else(|| ("endpoint", "none, since there is no endpoint".to_owned()))?;
        // What a recipe does not tell need not be said.
        let created_at = vector.created_at.unwrap_or(completion.occurred_at);
        let callback = Callback {
            event_id: vector.event_id.as_deref().unwrap_or(EVENT),
            completion: &completion,
            event: &vector.event(),
            attempted_at: vector.attempted_at.unwrap_or(created_at),
            created_at,
            is_test: vector.test,
        };
        // Said before the engine says that there is none.
        if let (Some(signature), Some(secret)) = (recipe.signature(), secret) {
            signature.check_secret(secret).map_err(|fault| ("secret", format!("nothing: the secret {fault}")))?;
        }
        let secrets: Vec<&SecretText> = secret.into_iter().collect();
        compose(recipe, &config, &callback, &secrets).map_err(|error| ("expect", error.to_string()))
    };
    Some(composed())
}

struct Compared {
    differences: Vec<Difference>,
}

impl Compared {
    fn push(&mut self, place: impl Into<String>, expected: &str, composed: &str) {
        let (expected, composed) = (expected.to_owned(), composed.to_owned());
        self.differences.push(Difference { place: place.into(), expected, composed });
    }

    fn compare(&mut self, place: impl Into<String>, expected: Option<&str>, composed: Option<&str>) {
        if expected != composed {
            let shown = |text: Option<&str>| text.unwrap_or("(none)").to_owned();
            self.push(place, &shown(expected), &shown(composed));
        }
    }

    /// The documented text must have the documented signature, whatever else is composed.
    fn signature_of_text(&mut self, recipe: &Recipe, vector: &Vector, secret: Option<&SecretText>) {
        let (Some(text), Some(signature)) = (&vector.expect.signed_text, &vector.expect.signature) else { return };
        let signed = match (recipe.signature(), secret) {
            (None, _) => Err("it signs nothing".to_owned()),
            (_, None) => Err("without a secret nothing is signed".to_owned()),
            (Some(signer), Some(secret)) => {
                let text = text.replace(SECRET, secret.expose());
                signer.sign_bytes(secret, text.as_bytes()).map_err(|fault| format!("the secret {fault}"))
            }
        };
        let composed = signed.unwrap_or_else(|fault| fault);
        self.compare("expect.signature", Some(signature), Some(&composed));
    }

    fn request(&mut self, vector: &Vector, request: &CallbackRequest) {
        let expect = &vector.expect;
        self.compare("expect.method", expect.method.as_deref(), Some(request.method));
        self.compare("expect.url", expect.url.as_deref(), Some(&request.url));
        self.compare("expect.body", expect.body.as_deref(), request.body.as_deref());
        self.compare("expect.signedText", expect.signed_text.as_deref(), request.signed_text.as_deref());
        // By what was composed: a value that looks like the secret's place is no place of it.
        if let Some(signature) = &expect.signature {
            self.compare("expect.signature", Some(signature), request.signature.as_deref());
        }
        for header in &request.headers {
            let expected = expect.headers.get(&header.name).map(String::as_str);
            self.compare(format!("expect.headers.{}", header.name), expected, Some(&header.value));
        }
        let is_sent = |name: &str| request.headers.iter().any(|header| header.name == name);
        for (name, value) in expect.headers.iter().filter(|(name, _)| !is_sent(name)) {
            self.compare(format!("expect.headers.{name}"), Some(value), None);
        }
    }
}
