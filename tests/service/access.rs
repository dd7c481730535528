//! Who may make which call.

use actix_web::http::Method;
use serde_json::json;

use crate::harness::Service;

/// Every kind of call with the status that operator, account manager and publisher get. `{app}` is the publisher's own
/// app; bodies are empty objects, so 422 says that the caller got past the door.
const CALLS: &[(&str, &str, [u16; 3])] = &[
    ("GET", "/v1/publishers", [200, 200, 200]),
    ("POST", "/v1/publishers", [422, 422, 403]),
    ("PATCH", "/v1/publishers/acme", [200, 200, 403]),
    ("GET", "/v1/publishers/acme", [200, 200, 200]),
    ("GET", "/v1/tokens", [200, 200, 403]),
    ("POST", "/v1/tokens", [422, 422, 403]),
    ("DELETE", "/v1/tokens/tok_none", [404, 404, 403]),
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
    ("GET", "/v1/dialects", [200, 200, 200]),
    ("GET", "/v1/dialects/besitos", [200, 200, 200]),
    ("GET", "/v1/dialects/nowhere", [404, 404, 404]),
];

#[actix_web::test]
async fn every_role_may_do_what_the_table_says_and_a_stranger_nothing() {
    let service = Service::start().await;
    let app = service.app(json!({"name": "Wall", "dialect": "besitos"})).await.id();
    for (method, path, statuses) in CALLS {
        let path = path.replace("{app}", &app);
        let method: Method = method.parse().unwrap();
        let body = || (method != Method::GET && method != Method::DELETE).then(|| b"{}".to_vec());
        for (token, status) in [&service.operator, &service.manager, &service.publisher].into_iter().zip(statuses) {
            let answer = service.call(method.clone(), token, &path, body()).await;
            assert_eq!(answer.status, *status, "{method} {path}: {answer:?}");
        }
        for token in ["", "no-such-token"] {
            let answer = service.call(method.clone(), token, &path, body()).await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert!(answer.headers.get("www-authenticate").is_some());
            assert_eq!(answer.json["type"], "/problems/unauthorized");
        }
    }
}

#[actix_web::test]
async fn what_belongs_to_another_publisher_does_not_exist_for_a_publisher() {
    let service = Service::start().await;
    let app = service.app(json!({"name": "Wall", "dialect": "besitos"})).await.id();
    let other = service.post(&service.manager, "/v1/publishers", json!({"name": "Other"})).await.id();
    let stranger = service.token_of(&other).await;
    for path in [
        format!("/v1/publishers/{}", service.publisher_id),
        format!("/v1/apps/{app}"),
        format!("/v1/apps/{app}/endpoints"),
        format!("/v1/apps/{app}/secrets"),
        format!("/v1/apps?publisherId={}", service.publisher_id),
    ] {
        assert_eq!(service.get(&stranger, &path).await.status, 404, "{path}");
    }
    assert_eq!(service.delete(&stranger, &format!("/v1/apps/{app}")).await.status, 404);
    assert_eq!(service.patch(&stranger, &format!("/v1/apps/{app}"), json!({})).await.status, 404);
    assert_eq!(service.post(&stranger, &format!("/v1/apps/{app}/secrets"), json!({})).await.status, 404);
    let listed = service.get(&stranger, "/v1/apps").await;
    assert_eq!(listed.json, json!({"items": [], "nextCursor": null}));
    let body = json!({"name": "Mine", "dialect": "besitos", "publisherId": service.publisher_id});
    assert_eq!(service.post(&stranger, "/v1/apps", body).await.fields(), ["publisherId"]);
}

#[actix_web::test]
async fn an_account_manager_makes_publishers_tokens_alone() {
    let service = Service::start().await;
    let operator = json!({"name": "x", "role": "operator"});
    assert_eq!(service.post(&service.manager, "/v1/tokens", operator).await.status, 403);
    let theirs = json!({"name": "x", "role": "publisher", "publisherId": "acme"});
    let made = service.post(&service.manager, "/v1/tokens", theirs).await;
    assert_eq!((made.status, made.json["publisherId"].as_str()), (201, Some(service.publisher_id.as_str())));
    let listed = service.get(&service.manager, "/v1/tokens").await;
    let roles: Vec<_> = listed.json["items"].as_array().unwrap().iter().map(|token| &token["role"]).collect();
    assert!(!roles.is_empty() && roles.iter().all(|role| *role == "publisher"), "{roles:?}");
    assert!(!listed.json.to_string().contains(made.json["token"].as_str().unwrap()));
}

#[actix_web::test]
async fn a_token_opens_nothing_once_it_is_deleted_or_expired() {
    let service = Service::start().await;
    let soon = json!({"name": "x", "role": "operator", "expiresAt": "2023-11-14T22:14:20Z"});
    let made = service.post(&service.operator, "/v1/tokens", soon).await;
    let text = made.json["token"].as_str().unwrap();
    assert_eq!(service.get(text, "/v1/apps").await.status, 200);
    service.hand.advance(std::time::Duration::from_secs(60));
    assert_eq!(service.get(text, "/v1/apps").await.status, 401);
    assert_eq!(service.delete(&service.operator, &format!("/v1/tokens/{}", made.id())).await.status, 204);
    let past = json!({"name": "x", "role": "operator", "expiresAt": "2020-01-01T00:00:00Z"});
    assert_eq!(service.post(&service.operator, "/v1/tokens", past).await.fields(), ["expiresAt"]);
}

#[actix_web::test]
async fn health_and_description_are_open_to_anyone() {
    let service = Service::start().await;
    for path in ["/healthz", "/readyz", "/metrics", "/ip", "/openapi.json", "/docs/"] {
        assert_eq!(service.get("", path).await.status, 200, "{path}");
    }
    let description = service.get("", "/openapi.json").await.json;
    assert_eq!(description["openapi"], "3.1.0");
    assert!(description["paths"]["/v1/apps/{id}/endpoints/{endpointId}/secrets"]["post"].is_object());
    let nowhere = service.get("", "/v1/nowhere").await;
    assert_eq!((nowhere.status, &nowhere.json["type"]), (404, &json!("/problems/not-found")));
    let wrong = service.delete(&service.operator, "/v1/apps").await;
    assert_eq!((wrong.status, &wrong.json["type"]), (405, &json!("/problems/method-not-allowed")));
    assert!(wrong.headers.get("allow").is_some());
}
