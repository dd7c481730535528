//! A callback is composed, distorted in one way, and diagnosed.

mod compared;
mod hostile;
mod several;
mod stage;
mod verdicts;

use super::*;
use crate::domain::dialect::callback::CallbackRequest;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::compose::compose;
use crate::domain::dialect::trial::{callback, completion, config, untouched};

fn secret(text: &str) -> SecretText {
    SecretText::known(text.to_owned())
}

fn composed(dialect: &str, key: &str) -> (CallbackConfig, CallbackRequest) {
    let catalog = Catalog::builtin();
    let config = config(dialect);
    let mut completion = completion();
    completion.note = Some("a b+c".to_owned());
    let request = compose(catalog.get(dialect).unwrap(), &config, &callback(&completion), &[&secret(key)]).unwrap();
    (config, request)
}

/// What is found when `key` signed, `known` is on file and the request was distorted on its way.
fn finding(dialect: &str, key: &str, known: &str, distort: impl Fn(&mut Received)) -> Diagnosis {
    let (config, request) = composed(dialect, key);
    let mut received = untouched(&request);
    distort(&mut received);
    let keys = [("old".to_owned(), secret("something-else")), ("active".to_owned(), secret(known))];
    diagnose(Catalog::builtin().get(dialect).unwrap(), &received, &keys, &config)
}

fn replace(from: &'static str, to: &'static str) -> impl Fn(&mut Received) {
    move |received| {
        assert!(received.url.contains(from), "{}", received.url);
        received.url = received.url.replace(from, to);
    }
}

#[test]
fn an_untouched_callback_verifies_in_every_dialect_with_its_key_named() {
    for dialect in ["besitos", "offermaru", "affonso", "attribloom"] {
        let diagnosis = finding(dialect, "whsec_key", "whsec_key", |_| {});
        assert!(diagnosis.verifies, "{dialect}: {}", diagnosis.finding);
        assert_eq!(diagnosis.key.as_deref(), Some("active"));
    }
}

#[test]
fn each_distortion_of_a_signed_url_is_named() {
    for (from, to, words) in [
        ("https://pub.example", "http://pub.example:8080", "signed for https://pub.example"),
        ("https://pub.example", "http://127.0.0.1", "signed for https://pub.example"),
        ("%20", "+", "encoded differently"),
        ("%2B", "%2b", "encoded differently"),
        ("/pb?", "/pb/?", "slash was added"),
        ("verifier=", "signature=", "no parameter verifier"),
    ] {
        let diagnosis = finding("besitos", "key", "key", replace(from, to));
        assert!(!diagnosis.verifies && diagnosis.finding.contains(words), "{to}: {}", diagnosis.finding);
    }
    let appended = finding("besitos", "key", "key", |received| received.url.push_str("&utm=1"));
    assert!(
        !appended.verifies && appended.finding.contains("added after the signature: utm=1"),
        "{}",
        appended.finding
    );
}

#[test]
fn a_log_that_holds_only_the_path_is_enough() {
    assert!(finding("besitos", "key", "key", replace("https://pub.example", "")).verifies);
}

#[test]
fn each_distortion_of_signed_parameters_is_named() {
    for (from, to, words) in [
        ("user_reward=100.0", "user_reward=100", "user_reward was signed as 100.0 but received as 100"),
        ("&user_reward=100.0", "", "lacks the parameter user_reward"),
        ("?user_id", "?user_id=x&user_id", "user_id more than once"),
    ] {
        let diagnosis = finding("offermaru", "key", "key", replace(from, to));
        assert!(!diagnosis.verifies && diagnosis.finding.contains(words), "{to}: {}", diagnosis.finding);
    }
    let unsigned = finding("offermaru", "key", "key", |received| received.headers.clear());
    assert!(unsigned.finding.contains("no header X-Offermaru-Signature"), "{}", unsigned.finding);
}

#[test]
fn each_distortion_of_a_signed_body_is_named() {
    let reformat = |received: &mut Received| {
        let json: serde_json::Value = serde_json::from_str(received.body.as_deref().unwrap()).unwrap();
        received.body = Some(serde_json::to_string_pretty(&json).unwrap());
    };
    assert!(finding("affonso", "key", "key", reformat).finding.contains("written again"));
    let no_time = |received: &mut Received| received.headers.retain(|(name, _)| name != "x-ea-timestamp");
    assert!(finding("attribloom", "key", "key", no_time).finding.contains("no timestamp"));
}

#[test]
fn each_mistake_with_the_key_or_the_digest_is_named() {
    for (signed_with, known, words) in [
        ("key\n", "key", "line break"),
        ("abc", "whsec_abc", "without its prefix"),
        ("secret", "whsec_c2VjcmV0", "decoded from base64"),
        ("unheard-of", "key", "another secret"),
    ] {
        let diagnosis = finding("affonso", signed_with, known, |_| {});
        assert!(!diagnosis.verifies && diagnosis.finding.contains(words), "{signed_with:?}: {}", diagnosis.finding);
    }
    let upper = |received: &mut Received| {
        let at = received.url.find("verifier=").unwrap() + "verifier=".len();
        received.url = format!("{}{}", &received.url[..at], received.url[at..].to_uppercase());
    };
    assert!(finding("besitos", "key", "key", upper).finding.contains("upper-case"));
}
