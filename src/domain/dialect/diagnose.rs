//! Why a callback does not verify, in words: the text is read in every way in which receivers go wrong, and the first
//! reading under which a known key signs it tells what differs.
//!
//! It never says what the right signature would be: who may ask is not who may sign.

mod age;
mod bodies;
mod queries;
mod reading;
mod readings;
mod tricks;
mod urls;

use serde::Serialize;

use super::callback::CallbackConfig;
use super::parts::{Part, PartKind, Parts, SECRET};
use super::query::Query;
use super::received::{Received, Seen};
use super::recipe::Recipe;
use super::signature::Signature;
use crate::domain::secret::SecretText;
pub use age::stale;
use reading::Reading;
use readings::readings;
use tricks::tricks;

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
    /// The same in parts, with the names of those that are values: what to compare one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signed_parts: Vec<SignedPart>,
}

/// A part of a signed text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedPart {
    /// Its text; for the secret, the word that stands for it.
    pub text: String,
    /// The placeholder or the parameter whose value it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl SignedPart {
    fn all(text: &Parts<'_>) -> Vec<Self> {
        let part = |part: &Part<'_>| {
            let text = if part.kind == PartKind::Secret { SECRET.to_owned() } else { part.text.clone().into_owned() };
            Self { text, name: part.name().map(str::to_owned) }
        };
        text.iter().map(part).collect()
    }
}

/// So many readings are tried with each mistake about the key.
const TRIED_WITH_TRICKS: usize = 16;

/// What may have happened to a URL as a whole, signature included: what stands there, what stood there, and the words for
/// it.
const ESCAPED: [(&str, &str, &str); 2] = [
    ("&amp;", "&", "`&amp;` stands in place of `&`: the URL was escaped for HTML on the way."),
    ("%25", "%", "The values were encoded twice on the way: decode them once more."),
];

/// Looks for the key and the reading under which a received callback verifies.
pub fn diagnose(
    recipe: &Recipe,
    received: &Received,
    keys: &[(String, SecretText)],
    config: &CallbackConfig,
) -> Diagnosis {
    let plain = diagnose_plain(recipe, received, keys, config);
    let unescaped = |(from, to, finding): &(&str, &str, &str)| {
        let url = Some(received.url.replace(from, to)).filter(|url| *url != received.url)?;
        let found = diagnose_plain(recipe, &Received { url, ..received.clone() }, keys, config);
        found.verifies.then(|| Diagnosis { verifies: false, finding: (*finding).to_owned(), ..found })
    };
    if plain.key.is_some() { plain } else { ESCAPED.iter().find_map(unescaped).unwrap_or(plain) }
}

fn diagnose_plain(
    recipe: &Recipe,
    received: &Received,
    keys: &[(String, SecretText)],
    config: &CallbackConfig,
) -> Diagnosis {
    let unknown = |finding: String, text: Option<Parts<'_>>| Diagnosis {
        verifies: false,
        key: None,
        finding,
        signed_text: text.as_ref().map(Parts::shown),
        signed_parts: text.as_ref().map(SignedPart::all).unwrap_or_default(),
    };
    let Some(signature) = recipe.signature() else {
        return unknown(format!("{} signs nothing.", recipe.title()), None);
    };
    let seen = Seen::new(recipe, config, received);
    let claimed = match seen.claimed(signature) {
        Ok(claimed) => claimed,
        Err(lacking) => return unknown(lacking, None),
    };
    let readings = readings(&seen, signature);
    let found = find(&seen, signature, &claimed, keys, &readings).or_else(|| {
        let tricks = tricks(signature, recipe.secret_prefix(), &claimed);
        // Whoever mistook the key seldom had the URL distorted as well.
        let likeliest = &readings[..readings.len().min(TRIED_WITH_TRICKS)];
        tricks.into_iter().find_map(|trick| trick.find(&seen, keys, likeliest))
    });
    // What a receiver cannot even rebuild is told before what it rebuilt.
    found.unwrap_or_else(|| match signature.signs.render(&seen) {
        Ok(text) => unknown(without_match(&seen, keys), Some(text)),
        Err(lacking) => unknown(lacking.words, None),
    })
}

fn find(
    seen: &Seen<'_>,
    signature: &Signature,
    claimed: &[String],
    keys: &[(String, SecretText)],
    readings: &[Reading],
) -> Option<Diagnosis> {
    readings.iter().find_map(|reading| {
        let seen = seen.with(&reading.received, reading.time.clone());
        let text = signature.signs.render(&seen).ok()?;
        let (label, _) = keys.iter().find(|(_, key)| signature.verifies(key, &text, claimed))?;
        Some(Diagnosis {
            verifies: reading.mistake.is_none(),
            key: Some(label.clone()),
            finding: reading.mistake.clone().unwrap_or_else(|| "It verifies.".to_owned()),
            signed_text: Some(text.shown()),
            signed_parts: SignedPart::all(&text),
        })
    })
}

fn without_match(seen: &Seen<'_>, keys: &[(String, SecretText)]) -> String {
    let (recipe, received) = (seen.recipe, seen.received);
    if !received.method.eq_ignore_ascii_case(recipe.method()) {
        return format!("It was received as {}, but {} sends {}.", received.method, recipe.title(), recipe.method());
    }
    if keys.is_empty() {
        return "There is no secret to check it with.".to_owned();
    }
    let query = Query::read(&received.url);
    let empty: Vec<&str> = query.pairs().filter(|(_, value)| value.is_empty()).map(|(name, _)| name).collect();
    let emptied = if empty.is_empty() {
        String::new()
    } else {
        format!(" These parameters arrived empty; were they when they were sent? {}.", empty.join(", "))
    };
    format!(
        "No known secret signs this text, nor any of its usual distortions: it was signed with another secret, or a value \
         was changed.{emptied} Compare signedText, byte by byte, with the text that your server signs."
    )
}

#[cfg(test)]
mod tests;
