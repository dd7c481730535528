//! A node that vanishes in the middle of a transaction, with every connection open: what it had locked is given up by
//! the server, and nobody waits for it longer than that.

use std::time::{Duration, Instant};

use crate::api::{Api, conversion, only_delivery};
use crate::nodes::{DRILL, Publisher, found, nodes_on};
use crate::place;
use crate::proxy::Proxy;

/// The server gives a silent transaction up after ten seconds; the rest is for a busy machine.
const GIVEN_UP: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn what_a_vanished_node_had_locked_is_given_up_and_wedges_nobody() {
    tokio::time::timeout(DRILL, drill()).await.expect("the drill did not come to its end");
}

async fn drill() {
    let place = place::on_postgres();
    let way = Proxy::to(&place.url).await;
    let home = nodes_on(&way.url);
    let vanishing = home.serve().await;
    let other = home.clone().with("RINGBACK_DATABASE_URL", &place.url).serve().await;
    let mut publisher = Publisher::new(&other).await;
    let source = other.source().await;

    way.vanish_before_the_commit_of("\"external_id\":\"tx-1\"");
    let (api, reported, by) = (Api::clone(&vanishing), conversion(&publisher.app, "tx-1").to_string(), source.clone());
    let unanswered = tokio::spawn(async move { api.try_signed_post(&by, "/v1/conversions", &reported).await });
    way.has_fallen_silent().await;
    assert_eq!(unanswered.await.unwrap().unwrap().status, 503, "nobody is told that it was recorded");

    let since = Instant::now();
    let accepted = found("the same report is taken in by the other node", || async {
        let answer = other.report(&source, &conversion(&publisher.app, "tx-1")).await;
        assert!(matches!(answer.status, 200 | 503), "{answer:?}");
        (answer.status == 200).then_some(answer)
    })
    .await;
    assert_eq!(accepted.body["status"], "accepted", "{}", accepted.body);
    assert!(since.elapsed() < GIVEN_UP, "after {:?}", since.elapsed());
    other.delivery_once(&only_delivery(&accepted), "delivered").await;

    // It finds its transaction gone, does it again, and learns that somebody else was first.
    way.speak();
    let again = found("the node comes back", || async {
        let answer = vanishing.report(&source, &conversion(&publisher.app, "tx-1")).await;
        (answer.status == 200).then_some(answer)
    })
    .await;
    assert_eq!((&again.body["status"], &again.body["id"]), (&"duplicate".into(), &accepted.body["id"]));
    assert_eq!(publisher.receiver.so_far().len(), 1, "it was called back once");
}
