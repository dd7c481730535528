//! A sample: one completion that nobody has, and its reversal, as a dialect would send them to an endpoint, with the value of every
//! placeholder. It is signed with a secret that is nobody's, so that all of it may be shown.
//!
//! It is the same whenever it is asked for: whoever writes a receiver compares it byte for byte.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::callback::{Callback, CallbackConfig, CallbackEvent, CallbackRequest, TakenBack};
use super::compose::{ComposeError, compose};
use super::digest::KeyForm;
use super::draft_text::DraftText;
use super::marked::{Marked, marked};
use super::received::Received;
use super::recipe::{Recipe, SecretNeed};
use super::value::ValueSource;
use super::values::Values;
use super::written_value::AttemptFacts;
use crate::domain::amount::Decimal;
use crate::domain::completion::Completion;
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;

/// The secret, where it is taken as it stands.
const SECRET: &str = "sekret";
/// The key that it stands for where it is decoded: 24 bytes, as few as are usual.
const KEY: &[u8] = b"a sample key of nobody's";
/// The id of the event, as long as a real one.
const EVENT: &str = "evt_5d41402abc4b2a76b9719d911017c592";
/// 2024-07-01T18:40:00Z: when the offer was completed.
const COMPLETED_AT: i64 = 1_719_859_200_000;
/// When it was taken back: two days later.
const REVERSED_AT: i64 = COMPLETED_AT + 172_800_000;
/// Milliseconds until each is told.
const LATER: i64 = 60_000;
/// Rewards that are tried, since some dialects tell whole numbers alone.
const REWARDS: [&str; 2] = ["150.75", "150"];

/// A completion and its reversal as a dialect sends them.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The completion.
    pub completion: Told,
    /// The same taken back as a whole, or why that is not told.
    pub reversal: Result<Told, ComposeError>,
    /// What each placeholder stands for, in the recipe's order.
    pub values: Vec<Example>,
    /// The secret that it is signed with, where the dialect has one.
    pub secret: Option<String>,
}

/// One callback.
#[derive(Clone, Debug)]
pub struct Told {
    /// The request.
    pub request: CallbackRequest,
    /// Its URL or body in parts.
    pub parts: Vec<Marked>,
}

/// What a placeholder stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The placeholder.
    pub name: String,
    /// Its value on a completion; nothing where it has none.
    pub completed: Option<String>,
    /// Its value on the reversal.
    pub reversed: Option<String>,
}

/// The secret of samples: a key of the form that the dialect decodes.
pub fn secret(recipe: &Recipe) -> SecretText {
    let decoded_after = recipe.signature().and_then(|signature| match &signature.key {
        KeyForm::Text => None,
        KeyForm::Base64After(prefix) => Some(prefix),
    });
    SecretText::known(match decoded_after {
        Some(prefix) => format!("{prefix}{}", STANDARD.encode(KEY)),
        None => SECRET.to_owned(),
    })
}

/// The sample for an endpoint.
pub fn sample(recipe: &Arc<Recipe>, config: &CallbackConfig) -> Result<Sample, ComposeError> {
    let secret = secret(recipe);
    let mut last = ComposeError::NoCallbackUrl;
    for reward in REWARDS {
        let completion = completion(recipe, reward);
        let taken_back = CallbackEvent::Reversed(reversal(&completion));
        match told(recipe, config, &completion, &CallbackEvent::Completed, &secret) {
            Ok(completed) => {
                let reversed = told(recipe, config, &completion, &taken_back, &secret);
                return Ok(Sample {
                    values: examples(recipe, config, &completion, &taken_back, &secret),
                    completion: completed,
                    reversal: reversed,
                    secret: (recipe.secret() != SecretNeed::None).then(|| secret.expose().to_owned()),
                });
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn told(
    recipe: &Arc<Recipe>,
    config: &CallbackConfig,
    completion: &Completion,
    event: &CallbackEvent,
    secret: &SecretText,
) -> Result<Told, ComposeError> {
    let keys: &[&SecretText] = if recipe.secret() == SecretNeed::None { &[] } else { &[secret] };
    let request = compose(recipe, config, &callback(completion, event), keys)?;
    let sent = Received { url: request.url.clone(), body: request.body.clone(), ..Received::default() };
    let parts = marked(recipe, config, &sent, request.signature.is_some());
    Ok(Told { request, parts })
}

fn callback<'a>(completion: &'a Completion, event: &'a CallbackEvent) -> Callback<'a> {
    let told_of = match event {
        CallbackEvent::Completed => completion.occurred_at,
        CallbackEvent::Reversed(taken) => taken.occurred_at,
    };
    let created_at = Timestamp::from_millis(told_of.as_millis() + LATER);
    Callback { event_id: EVENT, completion, event, attempted_at: created_at, created_at, is_test: false }
}

fn examples(
    recipe: &Arc<Recipe>,
    config: &CallbackConfig,
    completion: &Completion,
    taken_back: &CallbackEvent,
    secret: &SecretText,
) -> Vec<Example> {
    let value = |name: &str, event: &CallbackEvent| {
        let callback = callback(completion, event);
        let message = callback.message();
        let values = Values { recipe, config, message: &message };
        let attempted_at = callback.attempted_at;
        let facts = AttemptFacts { event_id: EVENT, attempted_at, secret: secret.expose(), signature: "" };
        values.named(name).map(|value| DraftText::of(&value).fill(facts).into_owned())
    };
    let example = |name: &str| Example {
        name: name.to_owned(),
        completed: value(name, &CallbackEvent::Completed),
        reversed: recipe.reversal().and_then(|_| value(name, taken_back)),
    };
    recipe.placeholders().iter().map(|placeholder| example(placeholder.name())).collect()
}

/// A completion with a value for all that the dialect can tell.
fn completion(recipe: &Recipe, reward: &str) -> Completion {
    let text = |text: &str| text.to_owned();
    Completion {
        id: text("cmp_sample"),
        source_id: None,
        external_id: text("ext-1001"),
        transaction_id: text("tx-1001"),
        event_type: text("sale"),
        app_id: text("app_sample"),
        user_id: text("u-42"),
        offer_id: Some(text("of7")),
        offer_name: Some(text("Gems & Gold (iOS)")),
        goal_id: Some(text("g3")),
        note: Some(text("Reach level 5")),
        user_reward: Decimal::parse(reward),
        reward_minor: Some(63),
        payout_minor: Some(125),
        gross_minor: Some(250),
        currency: text(recipe.payout_currency().unwrap_or("USD")),
        occurred_at: Timestamp::from_millis(COMPLETED_AT),
        click_id: Some(text("clk-7")),
        extra: extras(recipe),
        calculation: None,
        manual: None,
        review: None,
        recorded_at: Timestamp::from_millis(COMPLETED_AT),
    }
}

/// A pair for each that the recipe asks for, wherever it does, so that no placeholder and no field is empty for want of it.
fn extras(recipe: &Recipe) -> Vec<(String, String)> {
    let mut extras: Vec<(String, String)> = Vec::new();
    for rule in recipe.rules() {
        for source in rule.sources() {
            if let ValueSource::Extra(name) = source
                && extras.iter().all(|(known, _)| known != name)
            {
                let value = match name.as_str() {
                    name if name.ends_with("ip") || name.ends_with("ip_address") => "203.0.113.9".to_owned(),
                    "country" => "DE".to_owned(),
                    name => format!("{name}-9"),
                };
                extras.push((name.clone(), value));
            }
        }
    }
    extras
}

fn reversal(completion: &Completion) -> TakenBack {
    TakenBack {
        ordinal: 1,
        whole: true,
        user_reward: completion.user_reward.clone(),
        reward_minor: completion.reward_minor,
        payout_minor: completion.payout_minor,
        gross_minor: completion.gross_minor,
        reason: Some("chargeback".to_owned()),
        occurred_at: Timestamp::from_millis(REVERSED_AT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::callback_url::CallbackUrl;
    use crate::domain::dialect::catalog::Catalog;
    use crate::domain::dialect::endpoint_settings::EndpointSettings;

    /// A URL with every placeholder of a dialect that a publisher may write.
    fn every_macro(recipe: &Recipe) -> String {
        if recipe.body().is_some() || recipe.has_parameter_list() {
            return "https://pub.example/cb".to_owned();
        }
        let reserved: Vec<&str> = recipe.reserved_names().collect();
        let own = recipe.placeholders().iter().filter(|known| !known.hidden() && !known.reversal_only());
        let names = own.map(|known| known.name()).filter(|name| !reserved.contains(name));
        let signature = recipe.signature();
        let carrier = signature.into_iter().flat_map(|signature| signature.placeholder().iter().take(1));
        let names = names.chain(carrier.map(String::as_str));
        let signed = signature.map(|signature| signature.signed_parameters()).unwrap_or_default();
        let pair = |(number, name): (usize, &str)| {
            let parameter =
                if signed.iter().any(|signed| signed == name) { name.to_owned() } else { format!("p{number}") };
            format!("{parameter}={}", recipe.written(name))
        };
        let pairs: Vec<String> = names.enumerate().map(pair).collect();
        format!("https://pub.example/cb?{}", pairs.join("&"))
    }

    fn of(dialect: &str, url: Option<&str>) -> Sample {
        let catalog = Catalog::builtin();
        let recipe = catalog.get(dialect).unwrap();
        let callback_url = CallbackUrl::new(&url.map_or_else(|| every_macro(recipe), str::to_owned));
        let names = recipe.settings().iter().map(|setting| (setting.name.clone(), "set".to_owned()));
        let settings = EndpointSettings {
            callback_url: Some(callback_url.clone()),
            reversal_url: Some(callback_url),
            dialect_settings: names.collect(),
            ..EndpointSettings::new(dialect)
        };
        sample(recipe, &CallbackConfig { app_label: "app_1".to_owned(), settings }).unwrap()
    }

    #[test]
    fn every_dialect_has_a_sample_that_is_signed_and_a_reversal_where_it_tells_one() {
        for recipe in Catalog::builtin().newest() {
            let sample = of(recipe.name(), None);
            let is_signed = sample.completion.request.signature.is_some();
            assert_eq!(is_signed, recipe.signature().is_some(), "{}", recipe.name());
            let is_told = sample.reversal.is_ok();
            assert_eq!(is_told, recipe.reversal().is_some(), "{}: {:?}", recipe.name(), sample.reversal.err());
            assert_eq!(sample.values.len(), recipe.placeholders().len());
        }
    }

    #[test]
    fn a_field_of_the_body_that_is_reported_in_extra_is_in_the_sample() {
        for recipe in Catalog::builtin().newest() {
            let extra = extras(recipe);
            let is_there = |source: &ValueSource| match source {
                ValueSource::Extra(name) => extra.iter().any(|(known, _)| known == name),
                _ => true,
            };
            assert!(recipe.rules().flat_map(|rule| rule.sources()).all(is_there), "{}", recipe.name());
        }
        let body = of("adgem-post", None).completion.request.body.unwrap();
        assert!(body.contains("\"country\":\"DE\""), "{body}");
    }

    #[test]
    fn a_sample_is_what_the_vectors_have() {
        let url = "https://pub.example/ayet?uid={external_identifier}&amount={currency_amount}&usd={payout_usd}&tx={transaction_id}\
                   &offer={offer_name}&cb={is_chargeback}";
        let sample = of("ayet", Some(url));
        let text = "amount=150.75&cb=0&offer=Gems+%26+Gold+%28iOS%29&tx=tx-1001&uid=u-42&usd=1.25";
        assert_eq!(sample.completion.request.signed_text.as_deref(), Some(text));
        let reversed = sample.reversal.unwrap();
        assert_eq!(
            reversed.request.signature.as_deref(),
            Some("f1d52f740123cd402f7d31e7f7a505999910ab56b912f6b7d42f06de610cd673")
        );
        let uid = &sample.values[0];
        assert_eq!((uid.name.as_str(), uid.completed.as_deref()), ("external_identifier", Some("u-42")));
        assert_eq!(sample.secret.as_deref(), Some("sekret"));
    }
}
