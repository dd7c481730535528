//! A text that may be shown: whole, and in parts with the names of those that are values.

use serde::Serialize;

use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::parts::{Part, PartKind, Parts, SECRET};
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::signed_url::SignedUrl;

/// A part of a signed text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedPart {
    /// Its text; for the secret, the word that stands for it.
    pub text: String,
    /// The placeholder or the parameter whose value it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A text that may be shown, whole and in parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    pub(super) shown: String,
    pub(super) parts: Vec<SignedPart>,
}

impl Text {
    /// The text as it stands in what was received, as far as it can be rebuilt.
    pub(super) fn of_received(recipe: &Recipe, config: &CallbackConfig, received: &Received) -> Option<Self> {
        let seen = Seen::new(recipe, config, received);
        let signature = recipe.signature()?;
        if let Ok(text) = signature.signs.render(&seen) {
            return Some(Self::of(&text));
        }
        let far = signature.signs.as_far_as(&seen);
        let text = far.as_ref().and_then(|signs| signs.render(&seen).ok()).map(|text| Self::of(&text));
        text.or_else(|| Self::before_signature(signature, received))
    }

    /// A URL without what carries its signature, where that cannot be told apart as it should be.
    fn before_signature(signature: &Signature, received: &Received) -> Option<Self> {
        let carrier = format!("{}=", signature.query_parameter().filter(|_| signature.signs_url())?);
        let end = received.url.rfind(&carrier)?;
        let shown = received.url[..end].trim_end_matches(['?', '&']).trim_end_matches("&amp;").to_owned();
        Some(Self { shown, parts: Vec::new() })
    }

    pub(super) fn of(text: &Parts<'_>) -> Self {
        let part = |part: &Part<'_>| {
            let text = if part.kind == PartKind::Secret { SECRET.to_owned() } else { part.text.clone().into_owned() };
            SignedPart { text, name: part.name().map(str::to_owned) }
        };
        Self { shown: text.shown(), parts: text.iter().map(part).collect() }
    }

    /// The same with the parameters that stand behind a URL's signature, which sign nothing and belong to nothing signed.
    pub(super) fn with_what_follows(mut self, recipe: &Recipe, received: &Received) -> Self {
        let signature = recipe.signature().filter(|signature| signature.signs_url());
        let signed = signature.and_then(|signature| SignedUrl::read(signature, &received.url).ok());
        let after = signed.map(|signed| signed.after).unwrap_or_default();
        for pair in after.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let joined = if self.shown.contains('?') { '&' } else { '?' };
            self.shown.push_str(&format!("{joined}{pair}"));
            self.parts.push(SignedPart { text: value.to_owned(), name: Some(name.to_owned()) });
        }
        self
    }
}
