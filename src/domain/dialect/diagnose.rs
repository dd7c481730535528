//! Why a callback does not verify, in words: the text is read in every way in which receivers go wrong, and the first
//! reading under which a known key signs it tells what differs. Where it is known what was sent, that is compared besides.
//!
//! It never says what the right signature would be: who may ask is not who may sign. Of the one that was received it repeats
//! at most the first 8 characters.

mod age;
mod bodies;
mod code;
mod differences;
mod looked_for;
mod masked;
mod named_ids;
mod pieces;
mod queries;
mod reading;
mod readings;
mod sent;
mod text;
mod tricks;
mod urls;

use serde::Serialize;

use super::callback::CallbackConfig;
use super::parts::Parts;
use super::query::Query;
use super::received::{Received, Seen};
use super::recipe::Recipe;
use super::signature::Signature;
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;
pub use age::{stale, told_at};
pub use code::Code;
use code::Mistake;
pub use differences::Difference;
pub use looked_for::looked_for;
use masked::Masked;
pub use named_ids::{NamedIds, named_ids};
pub use pieces::Piece;
use reading::Reading;
use readings::readings;
pub use sent::Sent;
pub use text::SignedPart;
use text::Text;
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
    /// The finding in a word.
    pub code: Code,
    /// The first thing that differs, or that nothing does.
    pub finding: String,
    /// What to do.
    pub advice: String,
    /// What to think of a time that it tells and that is long past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<String>,
    /// The text as it stands in what was received, as far as it can be rebuilt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_text: Option<String>,
    /// The text that was signed, where it is known, else the one that the receiver should sign to compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_text: Option<String>,
    /// Where the two differ, by bytes of the signed one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// Both texts value by value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Piece>,
    /// The signed text in parts, with the names of those that are values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signed_parts: Vec<SignedPart>,
}

/// What was found, before both texts are laid side by side.
struct Found {
    verifies: bool,
    key: Option<String>,
    mistake: Mistake,
    /// What was signed, as far as it is known.
    text: Option<Text>,
}

/// So many readings are tried with each mistake about the key.
const TRIED_WITH_TRICKS: usize = 16;

/// What may have happened to a URL as a whole, signature included: what stands there, what stood there, and what that is.
const ESCAPED: [(&str, &str, Code, &str); 2] = [
    ("&amp;", "&", Code::HtmlEscaped, "`&amp;` stands in place of `&`: the URL was escaped for HTML on the way."),
    ("%25", "%", Code::EncodedTwice, "The values were encoded twice on the way: decode them once more."),
];

/// Looks for the key and the reading under which a received callback verifies.
pub fn diagnose(
    recipe: &Recipe,
    received: &Received,
    keys: &[(String, SecretText)],
    config: &CallbackConfig,
) -> Diagnosis {
    Case { recipe, config, received, keys, sent: None, received_at: None }.diagnosis()
}

/// A callback that somebody received, with all that may tell what happened to it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The dialect that it was sent in.
    pub recipe: &'a Recipe,
    /// The endpoint that it was sent to.
    pub config: &'a CallbackConfig,
    /// What came.
    pub received: &'a Received,
    /// The keys that it may be signed with, each by its label.
    pub keys: &'a [(String, SecretText)],
    /// What was sent, where that is known.
    pub sent: Option<&'a Sent>,
    /// When it came, where that is known.
    pub received_at: Option<Timestamp>,
}

impl Case<'_> {
    /// What is to be said of it: the reading under which it verifies; where none explains it, what differs from what was sent.
    pub fn diagnosis(&self) -> Diagnosis {
        let Self { recipe, config, received, keys, sent, received_at } = *self;
        let plain = diagnose_plain(recipe, received, keys, config);
        let unescaped = |(from, to, code, words): &(&str, &str, Code, &str)| {
            let url = Some(received.url.replace(from, to)).filter(|url| *url != received.url)?;
            let found = diagnose_plain(recipe, &Received { url, ..received.clone() }, keys, config);
            found.verifies.then(|| Found { verifies: false, mistake: Mistake::new(*code, *words), ..found })
        };
        let found = if plain.key.is_some() { plain } else { ESCAPED.iter().find_map(unescaped).unwrap_or(plain) };
        let compared = || sent.and_then(|sent| sent::compared(recipe, config, received, keys, sent));
        let mut found = if found.key.is_some() { found } else { compared().unwrap_or(found) };
        let age = received_at.and_then(|now| stale(recipe, config, received, now));
        if let Some(age) = age.as_ref().filter(|_| found.verifies) {
            found.mistake = Mistake::new(Code::StaleTimestamp, format!("It verifies. {age}"));
        }
        let with_all = |text: Text| match found.mistake.code {
            Code::ParameterAdded => text.with_what_follows(recipe, received),
            _ => text,
        };
        let as_received = || plain_text(recipe, config, received).or_else(|| bare_url(recipe, received)).map(with_all);
        // Where it verifies, a host that is not known or replaced on purpose is no difference.
        let theirs = if found.verifies { found.text.clone() } else { as_received() };
        Diagnosis { age, ..Masked::of(recipe, config, received, keys, sent).diagnosis(found, theirs) }
    }
}

/// The text as it stands in what was received.
fn plain_text(recipe: &Recipe, config: &CallbackConfig, received: &Received) -> Option<Text> {
    let seen = Seen::new(recipe, config, received);
    recipe.signature()?.signs.render(&seen).ok().as_ref().map(Text::of)
}

/// A URL without what carries its signature, where that cannot be told apart as it should be.
fn bare_url(recipe: &Recipe, received: &Received) -> Option<Text> {
    let signature = recipe.signature().filter(|signature| signature.signs_url())?;
    let carrier = format!("{}=", signature.query_parameter()?);
    let end = received.url.rfind(&carrier)?;
    let shown = received.url[..end].trim_end_matches(['?', '&']).trim_end_matches("&amp;").to_owned();
    Some(Text { shown, parts: Vec::new() })
}

fn diagnose_plain(
    recipe: &Recipe,
    received: &Received,
    keys: &[(String, SecretText)],
    config: &CallbackConfig,
) -> Found {
    let unknown = |code: Code, words: String, text: Option<Parts<'_>>| Found {
        verifies: false,
        key: None,
        mistake: Mistake::new(code, words),
        text: text.as_ref().map(Text::of),
    };
    let Some(signature) = recipe.signature() else {
        return unknown(Code::NothingSigned, format!("{} signs nothing.", recipe.title()), None);
    };
    let seen = Seen::new(recipe, config, received);
    let claimed = match seen.claimed(signature) {
        Ok(claimed) => claimed,
        Err(lacking) => return unknown(Code::NoSignature, lacking, None),
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
        Ok(text) => {
            let mistake = without_match(&seen, keys);
            unknown(mistake.code, mistake.words, Some(text))
        }
        Err(lacking) => unknown(Code::Incomplete, lacking.words, None),
    })
}

fn find(
    seen: &Seen<'_>,
    signature: &Signature,
    claimed: &[String],
    keys: &[(String, SecretText)],
    readings: &[Reading],
) -> Option<Found> {
    readings.iter().find_map(|reading| {
        let seen = seen.with(&reading.received, reading.time.clone());
        let text = signature.signs.render(&seen).ok()?;
        let (label, _) = keys.iter().find(|(_, key)| signature.verifies(key, &text, claimed))?;
        Some(Found {
            verifies: reading.mistake.is_none(),
            key: Some(label.clone()),
            mistake: reading.mistake.clone().unwrap_or_else(|| Mistake::new(Code::Verifies, "It verifies.")),
            text: Some(Text::of(&text)),
        })
    })
}

fn without_match(seen: &Seen<'_>, keys: &[(String, SecretText)]) -> Mistake {
    let (recipe, received) = (seen.recipe, seen.received);
    if !received.method.eq_ignore_ascii_case(recipe.method()) {
        let words =
            format!("It was received as {}, but {} sends {}.", received.method, recipe.title(), recipe.method());
        return Mistake::new(Code::MethodChanged, words);
    }
    if keys.is_empty() {
        return Mistake::new(Code::NoSecret, "There is no secret to check it with.");
    }
    let query = Query::read(&received.url);
    let empty: Vec<&str> = query.pairs().filter(|(_, value)| value.is_empty()).map(|(name, _)| name).collect();
    let emptied = if empty.is_empty() {
        String::new()
    } else {
        format!(" These parameters arrived empty; were they when they were sent? {}.", empty.join(", "))
    };
    let none = match keys.len() {
        1 => "The one secret that is known does not sign this text".to_owned(),
        several => format!("None of the {several} secrets that are known signs this text"),
    };
    let words = format!(
        "{none}, nor any usual distortion of it: it was signed with another secret, or a value was changed.{emptied}"
    );
    Mistake::new(Code::AnotherSecret, words)
}

#[cfg(test)]
mod tests;
