//! Secrets and endpoints through the API.

use serde_json::{Value, json};

use crate::harness::Service;

#[actix_web::test]
async fn a_secret_lives_as_next_active_and_retired_and_is_shown_once() {
    let service = Service::start().await;
    let app = service.app(json!({"name": "Wall", "dialect": "affonso"})).await.id();
    let path = format!("/v1/apps/{app}/secrets");
    let first = service.post(&service.publisher, &path, json!({})).await;
    assert_eq!((first.status, &first.json["state"]), (201, &json!("active")));
    assert!(first.json["secret"].as_str().unwrap().starts_with("whsec_"));
    let second = service.post(&service.publisher, &path, json!({"secret": "brought"})).await;
    assert_eq!((&second.json["state"], &second.json["secret"]), (&json!("next"), &json!("brought")));
    assert_eq!(second.json["warnings"].as_array().unwrap().len(), 1);
    let listed = service.get(&service.publisher, &path).await.json;
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains("brought") && !listed.to_string().contains("whsec_"));
    let activate = format!("{path}/{}/activate", second.id());
    let activated = service.post(&service.publisher, &activate, json!({"overlapMinutes": 5})).await;
    assert_eq!((activated.status, &activated.json["state"]), (200, &json!("active")));
    let retired = &service.get(&service.publisher, &path).await.json["items"][1];
    assert_eq!((&retired["state"], &retired["overlapUntil"]), (&json!("retired"), &json!("2023-11-14T22:18:20.000Z")));
    assert_eq!(service.delete(&service.publisher, &format!("{path}/{}", second.id())).await.status, 409);
    assert_eq!(service.delete(&service.publisher, &format!("{path}/{}", first.id())).await.status, 204);
    let third = service.post(&service.publisher, &path, json!({"activate": true})).await;
    assert_eq!(third.json["state"], "active");
}

#[actix_web::test]
async fn a_secret_pasted_with_a_line_break_is_refused() {
    let service = Service::start().await;
    let app = service.app(json!({"name": "Wall", "dialect": "besitos"})).await.id();
    for secret in ["", "abc\n", " abc"] {
        let answer =
            service.post(&service.publisher, &format!("/v1/apps/{app}/secrets"), json!({"secret": secret})).await;
        assert_eq!((answer.status, answer.fields()), (422, vec!["secret"]));
        assert!(secret.is_empty() || !answer.json.to_string().contains("abc"));
    }
}

#[actix_web::test]
async fn a_second_endpoint_has_secrets_of_its_own() {
    let service = Service::start().await;
    let app = service.app(json!({"name": "Wall", "dialect": "besitos"})).await.id();
    let path = format!("/v1/apps/{app}/endpoints");
    let mirror = json!({"dialect": "affonso", "callbackUrl": "https://mirror.example/"});
    let mirror = service.post(&service.publisher, &path, mirror).await;
    assert_eq!((mirror.status, &mirror.json["appId"]), (201, &json!(app)), "{mirror:?}");
    let of_mirror = format!("{path}/{}", mirror.id());
    let secret = service.post(&service.publisher, &format!("{of_mirror}/secrets"), json!({})).await;
    assert_eq!((secret.status, &secret.json["state"]), (201, &json!("active")));
    let of_app = service.get(&service.publisher, &format!("/v1/apps/{app}/secrets")).await.json;
    assert_eq!(of_app["items"], json!([]));
    let changed = service.patch(&service.publisher, &of_mirror, json!({"callbackUrl": null})).await;
    assert_eq!((changed.status, &changed.json["callbackUrl"]), (200, &Value::Null));
    assert_eq!(service.delete(&service.publisher, &of_mirror).await.status, 204);
    let first = service.get(&service.publisher, &path).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(service.delete(&service.publisher, &format!("{path}/{first}")).await.status, 409);
}
