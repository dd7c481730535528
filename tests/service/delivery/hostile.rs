//! Answers without an end: what is read of each is bounded, and its connection is closed, whether it was judged or not.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::{PATIENCE, Reply, calling, has, text};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// One callback to a receiver that sends these bytes once and those for ever, once it has this status and we have closed
/// the connection.
async fn flooded(success: Value, once: &str, for_ever: &str, status: &str) -> Value {
    let closed = Arc::new(Notify::new());
    let (_ringback, wall) = calling("besitos", json!({"success": success, "timeoutMs": 30_000})).await;
    wall.receiver.then([Reply::Flood(once.to_owned(), for_ever.to_owned(), Arc::clone(&closed))]);
    let delivery = wall.report_until("tx-1", status).await;
    tokio::time::timeout(PATIENCE, closed.notified()).await.expect("the connection stayed open");
    assert!(delivery["attempts"][0]["durationMs"].as_u64().unwrap() < 20_000, "it took all its time: {delivery:#}");
    delivery
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_without_an_end_is_a_protocol_failure_and_its_connection_is_closed() {
    let long = "x".repeat(4096);
    for (once, for_ever) in [
        ("", "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"),
        ("", "HTTP/1.1 100 Continue\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nX-Long: ", &long),
        ("HTTP/1.1 200 OK\r\n", &format!("X-Long: {long}\r\n")),
    ] {
        let delivery = flooded(json!({"statuses": ["200"]}), once, for_ever, "retrying").await;
        let attempt =
            json!({"outcome": "protocol", "counted": true, "error": "the answer's head did not end within 64 KiB"});
        has(&delivery, json!({"told": "maybe", "attempts": [attempt]}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_of_four_hundred_kilobytes_is_not_read_to_its_end() {
    let head = format!("X-Long: {}\r\n", "x".repeat(400_000));
    let (_ringback, wall) = calling("besitos", json!({})).await;
    wall.receiver.then([Reply::with(200, &head, "OK")]);
    let delivery = wall.report_until("tx-1", "retrying").await;
    has(&delivery, json!({"attempts": [{"outcome": "protocol", "statusCode": null}]}));
}

/// Bodies without an end, with the words for each where the body decides.
fn bodies() -> [(String, String, &'static str); 5] {
    let endless = "the body did not end within 128 KiB, with chunk sizes and trailers";
    let chunked = |more: &str| format!("{CHUNKED}{more}");
    [
        (chunked(""), "0".repeat(4096), endless),
        (chunked(""), "1\r\nx\r\n".repeat(100), endless),
        (chunked("1;"), "x".repeat(4096), "the body is not valid HTTP: chunk"),
        (chunked("0\r\n"), "X-Trailer: x\r\n".to_owned(), "the body is not valid HTTP: chunk trailers"),
        (chunked("0\r\nX-Long: "), "x".repeat(4096), "the body is not valid HTTP: chunk trailers"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_an_end_that_decides_is_a_protocol_failure_and_its_connection_is_closed() {
    for (once, for_ever, words) in bodies() {
        let success = json!({"statuses": ["200"], "bodyContains": "OK"});
        let delivery = flooded(success, &once, &for_ever, "retrying").await;
        has(&delivery, json!({"told": "maybe", "attempts": [{"outcome": "protocol", "statusCode": 200}]}));
        assert!(text(&delivery["attempts"][0], "error").starts_with(words), "{delivery:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_an_end_after_an_acknowledgement_spoils_nothing_and_its_connection_is_closed() {
    for (once, for_ever, _) in bodies() {
        let delivery = flooded(json!({"statuses": ["200"]}), &once, &for_ever, "delivered").await;
        has(&delivery, json!({"told": "yes", "attempts": [{"outcome": "delivered", "statusCode": 200}]}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_early_hint_before_an_answer_is_passed_over_and_the_connection_is_kept() {
    let (_ringback, wall) = calling("besitos", json!({})).await;
    let hint = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";
    wall.receiver.then([Reply::Raw(format!("{hint}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"))]);
    for transaction in ["tx-1", "tx-2"] {
        wall.report_until(transaction, "delivered").await;
    }
    let [one, two] = &wall.receiver.so_far()[..] else { panic!("not two requests") };
    assert_eq!(one.from, two.from);
}
