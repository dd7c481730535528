//! What support does every day: crediting and taking back by hand.

use reqwest::Method;
use serde_json::json;

use crate::receiver::Receiver;
use crate::ringback::{Ringback, conversion, faults, only_delivery, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_by_hand_is_called_back_like_the_rest_and_marked_with_who_did_it_and_why() {
    let ringback = Ringback::start().await;
    let mut receiver = Receiver::start().await;
    let settings = json!({"callbackUrl": receiver.url("/cb"), "rewardRate": "7"});
    let app = ringback.app("affonso", settings).await;
    ringback.secret(&app, "sekret").await;
    let path = format!("/v1/apps/{}/credits", app.id);
    let credit = json!({
        "userId": "u1", "userReward": "50.0", "payoutMinor": 125, "externalId": "ticket-7", "reason": "survey crashed",
    });
    let made = ringback.post(&path, credit.clone()).await;
    let id = only_delivery(&made);
    let told: serde_json::Value = serde_json::from_str(&receiver.next().await.body).unwrap();
    assert_eq!((&told["data"]["userReward"], &told["data"]["payoutMinor"]), (&json!("50.0"), &json!(125)), "{told:#}");
    ringback.delivery_once(&id, "delivered").await;

    let shown = ringback.get(&format!("/v1/completions/{}", text(&made.body, "id"))).await;
    assert_eq!((&shown["sourceId"], &shown["manual"]["reason"]), (&json!(null), &json!("survey crashed")), "{shown:#}");
    assert!(text(&shown["manual"], "tokenId").starts_with("tok_"), "{shown:#}");
    let again = ringback.post(&path, credit).await;
    assert_eq!((&again.body["status"], &again.body["id"]), (&json!("duplicate"), &made.body["id"]));

    for (field, value) in [
        ("reason", json!("")),
        ("appId", json!(app.id)),
        ("clickId", json!("clk_1")),
        ("reward", json!(1)),
        ("eventType", json!("refund")),
    ] {
        let mut bad = json!({"userId": "u1", "userReward": "1", "reason": "because"});
        bad[field] = value;
        let answer = ringback.post(&path, bad).await;
        assert_eq!((answer.status, faults(&answer)), (422, vec![field.to_owned()]), "{}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_source_reported_can_be_taken_back_by_hand_long_after_its_refund_window() {
    let ringback = Ringback::start().await;
    let mut receiver = Receiver::start().await;
    let app = ringback.app("affonso", json!({"callbackUrl": receiver.url("/cb"), "refundWindowDays": 0})).await;
    ringback.secret(&app, "sekret").await;
    let source = ringback.source().await;
    let reported = ringback.report(&source, &conversion(&app, "tx-1")).await;
    receiver.next().await;
    ringback.delivery_once(&only_delivery(&reported), "delivered").await;
    let path = format!("/v1/completions/{}/reversals", text(&reported.body, "id"));
    let unexplained = ringback.post(&path, json!({"reason": "fraud"})).await;
    assert_eq!((unexplained.status, faults(&unexplained)), (422, vec!["note".to_owned()]));

    let made = ringback.post(&path, json!({"reason": "fraud", "note": "emulator farm"})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert!(receiver.next().await.body.contains("refunded"));
    let shown = ringback.get(&format!("/v1/completions/{}", text(&reported.body, "id"))).await;
    let reversal = &shown["reversals"][0];
    assert_eq!((&reversal["reason"], &reversal["manual"]["reason"]), (&json!("fraud"), &json!("emulator farm")));
    // What the source says afterwards finds it taken back.
    let refund = json!({"externalId": "tx-1"}).to_string();
    let late = ringback.signed_post(&source, "/v1/reversals", &refund).await;
    assert_eq!((late.status, &late.body["status"]), (200, &json!("duplicate")), "{}", late.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_account_managers_and_operators_credit_and_take_back() {
    let ringback = Ringback::start().await;
    let app = ringback.app("affonso", json!({})).await;
    let token = json!({"name": "P", "role": "publisher", "publisherId": app.publisher});
    let token = text(&ringback.made(Method::POST, "/v1/tokens", token).await, "token");
    let credit = json!({"userId": "u1", "userReward": "1", "reason": "because"});
    for path in [format!("/v1/apps/{}/credits", app.id), "/v1/completions/cmp_1/reversals".to_owned()] {
        let answer = ringback.call_as(&token, Method::POST, &path, Some(credit.clone())).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.body);
    }
}
