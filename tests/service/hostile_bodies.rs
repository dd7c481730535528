//! Bodies made to hurt: whoever has any token may send them, and they cost no more than others of their length.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::ringback::{App, Ringback, faults, text};

/// What a megabyte takes to be refused is far below this on any machine; comparing all of it with all of it is far above.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Ringback with an app, and a token of its publisher.
async fn with_a_publisher() -> (Ringback, App, String) {
    let ringback = Ringback::start().await;
    let app = ringback.app("besitos", json!({})).await;
    let body = json!({"name": "theirs", "role": "publisher", "publisherId": app.publisher});
    let token = text(&ringback.made(Method::POST, "/v1/tokens", body).await, "token");
    (ringback, app, token)
}

/// Sends a body as this publisher; answers the status, the length of the answer, and the answer.
async fn send(ringback: &Ringback, token: &str, method: Method, path: &str, body: &str) -> (u16, usize, Value) {
    let request = ringback.http().request(method, ringback.url(path)).bearer_auth(token).body(body.to_owned());
    let response = tokio::time::timeout(PATIENCE, request.send()).await.expect("it held the server up").unwrap();
    let status = response.status().as_u16();
    let answer = response.text().await.unwrap();
    (status, answer.len(), serde_json::from_str(&answer).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_nested_ever_deeper_is_malformed_and_ends_nobody() {
    let (ringback, app, token) = with_a_publisher().await;
    let source = ringback.source().await;
    let nested = |key: &str| format!("{{\"{key}\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000));
    for path in ["preview", "test"] {
        let path = format!("/v1/apps/{}/{path}", app.id);
        let (status, _, answer) = send(&ringback, &token, Method::POST, &path, &nested("completion")).await;
        assert_eq!((status, &answer["type"]), (400, &json!("/problems/malformed")), "{path}");
    }
    let (status, _, _) =
        send(&ringback, &token, Method::PATCH, &format!("/v1/apps/{}", app.id), &nested("headers")).await;
    assert_eq!(status, 400);
    assert_eq!(ringback.signed_post(&source, "/v1/conversions", &nested("extra")).await.status, 400);
    assert_eq!(ringback.signed_post(&source, "/v1/reversals", &nested("externalId")).await.status, 400);
    let batch = format!("{{\"conversions\":[{}]}}", nested("extra"));
    let answer = ringback.signed_post(&source, "/v1/conversions/batch", &batch).await;
    assert_eq!(answer.body["results"][0]["problem"]["status"], 400, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_compared_with_everything_is_refused_at_the_first_bound() {
    let (ringback, app, token) = with_a_publisher().await;
    let many_keys = (0..80_000).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(",");
    let many_events = json!({"events": (0..120_000).map(|n| format!("{n}")).collect::<Vec<_>>()}).to_string();
    let headers: serde_json::Map<_, _> = (0..60_000).map(|n| (format!("X-{n}"), json!("v"))).collect();
    let many_headers = json!({"headers": headers}).to_string();
    let long_key = format!("{{\"{}\":1}}", "callbackUrl".repeat(90_000));
    let nul_below_a_long_key = format!("{{\"{}\":[{}\"\\u0000\"]}}", "k".repeat(500_000), "1,".repeat(200_000));
    let (app, preview) = (format!("/v1/apps/{}", app.id), format!("/v1/apps/{}/preview", app.id));
    let cases = [
        (Method::POST, &preview, format!("{{{many_keys}}}"), 422),
        (Method::POST, &preview, format!("{{\"completion\":{{{many_keys}}}}}"), 422),
        (Method::PATCH, &app, format!("{{\"rewardRate\":1,{many_keys}}}"), 422),
        (Method::PATCH, &app, many_events, 422),
        (Method::PATCH, &app, many_headers, 422),
        (Method::PATCH, &app, long_key.clone(), 422),
        (Method::POST, &preview, long_key, 422),
        (Method::PATCH, &app, nul_below_a_long_key, 422),
    ];
    for (method, path, body, expected) in cases {
        // As many at once as there are threads that answer: a third call would find none.
        let (first, second) = tokio::join!(
            send(&ringback, &token, method.clone(), path, &body),
            send(&ringback, &token, method.clone(), path, &body),
        );
        for (status, length, answer) in [first, second] {
            assert_eq!(status, expected, "{method} {path} {}: {answer}", &body[..60]);
            assert!(length < 16 * 1024, "an answer of {length} bytes to {}", &body[..60]);
            assert!(answer["errors"].as_array().is_some_and(|errors| (1..=20).contains(&errors.len())), "{answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_any_length_is_repeated_in_short() {
    let (ringback, app, _) = with_a_publisher().await;
    let source = ringback.source().await;
    let name = "n".repeat(400_000);
    let answer = ringback.report(&source, &json!({"externalId": "e", name.clone(): 1})).await;
    assert_eq!(answer.status, 422);
    assert!(faults(&answer).contains(&format!("{}…", "n".repeat(128))), "{}", answer.body);
    let doubled = format!("{{\"{name}\":1,\"{name}\":2}}");
    for (status, length) in [
        ringback.signed_post(&source, "/v1/conversions", &doubled).await,
        ringback.call(Method::PATCH, &format!("/v1/apps/{}", app.id), Some(json!({name: 1}))).await,
    ]
    .map(|answer| (answer.status, answer.body.to_string().len()))
    {
        assert!(status == 400 || status == 422, "{status}");
        assert!(length < 4 * 1024, "an answer of {length} bytes");
    }
}
