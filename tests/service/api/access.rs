//! Who calls: tokens, what they open and for how long, and what is open to anyone. Which call is open to whom is in `roles`.

use serde_json::json;

use super::Acme;
use crate::support::has;

#[tokio::test(flavor = "multi_thread")]
async fn a_body_names_no_other_publisher() {
    let acme = Acme::start().await;
    let other = acme.manager.post("/v1/publishers", json!({"name": "Other"})).await.id();
    let stranger = acme.operator.publisher(&other).await;
    let body = json!({"name": "Mine", "dialect": "besitos", "publisherId": acme.id});
    stranger.post("/v1/apps", body).await.refuses(422, &["publisherId"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_manager_makes_publishers_tokens_alone() {
    let acme = Acme::start().await;
    assert_eq!(acme.manager.post("/v1/tokens", json!({"name": "x", "role": "operator"})).await.status, 403);
    let theirs = json!({"name": "x", "role": "publisher", "publisherId": "acme"});
    let made = acme.manager.post("/v1/tokens", theirs).await;
    assert_eq!((made.status, &made.body["publisherId"]), (201, &json!(acme.id)));
    let listed = acme.manager.get("/v1/tokens").await;
    assert!(!listed.to_string().contains(made.body["token"].as_str().unwrap()));
    has(&listed, json!({"items": [{"role": "publisher"}, {"role": "publisher"}]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_nothing_once_it_is_deleted_or_expired() {
    let acme = Acme::start().await;
    let soon = json!({"name": "x", "role": "operator", "expiresAt": "2024-07-01T18:41:00Z"});
    let made = acme.operator.post("/v1/tokens", soon).await;
    let caller = acme.operator.with_token(made.body["token"].as_str().unwrap());
    caller.get("/v1/apps").await;
    acme.operator.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(caller.ask("/v1/apps").await.status, 401);
    assert_eq!(acme.operator.delete(&format!("/v1/tokens/{}", made.id())).await.status, 204);
    let past = json!({"name": "x", "role": "operator", "expiresAt": "2020-01-01T00:00:00Z"});
    acme.operator.post("/v1/tokens", past).await.refuses(422, &["expiresAt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_description_are_open_to_anyone() {
    let acme = Acme::start().await;
    let anyone = acme.operator.with_token("");
    for path in ["/healthz", "/readyz", "/metrics", "/ip", "/openapi.json", "/docs/"] {
        anyone.get(path).await;
    }
    anyone.ask("/v1/nowhere").await.is(404, json!({"type": "/problems/not-found"}));
    let wrong = acme.operator.delete("/v1/apps").await;
    wrong.is(405, json!({"type": "/problems/method-not-allowed"}));
    assert!(wrong.headers.contains_key("allow"));
}
