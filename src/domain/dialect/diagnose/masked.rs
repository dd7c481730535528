//! What a diagnosis shows: both texts side by side, without any signature and without any secret that travels in them.
//!
//! Neither the signature that was received nor the one that was sent: who may ask for a diagnosis is not who may sign. Whatever
//! finds out what differs should hold no signature, and this is the second lock behind that.

use super::code::Mistake;
use super::differences::differences;
use super::pieces::pieces;
use super::{Diagnosis, Found, Sent, SignedPart, Text};
use crate::domain::dialect::callback::{CallbackConfig, MASK};
use crate::domain::dialect::parts::SECRET;
use crate::domain::dialect::query::Query;
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::signature::Signature;
use crate::domain::encoding::{decode, encode};
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
        sent: Option<&Sent>,
    ) -> Self {
        let mut masked = Self(Vec::new());
        // The longest first: a part of another is no longer found once that is replaced.
        let mut sent: Vec<&String> = sent.iter().flat_map(|sent| &sent.request.hidden).collect();
        sent.sort_by_key(|hidden| std::cmp::Reverse(hidden.len()));
        for hidden in sent.into_iter().filter(|hidden| hidden.len() >= SHORTEST) {
            masked.0.push((hidden.clone(), MASK.to_owned()));
        }
        let seen = Seen::new(recipe, config, received);
        for claimed in recipe.signature().map(|signature| claimed(&seen, signature)).unwrap_or_default() {
            if claimed.chars().count() > SHOWN {
                let start = format!("{}…", claimed.chars().take(SHOWN).collect::<String>());
                masked.0.extend([(encode(&claimed), start.clone()), (claimed, start)]);
            }
        }
        // Elsewhere a secret stands in no text, and a short one might be an innocent word of it.
        let travels = recipe.secret_in_clear();
        for key in keys.iter().map(|(_, key)| key.expose()).filter(|key| travels && key.len() >= SHORTEST) {
            masked.0.extend([(encode(key), SECRET.to_owned()), (key.to_owned(), SECRET.to_owned())]);
        }
        masked
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

/// The signatures that a callback carries, and whatever else stands where one may: a parameter may be there twice.
fn claimed(seen: &Seen<'_>, signature: &Signature) -> Vec<String> {
    let names = seen.signature_carriers(signature);
    let query = Query::read(&seen.received.url);
    let in_query = query.pairs().filter(|(name, _)| names.contains(&decode(name)));
    let in_query = in_query.flat_map(|(_, value)| [decode(value), value.to_owned()]);
    seen.claimed(signature).unwrap_or_default().into_iter().chain(in_query).collect()
}
