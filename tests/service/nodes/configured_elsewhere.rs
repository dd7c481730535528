//! What is configured on one node is in force on the others within a second, whether or not they can hear of it.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use super::in_time;
use super::proxy::Proxy;
use crate::support::{Api, Home, Receiver, Reply, Wall, found, text};

/// A second, and as much again for a busy machine.
const IN_FORCE: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_configured_on_one_node_is_in_force_on_the_other_within_a_second() {
    in_time(drill(Home::on_postgres())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_so_it_is_where_no_signal_comes_through() {
    let home = Home::on_postgres();
    let way = Proxy::to(&home.database_url()).await;
    way.refuse("LISTEN ringback");
    in_time(drill(home.with("RINGBACK_DATABASE_URL", &way.url))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_another_node_made_is_known_to_each_of_many_reports_that_come_at_once() {
    let home = Home::on_postgres();
    let way = Proxy::to(&home.database_url()).await;
    way.refuse("LISTEN ringback");
    let home = home.with("RINGBACK_DATABASE_URL", &way.url);
    let (one, other) = (home.serve().await, home.serve().await);
    let source = one.source().await.at(&other);
    for round in 0..10 {
        let app = one.app("affonso", json!({"callbacks": "off"})).await;
        let reports = (0..16).map(|number| app.completion(&format!("tx-{round}-{number}")));
        let reporting = reports.map(|report| async { source.report(&{ report }).await });
        for answer in join_all(reporting).await {
            answer.is(200, json!({"status": "accepted"}));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_its_receiver_disabled_is_disabled_on_every_node_and_is_enabled_on_any() {
    let home = Home::on_postgres();
    let (one, other) = (home.serve().await, home.serve().await);
    let wall = one.wall("standard-webhooks", json!({})).await;
    wall.receiver.then([Reply::status(410)]);
    let id = wall.report("tx-1").await.delivery();
    one.held_for(&id, "endpoint_disabled").await;
    let (disabled, completion) = (Instant::now(), wall.completion("only-asked"));
    let at_the_other = wall.source.at(&other);
    found("the other node knows of it", || async {
        let answer = at_the_other.post("/v1/conversions?dryRun=1", &completion).await;
        (answer.body["deliveries"][0]["waitingFor"] == "endpoint_disabled").then_some(())
    })
    .await;
    assert!(disabled.elapsed() < IN_FORCE, "after {:?}", disabled.elapsed());
    let endpoint = text(&one.get(&wall.path("")).await, "endpointId");
    other.post(&wall.path(&format!("/endpoints/{endpoint}/enable")), "").await.ok();
    one.delivery_once(&id, "delivered").await;
}

async fn drill(home: Home) {
    let (one, other) = (home.serve().await, home.serve().await);

    // What the other does not know it looks up before it says no.
    let wall = one.wall("besitos", json!({})).await.at(&other);
    wall.report("tx-1").await.delivery();
    wall.receiver.next().await;

    // Three times over, so that it is no accident of the clock.
    for round in 0..3 {
        a_missing_secret_is_found(&one, &other).await;
        a_pause_and_its_end_are_noticed(&one, &wall, round).await;
        let body = json!({"name": "T", "role": "operator"});
        let made = one.post("/v1/tokens", body).await.ok();
        let (token, id) = (text(&made, "token"), text(&made, "id"));
        assert_eq!(other.with_token(&token).ask("/v1/apps").await.status, 200);
        assert_eq!(one.delete(&format!("/v1/tokens/{id}")).await.status, 204);
        assert_eq!(other.with_token(&token).ask("/v1/apps").await.status, 401);
    }
}

/// What the other node took in and held is sent when the one was given a secret.
async fn a_missing_secret_is_found(one: &Api, other: &Api) {
    let receiver = Receiver::start().await;
    let app = one.app("besitos", json!({"callbackUrl": receiver.url("/pb.php")})).await;
    let source = one.source().await.at(other);
    let id = source.report(&app.completion("tx-1")).await.delivery();
    other.held_for(&id, "secret").await;
    let changed = Instant::now();
    one.secret(&app, "sekret").await;
    receiver.next().await;
    assert!(changed.elapsed() < IN_FORCE, "after {:?}", changed.elapsed());
}

/// By what the other node says to a report that it is only asked about.
async fn a_pause_and_its_end_are_noticed(one: &Api, wall: &Wall, round: usize) {
    let completion = wall.completion(&format!("only-asked-{round}"));
    for (paused, status) in [(true, "held"), (false, "pending")] {
        let changed = Instant::now();
        one.change(wall, json!({"paused": paused})).await;
        found("the other node knows of it", || async {
            let answer = wall.source.post("/v1/conversions?dryRun=1", &completion).await;
            (answer.body["deliveries"][0]["status"] == status).then_some(())
        })
        .await;
        assert!(changed.elapsed() < IN_FORCE, "after {:?}", changed.elapsed());
    }
}
