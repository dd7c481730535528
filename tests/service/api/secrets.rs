//! Secrets and endpoints through the API.

use serde_json::json;

use super::Acme;
use crate::support::{has, shown, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_lives_as_next_active_and_retired_and_is_shown_once() {
    let acme = Acme::start().await;
    let app = acme.app(json!({"dialect": "affonso"})).await.id();
    let path = format!("/v1/apps/{app}/secrets");
    let first = acme.publisher.post(&path, json!({})).await;
    first.is(201, json!({"state": "active"}));
    assert!(first.body["secret"].as_str().unwrap().starts_with("whsec_"));
    let second = acme.publisher.post(&path, json!({"secret": "brought"})).await;
    has(&second.body, json!({"state": "next", "secret": "brought"}));
    assert_eq!(second.body["warnings"].as_array().unwrap().len(), 1);
    let listed = acme.publisher.get(&path).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains("brought") && !listed.to_string().contains("whsec_"));
    let activate = format!("{path}/{}/activate", second.id());
    acme.publisher.post(&activate, json!({"overlapMinutes": 5})).await.is(200, json!({"state": "active"}));
    insta::assert_snapshot!(shown(&acme.publisher.get(&path).await), @r#"
    {
      items: [
        {
          id: "sec_1", state: "active", createdAt: "2024-07-01T18:40:00.000Z",
          activatedAt: "2024-07-01T18:40:00.000Z", overlapUntil: null,
        },
        {
          id: "sec_2", state: "retired", createdAt: "2024-07-01T18:40:00.000Z",
          activatedAt: "2024-07-01T18:40:00.000Z", overlapUntil: "2024-07-01T18:45:00.000Z",
        },
      ],
      nextCursor: null,
    }
    "#);
    assert_eq!(acme.publisher.delete(&format!("{path}/{}", second.id())).await.status, 409);
    assert_eq!(acme.publisher.delete(&format!("{path}/{}", first.id())).await.status, 204);
    acme.publisher.post(&path, json!({"activate": true})).await.is(201, json!({"state": "active"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_pasted_with_a_line_break_is_refused() {
    let acme = Acme::start().await;
    let app = acme.app(json!({})).await.id();
    for secret in ["", "abc\n", " abc"] {
        let answer = acme.publisher.post(&format!("/v1/apps/{app}/secrets"), json!({"secret": secret})).await;
        answer.refuses(422, &["secret"]);
        assert!(secret.is_empty() || !answer.body.to_string().contains("abc"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_endpoint_has_secrets_of_its_own() {
    let acme = Acme::start().await;
    let app = acme.app(json!({})).await.id();
    let path = format!("/v1/apps/{app}/endpoints");
    let mirror = json!({"dialect": "affonso", "callbackUrl": "https://mirror.example/"});
    let mirror = acme.publisher.post(&path, mirror).await;
    mirror.is(201, json!({"appId": app}));
    let of_mirror = format!("{path}/{}", mirror.id());
    acme.publisher.post(&format!("{of_mirror}/secrets"), json!({})).await.is(201, json!({"state": "active"}));
    let of_app = acme.publisher.get(&format!("/v1/apps/{app}/secrets")).await;
    assert_eq!(of_app["items"], json!([]));
    acme.publisher.patch(&of_mirror, json!({"callbackUrl": null})).await.is(200, json!({"callbackUrl": null}));
    assert_eq!(acme.publisher.delete(&of_mirror).await.status, 204);
    let first = acme.publisher.get(&path).await["items"][0].clone();
    assert_eq!(acme.publisher.delete(&format!("{path}/{}", text(&first, "id"))).await.status, 409);
}
