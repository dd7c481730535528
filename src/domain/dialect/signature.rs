//! Signatures: which text is signed, with what, and where the result travels.
//!
//! It says and computes; where the facts of a text come from is the business of whoever renders it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::digest::{Algorithm, Digest, KeyForm, NoKey};
use super::named::{HeaderRule, Item};
use super::parts::Parts;
use super::signed_text::{QueryForm, SignedText};
use super::text_of::TextPiece;
use super::wrapping::{fill, unwrap};
use crate::domain::secret::SecretText;

/// How a dialect signs.
#[derive(Clone, Debug)]
pub struct Signature {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: KeyForm,
    pub(crate) digest: Digest,
    pub(crate) signs: SignedText,
    pub(crate) travels: Travels,
    /// Placeholders that are appended where there is a signature, before it.
    pub(crate) appended: Vec<Item>,
    /// Headers that go along with a signature, and only with one.
    pub(crate) headers: Vec<HeaderRule>,
    /// Whether values may make the text ambiguous, because the vendor's formula leaves no other way.
    pub(crate) accepts_ambiguity: bool,
    /// Whether it says that no new design should sign like this.
    pub(super) legacy: bool,
    /// What it says that it leaves open.
    pub(super) not_covered: Vec<String>,
}

/// Where the signature travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Travels {
    /// As the last parameter of the query.
    Query(String),
    /// Where the publisher's template has this placeholder, in one of its spellings.
    Placeholder(Spellings),
    /// In a header.
    Header(Carrier),
}

/// The spellings of a placeholder: one word, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OneOrMore", into = "OneOrMore")]
pub struct Spellings(pub(crate) Vec<String>);

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// A header that carries signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carrier {
    /// The header's name, or its name until the endpoint chooses another.
    pub(crate) name: String,
    /// The endpoint's setting that names the header, where the endpoint may choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name_setting: Option<String>,
    /// What stands around the signature: a text made of `{signature}` and `{t}`, or of `{signatures}` and `{t}` where there
    /// may be several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wrapping: Option<String>,
    /// Where there may be several, while two keys overlap: what stands around each of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) each: Option<String>,
    /// What stands between two of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    join: Option<String>,
}

impl Signature {
    /// The signature of a text, as it is written on the wire.
    pub(super) fn sign(&self, secret: &SecretText, text: &Parts<'_>) -> Result<String, NoKey> {
        self.sign_bytes(secret, &text.signed(secret))
    }

    /// The signature of bytes in which the secret, where it is a part of them, stands already.
    pub fn sign_bytes(&self, secret: &SecretText, bytes: &[u8]) -> Result<String, NoKey> {
        Ok(self.digest.written(&self.algorithm.digest(&self.key.key(secret)?, bytes)))
    }

    /// A text as long as any signature is once it stands in a URL.
    pub(super) fn longest(&self) -> String {
        self.digest.longest(self.algorithm.bytes())
    }

    /// Why a secret cannot sign.
    pub fn check_secret(&self, secret: &SecretText) -> Result<(), NoKey> {
        self.key.key(secret).map(drop)
    }

    /// What deserves a look about a secret that can sign.
    pub fn secret_warning(&self, secret: &SecretText) -> Option<String> {
        self.key.warning(secret)
    }

    /// Whether the whole URL is what is signed.
    pub fn signs_url(&self) -> bool {
        self.signs == SignedText::Url
    }

    /// Whether the body is a part of what is signed.
    pub(crate) fn signs_body(&self) -> bool {
        self.signs.holds_body()
    }

    /// Whether the id of the event is a part of what is signed, beside the body.
    pub(crate) fn signs_event_id(&self) -> bool {
        self.signs.holds_event_id()
    }

    /// The parameters that are signed by name, under their own names; none where something else is signed.
    pub fn signed_parameters(&self) -> &[String] {
        match &self.signs {
            SignedText::Query { only: Some(names), .. } => names,
            _ => &[],
        }
    }

    /// Whether what is signed is a list of decoded pairs, which a `&` in a value would make ambiguous.
    pub(super) fn signs_decoded_pairs(&self) -> bool {
        matches!(self.signs, SignedText::Query { encode: QueryForm::None, .. })
    }

    /// The parameter that carries the signature at the URL's end, where one does.
    pub fn query_parameter(&self) -> Option<&str> {
        match &self.travels {
            Travels::Query(name) => Some(name),
            Travels::Placeholder(_) | Travels::Header(_) => None,
        }
    }

    /// The spellings of the placeholder that it stands for in the publisher's template, where it does.
    pub fn placeholder(&self) -> &[String] {
        match &self.travels {
            Travels::Placeholder(Spellings(names)) => names,
            Travels::Query(_) | Travels::Header(_) => &[],
        }
    }

    /// The placeholders that it cannot do without: the one that it stands for, and those whose values it is made of.
    pub fn needs(&self) -> Vec<&str> {
        let of_text: Vec<&str> = match &self.signs {
            SignedText::Text { of, .. } => of.pieces().iter().filter_map(TextPiece::placeholder).collect(),
            _ => self.signed_parameters().iter().map(String::as_str).collect(),
        };
        self.placeholder().iter().take(1).map(String::as_str).chain(of_text).collect()
    }

    /// Whether it is what this placeholder of a template stands for.
    pub(crate) fn stands_for(&self, placeholder: &str) -> bool {
        self.placeholder().iter().any(|own| own == placeholder)
    }

    /// The name of the header that carries it until an endpoint chooses another, where one does.
    pub fn header_name(&self) -> Option<&str> {
        self.carrier().map(|carrier| carrier.name.as_str())
    }

    /// The header that carries it, where one does.
    pub(super) fn carrier(&self) -> Option<&Carrier> {
        match &self.travels {
            Travels::Header(carrier) => Some(carrier),
            Travels::Query(_) | Travels::Placeholder(_) => None,
        }
    }

    /// Whether signatures under both keys go out while two of them overlap.
    pub fn takes_several(&self) -> bool {
        self.carrier().is_some_and(|carrier| carrier.each.is_some())
    }
}

impl Carrier {
    /// The header's name at an endpoint with these settings.
    pub(crate) fn name_at<'a>(&'a self, settings: &'a BTreeMap<String, String>) -> &'a str {
        let chosen = self.name_setting.as_ref().and_then(|setting| settings.get(setting));
        chosen.unwrap_or(&self.name)
    }

    /// The header's value for these signatures.
    pub(super) fn written(&self, t: &str, signatures: &[String]) -> String {
        let Some(each) = &self.each else {
            let first = signatures.first().map(String::as_str).unwrap_or_default();
            return fill(self.wrapping(), &[("t", t), ("signature", first)]);
        };
        let each: Vec<String> =
            signatures.iter().map(|signature| fill(each, &[("t", t), ("signature", signature)])).collect();
        fill(self.wrapping(), &[("t", t), ("signatures", &each.join(self.join()))])
    }

    /// The signatures in a header's value; none if it is not written so.
    pub(super) fn read(&self, value: &str) -> Vec<String> {
        match &self.each {
            None => unwrap(self.wrapping(), value, "signature").into_iter().collect(),
            Some(each) => {
                let all = unwrap(self.wrapping(), value, "signatures").unwrap_or_default();
                all.split(self.join()).filter_map(|one| unwrap(each, one, "signature")).collect()
            }
        }
    }

    /// The `{t}` in a header's value.
    pub(super) fn time(&self, value: &str) -> Option<String> {
        unwrap(self.wrapping(), value, "t")
    }

    /// How it is written.
    pub(crate) fn wrapping(&self) -> &str {
        let bare = if self.each.is_some() { "{signatures}" } else { "{signature}" };
        self.wrapping.as_deref().unwrap_or(bare)
    }

    pub(crate) fn join(&self) -> &str {
        self.join.as_deref().unwrap_or(" ")
    }

    /// What contradicts itself.
    pub(super) fn fault(&self) -> Option<String> {
        let inside = if self.each.is_some() { "{signatures}" } else { "{signature}" };
        let holds = |text: &str, inside: &str| text.matches(inside).count() == 1;
        if !holds(self.wrapping(), inside) {
            return Some(format!("has a wrapping that does not hold {inside} once"));
        }
        match &self.each {
            Some(each) if !holds(each, "{signature}") => Some("has an `each` without {signature}".to_owned()),
            Some(_) if self.join().is_empty() => Some("joins several signatures by nothing".to_owned()),
            None if self.join.is_some() => Some("joins signatures of which there is one".to_owned()),
            _ => None,
        }
    }
}

impl From<OneOrMore> for Spellings {
    fn from(written: OneOrMore) -> Self {
        match written {
            OneOrMore::One(name) => Self(vec![name]),
            OneOrMore::More(names) => Self(names),
        }
    }
}

impl From<Spellings> for OneOrMore {
    fn from(spellings: Spellings) -> Self {
        match <[String; 1]>::try_from(spellings.0) {
            Ok([name]) => Self::One(name),
            Err(names) => Self::More(names),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carrier(json: serde_json::Value) -> Carrier {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_header_gives_back_the_signatures_that_it_was_written_with() {
        let signatures = ["abc".to_owned(), "def".to_owned()];
        for (json, written, read) in [
            (serde_json::json!({"name": "S"}), "abc", 1),
            (serde_json::json!({"name": "S", "wrapping": "t={t},v1={signature}"}), "t=17,v1=abc", 1),
            (serde_json::json!({"name": "S", "each": "v1,{signature}", "join": " "}), "v1,abc v1,def", 2),
            (
                serde_json::json!({"name": "S", "wrapping": "t={t},{signatures}", "each": "v1={signature}", "join": ","}),
                "t=17,v1=abc,v1=def",
                2,
            ),
        ] {
            let carrier = carrier(json);
            assert_eq!(carrier.fault(), None);
            assert_eq!(carrier.written("17", &signatures), written);
            assert_eq!(carrier.read(written), signatures[..read]);
        }
    }

    #[test]
    fn a_carrier_that_could_not_be_read_back_is_at_fault() {
        for json in [
            serde_json::json!({"name": "S", "wrapping": "t={t}"}),
            serde_json::json!({"name": "S", "each": "v1"}),
            serde_json::json!({"name": "S", "each": "v1,{signature}", "join": ""}),
            serde_json::json!({"name": "S", "join": ","}),
        ] {
            assert!(carrier(json.clone()).fault().is_some(), "{json}");
        }
    }
}
