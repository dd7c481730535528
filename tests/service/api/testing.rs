//! Test callbacks, rightly and wrongly signed, and what they show of a receiver.

use serde_json::json;

use crate::support::{Reply, calling, has};

/// The signatures of the callbacks that came.
fn verifiers(wall: &crate::support::Wall) -> Vec<String> {
    wall.receiver.so_far().iter().map(|received| received.parameter("verifier").unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_and_a_wrong_signature_together_show_that_a_receiver_checks() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let test = wall.path("/test");
    assert_eq!(ringback.get(&wall.path("")).await["setup"], json!({}));
    let completion = json!({"transactionId": "same", "userId": "u"});
    let right = ringback.post(&test, json!({"completion": completion})).await.ok();
    has(&right, json!({"verdict": "answered", "kind": "test", "status": "delivered"}));
    let setup = ringback.get(&wall.path("")).await["setup"].clone();
    assert!(setup["testedAt"].is_string() && setup["verifiedAt"].is_null(), "{setup}");

    wall.receiver.then([Reply::status(401)]);
    let wrong = ringback.post(&test, json!({"completion": completion, "tamper": "signature"})).await.ok();
    has(&wrong, json!({"verdict": "verified", "status": "dead", "attempts": [{"statusCode": 401}]}));
    let came = wall.receiver.so_far();
    assert!(came.iter().all(|received| received.header("X-Ringback-Test") == Some("1")));
    assert!(came.iter().all(|received| received.parameter("transaction_id").as_deref() == Some("test-same")));
    let signatures: Vec<String> = came.iter().map(|received| received.parameter("verifier").unwrap()).collect();
    let [right, wrong] = signatures.as_slice() else { panic!("{signatures:?}") };
    let differing = right.chars().zip(wrong.chars()).filter(|(one, other)| one != other).count();
    assert_eq!((right.len(), differing), (wrong.len(), 1), "{right} {wrong}");
    let setup = ringback.get(&wall.path("")).await["setup"].clone();
    assert!(setup["verifiedAt"].is_string(), "{setup}");
    has(&ringback.post(&test, json!({})).await.ok(), json!({"verdict": "verified"}));

    // Another secret has to be tried anew.
    let next = ringback.post(&wall.path("/secrets"), json!({"activate": true})).await;
    assert_eq!(next.status, 201, "{}", next.body);
    assert_eq!(ringback.get(&wall.path("")).await["setup"], json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_takes_a_wrong_signature_checks_nothing() {
    for dialect in ["besitos", "offermaru", "affonso", "standard-webhooks", "kiwiwall"] {
        let settings = if dialect == "kiwiwall" {
            json!({
                "callbackUrl": "/pb?trans_id={trans_id}&sub_id={sub_id}&amount={amount}&status={status}&signature={signature}",
                "success": {"statuses": ["200"]},
            })
        } else {
            json!({})
        };
        let (ringback, wall) = calling(dialect, settings).await;
        let test = wall.path("/test");
        ringback.post(&test, json!({})).await.is(200, json!({"verdict": "answered"}));
        let wrong = ringback.post(&test, json!({"tamper": "signature"})).await;
        wrong.is(200, json!({"verdict": "not_checked"}));
        let setup = ringback.get(&wall.path("")).await["setup"].clone();
        assert!(setup["testedAt"].is_string() && setup["verifiedAt"].is_null(), "{dialect}: {setup}");
        // Nor does it verify here.
        wall.receiver.next().await;
        let received = wall.receiver.next().await;
        let pasted = format!("{}\r\n\r\n{}", received.head.trim_end(), received.body);
        let found = ringback.post(&wall.path("/diagnose"), json!({"pasted": pasted})).await.ok();
        has(&found, json!({"verifies": false, "code": "wrong_test"}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_everything_verifies_nothing_and_a_wrong_signature_is_never_tried_again() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let next = ringback.post(&wall.path("/secrets"), json!({})).await.id();
    ringback.post(&wall.path(&format!("/secrets/{next}/activate")), json!({"overlapMinutes": 60})).await.ok();
    wall.receiver.always(Reply::status(401));
    let test = wall.path("/test");
    let wrong = ringback.post(&test, json!({"tamper": "signature"})).await.ok();
    has(&wrong, json!({"verdict": "refused", "status": "dead", "attempts": [{"number": 1}]}));
    assert_eq!(verifiers(&wall).len(), 1, "a wrong signature is tried once, overlap or not");
    assert_eq!(ringback.get(&wall.path("")).await["setup"], json!({}));
    // A right one is tried under both keys.
    has(&ringback.post(&test, json!({})).await.ok(), json!({"verdict": "refused"}));
    assert_eq!(verifiers(&wall).len(), 2);
    wall.receiver.always(Reply::Close);
    has(&ringback.post(&test, json!({})).await.ok(), json!({"verdict": "no_answer"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_goes_to_the_endpoint_that_it_names() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let mirror = json!({"dialect": "affonso", "callbackUrl": wall.receiver.url("/mirror")});
    let mirror = ringback.post(&wall.path("/endpoints"), mirror).await.id();
    ringback.post(&wall.path(&format!("/endpoints/{mirror}/secrets")), json!({})).await.ok();
    let sent = ringback.post(&wall.path("/test"), json!({"endpointId": mirror})).await.ok();
    has(&sent, json!({"endpointId": mirror, "verdict": "answered"}));
    assert_eq!(wall.receiver.next().await.target(), "/mirror");
    let endpoints = ringback.get(&wall.path("/endpoints")).await["items"].clone();
    assert!(endpoints[0]["setup"]["testedAt"].is_null() && endpoints[1]["setup"]["testedAt"].is_string());
    ringback.post(&wall.path("/test"), json!({"endpointId": "end_x"})).await.refuses(422, &["endpointId"]);
    ringback.post(&wall.path("/test"), json!({"tamper": "body"})).await.refuses(422, &["tamper"]);
    let no_word = ringback.post(&wall.path("/test"), json!({"tamper": true})).await;
    no_word.refuses(422, &["tamper"]);
    assert_eq!(no_word.body["errors"][0]["message"], "must be \"signature\", or left out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_no_key_of_the_dialect_is_named() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let secrets = ringback.get(&wall.path("/secrets")).await;
    let first = secrets["items"][0]["id"].clone();
    let decodes = json!({"secret": crate::support::DECODED_SECRET, "activate": true});
    ringback.post(&wall.path("/secrets"), decodes).await.ok();
    ringback.patch(&wall.path(""), json!({"dialect": "standard-webhooks"})).await.ok();
    let answer = ringback.post(&wall.path("/test"), json!({"secretId": first})).await;
    answer.refuses(422, &["secretId"]);
    let message = answer.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("no key of") && !message.contains("create one first"), "{message}");
    let unsigned = json!({"callbackUrl": wall.receiver.url(crate::support::OFFERMARU_PATH)});
    let app = ringback.app("offermaru", unsigned).await;
    ringback.post(&app.path("/test"), json!({"tamper": "signature"})).await.refuses(422, &["tamper"]);
}
