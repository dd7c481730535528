//! How an exchange can end: each ending has its word, and says what the receiver may know.

use std::time::{Duration, Instant};

use ringback::domain::time::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Reply, calling, has, text};

/// Reports one completion to a receiver that answers so, and waits for this status.
async fn ending(reply: Reply, status: &str) -> Value {
    let (_ringback, wall) = calling("besitos", json!({"timeoutMs": 1000})).await;
    wall.receiver.then([reply]);
    wall.report_until("tx-1", status).await
}

/// Its one attempt ended like this, and what the receiver may know.
#[track_caller]
fn ended(delivery: &Value, outcome: &str, told: &str) {
    let attempts = json!([{"outcome": outcome, "counted": true}]);
    has(delivery, json!({"told": told, "attemptsMade": 1, "attempts": attempts}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_says_nothing_is_a_timeout_and_may_know() {
    let delivery = ending(Reply::Hang, "retrying").await;
    ended(&delivery, "timeout", "maybe");
    assert!(delivery["attempts"][0]["durationMs"].as_u64().unwrap() >= 1000, "{delivery:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_closed_without_an_answer_is_a_protocol_failure_and_may_know() {
    ended(&ending(Reply::Close, "retrying").await, "protocol", "maybe");
    ended(&ending(Reply::Raw("what?\r\n\r\n".to_owned()), "retrying").await, "protocol", "maybe");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_connection_that_is_closed_on_the_next_request_is_not_tried_again_behind_our_back() {
    let (_ringback, wall) = calling("besitos", json!({})).await;
    wall.receiver.then([Reply::status(200), Reply::Close]);
    wall.report_until("tx-1", "delivered").await;
    ended(&wall.report_until("tx-2", "retrying").await, "protocol", "maybe");
    let [one, two] = &wall.receiver.so_far()[..] else { panic!("not two requests") };
    assert_eq!(one.from, two.from, "the connection was not kept, so this shows nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_connection_told_the_receiver_nothing() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (_ringback, wall) = calling("besitos", json!({"callbackUrl": format!("http://{nobody}/pb.php")})).await;
    let delivery = wall.report_until("tx-1", "retrying").await;
    ended(&delivery, "connect", "never");
    has(&delivery, json!({"attempts": [{"statusCode": null}]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_speaks_no_tls_on_an_https_port_was_told_nothing() {
    let receiver = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/pb.php", receiver.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut caller, _) = receiver.accept().await.unwrap();
        caller.write_all(b"what?").await.unwrap();
        caller.read_to_end(&mut Vec::new()).await
    });
    let (_ringback, wall) = calling("besitos", json!({"callbackUrl": url})).await;
    ended(&wall.report_until("tx-1", "retrying").await, "tls", "never");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_not_public_is_blocked_at_sending_too_and_nothing_leaves() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": []})).await;
    // Saved while it was allowed; what counts is what is allowed when it is sent.
    let ringback = ringback.restart_with("RINGBACK_ALLOW_TARGETS", "").await;
    let wall = wall.at(&ringback);
    let delivery = wall.report_until("tx-1", "dead").await;
    ended(&delivery, "blocked_target", "never");
    assert!(text(&delivery["attempts"][0], "error").contains("127.0.0.1"), "{delivery:#}");
    assert!(wall.receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_body_after_a_success_is_a_success_and_costs_little_time() {
    let begun = Instant::now();
    let delivery = ending(Reply::Endless, "delivered").await;
    ended(&delivery, "delivered", "yes");
    assert!(begun.elapsed() < Duration::from_secs(15), "it took {:?}", begun.elapsed());
    assert_eq!(text(&delivery["attempts"][0], "responseBody"), "x".repeat(1024));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_kibibyte_of_a_body_is_kept() {
    let long = format!("{}{}", "a".repeat(1000), "b".repeat(5000));
    let delivery = ending(Reply::with(500, "X-Reason: broken\r\n", &long), "retrying").await;
    ended(&delivery, "http_status", "maybe");
    let attempt = json!({"statusCode": 500, "responseBody": long[..1024], "responseHeaders": {"x-reason": "broken"}});
    has(&delivery, json!({"attempts": [attempt]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn besitos_takes_two_hundred_and_no_other_status_for_an_acknowledgement() {
    for status in [201, 204, 400, 401, 403, 404, 410, 429, 500, 503] {
        // A 204 must not bear a body, nor its length.
        let reply = match status {
            204 => Reply::Raw("HTTP/1.1 204 No Content\r\n\r\n".to_owned()),
            status => Reply::status(status),
        };
        let delivery = ending(reply, "retrying").await;
        ended(&delivery, "http_status", "maybe");
        has(&delivery, json!({"attempts": [{"statusCode": status}]}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_lengthens_the_pause_as_seconds_or_as_a_date_and_never_shortens_it() {
    // The tests' clock stands at 18:40:00.
    for (asked, least, most) in [
        ("7200", 7200, 7200),
        ("Mon, 01 Jul 2024 20:40:00 GMT", 7200, 7200),
        ("1", 60, 66),
        ("Mon, 01 Jul 2024 18:00:00 GMT", 60, 66),
        ("soon", 60, 66),
        ("999999999", 86_400, 86_400),
    ] {
        let delivery = ending(Reply::with(503, &format!("Retry-After: {asked}\r\n"), ""), "retrying").await;
        let next = Timestamp::parse_rfc3339(&text(&delivery, "nextAttemptAt")).unwrap();
        let pause = next.since(Timestamp::from_millis(1_719_859_200_000));
        let expected = Duration::from_secs(least)..=Duration::from_secs(most);
        assert!(expected.contains(&pause), "Retry-After: {asked} led to {pause:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_answers_headers_little_is_kept_however_long_their_names_are() {
    let headers: String = (0..6).map(|n| format!("x{n}-{}: v\r\n", "n".repeat(10_000))).collect();
    let delivery = ending(Reply::with(200, &headers, "OK"), "delivered").await;
    let kept = delivery["attempts"][0]["responseHeaders"].as_object().unwrap();
    assert!(kept.keys().any(|name| name.starts_with("x5-nnn")), "{kept:?}");
    assert!(kept.keys().all(|name| name.len() <= 128), "a name of {:?} bytes", kept.keys().map(String::len).max());
}
