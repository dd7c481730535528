//! The right address or none at all.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, Ringback, Wall, calling, has};

/// A documentation address: no machine that runs tests has it.
const NOT_OURS: &str = "203.0.113.7";

async fn issue(ringback: &Ringback, address: &str) -> String {
    ringback.post("/v1/egress-ips", json!({"address": address})).await.id()
}

/// Assigns an egress IP to an app; answers the assignment's path.
async fn assign(ringback: &Ringback, egress_ip: &str, app: &App) -> String {
    let assignments = format!("/v1/egress-ips/{egress_ip}/assignments");
    let assignment = ringback.post(&assignments, json!({"appId": app.id})).await.id();
    format!("{assignments}/{assignment}")
}

/// The next callback leaves from this address.
pub(super) async fn left_from(wall: &Wall, address: &str) {
    assert_eq!(wall.receiver.next().await.from.ip().to_string(), address);
}

/// Waits as pending for an egress IP, and goes on doing so though time passes and others are served.
async fn waits(ringback: &Ringback, id: &str, wall: &Wall) {
    ringback.clock.advance(Duration::from_secs(3600));
    let other = ringback.wall("besitos", json!({})).await;
    other.report_until("other", "delivered").await;
    left_from(&other, "127.0.0.1").await;

    let expected = json!({"status": "pending", "waitingFor": "egress_ip", "told": "never", "attempts": []});
    has(&ringback.delivery(id).await, expected);
    assert!(wall.receiver.so_far().is_empty(), "it left from another address");
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_leave_from_the_assigned_egress_ip_and_the_attempt_names_it() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let egress_ip = issue(&ringback, "127.0.0.2").await;
    let delivery = wall.report_until("tx-0", "delivered").await;
    left_from(&wall, "127.0.0.1").await;
    has(&delivery, json!({"attempts": [{"egressIp": null}]}));
    let shown = ringback.get(&wall.path("")).await;
    assert!(shown["warnings"].to_string().contains("egress"), "no warning about the host's own route: {shown:#}");

    assign(&ringback, &egress_ip, &wall).await;
    let delivery = wall.report_until("tx-1", "delivered").await;
    left_from(&wall, "127.0.0.2").await;
    has(&delivery, json!({"attempts": [{"egressIp": "127.0.0.2"}]}));

    let next = issue(&ringback, "127.0.0.3").await;
    ringback.put(&wall.path("/egress"), json!({"egressIpId": next})).await.ok();
    wall.report("tx-2").await;
    left_from(&wall, "127.0.0.3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_assigned_to_an_address_that_no_node_holds_waits_visibly_until_it_has_another() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let not_ours = issue(&ringback, NOT_OURS).await;
    assign(&ringback, &not_ours, &wall).await;
    let id = wall.report("tx-1").await.delivery();
    waits(&ringback, &id, &wall).await;
    let state = json!([{"address": NOT_OURS, "held": false, "nodes": 0, "verification": "assumed"}]);
    ringback.ask("/readyz").await.is(200, json!({"egressIps": state}));

    let ours = issue(&ringback, "127.0.0.2").await;
    ringback.put(&wall.path("/egress"), json!({"egressIpId": ours})).await.ok();
    left_from(&wall, "127.0.0.2").await;
    ringback.delivery_once(&id, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_assignment_is_waited_for_and_never_replaced_by_the_hosts_own_route() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let egress_ip = issue(&ringback, "127.0.0.2").await;
    let assignment = assign(&ringback, &egress_ip, &wall).await;
    assert_eq!(ringback.delete(&assignment).await.status, 204);
    let id = wall.report("tx-1").await.delivery();
    waits(&ringback, &id, &wall).await;
    let ringback = ringback.restart().await;
    let wall = wall.at(&ringback);
    waits(&ringback, &id, &wall).await;

    assign(&ringback, &egress_ip, &wall).await;
    left_from(&wall, "127.0.0.2").await;
    ringback.delivery_once(&id, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_an_egress_ip_of_its_own_leaves_from_its_publishers() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let (shared, own) = (issue(&ringback, "127.0.0.2").await, issue(&ringback, "127.0.0.3").await);
    let assignments = format!("/v1/egress-ips/{shared}/assignments");
    ringback.post(&assignments, json!({"publisherId": wall.publisher})).await.ok();
    wall.report("tx-1").await;
    left_from(&wall, "127.0.0.2").await;
    assign(&ringback, &own, &wall).await;
    wall.report("tx-2").await;
    left_from(&wall, "127.0.0.3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_told_its_addresses_holds_no_others() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let (two, three) = (issue(&ringback, "198.51.100.2").await, issue(&ringback, "127.0.0.3").await);
    assign(&ringback, &two, &wall).await;
    let ringback = ringback.restart_with("RINGBACK_EGRESS_BIND", "198.51.100.2=127.0.0.9").await;
    let wall = wall.at(&ringback);
    let delivery = wall.report_until("tx-1", "delivered").await;
    left_from(&wall, "127.0.0.9").await;
    has(&delivery, json!({"attempts": [{"egressIp": "198.51.100.2"}]}));

    ringback.put(&wall.path("/egress"), json!({"egressIpId": three})).await.ok();
    let id = wall.report("tx-2").await.delivery();
    waits(&ringback, &id, &wall).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_cannot_leave_names_the_egress_ip_and_only_a_field_that_was_given() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let egress_ip = issue(&ringback, NOT_OURS).await;
    let test = wall.path("/test");
    let chosen = ringback.post(&test, json!({"egressIpId": egress_ip})).await;
    chosen.refuses(422, &["egressIpId"]);
    assert!(chosen.body["detail"].to_string().contains(NOT_OURS), "{}", chosen.body);
    assign(&ringback, &egress_ip, &wall).await;
    let own = ringback.post(&test, json!({})).await;
    own.refuses(422, &["appId"]);
    let words = format!("No live node holds the app's egress IP {NOT_OURS}: nothing can be sent from it now");
    assert_eq!(own.body["errors"][0]["message"], words);
}
