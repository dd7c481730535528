//! Every dialect of the catalog is driven with every awkward value, over the real API and a real connection.

use std::collections::BTreeSet;

use serde_json::json;

use super::publishers::publishers;
use super::reversals::REVERSALS;
use super::secret_in_clear::DIALECT;
use crate::delivery::independent_publisher::Publisher;
use crate::delivery::independent_receiver::Independent;
use crate::support::{Ringback, has, text};

/// Those whose receivers stand in `independent.rs`.
const FIRST: [&str; 4] = ["affonso", "attribloom", "besitos", "offermaru"];

#[tokio::test(flavor = "multi_thread")]
async fn no_dialect_of_the_catalog_is_left_out() {
    let ringback = Ringback::start().await;
    let dialects = ringback.get("/v1/dialects").await["items"].as_array().unwrap().clone();
    let mut shipped: BTreeSet<String> = dialects.iter().map(|dialect| text(dialect, "name")).collect();
    assert!(FIRST.iter().all(|first| shipped.remove(*first)), "{shipped:?}");
    assert!(shipped.remove(DIALECT), "{shipped:?}");
    let driven: BTreeSet<String> = publishers().iter().map(|publisher| publisher.dialect.to_owned()).collect();
    assert_eq!(driven, shipped);
    let taken_back: BTreeSet<String> = REVERSALS.iter().map(|reversal| reversal.dialect.to_owned()).collect();
    assert_eq!(taken_back, shipped);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_awkward_value_arrives_verified_or_is_refused_for_the_field_that_is_at_fault() {
    let ringback = Ringback::start().await;
    for publisher in publishers() {
        publisher.on_stage(&ringback).await.show_all().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_with_another_secret_refuses_what_the_right_one_accepts() {
    let ringback = Ringback::start().await;
    for publisher in publishers() {
        // A key of every dialect's form.
        let stranger = Publisher { secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", ..publisher };
        let (refusal, becomes) = match stranger.dialect {
            "tapjoy" => (403, "dead"),
            "rewardinghub" => (401, "dead"),
            _ => (401, "retrying"),
        };
        let mut stage = stranger.on_stage(&ringback).await;
        let id = stage.wall.report("tx-1").await.delivery();
        let line = stage.receiver.next().await;
        has(&line, json!({"verified": false, "status": refusal, "transactionId": "tx-1"}));
        has(&ringback.delivery_once(&id, becomes).await, json!({"attempts": [{"statusCode": refusal}]}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_receiver_refuses_a_callback_without_a_signature() {
    // The client is built without a provider of its own, and wants one for plain HTTP too.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for Publisher { dialect, program, secret, environment, .. } in publishers() {
        let mut receiver = Independent::start(program, &[vec![("SECRET", secret)], environment].concat()).await;
        let refusal = if dialect == "tapjoy" { 403 } else { 401 };
        let answer = http.get(receiver.url("/callback?tx=tx-1")).send().await.unwrap();
        assert_eq!(answer.status(), refusal, "{program:?}");
        let line = receiver.next().await;
        has(&line, json!({"verified": false, "status": refusal, "method": "GET", "target": "/callback?tx=tx-1"}));
    }
}
