//! A node that vanishes in the middle of a transaction, with every connection open: what it had locked is given up by
//! the server, and nobody waits for it longer than that.

use std::time::{Duration, Instant};

use serde_json::json;

use super::in_time;
use super::proxy::Proxy;
use crate::support::{Home, found, has};

/// The server gives a silent transaction up after ten seconds; the rest is for a busy machine.
const GIVEN_UP: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn what_a_vanished_node_had_locked_is_given_up_and_wedges_nobody() {
    in_time(drill()).await;
}

async fn drill() {
    let home = Home::on_postgres();
    let way = Proxy::to(&home.database_url()).await;
    let other = home.serve().await;
    let vanishing = home.with("RINGBACK_DATABASE_URL", &way.url).serve().await;
    let wall = other.wall("besitos", json!({})).await;
    let to_vanishing = wall.source.at(&vanishing);

    way.vanish_before_the_commit_of("\"external_id\":\"tx-1\"");
    let (source, report) = (to_vanishing.clone(), wall.completion("tx-1"));
    let unanswered = tokio::spawn(async move { source.report(&report).await });
    way.has_fallen_silent().await;
    assert_eq!(unanswered.await.unwrap().status, 503, "nobody is told that it was recorded");

    let since = Instant::now();
    let accepted = found("the same report is taken in by the other node", || async {
        let answer = wall.report("tx-1").await;
        assert!(matches!(answer.status, 200 | 503), "{answer:?}");
        (answer.status == 200).then_some(answer)
    })
    .await;
    assert_eq!(accepted.body["status"], "accepted", "{}", accepted.body);
    assert!(since.elapsed() < GIVEN_UP, "after {:?}", since.elapsed());
    other.delivery_once(&accepted.delivery(), "delivered").await;

    // It finds its transaction gone, does it again, and learns that somebody else was first.
    way.speak();
    let again = found("the node comes back", || async {
        let answer = to_vanishing.report(&wall.completion("tx-1")).await;
        (answer.status == 200).then_some(answer)
    })
    .await;
    has(&again.body, json!({"status": "duplicate", "id": accepted.body["id"]}));
    assert_eq!(wall.receiver.so_far().len(), 1, "it was called back once");
}
