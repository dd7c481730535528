//! What is to be said of a request that nothing explains: what is lacking, what cannot be right, or that it was signed elsewhere.

use super::code::{Code, Mistake};
use super::sent::of_length;
use super::wholes::Whole;
use super::{Found, Text};
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::query::Query;
use crate::domain::dialect::received::Seen;
use crate::domain::dialect::recipe::{Recipe, SecretNeed};
use crate::domain::secret::SecretText;

/// What cannot even be rebuilt is told before what can.
pub(super) fn unexplained(
    recipe: &Recipe,
    config: &CallbackConfig,
    wholes: &[Whole],
    keys: &[(String, SecretText)],
) -> Found {
    let found = |mistakes: Vec<Mistake>, text: Option<Text>| Found { key: None, mistakes, text };
    let Some(signature) = recipe.signature() else {
        let words = format!("{} signs nothing.", recipe.title());
        return found(vec![Mistake::new(Code::NothingSigned, words)], None);
    };
    if recipe.secret() == SecretNeed::Optional
        && keys.is_empty()
        && !wholes.iter().any(|whole| is_signed(recipe, config, whole))
    {
        let words = "This endpoint has no secret, so nothing is signed.";
        return found(vec![Mistake::new(Code::NoSecret, words)], None);
    }
    // The first of them that holds a signature says more than one that does not.
    let mut lacking = None;
    for whole in wholes {
        let seen = Seen::new(recipe, config, &whole.received);
        let claimed = match seen.claimed(signature) {
            Ok(claimed) => claimed,
            Err(words) => {
                lacking.get_or_insert(words);
                continue;
            }
        };
        let (mistake, text) = match signature.signs.render(&seen) {
            Ok(text) => (without_match(&seen, keys, of_length(signature, &claimed)), Some(Text::of(&text))),
            Err(lacking) => (Mistake::new(Code::Incomplete, lacking.words), None),
        };
        let mistakes = whole.mistakes.iter().filter(|mistake| !mistake.is_of_place()).cloned().chain([mistake]);
        return found(mistakes.collect(), text);
    }
    found(vec![Mistake::new(Code::NoSignature, lacking.unwrap_or_default())], None)
}

/// Whether something stands where the signature is to stand.
fn is_signed(recipe: &Recipe, config: &CallbackConfig, whole: &Whole) -> bool {
    let seen = Seen::new(recipe, config, &whole.received);
    let claimed = recipe.signature().and_then(|signature| seen.claimed(signature).ok()).unwrap_or_default();
    claimed.iter().any(|claimed| !claimed.is_empty())
}

fn without_match(seen: &Seen<'_>, keys: &[(String, SecretText)], of_length: Option<Mistake>) -> Mistake {
    let (recipe, received) = (seen.recipe, seen.received);
    if !received.method.eq_ignore_ascii_case(recipe.method()) {
        let words =
            format!("It was received as {}, but {} sends {}.", received.method, recipe.title(), recipe.method());
        return Mistake::new(Code::MethodChanged, words);
    }
    if keys.is_empty() {
        return Mistake::new(Code::NoSecret, "There is no secret to check it with.");
    }
    let signs_body = recipe.signature().is_some_and(|signature| signature.signs.holds_body());
    if signs_body && received.body.is_none() {
        return Mistake::new(Code::Incomplete, "No body was given; it is what is signed.");
    }
    if let Some(mistake) = of_length {
        return mistake;
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
