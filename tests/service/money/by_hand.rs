//! What support does every day: crediting and taking back by hand.

use serde_json::json;

use crate::support::{Ringback, calling, has, shown};

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_by_hand_is_called_back_like_the_rest_and_marked_with_who_did_it_and_why() {
    let (ringback, wall) = calling("affonso", json!({"rewardRate": "7"})).await;
    let path = wall.path("/credits");
    let credit = json!({
        "userId": "u1", "userReward": "50.0", "payoutMinor": 125, "externalId": "ticket-7", "reason": "survey crashed",
    });
    let made = ringback.post(&path, credit.clone()).await;
    let id = made.delivery();
    has(&wall.receiver.next().await.json()["data"], json!({"userReward": "50.0", "payoutMinor": 125}));
    ringback.delivery_once(&id, "delivered").await;

    insta::assert_snapshot!(shown(&ringback.recorded(&made.id()).await), @r#"
    {
      id: "cmp_1", sourceId: null, externalId: "ticket-7", transactionId: "ticket-7", eventType: "credit",
      appId: "app_1", userId: "u1", userReward: "50.0", payoutMinor: 125, currency: "USD",
      occurredAt: "2024-07-01T18:40:00.000Z", manual: {tokenId: "tok_1", reason: "survey crashed"},
      recordedAt: "2024-07-01T18:40:00.000Z",
      deliveries: [
        {
          id: "dlv_1", appId: "app_1", endpointId: "end_1", kind: "completion", transactionId: "ticket-7",
          completionId: "cmp_1", status: "delivered", told: "yes", attemptsMade: 1, recipe: "affonso@1",
          createdAt: "2024-07-01T18:40:00.000Z", endedAt: "2024-07-01T18:40:00.000Z",
        },
      ],
      reversals: [],
    }
    "#);
    ringback.post(&path, credit).await.is(200, json!({"status": "duplicate", "id": made.body["id"]}));
    for nothing in [json!(""), json!(null)] {
        let unnamed =
            json!({"userId": "u1", "payoutMinor": 1, "reason": "because", "eventType": nothing, "externalId": nothing});
        let made = ringback.post(&path, unnamed).await.id();
        has(&ringback.recorded(&made).await, json!({"eventType": "credit"}));
    }

    for (field, value) in [
        ("reason", json!("")),
        ("appId", json!(wall.id)),
        ("clickId", json!("clk_1")),
        ("reward", json!(1)),
        ("eventType", json!("refund")),
    ] {
        let bad = json!({"userId": "u1", "userReward": "1", "reason": "because", field: value});
        ringback.post(&path, bad).await.refuses(422, &[field]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_source_reported_can_be_taken_back_by_hand_long_after_its_refund_window() {
    let (ringback, wall) = calling("affonso", json!({"refundWindowDays": 0})).await;
    let reported = wall.report("tx-1").await;
    ringback.delivery_once(&reported.delivery(), "delivered").await;
    wall.receiver.next().await;
    let path = format!("/v1/completions/{}/reversals", reported.id());
    ringback.post(&path, json!({"reason": "fraud"})).await.refuses(422, &["note"]);

    ringback.post(&path, json!({"reason": "fraud", "note": "emulator farm"})).await.ok();
    assert!(wall.receiver.next().await.body.contains("refunded"));
    let reversal = json!({"reason": "fraud", "manual": {"reason": "emulator farm"}});
    has(&ringback.recorded(&reported.id()).await, json!({"reversals": [reversal]}));
    // What the source says afterwards finds it taken back.
    wall.source.reverse(json!({"externalId": "tx-1"})).await.is(200, json!({"status": "duplicate"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_account_managers_and_operators_credit_and_take_back() {
    let ringback = Ringback::start().await;
    let app = ringback.app("affonso", json!({})).await;
    let publisher = ringback.publisher(&app.publisher).await;
    let credit = json!({"userId": "u1", "userReward": "1", "reason": "because"});
    for path in [app.path("/credits"), "/v1/completions/cmp_1/reversals".to_owned()] {
        let answer = publisher.post(&path, credit.clone()).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.body);
    }
}
