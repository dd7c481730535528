//! A test by a recipe that is not published yet: the one thing that is ever sent by a draft.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::Notify;

use super::{DRAFT, RECIPE, draft, next_draft, vectors};
use crate::support::{Reply, Ringback, found, has};

#[tokio::test(flavor = "multi_thread")]
async fn one_test_is_sent_by_a_draft_and_nothing_else_is() {
    let ringback = Ringback::start().await;
    ringback.published(draft()).await;
    let wall = ringback.coinbarn("x-coinbarn").await;
    let asked = json!({"recipe": "x-coinbarn#draft"});
    ringback.post(&wall.path("/test"), &asked).await.refuses(422, &["recipe"]);
    ringback.post("/v1/dialects", next_draft()).await.ok();
    for named in ["x-coinbarn", "x-coinbarn@1", "#draft", "besitos#draft"] {
        ringback.post(&wall.path("/test"), json!({"recipe": named})).await.refuses(422, &["recipe"]);
    }
    let manager = ringback.manager().await;
    let sent = manager.post(&wall.path("/test"), &asked).await.ok();
    has(&sent, json!({"kind": "test", "recipe": "x-coinbarn#draft", "verdict": "answered", "status": "delivered"}));
    let received = wall.receiver.next().await;
    assert_eq!(received.parameter("event").as_deref(), Some("paid"));
    assert_eq!(received.header("X-Ringback-Test"), Some("1"));
    // It says nothing of what the endpoint speaks, nor that a receiver has seen what is published.
    assert_eq!(ringback.get(&wall.path("")).await["setup"], json!({}));
    assert!(ringback.get("/v1/dialects/x-coinbarn").await.get("firstDeliveredAt").is_none());
    // What was sent can be looked at, as it was signed.
    let id = sent["id"].as_str().unwrap();
    let again = json!({"deliveryId": id, "attempt": 1});
    let shown = ringback.post(&wall.path("/preview"), again).await.ok();
    assert!(shown["url"].as_str().unwrap().ends_with("event=paid"), "{shown}");
    // Callbacks go out by what is published.
    wall.report_until("tx-1", "delivered").await;
    assert_eq!(wall.receiver.next().await.parameter("event").as_deref(), Some("credit"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_could_not_be_published_and_an_endpoint_that_does_not_fit_are_refused_before_anything_is_sent() {
    let ringback = Ringback::start().await;
    ringback.post("/v1/dialects", draft()).await.ok();
    let asked = json!({"recipe": "x-coinbarn#draft"});
    let wall = ringback.wall("besitos", json!({"callbackUrl": "/pb?user={user_id}"})).await;
    let refused = ringback.post(&wall.path("/test"), &asked).await;
    assert_eq!((refused.status, refused.faults()[0]), (422, "callbackUrl"), "{}", refused.body);
    let mut vectors = vectors();
    vectors[0]["expect"]["signature"] = "0".repeat(64).into();
    ringback.put(DRAFT, json!({"recipe": RECIPE, "vectors": vectors})).await.ok();
    let refused = ringback.post(&wall.path("/test"), &asked).await;
    assert!(refused.status == 422 && refused.faults()[0].starts_with("recipe.vectors[0]"), "{}", refused.body);
    assert!(wall.receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_by_drafts_are_sent_one_at_a_time() {
    let ringback = Ringback::start().await;
    ringback.published(draft()).await;
    let wall = ringback.coinbarn("x-coinbarn").await;
    ringback.post("/v1/dialects", draft()).await.ok();
    let (asked, go_on) = (json!({"recipe": "x-coinbarn#draft"}), Arc::new(Notify::new()));
    wall.receiver.then([Reply::Once(Arc::clone(&go_on))]);
    let path = wall.path("/test");
    let first = ringback.post(&path, &asked);
    let second = async {
        wall.receiver.next().await;
        let refused = ringback.post(&path, &asked).await;
        go_on.notify_one();
        refused
    };
    let (first, second) = tokio::join!(first, second);
    first.is(200, json!({"kind": "test", "recipe": "x-coinbarn#draft"}));
    second.is(429, json!({"detail": "One test by a draft is sent at a time; wait for the one under way."}));
    ringback.post(&path, &asked).await.is(200, json!({"verdict": "answered"}));

    // Whoever hangs up gains no second turn.
    wall.receiver.next().await;
    wall.receiver.then([Reply::Once(Arc::clone(&go_on))]);
    tokio::select! {
        answer = ringback.post(&path, &asked) => panic!("answered before its receiver did: {}", answer.body),
        _ = wall.receiver.next() => {}
    }
    ringback.post(&path, &asked).await.is(429, json!({}));
    go_on.notify_one();
    found("the turn", || async { (ringback.post(&path, &asked).await.status == 200).then_some(()) }).await;
}
