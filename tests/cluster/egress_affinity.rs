//! Which node sends what: an egress IP belongs to the nodes that hold it, and so do the callbacks that leave from it.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::{Api, conversion, only_delivery};
use crate::nodes::{Publisher, found, holding, living, nodes_on};
use crate::place;

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
    let place = place::on_postgres();
    let home = nodes_on(&place.url);
    let node = holding(&home, &["127.0.0.31"]).serve().await;
    let mut publisher = Publisher::from_address(&node, "127.0.0.32").await;
    let shown = format!("/v1/apps/{}", publisher.app.id);
    let source = node.source().await;
    let reported = node.report(&source, &conversion(&publisher.app, "tx-1")).await;
    assert_eq!(reported.body["deliveries"][0]["waitingFor"], "egress_ip", "{}", reported.body);
    let id = only_delivery(&reported);
    let delivery = node.get(&format!("/v1/deliveries/{id}")).await;
    assert_eq!((&delivery["status"], &delivery["waitingFor"]), (&json!("pending"), &json!("egress_ip")));
    assert_eq!(holders(&node, "127.0.0.32").await, json!(0));
    assert!(node.get(&shown).await["warnings"].to_string().contains("no live node holds the egress IP 127.0.0.32"));
    let metrics = node.get("/metrics").await;
    assert!(metrics.as_str().unwrap().contains("ringback_egress_ips_without_node 1\n"), "{metrics}");

    let holder = holding(&home, &["127.0.0.32"]).serve().await;
    assert_eq!(publisher.receiver.next().await.from.ip(), publisher.from);
    node.delivery_once(&id, "delivered").await;
    held_by(&node, "127.0.0.32", 1).await;
    assert!(!node.get(&shown).await["warnings"].to_string().contains("no live node"));

    assert!(holder.terminate().await.status.success());
    held_by(&node, "127.0.0.32", 0).await;
    let waits = node.report(&source, &conversion(&publisher.app, "tx-2")).await;
    assert_eq!(waits.body["deliveries"][0]["waitingFor"], "egress_ip", "{}", waits.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_another_node_took_in_leaves_promptly_from_the_node_that_holds_the_address() {
    let place = place::on_postgres();
    let home = nodes_on(&place.url);
    let takes_in = holding(&home, &["127.0.0.33"]).serve().await;
    let _holder = holding(&home, &["127.0.0.34"]).serve().await;
    let mut publisher = Publisher::from_address(&takes_in, "127.0.0.34").await;
    held_by(&takes_in, "127.0.0.34", 1).await;
    let source = takes_in.source().await;
    for number in 0..10 {
        let begun = Instant::now();
        let reported = takes_in.report(&source, &conversion(&publisher.app, &format!("tx-{number}"))).await;
        only_delivery(&reported);
        assert_eq!(publisher.receiver.next().await.from.ip(), publisher.from);
        assert!(begun.elapsed() < PROMPTLY, "after {:?}", begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_only_answers_has_its_tests_sent_by_one_that_only_sends() {
    let place = place::on_postgres();
    let home = nodes_on(&place.url);
    let answers = home.clone().with("RINGBACK_ROLE", "api").serve().await;
    let mut addressed = Publisher::from_address(&answers, "127.0.0.35").await;
    let mut unaddressed = Publisher::new(&answers).await;
    let source = answers.source().await;
    for publisher in [&addressed, &unaddressed] {
        let nobody = answers.post(&format!("/v1/apps/{}/test", publisher.app.id), json!({})).await;
        assert_eq!(nobody.status, 422, "nobody can send it: {}", nobody.body);
    }

    let sends = holding(&home, &["127.0.0.35"]).with("RINGBACK_ROLE", "worker").serve().await;
    held_by(&answers, "127.0.0.35", 1).await;
    for publisher in [&mut addressed, &mut unaddressed] {
        let tested = answers.post(&format!("/v1/apps/{}/test", publisher.app.id), json!({})).await;
        assert_eq!((tested.status, &tested.body["status"]), (200, &json!("delivered")), "{}", tested.body);
        assert_eq!(tested.body["attempts"].as_array().unwrap().len(), 1, "{}", tested.body);
        let received = publisher.receiver.next().await;
        assert_eq!((received.from.ip(), received.header("X-Ringback-Test")), (publisher.from, Some("1")));
        let completion = conversion(&publisher.app, &format!("tx-{}", publisher.app.id));
        let id = only_delivery(&answers.report(&source, &completion).await);
        assert_eq!(publisher.receiver.next().await.from.ip(), publisher.from);
        answers.delivery_once(&id, "delivered").await;
    }

    for open in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(sends.call(Method::GET, open, None).await.status, 200, "{open}");
    }
    assert_eq!(sends.call(Method::GET, "/v1/apps", None).await.status, 404);
    assert_eq!(sends.report(&source, &conversion(&unaddressed.app, "tx-2")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_its_node_did_not_live_to_send_is_answered_in_time_and_keeps_nobody_from_ending() {
    let place = place::on_postgres();
    let home = nodes_on(&place.url);
    let answers = home.clone().with("RINGBACK_ROLE", "api").serve().await;
    let publisher = Publisher::with(&answers, json!({"timeoutMs": 1000})).await;
    let sends = home.clone().with("RINGBACK_ROLE", "worker").serve().await;
    let test = format!("/v1/apps/{}/test", publisher.app.id);
    found("the other node is known", || async { (living(&answers).await.len() == 2).then_some(()) }).await;
    sends.kill().await;

    let tested = answers.post(&test, json!({})).await;
    assert_eq!((tested.status, &tested.body["status"]), (202, &json!("pending")), "{}", tested.body);
    let told = Instant::now();
    assert!(answers.terminate().await.status.success());
    assert!(told.elapsed() < Duration::from_secs(5), "after {:?}", told.elapsed());
}
