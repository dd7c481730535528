//! Secrets that are decoded: which are refused, and how one is replaced by another.

use std::time::Duration;

use serde_json::{Value, json};

use super::programs::{STANDARD_WEBHOOKS_IN_NODE, STANDARD_WEBHOOKS_IN_PYTHON, STRIPE_STYLE};
use crate::delivery::independent_publisher::NOW_MS;
use crate::delivery::independent_receiver::Independent;
use crate::support::{DECODED_SECRET, Received, SECRET, calling, has, text};

/// Another key of the form.
pub(super) const NEW_SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";

/// What a receiver finds of a delivery that another one received.
pub(super) async fn found(receiver: &mut Independent, delivery: &Received) -> Value {
    found_by(receiver, delivery, &["Content-Type", "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"]).await
}

/// The same by these of its headers.
async fn found_by(receiver: &mut Independent, delivery: &Received, headers: &[&str]) -> Value {
    let mut request = reqwest::Client::builder().no_proxy().build().unwrap().post(receiver.url("/hook"));
    for name in headers {
        request = request.header(*name, delivery.header(name).unwrap());
    }
    request.body(delivery.body.clone()).send().await.unwrap();
    receiver.next().await
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_secret_is_replaced_one_delivery_is_verified_by_whoever_knows_either() {
    let (ringback, wall) = calling("standard-webhooks", json!({})).await;
    let secrets = wall.path("/secrets");
    let next = ringback.secret(&wall, NEW_SECRET).await;
    ringback.post(&format!("{secrets}/{next}/activate"), json!({"overlapMinutes": 1})).await.ok();
    let knowing = |secret| [("SECRET", secret), ("NOW_MS", NOW_MS)];
    let mut old = Independent::start(STANDARD_WEBHOOKS_IN_NODE, &knowing(DECODED_SECRET)).await;
    let mut new = Independent::start(STANDARD_WEBHOOKS_IN_PYTHON, &knowing(NEW_SECRET)).await;

    let delivery = wall.report_until("tx-1", "delivered").await;
    has(&delivery, json!({"attemptsMade": 1, "attempts": [{"secretId": next, "outcome": "delivered"}]}));
    let received = wall.receiver.next().await;
    let signatures: Vec<&str> = received.header("Webhook-Signature").unwrap().split(' ').collect();
    assert!(matches!(signatures[..], [one, other] if one != other), "{signatures:?}");
    assert!(signatures.iter().all(|signature| signature.starts_with("v1,")), "{signatures:?}");
    for receiver in [&mut old, &mut new] {
        let verified = found(receiver, &received).await;
        has(&verified, json!({"verified": true, "transactionId": "tx-1"}));
    }

    ringback.clock.advance(Duration::from_secs(61));
    wall.report_until("tx-2", "delivered").await;
    let received = wall.receiver.next().await;
    assert_eq!(received.header("Webhook-Signature").unwrap().split(' ').count(), 1);
    has(&found(&mut old, &received).await, json!({"verified": false}));
    has(&found(&mut new, &received).await, json!({"verified": true, "transactionId": "tx-2"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_that_an_endpoint_chose_carries_a_signature_by_each_of_two_keys() {
    const CHOSEN: &str = "Acme-Signature";
    let (ringback, wall) = calling("stripe-style", json!({"settings": {"header_name": CHOSEN}})).await;
    let next = ringback.secret(&wall, NEW_SECRET).await;
    ringback.post(&wall.path(&format!("/secrets/{next}/activate")), json!({"overlapMinutes": 1})).await.ok();
    wall.report_until("tx-1", "delivered").await;
    let received = wall.receiver.next().await;
    assert_eq!(received.header(CHOSEN).unwrap().split(",v1=").count(), 3, "{}", received.head);
    for secret in [SECRET, NEW_SECRET] {
        let known = [("SECRET", secret), ("NOW_MS", NOW_MS), ("HEADER", CHOSEN)];
        let mut receiver = Independent::start(STRIPE_STYLE, &known).await;
        let verified = found_by(&mut receiver, &received, &["Content-Type", CHOSEN]).await;
        has(&verified, json!({"verified": true, "transactionId": "tx-1"}));
    }
    for name in ["Content-Type", "X-Forwarded-For", "X-Ringback-Id", "Cookie", "two words", ""] {
        let change = json!({"settings": {"header_name": name}});
        ringback.patch(&wall.path(""), change).await.refuses(422, &["settings.header_name"]);
    }
    let both = json!({"headers": {"X-Own": "1"}, "settings": {"header_name": "x-own"}});
    ringback.patch(&wall.path(""), both).await.refuses(422, &["headers.X-Own"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_no_key_of_the_dialect_is_refused_when_it_is_created() {
    let (ringback, wall) = calling("standard-webhooks", json!({})).await;
    let mirror = json!({"dialect": "standard-webhooks", "callbackUrl": wall.receiver.url("/mirror")});
    let mirror = ringback.post(&wall.path("/endpoints"), mirror).await.id();
    for path in [wall.path("/secrets"), wall.path(&format!("/endpoints/{mirror}/secrets"))] {
        for secret in ["secret", &NEW_SECRET[6..], "whsec_", "whsec_MDEyMzQ1Njc4OWFi*", "WHSEC_MDEyMzQ1Njc4OWFi"] {
            ringback.post(&path, json!({"secret": secret})).await.refuses(422, &["secret"]);
        }
        ringback.post(&path, json!({"secret": NEW_SECRET})).await.ok();
        let made = ringback.post(&path, json!({"activate": true})).await.ok();
        assert!(text(&made, "secret").starts_with("whsec_"), "{made:#}");
    }
}
