//! What is counted where it happens, and shown at `/metrics`.

use serde_json::json;

use super::{metrics, tells};
use crate::support::{Home, Reply, calling};

#[tokio::test(flavor = "multi_thread")]
async fn commits_are_counted_with_their_changes_and_their_time() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let before = commits(&metrics(&ringback).await);
    wall.report_until("tx-1", "delivered").await;
    let told = metrics(&ringback).await;
    assert!(commits(&told) > before, "{told}");
    assert!(told.contains("ringback_commit_seconds_bucket{le=\"+Inf\"}"), "{told}");
    assert!(told.contains("ringback_store_answers 1\n"), "{told}");
}

fn commits(told: &str) -> u64 {
    let count = told.lines().find_map(|line| line.strip_prefix("ringback_commit_changes_count ")).unwrap();
    count.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_was_sending_is_counted_as_rescued_by_the_next_one_beside_the_log_that_it_left() {
    let home = Home::on_sqlite();
    let child = home.serve().await;
    let wall = child.wall("besitos", json!({})).await;
    wall.receiver.then([Reply::Hang]);
    wall.report("tx-1").await.ok();
    wall.receiver.next().await;
    assert!(metrics(&child).await.contains("ringback_rescued_total 0\n"));
    child.kill().await;

    let next = home.serve().await;
    tells(&next, "ringback_rescued_total 1").await;
    assert!(!metrics(&next).await.contains("ringback_wal_bytes 0\n"));
}
