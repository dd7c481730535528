//! What a receiver's answer means in the dialects that say more than a status, and what a refusal is explained by.

use std::time::Duration;

use serde_json::json;

use super::publishers::publisher;
use crate::delivery::independent_publisher::Publisher;
use crate::support::{Received, Reply, Ringback, calling, has, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_pollfish_test_says_that_it_is_one_outside_what_is_signed() {
    let ringback = Ringback::start().await;
    let mut stage = publisher("pollfish").on_stage(&ringback).await;
    let tested = ringback.post(&stage.wall.path("/test"), json!({})).await.ok();
    has(&tested, json!({"status": "delivered", "attemptsMade": 1}));
    let line = stage.receiver.next().await;
    has(&line, json!({"verified": true, "values": {"debug": "true"}}));
    assert!(text(&line, "transactionId").starts_with("test-"), "{line:#}");
    assert!(text(&line, "target").ends_with("&debug=true"), "{line:#}");

    stage.wall.report("tx-1").await.delivery();
    let line = stage.receiver.next().await;
    assert_eq!((&line["verified"], line["values"].get("debug")), (&json!(true), None), "{line:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tapjoy_receiver_ends_a_delivery_with_403_and_with_nothing_else() {
    let ringback = Ringback::start().await;
    let publisher = Publisher { secret: "quite another", ..publisher("tapjoy") };
    let mut stage = publisher.on_stage(&ringback).await;
    let id = stage.wall.report("tx-1").await.delivery();
    has(&stage.receiver.next().await, json!({"verified": false, "status": 403}));
    let attempt = json!({"outcome": "http_status", "statusCode": 403, "counted": true, "nextAttemptAt": null});
    has(&ringback.delivery_once(&id, "dead").await, json!({"attemptsMade": 1, "attempts": [attempt]}));

    let wall = ringback.wall("tapjoy", json!({})).await;
    for status in [401, 404, 500] {
        wall.receiver.then([Reply::status(status)]);
        wall.report_until(&format!("answered-{status}"), "retrying").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wannads_receiver_acknowledges_a_repetition_with_another_word() {
    let ringback = Ringback::start().await;
    let mut stage = publisher("wannads").on_stage(&ringback).await;
    let id = text(&stage.wall.report_until("tx-1", "delivered").await, "id");
    has(&stage.receiver.next().await, json!({"verified": true, "duplicate": false}));
    ringback.replay(&id).await.ok();
    has(&stage.receiver.next().await, json!({"verified": true, "duplicate": true}));
    let attempts = json!([{"responseBody": "OK"}, {"outcome": "delivered", "responseBody": "DUP"}]);
    has(&ringback.delivery_once(&id, "delivered").await, json!({"attempts": attempts}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiwiwall_receiver_refuses_with_a_word_whatever_its_status_says() {
    let template = publisher("kiwiwall").template;
    let (ringback, wall) = calling("kiwiwall", json!({"callbackUrl": template, "retrySchedule": [60]})).await;
    wall.receiver.then([Reply::with(200, "", "0"), Reply::with(200, "", "1\n")]);
    let id = text(&wall.report_until("tx-1", "retrying").await, "id");
    let refused = json!({"outcome": "body_mismatch", "statusCode": 200, "responseBody": "0", "counted": true});
    has(&ringback.delivery(&id).await, json!({"told": "maybe", "attempts": [refused]}));
    ringback.clock.advance(Duration::from_secs(70));
    has(&ringback.delivery_once(&id, "delivered").await, json!({"attempts": [{}, {"outcome": "delivered"}]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_superrewards_receiver_that_does_not_answer_one_is_called_again() {
    let (ringback, wall) = calling("superrewards", json!({"callbackUrl": "/sr", "retrySchedule": [60]})).await;
    wall.receiver.then([Reply::with(200, "", "0"), Reply::with(200, "", "1")]);
    let id = text(&wall.report_until("tx-1", "retrying").await, "id");
    ringback.clock.advance(Duration::from_secs(70));
    let attempts = json!([{"outcome": "body_mismatch"}, {"outcome": "delivered"}]);
    has(&ringback.delivery_once(&id, "delivered").await, json!({"attempts": attempts}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_levelplay_receiver_acknowledges_with_the_id_of_the_event_wherever_it_stands() {
    let (_ringback, wall) = calling("levelplay", json!({"callbackUrl": publisher("levelplay").template})).await;
    for (id, body, becomes, outcome) in [
        ("tx-1", "OK", "retrying", "body_mismatch"),
        ("tx-2", "tx-1:OK", "retrying", "body_mismatch"),
        ("tx-3", "<p>tx-3:OK</p>", "delivered", "delivered"),
    ] {
        wall.receiver.then([Reply::with(200, "", body)]);
        let delivery = wall.report_until(id, becomes).await;
        has(&delivery, json!({"attempts": [{"outcome": outcome, "statusCode": 200, "responseBody": body}]}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_levelplay_attempt_is_signed_with_its_own_minute() {
    let (ringback, wall) = calling("levelplay", json!({"callbackUrl": publisher("levelplay").template})).await;
    wall.receiver.then([Reply::status(500), Reply::with(200, "", "tx-1:OK")]);
    let id = text(&wall.report_until("tx-1", "retrying").await, "id");
    let first = wall.receiver.next().await;
    ringback.clock.advance(Duration::from_secs(70));
    ringback.delivery_once(&id, "delivered").await;
    let second = wall.receiver.next().await;
    let of = |received: &Received, name: &str| received.parameter(name).unwrap();
    assert_eq!(of(&first, "timestamp"), "202407011840");
    assert_eq!(of(&second, "timestamp"), "202407011841");
    assert_ne!(of(&first, "signature"), of(&second, "signature"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theoremreach_test_says_that_it_is_one_inside_of_what_is_signed() {
    let ringback = Ringback::start().await;
    let mut stage = publisher("theoremreach").on_stage(&ringback).await;
    let tested = ringback.post(&stage.wall.path("/test"), json!({})).await.ok();
    has(&tested, json!({"status": "delivered", "attemptsMade": 1}));
    let line = stage.receiver.next().await;
    has(&line, json!({"verified": true, "values": {"debug": "true"}}));
    assert!(text(&line, "signedText").contains("&debug=true"), "{line:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewardinghub_receiver_ends_a_delivery_with_what_says_that_the_call_is_at_fault() {
    let (_ringback, wall) = calling("rewardinghub", json!({"callbackUrl": publisher("rewardinghub").template})).await;
    for (status, becomes) in [(400, "dead"), (404, "dead"), (408, "retrying"), (429, "retrying"), (500, "retrying")] {
        wall.receiver.then([Reply::status(status)]);
        wall.report_until(&format!("answered-{status}"), becomes).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_does_not_come_from_the_receivers_code_is_explained() {
    let template = publisher("cpx").template;
    let (_ringback, wall) = calling("cpx", json!({"callbackUrl": template})).await;
    for (status, header, error) in [
        (405, "Allow: POST\r\n", "the receiver answered 405: it does not take GET at this URL; it allows POST"),
        (
            401,
            "WWW-Authenticate: Basic realm=\"staging\"\r\n",
            "the receiver answered 401: something in front of your server answered: it asks for a site password \
             (WWW-Authenticate)",
        ),
        (401, "", "the receiver answered 401"),
    ] {
        wall.receiver.then([Reply::with(status, header, "")]);
        let refused = wall.report_until(&format!("answered-{status}-{}", header.len()), "retrying").await;
        has(&refused, json!({"attempts": [{"outcome": "http_status", "statusCode": status, "error": error}]}));
    }
}
