//! Drafts: kept as text however they came, replaced as a whole, one of a name.

use serde_json::{Value, json};

use super::{DRAFT, NAME, RECIPE, draft, draft_named, vectors};
use crate::support::{Ringback, has};

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_kept_as_it_was_written_and_replaced_as_a_whole() {
    let ringback = Ringback::start().await;
    ringback.post("/v1/dialects", draft()).await.is(201, json!({"name": NAME}));
    has(&ringback.get(DRAFT).await, json!({"recipe": RECIPE, "vectors": vectors()}));
    ringback.post("/v1/dialects", draft()).await.is(409, json!({"type": "/problems/conflict"}));
    ringback.put(DRAFT, draft_named("x-other")).await.refuses(422, &["name"]);
    assert_eq!(ringback.put("/v1/dialects/x-other/draft", draft_named("x-other")).await.status, 404);
    let titled = RECIPE.replace("title = \"Coinbarn\"", "title = \"Barn of coins\"");
    let replaced = ringback.put(DRAFT, json!({"recipe": titled, "vectors": vectors()})).await.ok();
    has(&replaced, json!({"title": "Barn of coins", "recipe": titled}));
    assert_eq!(ringback.delete(DRAFT).await.status, 204);
    for gone in [ringback.ask(DRAFT).await, ringback.delete(DRAFT).await, ringback.put(DRAFT, draft()).await] {
        gone.is(404, json!({"detail": "There is no such draft."}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_may_come_as_json_and_is_given_back_as_the_file_that_it_stands_for() {
    let ringback = Ringback::start().await;
    let recipe: Value = toml::from_str(RECIPE).unwrap();
    let kept = ringback.post("/v1/dialects", json!({"recipe": recipe, "vectors": vectors()})).await.ok();
    let text = kept["recipe"].as_str().unwrap();
    assert_eq!(toml::from_str::<Value>(text).unwrap(), recipe);
    ringback.post("/v1/dialects/x-coinbarn/publish", "").await.is(201, json!({"recipe": "x-coinbarn@1"}));
    assert_eq!(ringback.ask("/v1/dialects/x-coinbarn?as=toml").await.body, text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_what_keeps_a_draft_from_being_published_and_so_does_publishing() {
    let ringback = Ringback::start().await;
    let mut vectors = vectors();
    vectors[0]["expect"]["signature"] = "0".repeat(64).into();
    ringback.post("/v1/dialects", json!({"recipe": RECIPE, "vectors": vectors})).await.ok();
    let checked = ringback.post("/v1/dialects/x-coinbarn/check", "").await.ok();
    has(&checked, json!({"publishable": false}));
    let places: Vec<&str> =
        checked["findings"].as_array().unwrap().iter().map(|finding| finding["place"].as_str().unwrap()).collect();
    assert!(!places.is_empty() && places.iter().all(|place| place.starts_with("vectors[0]")), "{checked}");
    let refused = ringback.post("/v1/dialects/x-coinbarn/publish", "").await;
    assert_eq!((refused.status, refused.faults()), (422, places));
    assert_eq!(ringback.ask("/v1/dialects/x-coinbarn").await.status, 404);
}
