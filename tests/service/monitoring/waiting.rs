//! What is due and not sent is shown by what it waits for: an operator has to act on what could be sent, and on nothing else.

use std::time::Duration;

use ringback::dispatch::sending::pacing::FIRST;
use serde_json::json;

use super::{metrics, tells};
use crate::support::{Home, Reply, Ringback, calling};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_receiver_that_takes_no_more_is_shown_as_that_even_if_it_stands_in_line() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    wall.receiver.then(std::iter::repeat_n(Reply::Hang, FIRST));
    for number in 0..FIRST {
        wall.report(&format!("hangs-{number}")).await.ok();
        wall.receiver.next().await;
    }
    wall.report("waits").await.ok();
    ringback.clock.advance(MINUTE);
    tells(&ringback, "ringback_oldest_due_seconds{waiting_for=\"receiver\"} 60").await;
    for line in [
        "ringback_oldest_due_seconds{waiting_for=\"permit\"} 0",
        "ringback_endpoints_due{waiting_for=\"receiver\"} 1",
        "ringback_endpoints_due{waiting_for=\"permit\"} 0",
        "ringback_in_line 1",
        &format!("ringback_permits_in_use {FIRST}"),
    ] {
        tells(&ringback, line).await;
    }
    let told = metrics(&ringback).await;
    assert!(!told.contains("ringback_permits_refused_total{gate=\"endpoint\"} 0\n"), "{told}");
    assert!(told.contains("ringback_permits_refused_total{gate=\"total\"} 0\n"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_an_egress_ip_that_no_node_holds_is_shown_as_that() {
    let ringback = Home::new().with("RINGBACK_EGRESS_BIND", "192.0.2.9=127.0.0.9").start().await;
    let wall = ringback.wall_from("192.0.2.10").await;
    wall.report("waits").await.is(200, json!({"deliveries": [{"waitingFor": "egress_ip"}]}));
    ringback.clock.advance(MINUTE);
    tells(&ringback, "ringback_oldest_due_seconds{waiting_for=\"egress_ip\"} 60").await;
    tells(&ringback, "ringback_oldest_due_seconds{waiting_for=\"permit\"} 0").await;
    tells(&ringback, "ringback_egress_ips_without_node 1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_receiver_that_is_down_is_shown_as_that_with_the_circuit() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [3600, 3600, 3600]})).await;
    wall.receiver.then(std::iter::repeat_n((), 11).map(|()| Reply::status(500)));
    for number in 0..10 {
        wall.report_until(&format!("fails-{number}"), "retrying").await;
    }
    wall.report("waits").await.is(200, json!({"deliveries": [{"waitingFor": "circuit"}]}));
    ringback.clock.advance(Duration::from_secs(5));
    tells(&ringback, "ringback_oldest_due_seconds{waiting_for=\"circuit\"} 5").await;
    tells(&ringback, "ringback_circuits_open 1").await;
    tells(&ringback, "ringback_oldest_due_seconds{waiting_for=\"permit\"} 0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_the_limits_of_its_app_is_shown_as_that() {
    let (ringback, wall) = calling("besitos", json!({"limits": {"perSecond": 1}})).await;
    for number in 0..5 {
        wall.report(&format!("tx-{number}")).await.ok();
    }
    ringback.clock.advance(MINUTE);
    tells(&ringback, "ringback_oldest_due_seconds{waiting_for=\"rate_limit\"} 60").await;
    tells(&ringback, "ringback_oldest_due_seconds{waiting_for=\"permit\"} 0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_counted_by_endpoint_and_is_not_late() {
    let ringback = Ringback::start().await;
    let wall = ringback.wall("besitos", json!({"paused": true})).await;
    wall.report_until("waits", "held").await;
    ringback.clock.advance(MINUTE);
    tells(&ringback, "ringback_endpoints_held 1").await;
    assert!(!metrics(&ringback).await.contains("ringback_oldest_due_seconds{waiting_for=\"permit\"} 60"));
}
