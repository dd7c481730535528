//! An app that changes from one dialect to another: what its secrets must be, and what is replayed to it afterwards.

use serde_json::json;

use super::programs::STANDARD_WEBHOOKS_IN_NODE;
use super::publishers::publisher;
use super::rotation::{NEW_SECRET, found};
use crate::delivery::independent_publisher::NOW_MS;
use crate::delivery::independent_receiver::Independent;
use crate::support::{Reply, Ringback, calling, has, text};

#[tokio::test(flavor = "multi_thread")]
async fn an_app_does_not_change_to_a_dialect_that_its_active_secret_is_no_key_of() {
    let (ringback, wall) = calling("cpx", json!({"callbackUrl": publisher("cpx").template})).await;
    let endpoint = text(&ringback.get(&wall.path("")).await, "endpointId");
    let change = json!({"dialect": "standard-webhooks", "callbackUrl": wall.receiver.url("/hook")});
    for path in [wall.path(""), wall.path(&format!("/endpoints/{endpoint}"))] {
        ringback.patch(&path, change.clone()).await.refuses(422, &["dialect"]);
    }
    has(&ringback.get(&wall.path("")).await, json!({"dialect": "cpx"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_secret_that_is_no_key_of_the_new_dialect_signs_nothing_and_holds_nothing() {
    let (ringback, wall) = calling("cpx", json!({"callbackUrl": publisher("cpx").template})).await;
    let (secrets, next) = (wall.path("/secrets"), ringback.secret(&wall, NEW_SECRET).await);
    ringback.post(&format!("{secrets}/{next}/activate"), json!({"overlapMinutes": 60})).await.ok();
    let unfit = ringback.secret(&wall, "another-text").await;
    let change = json!({"dialect": "standard-webhooks", "callbackUrl": wall.receiver.url("/hook")});
    ringback.change(&wall, change).await;
    ringback.post(&format!("{secrets}/{unfit}/activate"), json!({})).await.refuses(422, &["secret"]);

    let mut receiver =
        Independent::start(STANDARD_WEBHOOKS_IN_NODE, &[("SECRET", NEW_SECRET), ("NOW_MS", NOW_MS)]).await;
    let delivery = wall.report_until("tx-1", "delivered").await;
    has(&delivery, json!({"attempts": [{"secretId": next}]}));
    has(&found(&mut receiver, &wall.receiver.next().await).await, json!({"verified": true}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_replayed_to_an_app_that_has_changed_its_dialect_is_told_in_the_new_one() {
    let ringback = Ringback::start().await;
    let settings = json!({"callbackUrl": publisher("bitlabs").template, "retrySchedule": []});
    let wall = ringback.wall("bitlabs", settings).await;
    wall.receiver.then([Reply::status(500)]);
    let id = text(&wall.report_until("tx-1", "dead").await, "id");

    let mut stage = publisher("cpx").on_stage(&ringback).await;
    let url = stage.receiver.url(&publisher("cpx").template);
    ringback.change(&wall, json!({"dialect": "cpx", "callbackUrl": url})).await;
    ringback.replay(&id).await.ok();
    let line = stage.receiver.next().await;
    let values = json!({"uid": "user_42", "tx": "tx-1", "amount": "100", "usd": "2.50", "status": "1"});
    has(&line, json!({"verified": true, "values": values}));
    ringback.delivery_once(&id, "delivered").await;
}
