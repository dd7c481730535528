//! Reviews: what an app's terms hold back, until somebody decides or the time is over.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, Ringback, Wall, calling, has, with};

const HOUR: Duration = Duration::from_secs(3600);

/// An app that holds payouts of more than 2 dollars for two hours; an ordinary completion pays 2.50.
async fn reviewing() -> (Ringback, Wall) {
    calling("offermaru", json!({"review": {"hours": 2, "payoutAboveMinor": 200}})).await
}

/// The ids of a completion that was reported, and of its delivery, which is held.
async fn held(wall: &Wall, external_id: &str) -> (String, String) {
    let reported = wall.report(external_id).await;
    reported.is(200, json!({"deliveries": [{"status": "held", "waitingFor": "review"}]}));
    (reported.id(), reported.delivery())
}

async fn decide(ringback: &Ringback, completion: &str, decision: &str, body: Value) -> Answer {
    ringback.post(&format!("/v1/completions/{completion}/{decision}"), body).await
}

/// Whatever is due or could be released has been looked at once this returns.
async fn step(ringback: &Ringback) {
    ringback.tidy().await;
    ringback.step().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_meets_the_rule_is_held_and_leaves_by_itself_once_the_hours_are_over_and_no_earlier() {
    let (ringback, wall) = reviewing().await;
    let (completion, delivery) = held(&wall, "tx-1").await;
    let waiting = ringback.recorded(&completion).await;
    has(&waiting, json!({"review": "waiting", "reviewUntil": "2024-07-01T20:40:00.000Z"}));
    assert_eq!(waiting["deliveries"][0]["nextAttemptAt"], waiting["reviewUntil"]);

    // What does not meet it is not held up.
    let small = with(wall.completion("tx-2"), json!({"payoutMinor": 200}));
    let reported = wall.source.report(&small).await;
    assert!(wall.receiver.next().await.target().contains("tx-2"));
    ringback.delivery_once(&reported.delivery(), "delivered").await;
    assert_eq!(ringback.recorded(&reported.id()).await.get("review"), None);

    ringback.clock.advance(2 * HOUR - Duration::from_millis(1));
    step(&ringback).await;
    assert_eq!(ringback.held_for(&delivery, "review").await["told"], "never");
    ringback.clock.advance(Duration::from_millis(1));
    assert!(wall.receiver.next().await.target().contains("tx-1"));
    ringback.delivery_once(&delivery, "delivered").await;
    let released = ringback.recorded(&completion).await;
    assert_eq!((&released["review"], released.get("reviewUntil")), (&json!("released"), None));
    assert_eq!(decide(&ringback, &completion, "reject", json!({})).await.status, 409);
    assert_eq!(decide(&ringback, &completion, "release", json!({})).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn released_by_hand_it_is_called_back_at_once_and_a_duplicate_stays_one() {
    let (ringback, wall) = reviewing().await;
    let (completion, delivery) = held(&wall, "tx-1").await;
    wall.report("tx-1").await.is(200, json!({"status": "duplicate", "deliveries": [{"waitingFor": "review"}]}));
    decide(&ringback, &completion, "release", json!({})).await.is(200, json!({"review": "released"}));
    wall.receiver.next().await;
    ringback.delivery_once(&delivery, "delivered").await;
    assert_eq!(decide(&ringback, "cmp_unknown", "release", json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_it_is_never_called_back_and_the_ledger_shows_it_taken_back() {
    let (ringback, wall) = reviewing().await;
    let (completion, delivery) = held(&wall, "tx-1").await;
    decide(&ringback, &completion, "reject", json!({"reason": "mood"})).await.refuses(422, &["reason"]);
    let rejected = decide(&ringback, &completion, "reject", json!({})).await.ok();
    // Nobody is told of a reversal of what nobody was told of.
    let deliveries = json!([{"status": "canceled", "told": "never", "endedReason": "rejected"}]);
    let reversals = json!([{"reason": "fraud", "whole": true, "payoutMinor": 250, "userReward": "100"}]);
    has(&rejected, json!({"review": "rejected", "deliveries": deliveries, "reversals": reversals}));

    ringback.clock.advance(3 * HOUR);
    step(&ringback).await;
    assert_eq!(ringback.delivery(&delivery).await["status"], "canceled");
    assert_eq!(ringback.replay(&delivery).await.status, 409);
    let refund = json!({"externalId": "tx-1", "eventType": "refund"});
    assert_eq!(wall.source.report(&refund).await.body["status"], "duplicate");
    assert_eq!(decide(&ringback, &completion, "release", json!({})).await.status, 409);
    assert!(wall.receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_in_the_review_cancels_both_and_leaves_nothing_to_decide() {
    let (ringback, wall) = reviewing().await;
    let (completion, delivery) = held(&wall, "tx-1").await;
    let refund = wall.source.reverse(json!({"externalId": "tx-1"})).await;
    refund.is(200, json!({"deliveries": [{"status": "canceled"}]}));
    has(&ringback.delivery(&delivery).await, json!({"status": "canceled", "endedReason": "reversed_before_send"}));
    assert_eq!(ringback.recorded(&completion).await.get("review"), None);
    for decision in ["release", "reject"] {
        assert_eq!(decide(&ringback, &completion, decision, json!({})).await.status, 409, "{decision}");
    }
    ringback.clock.advance(3 * HOUR);
    step(&ringback).await;
    assert!(wall.receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_was_taken_back_in_the_review_follows_a_release_and_ends_with_a_rejection() {
    let (ringback, wall) = reviewing().await;
    let mut completions = Vec::new();
    for name in ["tx-1", "tx-2"] {
        completions.push(held(&wall, name).await.0);
        let part = wall.source.reverse(json!({"externalId": name, "reversalId": "r1", "payoutMinor": 50})).await;
        part.is(200, json!({"deliveries": [{"waitingFor": "completion"}]}));
    }
    let rejected = decide(&ringback, &completions[1], "reject", json!({"reason": "other"})).await.ok();
    let ends = json!([{"endedReason": "rejected"}, {"endedReason": "rejected"}]);
    has(&rejected, json!({"deliveries": ends, "reversals": [{"payoutMinor": 50}, {"payoutMinor": 200}]}));

    assert_eq!(decide(&ringback, &completions[0], "release", json!({})).await.status, 200);
    for transaction_id in ["tx-1", "r-tx-1"] {
        assert_eq!(wall.receiver.next().await.parameter("transaction_id").as_deref(), Some(transaction_id));
    }
    step(&ringback).await;
    assert!(wall.receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn canceling_and_replaying_is_no_way_around_a_review() {
    let (ringback, wall) = reviewing().await;
    let (completion, delivery) = held(&wall, "tx-1").await;
    assert_eq!(ringback.cancel(&delivery).await.status, 200);
    assert_eq!(ringback.replay(&delivery).await.status, 409);
    assert!(wall.receiver.so_far().is_empty());
    assert_eq!(decide(&ringback, &completion, "release", json!({})).await.status, 200);
    assert_eq!(ringback.replay(&delivery).await.status, 200);
    wall.receiver.next().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pausing_and_resuming_an_app_releases_nothing_from_review() {
    let (ringback, wall) = reviewing().await;
    let (completion, delivery) = held(&wall, "tx-1").await;
    for paused in [true, false] {
        ringback.change(&wall, json!({"paused": paused})).await;
        step(&ringback).await;
        ringback.held_for(&delivery, "review").await;
    }
    ringback.change(&wall, json!({"paused": true})).await;
    assert_eq!(decide(&ringback, &completion, "release", json!({})).await.status, 200);
    ringback.held_for(&delivery, "app_paused").await;
    assert!(wall.receiver.so_far().is_empty());
    ringback.change(&wall, json!({"paused": false})).await;
    wall.receiver.next().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_account_manager_or_operator_sets_the_rule_and_decides() {
    let (ringback, wall) = reviewing().await;
    let (completion, _) = held(&wall, "tx-1").await;
    let publisher = ringback.publisher(&wall.publisher).await;
    let path = wall.path("");
    assert_eq!(publisher.patch(&path, json!({"review": null})).await.status, 403);
    for decision in ["release", "reject"] {
        let path = format!("/v1/completions/{completion}/{decision}");
        assert_eq!(publisher.post(&path, json!({})).await.status, 403, "{decision}");
    }
    for (review, field) in [
        (json!({"hours": 2}), "review"),
        (json!({"hours": 721, "offerIds": ["o"]}), "review.hours"),
        (json!({"offerIds": ["o"]}), "review.hours"),
        (json!({"hours": 2, "userRewardAbove": "much"}), "review.userRewardAbove"),
        (json!({"hours": 2, "offers": ["o"]}), "review.offers"),
    ] {
        ringback.patch(&path, json!({"review": review})).await.refuses(422, &[field]);
    }
    let review = json!({"hours": 24, "userRewardAbove": 99.5, "eventTypes": ["sale"], "offerIds": ["o1"]});
    let set = ringback.change(&wall, json!({"review": review})).await;
    assert_eq!(set["review"], with(review, json!({"userRewardAbove": "99.5"})));
    assert_eq!(ringback.change(&wall, json!({"review": null})).await["review"], Value::Null);
}
