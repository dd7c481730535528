//! What a diagnosis shows: both texts side by side, without any signature and without any secret that travels in them.

use super::code::Mistake;
use super::differences::differences;
use super::pieces::pieces;
use super::{Diagnosis, Found, SignedPart, Text};
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::parts::SECRET;
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::dialect::recipe::Recipe;
use crate::domain::encoding::encode;
use crate::domain::secret::SecretText;

/// So many characters are shown of a signature that was received.
const SHOWN: usize = 8;
/// Anything shorter is no secret, and would be found in innocent words.
const SHORTEST: usize = 6;

/// What stands in the texts and is not shown, with what stands there instead.
pub(super) struct Masked(Vec<(String, String)>);

impl Masked {
    pub(super) fn of(
        recipe: &Recipe,
        config: &CallbackConfig,
        received: &Received,
        keys: &[(String, SecretText)],
    ) -> Self {
        let seen = Seen::new(recipe, config, received);
        let claimed = recipe.signature().and_then(|signature| seen.claimed(signature).ok()).unwrap_or_default();
        let shortened = claimed.into_iter().filter(|claimed| claimed.chars().count() > SHOWN).flat_map(|claimed| {
            let start = format!("{}…", claimed.chars().take(SHOWN).collect::<String>());
            [(encode(&claimed), start.clone()), (claimed, start)]
        });
        // Elsewhere a secret stands in no text, and a short one might be an innocent word of it.
        let travels = recipe.secret_in_clear();
        let keys = keys.iter().map(|(_, key)| key.expose()).filter(|key| travels && key.len() >= SHORTEST);
        let hidden = keys.flat_map(|key| [(encode(key), SECRET.to_owned()), (key.to_owned(), SECRET.to_owned())]);
        Self(shortened.chain(hidden).collect())
    }

    fn shown(&self, text: String) -> String {
        self.0.iter().fold(text, |text, (hidden, instead)| match text.contains(hidden.as_str()) {
            true => text.replace(hidden.as_str(), instead),
            false => text,
        })
    }

    fn text(&self, text: Text) -> Text {
        let part = |part: SignedPart| SignedPart { text: self.shown(part.text), ..part };
        Text { shown: self.shown(text.shown), parts: text.parts.into_iter().map(part).collect() }
    }

    /// The diagnosis of what was found, beside the text as it was received.
    pub(super) fn diagnosis(&self, found: Found, received: Option<Text>) -> Diagnosis {
        let Found { verifies, key, mistake: Mistake { code, words }, text } = found;
        let (received, signed) = (received.map(|text| self.text(text)), text.map(|text| self.text(text)));
        let both = received.as_ref().zip(signed.as_ref());
        let differences = both.map(|(theirs, ours)| differences(&theirs.shown, &ours.shown)).unwrap_or_default();
        // A text that cannot be taken apart has no values to lay beside those that were signed.
        let apart = both.filter(|(theirs, _)| !theirs.parts.is_empty());
        let pieces = apart.map(|(theirs, ours)| pieces(&theirs.parts, &ours.parts)).unwrap_or_default();
        let (signed_text, signed_parts) = signed.map(|text| (text.shown, text.parts)).unzip();
        Diagnosis {
            verifies,
            key,
            code,
            finding: self.shown(words),
            advice: code.advice().to_owned(),
            age: None,
            received_text: received.map(|text| text.shown),
            signed_text,
            differences,
            pieces,
            signed_parts: signed_parts.unwrap_or_default(),
        }
    }
}
