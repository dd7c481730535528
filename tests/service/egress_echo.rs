//! What an echo says of the egress IPs, and what follows from it. A second Ringback's `/ip` is the echo.

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::PATIENCE;
use crate::receiver::Receiver;
use crate::ringback::{App, Ringback, conversion, only_delivery, text};

/// Issues an egress IP to an app's publisher; answers its path.
async fn issue(ringback: &Ringback, app: &App, egress_ip: Value) -> String {
    let issued = ringback.made(Method::POST, "/v1/egress-ips", egress_ip).await;
    let path = format!("/v1/egress-ips/{}", text(&issued, "id"));
    ringback.made(Method::POST, &format!("{path}/assignments"), json!({"publisherId": app.publisher})).await;
    path
}

/// The egress IP, once it is held or not and verified or not as expected.
async fn once(ringback: &Ringback, path: &str, held: bool, verification: &str) {
    let mut last = Value::Null;
    let reached = tokio::time::timeout(PATIENCE, async {
        while last["held"] != held || last["verification"] != verification {
            last = ringback.get(path).await;
        }
    });
    assert!(reached.await.is_ok(), "the egress IP never became {verification}: {last:#}");
}

async fn app(ringback: &Ringback, receiver: &Receiver) -> App {
    ringback.app("affonso", json!({"callbackUrl": receiver.url("/hook")})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_from_an_address_that_the_echo_sees_as_another() {
    let echo = Ringback::start().await;
    let ringback = Ringback::with(&[("RINGBACK_EGRESS_ECHO_URL", &echo.url("/ip"))]).await;
    let mut receiver = Receiver::start().await;
    let app = app(&ringback, &receiver).await;
    ringback.secret(&app, "whsec_a-secret-of-the-tests").await;
    let path = issue(&ringback, &app, json!({"address": "127.0.0.5", "bind": "127.0.0.6"})).await;
    once(&ringback, &path, false, "wrong").await;
    let reported = ringback.report(&ringback.source().await, &conversion(&app, "tx-1")).await;
    let delivery = only_delivery(&reported);
    let waiting = ringback.get(&format!("/v1/deliveries/{delivery}")).await;
    assert_eq!((&waiting["status"], &waiting["waitingFor"]), (&json!("pending"), &json!("egress_ip")), "{waiting:#}");
    let ready = ringback.get("/readyz").await;
    let expected = json!([{"address": "127.0.0.5", "held": false, "nodes": 0, "verification": "wrong"}]);
    assert_eq!(ready["egressIps"], expected);
    assert!(receiver.so_far().is_empty());

    ringback.made(Method::PATCH, &path, json!({"bind": null})).await;
    once(&ringback, &path, true, "verified").await;
    ringback.delivery_once(&delivery, "delivered").await;
    assert_eq!(receiver.next().await.from.ip().to_string(), "127.0.0.5");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_echo_that_answers_nonsense_proves_nothing() {
    let nonsense = Receiver::start().await;
    let ringback = Ringback::with(&[("RINGBACK_EGRESS_ECHO_URL", &nonsense.url("/ip"))]).await;
    let mut receiver = Receiver::start().await;
    let app = app(&ringback, &receiver).await;
    ringback.secret(&app, "whsec_a-secret-of-the-tests").await;
    let path = issue(&ringback, &app, json!({"address": "127.0.0.3"})).await;
    once(&ringback, &path, true, "assumed").await;
    ringback.report(&ringback.source().await, &conversion(&app, "tx-1")).await;
    assert_eq!(receiver.next().await.from.ip().to_string(), "127.0.0.3");
}
