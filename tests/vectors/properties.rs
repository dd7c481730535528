//! What must hold for every recipe, today's and later ones: nothing here knows any by name.

use std::collections::HashMap;

use proptest::prelude::*;
use ringback::domain::completion::Completion;
use ringback::domain::dialect::callback::{CallbackConfig, CallbackEvent};
use ringback::domain::dialect::describe::describe;
use ringback::domain::dialect::diagnose::diagnose;
use ringback::domain::dialect::recipe::Recipe;
use ringback::domain::dialect::requirements::check_report;
use ringback::domain::dialect::sign_draft::{self, Draft};
use ringback::domain::secret::SecretText;
use ringback::domain::time::Timestamp;
use serde_json::Value;

use crate::anything::{OCCURRED_MS, all_endpoints, completion, composed, parameter, received, secret, taken_back};

/// Another key of the same form.
fn other_secret(recipe: &Recipe) -> SecretText {
    SecretText::known(format!("{}MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", recipe.secret_prefix()))
}

/// What a receiver's own library decodes of a URL.
fn decoded(url: &str) -> HashMap<String, String> {
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The texts of a body, wherever they stand in it.
fn leaves(json: &Value, found: &mut Vec<String>) {
    match json {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| leaves(field, found)),
        Value::Number(number) => found.push(number.to_string()),
        Value::Bool(_) | Value::Null => {}
    }
}

/// What was recorded, by the names under which recipes know it; only what goes out as it is.
fn recorded(completion: &Completion) -> HashMap<&'static str, String> {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    HashMap::from([
        ("userId", completion.user_id.clone()),
        ("transactionId", completion.transaction_id.clone()),
        ("originalTransactionId", completion.transaction_id.clone()),
        ("offerId", optional(&completion.offer_id)),
        ("offerName", optional(&completion.offer_name)),
        ("goalId", optional(&completion.goal_id)),
        ("note", optional(&completion.note)),
        ("clickId", optional(&completion.click_id)),
    ])
}

/// Every recipe with every way of setting up its endpoint.
fn each(
    mut check: impl FnMut(&std::sync::Arc<Recipe>, &CallbackConfig) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    all_endpoints().try_for_each(|(recipe, endpoint)| check(recipe, endpoint))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_a_receiver_decodes_is_what_was_recorded(any in completion()) {
        let recorded = recorded(&any);
        each(|recipe, endpoint| {
            // What the dialect cannot tell unambiguously was refused to the reporter.
            if check_report(recipe, endpoint, &any).is_err() {
                return Ok(());
            }
            let request = composed(recipe, endpoint, &any, &CallbackEvent::Completed, &secret(recipe)).unwrap();
            if let Some(body) = &request.body {
                let mut texts = Vec::new();
                leaves(&serde_json::from_str(body).unwrap(), &mut texts);
                prop_assert!(texts.contains(&any.transaction_id), "{}: {body}", recipe.id());
                prop_assert!(!body.contains("userId") || texts.contains(&any.user_id), "{}: {body}", recipe.id());
                return Ok(());
            }
            let values = decoded(&request.url);
            for placeholder in describe(recipe)["placeholders"].as_array().unwrap() {
                let name = placeholder["name"].as_str().unwrap();
                let arrived = values.get(name).or_else(|| values.get(&parameter(name)));
                let expected = placeholder["value"].as_str().and_then(|value| recorded.get(value));
                if let (Some(arrived), Some(expected)) = (arrived, expected.filter(|_| placeholder["words"].is_null())) {
                    prop_assert_eq!(arrived, expected, "{}: {} in {}", recipe.id(), name, request.url);
                }
            }
            prop_assert!(values.values().any(|value| *value == any.transaction_id), "{}: {}", recipe.id(), request.url);
            Ok(())
        })?;
    }

    #[test]
    fn every_callback_verifies_by_its_key_and_by_no_other(any in completion()) {
        each(|recipe, endpoint| {
            if recipe.signature().is_none() {
                return Ok(());
            }
            for event in [CallbackEvent::Completed, taken_back(&any)] {
                let Ok(request) = composed(recipe, endpoint, &any, &event, &secret(recipe)) else { continue };
                let keys = [("other".to_owned(), other_secret(recipe)), ("right".to_owned(), secret(recipe))];
                let url = request.url.clone();
                let received = received(request);
                let diagnosis = diagnose(recipe, &received, &keys, endpoint);
                prop_assert!(diagnosis.verifies, "{}: {} {}", recipe.id(), url, diagnosis.finding);
                prop_assert_eq!(diagnosis.key.as_deref(), Some("right"));
                let diagnosis = diagnose(recipe, &received, &keys[..1], endpoint);
                prop_assert!(!diagnosis.verifies && diagnosis.key.is_none(), "{}: {}", recipe.id(), diagnosis.finding);
            }
            Ok(())
        })?;
    }

    #[test]
    fn what_is_signed_is_what_was_sent(any in completion()) {
        each(|recipe, endpoint| {
            let Ok(request) = composed(recipe, endpoint, &any, &CallbackEvent::Completed, &secret(recipe)) else { return Ok(()) };
            // An HTTP client leaves the URL alone, and what may be kept of it holds neither signature nor secret.
            let parsed = url::Url::parse(&request.url).unwrap();
            prop_assert_eq!(parsed.as_str(), request.url.as_str());
            let kept = request.headers.iter().map(|header| header.shown.as_str()).chain([request.shown_url()]);
            let signature = request.signature.clone();
            for kept in kept.chain(request.signed_text.as_deref()) {
                for hidden in signature.iter().map(String::as_str).chain([secret(recipe).expose()]) {
                    prop_assert!(!kept.contains(hidden), "{}: {kept}", recipe.id());
                }
            }
            // The same request without its signature, signed by hand, has the same one.
            if recipe.signature().is_some_and(|signature| signature.placeholder().is_empty()) {
                let draft = Draft {
                    url: Some(request.shown_url().to_owned()),
                    body: request.body.clone(),
                    attempted_at: Timestamp::from_millis(OCCURRED_MS + 60_000),
                    event_id: "evt_0iq3v9k2c8g01".to_owned(),
                    config: endpoint.clone(),
                    ..Draft::default()
                };
                let by_hand = sign_draft::sign(recipe, &draft, &secret(recipe)).unwrap();
                prop_assert_eq!(by_hand.url, request.url, "{}", recipe.id());
                prop_assert_eq!(by_hand.signed_text, request.signed_text, "{}", recipe.id());
                prop_assert_eq!(by_hand.signature, request.signature, "{}", recipe.id());
            }
            Ok(())
        })?;
    }
}
