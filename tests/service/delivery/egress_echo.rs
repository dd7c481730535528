//! What an echo says of the egress IPs, and what follows from it. A second Ringback's `/ip` is the echo.

use serde_json::{Value, json};

use super::egress::left_from;
use crate::support::{Home, Receiver, Ringback, has};

/// The egress IP, once it is held or not and verified or not as expected.
async fn once(ringback: &Ringback, path: &str, held: bool, verification: &str) {
    let holds = |egress_ip: &Value| egress_ip["held"] == held && egress_ip["verification"] == verification;
    ringback.once(path, verification, holds).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_from_an_address_that_the_echo_sees_as_another() {
    let echo = Ringback::start().await;
    let ringback = Home::new().with("RINGBACK_EGRESS_ECHO_URL", &echo.url("/ip")).start().await;
    let wall = ringback.wall("affonso", json!({})).await;
    let path = ringback
        .issue(json!({"address": "127.0.0.5", "bind": "127.0.0.6"}), json!({"publisherId": wall.publisher}))
        .await;
    once(&ringback, &path, false, "wrong").await;
    let delivery = wall.report("tx-1").await.delivery();
    has(&ringback.delivery(&delivery).await, json!({"status": "pending", "waitingFor": "egress_ip"}));
    let expected = json!([{"address": "127.0.0.5", "held": false, "nodes": 0, "verification": "wrong"}]);
    assert_eq!(ringback.get("/readyz").await["egressIps"], expected);
    assert!(wall.receiver.so_far().is_empty());

    ringback.patch(&path, json!({"bind": null})).await.ok();
    once(&ringback, &path, true, "verified").await;
    ringback.delivery_once(&delivery, "delivered").await;
    left_from(&wall, "127.0.0.5").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_echo_that_answers_nonsense_proves_nothing() {
    let nonsense = Receiver::start().await;
    let ringback = Home::new().with("RINGBACK_EGRESS_ECHO_URL", &nonsense.url("/ip")).start().await;
    let wall = ringback.wall("affonso", json!({})).await;
    let path = ringback.issue(json!({"address": "127.0.0.3"}), json!({"publisherId": wall.publisher})).await;
    once(&ringback, &path, true, "assumed").await;
    wall.report("tx-1").await;
    left_from(&wall, "127.0.0.3").await;
}
