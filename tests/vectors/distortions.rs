//! Every callback of every recipe, distorted as proxies, frameworks and habits distort it: the diagnosis names what happened,
//! or it still verifies because the distortion touches nothing that is signed.

use std::sync::Arc;

use ringback::domain::amount::Decimal;
use ringback::domain::completion::Completion;
use ringback::domain::dialect::callback::{CallbackConfig, CallbackEvent};
use ringback::domain::dialect::coverage::coverage;
use ringback::domain::dialect::diagnose::{Code, Diagnosis, diagnose};
use ringback::domain::dialect::received::Received;
use ringback::domain::dialect::recipe::Recipe;
use ringback::domain::secret::SecretText;
use ringback::domain::time::Timestamp;

use crate::anything::{OCCURRED_MS, composed, endpoints, received, recipes, secret};

/// Values that every dialect can tell and that no distortion leaves alone.
pub(crate) fn completion() -> Completion {
    Completion {
        id: "cmp_1".to_owned(),
        source_id: None,
        external_id: "tx-1001".to_owned(),
        transaction_id: "tx-1001".to_owned(),
        event_type: "goal".to_owned(),
        app_id: "app_1".to_owned(),
        user_id: "u 42+7".to_owned(),
        offer_id: Some("of7".to_owned()),
        offer_name: Some("Gems & Gold (iOS) ~*é".to_owned()),
        goal_id: Some("g3".to_owned()),
        note: Some("it's done".to_owned()),
        user_reward: Decimal::parse("150"),
        reward_minor: Some(5),
        payout_minor: Some(125),
        gross_minor: Some(250),
        currency: "USD".to_owned(),
        occurred_at: Timestamp::from_millis(OCCURRED_MS),
        click_id: Some("clk1".to_owned()),
        extra: vec![("ip".to_owned(), "203.0.113.9".to_owned())],
        calculation: None,
        manual: None,
        review: None,
        recorded_at: Timestamp::from_millis(OCCURRED_MS + 1_000),
    }
}

/// What happens to a request on its way.
pub(crate) struct Distortion {
    pub(crate) name: &'static str,
    /// Any of these tells it.
    words: &'static [&'static str],
    /// So does any of these.
    pub(crate) codes: &'static [Code],
    pub(crate) distort: fn(&mut Received),
}

const LACKING: &str = "lacks the";

pub(crate) const DISTORTIONS: &[Distortion] = &[
    Distortion {
        name: "a space is written the other way",
        words: &["encoded differently"],
        codes: &[Code::EncodedDifferently],
        distort: |received| {
            let (from, to) = if received.url.contains("%20") { ("%20", "+") } else { ("+", "%20") };
            received.url = received.url.replace(from, to);
        },
    },
    Distortion {
        name: "hex in lower case",
        words: &["encoded differently"],
        codes: &[Code::EncodedDifferently],
        distort: |received| received.url = received.url.replace("%2B", "%2b").replace("%C3%A9", "%c3%a9"),
    },
    Distortion {
        name: "marks that libraries leave literal",
        words: &["encoded differently"],
        codes: &[Code::EncodedDifferently],
        distort: |received| received.url = received.url.replace("%28", "(").replace("%29", ")").replace("%27", "'"),
    },
    Distortion {
        name: "a plus sign decoded once too often",
        words: &["decoded as a space"],
        codes: &[Code::PlusDecoded],
        distort: |received| received.url = received.url.replace("%2B", "+"),
    },
    Distortion {
        name: "values encoded twice",
        words: &["encoded twice"],
        codes: &[Code::EncodedTwice],
        distort: |received| {
            if let Some((before, query)) = received.url.split_once('?') {
                received.url = format!("{before}?{}", query.replace('%', "%25"));
            }
        },
    },
    Distortion {
        name: "an ampersand decoded inside of a value",
        words: &["separates parameters", LACKING],
        codes: &[Code::ValueSplit, Code::Incomplete],
        distort: |received| received.url = received.url.replace("%26", "&"),
    },
    Distortion {
        name: "escaped for HTML",
        words: &["escaped for HTML", LACKING],
        codes: &[Code::HtmlEscaped, Code::Incomplete],
        distort: |received| received.url = received.url.replace('&', "&amp;"),
    },
    Distortion {
        name: "a number in another form",
        words: &["keep numbers as text"],
        codes: &[Code::NumberReformatted],
        distort: |received| received.url = received.url.replacen("=150&", "=150.0&", 1),
    },
    Distortion {
        name: "decoded and encoded again as PHP's urlencode does it",
        words: &["encoded differently"],
        codes: &[Code::EncodedDifferently],
        distort: |received| {
            if let Some((before, query)) = received.url.split_once('?') {
                let pairs = url::form_urlencoded::parse(query.as_bytes());
                let again = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                // Rust's leaves `*` alone, which PHP encodes.
                received.url = format!("{before}?{}", again.replace('*', "%2A"));
            }
        },
    },
    Distortion {
        name: "TLS ended by a proxy",
        words: &["signed for https://pub.example"],
        codes: &[Code::OriginChanged],
        distort: |received| received.url = received.url.replace("https://pub.example", "http://10.0.0.7:8080"),
    },
    Distortion {
        name: "the default port written out",
        words: &["signed for https://pub.example"],
        codes: &[Code::OriginChanged],
        distort: |received| received.url = received.url.replace("https://pub.example", "https://pub.example:443"),
    },
    Distortion {
        name: "the host in other letters",
        words: &["signed for https://pub.example"],
        codes: &[Code::OriginChanged],
        distort: |received| received.url = received.url.replace("https://pub.example", "https://Pub.Example"),
    },
    Distortion {
        name: "a slash added to the path",
        words: &["a slash was added"],
        codes: &[Code::PathSlash],
        distort: |received| received.url = received.url.replacen("/pb", "/pb/", 1),
    },
    Distortion {
        name: "a prefix added to the path",
        words: &["the prefix /app was added"],
        codes: &[Code::PathPrefix],
        distort: |received| received.url = received.url.replacen("/pb", "/app/pb", 1),
    },
    Distortion {
        name: "a parameter added at the end",
        words: &["added"],
        codes: &[Code::ParameterAdded],
        distort: |received| {
            received.url.push(if received.url.contains('?') { '&' } else { '?' });
            received.url.push_str("utm=1");
        },
    },
    Distortion {
        name: "the body written anew",
        words: &["written again"],
        codes: &[Code::BodyRewritten],
        distort: |received| {
            let json = |body: &String| serde_json::from_str::<serde_json::Value>(body).unwrap();
            received.body = received.body.as_ref().map(|body| serde_json::to_string_pretty(&json(body)).unwrap());
        },
    },
];

pub(crate) fn told(recipe: &Arc<Recipe>, endpoint: &CallbackConfig, key: &SecretText) -> Received {
    let request = composed(recipe, endpoint, &completion(), &CallbackEvent::Completed, key);
    received(request.unwrap_or_else(|fault| panic!("{}: {fault}", recipe.id())))
}

fn diagnosed(recipe: &Recipe, endpoint: &CallbackConfig, received: &Received, key: SecretText) -> Diagnosis {
    diagnose(recipe, received, &[("right".to_owned(), key)], endpoint)
}

/// The recipes that sign.
pub(crate) fn signing() -> impl Iterator<Item = &'static Arc<Recipe>> {
    recipes().filter(|recipe| recipe.signature().is_some())
}

#[test]
fn each_distortion_on_the_way_is_named() {
    for recipe in signing() {
        for endpoint in endpoints(recipe) {
            for Distortion { name, words, distort, .. } in DISTORTIONS {
                let mut received = told(recipe, &endpoint, &secret(recipe));
                distort(&mut received);
                let found = diagnosed(recipe, &endpoint, &received, secret(recipe));
                let is_named = words.iter().any(|words| found.finding.contains(words));
                assert!(
                    found.verifies || is_named,
                    "{}: {name}: {}\n{:?}\n{}",
                    recipe.id(),
                    found.finding,
                    found.signed_text,
                    received.url
                );
            }
        }
    }
}

#[test]
fn an_emptied_value_is_named() {
    for recipe in signing().filter(|recipe| recipe.method() == "GET") {
        for endpoint in endpoints(recipe) {
            let mut received = told(recipe, &endpoint, &secret(recipe));
            received.url = received.url.replace("=tx-1001&", "=&");
            let found = diagnosed(recipe, &endpoint, &received, secret(recipe));
            let is_named = found.finding.contains("arrived empty") || found.finding.contains(LACKING);
            let is_covered = coverage(recipe).is_some_and(|coverage| !coverage.gaps.contains(&"transaction"));
            assert_eq!(found.verifies, !is_covered, "{}: {}\n{}", recipe.id(), found.finding, received.url);
            assert!(found.verifies || is_named, "{}: {}\n{}", recipe.id(), found.finding, received.url);
        }
    }
}

#[test]
fn each_mistake_with_a_secret_is_named() {
    for recipe in signing() {
        for endpoint in endpoints(recipe) {
            let known = secret(recipe);
            // A key that is decoded from base64 has no line break to read along.
            let decodes =
                recipe.signature().is_some_and(|own| own.check_secret(&SecretText::known("x".to_owned())).is_err());
            let signed_with = if decodes { continue } else { SecretText::known(format!("{}\n", known.expose())) };
            let received = told(recipe, &endpoint, &signed_with);
            let found = diagnosed(recipe, &endpoint, &received, known);
            assert!(!found.verifies && found.finding.contains("line break"), "{}: {}", recipe.id(), found.finding);
        }
    }
}

#[test]
fn a_timestamp_in_the_other_unit_is_named() {
    let (seconds, milliseconds) = ("1719859260", "1719859260000");
    for recipe in signing().filter(|recipe| recipe.method() == "POST") {
        for endpoint in endpoints(recipe) {
            let mut received = told(recipe, &endpoint, &secret(recipe));
            // Some sign nothing but the body.
            if !received.headers.iter().any(|(_, value)| value.contains(seconds)) {
                continue;
            }
            for (_, value) in &mut received.headers {
                let swapped =
                    if value.contains(milliseconds) { (milliseconds, seconds) } else { (seconds, milliseconds) };
                *value = value.replace(swapped.0, swapped.1);
            }
            let found = diagnosed(recipe, &endpoint, &received, secret(recipe));
            assert!(!found.verifies && found.finding.contains("milliseconds"), "{}: {}", recipe.id(), found.finding);
        }
    }
}
