//! What a callback looks like before anything is saved or sent.

use serde_json::json;

use super::Acme;
use crate::support::{calling, has, text};

#[tokio::test(flavor = "multi_thread")]
async fn unsaved_fields_are_laid_over_the_endpoint_and_nothing_is_saved() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let path = wall.path("/preview");
    let saved = ringback.get(&wall.path("")).await["callbackUrl"].clone();
    let unsaved = json!({"callbackUrl": "https://new.example:8443/x?uid={user_id}&tx={transaction_id}"});
    let shown = ringback.post(&path, json!({"endpoint": unsaved, "completion": {"userId": "u 1"}})).await.ok();
    assert!(text(&shown, "url").starts_with("https://new.example:8443/x?uid=u%201&tx=test-"), "{shown:#}");
    assert!(shown["warnings"][0].as_str().unwrap().contains("8443"), "{shown:#}");
    let parts = shown["parts"].as_array().unwrap();
    assert!(
        parts.iter().any(|part| part["placeholder"] == "user_id" && part["text"] == "u%201" && part["signed"] == true)
    );
    // Whoever tries fields out need not invent a completion.
    ringback.post(&path, json!({"endpoint": unsaved})).await.ok();
    assert_eq!(ringback.get(&wall.path("")).await["callbackUrl"], saved);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_an_unsaved_url_comes_with_the_whole_corrected_value() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let path = wall.path("/preview");
    let right = "https://p.example/x?uid={user_id}&tx={transaction_id}";
    for (wrong, right) in [
        ("https://p.example/x?uid={usr_id}&tx={tranaction_id}", right),
        (
            "https://p.example/x?uid=<usr_id>&tx=<transaction_id>",
            "https://p.example/x?uid=<user_id>&tx=<transaction_id>",
        ),
        ("https://p.example/x?uid={{user_id}}&tx={{transaction_id}}", right),
        ("https://p.example/x?uid=[user_id]&tx={transaction_id}", right),
        ("https://p.example/x?uid=%7Buser_id%7D&amp;tx={transaction_id}", right),
    ] {
        let answer = ringback.post(&path, json!({"endpoint": {"callbackUrl": wrong}})).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.body);
        for fault in answer.body["errors"].as_array().unwrap() {
            has(fault, json!({"field": "endpoint.callbackUrl", "suggestion": right}));
        }
        ringback.post(&path, json!({"endpoint": {"callbackUrl": right}})).await.ok();
        // Saving says the same.
        let saving = ringback.patch(&wall.path(""), json!({"callbackUrl": wrong})).await;
        assert_eq!(saving.body["errors"][0]["suggestion"], right);
    }
    let answer = ringback.post(&path, json!({"endpoint": {"dialect": "bestios"}})).await;
    has(&answer.body["errors"][0], json!({"field": "endpoint.dialect", "suggestion": "besitos"}));
    ringback.post(&path, json!({"endpoint": {"calbackUrl": "x"}})).await.refuses(422, &["endpoint.calbackUrl"]);
    let plain = ringback.patch(&wall.path(""), json!({"timeoutMs": 1})).await;
    assert!(plain.body["errors"][0].get("suggestion").is_none(), "{}", plain.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn before_there_is_an_app_a_callback_is_shown_without_a_signature() {
    let acme = Acme::start().await;
    let endpoint = json!({"dialect": "besitos", "callbackUrl": "https://p.example/x"});
    let shown = acme.publisher.post("/v1/preview", json!({"endpoint": endpoint, "completion": {"userId": "u"}})).await;
    let url = text(&shown.ok(), "url");
    assert!(url.starts_with("https://p.example/x?user_id=u&") && !url.contains("verifier"), "{url}");
    for dialect in ["affonso", "cpx", "standard-webhooks"] {
        let endpoint = json!({"dialect": dialect, "callbackUrl": "https://p.example/x?tx={trans_id}&h={secure_hash}"});
        let endpoint =
            if dialect == "cpx" { endpoint } else { json!({"dialect": dialect, "callbackUrl": "https://p.example/x"}) };
        acme.publisher.post("/v1/preview", json!({"endpoint": endpoint})).await.is(200, json!({"signedText": null}));
    }
    acme.publisher.post("/v1/preview", json!({})).await.refuses(422, &["endpoint"]);
    let nameless = json!({"endpoint": {"callbackUrl": "https://p.example/x"}});
    acme.publisher.post("/v1/preview", nameless).await.refuses(422, &["endpoint.dialect"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_shown_as_an_attempt_of_it_went_out() {
    let (ringback, wall) = calling("affonso", json!({})).await;
    let id = wall.report("tx-1").await.delivery();
    let received = wall.receiver.next().await;
    ringback.delivery_once(&id, "delivered").await;
    let path = wall.path("/preview");
    let shown = ringback.post(&path, json!({"deliveryId": id, "attempt": 1})).await.ok();
    assert_eq!(text(&shown, "body"), received.body);
    let signature = received.header("X-Affonso-Signature").unwrap();
    assert_eq!(shown["headers"]["X-Affonso-Signature"], signature, "{shown:#}");
    ringback.post(&path, json!({"deliveryId": id, "attempt": 9})).await.refuses(422, &["attempt"]);
    ringback.post(&path, json!({"deliveryId": "dlv_x"})).await.refuses(422, &["deliveryId"]);
    ringback.post(&path, json!({"attempt": 1, "completion": {}})).await.refuses(422, &["attempt"]);
    ringback.post(&path, json!({"deliveryId": id, "reversal": true})).await.refuses(422, &["reversal"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_endpoint_and_a_reversal_can_be_shown() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let mirror = json!({"dialect": "affonso", "callbackUrl": wall.receiver.url("/mirror")});
    let mirror = ringback.post(&wall.path("/endpoints"), mirror).await.id();
    ringback.post(&wall.path(&format!("/endpoints/{mirror}/secrets")), json!({})).await.ok();
    let path = wall.path("/preview");
    let shown = ringback.post(&path, json!({"completion": {}, "endpointId": mirror, "reversal": true})).await.ok();
    assert!(text(&shown, "url").ends_with("/mirror") && text(&shown, "body").contains("refunded"), "{shown:#}");
    let shown = ringback.post(&path, json!({"completion": {}, "reversal": true})).await.ok();
    assert!(text(&shown, "url").contains("&reverse=1&verifier="), "{shown:#}");
    ringback.post(&path, json!({"completion": {}, "endpointId": "end_x"})).await.refuses(422, &["endpointId"]);
}
