//! A callback's signature: what it was made over, by which keys, and how it is written.

use std::borrow::Cow;

use super::ComposeError;
use crate::domain::dialect::callback::{Header, MASK};
use crate::domain::dialect::draft_text::DraftText;
use crate::domain::dialect::facts::{Facts, Lacking, Unit};
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::written_value::AttemptFacts;
use crate::domain::secret::SecretText;

/// How much of a signature may be kept: enough to recognise it, useless to forge it.
const SHOWN_OF_SIGNATURE: usize = 8;

/// A completion that is being told: all of it is known.
pub(super) struct Outgoing<'a> {
    pub(super) facts: AttemptFacts<'a>,
    pub(super) url: &'a str,
    pub(super) behind_origin: &'a str,
    pub(super) signed_origin: Option<&'a str>,
    pub(super) values: &'a [(String, DraftText)],
    pub(super) body: Option<&'a str>,
}

impl Facts for Outgoing<'_> {
    fn url(&self) -> Result<Cow<'_, str>, Lacking> {
        Ok(match self.signed_origin {
            Some(origin) => Cow::Owned([origin, self.behind_origin].concat()),
            None => Cow::Borrowed(self.url),
        })
    }

    fn value(&self, name: &str) -> Result<Cow<'_, str>, Lacking> {
        let value = self.values.iter().find(|(known, _)| known == name);
        Ok(value.map(|(_, value)| value.fill(self.facts)).unwrap_or_default())
    }

    fn used(&self) -> Result<Vec<&str>, Lacking> {
        Ok(self.values.iter().map(|(name, _)| name.as_str()).collect())
    }

    fn event_id(&self) -> Result<Cow<'_, str>, Lacking> {
        Ok(self.facts.event_id.into())
    }

    fn time(&self, unit: Unit) -> Result<Cow<'_, str>, Lacking> {
        Ok(unit.of(self.facts.attempted_at).to_string().into())
    }

    fn body(&self) -> Result<&str, Lacking> {
        Ok(self.body.unwrap_or_default())
    }
}

/// Signatures of one callback.
pub(super) struct Signed<'a> {
    pub(super) signature: &'a Signature,
    /// What was signed, as it may be shown.
    pub(super) shown: String,
    /// One for each key that signs.
    pub(super) values: Vec<String>,
    /// The instant in the unit that the signed text speaks in.
    t: String,
}

impl<'a> Signed<'a> {
    /// Signs with the first key, and with the others where the dialect takes several signatures.
    pub(super) fn make(
        signature: &'a Signature,
        outgoing: &Outgoing<'_>,
        keys: &[&SecretText],
    ) -> Result<Self, ComposeError> {
        let text = signature.signs.render(outgoing).map_err(|lacking| ComposeError::Unsigned(lacking.words))?;
        let others = if signature.takes_several() { keys.get(1..) } else { None };
        let shown = text.shown();
        // Without the secret in it, what is shown is what is signed.
        let sign = |key: &SecretText| match text.holds_secret() {
            true => signature.sign(key, &text),
            false => signature.sign_bytes(key, shown.as_bytes()),
        };
        let first = keys.first().and_then(|key| sign(key).ok()).ok_or(ComposeError::NoSecret)?;
        // A second key that is none of the dialect's form could verify nowhere.
        let others = others.unwrap_or_default().iter().filter_map(|key| sign(key).ok());
        let values = std::iter::once(first).chain(others).collect();
        let t = signature.signs.unit().of(outgoing.facts.attempted_at).to_string();
        Ok(Self { signature, shown, values, t })
    }

    /// The first signature.
    pub(super) fn value(&self) -> &str {
        self.values.first().map(String::as_str).unwrap_or_default()
    }

    pub(super) fn start(&self) -> &str {
        start(self.value())
    }

    /// The header that carries it, where one does, under the name that the endpoint chose for it.
    pub(super) fn header(&self, chosen: Option<&str>) -> Option<Header> {
        let carrier = self.signature.carrier()?;
        let shown: Vec<String> = self.values.iter().map(|value| format!("{}{MASK}", start(value))).collect();
        Some(Header {
            name: chosen.unwrap_or(&carrier.name).to_owned(),
            value: carrier.written(&self.t, &self.values),
            shown: carrier.written(&self.t, &shown),
        })
    }
}

fn start(signature: &str) -> &str {
    signature.get(..SHOWN_OF_SIGNATURE).unwrap_or(signature)
}
