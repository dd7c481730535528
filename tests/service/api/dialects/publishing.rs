//! Publishing: what is published is what was checked, never changes again, and is not lost.

use serde_json::{Value, json};

use super::{DRAFT, NAME, RECIPE, draft, next_draft};
use crate::support::{Ringback, has};

const PUBLISH: &str = "/v1/dialects/x-coinbarn/publish";

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_was_changed_after_it_was_checked_is_not_published() {
    let ringback = Ringback::start().await;
    let first = ringback.post("/v1/dialects", draft()).await.ok()["revision"].clone();
    let second = ringback.put(DRAFT, next_draft()).await.ok()["revision"].clone();
    assert_ne!(first, second);
    ringback.post(PUBLISH, json!({"revision": first})).await.is(409, json!({"type": "/problems/conflict"}));
    // Nor is it replaced by somebody who has not seen it.
    let mut unseen = draft();
    unseen["revision"] = first;
    assert_eq!(ringback.put(DRAFT, &unseen).await.status, 409);
    unseen["revision"] = second.clone();
    let third = ringback.put(DRAFT, &unseen).await.ok()["revision"].clone();
    ringback.post(PUBLISH, json!({"revision": third})).await.is(201, json!({"recipe": "x-coinbarn@1"}));
    assert_eq!(ringback.ask(DRAFT).await.status, 404, "what is published is no draft any more");
    assert_eq!(ringback.post(PUBLISH, "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_never_changes_and_the_next_one_is_another_version() {
    let ringback = Ringback::start().await;
    ringback.published(draft()).await;
    ringback.published(next_draft()).await;
    for (named, word) in [("x-coinbarn@1", "\"credit\""), ("x-coinbarn@2", "\"paid\""), (NAME, "\"paid\"")] {
        let answer = ringback.ask(&format!("/v1/dialects/{named}?as=toml")).await;
        assert_eq!(answer.headers["content-type"], "application/toml");
        let text = answer.body.as_str().unwrap();
        assert!(text.contains(word), "{named}: {text}");
    }
    assert_eq!(ringback.ask("/v1/dialects/x-coinbarn@1?as=toml").await.body, json!(RECIPE));
    let newest = ringback.get("/v1/dialects/x-coinbarn").await;
    has(&newest, json!({"recipe": "x-coinbarn@2", "versions": [{"version": 1}, {"version": 2}]}));
    // It outlives a restart.
    let ringback = ringback.restart().await;
    has(&ringback.get("/v1/dialects/x-coinbarn@1").await, json!({"origin": "custom", "version": 1}));
    assert_eq!(ringback.ask("/v1/dialects/x-coinbarn@3").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ships_is_given_as_a_file_to_copy_and_is_neither_drafted_over_nor_withdrawn() {
    let ringback = Ringback::start().await;
    let file = ringback.ask("/v1/dialects/kiwiwall?as=toml").await.ok();
    assert!(file.as_str().unwrap().contains("name = \"kiwiwall\""));
    has(&ringback.get("/v1/dialects/kiwiwall").await, json!({"origin": "builtin", "warnings": []}));
    assert_eq!(ringback.ask("/v1/dialects/kiwiwall?as=yaml").await.status, 422);
    ringback.post("/v1/dialects", json!({"recipe": file, "vectors": []})).await.is(422, json!({}));
    assert_eq!(ringback.post("/v1/dialects/kiwiwall@1/withdraw", "").await.status, 409);
    assert_eq!(ringback.post("/v1/dialects/x-coinbarn@1/withdraw", "").await.status, 404);
    assert_eq!(ringback.post("/v1/dialects/kiwiwall/withdraw", "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_holds_the_newest_version_of_each_and_what_is_not_published_yet() {
    let ringback = Ringback::start().await;
    ringback.published(draft()).await;
    ringback.post("/v1/dialects", next_draft()).await.ok();
    let list = ringback.get("/v1/dialects").await;
    let own: Vec<&Value> = list["items"].as_array().unwrap().iter().filter(|one| one["origin"] == "custom").collect();
    assert_eq!(own.len(), 1);
    has(own[0], json!({"recipe": "x-coinbarn@1"}));
    has(&list["drafts"], json!([{"name": NAME, "title": "Coinbarn", "savedBy": {"name": "bootstrap"}}]));
    assert_eq!(list["items"].as_array().unwrap().last().unwrap()["name"], NAME, "what ships stands first");
}
