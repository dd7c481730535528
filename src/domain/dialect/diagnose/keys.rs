//! The keys that a callback may be signed with: those of the known secrets, and what receivers and vaults make of them.

use zeroize::Zeroizing;

use super::code::{Code, Mistake};
use crate::domain::dialect::digest::KeyForm;
use crate::domain::dialect::signature::Signature;
use crate::domain::secret::SecretText;

/// So many secrets are tried; an endpoint that keeps more has forgotten to delete them.
const MOST: usize = 16;

/// A key, with the secret that stands for it in signed texts.
pub(super) struct Key {
    pub(super) label: String,
    pub(super) secret: SecretText,
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// What was done to the secret, if it signs.
    pub(super) mistake: Option<Mistake>,
}

/// The keys of the secrets as they are.
pub(super) fn keys(signature: &Signature, secrets: &[(String, SecretText)]) -> Vec<Key> {
    let key = |(label, secret): &(String, SecretText)| {
        let bytes = signature.key.key(secret).ok()?;
        Some(Key { label: label.clone(), secret: secret.clone(), bytes, mistake: None })
    };
    secrets.iter().take(MOST).filter_map(key).collect()
}

/// What a secret's text may have become.
type Bend<'a> = (Code, &'static str, &'a dyn Fn(&str) -> Option<String>);

/// The keys of secrets that something was done to.
pub(super) fn mistaken(signature: &Signature, prefix: &str, secrets: &[(String, SecretText)]) -> Vec<Key> {
    let other_form = match &signature.key {
        KeyForm::Text => KeyForm::Base64After(prefix.to_owned()),
        KeyForm::Base64After(_) => KeyForm::Text,
    };
    let decoding = match &signature.key {
        KeyForm::Text => "It is signed with the secret decoded from base64: the key is the secret's text as it is.",
        KeyForm::Base64After(_) => {
            "It is signed with the secret's text: the key is what the secret decodes to from base64."
        }
    };
    let bends: [Bend<'_>; 4] = [
        (
            Code::SecretLineBreak,
            "It is signed with the secret followed by a line break: the secret was read with its newline.",
            &|text| Some(format!("{text}\n")),
        ),
        (
            Code::SecretLineBreak,
            "It is signed with the secret followed by a line break (CR LF): the secret was read with its newline.",
            &|text| Some(format!("{text}\r\n")),
        ),
        (
            Code::SecretPrefix,
            "It is signed with the secret without its prefix: the key is the whole secret.",
            &|text| text.strip_prefix(prefix).filter(|_| !prefix.is_empty()).map(str::to_owned),
        ),
        (
            Code::SecretQuoted,
            "It is signed with the secret in quotes: the quotes of a settings file were read as a part of it.",
            &|text| Some(format!("\"{text}\"")),
        ),
    ];
    let mut keys = Vec::new();
    for (label, secret) in secrets.iter().take(MOST) {
        let mut add = |secret: SecretText, form: &KeyForm, code: Code, words: &str| {
            if let Ok(bytes) = form.key(&secret) {
                keys.push(Key { label: label.clone(), secret, bytes, mistake: Some(Mistake::new(code, words)) });
            }
        };
        for (code, words, bend) in &bends {
            if let Some(bent) = bend(secret.expose()) {
                add(SecretText::known(bent), &signature.key, *code, words);
            }
        }
        add(secret.clone(), &other_form, Code::SecretDecoded, decoding);
    }
    keys
}
