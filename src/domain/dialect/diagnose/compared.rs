//! A received callback beside the one that was sent: what changed on the way, even where no usual distortion explains it.

use super::changes::change;
use super::claims::Claims;
use super::code::{Code, Mistake};
use super::keys::{Key, keys};
use super::pieces::{Piece, Place, pieces};
use super::sent::{Sent, WentOut};
use super::{Found, SignedPart, Text};
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::signature::Signature;
use crate::domain::encoding::decode;
use crate::domain::secret::SecretText;

/// So many changes are told; whoever has more mends these first.
const MOST: usize = 4;

/// Both requests, and what signs them.
struct Both<'a> {
    recipe: &'a Recipe,
    config: &'a CallbackConfig,
    signature: &'a Signature,
    received: &'a Received,
    sent: &'a Sent,
    keys: Vec<Key>,
    claimed: Vec<String>,
}

/// What differs from what was sent; nothing if that cannot be told.
pub(super) fn compared(
    recipe: &Recipe,
    config: &CallbackConfig,
    received: &Received,
    secrets: &[(String, SecretText)],
    sent: &Sent,
) -> Option<Found> {
    let signature = recipe.signature()?;
    if signature.signs.holds_body() && received.body.is_none() {
        // Whether the body arrived cannot be said where it was not given.
        return None;
    }
    let went_out = sent.went_out(recipe, config)?;
    let seen = Seen::new(recipe, config, received);
    let claimed = seen.claimed(signature).ok()?;
    let both = Both { recipe, config, signature, received, sent, keys: keys(signature, secrets), claimed };
    if went_out.is_kept && signature.signs.holds_body() {
        // No attempt keeps a body, so there is nothing to compare this one with.
        let is_gone = !sent.has_secret && both.begins_as_sent();
        let mistake = is_gone.then(|| sent.wrong_signature(signature, &both.claimed))?;
        return Some(Found { key: None, mistakes: vec![mistake], text: None });
    }
    both.found(&went_out)
}

impl Both<'_> {
    fn found(&self, went_out: &WentOut) -> Option<Found> {
        let urls = Sent::origins(self.config, &went_out.received.url);
        let requests = urls.into_iter().map(|url| Received { url, ..went_out.received.clone() });
        let requests: Vec<Received> = requests.collect();
        let (as_sent, key) = requests
            .iter()
            .find_map(|request| self.key(request).map(|key| (request, Some(key))))
            .or_else(|| requests.first().map(|request| (request, None)))?;
        let seen = Seen::new(self.recipe, self.config, as_sent);
        let signed = self.signature.signs.render(&seen).ok().map(|text| Text::of(&text));
        let theirs = Text::of_received(self.recipe, self.config, self.received);
        let holds_body = self.signature.signs.holds_body();
        let differing = match (&theirs, &signed) {
            (Some(theirs), Some(signed)) => pieces(&theirs.parts, &signed.parts, holds_body),
            _ => self.of_queries(as_sent),
        };
        let differing = differing.iter().filter(|piece| piece.differs);
        let mut mistakes: Vec<Mistake> = differing.map(change).collect();
        // What is another value or gone matters before what is only written otherwise, and either before the place.
        mistakes.sort_by_key(|mistake| (mistake.is_of_place(), mistake.is_of_form()));
        mistakes.truncate(MOST);
        if key.is_none() && (mistakes.is_empty() || !self.begins_as_sent()) {
            let wrong = self.sent.wrong_signature(self.signature, &self.claimed);
            // Beside other differences only what the signature shows by itself is certain.
            if mistakes.is_empty() || matches!(wrong.code, Code::SignatureCut) {
                mistakes.push(wrong);
            }
        }
        (!mistakes.is_empty()).then_some(Found { key, mistakes, text: signed })
    }

    /// The key that signs what was sent as the signature that came.
    fn key(&self, request: &Received) -> Option<String> {
        let seen = Seen::new(self.recipe, self.config, request);
        let text = self.signature.signs.render(&seen).ok()?;
        let claims = Claims::of(self.signature, &self.claimed);
        let signs = |key: &&Key| {
            let right = self.signature.algorithm.digest(&key.bytes, &text.signed(&key.secret));
            claims.hold(&right).is_some()
        };
        self.keys.iter().find(signs).map(|key| key.label.clone())
    }

    fn begins_as_sent(&self) -> bool {
        let start = self.sent.kept.signature_start.as_deref();
        start.is_some_and(|start| self.claimed.iter().any(|claimed| claimed.starts_with(start)))
    }

    /// The parameters of both queries, where what is signed cannot even be rebuilt. What carries the signature is none of
    /// them: the right one is told to nobody.
    fn of_queries(&self, sent: &Received) -> Vec<Piece> {
        let carriers = Seen::new(self.recipe, self.config, self.received).signature_carriers(self.signature);
        let parts = |url: &str| {
            let query = url.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
            let part = |pair: &str| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                SignedPart { text: value.to_owned(), name: Some(name.to_owned()) }
            };
            let is_signature =
                |part: &SignedPart| part.name.as_deref().is_some_and(|name| carriers.contains(&decode(name)));
            let parts = query.split('&').filter(|pair| !pair.is_empty()).map(part);
            parts.filter(|part| !is_signature(part)).collect::<Vec<_>>()
        };
        let mut found = pieces(&parts(&self.received.url), &parts(&sent.url), false);
        found.retain(|piece| piece.place == Place::Value);
        found
    }
}
