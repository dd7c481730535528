//! What is said of callbacks that arrived otherwise than a usual distortion makes them: unsigned, without a body, with every name
//! written anew, or changed in more ways than are told.

use super::stage::{BARE, OFFERMARU, diagnosed, swap, told};
use super::*;

#[test]
fn what_an_endpoint_without_a_secret_gets_is_unsigned_by_design() {
    let mut told = told("offermaru", OFFERMARU, "goal");
    let recipe = Catalog::builtin().get("offermaru").unwrap().clone();
    let signed = diagnose(&recipe, &told.received, &[], &told.config);
    assert!(
        signed.code == Code::NoSecret && signed.finding.contains("no secret to check it with"),
        "{}",
        signed.finding
    );
    told.received.headers.retain(|(name, _)| !name.to_lowercase().contains("signature"));
    let unsigned = diagnose(&recipe, &told.received, &[], &told.config);
    assert_eq!(unsigned.code, Code::NoSecret);
    assert_eq!(unsigned.finding, "This endpoint has no secret, so nothing is signed.");
    assert_eq!(diagnosed("offermaru", &told, None).code, Code::NoSignature);
}

#[test]
fn a_request_without_its_body_is_not_called_one_of_another_secret() {
    for dialect in ["affonso", "standard-webhooks"] {
        let mut told = told(dialect, BARE, "goal");
        told.received.body = None;
        for sent in [None, Some(&told.sent)] {
            let found = diagnosed(dialect, &told, sent);
            assert_eq!(found.finding, "No body was given; it is what is signed.", "{dialect}");
            assert_eq!(found.code, Code::Incomplete, "{dialect}");
        }
    }
}

/// A name as a framework writes it that begins each word but the first with a capital letter.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| format!("{name}{}{}", word[..1].to_uppercase(), &word[1..]))
}

#[test]
fn names_that_were_all_written_anew_are_told_together() {
    let mut query = told("besitos", BARE, "goal");
    let (before, pairs) = query.received.url.split_once('?').unwrap();
    let renamed = |pair: &str| pair.split_once('=').map(|(name, value)| format!("{}={value}", camel(name))).unwrap();
    let pairs: Vec<String> = pairs.split('&').map(renamed).collect();
    query.received.url = format!("{before}?{}", pairs.join("&"));
    let found = diagnosed("besitos", &query, None);
    assert_eq!(found.code, Code::ParameterRenamed, "{}", found.finding);
    assert!(found.finding.contains("user_id as userId") && found.key.is_some(), "{}", found.finding);
    let mut headers = told("standard-webhooks", BARE, "goal");
    headers.received.headers.iter_mut().for_each(|(name, _)| *name = name.replace('-', "_"));
    let found = diagnosed("standard-webhooks", &headers, None);
    assert_eq!((found.code, found.key.as_deref()), (Code::HeaderRenamed, Some("active")), "{}", found.finding);
    assert!(found.finding.to_lowercase().contains("webhook_id for webhook-id"), "{}", found.finding);
}

#[test]
fn a_value_that_is_another_one_is_told_before_those_that_are_only_written_otherwise() {
    let mut told = told("besitos", BARE, "goal");
    let verifier = told.received.url.find("&verifier=").unwrap();
    let (url, verifier) = told.received.url.split_at(verifier);
    let (before, query) = url.split_once('?').unwrap();
    // Letters stand encoded, which needs no encoding.
    let encoded = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap();
        let value = value
            .strip_prefix(|c: char| c.is_ascii_alphanumeric())
            .map_or(value.to_owned(), |rest| format!("%{:02X}{rest}", value.as_bytes()[0]));
        format!("{name}={value}")
    };
    let query: Vec<String> = query.split('&').map(encoded).collect();
    told.received.url = format!("{before}?{}{verifier}", query.join("&"));
    let last = query.iter().rfind(|pair| !pair.ends_with('=')).unwrap().clone();
    swap(&mut told.received, &format!("&{last}"), &format!("&{}=quite+another", last.split('=').next().unwrap()));
    let found = diagnosed("besitos", &told, Some(&told.sent));
    assert_eq!((found.code, found.codes.len()), (Code::ValueChanged, 4), "{}", found.finding);
    assert!(found.finding.contains("but received as quite+another"), "{}", found.finding);
}

#[test]
fn a_body_that_is_the_same_json_in_another_order_was_written_anew() {
    let piece = |received: &str| Piece {
        name: "body".to_owned(),
        place: Place::Body,
        received: Some(received.to_owned()),
        signed: Some("{\"a\":{\"b\":1,\"c\":[2]},\"d\":\"é\"}".to_owned()),
        differs: true,
    };
    let code = |received: &str| changes::change(&piece(received)).code;
    assert_eq!(code("{\"d\": \"\\u00e9\", \"a\": {\"c\": [2], \"b\": 1}}"), Code::BodyRewritten);
    assert_eq!(code("{\"d\": \"e\", \"a\": {\"c\": [2], \"b\": 1}}"), Code::BodyChanged);
    assert_eq!(code("{\"d\":"), Code::BodyChanged);
}
