//! Why a callback does not verify, in words: the text is read in every way in which receivers go wrong, and the first
//! reading under which a known key signs it tells what differs.
//!
//! It never says what the right signature would be: who may ask is not who may sign.

mod readings;

use serde::Serialize;

use super::callback::CallbackConfig;
use super::received::{Received, signed_text_of_received};
use super::recipe::Recipe;
use super::signature::{Digest, KeyForm, Signature};
use crate::domain::secret::SecretText;
use readings::{Reading, readings};

/// What is known about a received callback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// Whether it verifies as received.
    pub verifies: bool,
    /// The label of the key that it is signed with, if one was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The first thing that differs, or that nothing does.
    pub finding: String,
    /// The text that the receiver should sign to compare, as far as it can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_text: Option<String>,
}

/// Looks for the key and the reading under which a received callback verifies.
pub fn diagnose(
    recipe: &Recipe,
    received: &Received,
    keys: &[(String, SecretText)],
    config: &CallbackConfig,
) -> Diagnosis {
    let unknown = |finding: String, signed_text| Diagnosis { verifies: false, key: None, finding, signed_text };
    let Some(signature) = recipe.signature() else {
        return unknown(format!("{} signs nothing.", recipe.title()), None);
    };
    let claimed = match received.claimed(signature) {
        Ok(claimed) => claimed,
        Err(lacking) => return unknown(lacking, None),
    };
    let plain = match signed_text_of_received(recipe, received) {
        Ok(text) => text,
        Err(lacking) => return unknown(lacking, None),
    };
    let readings = readings(signature, received, config, &plain);
    let found = find(signature, &claimed, keys, &readings).or_else(|| {
        let tricks = tricks(signature, recipe.secret_prefix(), &claimed);
        tricks.into_iter().find_map(|trick| trick.find(keys, &readings))
    });
    found.unwrap_or_else(|| unknown(without_match(recipe, received, keys), Some(plain)))
}

fn find(
    signature: &Signature,
    claimed: &str,
    keys: &[(String, SecretText)],
    readings: &[Reading],
) -> Option<Diagnosis> {
    readings.iter().find_map(|reading| {
        let (label, _) = keys.iter().find(|(_, key)| signature.verifies(key, reading.text.as_bytes(), claimed))?;
        Some(Diagnosis {
            verifies: reading.mistake.is_none(),
            key: Some(label.clone()),
            finding: reading.mistake.clone().unwrap_or_else(|| "It verifies.".to_owned()),
            signed_text: Some(reading.text.clone()),
        })
    })
}

fn without_match(recipe: &Recipe, received: &Received, keys: &[(String, SecretText)]) -> String {
    if !received.method.eq_ignore_ascii_case(recipe.method()) {
        return format!("It was received as {}, but {} sends {}.", received.method, recipe.title(), recipe.method());
    }
    if keys.is_empty() {
        return "There is no secret to check it with.".to_owned();
    }
    "No known secret signs this text, nor any of its usual distortions: it was signed with another secret, or a value was \
     changed. Compare signedText, byte by byte, with the text that your server signs."
        .to_owned()
}

/// What a receiver may have made of a secret's text.
type Bend<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// A mistake in handling the key or the signature rather than the text.
struct Trick<'a> {
    signature: Signature,
    claimed: String,
    key: Bend<'a>,
    mistake: &'static str,
}

impl Trick<'_> {
    fn find(&self, keys: &[(String, SecretText)], readings: &[Reading]) -> Option<Diagnosis> {
        let bent =
            |(label, key): &(String, SecretText)| Some((label.clone(), SecretText::known((self.key)(key.expose())?)));
        let keys: Vec<_> = keys.iter().filter_map(bent).collect();
        let found = find(&self.signature, &self.claimed, &keys, readings)?;
        Some(Diagnosis { verifies: false, finding: self.mistake.to_owned(), ..found })
    }
}

fn tricks<'a>(signature: &Signature, prefix: &'a str, claimed: &str) -> Vec<Trick<'a>> {
    let same = |text: &str| Some(text.to_owned());
    let with =
        |key: Bend<'a>, mistake| Trick { signature: signature.clone(), claimed: claimed.to_owned(), key, mistake };
    let mut tricks = vec![
        with(
            Box::new(|text| Some(format!("{text}\n"))),
            "It is signed with the secret followed by a line break: the secret was read with its newline.",
        ),
        with(
            Box::new(|text| Some(format!("{text}\r\n"))),
            "It is signed with the secret followed by a line break (CR LF): the secret was read with its newline.",
        ),
        with(
            Box::new(move |text| text.strip_prefix(prefix).filter(|_| !prefix.is_empty()).map(str::to_owned)),
            "It is signed with the secret without its prefix: the key is the whole secret.",
        ),
    ];
    if claimed != claimed.to_ascii_lowercase() {
        let mistake = "The signature is in upper-case hexadecimal: it must be in lower case.";
        tricks.push(Trick { claimed: claimed.to_ascii_lowercase(), ..with(Box::new(same), mistake) });
    }
    if signature.digest == Digest::Hex {
        let mut other = with(Box::new(same), "The signature is in base64: it must be in lower-case hexadecimal.");
        other.signature.digest = Digest::Base64;
        tricks.push(other);
    }
    if signature.key == KeyForm::Text {
        let mistake = "It is signed with the secret decoded from base64: the key is the secret's text as it is.";
        let mut other = with(Box::new(same), mistake);
        other.signature.key = KeyForm::Base64After(prefix.to_owned());
        tricks.push(other);
    }
    tricks
}

#[cfg(test)]
mod tests;
