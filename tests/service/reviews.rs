//! Reviews: what an app's terms hold back, until somebody decides or the time is over.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::Answer;
use crate::receiver::Receiver;
use crate::ringback::{App, Ringback, Source, conversion, faults, only_delivery, text};

const HOUR: Duration = Duration::from_secs(3600);

/// An app that holds payouts of more than 2 dollars for two hours; [`conversion`] pays 2.50.
async fn reviewing() -> (Ringback, Receiver, App, Source) {
    let ringback = Ringback::start().await;
    let receiver = Receiver::start().await;
    let review = json!({"hours": 2, "payoutAboveMinor": 200});
    let mut settings = receiver.offermaru();
    settings["review"] = review;
    let app = ringback.app("offermaru", settings).await;
    ringback.secret(&app, "sekret").await;
    let source = ringback.source().await;
    (ringback, receiver, app, source)
}

/// The ids of a completion that was reported, and of its delivery, which is held.
async fn held(ringback: &Ringback, source: &Source, report: &Value) -> (String, String) {
    let reported = ringback.report(source, report).await;
    let delivery = &reported.body["deliveries"][0];
    assert_eq!([&delivery["status"], &delivery["waitingFor"]], ["held", "review"], "{}", reported.body);
    (text(&reported.body, "id"), only_delivery(&reported))
}

async fn decide(ringback: &Ringback, completion: &str, decision: &str, body: Value) -> Answer {
    ringback.post(&format!("/v1/completions/{completion}/{decision}"), body).await
}

/// Whatever is due or could be released has been looked at once this returns.
async fn step(ringback: &Ringback) {
    ringback.service.dispatcher.node.reconfigure().await.unwrap();
    ringback.service.dispatcher.tidy().await.unwrap();
    ringback.service.dispatcher.step().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_meets_the_rule_is_held_and_leaves_by_itself_once_the_hours_are_over_and_no_earlier() {
    let (ringback, mut receiver, app, source) = reviewing().await;
    let (completion, delivery) = held(&ringback, &source, &conversion(&app, "tx-1")).await;
    let path = format!("/v1/completions/{completion}");
    let waiting = ringback.get(&path).await;
    assert_eq!([&waiting["review"], &waiting["reviewUntil"]], ["waiting", "2024-07-01T20:40:00.000Z"]);
    assert_eq!(waiting["deliveries"][0]["nextAttemptAt"], waiting["reviewUntil"]);

    // What does not meet it is not held up.
    let mut small = conversion(&app, "tx-2");
    small["payoutMinor"] = json!(200);
    let reported = ringback.report(&source, &small).await;
    assert!(receiver.next().await.target().contains("tx-2"));
    ringback.delivery_once(&only_delivery(&reported), "delivered").await;
    assert_eq!(ringback.get(&format!("/v1/completions/{}", text(&reported.body, "id"))).await.get("review"), None);

    ringback.clock.advance(2 * HOUR - Duration::from_millis(1));
    step(&ringback).await;
    assert_eq!(ringback.held_for(&delivery, "review").await["told"], "never");
    ringback.clock.advance(Duration::from_millis(1));
    assert!(receiver.next().await.target().contains("tx-1"));
    ringback.delivery_once(&delivery, "delivered").await;
    let released = ringback.get(&path).await;
    assert_eq!((&released["review"], released.get("reviewUntil")), (&json!("released"), None));
    assert_eq!(decide(&ringback, &completion, "reject", json!({})).await.status, 409);
    assert_eq!(decide(&ringback, &completion, "release", json!({})).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn released_by_hand_it_is_called_back_at_once_and_a_duplicate_stays_one() {
    let (ringback, mut receiver, app, source) = reviewing().await;
    let (completion, delivery) = held(&ringback, &source, &conversion(&app, "tx-1")).await;
    let again = ringback.report(&source, &conversion(&app, "tx-1")).await;
    assert_eq!([&again.body["status"], &again.body["deliveries"][0]["waitingFor"]], ["duplicate", "review"]);
    let released = decide(&ringback, &completion, "release", json!({})).await;
    assert_eq!((released.status, &released.body["review"]), (200, &json!("released")));
    receiver.next().await;
    ringback.delivery_once(&delivery, "delivered").await;
    assert_eq!(decide(&ringback, "cmp_unknown", "release", json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_it_is_never_called_back_and_the_ledger_shows_it_taken_back() {
    let (ringback, mut receiver, app, source) = reviewing().await;
    let (completion, delivery) = held(&ringback, &source, &conversion(&app, "tx-1")).await;
    let unknown = decide(&ringback, &completion, "reject", json!({"reason": "mood"})).await;
    assert_eq!((unknown.status, faults(&unknown)), (422, vec!["reason".to_owned()]));
    let rejected = decide(&ringback, &completion, "reject", json!({})).await;
    assert_eq!((rejected.status, &rejected.body["review"]), (200, &json!("rejected")));
    let reversal = &rejected.body["reversals"][0];
    assert_eq!((&reversal["reason"], &reversal["whole"]), (&json!("fraud"), &json!(true)));
    assert_eq!((&reversal["payoutMinor"], &reversal["userReward"]), (&json!(250), &json!("100")));
    let deliveries = rejected.body["deliveries"].as_array().unwrap();
    assert_eq!(deliveries.len(), 1, "nobody is told of a reversal of what nobody was told of");
    let [status, told, reason] = ["status", "told", "endedReason"].map(|field| &deliveries[0][field]);
    assert_eq!([status, told, reason], ["canceled", "never", "rejected"]);

    ringback.clock.advance(3 * HOUR);
    step(&ringback).await;
    assert_eq!(ringback.get(&format!("/v1/deliveries/{delivery}")).await["status"], "canceled");
    let replayed = ringback.post(&format!("/v1/deliveries/{delivery}/replay"), json!({})).await;
    assert_eq!(replayed.status, 409);
    let refund = json!({"externalId": "tx-1", "eventType": "refund"});
    assert_eq!(ringback.report(&source, &refund).await.body["status"], "duplicate");
    assert_eq!(decide(&ringback, &completion, "release", json!({})).await.status, 409);
    assert!(receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_in_the_review_cancels_both_and_leaves_nothing_to_decide() {
    let (ringback, mut receiver, app, source) = reviewing().await;
    let (completion, delivery) = held(&ringback, &source, &conversion(&app, "tx-1")).await;
    let refund = ringback.signed_post(&source, "/v1/reversals", r#"{"externalId":"tx-1"}"#).await;
    assert_eq!((refund.status, &refund.body["deliveries"][0]["status"]), (200, &json!("canceled")));
    let canceled = ringback.get(&format!("/v1/deliveries/{delivery}")).await;
    assert_eq!([&canceled["status"], &canceled["endedReason"]], ["canceled", "reversed_before_send"]);
    assert_eq!(ringback.get(&format!("/v1/completions/{completion}")).await.get("review"), None);
    for decision in ["release", "reject"] {
        assert_eq!(decide(&ringback, &completion, decision, json!({})).await.status, 409, "{decision}");
    }
    ringback.clock.advance(3 * HOUR);
    step(&ringback).await;
    assert!(receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_was_taken_back_in_the_review_follows_a_release_and_ends_with_a_rejection() {
    let (ringback, mut receiver, app, source) = reviewing().await;
    let mut completions = Vec::new();
    for name in ["tx-1", "tx-2"] {
        completions.push(held(&ringback, &source, &conversion(&app, name)).await.0);
        let part = json!({"externalId": name, "reversalId": "r1", "payoutMinor": 50}).to_string();
        let part = ringback.signed_post(&source, "/v1/reversals", &part).await;
        assert_eq!(part.body["deliveries"][0]["waitingFor"], "completion", "{}", part.body);
    }
    assert_eq!(decide(&ringback, &completions[1], "reject", json!({"reason": "other"})).await.status, 200);
    let rejected = ringback.get(&format!("/v1/completions/{}", completions[1])).await;
    let ends: Vec<&Value> =
        rejected["deliveries"].as_array().unwrap().iter().map(|delivery| &delivery["endedReason"]).collect();
    assert_eq!(ends, ["rejected", "rejected"]);
    let taken: Vec<&Value> =
        rejected["reversals"].as_array().unwrap().iter().map(|reversal| &reversal["payoutMinor"]).collect();
    assert_eq!(taken, [50, 200]);

    assert_eq!(decide(&ringback, &completions[0], "release", json!({})).await.status, 200);
    let told = [receiver.next().await, receiver.next().await].map(|received| received.parameter("transaction_id"));
    assert_eq!(told, [Some("tx-1".to_owned()), Some("r-tx-1".to_owned())]);
    step(&ringback).await;
    assert!(receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn canceling_and_replaying_is_no_way_around_a_review() {
    let (ringback, mut receiver, app, source) = reviewing().await;
    let (completion, delivery) = held(&ringback, &source, &conversion(&app, "tx-1")).await;
    let (cancel, replay) = (format!("/v1/deliveries/{delivery}/cancel"), format!("/v1/deliveries/{delivery}/replay"));
    assert_eq!(ringback.post(&cancel, json!({})).await.status, 200);
    assert_eq!(ringback.post(&replay, json!({})).await.status, 409);
    assert!(receiver.so_far().is_empty());
    assert_eq!(decide(&ringback, &completion, "release", json!({})).await.status, 200);
    assert_eq!(ringback.post(&replay, json!({})).await.status, 200);
    receiver.next().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pausing_and_resuming_an_app_releases_nothing_from_review() {
    let (ringback, mut receiver, app, source) = reviewing().await;
    let (completion, delivery) = held(&ringback, &source, &conversion(&app, "tx-1")).await;
    let path = format!("/v1/apps/{}", app.id);
    for paused in [true, false] {
        ringback.made(Method::PATCH, &path, json!({"paused": paused})).await;
        step(&ringback).await;
        ringback.held_for(&delivery, "review").await;
    }
    ringback.made(Method::PATCH, &path, json!({"paused": true})).await;
    assert_eq!(decide(&ringback, &completion, "release", json!({})).await.status, 200);
    ringback.held_for(&delivery, "app_paused").await;
    assert!(receiver.so_far().is_empty());
    ringback.made(Method::PATCH, &path, json!({"paused": false})).await;
    receiver.next().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_account_manager_or_operator_sets_the_rule_and_decides() {
    let (ringback, _receiver, app, source) = reviewing().await;
    let (completion, _) = held(&ringback, &source, &conversion(&app, "tx-1")).await;
    let token = json!({"name": "theirs", "role": "publisher", "publisherId": app.publisher});
    let token = text(&ringback.made(Method::POST, "/v1/tokens", token).await, "token");
    let path = format!("/v1/apps/{}", app.id);
    let review = Some(json!({"review": null}));
    assert_eq!(ringback.call_as(&token, Method::PATCH, &path, review).await.status, 403);
    for decision in ["release", "reject"] {
        let path = format!("/v1/completions/{completion}/{decision}");
        assert_eq!(ringback.call_as(&token, Method::POST, &path, Some(json!({}))).await.status, 403, "{decision}");
    }
    for (review, field) in [
        (json!({"hours": 2}), "review"),
        (json!({"hours": 721, "offerIds": ["o"]}), "review.hours"),
        (json!({"offerIds": ["o"]}), "review.hours"),
        (json!({"hours": 2, "userRewardAbove": "much"}), "review.userRewardAbove"),
        (json!({"hours": 2, "offers": ["o"]}), "review.offers"),
    ] {
        let refused = ringback.call(Method::PATCH, &path, Some(json!({"review": review}))).await;
        assert_eq!((refused.status, faults(&refused)), (422, vec![field.to_owned()]), "{}", refused.body);
    }
    let review = json!({"hours": 24, "userRewardAbove": 99.5, "eventTypes": ["sale"], "offerIds": ["o1"]});
    let set = ringback.made(Method::PATCH, &path, json!({"review": review})).await;
    assert_eq!(
        set["review"],
        json!({"hours": 24, "userRewardAbove": "99.5", "eventTypes": ["sale"], "offerIds": ["o1"]})
    );
    let removed = ringback.made(Method::PATCH, &path, json!({"review": null})).await;
    assert_eq!(removed["review"], Value::Null);
}
