//! What a draft knows before there is an attempt, and what it leaves to one.

use std::sync::LazyLock;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::completion::Completion;
use crate::domain::dialect::callback::{Callback, CallbackConfig, CallbackEvent, Message};
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::compose::{compose, draft};
use crate::domain::dialect::endpoint_settings::TimestampSource;
use crate::domain::dialect::trial::{OFFERMARU, completion, config};

/// Read once: reading it costs more than all that is composed by it.
static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::builtin);

fn with_url(dialect: &str, url: &str) -> CallbackConfig {
    config(dialect).with(|settings| settings.callback_url = Some(CallbackUrl::new(url)))
}

fn drafted(dialect: &str, config: &CallbackConfig, completion: &Completion) -> Result<CallbackDraft, ComposeError> {
    let (event, created_at) = (&CallbackEvent::Completed, completion.recorded_at);
    let message = Message { completion, event, created_at, is_test: false };
    draft(CATALOG.get(dialect).unwrap(), config, &message)
}

fn key(text: &str) -> SecretText {
    SecretText::known(text.to_owned())
}

#[test]
fn what_only_an_attempt_knows_is_filled_in_when_it_is_made() {
    let at = Timestamp::from_millis(1_719_900_000_123);
    let by_attempt =
        with_url("offermaru", OFFERMARU).with(|settings| settings.timestamp_source = TimestampSource::Attempt);
    let request = drafted("offermaru", &by_attempt, &completion()).unwrap().finish("evt_1", at, &[]).unwrap();
    assert!(request.url.ends_with("&timestamp=1719900000123"), "{}", request.url);
    let draft = drafted("offermaru", &by_attempt, &completion()).unwrap();
    let signed = |at| draft.finish("evt_1", at, &[&key("key")]).unwrap();
    assert!(signed(at).signed_text.unwrap().contains("&timestamp=1719900000123&"));
    assert_eq!(signed(at).headers[1].value, "1719900000123");
    let later = signed(at.plus(Duration::from_millis(1)));
    assert!(later.url.ends_with("124") && later.headers[1].value.ends_with("124"));
    let draft = drafted("affonso", &config("affonso"), &completion()).unwrap();
    let sent = |event_id| draft.finish(event_id, at, &[&key("key")]).unwrap();
    assert!(sent("evt_2").body.unwrap().starts_with(r#"{"id":"evt_2","type":"transaction.created","createdAt":"#));
    assert!(sent("evt_2").headers[1].value.starts_with("t=1719900000,v1="));
    assert_ne!(sent("evt_2").signature, sent("evt_3").signature);
}

#[test]
fn the_body_that_is_shown_is_the_one_that_is_sent_and_needs_no_key() {
    let at = Timestamp::from_millis(1_719_900_000_123);
    let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    for dialect in ["affonso", "attribloom", "standard-webhooks"] {
        let draft = drafted(dialect, &config(dialect), &completion()).unwrap();
        let (sent, shown) = (draft.finish("evt_1", at, &[&key]).unwrap(), draft.shown_body("evt_1", at).unwrap());
        assert_eq!(sent.body.as_deref(), Some(shown.as_str()), "{dialect}");
        assert!(!shown.contains(key.expose()) && !shown.contains(&sent.signature.unwrap()), "{dialect}: {shown}");
    }
    assert_eq!(drafted("besitos", &config("besitos"), &completion()).unwrap().shown_body("evt_1", at), None);
}

#[test]
fn the_longest_url_is_measured_with_its_signature_before_there_is_one() {
    let endpoint = with_url("besitos", "https://pub.example/pb?n={note}&o={offer_name}");
    let mut long = completion();
    (long.note, long.offer_name) = (Some("漢".repeat(500)), None);
    let finished = |completion: &Completion| {
        let draft = drafted("besitos", &endpoint, completion).unwrap();
        let sent = draft.finish("evt_1", completion.recorded_at, &[&key("key")]);
        (draft.check("evt_1", completion.recorded_at), sent)
    };
    let room = LONGEST_URL - finished(&long).1.unwrap().url.len();
    for (more, fits) in [(room - 1, true), (room, true), (room + 1, false)] {
        long.offer_name = Some("x".repeat(more));
        let (checked, sent) = finished(&long);
        assert_eq!((checked.is_ok(), checked), (fits, sent.map(drop)), "{more}");
    }
}

/// A template whose path and query are made of such pieces.
fn template() -> impl Strategy<Value = String> {
    let literal = "(\\.|%2e|%2E|[a-zA-Zé漢 ;:@%|'\"^`~*!$()+,=\\\\/-]){0,3}";
    let piece = || prop_oneof![literal, "\\{(user_id|note|offer_name)\\}"];
    let origin = prop_oneof![
        Just("https://pub.example"),
        Just("https://bücher.example:8443"),
        Just("http://[2606:4700:0::1]:80"),
        Just("HTTPS://2130706433"),
    ];
    let segments = prop::collection::vec(prop::collection::vec(piece(), 0..4), 0..4);
    let values = prop::collection::vec(prop::collection::vec(piece(), 0..3), 0..3);
    (origin, segments, values).prop_map(|(origin, segments, values)| {
        let path: String = segments.iter().map(|segment| format!("/{}", segment.concat())).collect();
        let query = values.iter().enumerate().map(|(n, value)| format!("n{n}={}", value.concat()));
        format!("{origin}{path}?{}", query.collect::<Vec<_>>().join("&"))
    })
}

/// A value, and often one that a path cannot hold.
fn value() -> impl Strategy<Value = String> {
    prop_oneof!["\\.{0,3}", "%2[eE]", "[ -~]{1,9}", "\\PC{1,9}"]
}

fn completion_of(user_id: String, note: String, offer_name: String) -> Completion {
    Completion { user_id, note: Some(note), offer_name: Some(offer_name), ..completion() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whether_a_client_would_rewrite_a_url_is_known_without_parsing_it(
        template in template(), user_id in value(), note in value(), offer_name in value(), signs_url in any::<bool>(),
    ) {
        let dialect = if signs_url { "besitos" } else { "affonso" };
        let any = completion_of(user_id, note, offer_name);
        let Ok(draft) = drafted(dialect, &with_url(dialect, &template), &any) else { return Ok(()) };
        let url = draft.target.url(
            AttemptFacts { event_id: "evt_1", attempted_at: any.recorded_at, secret: "", signature: "" },
            true,
        );
        let is_kept = url::Url::parse(&url).is_ok_and(|parsed| parsed.as_str() == url);
        prop_assert_eq!(draft.target.check_sendable(&url, "callbackUrl").is_ok(), is_kept, "{}", url);
        if let Ok(sent) = draft.finish("evt_1", any.recorded_at, &[&key("key")]) {
            let parsed = url::Url::parse(&sent.url).unwrap();
            prop_assert_eq!(parsed.as_str(), &sent.url);
        }
    }
}

proptest! {
    #[test]
    fn a_draft_is_finished_for_each_attempt_as_that_attempt_would_be_composed(
        template in template(), user_id in value(), note in value(), event_id in "evt_[0-9a-z]{1,32}",
        seconds in 0_u64..1_000_000, dialect in 0_usize..4,
    ) {
        let dialect = ["besitos", "offermaru", "affonso", "attribloom"][dialect];
        let any = completion_of(user_id, note, "An offer".to_owned());
        let endpoint = with_url(dialect, &format!("{template}&t={{timestamp}}"));
        let endpoint = endpoint.with(|settings| settings.timestamp_source = TimestampSource::Attempt);
        let Ok(draft) = drafted(dialect, &endpoint, &any) else { return Ok(()) };
        for (event_id, pause, text) in [("evt_1", 0, "key"), (event_id.as_str(), seconds, "other")] {
            let attempted_at = any.recorded_at.plus(Duration::from_secs(pause));
            let (completion, event, created_at) = (&any, &CallbackEvent::Completed, any.recorded_at);
            let callback = Callback { event_id, completion, event, attempted_at, created_at, is_test: false };
            let anew = compose(draft.recipe(), &endpoint, &callback, &[&key(text)]);
            prop_assert_eq!(draft.finish(event_id, attempted_at, &[&key(text)]), anew);
        }
    }
}
