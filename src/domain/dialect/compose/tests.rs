//! What the vectors cannot say: what is refused, and what must hold for any value.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::completion::Completion;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::trial::{OFFERMARU, completion, config};
use crate::domain::encoding::decode;
use crate::domain::headers::Headers;
use crate::domain::taken_back::TakenBack;
use crate::domain::time::Timestamp;

fn made(
    dialect: &str,
    config: &CallbackConfig,
    completion: &Completion,
    event: &CallbackEvent,
    key: Option<&str>,
) -> Result<CallbackRequest, ComposeError> {
    let callback = Callback {
        event_id: "evt_1",
        completion,
        event,
        attempted_at: Timestamp::from_millis(1_719_859_260_000),
        created_at: completion.recorded_at,
        is_test: false,
    };
    let key = key.map(|text| SecretText::known(text.to_owned()));
    let keys: Vec<&SecretText> = key.iter().collect();
    compose(Catalog::builtin().get(dialect).unwrap(), config, &callback, &keys)
}

fn told(dialect: &str, config: &CallbackConfig, completion: &Completion) -> Result<CallbackRequest, ComposeError> {
    made(dialect, config, completion, &CallbackEvent::Completed, Some("key"))
}

fn with_url(dialect: &str, url: &str) -> CallbackConfig {
    config(dialect).with(|settings| settings.callback_url = Some(CallbackUrl::new(url)))
}

fn taken(whole: bool) -> CallbackEvent {
    let occurred_at = Timestamp::from_millis(1_719_900_000_000);
    CallbackEvent::Reversed(TakenBack {
        ordinal: 1,
        whole,
        user_reward: None,
        reward_minor: None,
        payout_minor: Some(100),
        gross_minor: None,
        reason: None,
        occurred_at,
    })
}

#[test]
fn what_the_endpoint_lacks_is_told_apart() {
    let nowhere = CallbackConfig::default();
    assert_eq!(told("besitos", &nowhere, &completion()), Err(ComposeError::NoCallbackUrl));
    let unsigned = |dialect| made(dialect, &config(dialect), &completion(), &CallbackEvent::Completed, None);
    for dialect in ["besitos", "affonso", "attribloom"] {
        assert_eq!(unsigned(dialect), Err(ComposeError::NoSecret));
    }
    let request = unsigned("offermaru").unwrap();
    assert!(request.headers.is_empty() && request.signed_text.is_none() && request.signature_start.is_none());
    let no_surface = config("attribloom").with(|settings| settings.dialect_settings.clear());
    let Err(ComposeError::Invalid(invalid)) = told("attribloom", &no_surface, &completion()) else { panic!("sent") };
    assert_eq!(invalid.0[0].field, "settings.surfaceId");
}

#[test]
fn a_part_is_told_only_where_the_dialect_can() {
    for dialect in ["besitos", "affonso", "attribloom"] {
        let part = made(dialect, &config(dialect), &completion(), &taken(false), Some("key"));
        assert_eq!(part, Err(ComposeError::PartNotTold));
    }
    let without = made("offermaru", &config("offermaru"), &completion(), &taken(false), Some("key"));
    assert_eq!(without, Err(ComposeError::NoReversalUrl));
}

#[test]
fn a_value_that_would_make_the_signed_text_ambiguous_is_refused_by_its_field() {
    let mut two_in_one = completion();
    two_in_one.user_id = "1&user_reward=5".to_owned();
    let Err(ComposeError::Invalid(invalid)) = told("offermaru", &config("offermaru"), &two_in_one) else {
        panic!("sent")
    };
    assert_eq!(invalid.0[0].field, "userId");
    assert!(told("besitos", &config("besitos"), &two_in_one).is_ok());
}

#[test]
fn dots_alone_cannot_stand_in_the_path() {
    let mut dots = completion();
    let endpoint = with_url("besitos", "https://pub.example/cb/{user_id}/x?tx={transaction_id}");
    for user_id in [".", ".."] {
        dots.user_id = user_id.to_owned();
        let Err(ComposeError::Invalid(invalid)) = told("besitos", &endpoint, &dots) else { panic!("sent") };
        assert_eq!(invalid.0[0].field, "userId");
    }
    dots.user_id = "...".to_owned();
    assert!(told("besitos", &endpoint, &dots).is_ok());
}

#[test]
fn a_url_over_7500_bytes_is_refused_with_its_length() {
    let mut long = completion();
    long.note = Some("漢".repeat(500));
    long.offer_name = Some("漢".repeat(255));
    let url = |times: usize| {
        format!("https://pub.example/pb?{}", (0..times).map(|n| format!("n{n}={{note}}")).collect::<Vec<_>>().join("&"))
    };
    assert!(told("besitos", &with_url("besitos", &url(1)), &long).is_ok());
    let refused = told("besitos", &with_url("besitos", &url(2)), &long);
    assert!(matches!(refused, Err(ComposeError::UrlTooLong { bytes }) if bytes > 9_000), "{refused:?}");
}

#[test]
fn a_publishers_own_header_goes_out_and_is_never_shown() {
    let headers = vec![("Authorization".to_owned(), "Basic c2VjcmV0".to_owned())];
    let request =
        told("besitos", &config("besitos").with(|settings| settings.headers = Headers(headers)), &completion())
            .unwrap();
    let own = request.headers.last().unwrap();
    assert_eq!((own.value.as_str(), own.shown.as_str()), ("Basic c2VjcmV0", "…"));
    assert!(!format!("{request:?}").contains("verifier"));
}

#[test]
fn literal_text_of_a_template_reaches_the_wire_in_the_form_that_is_signed() {
    let endpoint = with_url("besitos", "HTTPS://Pub.Example:443?q=it's+a%2ftest&uid={user_id}");
    let request = told("besitos", &endpoint, &completion()).unwrap();
    assert_eq!(request.signed_text.as_deref(), Some("https://pub.example/?q=it%27s%20a%2Ftest&uid=u1"));
}

#[test]
fn a_text_that_can_no_longer_be_taken_apart_is_a_fault_of_its_own_setting() {
    let endpoint = with_url("besitos", "https://pub.example/{user_id");
    let Err(ComposeError::Invalid(invalid)) = told("besitos", &endpoint, &completion()) else { panic!("sent") };
    assert_eq!(invalid.to_string(), "callbackUrl: has a placeholder without its closing `}`");
}

#[test]
fn one_callback_url_goes_out_in_each_dialect_in_the_form_that_this_one_signs() {
    let url = CallbackUrl::new(&format!("{OFFERMARU}&q=it's+(a)"));
    let of = |dialect: &str| config(dialect).with(|settings| settings.callback_url = Some(url.clone()));
    let sent = told("besitos", &of("besitos"), &completion()).unwrap().shown_url().to_owned();
    assert!(sent.ends_with("&q=it%27s%20%28a%29"), "{sent}");
    let sent = told("offermaru", &of("offermaru"), &completion()).unwrap().shown_url().to_owned();
    assert!(sent.ends_with("&q=it%27s+(a)"), "{sent}");
}

/// A receiver's own reading of a URL: split, then decode.
fn decoded(url: &str) -> HashMap<String, String> {
    let query = url.split_once('?').unwrap().1;
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

proptest! {
    #[test]
    fn any_text_arrives_as_it_was_reported_and_goes_out_as_it_was_signed(
        user_id in "\\PC{1,40}", note in "[ -~]{1,40}", offer_name in ".{1,40}",
    ) {
        let mut any = completion();
        any.user_id = user_id.clone();
        any.note = Some(note.clone());
        any.offer_name = Some(offer_name.clone());
        let request = told("besitos", &config("besitos"), &any).unwrap();
        let parsed = url::Url::parse(&request.url).unwrap();
        prop_assert_eq!(parsed.as_str(), &request.url);
        let values = decoded(&request.url);
        prop_assert_eq!(&values["user_id"], &user_id);
        prop_assert_eq!(&values["note"], &note);
        prop_assert_eq!(&values["offer_name"], &offer_name);
        let sent = format!("{}&verifier={}", request.signed_text.unwrap(), values["verifier"]);
        prop_assert_eq!(sent, request.url);
    }

    #[test]
    fn what_offermaru_signs_is_what_the_receiver_decodes(user_id in "\\PC{1,40}", offer_id in "[ -~]{1,40}") {
        let mut any = completion();
        any.user_id = user_id.replace('&', "+");
        any.offer_id = Some(offer_id.replace('&', "%"));
        let request = told("offermaru", &config("offermaru"), &any).unwrap();
        let values = decoded(&request.url);
        let names = ["offer_id", "publisher_payout", "timestamp", "transaction_id", "user_id", "user_reward"];
        let rebuilt: Vec<String> = names.iter().map(|name| format!("{name}={}", values[*name])).collect();
        prop_assert_eq!(request.signed_text.unwrap(), rebuilt.join("&"));
    }
}
