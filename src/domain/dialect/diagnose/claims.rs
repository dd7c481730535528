//! What the signature that came may be: the bytes of a digest, with what is wrong about the way in which they are written.
//!
//! Only a whole signature is ever recognised. Whether a part of one is right is told to nobody: piece by piece, whoever asks
//! often enough would learn the rest.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq;

use super::code::{Code, Mistake};
use crate::domain::dialect::digest::Digest;
use crate::domain::dialect::signature::Signature;
use crate::domain::encoding::decode;

/// Everything that the signatures which came may be.
pub(super) struct Claims {
    digest: Digest,
    claims: Vec<Claim>,
    /// Of signatures in base64: as they came, in small letters.
    folded: Vec<String>,
}

struct Claim {
    bytes: Vec<u8>,
    mistake: Option<Mistake>,
}

/// A text, and what happened to it if it is the signature.
type Variant = (String, Option<Mistake>);

impl Claims {
    pub(super) fn of(signature: &Signature, texts: &[String]) -> Self {
        let variants = texts.iter().flat_map(|text| variants(signature, text));
        let claims = variants.flat_map(|variant| claims(signature, &variant)).collect();
        let folds = signature.digest != Digest::Hex;
        let folded = texts.iter().filter(|_| folds).map(|text| text.to_ascii_lowercase()).collect();
        Self { digest: signature.digest, claims, folded }
    }

    /// Whether this digest is what came, and if so what is wrong with the way in which it is written.
    pub(super) fn hold(&self, right: &[u8]) -> Option<Option<Mistake>> {
        let same = |claim: &&Claim| bool::from(claim.bytes.ct_eq(right));
        if let Some(claim) = self.claims.iter().find(same) {
            return Some(claim.mistake.clone());
        }
        let written = (!self.folded.is_empty()).then(|| self.digest.written(right).to_ascii_lowercase())?;
        let is_folded = self.folded.iter().any(|folded| bool::from(folded.as_bytes().ct_eq(written.as_bytes())));
        let words = "The letters of the signature were changed to capital or small ones on the way.";
        is_folded.then(|| Some(Mistake::new(Code::SignatureCase, words)))
    }
}

/// How many characters a signature has.
pub(super) fn length(signature: &Signature) -> usize {
    signature.longest().len()
}

/// Whether a text has the form of a signature of this kind, in whichever of the usual encodings.
pub(super) fn is_whole(signature: &Signature, text: &str) -> bool {
    ENCODINGS.iter().any(|encoding| decoded(*encoding, text).is_some_and(|bytes| bytes.len() == bytes_of(signature)))
}

/// A text as it may have been before something happened to it, the likeliest first.
fn variants(signature: &Signature, text: &str) -> Vec<Variant> {
    let changed = |words: String| Some(Mistake::new(Code::SignatureChanged, words));
    let mut variants = vec![(text.to_owned(), None)];
    let mut add = |variant: String, mistake: Option<Mistake>| {
        if variant != text && !variant.is_empty() {
            variants.push((variant, mistake));
        }
    };
    if signature.digest != Digest::Hex {
        let words = "A + of the signature was decoded as a space on the way.";
        add(text.replace(' ', "+"), Some(Mistake::new(Code::SignatureEncoding, words)));
    }
    if text.contains('%') {
        let words = "The signature was percent-encoded once more on the way.";
        add(decode(&text.replace('+', "%2B")), Some(Mistake::new(Code::SignatureEncoding, words)));
    }
    let blanks =
        changed("White space stands in the signature: a line was broken, or text was joined to it.".to_owned());
    add(text.split_whitespace().collect(), blanks);
    let is_part = |c: char| c.is_ascii_alphanumeric() || signature.digest != Digest::Hex && "+/-_=".contains(c);
    let run = text.trim_start_matches(|c| !is_part(c));
    let run = &run[..run.find(|c| !is_part(c)).unwrap_or(run.len())];
    let whole = length(signature);
    // Without its padding it is shorter by one or two.
    let kept = run.get(..whole).unwrap_or(run);
    let more = text.chars().count() - kept.chars().count();
    let words = match more {
        1 => "One character stands beside the signature that is no part of it.".to_owned(),
        more => format!("{more} characters stand around the signature that are no part of it."),
    };
    add(kept.to_owned(), changed(words.clone()));
    let last = text.rsplit(|c| !is_part(c) || c == '=').find(|part| !part.is_empty()).unwrap_or_default();
    add(last.to_owned(), changed(words));
    variants
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoded {
    Hex,
    Base64,
    Base64Url,
}

const ENCODINGS: [Encoded; 3] = [Encoded::Hex, Encoded::Base64, Encoded::Base64Url];

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// What a text decodes to.
fn decoded(encoding: Encoded, text: &str) -> Option<Vec<u8>> {
    match encoding {
        Encoded::Hex => {
            let is_hex = text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
            is_hex.then(|| (0..text.len()).step_by(2).map_while(byte).collect())
        }
        Encoded::Base64 => GeneralPurpose::new(&STANDARD, LENIENT).decode(text).ok(),
        Encoded::Base64Url => GeneralPurpose::new(&URL_SAFE, LENIENT).decode(text).ok(),
    }
}

fn bytes_of(signature: &Signature) -> usize {
    signature.algorithm.bytes()
}

/// The digests that a text may stand for.
fn claims(signature: &Signature, (text, mistake): &Variant) -> Vec<Claim> {
    let claim = |encoding: &Encoded| {
        let bytes = decoded(*encoding, text).filter(|bytes| bytes.len() == bytes_of(signature))?;
        let written = signature.digest.written(&bytes);
        let mistake = mistake.clone().or_else(|| (written != *text).then(|| written_so(*encoding, signature, text)));
        Some(Claim { bytes, mistake })
    };
    ENCODINGS.iter().filter_map(claim).collect()
}

/// What is to be said of a signature that is written in another way than the dialect's.
fn written_so(encoding: Encoded, signature: &Signature, text: &str) -> Mistake {
    let other = |words: &str| Mistake::new(Code::SignatureEncoding, words);
    match encoding {
        Encoded::Hex if signature.digest == Digest::Hex => {
            let words = "The signature is in upper-case hexadecimal: it must be in lower case.";
            Mistake::new(Code::SignatureCase, words)
        }
        Encoded::Hex => other("The signature is in hexadecimal."),
        Encoded::Base64 if signature.digest == Digest::Base64 => other("The signature lost its `=` at the end."),
        Encoded::Base64Url if signature.digest == Digest::Base64Url => other("The signature has a `=` at its end."),
        Encoded::Base64Url if text.contains(['-', '_']) => other("The signature is in the base64 of URLs."),
        Encoded::Base64 | Encoded::Base64Url => other("The signature is in base64."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    fn found(dialect: &str, bytes: &[u8], text: &str) -> Option<Option<Code>> {
        let recipe = Catalog::builtin().get(dialect).unwrap().clone();
        let claims = Claims::of(recipe.signature().unwrap(), &[text.to_owned()]);
        claims.hold(bytes).map(|mistake| mistake.map(|mistake| mistake.code))
    }

    #[test]
    fn a_signature_is_recognised_however_it_was_written() {
        let bytes: Vec<u8> = (0..32).map(|at| 251_u8.wrapping_mul(at)).collect();
        let hex = Digest::Hex.written(&bytes);
        let own = Digest::Base64.written(&bytes);
        for (text, code) in [
            (hex.clone(), None),
            (hex.to_uppercase(), Some(Code::SignatureCase)),
            (own.clone(), Some(Code::SignatureEncoding)),
            (Digest::Base64Url.written(&bytes), Some(Code::SignatureEncoding)),
            (format!("{hex}\" 401 12"), Some(Code::SignatureChanged)),
            (format!("sha256={hex}"), Some(Code::SignatureChanged)),
            (format!("{} {}", &hex[..20], &hex[20..]), Some(Code::SignatureChanged)),
        ] {
            assert_eq!(found("besitos", &bytes, &text), Some(code), "{text}");
        }
        for (text, code) in [
            (own.clone(), None),
            (own.replace('+', " "), Some(Code::SignatureEncoding)),
            (own.trim_end_matches('=').to_owned(), Some(Code::SignatureEncoding)),
            (own.to_lowercase(), Some(Code::SignatureCase)),
            (hex.clone(), Some(Code::SignatureEncoding)),
        ] {
            assert_eq!(found("standard-webhooks", &bytes, &text), Some(code), "{text}");
        }
    }

    #[test]
    fn a_part_of_a_signature_is_none() {
        let bytes = [7_u8; 32];
        let hex = Digest::Hex.written(&bytes);
        for text in [&hex[..63], &hex[..8], &hex[2..], ""] {
            assert_eq!(found("besitos", &bytes, text), None, "{text}");
        }
    }
}
