//! A delivery that is read by its id: whose turn it is, what is still to come, what was sent, and what cannot be done now.

use std::time::Duration;

use ringback::domain::time::Timestamp;
use serde_json::{Value, json};

use crate::support::{Api, Reply, Ringback, calling, has, text};

fn kinds(delivery: &Value) -> Vec<&str> {
    delivery["story"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

fn lines(delivery: &Value) -> Vec<&str> {
    delivery["story"].as_array().unwrap().iter().map(|event| event["text"].as_str().unwrap()).collect()
}

async fn stranger(ringback: &Ringback) -> Api {
    let other = ringback.post("/v1/publishers", json!({"name": "Other"})).await.id();
    ringback.publisher(&other).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_reads_in_its_own_words_whose_turn_it_is_and_a_stranger_reads_nothing() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [60]})).await;
    let (manager, publisher) = (ringback.manager().await, ringback.publisher(&wall.publisher).await);
    wall.receiver.then([Reply::status(500), Reply::status(500)]);
    let id = text(&wall.report_until("x1", "retrying").await, "id");
    let server = |by: &str| if by == "publisher" { "your server" } else { "the publisher's server" };
    let callers = [("operator", &*ringback), ("manager", &manager), ("publisher", &publisher)];
    for (by, api) in callers {
        let retrying = api.delivery(&id).await;
        let attempt = format!("Attempt 1: {} answered 500.", server(by));
        assert_eq!(lines(&retrying), ["Reported by S as x1, and recorded.", &attempt], "{by}");
        assert_eq!(kinds(&retrying), ["recorded", "failed"]);
        assert_eq!(retrying["story"][1]["at"], "2024-07-01T18:40:00.000Z");
        let next = text(&retrying, "next");
        let clause =
            if by == "publisher" { "Your server answered 500. " } else { "The publisher's server answered 500. " };
        assert!(next.starts_with(&format!("{clause}We try again at 18:41:0")), "{by}: {next}");
        assert!(next.ends_with(" UTC, for the last time."), "{by}: {next}");
        assert_eq!(retrying["turn"], "ringback");
    }
    ringback.clock.advance(Duration::from_secs(70));
    ringback.delivery_once(&id, "dead").await;
    for (by, next) in [
        (&*ringback, "The publisher's server answered 500 twice. The publisher fixes it, then replays it."),
        (&manager, "The publisher's server answered 500 twice. The publisher fixes it, then replays it."),
        (&publisher, "Your server answered 500 twice. Fix it, then replay."),
    ] {
        let dead = by.delivery(&id).await;
        has(&dead, json!({"turn": "publisher", "next": next, "plan": []}));
        assert_eq!(kinds(&dead), ["recorded", "failed", "failed", "dead"]);
    }
    let stranger = stranger(&ringback).await;
    for act in ["", "/replay", "/cancel"] {
        let [foreign, unknown] = [id.as_str(), "dlv_unknown"].map(|id| format!("/v1/deliveries/{id}{act}"));
        let ask = async |path: &str| match act {
            "" => stranger.ask(path).await,
            _ => stranger.post(path, json!({})).await,
        };
        let (foreign, unknown) = (ask(&foreign).await, ask(&unknown).await);
        assert_eq!((foreign.status, &foreign.body), (404, &unknown.body), "{act}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_to_come_follows_the_schedule_in_force_and_is_nothing_once_it_waits_for_somebody_or_has_ended() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [60, 300]})).await;
    wall.receiver.then([Reply::status(500)]);
    let retrying = wall.report_until("x1", "retrying").await;
    let id = text(&retrying, "id");
    let plan = |delivery: &Value| -> Vec<(u64, i64)> {
        let planned = delivery["plan"].as_array().unwrap().iter();
        let at = |one: &Value| Timestamp::parse_rfc3339(&text(one, "notBefore")).unwrap().as_millis();
        planned.map(|one| (one["number"].as_u64().unwrap(), at(one))).collect()
    };
    let first = Timestamp::parse_rfc3339(&text(&retrying, "nextAttemptAt")).unwrap().as_millis();
    assert_eq!(plan(&retrying), [(2, first), (3, first + 300_000)]);
    ringback.change(&wall, json!({"retrySchedule": [60, 300, 900, 900]})).await;
    let expected = [(2, first), (3, first + 300_000), (4, first + 1_200_000), (5, first + 2_100_000)];
    assert_eq!(plan(&ringback.delivery(&id).await), expected);
    ringback.change(&wall, json!({"paused": true})).await;
    has(&ringback.held_for(&id, "app_paused").await, json!({"plan": [], "turn": "publisher"}));
    has(&ringback.cancel(&id).await.ok(), json!({"plan": [], "turn": "publisher"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_now_is_told_before_in_the_very_words_of_the_refusal() {
    let (ringback, wall) = calling("offermaru", json!({"review": {"hours": 2, "payoutAboveMinor": 1_000}})).await;
    let told_before = async |id: &str, act: &str, field: &str| {
        let detail = ringback.delivery(id).await;
        let refused = ringback.post(&format!("/v1/deliveries/{id}/{act}"), json!({})).await;
        assert_eq!((refused.status, &detail[field]), (409, &refused.body["detail"]), "{act}: {detail:#}");
        text(&detail, field)
    };
    let never = |detail: &Value, field: &str| assert_eq!(detail.get(field), None, "{detail:#}");

    wall.receiver.then([Reply::status(500)]);
    let waiting = text(&wall.report_until("x1", "retrying").await, "id");
    let words = told_before(&waiting, "replay", "replayRefused").await;
    assert_eq!(
        words,
        "The delivery is retrying; it can be replayed only once it has ended: delivered, dead or canceled."
    );
    never(&ringback.delivery(&waiting).await, "cancelRefused");
    let canceled = ringback.cancel(&waiting).await.ok();
    never(&canceled, "replayRefused");
    let words = told_before(&waiting, "cancel", "cancelRefused").await;
    assert_eq!(words, "The delivery is canceled; it can be canceled only while it waits: pending, retrying or held.");

    let reversed = text(&wall.report_until("x2", "delivered").await, "id");
    never(&ringback.delivery(&reversed).await, "replayRefused");
    let reversal = wall.source.reverse(json!({"externalId": "x2"})).await.delivery();
    ringback.delivery_once(&reversal, "delivered").await;
    let words = told_before(&reversed, "replay", "replayRefused").await;
    assert!(words.starts_with("What this delivery tells has been taken back"), "{words}");

    let mut large = wall.completion("x3");
    large["payoutMinor"] = json!(5_000);
    let reviewed = wall.source.report(&large).await.delivery();
    ringback.held_for(&reviewed, "review").await;
    ringback.cancel(&reviewed).await.ok();
    let words = told_before(&reviewed, "replay", "replayRefused").await;
    assert!(words.contains("is in review"), "{words}");
    has(&ringback.delivery(&reviewed).await, json!({"turn": "operator"}));
    ringback
        .post(
            &format!("/v1/completions/{}/reject", text(&ringback.delivery(&reviewed).await, "completionId")),
            json!({}),
        )
        .await
        .ok();

    assert_eq!(ringback.delete(&wall.path("/users/user_42")).await.status, 204);
    let words = told_before(&waiting, "replay", "replayRefused").await;
    assert!(words.starts_with("The user was erased"), "{words}");
    assert_eq!(ringback.delete(&wall.path("")).await.status, 204);
    let words = told_before(&waiting, "replay", "replayRefused").await;
    assert!(words.contains("is archived"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_by_hand_and_one_by_a_job_are_told_where_they_came() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": []})).await;
    wall.receiver.then([Reply::status(500), Reply::status(500)]);
    let id = text(&wall.report_until("x1", "dead").await, "id");
    ringback.clock.advance(Duration::from_secs(60));
    let replayed = ringback.replay(&id).await.ok();
    assert_eq!(kinds(&replayed)[..3], ["recorded", "failed", "replayed"]);
    assert_eq!(replayed["story"][2]["at"], "2024-07-01T18:41:00.000Z");
    let again = ringback.delivery_once(&id, "dead").await;
    assert_eq!(kinds(&again), ["recorded", "failed", "replayed", "failed", "dead"]);
    assert_eq!(again["next"], "The publisher's server answered 500. The publisher fixes it, then replays it.");

    ringback.clock.advance(Duration::from_secs(60));
    ringback.post("/v1/replays", json!({"appId": wall.id, "from": "2024-07-01T00:00:00Z"})).await.ok();
    let delivered = ringback.delivery_once(&id, "delivered").await;
    assert_eq!(kinds(&delivered), ["recorded", "failed", "failed", "replayed", "delivered"]);
    assert_eq!(
        delivered["story"][3],
        json!({"at": "2024-07-01T18:42:00.000Z", "kind": "replayed", "text": "Replayed: it is sent again."})
    );
    let next = text(&delivered, "next");
    assert!(next.starts_with("Delivered. The publisher's server answered 200 in "), "{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_body_of_a_post_is_composed_anew_as_it_was_sent_for_as_long_as_the_endpoint_speaks_its_dialect() {
    for dialect in ["affonso", "standard-webhooks"] {
        let (ringback, wall) = calling(dialect, json!({})).await;
        let id = text(&wall.report_until("x1", "delivered").await, "id");
        let received = wall.receiver.next().await;
        let attempt = ringback.delivery(&id).await["attempts"][0].take();
        assert_eq!(attempt["requestBody"], received.body.as_str(), "{dialect}");
        let tested = ringback.post(&wall.path("/test"), json!({})).await.id();
        let tested = ringback.delivery_once(&tested, "delivered").await;
        assert_eq!(tested["attempts"][0]["requestBody"], wall.receiver.next().await.body.as_str(), "{dialect}");

        let url = wall.receiver.url("/pb.php");
        ringback.change(&wall, json!({"dialect": "besitos", "callbackUrl": url})).await;
        assert_eq!(ringback.delivery(&id).await["attempts"][0].get("requestBody"), None, "{dialect}");
    }
    let (ringback, wall) = calling("besitos", json!({})).await;
    let id = text(&wall.report_until("x1", "delivered").await, "id");
    assert_eq!(ringback.delivery(&id).await["attempts"][0].get("requestBody"), None, "a GET has no body");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_that_waits_tells_whom_its_completions_callback_waits_for() {
    let (ringback, wall) = calling("offermaru", json!({"retrySchedule": [3_600]})).await;
    let publisher = ringback.publisher(&wall.publisher).await;
    wall.receiver.then([Reply::status(500)]);
    wall.report_until("x1", "retrying").await;
    let reversal = wall.source.reverse(json!({"externalId": "x1"})).await.delivery();
    let waiting = publisher.held_for(&reversal, "completion").await;
    assert_eq!(waiting["turn"], "ringback");
    let next = text(&waiting, "next");
    let both =
        "Held until the callback of its completion is acknowledged. Your server answered 500. We try again at 19:4";
    assert!(next.starts_with(both), "{next}");
    assert_eq!(kinds(&waiting), ["recorded", "reversed"]);
    assert_eq!(waiting["plan"], json!([]));
}
