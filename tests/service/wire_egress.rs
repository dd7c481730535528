//! The right address or none at all.

use std::net::IpAddr;

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::{App, conversion, only_delivery, text};
use crate::receiver::Receiver;
use crate::ringback::Ringback;
use crate::wire::calling;

/// A documentation address: no machine that runs tests has it.
const NOT_OURS: &str = "203.0.113.7";

async fn issue(ringback: &Ringback, address: &str) -> String {
    text(&ringback.made(Method::POST, "/v1/egress-ips", json!({"address": address})).await, "id")
}

/// Assigns an egress IP to an app; answers the assignment's path.
async fn assign(ringback: &Ringback, egress_ip: &str, app: &App) -> String {
    let assignments = format!("/v1/egress-ips/{egress_ip}/assignments");
    let made = ringback.made(Method::POST, &assignments, json!({"appId": app.id})).await;
    format!("{assignments}/{}", text(&made, "id"))
}

/// Waits as pending for an egress IP, and goes on doing so though time passes and others are served.
async fn waits(ringback: &Ringback, id: &str, receiver: &mut Receiver) {
    let hour = std::time::Duration::from_secs(3600);
    ringback.clock.advance(hour);
    let mut other = Receiver::start().await;
    let app = ringback.app("besitos", json!({"callbackUrl": other.url("/pb.php")})).await;
    ringback.secret(&app, "sekret").await;
    let source = ringback.source().await;
    let served = only_delivery(&ringback.report(&source, &conversion(&app, "other")).await);
    assert_eq!(other.next().await.from.ip(), IpAddr::from([127, 0, 0, 1]));
    ringback.delivery_once(&served, "delivered").await;

    let delivery = ringback.get(&format!("/v1/deliveries/{id}")).await;
    let facts = (&delivery["status"], &delivery["waitingFor"], &delivery["told"], &delivery["attempts"]);
    assert_eq!(facts, (&json!("pending"), &json!("egress_ip"), &json!("never"), &json!([])), "{delivery:#}");
    assert!(receiver.so_far().is_empty(), "it left from another address");
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_leave_from_the_assigned_egress_ip_and_the_attempt_names_it() {
    let mut receiver = Receiver::start().await;
    let (ringback, app, source) = calling(&receiver).await;
    let egress_ip = issue(&ringback, "127.0.0.2").await;
    let unassigned = only_delivery(&ringback.report(&source, &conversion(&app, "tx-0")).await);
    assert_eq!(receiver.next().await.from.ip(), IpAddr::from([127, 0, 0, 1]));
    let delivery = ringback.delivery_once(&unassigned, "delivered").await;
    assert_eq!(delivery["attempts"][0]["egressIp"], Value::Null);
    let shown = ringback.get(&format!("/v1/apps/{}", app.id)).await;
    assert!(shown["warnings"].to_string().contains("egress"), "no warning about the host's own route: {shown:#}");

    assign(&ringback, &egress_ip, &app).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "tx-1")).await);
    assert_eq!(receiver.next().await.from.ip(), IpAddr::from([127, 0, 0, 2]));
    let delivery = ringback.delivery_once(&id, "delivered").await;
    assert_eq!(delivery["attempts"][0]["egressIp"], "127.0.0.2");

    let next = issue(&ringback, "127.0.0.3").await;
    let replace = format!("/v1/apps/{}/egress", app.id);
    ringback.made(Method::PUT, &replace, json!({"egressIpId": next})).await;
    ringback.report(&source, &conversion(&app, "tx-2")).await;
    assert_eq!(receiver.next().await.from.ip(), IpAddr::from([127, 0, 0, 3]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_assigned_to_an_address_that_no_node_holds_waits_visibly_until_it_has_another() {
    let mut receiver = Receiver::start().await;
    let (ringback, app, source) = calling(&receiver).await;
    let not_ours = issue(&ringback, NOT_OURS).await;
    assign(&ringback, &not_ours, &app).await;
    let reported = ringback.report(&source, &conversion(&app, "tx-1")).await;
    let id = only_delivery(&reported);
    waits(&ringback, &id, &mut receiver).await;
    let ready = ringback.call(Method::GET, "/readyz", None).await;
    let state = json!([{"address": NOT_OURS, "held": false, "nodes": 0, "verification": "assumed"}]);
    assert_eq!((ready.status, &ready.body["egressIps"]), (200, &state));

    let ours = issue(&ringback, "127.0.0.2").await;
    ringback.made(Method::PUT, &format!("/v1/apps/{}/egress", app.id), json!({"egressIpId": ours})).await;
    assert_eq!(receiver.next().await.from.ip(), IpAddr::from([127, 0, 0, 2]));
    ringback.delivery_once(&id, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_assignment_is_waited_for_and_never_replaced_by_the_hosts_own_route() {
    let mut receiver = Receiver::start().await;
    let (ringback, app, source) = calling(&receiver).await;
    let egress_ip = issue(&ringback, "127.0.0.2").await;
    let assignment = assign(&ringback, &egress_ip, &app).await;
    assert_eq!(ringback.call(Method::DELETE, &assignment, None).await.status, 204);
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "tx-1")).await);
    waits(&ringback, &id, &mut receiver).await;
    let ringback = ringback.restart().await;
    waits(&ringback, &id, &mut receiver).await;

    assign(&ringback, &egress_ip, &app).await;
    assert_eq!(receiver.next().await.from.ip(), IpAddr::from([127, 0, 0, 2]));
    ringback.delivery_once(&id, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_an_egress_ip_of_its_own_leaves_from_its_publishers() {
    let mut receiver = Receiver::start().await;
    let (ringback, app, source) = calling(&receiver).await;
    let (shared, own) = (issue(&ringback, "127.0.0.2").await, issue(&ringback, "127.0.0.3").await);
    let assignments = format!("/v1/egress-ips/{shared}/assignments");
    ringback.made(Method::POST, &assignments, json!({"publisherId": app.publisher})).await;
    ringback.report(&source, &conversion(&app, "tx-1")).await;
    assert_eq!(receiver.next().await.from.ip(), IpAddr::from([127, 0, 0, 2]));
    assign(&ringback, &own, &app).await;
    ringback.report(&source, &conversion(&app, "tx-2")).await;
    assert_eq!(receiver.next().await.from.ip(), IpAddr::from([127, 0, 0, 3]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_told_its_addresses_holds_no_others() {
    let mut receiver = Receiver::start().await;
    let (ringback, app, source) = calling(&receiver).await;
    let (two, three) = (issue(&ringback, "198.51.100.2").await, issue(&ringback, "127.0.0.3").await);
    assign(&ringback, &two, &app).await;
    let binds = [("RINGBACK_EGRESS_BIND", "198.51.100.2=127.0.0.9")];
    let ringback = ringback.restart_with(&binds).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "tx-1")).await);
    assert_eq!(receiver.next().await.from.ip(), IpAddr::from([127, 0, 0, 9]));
    let delivery = ringback.delivery_once(&id, "delivered").await;
    assert_eq!(delivery["attempts"][0]["egressIp"], "198.51.100.2");

    ringback.made(Method::PUT, &format!("/v1/apps/{}/egress", app.id), json!({"egressIpId": three})).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "tx-2")).await);
    waits(&ringback, &id, &mut receiver).await;
}
