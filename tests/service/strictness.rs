//! Bodies and queries are read strictly, and a fault is named by its field.

use actix_web::http::Method;
use serde_json::json;

use crate::harness::{Answer, Service};

async fn post(service: &Service, body: &str) -> Answer {
    service.call(Method::POST, &service.publisher, "/v1/apps", Some(body.as_bytes().to_vec())).await
}

#[actix_web::test]
async fn what_is_not_one_json_object_with_distinct_keys_is_malformed() {
    let service = Service::start().await;
    for body in
        ["", "nonsense", "[]", "\"x\"", r#"{"name":"a","name":"b"}"#, r#"{"success":{"statuses":[],"statuses":[]}}"#]
    {
        let answer = post(&service, body).await;
        assert_eq!((answer.status, &answer.json["type"]), (400, &json!("/problems/malformed")), "{body}");
        assert_eq!(answer.headers.get("content-type").unwrap(), "application/problem+json");
    }
}

#[actix_web::test]
async fn a_field_that_is_unknown_or_of_the_wrong_type_is_named() {
    let service = Service::start().await;
    let misspelt = post(&service, r#"{"name":"a","dialect":"besitos","calbackUrl":"x"}"#).await;
    assert_eq!(misspelt.fields(), ["calbackUrl"]);
    assert!(misspelt.json["errors"][0]["message"].as_str().unwrap().contains("`callbackUrl`"));
    for (body, field) in [
        (r#"{"name":1}"#, "name"),
        (r#"{"paused":"yes"}"#, "paused"),
        (r#"{"callbacks":"maybe"}"#, "callbacks"),
        (r#"{"events":["sale",1]}"#, "events[1]"),
        (r#"{"success":{"statuses":["200"],"body":"1"}}"#, "success.body"),
        (r#"{"success":{}}"#, "success.statuses"),
        (r#"{"headers":{"X-A":1}}"#, "headers.X-A"),
        (r#"{"timeoutMs":1.5}"#, "timeoutMs"),
    ] {
        let answer = post(&service, body).await;
        assert_eq!((answer.status, answer.fields()), (422, vec![field]), "{body}");
    }
}

#[actix_web::test]
async fn a_nul_character_is_refused_where_it_stands_whatever_the_engine() {
    let service = Service::start().await;
    for path in ["/v1/apps/%00", "/v1/deliveries/dlv_%00", "/v1/publishers/a%00b", "/v1/completions/%00"] {
        assert_eq!(service.get(&service.operator, path).await.status, 404, "{path}");
    }
    for (path, field) in
        [("/v1/completions?userId=%00", "userId"), ("/v1/deliveries?transactionId=a%00", "transactionId")]
    {
        let answer = service.get(&service.operator, path).await;
        assert_eq!((answer.status, answer.fields()), (422, vec![field]), "{path}");
    }
    let body = json!({"publisherId": "\0", "name": "a", "dialect": "besitos", "headers": {"X-A": "\0"}});
    let answer = service.post(&service.operator, "/v1/apps", body).await;
    assert_eq!((answer.status, answer.fields()), (422, vec!["publisherId", "headers.X-A"]));
}

#[actix_web::test]
async fn a_body_of_more_than_a_mebibyte_is_too_large() {
    let service = Service::start().await;
    let body = format!(r#"{{"name":"{}"}}"#, "x".repeat(1024 * 1024));
    assert_eq!(post(&service, &body).await.status, 413);
}

#[actix_web::test]
async fn lists_are_paged_and_a_misspelt_parameter_is_refused() {
    let service = Service::start().await;
    for name in ["a", "b", "c"] {
        service.app(json!({"name": name, "dialect": "besitos"})).await;
    }
    let first = service.get(&service.publisher, "/v1/apps?limit=2").await.json;
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = service.get(&service.publisher, &format!("/v1/apps?limit=2&cursor={cursor}")).await.json;
    let names = |page: &serde_json::Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|app| app["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((names(&first), names(&second)), (vec!["c".to_owned(), "b".to_owned()], vec!["a".to_owned()]));
    assert!(second["nextCursor"].is_null());
    for (query, field) in [("cursor=zz", "cursor"), ("limit=0", "limit"), ("publisher=x", "publisher")] {
        let answer = service.get(&service.publisher, &format!("/v1/apps?{query}")).await;
        assert_eq!((answer.status, answer.fields()), (422, vec![field]));
    }
}
