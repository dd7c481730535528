//! Signatures: which text is signed, with what, and where the result travels.
//!
//! Says and computes; it must not build the texts themselves ([`super::compose`] does) nor keep a key longer than one
//! computation takes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::value::ValueRule;
use crate::domain::encoding::hex;
use crate::domain::secret::SecretText;

/// How a dialect signs.
#[derive(Clone, Debug)]
pub struct Signature {
    pub(super) algorithm: Algorithm,
    pub(super) key: KeyForm,
    pub(super) digest: Digest,
    pub(super) signs: SignedText,
    pub(super) travels: Travels,
    /// Headers that go along with a signature, and only with one.
    pub(super) headers: Vec<SignedHeader>,
}

/// The function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    #[default]
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
}

/// How a secret's text becomes the key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyForm {
    /// The text's UTF-8 bytes, all of them.
    #[default]
    Text,
    /// What follows this prefix, decoded as base64; a secret that is not so made is taken as text.
    Base64After(String),
}

/// How the result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Digest {
    /// Lower-case hexadecimal.
    #[default]
    Hex,
    /// Base64 with padding.
    Base64,
}

/// The canonical text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedText {
    /// The whole URL as sent, without the signature.
    Url,
    /// `name=value` of exactly these parameters, decoded, in order of their names, joined by `&`.
    Parameters(Vec<String>),
    /// A text made of `{id}` (the event's), `{t}` (the attempt's Unix seconds or milliseconds) and `{body}`.
    Text {
        /// The text.
        of: String,
        /// The unit of `{t}`.
        t: Unit,
    },
}

/// The unit of a Unix time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Whole seconds, rounded down.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

/// Where the signature travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Travels {
    /// As the last parameter of the query.
    Query(String),
    /// In a header, wrapped in a text made of `{signature}` and `{t}`.
    Header {
        /// The header's name.
        name: String,
        /// The wrapping; the bare signature by default.
        #[serde(default = "bare")]
        wrapping: String,
    },
}

/// A header that goes along with a signature.
#[derive(Clone, Debug)]
pub struct SignedHeader {
    pub(super) name: String,
    pub(super) rule: ValueRule,
}

fn bare() -> String {
    "{signature}".to_owned()
}

impl Signature {
    /// The signature of a text, as it is written on the wire.
    pub fn sign(&self, key: &SecretText, text: &[u8]) -> String {
        let digest = match self.algorithm {
            Algorithm::HmacSha256 => hmac_sha256(&self.key.bytes(key), text),
        };
        match self.digest {
            Digest::Hex => hex(&digest),
            Digest::Base64 => STANDARD.encode(digest),
        }
    }

    /// Whether `claimed` is the signature of the text, compared without telling by time where it differs.
    pub fn verifies(&self, key: &SecretText, text: &[u8], claimed: &str) -> bool {
        self.sign(key, text).as_bytes().ct_eq(claimed.as_bytes()).into()
    }

    /// A text as long as any signature is once it stands in a URL. A hexadecimal digest is always of one length; which
    /// digits of a base64 one have to be encoded is known only of the signature itself, so here all of them have.
    pub(super) fn longest(&self) -> String {
        let bytes = match self.algorithm {
            Algorithm::HmacSha256 => 32_usize,
        };
        match self.digest {
            Digest::Hex => "0".repeat(2 * bytes),
            Digest::Base64 => "+".repeat(4 * bytes.div_ceil(3)),
        }
    }

    /// Whether the whole URL is what is signed.
    pub fn signs_url(&self) -> bool {
        self.signs == SignedText::Url
    }

    /// The unit in which the signed text, and what carries the signature, speak of an instant.
    pub(super) fn unit(&self) -> Unit {
        match self.signs {
            SignedText::Text { t, .. } => t,
            SignedText::Url | SignedText::Parameters(_) => Unit::Seconds,
        }
    }

    /// The parameters that are signed by name; none where something else is signed.
    pub fn signed_parameters(&self) -> &[String] {
        match &self.signs {
            SignedText::Parameters(names) => names,
            SignedText::Url | SignedText::Text { .. } => &[],
        }
    }

    /// The parameter that carries the signature, where one does.
    pub fn query_parameter(&self) -> Option<&str> {
        match &self.travels {
            Travels::Query(name) => Some(name),
            Travels::Header { .. } => None,
        }
    }
}

impl KeyForm {
    fn bytes(&self, key: &SecretText) -> Zeroizing<Vec<u8>> {
        let text = key.expose();
        let decoded = match self {
            Self::Text => None,
            Self::Base64After(prefix) => text.strip_prefix(prefix.as_str()).and_then(|rest| STANDARD.decode(rest).ok()),
        };
        Zeroizing::new(decoded.unwrap_or_else(|| text.as_bytes().to_vec()))
    }
}

fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

impl Unit {
    pub(super) fn of(self, instant: crate::domain::time::Timestamp) -> i64 {
        match self {
            Self::Seconds => instant.as_seconds(),
            Self::Milliseconds => instant.as_millis(),
        }
    }
}

/// Fills `{name}`s of a recipe's own text in one pass: what is filled in is never looked at again.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        let known =
            values.iter().find_map(|(name, value)| Some((value, inside.strip_prefix(name)?.strip_prefix('}')?)));
        match known {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = inside;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(key: KeyForm, digest: Digest) -> Signature {
        let travels = Travels::Header { name: "S".to_owned(), wrapping: bare() };
        Signature { algorithm: Algorithm::HmacSha256, key, digest, signs: SignedText::Url, travels, headers: vec![] }
    }

    fn secret(text: &str) -> SecretText {
        SecretText::known(text.to_owned())
    }

    #[test]
    fn a_key_is_the_whole_text_of_the_secret_unless_the_recipe_decodes_it() {
        let text = "1704067200.{\"id\":\"evt_1\"}";
        let whole = signature(KeyForm::Text, Digest::Hex).sign(&secret("whsec_abc123xyz"), text.as_bytes());
        assert_eq!(whole, "7dcb611cde78a062dffdc496e99c5fada0603ea09d02fb89812bbff632de77f2");
        let decoding = signature(KeyForm::Base64After("whsec_".to_owned()), Digest::Base64);
        let secret = secret("whsec_c2VjcmV0");
        assert_eq!(decoding.sign(&secret, b"x"), STANDARD.encode(hmac_sha256(b"secret", b"x")));
    }

    #[test]
    fn a_signature_is_compared_exactly() {
        let signature = signature(KeyForm::Text, Digest::Hex);
        let right = signature.sign(&secret("k"), b"text");
        assert!(signature.verifies(&secret("k"), b"text", &right));
        assert!(!signature.verifies(&secret("k"), b"text", &right.to_uppercase()));
        assert!(!signature.verifies(&secret("k"), b"text", ""));
        assert!(!signature.verifies(&secret("other"), b"text", &right));
    }

    #[test]
    fn what_is_filled_in_is_never_filled_again() {
        assert_eq!(fill("{t}.{body}", &[("t", "7"), ("body", "{\"t\":\"{t}\"}")]), "7.{\"t\":\"{t}\"}");
        assert_eq!(fill("t={t},{x}", &[("t", "1")]), "t=1,{x}");
    }
}
