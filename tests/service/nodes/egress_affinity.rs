//! Which node sends what: an egress IP belongs to the nodes that hold it, and so do the callbacks that leave from it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{holding, living};
use crate::support::{Api, Home, found, has};

/// Another node sends at once when it is told, and within a second when it is not; as much again for a busy machine.
const PROMPTLY: Duration = Duration::from_secs(2);

/// How many nodes hold an address, as this node heard.
async fn holders(api: &Api, address: &str) -> Value {
    let ready = api.get("/readyz").await;
    let all = ready["egressIps"].as_array().unwrap();
    all.iter().find(|egress_ip| egress_ip["address"] == address).unwrap()["nodes"].clone()
}

async fn held_by(api: &Api, address: &str, nodes: usize) {
    found("the nodes that hold it", || async { (holders(api, address).await == json!(nodes)).then_some(()) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_from_an_address_that_no_live_node_holds_waits_visibly_for_a_node_that_does() {
    let home = Home::on_postgres();
    let node = holding(&home, &["127.0.0.31"]).serve().await;
    let wall = node.wall_from("127.0.0.32").await;
    let shown = wall.path("");
    let reported = wall.report("tx-1").await;
    reported.is(200, json!({"deliveries": [{"waitingFor": "egress_ip"}]}));
    let id = reported.delivery();
    has(&node.delivery(&id).await, json!({"status": "pending", "waitingFor": "egress_ip"}));
    assert_eq!(holders(&node, "127.0.0.32").await, json!(0));
    assert!(node.get(&shown).await["warnings"].to_string().contains("no live node holds the egress IP 127.0.0.32"));
    let metrics = node.get("/metrics").await;
    assert!(metrics.as_str().unwrap().contains("ringback_egress_ips_without_node 1\n"), "{metrics}");

    let holder = holding(&home, &["127.0.0.32"]).serve().await;
    assert_eq!(wall.receiver.next().await.from.ip(), wall.from);
    node.delivery_once(&id, "delivered").await;
    held_by(&node, "127.0.0.32", 1).await;
    assert!(!node.get(&shown).await["warnings"].to_string().contains("no live node"));

    assert!(holder.terminate().await.status.success());
    held_by(&node, "127.0.0.32", 0).await;
    wall.report("tx-2").await.is(200, json!({"deliveries": [{"waitingFor": "egress_ip"}]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_another_node_took_in_leaves_promptly_from_the_node_that_holds_the_address() {
    let home = Home::on_postgres();
    let takes_in = holding(&home, &["127.0.0.33"]).serve().await;
    let _holder = holding(&home, &["127.0.0.34"]).serve().await;
    let wall = takes_in.wall_from("127.0.0.34").await;
    held_by(&takes_in, "127.0.0.34", 1).await;
    for number in 0..10 {
        let begun = Instant::now();
        wall.report(&format!("tx-{number}")).await.delivery();
        assert_eq!(wall.receiver.next().await.from.ip(), wall.from);
        assert!(begun.elapsed() < PROMPTLY, "after {:?}", begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_only_answers_has_its_tests_sent_by_one_that_only_sends() {
    let home = Home::on_postgres();
    let answers = home.clone().with("RINGBACK_ROLE", "api").serve().await;
    let addressed = answers.wall_from("127.0.0.35").await;
    let unaddressed = answers.wall("besitos", json!({})).await;
    for wall in [&addressed, &unaddressed] {
        assert_eq!(answers.post(&wall.path("/test"), json!({})).await.status, 422, "nobody can send it");
    }

    let sends = holding(&home, &["127.0.0.35"]).with("RINGBACK_ROLE", "worker").serve().await;
    held_by(&answers, "127.0.0.35", 1).await;
    for wall in [&addressed, &unaddressed] {
        let tested = answers.post(&wall.path("/test"), json!({})).await;
        tested.is(200, json!({"status": "delivered"}));
        assert_eq!(tested.body["attempts"].as_array().unwrap().len(), 1, "{}", tested.body);
        let received = wall.receiver.next().await;
        assert_eq!((received.from.ip(), received.header("X-Ringback-Test")), (wall.from, Some("1")));
        let sequence = answers.post(&wall.path("/test/sequence"), json!({})).await.ok();
        let states: Vec<&Value> = sequence["steps"].as_array().unwrap().iter().map(|step| &step["state"]).collect();
        assert_eq!(states, ["acknowledged"; 3], "{sequence}");
        let told = wall.receiver.so_far().into_iter().map(|one| one.parameter("transaction_id").unwrap());
        let told: Vec<String> = told.collect();
        assert!(told.len() == 3 && told[0] == told[1], "{told:?}");
        wall.report_until(&format!("tx-{}", wall.id), "delivered").await;
        assert_eq!(wall.receiver.next().await.from.ip(), wall.from);
    }

    for open in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(sends.ask(open).await.status, 200, "{open}");
    }
    assert_eq!(sends.ask("/v1/apps").await.status, 404);
    assert_eq!(unaddressed.at(&sends).report("tx-2").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_its_node_did_not_live_to_send_is_answered_in_time_and_keeps_nobody_from_ending() {
    let home = Home::on_postgres();
    let answers = home.clone().with("RINGBACK_ROLE", "api").serve().await;
    let wall = answers.wall("besitos", json!({"timeoutMs": 1000})).await;
    let sends = home.clone().with("RINGBACK_ROLE", "worker").serve().await;
    found("the other node is known", || async { (living(&answers).await.len() == 2).then_some(()) }).await;
    sends.kill().await;

    let tested = answers.post(&wall.path("/test"), json!({})).await;
    tested.is(202, json!({"status": "pending"}));
    let told = Instant::now();
    assert!(answers.terminate().await.status.success());
    assert!(told.elapsed() < Duration::from_secs(5), "after {:?}", told.elapsed());
}
