//! Retries, holding, replaying, cancelling, rotating: what happens to a delivery between its report and its end.

use std::sync::Arc;
use std::time::Duration;

use ringback::domain::time::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::{Api, Receiver, Reply, Ringback, calling, found, has, shown, text};

const SECOND: Duration = Duration::from_secs(1);

/// How long a delivery waits for its next attempt.
fn pause_of(ringback: &Ringback, waiting: &Value) -> Duration {
    Timestamp::parse_rfc3339(&text(waiting, "nextAttemptAt")).unwrap().since(ringback.now())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_tried_again_by_the_schedule_never_earlier_and_is_dead_after_the_last() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [10, 100]})).await;
    wall.receiver.then([Reply::status(500), Reply::status(500), Reply::status(500)]);
    let waiting = wall.report_until("ext-1", "retrying").await;
    let id = text(&waiting, "id");
    insta::assert_snapshot!(shown(&waiting), @r#"
    {
      id: "dlv_1", appId: "app_1", endpointId: "end_1", kind: "completion", transactionId: "ext-1",
      completionId: "cmp_1", status: "retrying", told: "maybe", attemptsMade: 1, waitingFor: "retry",
      nextAttemptAt: "…", recipe: "besitos@1", createdAt: "2024-07-01T18:40:00.000Z",
      attempts: [
        {
          number: 1, counted: true, startedAt: "2024-07-01T18:40:00.000Z", durationMs: "…", egressIp: null,
          peer: "127.0.0.1:PORT", method: "GET",
          url: "http://127.0.0.1:PORT/pb.php?user_id=user_42&transaction_id=ext-1&reward=0.60&payout=2.50&offer_id=abc123&offer_name=An%20offer&reward_local_currency=100",
          headers: {}, signatureStart: "…", secretId: "sec_1", outcome: "http_status",
          error: "the receiver answered 500", statusCode: 500, responseHeaders: {content-length: "0"},
          responseBody: "", nextAttemptAt: "…",
        },
      ],
      plan: [{number: 2, notBefore: "…"}, {number: 3, notBefore: "…"}], turn: "ringback", next: "…",
      story: [
        {at: "2024-07-01T18:40:00.000Z", kind: "recorded", text: "Reported by S as ext-1, and recorded."},
        {at: "2024-07-01T18:40:00.000Z", kind: "failed", text: "Attempt 1: the publisher's server answered 500."},
      ],
      replayRefused: "The delivery is retrying; it can be replayed only once it has ended: delivered, dead or canceled.",
    }
    "#);
    let pause = pause_of(&ringback, &waiting);
    assert!((10 * SECOND..=11 * SECOND).contains(&pause), "{pause:?}");
    assert_eq!(waiting["attempts"][0]["nextAttemptAt"], waiting["nextAttemptAt"]);

    ringback.clock.advance(pause - Duration::from_millis(1));
    ringback.step().await;
    has(&ringback.delivery(&id).await, json!({"status": "retrying", "attemptsMade": 1}));
    assert_eq!(wall.receiver.so_far().len(), 1);
    ringback.clock.advance(SECOND);
    wall.receiver.next().await;
    ringback.delivery_once(&id, "retrying").await;
    ringback.clock.advance(111 * SECOND);
    wall.receiver.next().await;
    let attempts = json!([{"number": 1}, {"number": 2}, {"number": 3, "outcome": "http_status", "counted": true}]);
    has(&ringback.delivery_once(&id, "dead").await, json!({"attemptsMade": 3, "attempts": attempts}));

    ringback.replay(&id).await.ok();
    // Nothing but failures for two minutes: the receiver counts as down, and what is replayed goes as a probe.
    ringback.clock.advance(10 * SECOND);
    wall.receiver.next().await;
    let delivered = ringback.delivery_once(&id, "delivered").await;
    has(&delivered, json!({"attemptsMade": 4, "attempts": [{}, {}, {}, {"number": 4}]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_only_lengthens() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [10]})).await;
    wall.receiver.then([Reply::with(503, "Retry-After: 500\r\n", "")]);
    let waiting = wall.report_until("ext-1", "retrying").await;
    has(&waiting, json!({"attempts": [{"retryAfterSeconds": 500}]}));
    assert_eq!(pause_of(&ringback, &waiting), 500 * SECOND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_publisher_must_mend_holds_deliveries_and_mending_it_releases_them() {
    let (ringback, receiver) = (Ringback::start().await, Receiver::start().await);
    let source = ringback.source().await;
    let app = ringback.app("besitos", json!({"paused": true})).await;
    let accepted = source.report(&app.completion("ext-1")).await;
    accepted.is(200, json!({"deliveries": [{"status": "held", "waitingFor": "app_paused"}]}));
    let id = accepted.delivery();

    ringback.change(&app, json!({"paused": false})).await;
    ringback.held_for(&id, "callback_url").await;
    ringback.change(&app, json!({"callbackUrl": receiver.url("/pb.php")})).await;
    ringback.held_for(&id, "secret").await;
    ringback.secret(&app, "sekret").await;
    assert_eq!(receiver.next().await.parameter("transaction_id").as_deref(), Some("ext-1"));
    ringback.delivery_once(&id, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pausing_holds_what_waits_for_a_retry_and_what_is_held_too_long_is_dead() {
    let (ringback, wall) = calling("besitos", json!({"maxHeldDays": 2})).await;
    wall.receiver.then([Reply::status(500)]);
    let id = text(&wall.report_until("ext-1", "retrying").await, "id");
    wall.receiver.next().await;
    ringback.change(&wall, json!({"paused": true})).await;
    ringback.delivery_once(&id, "held").await;
    ringback.clock.advance(2 * 24 * 3600 * SECOND);
    ringback.tidy().await;
    ringback.delivery_once(&id, "held").await;
    ringback.clock.advance(SECOND);
    ringback.tidy().await;
    let dead = ringback.delivery_once(&id, "dead").await;
    assert_eq!(dead["endedReason"], "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_waits_can_be_canceled_and_only_what_has_ended_replayed() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    wall.receiver.then([Reply::status(500)]);
    let id = text(&wall.report_until("ext-1", "retrying").await, "id");
    wall.receiver.next().await;
    assert_eq!(ringback.replay(&id).await.status, 409);
    assert_eq!(ringback.cancel(&id).await.status, 200);
    assert_eq!(ringback.cancel(&id).await.status, 409);
    ringback.clock.advance(24 * 3600 * SECOND);
    ringback.step().await;
    has(&ringback.delivery(&id).await, json!({"status": "canceled", "attemptsMade": 1}));
    assert_eq!(ringback.replay(&id).await.status, 200);
    wall.receiver.next().await;
    ringback.delivery_once(&id, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn during_an_overlap_a_refused_signature_is_tried_once_more_under_the_other_key_and_that_key_goes_first_then() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let secrets = wall.path("/secrets");
    let next = ringback.post(&secrets, json!({"secret": "a-new-long-secret"})).await.ok();
    assert_eq!(next["state"], "next");
    let next = text(&next, "id");
    ringback.post(&format!("{secrets}/{next}/activate"), json!({"overlapMinutes": 10})).await.ok();
    let old = text(&ringback.get(&secrets).await["items"][1], "id");

    wall.receiver.then([Reply::status(401)]);
    let delivery = wall.report_until("ext-1", "delivered").await;
    let refused = json!({"secretId": next, "counted": true, "outcome": "http_status"});
    let accepted = json!({"secretId": old, "counted": false, "outcome": "delivered"});
    has(&delivery, json!({"attempts": [refused, accepted]}));

    let delivery = wall.report_until("ext-2", "delivered").await;
    has(&delivery, json!({"attempts": [{"secretId": old}]}));
    ringback.clock.advance(600 * SECOND);
    let delivery = wall.report_until("ext-3", "delivered").await;
    has(&delivery, json!({"attempts": [{"secretId": next}]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mended_url_applies_to_what_already_waits() {
    let mended = Receiver::start().await;
    let (ringback, wall) = calling("besitos", json!({})).await;
    wall.receiver.then([Reply::status(500)]);
    let id = text(&wall.report_until("ext-1", "retrying").await, "id");
    let url = mended.url("/new?uid={user_id}");
    ringback.change(&wall, json!({"callbackUrl": url})).await;
    ringback.clock.advance(3600 * SECOND);
    assert!(mended.next().await.target().starts_with("/new?uid=user_42&verifier="));
    ringback.delivery_once(&id, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_attempt_keeps_a_signature_even_where_the_receiver_sends_it_back() {
    let (ringback, wall) = calling("besitos", json!({"headers": {"X-Api-Key": "own-header-value"}})).await;
    let preview = ringback.post(&wall.path("/preview"), json!({"completion": {}})).await.ok();
    assert!(!preview.to_string().contains("own-header-value"));
    wall.receiver.then([Reply::Echo]);
    let kept = wall.report_until("ext-1", "retrying").await;
    let received = wall.receiver.next().await;
    let signature = received.parameter("verifier").unwrap();
    assert_eq!(received.header("X-Api-Key"), Some("own-header-value"));
    has(&kept, json!({"attempts": [{"outcome": "redirect", "signatureStart": signature[..8]}]}));
    assert!(text(&kept["attempts"][0], "error").contains("elsewhere.example"));
    assert!(!kept.to_string().contains(&signature));
    assert!(!kept.to_string().contains("own-header-value"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_one_real_attempt_marked_as_such_and_leaves_no_completion() {
    let (ringback, wall) = calling("besitos", json!({"paused": true})).await;
    wall.receiver.then([Reply::status(500)]);
    let path = wall.path("/test");
    let failed = ringback.post(&path, json!({"completion": {"userId": "me"}})).await.ok();
    has(&failed, json!({"kind": "test", "status": "dead"}));
    let done = ringback.post(&path, json!({"reversal": true})).await.ok();
    has(&done, json!({"status": "delivered", "attempts": [{"outcome": "delivered"}]}));
    let (first, second) = (wall.receiver.next().await, wall.receiver.next().await);
    assert_eq!((first.header("X-Ringback-Test"), first.parameter("user_id")), (Some("1"), Some("me".to_owned())));
    assert!(first.parameter("transaction_id").unwrap().starts_with("test-"));
    assert_eq!(second.parameter("reverse").as_deref(), Some("1"));
    assert_eq!(ringback.get("/v1/completions").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tests_at_a_time_go_to_an_endpoint_and_hanging_up_makes_no_room_for_more() {
    let answer = Arc::new(Notify::new());
    let (ringback, wall) = calling("besitos", json!({"timeoutMs": 60_000})).await;
    wall.receiver.then([Reply::Once(Arc::clone(&answer)), Reply::Once(answer.clone())]);
    let path = wall.path("/test");
    for _ in 0..2 {
        let (api, path) = (Api::clone(&ringback), path.clone());
        let caller = tokio::spawn(async move { api.post(&path, json!({})).await });
        wall.receiver.next().await;
        caller.abort();
    }
    let refused = ringback.post(&path, json!({})).await;
    refused.is(429, json!({"type": "/problems/too-many-requests"}));
    let other = ringback.wall("besitos", json!({"callbackUrl": wall.receiver.url("/pb.php")})).await;
    ringback.post(&other.path("/test"), json!({})).await.ok();
    wall.receiver.next().await;
    wall.report_until("ext-1", "delivered").await;
    assert_eq!(wall.receiver.so_far().len(), 1, "a refused test was sent");

    answer.notify_one();
    found("what has ended makes room", || async {
        (ringback.post(&path, json!({})).await.status != 429).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_process_left_is_delivered_without_anybodys_help() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    wall.receiver.then([Reply::status(500), Reply::status(500)]);
    let retrying = text(&wall.report_until("ext-1", "retrying").await, "id");
    wall.receiver.next().await;
    let ringback = ringback.restart().await;
    ringback.clock.advance(100 * SECOND);
    wall.receiver.next().await;
    ringback.delivery_once(&retrying, "retrying").await;
    ringback.clock.advance(1000 * SECOND);
    wall.receiver.next().await;
    ringback.delivery_once(&retrying, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_makes_no_retry_come_earlier() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    wall.receiver.then([Reply::with(503, "Retry-After: 500\r\n", "")]);
    let waiting = wall.report_until("ext-1", "retrying").await;
    let id = text(&waiting, "id");
    ringback.change(&wall, json!({"paused": true})).await;
    ringback.delivery_once(&id, "held").await;
    ringback.change(&wall, json!({"paused": false})).await;
    let released = ringback.delivery_once(&id, "retrying").await;
    assert_eq!(released["nextAttemptAt"], waiting["nextAttemptAt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_trickles_after_a_good_status_does_not_turn_it_into_a_time_out() {
    let (_ringback, wall) = calling("besitos", json!({"timeoutMs": 1000})).await;
    wall.receiver.then([Reply::Endless]);
    let delivered = wall.report_until("ext-1", "delivered").await;
    assert_eq!(text(&delivered["attempts"][0], "responseBody").len(), 1024);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_of_a_recorded_completion_is_what_its_delivery_sent() {
    let (ringback, wall) = calling("affonso", json!({})).await;
    let reported = wall.report("ext-1").await;
    let sent = wall.receiver.next().await;
    ringback.clock.advance(3600 * SECOND);
    let preview = ringback.post(&wall.path("/preview"), json!({"completionId": reported.id()})).await.ok();
    assert_eq!(preview["body"], sent.body);
}
