//! Choosing: an endpoint is bound to a version, moves to another only when it is told to, and keeps what was withdrawn.

use serde_json::{Value, json};

use super::{NAME, RECIPE, TEMPLATE, draft, next_draft, spoken, vectors};
use crate::support::{Ringback, has};

#[tokio::test(flavor = "multi_thread")]
async fn a_later_version_moves_nobody_and_what_was_accepted_before_goes_out_under_the_old_one() {
    let ringback = Ringback::start().await;
    ringback.published(draft()).await;
    let wall = ringback.coinbarn(NAME).await;
    assert_eq!(spoken(&ringback, &wall).await, "x-coinbarn@1");
    ringback.published(next_draft()).await;
    // Whatever else of it is changed.
    ringback.change(&wall, json!({"timeoutMs": 9_000, "paused": true})).await;
    assert_eq!(spoken(&ringback, &wall).await, "x-coinbarn@1");
    let before = wall.report("tx-before").await.delivery();
    ringback.held_for(&before, "app_paused").await;

    // Another version of the same dialect may be chosen while deliveries are open.
    ringback
        .patch(&wall.path(""), json!({"dialect": "x-coinbarn@2"}))
        .await
        .is(200, json!({"dialect": "x-coinbarn@2"}));
    ringback.change(&wall, json!({"paused": false})).await;
    ringback.tidy().await;
    ringback.step().await;
    has(&ringback.delivery_once(&before, "delivered").await, json!({"recipe": "x-coinbarn@1"}));
    assert_eq!(wall.receiver.next().await.parameter("event").as_deref(), Some("credit"));
    has(&wall.report_until("tx-after", "delivered").await, json!({"recipe": "x-coinbarn@2"}));
    assert_eq!(wall.receiver.next().await.parameter("event").as_deref(), Some("paid"));
    // A replay is the same callback.
    ringback.replay(&before).await.ok();
    ringback.step().await;
    ringback.delivery_once(&before, "delivered").await;
    assert_eq!(wall.receiver.next().await.parameter("event").as_deref(), Some("credit"));

    // The name alone is the newest version.
    let other = ringback.coinbarn(NAME).await;
    assert_eq!(spoken(&ringback, &other).await, "x-coinbarn@2");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_held_while_the_endpoint_does_not_fit_the_version_that_it_was_accepted_under() {
    let ringback = Ringback::start().await;
    ringback.published(draft()).await;
    let wall = ringback.coinbarn(NAME).await;
    let vectors: Value = serde_json::from_str(&vectors().to_string().replace("{coins}", "{amount}")).unwrap();
    let renamed = RECIPE.replace("{coins}", "{amount}").replace("name = \"coins\"", "name = \"amount\"");
    ringback.published(json!({"recipe": renamed, "vectors": vectors})).await;
    ringback.change(&wall, json!({"paused": true})).await;
    let before = wall.report("tx-before").await.delivery();
    ringback.held_for(&before, "app_paused").await;
    let url = wall.receiver.url(&TEMPLATE.replace("{coins}", "{amount}"));
    ringback.change(&wall, json!({"dialect": "x-coinbarn@2", "callbackUrl": url, "paused": false})).await;
    ringback.tidy().await;
    ringback.step().await;
    ringback.held_for(&before, "fields").await;
    assert!(wall.receiver.so_far().is_empty(), "its reward would have been empty");
    // Back with the version that it was accepted under, it is what it would have been.
    ringback.change(&wall, json!({"dialect": "x-coinbarn@1", "callbackUrl": wall.receiver.url(TEMPLATE)})).await;
    ringback.tidy().await;
    ringback.step().await;
    has(&ringback.delivery_once(&before, "delivered").await, json!({"recipe": "x-coinbarn@1"}));
    assert!(wall.receiver.next().await.parameter("coins").is_some_and(|coins| !coins.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_is_kept_by_those_who_have_it_and_chosen_by_nobody_else() {
    let ringback = Ringback::start().await;
    ringback.published(draft()).await;
    let (wall, other) = (ringback.coinbarn(NAME).await, ringback.wall("besitos", json!({})).await);
    ringback.published(next_draft()).await;
    let withdrawn = ringback.post("/v1/dialects/x-coinbarn@2/withdraw", "").await.ok();
    assert!(withdrawn["withdrawnAt"].is_string(), "{withdrawn}");
    let again = ringback.post("/v1/dialects/x-coinbarn@2/withdraw", "").await.ok();
    assert_eq!(again["withdrawnAt"], withdrawn["withdrawnAt"], "it stays withdrawn from the first time on");
    let to_second = json!({"dialect": "x-coinbarn@2"});
    let refused = ringback.patch(&wall.path(""), &to_second).await;
    refused.refuses(422, &["dialect"]);
    assert!(refused.body["errors"][0]["message"].as_str().unwrap().contains("was withdrawn"), "{}", refused.body);
    // The name alone is the newest that was not.
    let third = ringback.coinbarn(NAME).await;
    assert_eq!(spoken(&ringback, &third).await, "x-coinbarn@1");

    ringback.post("/v1/dialects/x-coinbarn@1/withdraw", "").await.ok();
    let url = other.receiver.url(TEMPLATE);
    let move_there = json!({"dialect": NAME, "callbackUrl": url});
    ringback.patch(&other.path(""), &move_there).await.refuses(422, &["dialect"]);
    ringback.post(&other.path("/endpoints"), &move_there).await.refuses(422, &["dialect"]);
    // Who has it is called by it, changes what it likes, and is told.
    has(&wall.report_until("tx-1", "delivered").await, json!({"recipe": "x-coinbarn@1"}));
    let changed = ringback.change(&wall, json!({"timeoutMs": 9_000})).await;
    assert_eq!(changed["dialect"], "x-coinbarn@1");
    let warnings = changed["warnings"].to_string();
    assert!(warnings.contains("x-coinbarn@1 was withdrawn"), "{warnings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_checked_against_the_endpoint_that_is_to_speak_it() {
    let ringback = Ringback::start().await;
    ringback.published(draft()).await;
    let publisher = ringback.post("/v1/publishers", json!({"name": "P"})).await.id();
    let app = json!({"publisherId": publisher, "name": "A", "dialect": "x-coinbarn@1"});
    for (url, fault) in
        [("https://pub.example/c?user={user}", "callbackUrl"), ("https://pub.example/c?u={usr}", "callbackUrl")]
    {
        let mut app = app.clone();
        app["callbackUrl"] = url.into();
        let refused = ringback.post("/v1/apps", &app).await;
        assert_eq!((refused.status, refused.faults()[0]), (422, fault), "{}", refused.body);
    }
    for unknown in ["x-coinbarn@2", "x-coinbarn@01", "x-other", "x-coinbarn#draft"] {
        let mut app = app.clone();
        app["dialect"] = unknown.into();
        ringback.post("/v1/apps", &app).await.refuses(422, &["dialect"]);
    }
    let shipped = json!({"publisherId": publisher, "name": "A", "dialect": "besitos@1"});
    ringback
        .post("/v1/apps", &shipped)
        .await
        .is(422, json!({"errors": [{"field": "dialect", "suggestion": "besitos"}]}));
    // What is only looked at is bound to the same version.
    let endpoint = json!({"dialect": NAME, "callbackUrl": format!("https://pub.example{TEMPLATE}")});
    let shown = ringback.post("/v1/preview", json!({"endpoint": endpoint})).await.ok();
    assert!(shown["url"].as_str().unwrap().contains("event=credit"), "{shown}");
}
