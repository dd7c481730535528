//! Signatures: which text is signed, with what, and where the result travels.
//!
//! It says and computes; where the facts of a text come from is the business of whoever renders it.

use serde::{Deserialize, Serialize};

use super::carrier::Carrier;
use super::digest::{Algorithm, Digest, KeyForm, NoKey};
use super::named::{HeaderRule, Item};
use super::parts::Parts;
use super::signed_text::{QueryForm, SignedText};
use super::text_of::TextPiece;
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
#[serde(untagged, expecting = "must be a name, or a list of names")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
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
