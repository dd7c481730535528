//! Why a callback did not verify, from whatever its receiver has of it.

use serde_json::{Value, json};

use super::Acme;
use crate::support::{Answer, Received, Ringback, Wall, calling, has, text};

impl Wall {
    /// What is answered to whoever pastes this of the wall's callbacks.
    async fn pasted(&self, text: &str) -> Answer {
        self.source.api.post(&self.path("/diagnose"), json!({"pasted": text})).await
    }
}

fn whole(received: &Received) -> String {
    format!("{}\r\n\r\n{}", received.head.trim_end(), received.body)
}

/// A wall in this dialect and its first callback as it was received.
async fn told(dialect: &str, settings: Value) -> (Ringback, Wall, Received, String) {
    let (ringback, wall) = calling(dialect, settings).await;
    let id = wall.report("tx-1").await.delivery();
    ringback.step().await;
    let received = wall.receiver.next().await;
    ringback.delivery_once(&id, "delivered").await;
    (ringback, wall, received, id)
}

/// The signature of a besitos callback.
fn verifier(received: &Received) -> String {
    received.parameter("verifier").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrived_as_it_was_sent_verifies_with_its_secret_and_its_delivery_named() {
    for dialect in ["besitos", "offermaru", "affonso", "standard-webhooks"] {
        let (ringback, wall, received, id) = told(dialect, json!({})).await;
        let secret = ringback.get(&wall.path("/secrets")).await["items"][0].clone();
        let answer = wall.pasted(&whole(&received)).await;
        let expected = json!({"verifies": true, "code": "verifies", "secretId": secret["id"], "secretState": "active",
            "deliveryId": id, "attempt": 1, "differences": []});
        has(&answer.clone().ok(), expected);
        assert_eq!(answer.body["receivedText"], answer.body["signedText"], "{dialect}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_encoded_differently_is_told_with_both_texts_and_the_bytes() {
    let (_ringback, wall, received, id) = told("besitos", json!({})).await;
    let distorted = received.head.replace("An%20offer", "An+offer");
    let found = wall.pasted(&distorted).await.ok();
    has(&found, json!({"verifies": false, "code": "encoded_differently", "secretState": "active", "deliveryId": id}));
    assert!(text(&found, "receivedText").contains("offer_name=An+offer"), "{found:#}");
    let signed = text(&found, "signedText");
    assert!(signed.contains("offer_name=An%20offer"), "{found:#}");
    let difference = &found["differences"][0];
    has(difference, json!({"received": "+", "signed": "%20", "at": signed.find("%20").unwrap()}));
    let pieces = found["pieces"].as_array().unwrap();
    let differing: Vec<&Value> = pieces.iter().filter(|piece| piece["differs"] == true).collect();
    assert_eq!(
        differing,
        [&json!({"name": "offer_name", "received": "An+offer", "signed": "An%20offer", "differs": true})]
    );
    assert!(!found.to_string().contains(&verifier(&received)), "a signature is shown: {found:#}");
    assert!(text(&found, "advice").contains("raw") || text(&found, "advice").contains("exactly"), "{found:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_was_changed_on_the_way_is_named_by_comparing_with_what_was_sent() {
    let (_ringback, wall, received, id) = told("besitos", json!({})).await;
    for (from, to, code, words) in [
        ("payout=2.50", "payout=9.99", "value_changed", "payout was sent as 2.50 but received as 9.99"),
        ("user_id=user_42", "user_id=", "value_emptied", "user_id was sent as user_42 but arrived empty"),
        ("&offer_id=abc123", "", "parameter_dropped", "offer_id was sent and did not arrive"),
        ("payout=2.50", "payout=2.5", "number_reformatted", "2.50"),
    ] {
        assert!(received.head.contains(from), "{}", received.head);
        let found = wall.pasted(&received.head.replace(from, to)).await.ok();
        has(&found, json!({"verifies": false, "code": code, "secretState": "active", "deliveryId": id}));
        assert!(text(&found, "finding").contains(words), "{found:#}");
        assert_ne!(found["receivedText"], found["signedText"], "{code}");
        assert!(!found.to_string().contains(&verifier(&received)), "a signature is shown: {found:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_of_a_path_that_holds_a_value_and_an_empty_value_that_is_gone_are_named() {
    let settings = json!({"callbackUrl": "/u/{user_id}/pb?tx={transaction_id}&note={note}&payout={payout}"});
    let (_ringback, wall, received, _) = told("besitos", settings).await;
    assert!(received.target().contains("&note=&"), "{}", received.target());
    for (from, to, code, words) in [
        ("GET /u/", "GET /app/u/", "path_prefix", "/app was added"),
        ("GET /u/user_42/", "GET /user_42/", "path_prefix", "/u was cut off"),
        ("&note=&", "&", "empty_value_dropped", "empty"),
    ] {
        let found = wall.pasted(&received.head.replace(from, to)).await.ok();
        has(&found, json!({"verifies": false, "code": code, "secretState": "active"}));
        assert!(text(&found, "finding").contains(words), "{found:#}");
        assert!(found["receivedText"].is_string() && found["receivedText"] != found["signedText"], "{found:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_is_none_of_ours_is_told_apart_from_a_text_that_differs() {
    let (_ringback, wall, received, _) = told("besitos", json!({})).await;
    let own = verifier(&received);
    let other = received.head.replace(&own, &"0".repeat(64));
    has(&wall.pasted(&other).await.ok(), json!({"verifies": false, "code": "signature_changed"}));
    let cut = wall.pasted(received.target().split_at(received.target().len() - 20).0).await.ok();
    has(&cut, json!({"verifies": false, "code": "signature_cut"}));
    assert!(text(&cut, "finding").contains("44 characters, and 64"), "{cut:#}");
    // A transaction that nobody knows was signed elsewhere.
    let unknown = other.replace("transaction_id=tx-1", "transaction_id=tx-999");
    let found = wall.pasted(&unknown).await.ok();
    has(&found, json!({"verifies": false, "code": "another_secret"}));
    assert!(text(&found, "finding").contains("nor any usual distortion"), "{found:#}");
    assert!(found["deliveryId"].is_null() && found["secretId"].is_null(), "{found:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_was_changed_is_not_blamed_on_a_secret_that_is_still_there() {
    let (ringback, wall, received, _) = told("besitos", json!({})).await;
    let own = verifier(&received);
    let changed = format!("{}{}", &own[..12], "0".repeat(own.len() - 12));
    let found = wall.pasted(&received.head.replace(&own, &changed)).await.ok();
    has(&found, json!({"verifies": false, "code": "signature_changed"}));
    assert!(!text(&found, "finding").contains("no longer has"), "{found:#}");
    let longer = wall.pasted(received.target().replace(&own, &format!("{own}00")).as_str()).await.ok();
    has(&longer, json!({"verifies": false, "code": "signature_changed"}));
    // Once the secret is gone, it is what the signature was made with.
    let first = text(&ringback.get(&wall.path("/secrets")).await["items"][0], "id");
    let next = ringback.post(&wall.path("/secrets"), json!({})).await.id();
    ringback.post(&wall.path(&format!("/secrets/{next}/activate")), json!({"overlapMinutes": 0})).await.ok();
    assert_eq!(ringback.delete(&wall.path(&format!("/secrets/{first}"))).await.status, 204);
    let found = wall.pasted(&received.head).await.ok();
    has(&found, json!({"verifies": false, "code": "another_secret"}));
    assert!(text(&found, "finding").contains("no longer has"), "{found:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_received_is_compared_with_what_was_called_then() {
    let (ringback, wall, received, id) = told("besitos", json!({})).await;
    ringback.change(&wall.app, json!({"callbackUrl": wall.receiver.url("/elsewhere")})).await;
    has(&wall.pasted(&received.head).await.ok(), json!({"verifies": true, "deliveryId": id}));
    let found = wall.pasted(&received.head.replace("payout=2.50", "payout=9.99")).await.ok();
    has(&found, json!({"verifies": false, "code": "value_changed", "secretState": "active", "isSigned": true}));
    assert!(text(&found, "finding").contains("payout was sent as 2.50 but received as 9.99"), "{found:#}");
    assert!(text(&found, "note").contains("changed since"), "{found:#}");
    assert!(!found.to_string().contains("elsewhere"), "{found:#}");
    let prefixed = wall.pasted(&received.head.replace("GET /pb.php", "GET /app/pb.php")).await.ok();
    has(&prefixed, json!({"code": "path_prefix", "secretState": "active"}));
    assert!(text(&prefixed, "finding").contains("/app was added"), "{prefixed:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_found_by_its_signature_where_its_transaction_was_lost_on_the_way() {
    let (_ringback, wall, received, id) = told("besitos", json!({})).await;
    let found = wall.pasted(&received.head.replace("transaction_id=tx-1", "transaction_id=")).await.ok();
    has(&found, json!({"verifies": false, "code": "value_emptied", "deliveryId": id, "attempt": 1}));
    assert!(text(&found, "finding").contains("transaction_id was sent as tx-1"), "{found:#}");
    assert!(text(&found, "signedText").contains("transaction_id=tx-1"), "{found:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_things_that_happened_are_all_told() {
    let (_ringback, wall, received, _) = told("besitos", json!({})).await;
    let distorted = received.target().replace("An%20offer", "An+offer").replace('&', "&amp;");
    let line = format!("Nov 30 10:00:00 host nginx: 203.0.113.7 \"GET {distorted} HTTP/1.1\" 401 9");
    let found = wall.pasted(&line).await.ok();
    has(&found, json!({"code": "html_escaped", "codes": ["html_escaped", "encoded_differently"], "isSigned": true}));
    assert!(text(&found, "finding").contains("&amp;") && text(&found, "finding").contains("%20"), "{found:#}");
    let (_ringback, wall, received, _) = told("offermaru", json!({})).await;
    let renamed = received.head.replace("X-Offermaru-Signature", "X_Offermaru_Signature");
    assert_ne!(renamed, received.head);
    let found = wall.pasted(&renamed).await.ok();
    has(&found, json!({"verifies": false, "code": "header_renamed", "secretState": "active"}));
    let line = format!(
        "{{\"url\":\"{}\",\"headers\":{{\"X-Offermaru-Signature\":\"{}\"}}}}",
        received.target(),
        received.header("X-Offermaru-Signature").unwrap()
    );
    has(&wall.pasted(&line).await.ok(), json!({"verifies": true}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_a_file_is_asked_for() {
    let (_ringback, wall, received, _) = told("affonso", json!({})).await;
    let signature = received.header("X-Affonso-Signature").unwrap();
    let curl = format!(
        "curl -sSX POST {} -H 'X-Affonso-Signature: {signature}' --data-binary @event.json",
        wall.receiver.url("/hook")
    );
    let answer = wall.pasted(&curl).await;
    answer.refuses(422, &["pasted"]);
    assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains("event.json"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_secret_of_the_endpoint_is_tried_and_its_state_is_told() {
    let (ringback, wall, received, _) = told("besitos", json!({})).await;
    let next = ringback.post(&wall.path("/secrets"), json!({})).await.id();
    let activate = wall.path(&format!("/secrets/{next}/activate"));
    ringback.post(&activate, json!({"overlapMinutes": 0})).await.ok();
    let found = wall.pasted(&received.head).await.ok();
    has(&found, json!({"verifies": true, "code": "verifies", "secretState": "retired"}));
    assert!(text(&found, "finding").contains("retired"), "{found:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_was_written_anew_and_a_time_that_is_old_are_named() {
    let (_ringback, wall, received, _) = told("affonso", json!({})).await;
    let body = serde_json::to_string_pretty(&received.json()).unwrap();
    let pretty = format!("{}\r\n\r\n{body}", received.head.trim_end());
    has(&wall.pasted(&pretty).await.ok(), json!({"verifies": false, "code": "body_rewritten"}));
    let (_ringback, wall) = calling("offermaru", json!({})).await;
    let hour_ago = wall.source.api.now().as_millis() - 3_600_000;
    let mut completion = wall.completion("tx-2");
    completion["occurredAt"] = hour_ago.into();
    wall.source.report(&completion).await.ok();
    let late = wall.receiver.next().await;
    let found = wall.pasted(&late.head).await.ok();
    has(&found, json!({"verifies": true, "code": "stale_timestamp"}));
    assert!(text(&found, "finding").contains("60 minutes ago"), "{found:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_no_signature_is_refused_with_where_it_was_looked_for() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    for pasted in ["it does not work", "https://pub.example/pb?user_id=u1", "", "curl"] {
        let answer = wall.pasted(pasted).await;
        answer.refuses(422, &["pasted"]);
        let message =
            "No signature was found in this. Besitos sends it as the parameter verifier; paste the URL with its query.";
        assert_eq!(answer.body["errors"][0]["message"], message, "{pasted}");
    }
    wall.pasted(&"x".repeat(64 * 1024 + 1)).await.refuses(422, &["pasted"]);
    let path = wall.path("/diagnose");
    let many: Value =
        (0..70).map(|at| (format!("x-{at}"), "x".repeat(1_000).into())).collect::<serde_json::Map<_, _>>().into();
    let large = json!({"url": "/pb.php?verifier=00", "headers": many});
    wall.source.api.post(&path, large).await.refuses(422, &["headers"]);
    ringback.post(&path, json!({})).await.refuses(422, &["pasted"]);
    ringback.post(&path, json!({"pasted": "x", "url": "/"})).await.refuses(422, &["pasted"]);
    ringback.post(&path, json!({"pastd": "x"})).await.refuses(422, &["pastd"]);
    let apart = ringback.post(&path, json!({"method": "GET", "url": "/pb.php?user_id=u1", "headers": {}})).await.ok();
    has(&apart, json!({"verifies": false, "code": "no_signature"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_diagnosis_is_its_owners_and_may_be_of_any_endpoint() {
    let acme = Acme::start().await;
    let app = acme.app(json!({})).await.id();
    let mirror = json!({"dialect": "affonso", "callbackUrl": "https://mirror.example/"});
    let mirror = acme.publisher.post(&format!("/v1/apps/{app}/endpoints"), mirror).await.id();
    let below = format!("/v1/apps/{app}/endpoints/{mirror}/diagnose");
    let answer = acme.publisher.post(&below, json!({"pasted": "https://mirror.example/"})).await;
    answer.refuses(422, &["pasted"]);
    assert!(answer.body.to_string().contains("X-Affonso-Signature"), "{}", answer.body);
    let pasted = json!({"pasted": "/pb?a=1&verifier=00"});
    acme.publisher.post(&format!("/v1/apps/{app}/diagnose"), &pasted).await.is(200, json!({"code": "no_secret"}));
    let other = acme.operator.post("/v1/publishers", json!({"name": "Other"})).await.id();
    let other = acme.operator.publisher(&other).await;
    for path in [below, format!("/v1/apps/{app}/diagnose")] {
        assert_eq!(other.post(&path, &pasted).await.status, 404);
    }
    assert_eq!(acme.publisher.post(&format!("/v1/apps/{app}/endpoints/end_x/diagnose"), &pasted).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_instant_of_pasting_is_not_taken_for_that_of_receiving() {
    let (ringback, wall) = calling("offermaru", json!({})).await;
    let hour_ago = wall.source.api.now().as_millis() - 3_600_000;
    let preview = ringback.post(&wall.path("/preview"), json!({"completion": {"occurredAt": hour_ago}})).await.ok();
    let headers = preview["headers"].as_object().unwrap();
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {}\n", value.as_str().unwrap())).collect();
    let found = wall.pasted(&format!("GET {} HTTP/1.1\n{headers}", text(&preview, "url"))).await.ok();
    has(&found, json!({"verifies": true, "code": "verifies"}));
    assert_eq!(found.get("deliveryId").filter(|id| !id.is_null()), None, "{found:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_callbacks_in_one_paste_the_one_that_does_not_verify_is_told_and_noted() {
    let (_ringback, wall, received, _) = told("besitos", json!({})).await;
    let good = received.target();
    let verifier = verifier(&received);
    let bad = good.replace(&verifier, &verifier.chars().rev().collect::<String>());
    let found = wall.pasted(&format!("GET {good} HTTP/1.1\nGET {bad} HTTP/1.1\n")).await.ok();
    has(&found, json!({"verifies": false}));
    assert!(text(&found, "note").contains("2 callbacks were read in this; this is number 2"), "{found:#}");
}
