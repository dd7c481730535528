//! Bodies made to hurt: whoever has any token may send them, and they cost no more than others of their length.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Api, Ringback, Wall, calling};

/// What a megabyte takes to be refused is far below this on any machine; comparing all of it with all of it is far above.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Ringback with an app, and its publisher.
async fn with_a_publisher() -> (Ringback, Wall, Api) {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let publisher = ringback.publisher(&wall.publisher).await;
    (ringback, wall, publisher)
}

/// What is answered, if it is answered soon.
async fn send(publisher: &Api, method: Method, path: &str, body: &str) -> Answer {
    let answer = tokio::time::timeout(PATIENCE, publisher.try_call(method, path, body)).await;
    answer.expect("it held the server up").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_nested_ever_deeper_is_malformed_and_ends_nobody() {
    let (_ringback, wall, publisher) = with_a_publisher().await;
    let nested = |key: &str| format!("{{\"{key}\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000));
    for path in ["/preview", "/test"] {
        let answer = publisher.post(&wall.path(path), nested("completion")).await;
        answer.is(400, json!({"type": "/problems/malformed"}));
    }
    assert_eq!(publisher.patch(&wall.path(""), nested("headers")).await.status, 400);
    assert_eq!(wall.source.post("/v1/conversions", nested("extra")).await.status, 400);
    assert_eq!(wall.source.post("/v1/reversals", nested("externalId")).await.status, 400);
    let batch = format!("{{\"conversions\":[{}]}}", nested("extra"));
    let answer = wall.source.post("/v1/conversions/batch", batch).await;
    answer.is(200, json!({"results": [{"problem": {"status": 400}}]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_compared_with_everything_is_refused_at_the_first_bound() {
    let (_ringback, wall, publisher) = with_a_publisher().await;
    let many_keys = (0..80_000).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(",");
    let many_events = json!({"events": (0..120_000).map(|n| format!("{n}")).collect::<Vec<_>>()}).to_string();
    let headers: serde_json::Map<_, _> = (0..60_000).map(|n| (format!("X-{n}"), json!("v"))).collect();
    let many_headers = json!({"headers": headers}).to_string();
    let long_key = format!("{{\"{}\":1}}", "callbackUrl".repeat(90_000));
    let nul_below_a_long_key = format!("{{\"{}\":[{}\"\\u0000\"]}}", "k".repeat(500_000), "1,".repeat(200_000));
    let (app, preview) = (wall.path(""), wall.path("/preview"));
    let cases = [
        (Method::POST, &preview, format!("{{{many_keys}}}")),
        (Method::POST, &preview, format!("{{\"completion\":{{{many_keys}}}}}")),
        (Method::PATCH, &app, format!("{{\"rewardRate\":1,{many_keys}}}")),
        (Method::PATCH, &app, many_events),
        (Method::PATCH, &app, many_headers),
        (Method::PATCH, &app, long_key.clone()),
        (Method::POST, &preview, long_key),
        (Method::PATCH, &app, nul_below_a_long_key),
    ];
    for (method, path, body) in cases {
        // As many at once as there are threads that answer: a third call would find none.
        let (first, second) =
            tokio::join!(send(&publisher, method.clone(), path, &body), send(&publisher, method.clone(), path, &body),);
        for answer in [first, second] {
            let (length, faults) = (answer.body.to_string().len(), answer.faults().len());
            assert_eq!(answer.status, 422, "{method} {path} {}: {}", &body[..60], answer.body);
            assert!(length < 16 * 1024, "an answer of {length} bytes to {}", &body[..60]);
            assert!((1..=20).contains(&faults), "{}", answer.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_any_length_is_repeated_in_short() {
    let (_ringback, wall, publisher) = with_a_publisher().await;
    let name = "n".repeat(400_000);
    let answer = wall.source.report(&json!({"externalId": "e", name.clone(): 1})).await;
    assert_eq!(answer.status, 422);
    assert!(answer.faults().contains(&&*format!("{}…", "n".repeat(128))), "{}", answer.body);
    let doubled = format!("{{\"{name}\":1,\"{name}\":2}}");
    for answer in
        [wall.source.post("/v1/conversions", doubled).await, publisher.patch(&wall.path(""), json!({name: 1})).await]
    {
        assert!(answer.status == 400 || answer.status == 422, "{}", answer.status);
        let length = answer.body.to_string().len();
        assert!(length < 4 * 1024, "an answer of {length} bytes");
    }
}
