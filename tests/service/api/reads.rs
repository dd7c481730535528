//! Reads of one token: a few at a time, and each bounded.

use std::time::Duration;

use reqwest::Method;
use ringback::store::inspect::history::Past;
use serde_json::json;

use crate::support::{Ringback, TOKEN, found};

/// A Ringback with so many completions of one app, recorded within sixty days.
async fn with_history(count: u64) -> Ringback {
    let ringback = Ringback::start().await;
    ringback.wall("besitos", json!({})).await;
    let until = ringback.now();
    let from = until.minus(Duration::from_secs(60 * 24 * 3600));
    let past = Past { first: 1, count, users: 50, from, until, recipe: "besitos@1".to_owned() };
    ringback.store().make_past(past).await.unwrap();
    ringback
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_read_of_a_token_is_told_to_come_again_and_other_tokens_and_reports_are_not() {
    // More than the connection of somebody who does not read can take in.
    let ringback = with_history(80_000).await;
    let export = || ringback.request(Method::GET, "/v1/completions?format=ndjson").bearer_auth(TOKEN).send();
    let (first, second) = (export().await.unwrap(), export().await.unwrap());
    assert_eq!((first.status(), second.status()), (reqwest::StatusCode::OK, reqwest::StatusCode::OK));
    for path in ["/v1/completions", "/v1/deliveries", "/v1/ledger", "/v1/lookup?userId=u", "/v1/audit"] {
        let third = ringback.ask(path).await;
        third.is(429, json!({"type": "/problems/too-many-reads"}));
        assert_eq!(third.headers["retry-after"], "1");
    }
    ringback.ask("/v1/apps").await.is(200, json!({}));
    let manager = ringback.manager().await;
    manager.ask("/v1/completions").await.is(200, json!({}));
    drop(first);
    found("a read has ended", || async { (ringback.ask("/v1/completions").await.status == 200).then_some(()) }).await;
    drop(second);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_is_rare_in_a_long_history_is_to_be_narrowed_by_name() {
    let ringback = with_history(120_000).await;
    for (query, field) in [("offerId=none", "offerId"), ("deliveryStatus=dead", "deliveryStatus")] {
        for format in ["json", "csv"] {
            let answer = ringback.ask(&format!("/v1/completions?{query}&format={format}")).await;
            answer.is(422, json!({"type": "/problems/narrow-it", "errors": [{"field": field}]}));
        }
        let month = "from=2024-06-01T00:00:00Z&to=2024-07-01T00:00:00Z";
        ringback.ask(&format!("/v1/completions?{query}&{month}")).await.is(200, json!({"items": []}));
    }
}
