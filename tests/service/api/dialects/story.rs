//! The whole story: a dialect that is in no list, described in a paragraph, added by the API alone, and verified by a receiver that
//! was written from that paragraph (`tests/receivers/python/coinbarn.py`).

use serde_json::{Value, json};

use super::{NAME, RECIPE, TEMPLATE, draft};
use crate::delivery::independent_receiver::{Independent, Program};
use crate::support::{Ringback, SECRET, has};

const COINBARN: Program = Program { command: &["python3", "python/coinbarn.py"], needs: "python3" };

#[tokio::test(flavor = "multi_thread")]
async fn a_dialect_that_is_in_no_list_is_added_by_the_api_alone_and_its_callbacks_verify_at_a_receiver_of_its_own() {
    let ringback = Ringback::start().await;
    let manager = ringback.manager().await;

    // An account manager writes it down, as text, and looks at what the engine makes of it.
    let kept = manager.post("/v1/dialects", draft()).await;
    kept.is(201, json!({"name": NAME, "title": "Coinbarn", "recipe": RECIPE, "publishers": null}));
    let checked = manager.post("/v1/dialects/x-coinbarn/check", "").await.ok();
    has(&checked, json!({"publishable": true, "findings": []}));

    // The operator publishes what was checked.
    let revision = kept.body["revision"].clone();
    let published = ringback.post("/v1/dialects/x-coinbarn/publish", json!({"revision": revision})).await;
    let unseen = "not yet seen by a receiver: every vector is its author's own, and no callback was acknowledged";
    published.is(
        201,
        json!({
            "name": NAME, "recipe": "x-coinbarn@1", "version": 1, "origin": "custom", "warnings": [unseen],
            "versions": [{"version": 1, "recipe": "x-coinbarn@1"}],
        }),
    );
    assert!(published.body["publishedAt"].is_string() && published.body.get("withdrawnAt").is_none());

    // A publisher chooses it like any other, and is bound to the version.
    let mut receiver = Independent::start(COINBARN, &[("SECRET", SECRET)]).await;
    let wall = ringback.wall(NAME, json!({"callbackUrl": receiver.url(TEMPLATE)})).await;
    let publisher = ringback.publisher(&wall.publisher).await;
    has(&publisher.get(&wall.path("")).await, json!({"dialect": "x-coinbarn@1"}));
    let tested = publisher.post(&wall.path("/test"), json!({})).await;
    tested.is(200, json!({"verdict": "answered", "recipe": "x-coinbarn@1"}));
    has(&receiver.next().await, json!({"verified": true}));

    // What is reported arrives and verifies, and so does what is taken back.
    let delivered = wall.report_until("tx-1", "delivered").await;
    has(&delivered, json!({"recipe": "x-coinbarn@1"}));
    let values = json!({"user": "user_42", "txn": "tx-1", "coins": "100", "usd": "2.50", "event": "credit"});
    has(&receiver.next().await, json!({"verified": true, "transactionId": "tx-1", "values": values}));
    let reversal = wall.source.reverse(json!({"externalId": "tx-1", "reason": "fraud"})).await.delivery();
    ringback.delivery_once(&reversal, "delivered").await;
    let taken_back = receiver.next().await;
    has(&taken_back, json!({"verified": true, "transactionId": "tx-1", "values": {"event": "revoke"}}));

    // By now a receiver has seen it.
    let is_seen = |dialect: &Value| dialect["warnings"] == json!([]) && dialect["firstDeliveredAt"].is_string();
    ringback.once("/v1/dialects/x-coinbarn", "seen by a receiver", is_seen).await;

    // What came can be diagnosed, and the publisher is given a receiver of his own.
    let target = taken_back["target"].as_str().unwrap();
    let signature = taken_back["headers"]["X-Coinbarn-Signature"].as_str().unwrap();
    let pasted = format!("GET {target} HTTP/1.1\r\nHost: pub.example\r\nX-Coinbarn-Signature: {signature}\r\n\r\n");
    let found = publisher.post(&wall.path("/diagnose"), json!({"pasted": pasted})).await.ok();
    has(&found, json!({"verifies": true}));
    let program = publisher.get(&wall.path("/receiver?language=python")).await;
    assert!(program["code"].as_str().unwrap().contains("X-Coinbarn-Signature"), "{program}");

    // What was done is written down, the recipe's text with it.
    let audit = ringback.get("/v1/audit?subject=x-coinbarn").await;
    let publishing = &audit["items"][0];
    has(publishing, json!({"action": "POST /v1/dialects/{name}/publish", "outcome": "done", "recipe": RECIPE}));
    has(publishing, json!({"createdId": "x-coinbarn@1", "subject": NAME}));
}
