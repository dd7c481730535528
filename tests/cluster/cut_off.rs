//! A node that is cut off from the database for longer than its heartbeat is believed: others take over, and it must
//! neither begin nor settle anything that is no longer its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::api::{conversion, only_delivery, text};
use crate::nodes::{DRILL, Publisher, found, living, nodes_on};
use crate::place;
use crate::proxy::Proxy;
use crate::receiver::Reply;

/// A node is believed for fifteen seconds after its last heartbeat, which may be three seconds old at the cut.
const EARLIEST: Duration = Duration::from_secs(12);
/// From then on: the next look for the dead, the pause before what was interrupted, and a busy machine.
const LATEST: Duration = Duration::from_secs(28);

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_that_is_cut_off_had_claimed_is_delivered_by_another_and_it_comes_back_as_somebody_else() {
    tokio::time::timeout(DRILL, drill()).await.expect("the drill did not come to its end");
}

async fn drill() {
    let place = place::on_postgres();
    let way = Proxy::to(&place.url).await;
    let home = nodes_on(&place.url);
    let successor = home.serve().await;
    let node = home.clone().with("RINGBACK_DATABASE_URL", &way.url).serve().await;
    let mut publisher = Publisher::new(&node).await;
    let source = node.source().await;
    let both = found("both live", || async { Some(living(&successor).await).filter(|all| all.len() == 2) }).await;

    // One send hangs at its receiver when the cut comes.
    let answered = Arc::new(Notify::new());
    publisher.receiver.then(Reply::Once(Arc::clone(&answered))).await;
    let hanging = only_delivery(&node.report(&source, &conversion(&publisher.app, "hanging")).await);
    publisher.receiver.next().await;
    // One is claimed along with its report, and the node does not hear of it.
    way.fall_silent_at_the_commit_of("unheard");
    let (api, app, reporter) = (node.api(), publisher.app.clone(), source.clone());
    let unheard = tokio::spawn(async move { api.report(&reporter, &conversion(&app, "unheard")).await });
    way.has_fallen_silent().await;
    let cut = Instant::now();
    let claimed = found("the report that was not heard of is on disk", || async {
        let found = successor.get("/v1/deliveries?transactionId=unheard").await;
        found["items"].as_array().unwrap().first().cloned()
    })
    .await;
    assert_eq!(claimed["status"], "sending", "{claimed:#}");

    for id in [&hanging, &text(&claimed, "id")] {
        let path = format!("/v1/deliveries/{id}");
        let taken_over = || async { Some(successor.get(&path).await).filter(|one| one["status"] == "delivered") };
        let delivery = found("another node delivers it", taken_over).await;
        let outcomes: Vec<&Value> =
            delivery["attempts"].as_array().unwrap().iter().map(|attempt| &attempt["outcome"]).collect();
        assert_eq!(outcomes, ["interrupted", "delivered"], "{delivery:#}");
        assert!((EARLIEST..LATEST).contains(&cut.elapsed()), "after {:?}", cut.elapsed());
    }
    let taken_over = successor.get(&format!("/v1/deliveries/{hanging}")).await;

    answered.notify_one();
    way.speak();
    assert_eq!(unheard.await.unwrap().status, 503, "so long nobody waits for an answer");
    found("it is back under another name", || async {
        let back = living(&node).await;
        (back.len() == 2 && both.iter().filter(|id| back.contains(id)).count() == 1).then_some(())
    })
    .await;
    assert!(successor.terminate().await.status.success());
    let again = node.report(&source, &conversion(&publisher.app, "unheard")).await;
    assert_eq!((again.status, &again.body["status"]), (200, &json!("duplicate")), "{}", again.body);
    let later = only_delivery(&node.report(&source, &conversion(&publisher.app, "later")).await);
    node.delivery_once(&later, "delivered").await;

    assert_eq!(node.get(&format!("/v1/deliveries/{hanging}")).await, taken_over);
    let arrived = publisher.receiver.so_far();
    let mut arrived: Vec<String> =
        arrived.iter().map(|received| received.parameter("transaction_id").unwrap()).collect();
    arrived.sort();
    assert_eq!(arrived, ["hanging", "later", "unheard"], "besides the one that hung");
    let said = node.terminate().await.complaint;
    assert_eq!(said.matches("a claim no longer stands").count(), 2, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_cut_off_ends_all_the_same_when_it_is_told_to() {
    let place = place::on_postgres();
    let way = Proxy::to(&place.url).await;
    let node = nodes_on(&way.url).serve().await;
    let mut publisher = Publisher::new(&node).await;
    let source = node.source().await;
    publisher.receiver.then(Reply::Hang).await;
    node.report(&source, &conversion(&publisher.app, "hanging")).await;
    publisher.receiver.next().await;
    way.fall_silent();
    let told = Instant::now();
    let ended = node.terminate().await;
    assert!(ended.status.success(), "{}", ended.complaint);
    assert!(told.elapsed() <= Duration::from_secs(11), "after {:?}", told.elapsed());
}
