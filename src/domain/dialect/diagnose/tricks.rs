//! Mistakes in handling the key or the signature rather than the text.

use super::code::{Code, Mistake};
use super::{Found, Reading, find};
use crate::domain::dialect::digest::{Digest, KeyForm};
use crate::domain::dialect::received::Seen;
use crate::domain::dialect::signature::Signature;
use crate::domain::secret::SecretText;

/// What a receiver may have made of a secret's text.
type Bend<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// One mistake, with the way to repeat it.
pub(super) struct Trick<'a> {
    signature: Signature,
    claimed: Vec<String>,
    key: Bend<'a>,
    mistake: (Code, &'static str),
}

impl Trick<'_> {
    pub(super) fn find(&self, seen: &Seen<'_>, keys: &[(String, SecretText)], readings: &[Reading]) -> Option<Found> {
        let bent =
            |(label, key): &(String, SecretText)| Some((label.clone(), SecretText::known((self.key)(key.expose())?)));
        let keys: Vec<_> = keys.iter().filter_map(bent).collect();
        let found = find(seen, &self.signature, &self.claimed, &keys, readings)?;
        Some(Found { verifies: false, mistake: Mistake::new(self.mistake.0, self.mistake.1), ..found })
    }
}

pub(super) fn tricks<'a>(signature: &Signature, prefix: &'a str, claimed: &[String]) -> Vec<Trick<'a>> {
    let same = |text: &str| Some(text.to_owned());
    let with = |key: Bend<'a>, code: Code, words: &'static str| Trick {
        signature: signature.clone(),
        claimed: claimed.to_vec(),
        key,
        mistake: (code, words),
    };
    let mut tricks = vec![
        with(
            Box::new(|text| Some(format!("{text}\n"))),
            Code::SecretLineBreak,
            "It is signed with the secret followed by a line break: the secret was read with its newline.",
        ),
        with(
            Box::new(|text| Some(format!("{text}\r\n"))),
            Code::SecretLineBreak,
            "It is signed with the secret followed by a line break (CR LF): the secret was read with its newline.",
        ),
        with(
            Box::new(move |text| text.strip_prefix(prefix).filter(|_| !prefix.is_empty()).map(str::to_owned)),
            Code::SecretPrefix,
            "It is signed with the secret without its prefix: the key is the whole secret.",
        ),
    ];
    let lower: Vec<String> = claimed.iter().map(|claimed| claimed.to_ascii_lowercase()).collect();
    if signature.digest == Digest::Hex && lower != claimed {
        let mistake = "The signature is in upper-case hexadecimal: it must be in lower case.";
        tricks.push(Trick { claimed: lower, ..with(Box::new(same), Code::SignatureCase, mistake) });
    }
    for (digest, mistake) in [
        (Digest::Base64, "The signature is in base64."),
        (Digest::Base64Url, "The signature is in the base64 of URLs."),
        (Digest::Hex, "The signature is in hexadecimal."),
    ] {
        if signature.digest != digest {
            let mut other = with(Box::new(same), Code::SignatureEncoding, mistake);
            other.signature.digest = digest;
            tricks.push(other);
        }
    }
    match &signature.key {
        KeyForm::Text => {
            let mistake = "It is signed with the secret decoded from base64: the key is the secret's text as it is.";
            let mut other = with(Box::new(same), Code::SecretDecoded, mistake);
            other.signature.key = KeyForm::Base64After(prefix.to_owned());
            tricks.push(other);
        }
        KeyForm::Base64After(_) => {
            let mistake = "It is signed with the secret's text: the key is what the secret decodes to from base64.";
            let mut other = with(Box::new(same), Code::SecretDecoded, mistake);
            other.signature.key = KeyForm::Text;
            tricks.push(other);
        }
    }
    tricks
}
