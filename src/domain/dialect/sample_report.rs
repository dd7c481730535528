//! What samples are made of: one completion that nobody has, with all that a recipe can tell, and a secret that is nobody's.
//!
//! It must not come from a publisher, a report or a clock: whoever compares a sample byte for byte, today or next year, finds the
//! same one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::digest::KeyForm;
use super::format::Format;
use super::recipe::{Recipe, Requirement};
use super::value::{Fact, ValueSource};
use crate::domain::amount::Decimal;
use crate::domain::completion::Completion;
use crate::domain::fields::EXTRA_PAIRS;
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;

/// The secret, where it is taken as it stands.
const SECRET: &str = "sekret";
/// The key that it stands for where it has a form: 24 bytes, as few as are usual.
const KEY: &[u8] = b"a sample key of nobody's";
/// 2024-07-01T18:40:00Z: when the offer was completed.
pub(super) const COMPLETED_AT: Timestamp = Timestamp::from_millis(1_719_859_200_000);
/// Two days later: when it was taken back.
pub(super) const REVERSED_AT: Timestamp = Timestamp::from_millis(1_720_032_000_000);
/// An ordinary reward …
const REWARD: &str = "150.75";
/// … and one that every format can say.
pub(super) const WHOLE_REWARD: &str = "150";

/// The secret of samples, in the form that the dialect demands.
pub(super) fn secret(recipe: &Recipe) -> SecretText {
    let prefix = match recipe.signature().map(|signature| &signature.key) {
        Some(KeyForm::Base64After(prefix)) => Some(prefix.as_str()),
        Some(KeyForm::Text) | None => Some(recipe.secret_prefix()).filter(|prefix| !prefix.is_empty()),
    };
    SecretText::known(match prefix {
        Some(prefix) => format!("{prefix}{}", STANDARD.encode(KEY)),
        None => SECRET.to_owned(),
    })
}

/// A completion with a value for all that the dialect can tell, and nothing odd.
pub(super) fn completion(recipe: &Recipe) -> Completion {
    let text = |text: &str| Some(text.to_owned());
    let is_refused = |format: &Format| format.decimal(REWARD).is_err();
    let wants_whole = recipe.rules().any(|rule| rule.uses(Fact::UserReward) && is_refused(&rule.format));
    Completion {
        id: "cmp_sample".to_owned(),
        source_id: None,
        external_id: "ext-1001".to_owned(),
        transaction_id: "tx-1001".to_owned(),
        event_type: "goal".to_owned(),
        app_id: "app_sample".to_owned(),
        user_id: "u-42".to_owned(),
        offer_id: text("of7"),
        offer_name: text("Gems"),
        goal_id: text("g3"),
        note: text("Reach level 5"),
        user_reward: Decimal::parse(if wants_whole { WHOLE_REWARD } else { REWARD }),
        reward_minor: Some(63),
        payout_minor: Some(125),
        gross_minor: Some(250),
        currency: recipe.payout_currency().unwrap_or("USD").to_owned(),
        occurred_at: COMPLETED_AT,
        click_id: text("clk-7"),
        extra: extras(recipe),
        calculation: None,
        manual: None,
        review: None,
        recorded_at: COMPLETED_AT,
    }
}

/// The pairs of `extra` that the recipe speaks of, as far as a report may have so many, so that no placeholder and no field is
/// empty for want of one.
fn extras(recipe: &Recipe) -> Vec<(String, String)> {
    let required = recipe.required().iter().flat_map(|requirement| match requirement {
        Requirement::One(source) => std::slice::from_ref(source),
        Requirement::AnyOf(sources) => sources,
    });
    let mut extras: Vec<(String, String)> = Vec::new();
    for source in required.chain(recipe.rules().flat_map(|rule| rule.sources())) {
        if let ValueSource::Extra(name) = source
            && extras.len() < EXTRA_PAIRS
            && extras.iter().all(|(known, _)| known != name)
        {
            extras.push((name.clone(), value_of(name)));
        }
    }
    extras
}

fn value_of(extra: &str) -> String {
    match extra {
        name if name.split('_').any(|word| word == "ip") => "203.0.113.9".to_owned(),
        "country" => "DE".to_owned(),
        name => format!("{name}-9"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    #[test]
    fn whatever_a_recipe_takes_from_extra_is_there() {
        for recipe in Catalog::builtin().newest() {
            let extra = extras(recipe);
            let is_there = |source: &ValueSource| match source {
                ValueSource::Extra(name) => extra.iter().any(|(known, _)| known == name),
                _ => true,
            };
            assert!(recipe.rules().flat_map(|rule| rule.sources()).all(is_there), "{}", recipe.name());
        }
    }

    #[test]
    fn the_secret_is_a_key_of_every_dialect() {
        for recipe in Catalog::builtin().newest() {
            let checked = recipe.signature().map_or(Ok(()), |signature| signature.check_secret(&secret(recipe)));
            assert!(checked.is_ok(), "{}", recipe.name());
        }
    }
}
