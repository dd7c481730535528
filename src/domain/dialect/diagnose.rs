//! Why a callback does not verify, in words: the request is read in every way in which it may have been sent, and the first
//! reading under which a known key signs it tells what happened. Where it is known what was sent, that is compared besides.
//!
//! A reading undoes one thing or several (`undoings`); what happens to a request as a whole is undone before (`wholes`).
//! A new distortion is one more undoing: how it goes along with all others is the search's business.
//!
//! It never says what the right signature would be: who may ask is not who may sign. Of the one that was received it repeats
//! at most the first 8 characters.

mod age;
mod bodies;
mod changes;
mod claims;
mod code;
mod compared;
mod differences;
mod ground;
mod keys;
mod looked_for;
mod masked;
mod members;
mod named_ids;
mod numbers;
mod orders;
mod paths;
mod pieces;
mod places;
mod reading;
mod search;
mod sent;
mod text;
mod texts;
mod undoings;
mod unexplained;
mod values;
mod wholes;

use serde::Serialize;

use super::callback::CallbackConfig;
use super::received::Received;
use super::recipe::Recipe;
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;
pub use age::{stale, told_at};
pub use code::Code;
use code::Mistake;
use compared::compared;
pub use differences::Difference;
pub use looked_for::{likeness, looked_for};
use masked::Masked;
pub use members::squeezed;
pub use named_ids::{NamedIds, named_ids};
pub use pieces::{Piece, Place};
use search::{Budget, DEEPEST, Search};
pub use search::{LONGEST_RECEIVED, beyond_usual};
pub use sent::{Kept, Sent};
pub use text::SignedPart;
use text::Text;
use unexplained::unexplained;
use wholes::{Whole, wholes};

/// What is known about a received callback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// Whether it verifies as received.
    pub verifies: bool,
    /// The label of the key that it is signed with, if one was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The finding in a word.
    pub code: Code,
    /// All that was found, each in a word, where it is more than one thing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Code>,
    /// The first thing that differs and those besides, or that nothing does.
    pub finding: String,
    /// What to do about the first.
    pub advice: String,
    /// What it was compared with, where that is not what would be sent now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What to think of a time that it tells and that is long past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<String>,
    /// The text as it stands in what was received, as far as it can be rebuilt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_text: Option<String>,
    /// The text that was signed, where it is known, else the one that the receiver should sign to compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_text: Option<String>,
    /// Whether it is known that `signed_text` is what was signed.
    pub is_signed: bool,
    /// Where the two differ, by bytes of the signed one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// Both texts value by value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Piece>,
    /// The signed text in parts, with the names of those that are values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signed_parts: Vec<SignedPart>,
}

/// What was found, before both texts are laid side by side.
struct Found {
    key: Option<String>,
    /// What happened, the first thing first; nothing where it verifies.
    mistakes: Vec<Mistake>,
    /// What was signed, as far as it is known.
    text: Option<Text>,
}

/// Looks for the key and the reading under which a received callback verifies.
pub fn diagnose(
    recipe: &Recipe,
    received: &Received,
    keys: &[(String, SecretText)],
    config: &CallbackConfig,
) -> Diagnosis {
    Case { recipe, config, received, keys, sent: None, received_at: None }.diagnosis()
}

/// Whether one of these keys signs a callback as it stands.
pub fn verifies(recipe: &Recipe, config: &CallbackConfig, received: &Received, keys: &[(String, SecretText)]) -> bool {
    let wholes = wholes(recipe, config, received, None);
    let search = wholes.first().and_then(|whole| Search::of(recipe, config, whole, keys, None));
    search.and_then(|mut search| search.at(0, &mut Budget::new())).is_some_and(|found| found.mistakes.is_empty())
}

/// A callback that somebody received, with all that may tell what happened to it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The dialect that it was sent in.
    pub recipe: &'a Recipe,
    /// The endpoint that it was sent to.
    pub config: &'a CallbackConfig,
    /// What came.
    pub received: &'a Received,
    /// The keys that it may be signed with, each by its label, the likeliest first.
    pub keys: &'a [(String, SecretText)],
    /// What was sent, where that is known.
    pub sent: Option<&'a Sent>,
    /// When it came, where that is known.
    pub received_at: Option<Timestamp>,
}

impl Case<'_> {
    /// What is to be said of it: the reading under which it verifies; where none explains it, what differs from what was sent.
    pub fn diagnosis(&self) -> Diagnosis {
        let Self { recipe, config, received, keys, sent, received_at } = *self;
        let sent_to = sent.and_then(|sent| sent.place(recipe, config));
        let wholes = wholes(recipe, config, received, sent_to.as_ref());
        let compared = || wholes.iter().find_map(|whole| self.compared_with_sent(whole));
        let found = self.searched(&wholes, sent_to.as_ref()).or_else(compared);
        let found = found.unwrap_or_else(|| unexplained(recipe, config, &wholes, keys));
        let verifies = found.key.is_some() && found.mistakes.is_empty();
        let is_signed = found.key.is_some() && found.text.is_some();
        let age = received_at.and_then(|now| stale(recipe, config, received, now));
        let again = sent.and_then(|sent| sent.again).filter(|_| age.is_none());
        let later = again.and_then(|(number, at)| age::stale_again(recipe, config, received, number, at));
        // Where it verifies, a host that is not known or replaced on purpose is no difference.
        let theirs = match verifies {
            true => found.text.clone(),
            false => {
                let came = wholes.first().map_or(received, |whole| &whole.received);
                Text::of_received(recipe, config, came).map(|text| self.with_what_follows(text, &found))
            }
        };
        let code = found.mistakes.first().map_or(Code::Verifies, |mistake| mistake.code);
        let (code, finding) = match &age {
            Some(age) if verifies => (Code::StaleTimestamp, format!("It verifies. {age}")),
            _ if verifies => (Code::Verifies, "It verifies.".to_owned()),
            _ => (code, in_sentences(&found.mistakes)),
        };
        let codes = found.mistakes.iter().map(|mistake| mistake.code).collect::<Vec<_>>();
        let is_kept = sent.and_then(|sent| sent.went_out(recipe, config)).is_some_and(|went_out| went_out.is_kept);
        let note = is_kept.then(|| CHANGED_SINCE.to_owned());
        let masked = Masked::of(self, &wholes);
        let shown = masked.texts(found.text, theirs);
        Diagnosis {
            verifies,
            key: found.key,
            code,
            codes: if codes.len() > 1 { codes } else { Vec::new() },
            finding: masked.shown(finding),
            advice: code.advice().to_owned(),
            note,
            age: age.or(later),
            received_text: shown.received.map(|text| text.shown),
            signed_text: shown.signed.as_ref().map(|text| text.shown.clone()),
            is_signed,
            differences: shown.differences,
            pieces: shown.pieces,
            signed_parts: shown.signed.map(|text| text.parts).unwrap_or_default(),
        }
    }

    /// The first reading that a known key signs, with as little undone as possible.
    fn searched(&self, wholes: &[Whole], sent_to: Option<&(String, String)>) -> Option<Found> {
        let of = |whole| Search::of(self.recipe, self.config, whole, self.keys, sent_to);
        let mut searches: Vec<Search<'_>> = wholes.iter().filter_map(of).collect();
        let mut budget = Budget::new();
        for depth in 0..=DEEPEST {
            let found = searches.iter_mut().find_map(|search| search.at(depth, &mut budget));
            // A mistake about the secret is likelier than two things that happened on the way.
            let with_other_keys = || searches.iter_mut().find_map(|search| search.with_other_keys(&mut budget));
            let found = if depth == 1 { found.or_else(with_other_keys) } else { found };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// What differs from what was sent, where that is known.
    fn compared_with_sent(&self, whole: &Whole) -> Option<Found> {
        let found = compared(self.recipe, self.config, &whole.received, self.keys, self.sent?)?;
        let of_whole = whole.mistakes.iter().cloned();
        Some(Found { mistakes: of_whole.chain(found.mistakes).collect(), ..found })
    }

    /// With the parameters behind a signature that is to stand last, where they were added.
    fn with_what_follows(&self, text: Text, found: &Found) -> Text {
        let is_added = found.mistakes.iter().any(|mistake| mistake.code == Code::ParameterAdded);
        if is_added { text.with_what_follows(self.recipe, self.received) } else { text }
    }
}

/// Why what was received lies beside what an attempt keeps.
const CHANGED_SINCE: &str = "The endpoint's callback URL or settings changed since this was sent, so it is compared with what was \
                             called then, and not with what would be called now.";

/// All that happened, the first thing first.
fn in_sentences(mistakes: &[Mistake]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for mistake in mistakes {
        if !words.contains(&mistake.words.as_str()) {
            words.push(&mistake.words);
        }
    }
    words.join(" Besides: ")
}

#[cfg(test)]
mod tests;
