//! What is configured on one node is in force on the others within a second, whether or not they can hear of it.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::api::{Api, conversion, only_delivery, text};
use crate::nodes::{DRILL, Publisher, found, nodes_on};
use crate::place;
use crate::proxy::Proxy;
use crate::receiver::Receiver;

/// A second, and as much again for a busy machine.
const IN_FORCE: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_configured_on_one_node_is_in_force_on_the_other_within_a_second() {
    let place = place::on_postgres();
    tokio::time::timeout(DRILL, drill(&place.url)).await.expect("the drill did not come to its end");
}

#[tokio::test(flavor = "multi_thread")]
async fn and_so_it_is_where_no_signal_comes_through() {
    let place = place::on_postgres();
    let way = Proxy::to(&place.url).await;
    way.refuse("LISTEN ringback");
    tokio::time::timeout(DRILL, drill(&way.url)).await.expect("the drill did not come to its end");
}

async fn drill(url: &str) {
    let home = nodes_on(url);
    let (one, other) = (home.serve().await, home.serve().await);

    // What the other does not know it looks up before it says no.
    let source = one.source().await;
    let mut publisher = Publisher::new(&one).await;
    let reported = other.report(&source, &conversion(&publisher.app, "tx-1")).await;
    only_delivery(&reported);
    publisher.receiver.next().await;

    // Three times over, so that it is no accident of the clock.
    for round in 0..3 {
        a_missing_secret_is_found(&one, &other).await;
        a_pause_and_its_end_are_noticed(&one, &other, &publisher, round).await;
        let body = json!({"name": "T", "role": "operator"});
        let made = one.made(Method::POST, "/v1/tokens", body).await;
        let (token, id) = (text(&made, "token"), text(&made, "id"));
        assert_eq!(other.call_as(&token, Method::GET, "/v1/apps", None).await.status, 200);
        assert_eq!(one.call(Method::DELETE, &format!("/v1/tokens/{id}"), None).await.status, 204);
        assert_eq!(other.call_as(&token, Method::GET, "/v1/apps", None).await.status, 401);
    }
}

/// What the other node took in and held is sent when the one was given a secret.
async fn a_missing_secret_is_found(one: &Api, other: &Api) {
    let mut receiver = Receiver::start().await;
    let app = one.app("besitos", json!({"callbackUrl": receiver.url("/pb.php")})).await;
    let source = one.source().await;
    let id = only_delivery(&other.report(&source, &conversion(&app, "tx-1")).await);
    other.held_for(&id, "secret").await;
    let changed = Instant::now();
    one.secret(&app, "sekret").await;
    receiver.next().await;
    assert!(changed.elapsed() < IN_FORCE, "after {:?}", changed.elapsed());
}

async fn a_pause_and_its_end_are_noticed(one: &Api, other: &Api, publisher: &Publisher, round: usize) {
    let source = one.source().await;
    let path = format!("/v1/apps/{}", publisher.app.id);
    for (paused, status) in [(true, "held"), (false, "pending")] {
        let changed = Instant::now();
        one.made(Method::PATCH, &path, json!({"paused": paused})).await;
        let body = conversion(&publisher.app, &format!("only-asked-{round}")).to_string();
        found("the other node knows of it", || async {
            let answer = other.signed_post(&source, "/v1/conversions?dryRun=1", &body).await;
            (answer.body["deliveries"][0]["status"] == status).then_some(())
        })
        .await;
        assert!(changed.elapsed() < IN_FORCE, "after {:?}", changed.elapsed());
    }
}
