//! A node that is cut off from the database for longer than its heartbeat is believed: others take over, and it must
//! neither begin nor settle anything that is no longer its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::Notify;

use super::proxy::Proxy;
use super::{in_time, living};
use crate::support::{Home, Reply, found, has, text};

/// A node is believed for fifteen seconds after its last heartbeat, which may be three seconds old at the cut.
const EARLIEST: Duration = Duration::from_secs(12);
/// From then on: the next look for the dead, the pause before what was interrupted, and a busy machine.
const LATEST: Duration = Duration::from_secs(28);

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_that_is_cut_off_had_claimed_is_delivered_by_another_and_it_comes_back_as_somebody_else() {
    in_time(drill()).await;
}

async fn drill() {
    let home = Home::on_postgres();
    let way = Proxy::to(&home.database_url()).await;
    let successor = home.serve().await;
    let node = home.clone().with("RINGBACK_DATABASE_URL", &way.url).serve().await;
    let wall = node.wall("besitos", json!({})).await;
    let both = found("both live", || async { Some(living(&successor).await).filter(|all| all.len() == 2) }).await;

    // One send hangs at its receiver when the cut comes.
    let answered = Arc::new(Notify::new());
    wall.receiver.then([Reply::Once(Arc::clone(&answered))]);
    let hanging = wall.report("hanging").await.delivery();
    wall.receiver.next().await;
    // One is claimed along with its report, and the node does not hear of it.
    way.fall_silent_at_the_commit_of("unheard");
    let (reporter, report) = (wall.source.clone(), wall.completion("unheard"));
    let unheard = tokio::spawn(async move { reporter.report(&report).await });
    way.has_fallen_silent().await;
    let cut = Instant::now();
    let claimed = found("the report that was not heard of is on disk", || async {
        let found = successor.get("/v1/deliveries?transactionId=unheard").await;
        found["items"].as_array().unwrap().first().cloned()
    })
    .await;
    assert_eq!(claimed["status"], "sending", "{claimed:#}");

    for id in [&hanging, &text(&claimed, "id")] {
        let delivery = successor.delivery_once(id, "delivered").await;
        has(&delivery, json!({"attempts": [{"outcome": "interrupted"}, {"outcome": "delivered"}]}));
        assert!((EARLIEST..LATEST).contains(&cut.elapsed()), "after {:?}", cut.elapsed());
    }
    let taken_over = successor.delivery(&hanging).await;

    answered.notify_one();
    way.speak();
    assert_eq!(unheard.await.unwrap().status, 503, "so long nobody waits for an answer");
    found("it is back under another name", || async {
        let back = living(&node).await;
        (back.len() == 2 && both.iter().filter(|id| back.contains(id)).count() == 1).then_some(())
    })
    .await;
    assert!(successor.terminate().await.status.success());
    wall.report("unheard").await.is(200, json!({"status": "duplicate"}));
    wall.report_until("later", "delivered").await;

    assert_eq!(node.delivery(&hanging).await, taken_over);
    let mut arrived = wall.receiver.transactions_so_far();
    arrived.sort();
    assert_eq!(arrived, ["hanging", "later", "unheard"], "besides the one that hung");
    let said = node.terminate().await.complaint;
    assert_eq!(said.matches("a claim no longer stands").count(), 2, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_cut_off_ends_all_the_same_when_it_is_told_to() {
    let home = Home::on_postgres();
    let way = Proxy::to(&home.database_url()).await;
    let node = home.with("RINGBACK_DATABASE_URL", &way.url).serve().await;
    let wall = node.wall("besitos", json!({})).await;
    wall.receiver.then([Reply::Hang]);
    wall.report("hanging").await;
    wall.receiver.next().await;
    way.fall_silent();
    let told = Instant::now();
    let ended = node.terminate().await;
    assert!(ended.status.success(), "{}", ended.complaint);
    assert!(told.elapsed() <= Duration::from_secs(11), "after {:?}", told.elapsed());
}
