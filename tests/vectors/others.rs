//! Dialects that ship with nobody, said as TOML alone: each composes the request that its catalog entry has, byte for byte.
//!
//! They prove the language, not the vendors: no receiver has seen what they make.

use std::sync::Arc;

use ringback::domain::amount::Decimal;
use ringback::domain::completion::Completion;
use ringback::domain::destination::TargetPolicy;
use ringback::domain::dialect::callback::{Callback, CallbackConfig, CallbackEvent, CallbackRequest, TakenBack};
use ringback::domain::dialect::callback_url::{CallbackUrl, UrlUse};
use ringback::domain::dialect::compose::{ComposeError, compose};
use ringback::domain::dialect::recipe::Recipe;
use ringback::domain::secret::SecretText;
use ringback::domain::time::Timestamp;

use crate::anything::{OCCURRED_MS, other, read, taken_back};

const SECRET: &str = "sekret";
/// The keys of the webhook dialects.
const K1: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const K2: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
/// An event whose id is that of AdGem's own example.
const EVENT: &str = "evt_01786456b959404abaa705ef8a2e0290";
/// The body of the webhook dialects' vectors.
const BODY: &str = r#"{"type":"completion","timestamp":"2024-07-01T18:40:00.000Z","data":{"transactionId":"tx-1001","userId":"u-42","userReward":"150.75"}}"#;
/// What those of our recipes say in `data` besides.
const BESIDES: [&str; 9] =
    ["payoutMinor", "rewardMinor", "grossMinor", "currency", "appId", "eventType", "offerId", "offerName", "goalId"];

/// A callback about to be told.
struct Told {
    recipe: Arc<Recipe>,
    config: CallbackConfig,
    completion: Completion,
    event: CallbackEvent,
    keys: Vec<SecretText>,
}

/// The catalog's completion, told by this recipe to this URL.
fn told(recipe: &str, url: &str) -> Told {
    by(read(&other(recipe)), url)
}

fn by(recipe: Recipe, url: &str) -> Told {
    Told {
        config: CallbackConfig::default().with(|settings| settings.callback_url = Some(CallbackUrl::new(url))),
        completion: completion(),
        event: CallbackEvent::Completed,
        keys: vec![SecretText::known(SECRET.to_owned())],
        recipe: Arc::new(recipe),
    }
}

fn completion() -> Completion {
    let text = |text: &str| Some(text.to_owned());
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Completion {
        id: "cmp_1".to_owned(),
        source_id: None,
        external_id: "tx-1001".to_owned(),
        transaction_id: "tx-1001".to_owned(),
        event_type: "goal".to_owned(),
        app_id: "app_1".to_owned(),
        user_id: "u-42".to_owned(),
        offer_id: text("of7"),
        offer_name: text("Gems & Gold (iOS)"),
        goal_id: text("g3"),
        note: None,
        user_reward: Decimal::parse("150.75"),
        reward_minor: None,
        payout_minor: Some(125),
        gross_minor: None,
        currency: "USD".to_owned(),
        occurred_at: Timestamp::from_millis(OCCURRED_MS),
        click_id: None,
        extra: [("ip", "203.0.113.9"), ("device_id", "dev-9")].map(pair).into(),
        calculation: None,
        manual: None,
        review: None,
        recorded_at: Timestamp::from_millis(OCCURRED_MS + 1_000),
    }
}

impl Told {
    fn reward(mut self, reward: &str) -> Self {
        self.completion.user_reward = Decimal::parse(reward);
        self
    }

    fn pair(mut self, name: &str, value: &str) -> Self {
        self.completion.extra.push((name.to_owned(), value.to_owned()));
        self
    }

    fn setting(mut self, name: &str, value: &str) -> Self {
        self.config.settings.dialect_settings.insert(name.to_owned(), value.to_owned());
        self
    }

    fn keys(mut self, keys: &[&str]) -> Self {
        self.keys = keys.iter().map(|key| SecretText::known((*key).to_owned())).collect();
        self
    }

    /// The whole of it taken back.
    fn reversed(mut self) -> Self {
        self.event = taken_back(&self.completion);
        self
    }

    /// The same, told to a URL of its own.
    fn reversed_to(mut self, url: &str) -> Self {
        self.config.settings.reversal_url = Some(CallbackUrl::new(url));
        self.reversed()
    }

    fn compose(&self) -> Result<CallbackRequest, ComposeError> {
        let callback = Callback {
            event_id: EVENT,
            completion: &self.completion,
            event: &self.event,
            attempted_at: Timestamp::from_millis(OCCURRED_MS + 60_000),
            created_at: Timestamp::from_millis(OCCURRED_MS + 1_000),
            is_test: false,
        };
        compose(&self.recipe, &self.config, &callback, &self.keys.iter().collect::<Vec<_>>())
    }

    /// The request, from templates that may be saved.
    fn request(&self) -> CallbackRequest {
        for (which, url) in [
            (UrlUse::Callback, &self.config.settings.callback_url),
            (UrlUse::Reversal, &self.config.settings.reversal_url),
        ] {
            let checked = url.as_ref().map(|url| url.check(&self.recipe, which, &TargetPolicy::default()));
            assert!(!matches!(checked, Some(Err(_))), "{}: {checked:?}", self.recipe.id());
        }
        self.compose().unwrap_or_else(|fault| panic!("{}: {fault}", self.recipe.id()))
    }

    #[track_caller]
    fn is_sent_as(&self, url: &str) -> CallbackRequest {
        let request = self.request();
        assert_eq!(request.url, url, "{}", self.recipe.id());
        request
    }

    /// With this text signed, the signature being what `…` stands for in the URL.
    #[track_caller]
    fn is_signed_as(&self, url: &str, text: &str, signature: &str) -> CallbackRequest {
        let request = self.is_sent_as(&url.replace('…', signature));
        assert_eq!(request.signed_text.as_deref(), Some(text), "{}", self.recipe.id());
        assert_eq!(request.signature.as_deref(), Some(signature), "{}", self.recipe.id());
        request
    }
}

/// A header's value.
fn header<'a>(request: &'a CallbackRequest, name: &str) -> &'a str {
    request.headers.iter().find(|header| header.name == name).map(|header| header.value.as_str()).unwrap()
}

/// A recipe without these fields of its body.
fn less(recipe: &str, fields: &[&str]) -> Recipe {
    let is_kept = |line: &&str| !fields.iter().any(|field| line.contains(&format!("{{ name = \"{field}\"")));
    let toml: Vec<String> = other(recipe).lines().filter(is_kept).map(str::to_owned).collect();
    read(&toml.join("\n"))
}

mod posts;
mod unsigned;
mod urls;
