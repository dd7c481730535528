//! Bodies and queries are read strictly, and a fault is named by its field.

use serde_json::json;

use super::Acme;
use crate::support::has;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_one_json_object_with_distinct_keys_is_malformed() {
    let acme = Acme::start().await;
    for body in
        ["", "nonsense", "[]", "\"x\"", r#"{"name":"a","name":"b"}"#, r#"{"success":{"statuses":[],"statuses":[]}}"#]
    {
        let answer = acme.publisher.post("/v1/apps", body).await;
        answer.is(400, json!({"type": "/problems/malformed"}));
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_unknown_or_of_the_wrong_type_is_named() {
    let acme = Acme::start().await;
    let misspelt = acme.publisher.post("/v1/apps", r#"{"name":"a","dialect":"besitos","calbackUrl":"x"}"#).await;
    misspelt.refuses(422, &["calbackUrl"]);
    assert!(misspelt.body["errors"][0]["message"].as_str().unwrap().contains("`callbackUrl`"));
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
        acme.publisher.post("/v1/apps", body).await.refuses(422, &[field]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nul_character_is_refused_where_it_stands_whatever_the_engine() {
    let acme = Acme::start().await;
    for path in ["/v1/apps/%00", "/v1/deliveries/dlv_%00", "/v1/publishers/a%00b", "/v1/completions/%00"] {
        assert_eq!(acme.operator.ask(path).await.status, 404, "{path}");
    }
    for (path, field) in
        [("/v1/completions?userId=%00", "userId"), ("/v1/deliveries?transactionId=a%00", "transactionId")]
    {
        acme.operator.ask(path).await.refuses(422, &[field]);
    }
    let body = json!({"publisherId": "\0", "name": "a", "dialect": "besitos", "headers": {"X-A": "\0"}});
    acme.operator.post("/v1/apps", body).await.refuses(422, &["publisherId", "headers.X-A"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_more_than_a_mebibyte_is_too_large() {
    let acme = Acme::start().await;
    let body = format!(r#"{{"name":"{}"}}"#, "x".repeat(1024 * 1024));
    assert_eq!(acme.publisher.post("/v1/apps", body).await.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_paged_and_a_misspelt_parameter_is_refused() {
    let acme = Acme::start().await;
    for name in ["a", "b", "c"] {
        acme.app(json!({"name": name})).await;
    }
    let first = acme.publisher.get("/v1/apps?limit=2").await;
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = acme.publisher.get(&format!("/v1/apps?limit=2&cursor={cursor}")).await;
    has(&first, json!({"items": [{"name": "c"}, {"name": "b"}]}));
    has(&second, json!({"items": [{"name": "a"}], "nextCursor": null}));
    for (query, field) in [("cursor=zz", "cursor"), ("limit=0", "limit"), ("publisher=x", "publisher")] {
        acme.publisher.ask(&format!("/v1/apps?{query}")).await.refuses(422, &[field]);
    }
}
