//! What a diagnosis shows: both texts side by side, without any signature and without any secret that travels in them.
//!
//! Neither the signature that was received nor the one that was sent, nor one that would be right for what is shown: who may
//! ask for a diagnosis is not who may sign. Whatever finds out what differs should hold no signature, and this is the second
//! lock behind that.

use super::differences::{Difference, differences};
use super::pieces::{Piece, pieces};
use super::wholes::Whole;
use super::{Case, SignedPart, Text};
use crate::domain::dialect::callback::MASK;
use crate::domain::dialect::parts::SECRET;
use crate::domain::dialect::query::Query;
use crate::domain::dialect::received::Seen;
use crate::domain::dialect::signature::Signature;
use crate::domain::encoding::{decode, encode};

/// So many characters are shown of a signature that was received.
const SHOWN: usize = 8;
/// Anything shorter is no secret, and would be found in innocent words.
const SHORTEST: usize = 6;

/// What stands in the texts and is not shown, with what stands there instead.
pub(super) struct Masked {
    hidden: Vec<(String, String)>,
    /// Whether the part `body` of a text is the body.
    holds_body: bool,
}

/// Both texts as they may be shown, and what differs.
pub(super) struct Shown {
    pub(super) received: Option<Text>,
    pub(super) signed: Option<Text>,
    pub(super) differences: Vec<Difference>,
    pub(super) pieces: Vec<Piece>,
}

impl Masked {
    pub(super) fn of(case: &Case<'_>, wholes: &[Whole]) -> Self {
        let Case { recipe, config, keys, sent, .. } = *case;
        let signature = recipe.signature();
        let mut hidden = Vec::new();
        let sent = sent.and_then(|sent| sent.request.as_ref());
        for right in sent.into_iter().flat_map(|request| &request.hidden).filter(|hidden| hidden.len() >= SHORTEST) {
            hidden.push((right.clone(), MASK.to_owned()));
        }
        for whole in wholes {
            let seen = Seen::new(recipe, config, &whole.received);
            for claimed in signature.map(|signature| claimed(&seen, signature)).unwrap_or_default() {
                if claimed.chars().count() > SHOWN {
                    let start = format!("{}…", claimed.chars().take(SHOWN).collect::<String>());
                    hidden.extend([(encode(&claimed), start.clone()), (claimed, start)]);
                }
            }
        }
        // Elsewhere a secret stands in no text, and a short one might be an innocent word of it.
        let travels = recipe.secret_in_clear();
        for key in keys.iter().map(|(_, key)| key.expose()).filter(|key| travels && key.len() >= SHORTEST) {
            hidden.extend([(encode(key), SECRET.to_owned()), (key.to_owned(), SECRET.to_owned())]);
        }
        // The longest first: a part of another is no longer found once that is replaced.
        hidden.sort_by_key(|(hidden, _)| std::cmp::Reverse(hidden.len()));
        hidden.dedup();
        let holds_body = signature.is_some_and(|signature| signature.signs.holds_body());
        Self { hidden, holds_body }
    }

    pub(super) fn shown(&self, text: String) -> String {
        self.hidden.iter().fold(text, |text, (hidden, instead)| match text.contains(hidden.as_str()) {
            true => text.replace(hidden.as_str(), instead),
            false => text,
        })
    }

    fn text(&self, text: Text) -> Text {
        let part = |part: SignedPart| SignedPart { text: self.shown(part.text), ..part };
        Text { shown: self.shown(text.shown), parts: text.parts.into_iter().map(part).collect() }
    }

    /// Both texts and what differs.
    pub(super) fn texts(&self, signed: Option<Text>, received: Option<Text>) -> Shown {
        let (received, signed) = (received.map(|text| self.text(text)), signed.map(|text| self.text(text)));
        let both = received.as_ref().zip(signed.as_ref());
        let differences = both.map(|(theirs, ours)| differences(&theirs.shown, &ours.shown)).unwrap_or_default();
        // A text that cannot be taken apart has no values to lay beside those that were signed.
        let apart = both.filter(|(theirs, _)| !theirs.parts.is_empty());
        let pieces =
            apart.map(|(theirs, ours)| pieces(&theirs.parts, &ours.parts, self.holds_body)).unwrap_or_default();
        Shown { received, signed, differences, pieces }
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
