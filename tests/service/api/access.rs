//! Who may make which call.

use reqwest::Method;
use serde_json::json;

use super::Acme;
use crate::support::has;

/// Every kind of call with the status that operator, account manager and publisher get. `{app}` is the publisher's own
/// app; bodies are empty objects, so 422 says that the caller got past the door.
const CALLS: &[(&str, &str, [u16; 3])] = &[
    ("GET", "/v1/publishers", [200, 200, 200]),
    ("POST", "/v1/publishers", [422, 422, 403]),
    ("PATCH", "/v1/publishers/acme", [200, 200, 403]),
    ("GET", "/v1/publishers/acme", [200, 200, 200]),
    ("GET", "/v1/tokens", [200, 200, 200]),
    ("POST", "/v1/tokens", [422, 422, 422]),
    ("DELETE", "/v1/tokens/tok_none", [404, 404, 404]),
    ("GET", "/v1/sources", [200, 403, 403]),
    ("POST", "/v1/sources", [422, 403, 403]),
    ("DELETE", "/v1/sources/src_none", [404, 403, 403]),
    ("POST", "/v1/sources/src_none/rotate", [404, 403, 403]),
    ("GET", "/v1/apps", [200, 200, 200]),
    ("POST", "/v1/apps", [422, 422, 422]),
    ("GET", "/v1/apps/{app}", [200, 200, 200]),
    ("PATCH", "/v1/apps/{app}", [200, 200, 200]),
    ("GET", "/v1/apps/{app}/endpoints", [200, 200, 200]),
    ("POST", "/v1/apps/{app}/endpoints", [422, 422, 422]),
    ("GET", "/v1/apps/{app}/secrets", [200, 200, 200]),
    ("PUT", "/v1/apps/{app}/egress", [422, 422, 403]),
    ("GET", "/v1/egress-ips", [200, 200, 200]),
    ("POST", "/v1/egress-ips", [422, 422, 403]),
    ("PATCH", "/v1/egress-ips/eip_none", [404, 404, 403]),
    ("DELETE", "/v1/egress-ips/eip_none", [404, 404, 403]),
    ("POST", "/v1/egress-ips/eip_none/assignments", [422, 422, 403]),
    ("DELETE", "/v1/egress-ips/eip_none/assignments/ega_none", [404, 404, 403]),
    ("GET", "/v1/health", [200, 200, 200]),
    ("GET", "/v1/deliveries/counts", [200, 200, 200]),
    ("GET", "/v1/replays", [200, 200, 200]),
    ("POST", "/v1/replays", [422, 422, 422]),
    ("GET", "/v1/replays/rpl_none", [404, 404, 404]),
    ("POST", "/v1/replays/rpl_none/cancel", [404, 404, 404]),
    ("GET", "/v1/dialects", [200, 200, 200]),
    ("GET", "/v1/dialects/besitos", [200, 200, 200]),
    ("GET", "/v1/dialects/nowhere", [404, 404, 404]),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_role_may_do_what_the_table_says_and_a_stranger_nothing() {
    let acme = Acme::start().await;
    let app = acme.app(json!({})).await.id();
    for (method, path, statuses) in CALLS {
        let path = path.replace("{app}", &app);
        let method: Method = method.parse().unwrap();
        let body = if method == Method::GET || method == Method::DELETE { "" } else { "{}" };
        for (caller, status) in [&*acme.operator, &acme.manager, &acme.publisher].into_iter().zip(statuses) {
            let answer = caller.try_call(method.clone(), &path, body).await.unwrap();
            assert_eq!(answer.status, *status, "{method} {path}: {answer:?}");
        }
        for token in ["", "no-such-token"] {
            let answer = acme.operator.with_token(token).try_call(method.clone(), &path, body).await.unwrap();
            answer.is(401, json!({"type": "/problems/unauthorized"}));
            assert!(answer.headers.contains_key("www-authenticate"), "{method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_publisher_does_not_exist_for_a_publisher() {
    let acme = Acme::start().await;
    let app = format!("/v1/apps/{}", acme.app(json!({})).await.id());
    let other = acme.manager.post("/v1/publishers", json!({"name": "Other"})).await.id();
    let stranger = acme.operator.publisher(&other).await;
    for path in [
        format!("/v1/publishers/{}", acme.id),
        app.clone(),
        format!("{app}/endpoints"),
        format!("{app}/secrets"),
        format!("/v1/apps?publisherId={}", acme.id),
    ] {
        assert_eq!(stranger.ask(&path).await.status, 404, "{path}");
    }
    assert_eq!(stranger.delete(&app).await.status, 404);
    assert_eq!(stranger.patch(&app, json!({})).await.status, 404);
    assert_eq!(stranger.post(&format!("{app}/secrets"), json!({})).await.status, 404);
    assert_eq!(stranger.get("/v1/apps").await, json!({"items": [], "nextCursor": null}));
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
