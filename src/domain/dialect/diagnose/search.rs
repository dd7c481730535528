//! The search for what was signed: the request as it came, then with one thing undone, then with two, each tried under every
//! known key.
//!
//! It is bounded by work and not by time, so that the same request gets the same answer on a busy machine.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Found;
use super::claims::Claims;
use super::code::Mistake;
use super::ground::Ground;
use super::keys::{Key, keys, mistaken};
use super::reading::Reading;
use super::text::Text;
use super::undoings::UNDOINGS;
use super::wholes::Whole;
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::compose::LONGEST_URL;
use crate::domain::dialect::parts::Parts;
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::dialect::recipe::Recipe;
use crate::domain::secret::SecretText;

/// So many bytes are written and signed while one request is looked at. A release build does some hundred megabytes a second
/// on one processor, so a diagnosis takes a fraction of a second at the most.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// What a reading costs besides its length: taking it apart, and the last blocks of a digest.
const EACH: usize = 256;
/// So many things are undone at once.
pub(super) const DEEPEST: usize = 2;
/// So many readings are tried with each mistake about the key: whoever mistook it seldom had much distorted as well.
const TRIED_WITH_OTHER_KEYS: usize = 16;
/// No callback has a longer URL, and a proxy adds little to it: what is longer is read as it stands.
pub const LONGEST_RECEIVED: usize = 2 * LONGEST_URL;
/// No callback has more parameters; each one more is taken apart anew with every reading.
const USUAL_PAIRS: usize = 64;
/// What each of those costs.
const EACH_PAIR: usize = 64;

/// What may still be signed.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Self {
        Self(MOST_BYTES)
    }

    fn is_spent(&self) -> bool {
        self.0 == 0
    }

    fn take(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or_default();
        left.is_some()
    }
}

/// The search in one request as a whole.
pub(super) struct Search<'a> {
    ground: Ground<'a>,
    claims: Claims,
    keys: Vec<Key>,
    mistaken: Vec<Key>,
    mistakes: &'a [Mistake],
    /// The request that a reading is written into.
    scratch: Received,
    tried: HashSet<u64>,
    /// The readings in which as many things as were asked for last are undone, and the first undoing that may follow.
    level: Vec<(usize, Reading)>,
}

impl<'a> Search<'a> {
    /// Nothing where no signature is found in it.
    pub(super) fn of(
        recipe: &'a Recipe,
        config: &'a CallbackConfig,
        whole: &'a Whole,
        secrets: &[(String, SecretText)],
        sent_to: Option<&'a (String, String)>,
    ) -> Option<Self> {
        let signature = recipe.signature()?;
        let seen = Seen::new(recipe, config, &whole.received);
        let claims = Claims::of(signature, &seen.claimed(signature).ok()?);
        Some(Self {
            ground: Ground { seen, signature, sent_to },
            claims,
            keys: keys(signature, secrets),
            mistaken: mistaken(signature, recipe.secret_prefix(), secrets),
            mistakes: &whole.mistakes,
            scratch: whole.received.clone(),
            tried: HashSet::new(),
            level: Vec::new(),
        })
    }

    /// Looks at every reading in which so many things are undone; those with one less were looked at before.
    pub(super) fn at(&mut self, depth: usize, budget: &mut Budget) -> Option<Found> {
        if depth == 0 {
            let roots = Reading::roots(self.ground.signature, &self.ground.seen.received.url);
            self.level = roots.into_iter().map(|root| (0, root)).collect();
            return (0..self.level.len()).find_map(|at| {
                let reading = self.level[at].1.clone();
                self.tried(&reading, budget)
            });
        }
        if self.ground.seen.received.url.len() > LONGEST_RECEIVED {
            return None;
        }
        let mut next = Vec::new();
        for (first, reading) in std::mem::take(&mut self.level) {
            for (at, undoing) in UNDOINGS.iter().enumerate().skip(first) {
                if budget.is_spent() || !budget.take(beyond_usual(&reading.url.query)) {
                    return None;
                }
                for undone in (undoing.undo)(&self.ground, &reading) {
                    if let Some(found) = self.tried(&undone, budget) {
                        return Some(found);
                    }
                    if depth < DEEPEST {
                        next.push((if undoing.again { at } else { at + 1 }, undone));
                    }
                }
            }
            if depth == 1 {
                next.push((UNDOINGS.len(), reading));
            }
        }
        self.level = next;
        None
    }

    /// Looks at the likeliest of the readings looked at last, for what was done to the secret.
    pub(super) fn with_other_keys(&mut self, budget: &mut Budget) -> Option<Found> {
        let mut likeliest: Vec<Reading> = self.level.iter().map(|(_, reading)| reading.clone()).collect();
        likeliest.sort_by_key(|reading| reading.mistakes.len());
        let keys = std::mem::take(&mut self.mistaken);
        likeliest.iter().take(TRIED_WITH_OTHER_KEYS).find_map(|reading| self.signed_by(&keys, reading, budget, false))
    }

    fn tried(&mut self, reading: &Reading, budget: &mut Budget) -> Option<Found> {
        let keys = std::mem::take(&mut self.keys);
        let found = self.signed_by(&keys, reading, budget, true);
        self.keys = keys;
        found
    }

    /// The key that signs a reading, if one does. A text that was tried is not tried again.
    fn signed_by(&mut self, keys: &[Key], reading: &Reading, budget: &mut Budget, once: bool) -> Option<Found> {
        reading.url.write(&mut self.scratch.url);
        match &reading.body {
            Some(body) => self.scratch.body = Some(body.clone()),
            None => self.scratch.body.clone_from(&self.ground.seen.received.body),
        }
        let length = self.scratch.url.len() + self.scratch.body.as_ref().map_or(0, String::len);
        if !budget.take(length + EACH + beyond_usual(&reading.url.query)) {
            return None;
        }
        let signature = self.ground.signature;
        let seen = self.ground.seen.with(&self.scratch, reading.time.clone());
        let text = signature.signs.render(&seen).ok()?;
        if once && !self.tried.insert(hash(&text)) {
            return None;
        }
        let length: usize = text.iter().map(|part| part.text.len()).sum();
        if !budget.take((length + EACH) * keys.len().max(1)) {
            return None;
        }
        let (key, of_claim) = keys.iter().find_map(|key| {
            let right = signature.algorithm.digest(&key.bytes, &text.signed(&key.secret));
            self.claims.hold(&right).map(|of_claim| (key, of_claim))
        })?;
        let mistakes = self.mistakes.iter().chain(&key.mistake).chain(&reading.mistakes).chain(&of_claim);
        let mut mistakes: Vec<Mistake> = mistakes.cloned().collect();
        mistakes.sort_by_key(Mistake::is_of_place);
        Some(Found { key: Some(key.label.clone()), mistakes, text: Some(Text::of(&text)) })
    }
}

/// What it costs to take a query apart that has far more parameters than any callback: names are compared with each other.
pub fn beyond_usual(query: &str) -> usize {
    let pairs = query.bytes().filter(|byte| *byte == b'&').count();
    pairs.saturating_sub(USUAL_PAIRS) * EACH_PAIR
}

fn hash(text: &Parts<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.shown().hash(&mut hasher);
    hasher.finish()
}
