//! All recipes, and for any of them: an endpoint that uses all of it, a key of its form, and completions of any values.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;

use proptest::prelude::*;
use ringback::domain::amount::Decimal;
use ringback::domain::completion::Completion;
use ringback::domain::destination::TargetPolicy;
use ringback::domain::dialect::callback::{Callback, CallbackConfig, CallbackEvent, CallbackRequest};
use ringback::domain::dialect::callback_url::{CallbackUrl, UrlUse};
use ringback::domain::dialect::catalog::Catalog;
use ringback::domain::dialect::compose::{ComposeError, compose};
use ringback::domain::dialect::endpoint_settings::EndpointSettings;
use ringback::domain::dialect::received::Received;
use ringback::domain::dialect::recipe::Recipe;
use ringback::domain::secret::SecretText;
use ringback::domain::taken_back::TakenBack;
use ringback::domain::time::Timestamp;

/// What is fixed in all of them: a receiver that compares ids needs to know them.
pub(crate) const OCCURRED_MS: i64 = 1_719_859_200_000;

/// The newest version of every recipe that ships.
pub(crate) fn recipes() -> impl Iterator<Item = &'static Arc<Recipe>> {
    catalog().newest()
}

/// The catalog, read once for all tests.
pub(crate) fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::builtin);
    &CATALOG
}

/// Every way in which an endpoint of a recipe that ships may be set up, made once for all tests.
pub(crate) fn all_endpoints() -> impl Iterator<Item = &'static (Arc<Recipe>, CallbackConfig)> {
    static ALL: LazyLock<Vec<(Arc<Recipe>, CallbackConfig)>> = LazyLock::new(|| {
        let of_one = |recipe: &Arc<Recipe>| {
            let recipe = Arc::clone(recipe);
            endpoints(&recipe).into_iter().map(move |endpoint| (Arc::clone(&recipe), endpoint)).collect::<Vec<_>>()
        };
        recipes().flat_map(of_one).collect()
    });
    ALL.iter()
}

/// Looks at each endpoint whose callbacks are signed, on all cores: what is looked for takes long.
pub(crate) fn look_at_signing(look: impl Fn(&Arc<Recipe>, &CallbackConfig) + Sync) {
    let signing: Vec<_> = all_endpoints().filter(|(recipe, _)| recipe.signature().is_some()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((recipe, endpoint)) = signing.get(next.fetch_add(1, Ordering::Relaxed)) {
            look(recipe, endpoint);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
}

/// A recipe whose vectors stand elsewhere.
pub(crate) fn read(toml: &str) -> Recipe {
    Recipe::parse(toml, &["{}"]).unwrap_or_else(|fault| panic!("{fault}"))
}

/// The ways in which an endpoint of this dialect may be set up: by a template of all its placeholders, and by a bare URL.
pub(crate) fn endpoints(recipe: &Recipe) -> Vec<CallbackConfig> {
    let bare = "https://pub.example/pb".to_owned();
    let mut urls = Vec::new();
    if recipe.has_parameter_list() || recipe.placeholders().is_empty() {
        urls.push((bare, None));
    }
    if !recipe.placeholders().is_empty() {
        urls.push((template(recipe, false), recipe.takes_reversal_url().then(|| template(recipe, true))));
    }
    urls.into_iter().map(|(url, reversal_url)| endpoint(recipe, &url, reversal_url.as_deref())).collect()
}

fn endpoint(recipe: &Recipe, url: &str, reversal_url: Option<&str>) -> CallbackConfig {
    let checked = |which: UrlUse, url: &str| {
        let url = CallbackUrl::new(url);
        let fault = url.check(recipe, which, &TargetPolicy::default()).err();
        assert!(fault.is_none(), "{}: {} {fault:?}", recipe.id(), url.as_str());
        url
    };
    let settings = EndpointSettings {
        callback_url: Some(checked(UrlUse::Callback, url)),
        reversal_url: reversal_url.map(|url| checked(UrlUse::Reversal, url)),
        dialect_settings: recipe
            .settings()
            .iter()
            .map(|setting| (setting.name.clone(), format!("{}-7", setting.name)))
            .collect(),
        ..EndpointSettings::new(recipe.name())
    };
    CallbackConfig { app_label: "my-app".to_owned(), settings }
}

/// A template with every placeholder once, each under its own name.
fn template(recipe: &Recipe, for_reversal: bool) -> String {
    let appended: Vec<&str> = recipe.reserved_names().collect();
    let usable =
        recipe.placeholders().iter().filter(|known| !known.hidden() && (for_reversal || !known.reversal_only()));
    let names = usable.map(|known| known.name()).filter(|name| !appended.contains(name));
    let signature = recipe.signature().and_then(|signature| signature.placeholder().first()).map(String::as_str);
    let pairs = names.chain(signature).map(|name| format!("{}={}", parameter(name), recipe.written(name)));
    format!("https://pub.example/pb?{}", pairs.collect::<Vec<_>>().join("&"))
}

/// The parameter that such a template gives a placeholder.
pub(crate) fn parameter(placeholder: &str) -> String {
    placeholder.replace(':', "--").replace('.', "_")
}

/// A secret of the dialect's form.
pub(crate) fn secret(recipe: &Recipe) -> SecretText {
    SecretText::known(format!("{}MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", recipe.secret_prefix()))
}

/// The request of one attempt at telling this, signed by the key.
pub(crate) fn composed(
    recipe: &Arc<Recipe>,
    config: &CallbackConfig,
    completion: &Completion,
    event: &CallbackEvent,
    key: &SecretText,
) -> Result<CallbackRequest, ComposeError> {
    let callback = Callback {
        event_id: "evt_0iq3v9k2c8g01",
        completion,
        event,
        attempted_at: Timestamp::from_millis(OCCURRED_MS + 60_000),
        created_at: Timestamp::from_millis(OCCURRED_MS + 1_000),
        is_test: false,
    };
    compose(recipe, config, &callback, &[key])
}

/// The same as a receiver sees it.
pub(crate) fn received(request: CallbackRequest) -> Received {
    let headers = request.headers.into_iter().map(|header| (header.name, header.value)).collect();
    Received { method: request.method.to_owned(), url: request.url, headers, body: request.body }
}

/// The whole of a completion, taken back.
pub(crate) fn taken_back(completion: &Completion) -> CallbackEvent {
    let at = Timestamp::from_millis(OCCURRED_MS + 3_600_000);
    CallbackEvent::Reversed(TakenBack::whole(completion, None, at))
}

/// Texts that encoders, decoders and templates get wrong, among ordinary ones.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9 ]{1,20}",
        "[ -~]{1,30}",
        "\\PC{1,20}",
        Just("a b+c&d=e#f%g'h\"i~*()!é漢🎁".to_owned()),
        Just("{user_id}[%UID%][[tx_id]]<note>{secret}".to_owned()),
        Just("%26amp;&amp;%2B+%20".to_owned()),
    ]
}

/// A completion of any values that has everything a report may have.
pub(crate) fn completion() -> impl Strategy<Value = Completion> {
    let id = "[A-Za-z0-9._~-]{1,40}".prop_filter("is ours", |id| !id.starts_with("r-"));
    let reward = prop_oneof!["[1-9][0-9]{0,6}", "[1-9][0-9]{0,3}\\.[0-9]{1,9}"];
    (id, text(), text(), text(), text(), reward, 1_i64..10_000_000).prop_map(
        |(transaction_id, user_id, offer_id, offer_name, note, reward, payout)| Completion {
            id: "cmp_1".to_owned(),
            source_id: None,
            external_id: transaction_id.clone(),
            transaction_id,
            event_type: "goal".to_owned(),
            app_id: "app_1".to_owned(),
            user_id,
            offer_id: Some(offer_id),
            offer_name: Some(offer_name),
            goal_id: Some("g 3".to_owned()),
            note: Some(note),
            user_reward: Decimal::parse(&reward),
            reward_minor: Some(5),
            payout_minor: Some(payout),
            gross_minor: Some(2 * payout),
            currency: "USD".to_owned(),
            occurred_at: Timestamp::from_millis(OCCURRED_MS),
            click_id: Some("clk 1".to_owned()),
            extra: vec![("ip".to_owned(), "203.0.113.9".to_owned())],
            calculation: None,
            manual: None,
            review: None,
            recorded_at: Timestamp::from_millis(OCCURRED_MS + 1_000),
        },
    )
}
