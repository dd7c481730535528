//! How a process ends that is told to: what is being sent finishes or is sent again, and nobody waits for long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tokio::sync::Notify;

use crate::support::{Home, Reply, has};

/// What SIGTERM may take.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_within_ten_seconds_though_a_receiver_hangs_and_what_it_cut_off_is_sent_again() {
    let home = Home::new().with("RINGBACK_METRICS_LISTEN", "127.0.0.1:0");
    let child = home.serve().await;
    let wall = child.wall("besitos", json!({})).await;
    wall.receiver.then([Reply::Hang, Reply::Hang]);
    let id = wall.report("tx-1").await.delivery();
    wall.receiver.next().await;
    // A person waits for the answer to a test callback, which hangs as well.
    let (api, test) = (child.api(), wall.path("/test"));
    let waiting = tokio::spawn(async move { api.try_call(Method::POST, &test, "{}").await });
    wall.receiver.next().await;

    let begun = Instant::now();
    child.terminate().await.done();
    assert!(begun.elapsed() < ENDS_WITHIN, "it took {:?}", begun.elapsed());
    assert!(!waiting.await.unwrap().is_ok_and(|answer| answer.status == 200), "a test that hangs was not delivered");

    let child = home.serve().await;
    wall.receiver.next().await;
    let delivery = child.delivery_once(&id, "delivered").await;
    assert!(wall.receiver.so_far().is_empty(), "a test is one attempt, and it had it");
    let attempts = json!([{"outcome": "interrupted", "counted": false}, {"outcome": "delivered", "counted": true}]);
    has(&delivery, json!({"attemptsMade": 1, "told": "yes", "attempts": attempts}));
    // It was the ending process that wrote this down, which knew what it was sending.
    assert!(delivery["attempts"][0]["url"].is_string(), "{delivery:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_lets_what_is_being_sent_finish() {
    let home = Home::new().with("RINGBACK_METRICS_LISTEN", "127.0.0.1:0");
    let mut child = home.serve().await;
    let metrics = child.printed_line("Metrics: http://").await;
    let metrics = metrics.trim_start_matches("Metrics: http://").trim_end_matches("/metrics").to_owned();
    let wall = child.wall("besitos", json!({})).await;
    let release = Arc::new(Notify::new());
    wall.receiver.then([Reply::Once(Arc::clone(&release))]);
    let id = wall.report("tx-1").await.delivery();
    wall.receiver.next().await;
    let answered_late = async {
        // The metrics go last: by then the API, which took the report in, has ended with all of its threads.
        while tokio::net::TcpStream::connect(&metrics).await.is_ok() {
            tokio::task::yield_now().await;
        }
        release.notify_one();
    };
    let (ended, ()) = tokio::join!(child.terminate(), answered_late);
    ended.done();

    let delivery = home.serve().await.delivery(&id).await;
    has(&delivery, json!({"status": "delivered", "told": "yes", "attempts": [{}]}));
    assert!(wall.receiver.so_far().is_empty(), "it was sent twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_at_once_where_nothing_is_under_way() {
    let home = Home::new();
    let child = home.serve().await;
    // A connection that is kept open without a request on it is nobody's work.
    child.get("/v1/publishers").await;
    let begun = Instant::now();
    child.terminate().await.done();
    assert!(begun.elapsed() < ENDS_WITHIN / 2, "it took {:?}", begun.elapsed());
}
