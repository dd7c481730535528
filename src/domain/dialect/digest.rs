//! Digests: the functions that sign, how a secret becomes their key, and how their result is written.
//!
//! It computes and keeps nothing: a key lives as long as one computation takes.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use md5::Md5;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::domain::encoding::hex;
use crate::domain::secret::SecretText;

/// Lengths of keys that are decoded, as Standard Webhooks has them.
const USUAL: std::ops::RangeInclusive<usize> = 24..=64;

/// The function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    #[default]
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
    /// HMAC with SHA-1.
    #[serde(rename = "hmac-sha1")]
    HmacSha1,
    /// MD5 of a text that holds the secret.
    #[serde(rename = "md5")]
    Md5,
    /// SHA-1 of a text that holds the secret.
    #[serde(rename = "sha1")]
    Sha1,
    /// SHA-256 of a text that holds the secret.
    #[serde(rename = "sha256")]
    Sha256,
}

/// How a secret's text becomes the key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyForm {
    /// The text's UTF-8 bytes, all of them.
    #[default]
    Text,
    /// What follows this prefix, decoded as base64.
    Base64After(String),
}

/// How the result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Digest {
    /// Lower-case hexadecimal.
    #[default]
    Hex,
    /// Base64 with padding.
    Base64,
    /// Base64 in the alphabet of URLs, without padding.
    Base64Url,
}

/// A secret that is no key of the form that its dialect demands; worded to follow the field's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be {}base64, from which this dialect decodes the key", followed(.prefix))]
pub struct NoKey {
    prefix: String,
}

/// What stands before the key, where something does.
fn followed(prefix: &str) -> String {
    if prefix.is_empty() { String::new() } else { format!("{prefix} followed by ") }
}

impl Algorithm {
    /// Whether the secret is a key of its own, rather than a part of the text.
    pub(super) fn is_keyed(self) -> bool {
        match self {
            Self::HmacSha256 | Self::HmacSha1 => true,
            Self::Md5 | Self::Sha1 | Self::Sha256 => false,
        }
    }

    /// How many bytes it gives.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::HmacSha256 | Self::Sha256 => 32,
            Self::HmacSha1 | Self::Sha1 => 20,
            Self::Md5 => 16,
        }
    }

    /// The digest of a text under a key; a function without a key takes none.
    pub(super) fn digest(self, key: &[u8], text: &[u8]) -> Vec<u8> {
        match self {
            Self::HmacSha256 => keyed::<Hmac<Sha256>>(key, text),
            Self::HmacSha1 => keyed::<Hmac<Sha1>>(key, text),
            Self::Md5 => Md5::digest(text).to_vec(),
            Self::Sha1 => Sha1::digest(text).to_vec(),
            Self::Sha256 => Sha256::digest(text).to_vec(),
        }
    }
}

fn keyed<M: Mac + KeyInit>(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

impl KeyForm {
    /// The key that a secret stands for.
    pub(super) fn key(&self, secret: &SecretText) -> Result<Zeroizing<Vec<u8>>, NoKey> {
        let text = secret.expose();
        match self {
            Self::Text => Ok(Zeroizing::new(text.as_bytes().to_vec())),
            Self::Base64After(prefix) => {
                let decoded = text.strip_prefix(prefix.as_str()).and_then(|rest| STANDARD.decode(rest).ok());
                let key = decoded.filter(|key| !key.is_empty());
                key.map(Zeroizing::new).ok_or_else(|| NoKey { prefix: prefix.clone() })
            }
        }
    }
}

impl KeyForm {
    /// What deserves a look about the key that a secret stands for.
    pub(super) fn warning(&self, secret: &SecretText) -> Option<String> {
        let Self::Base64After(_) = self else { return None };
        let bytes = self.key(secret).ok()?.len();
        let (least, most) = (USUAL.start(), USUAL.end());
        (!USUAL.contains(&bytes))
            .then(|| format!("the secret decodes to a key of {bytes} bytes; {least} to {most} are usual"))
    }
}

impl Digest {
    /// A digest as it is written.
    pub(super) fn written(self, digest: &[u8]) -> String {
        match self {
            Self::Hex => hex(digest),
            Self::Base64 => STANDARD.encode(digest),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(digest),
        }
    }

    /// A text as long as a digest of so many bytes is once it stands in a URL. A hexadecimal one is always of one length;
    /// which digits of a base64 one have to be encoded is known only of the digest itself, so here all of them have.
    pub(super) fn longest(self, bytes: usize) -> String {
        match self {
            Self::Hex => "0".repeat(2 * bytes),
            Self::Base64 => "+".repeat(4 * bytes.div_ceil(3)),
            Self::Base64Url => "0".repeat((8 * bytes).div_ceil(6)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretText {
        SecretText::known(text.to_owned())
    }

    #[test]
    fn a_key_is_the_whole_text_of_the_secret_unless_the_recipe_decodes_it() {
        assert_eq!(*KeyForm::Text.key(&secret("whsec_abc")).unwrap(), b"whsec_abc");
        let decoding = KeyForm::Base64After("whsec_".to_owned());
        assert_eq!(*decoding.key(&secret("whsec_c2VjcmV0")).unwrap(), b"secret");
    }

    #[test]
    fn a_secret_that_does_not_decode_is_no_key() {
        let decoding = KeyForm::Base64After("whsec_".to_owned());
        for text in ["c2VjcmV0", "whsec_", "whsec_c2VjcmV", "whsec_c2Vj*mV0", "whsec_c2VjcmV0 "] {
            assert!(decoding.key(&secret(text)).is_err(), "{text}");
        }
        assert!(decoding.warning(&secret("whsec_c2VjcmV0")).unwrap().contains("6 bytes"));
        assert_eq!(decoding.warning(&secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")), None);
    }

    #[test]
    fn every_function_gives_what_its_standard_says() {
        let of = |algorithm: Algorithm, key: &str, text: &str| hex(&algorithm.digest(key.as_bytes(), text.as_bytes()));
        // The texts of RFC 1321, RFC 3174 and FIPS 180, and those of RFC 2202 and RFC 4231 for the keyed ones.
        assert_eq!(of(Algorithm::Md5, "", "abc"), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(of(Algorithm::Sha1, "", "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of(Algorithm::Sha256, "", "abc"), sha256);
        let (key, text) = ("Jefe", "what do ya want for nothing?");
        assert_eq!(of(Algorithm::HmacSha1, key, text), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        let sha256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(of(Algorithm::HmacSha256, key, text), sha256);
    }

    #[test]
    fn no_signature_is_longer_than_the_longest() {
        for algorithm in [Algorithm::HmacSha256, Algorithm::HmacSha1, Algorithm::Md5] {
            for digest in [Digest::Hex, Digest::Base64, Digest::Base64Url] {
                let written = digest.written(&algorithm.digest(b"key", b"text"));
                assert_eq!(digest.longest(algorithm.bytes()).len(), written.len(), "{algorithm:?} {digest:?}");
            }
        }
    }
}
