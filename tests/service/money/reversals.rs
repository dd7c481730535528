//! Completions taken back: what is recorded, what each dialect is told, and that nothing overtakes.

use std::time::Duration;

use serde_json::json;

use crate::support::{Reply, Wall, calling, has, shown, text};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The completion is told of first and its reversal after it.
async fn told_in_order(wall: &Wall) {
    for reverse in [None, Some("1")] {
        assert_eq!(wall.receiver.next().await.parameter("reverse").as_deref(), reverse);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivered_completion_is_taken_back_in_the_dialects_way_and_only_once() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let completed = text(&wall.report_until("tx-1", "delivered").await, "id");
    wall.receiver.next().await;

    let reversal = json!({"externalId": "tx-1", "reason": "chargeback"});
    let answer = wall.source.reverse(reversal.clone()).await;
    answer.is(200, json!({"status": "accepted"}));
    let told = wall.receiver.next().await;
    assert_eq!(told.parameter("reverse").as_deref(), Some("1"), "{}", told.target());
    assert_eq!(told.parameter("transaction_id").as_deref(), Some("tx-1"));
    ringback.delivery_once(&answer.delivery(), "delivered").await;

    wall.source.reverse(reversal).await.is(200, json!({"status": "duplicate", "id": answer.id()}));
    insta::assert_snapshot!(shown(&wall.source.look_up("tx-1").await.ok()), @r#"
    {
      id: "cmp_1", sourceId: "src_1", externalId: "tx-1", transactionId: "tx-1", eventType: "sale", appId: "app_1",
      userId: "user_42", offerId: "abc123", offerName: "An offer", userReward: "100", rewardMinor: 60,
      payoutMinor: 250, currency: "USD", occurredAt: "2024-07-01T18:40:00.000Z",
      recordedAt: "2024-07-01T18:40:00.000Z",
      reversed: {count: 1, payoutMinor: 250, rewardMinor: 60, userReward: "100"},
      deliveries: [
        {
          id: "dlv_1", appId: "app_1", endpointId: "end_1", kind: "completion", transactionId: "tx-1",
          completionId: "cmp_1", status: "delivered", told: "yes", attemptsMade: 1, recipe: "besitos@1",
          createdAt: "2024-07-01T18:40:00.000Z", endedAt: "2024-07-01T18:40:00.000Z",
        },
        {
          id: "dlv_2", appId: "app_1", endpointId: "end_1", kind: "reversal", transactionId: "tx-1",
          completionId: "cmp_1", reversalId: "rev_1", status: "delivered", told: "yes", attemptsMade: 1,
          recipe: "besitos@1", createdAt: "2024-07-01T18:40:00.000Z", endedAt: "2024-07-01T18:40:00.000Z",
        },
      ],
      reversals: [
        {
          id: "rev_1", whole: true, userReward: "100", rewardMinor: 60, payoutMinor: 250, reason: "chargeback",
          occurredAt: "2024-07-01T18:40:00.000Z", recordedAt: "2024-07-01T18:40:00.000Z",
        },
      ],
    }
    "#);
    // It would credit anew what was taken back.
    assert_eq!(ringback.replay(&completed).await.status, 409);
    assert!(wall.receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_bear_ids_of_their_own_and_never_add_up_to_more_than_the_completion() {
    let (_ringback, wall) = calling("offermaru", json!({})).await;
    wall.report("tx-1").await;
    wall.receiver.next().await;
    let part = |id: &str, payout: i64, reward: &str| {
        json!({
            "externalId": "tx-1", "reversalId": id, "payoutMinor": payout, "userReward": reward,
        })
    };
    wall.source.reverse(json!({"externalId": "tx-0"})).await.refuses(404, &["externalId"]);
    let unnamed = json!({"externalId": "tx-1", "payoutMinor": 100});
    wall.source.reverse(unnamed).await.refuses(422, &["reversalId"]);

    wall.source.reverse(part("r1", 100, "40")).await.ok();
    let told = wall.receiver.next().await;
    let of = |name: &str| told.parameter(name).unwrap();
    assert_eq!([of("transaction_id"), of("of")], ["r-tx-1", "tx-1"]);
    assert_eq!([of("publisher_payout"), of("user_reward")], ["-100", "-40"]);

    wall.source.reverse(part("r1", 101, "40")).await.refuses(409, &["payoutMinor"]);
    wall.source.reverse(part("r2", 151, "60.1")).await.refuses(422, &["payoutMinor", "userReward"]);

    wall.source.reverse(json!({"externalId": "tx-1"})).await.ok();
    let told = wall.receiver.next().await;
    let of = |name: &str| told.parameter(name).unwrap();
    assert_eq!([of("transaction_id"), of("publisher_payout"), of("user_reward")], ["r2-tx-1", "-150", "-60"]);
    wall.source.reverse(json!({"externalId": "tx-1", "reversalId": "r3"})).await.refuses(422, &["externalId"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_receiver_knows_of_is_taken_back_without_a_word_to_anybody() {
    let (ringback, wall) = calling("besitos", json!({"paused": true})).await;
    let completed = wall.report("tx-1").await.delivery();
    let answer = wall.source.reverse(json!({"externalId": "tx-1"})).await;
    answer.is(200, json!({"deliveries": [{"status": "canceled"}]}));
    for id in [&completed, &answer.delivery()] {
        let expected = json!({"status": "canceled", "endedReason": "reversed_before_send", "told": "never"});
        has(&ringback.delivery(id).await, expected);
        assert_eq!(ringback.replay(id).await.status, 409);
    }
    ringback.change(&wall, json!({"paused": false})).await;
    // What is reported now is sent; by then what was held would have been, too.
    wall.report("tx-2").await;
    assert_eq!(wall.receiver.next().await.parameter("transaction_id").as_deref(), Some("tx-2"));
    assert!(wall.receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_waits_until_a_receiver_that_may_know_has_acknowledged_the_completion() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [60]})).await;
    wall.receiver.then([Reply::status(500)]);
    wall.report_until("tx-1", "retrying").await;
    let answer = wall.source.reverse(json!({"externalId": "tx-1"})).await;
    answer.is(200, json!({"deliveries": [{"status": "held", "waitingFor": "completion"}]}));

    wall.receiver.next().await;
    ringback.clock.advance(Duration::from_secs(70));
    told_in_order(&wall).await;
    ringback.delivery_once(&answer.delivery(), "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_completion_is_dead_its_reversal_goes_on_waiting_and_a_replay_sends_both_in_order() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": []})).await;
    wall.receiver.then([Reply::status(500)]);
    let completed = text(&wall.report_until("tx-1", "dead").await, "id");
    let reversed = wall.source.reverse(json!({"externalId": "tx-1"})).await.delivery();
    // Longer than anything may be held.
    ringback.clock.advance(DAY * 40);
    wall.report("tx-2").await;
    wall.receiver.next().await;
    assert_eq!(wall.receiver.next().await.parameter("transaction_id").as_deref(), Some("tx-2"));
    ringback.held_for(&reversed, "completion").await;

    ringback.replay(&completed).await.ok();
    told_in_order(&wall).await;
    ringback.delivery_once(&reversed, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_that_meets_its_completion_in_mid_send_sends_nothing_if_nothing_left() {
    // Nobody listens there: the connection is refused, and so the receiver knows of nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = json!({"callbackUrl": format!("http://{silent}/pb.php"), "retrySchedule": [60, 60]});
    let (ringback, wall) = calling("besitos", settings).await;
    let completed = wall.report("tx-1").await.delivery();
    let answer = wall.source.reverse(json!({"externalId": "tx-1"})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    for id in [completed, answer.delivery()] {
        has(&ringback.delivery_once(&id, "canceled").await, json!({"endedReason": "reversed_before_send"}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversion_of_a_reversals_event_type_takes_the_whole_back_whatever_else_it_says() {
    let (_ringback, wall) = calling("affonso", json!({})).await;
    let refund = json!({"externalId": "tx-1", "eventType": "refund", "grossMinor": 1, "currency": "EUR"});
    assert_eq!(wall.source.report(&refund).await.status, 404, "there is nothing to be taken back yet");
    // In a batch the completions come first.
    let results = wall.source.report_batch(&[refund.clone(), wall.completion("tx-1")]).await;
    has(&results[0], json!({"status": "accepted", "transactionId": "tx-1"}));
    wall.source.report(&refund).await.is(200, json!({"status": "duplicate", "id": results[0]["id"]}));
    let reversal = json!({"reason": "refund", "payoutMinor": 250});
    wall.source.look_up("tx-1").await.is(200, json!({"reversals": [reversal]}));
    for status in ["completed", "refunded"] {
        assert_eq!(wall.receiver.next().await.json()["data"]["status"], status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_refund_window_ends_reversals_but_not_the_memory_of_one() {
    let (ringback, wall) = calling("affonso", json!({})).await;
    for id in ["tx-1", "tx-2"] {
        wall.report(id).await;
    }
    ringback.clock.advance(DAY * 59);
    wall.source.reverse(json!({"externalId": "tx-1"})).await.ok();
    ringback.clock.advance(DAY * 2);
    wall.source.reverse(json!({"externalId": "tx-1"})).await.is(200, json!({"status": "duplicate"}));
    wall.source.reverse(json!({"externalId": "tx-2"})).await.refuses(422, &["externalId"]);
    ringback.change(&wall, json!({"refundWindowDays": 62})).await;
    assert_eq!(wall.source.reverse(json!({"externalId": "tx-2"})).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_told_is_named() {
    let (ringback, wall) = calling("offermaru", json!({"reversalUrl": null})).await;
    wall.report("tx-1").await;
    wall.receiver.next().await;
    let answer = wall.source.reverse(json!({"externalId": "tx-1"})).await;
    answer.is(200, json!({"deliveries": [], "notTold": [{"reason": "it has no reversalUrl"}]}));

    let besitos = ringback.wall("besitos", json!({})).await;
    besitos.report("tx-2").await;
    let part = json!({"externalId": "tx-2", "reversalId": "a", "payoutMinor": 1});
    let answer = besitos.source.reverse(part).await;
    answer.refuses(422, &["payoutMinor"]);
    assert!(answer.body["detail"].as_str().unwrap().contains("besitos"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_source_that_reported_may_take_back_and_a_dry_run_takes_nothing_back() {
    let (ringback, wall) = calling("affonso", json!({})).await;
    wall.report("tx-1").await;
    let other = ringback.source().await;
    assert_eq!(other.reverse(json!({"externalId": "tx-1"})).await.status, 404);
    let whole = json!({"externalId": "tx-1"});
    wall.source.post("/v1/reversals?dryRun=1", whole).await.is(200, json!({"status": "accepted"}));
    wall.source.look_up("tx-1").await.is(200, json!({"reversals": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_add_up_to_everything_are_the_whole_to_whoever_knows_of_nothing() {
    let (ringback, wall) = calling("offermaru", json!({"paused": true})).await;
    let completed = wall.report("tx-1").await.delivery();
    let part = json!({"externalId": "tx-1", "reversalId": "a", "payoutMinor": 40});
    let first = wall.source.reverse(part).await.delivery();
    ringback.held_for(&first, "completion").await;
    let rest = wall.source.reverse(json!({"externalId": "tx-1"})).await.delivery();
    for id in [&completed, &first, &rest] {
        let expected = json!({"status": "canceled", "endedReason": "reversed_before_send", "told": "never"});
        has(&ringback.delivery(id).await, expected);
    }
    ringback.change(&wall, json!({"paused": false})).await;
    wall.report("tx-2").await;
    assert_eq!(wall.receiver.next().await.parameter("transaction_id").as_deref(), Some("tx-2"));
    assert!(wall.receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_told_although_it_could_be_is_named_as_well() {
    let (ringback, wall) = calling("affonso", json!({"callbacks": "off"})).await;
    wall.report("tx-1").await;
    let at = "2024-07-01T18:40:00.000Z";
    let refund = json!({"externalId": "tx-1", "eventType": "refund", "occurredAt": at});
    let answer = wall.source.report(&refund).await;
    answer.is(200, json!({"deliveries": []}));
    assert!(text(&answer.body["notTold"][0], "reason").starts_with("it was not called back"), "{}", answer.body);
    assert!(wall.receiver.so_far().is_empty());
    // Told again it is answered so too, also with an instant that is taken no more.
    ringback.clock.jump_back(DAY);
    wall.source.report(&refund).await.is(200, json!({"status": "duplicate", "notTold": answer.body["notTold"]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_replayed_to_an_app_that_is_archived() {
    let (ringback, wall) = calling("affonso", json!({})).await;
    let completed = text(&wall.report_until("tx-1", "delivered").await, "id");
    wall.receiver.next().await;
    assert_eq!(ringback.delete(&wall.path("")).await.status, 204);
    assert_eq!(ringback.replay(&completed).await.status, 409, "it would wait for ever");
    wall.source.reverse(json!({"externalId": "tx-1"})).await.is(200, json!({"deliveries": []}));
}
