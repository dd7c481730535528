//! Retries, holding, replaying, cancelling, rotating: what happens to a delivery between its report and its end.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::api::{Api, PATIENCE};
use crate::receiver::{Receiver, Reply};
use crate::ringback::{App, Ringback, Source, conversion, only_delivery, text};

const SECOND: Duration = Duration::from_secs(1);

/// A Ringback with a besitos app that calls this receiver, and a source.
async fn calling(receiver: &Receiver, settings: Value) -> (Ringback, App, Source) {
    let ringback = Ringback::start().await;
    let mut all = json!({"callbackUrl": receiver.url("/pb.php")});
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let app = ringback.app("besitos", all).await;
    ringback.secret(&app, "sekret").await;
    let source = ringback.source().await;
    (ringback, app, source)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_tried_again_by_the_schedule_never_earlier_and_is_dead_after_the_last() {
    let failing = vec![Reply::status(500), Reply::status(500), Reply::status(500)];
    let mut receiver = Receiver::answering(failing).await;
    let (ringback, app, source) = calling(&receiver, json!({"retrySchedule": [10, 100]})).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "ext-1")).await);
    receiver.next().await;
    let waiting = ringback.delivery_once(&id, "retrying").await;
    assert_eq!((&waiting["waitingFor"], &waiting["told"]), (&json!("retry"), &json!("maybe")));
    let due = text(&waiting, "nextAttemptAt");
    let due = ringback::domain::time::Timestamp::parse_rfc3339(&due).unwrap();
    let pause = due.since(ringback.now());
    assert!((10 * SECOND..=11 * SECOND).contains(&pause), "{pause:?}");
    assert_eq!(waiting["attempts"][0]["nextAttemptAt"], waiting["nextAttemptAt"]);

    ringback.clock.advance(pause - Duration::from_millis(1));
    ringback.service.dispatcher.step().await.unwrap();
    let waiting = ringback.get(&format!("/v1/deliveries/{id}")).await;
    assert_eq!((&waiting["status"], &waiting["attemptsMade"]), (&json!("retrying"), &json!(1)));
    ringback.clock.advance(SECOND);
    receiver.next().await;
    ringback.delivery_once(&id, "retrying").await;
    ringback.clock.advance(111 * SECOND);
    receiver.next().await;
    let dead = ringback.delivery_once(&id, "dead").await;
    assert_eq!((&dead["attemptsMade"], dead["attempts"].as_array().unwrap().len()), (&json!(3), 3));
    assert_eq!(dead["attempts"][2]["outcome"], "http_status");

    ringback.made(Method::POST, &format!("/v1/deliveries/{id}/replay"), json!({})).await;
    receiver.next().await;
    let delivered = ringback.delivery_once(&id, "delivered").await;
    assert_eq!((&delivered["attempts"][3]["number"], &delivered["attemptsMade"]), (&json!(4), &json!(4)));
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_only_lengthens() {
    let mut receiver = Receiver::answering(vec![Reply::with(503, "Retry-After: 500\r\n", "")]).await;
    let (ringback, app, source) = calling(&receiver, json!({"retrySchedule": [10]})).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "ext-1")).await);
    receiver.next().await;
    let waiting = ringback.delivery_once(&id, "retrying").await;
    assert_eq!(waiting["attempts"][0]["retryAfterSeconds"], 500);
    let due = ringback::domain::time::Timestamp::parse_rfc3339(&text(&waiting, "nextAttemptAt")).unwrap();
    assert_eq!(due.since(ringback.now()), 500 * SECOND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_publisher_must_mend_holds_deliveries_and_mending_it_releases_them() {
    let mut receiver = Receiver::start().await;
    let ringback = Ringback::start().await;
    let source = ringback.source().await;
    let app = ringback.app("besitos", json!({"paused": true})).await;
    let path = format!("/v1/apps/{}", app.id);
    let accepted = ringback.report(&source, &conversion(&app, "ext-1")).await;
    assert_eq!(accepted.body["deliveries"][0]["status"], "held");
    assert_eq!(accepted.body["deliveries"][0]["waitingFor"], "app_paused");
    let id = only_delivery(&accepted);

    ringback.made(Method::PATCH, &path, json!({"paused": false})).await;
    ringback.held_for(&id, "callback_url").await;
    ringback.made(Method::PATCH, &path, json!({"callbackUrl": receiver.url("/pb.php")})).await;
    ringback.held_for(&id, "secret").await;
    ringback.secret(&app, "sekret").await;
    let received = receiver.next().await;
    assert_eq!(received.parameter("transaction_id").as_deref(), Some("ext-1"));
    ringback.delivery_once(&id, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pausing_holds_what_waits_for_a_retry_and_what_is_held_too_long_is_dead() {
    let mut receiver = Receiver::answering(vec![Reply::status(500)]).await;
    let (ringback, app, source) = calling(&receiver, json!({"maxHeldDays": 2})).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "ext-1")).await);
    receiver.next().await;
    ringback.delivery_once(&id, "retrying").await;
    ringback.made(Method::PATCH, &format!("/v1/apps/{}", app.id), json!({"paused": true})).await;
    ringback.delivery_once(&id, "held").await;
    ringback.clock.advance(2 * 24 * 3600 * SECOND);
    ringback.service.dispatcher.tidy().await.unwrap();
    ringback.delivery_once(&id, "held").await;
    ringback.clock.advance(SECOND);
    ringback.service.dispatcher.tidy().await.unwrap();
    let dead = ringback.delivery_once(&id, "dead").await;
    assert_eq!(dead["endedReason"], "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_waits_can_be_canceled_and_only_what_has_ended_replayed() {
    let mut receiver = Receiver::answering(vec![Reply::status(500)]).await;
    let (ringback, app, source) = calling(&receiver, json!({})).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "ext-1")).await);
    receiver.next().await;
    ringback.delivery_once(&id, "retrying").await;
    let replay = format!("/v1/deliveries/{id}/replay");
    let cancel = format!("/v1/deliveries/{id}/cancel");
    assert_eq!(ringback.post(&replay, json!({})).await.status, 409);
    assert_eq!(ringback.post(&cancel, json!({})).await.status, 200);
    assert_eq!(ringback.post(&cancel, json!({})).await.status, 409);
    ringback.clock.advance(24 * 3600 * SECOND);
    ringback.service.dispatcher.step().await.unwrap();
    let canceled = ringback.get(&format!("/v1/deliveries/{id}")).await;
    assert_eq!((&canceled["status"], &canceled["attemptsMade"]), (&json!("canceled"), &json!(1)));
    assert_eq!(ringback.post(&replay, json!({})).await.status, 200);
    receiver.next().await;
    ringback.delivery_once(&id, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn during_an_overlap_a_refused_signature_is_tried_once_more_under_the_other_key_and_that_key_goes_first_then() {
    let receiver = Receiver::start().await;
    let (ringback, app, source) = calling(&receiver, json!({})).await;
    let secrets = format!("/v1/apps/{}/secrets", app.id);
    let next = ringback.made(Method::POST, &secrets, json!({"secret": "a-new-long-secret"})).await;
    assert_eq!(next["state"], "next");
    let next = text(&next, "id");
    ringback.made(Method::POST, &format!("{secrets}/{next}/activate"), json!({"overlapMinutes": 10})).await;
    let old = text(&ringback.get(&secrets).await["items"][1], "id");

    receiver.then(Reply::status(401)).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "ext-1")).await);
    let delivery = ringback.delivery_once(&id, "delivered").await;
    let attempts = delivery["attempts"].as_array().unwrap();
    let facts: Vec<(&Value, &Value, &Value)> =
        attempts.iter().map(|attempt| (&attempt["secretId"], &attempt["counted"], &attempt["outcome"])).collect();
    assert_eq!(
        facts,
        [(&json!(next), &json!(true), &json!("http_status")), (&json!(old), &json!(false), &json!("delivered"))]
    );

    let id = only_delivery(&ringback.report(&source, &conversion(&app, "ext-2")).await);
    let delivery = ringback.delivery_once(&id, "delivered").await;
    assert_eq!(delivery["attempts"][0]["secretId"], json!(old));
    ringback.clock.advance(600 * SECOND);
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "ext-3")).await);
    let delivery = ringback.delivery_once(&id, "delivered").await;
    assert_eq!(delivery["attempts"][0]["secretId"], json!(next));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mended_url_applies_to_what_already_waits() {
    let mut broken = Receiver::answering(vec![Reply::status(500)]).await;
    let mut mended = Receiver::start().await;
    let (ringback, app, source) = calling(&broken, json!({})).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "ext-1")).await);
    broken.next().await;
    ringback.delivery_once(&id, "retrying").await;
    let url = mended.url("/new?uid={user_id}");
    ringback.made(Method::PATCH, &format!("/v1/apps/{}", app.id), json!({"callbackUrl": url})).await;
    ringback.clock.advance(3600 * SECOND);
    assert!(mended.next().await.target().starts_with("/new?uid=user_42&verifier="));
    ringback.delivery_once(&id, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_attempt_keeps_a_signature_even_where_the_receiver_sends_it_back() {
    let mut receiver = Receiver::start().await;
    let (ringback, app, source) = calling(&receiver, json!({"headers": {"X-Api-Key": "own-header-value"}})).await;
    let preview = ringback.made(Method::POST, &format!("/v1/apps/{}/preview", app.id), json!({"completion": {}})).await;
    assert!(!preview.to_string().contains("own-header-value"));
    receiver.then(Reply::Echo).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "ext-1")).await);
    let received = receiver.next().await;
    let signature = received.parameter("verifier").unwrap();
    assert_eq!(received.header("X-Api-Key"), Some("own-header-value"));
    let kept = ringback.delivery_once(&id, "retrying").await;
    assert_eq!(kept["attempts"][0]["outcome"], "redirect");
    assert!(text(&kept["attempts"][0], "error").contains("elsewhere.example"));
    assert!(!kept.to_string().contains(&signature));
    assert!(!kept.to_string().contains("own-header-value"));
    assert_eq!(kept["attempts"][0]["signatureStart"], signature[..8]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_one_real_attempt_marked_as_such_and_leaves_no_completion() {
    let mut receiver = Receiver::answering(vec![Reply::status(500)]).await;
    let (ringback, app, _) = calling(&receiver, json!({"paused": true})).await;
    let path = format!("/v1/apps/{}/test", app.id);
    let failed = ringback.made(Method::POST, &path, json!({"completion": {"userId": "me"}})).await;
    assert_eq!((&failed["kind"], &failed["status"]), (&json!("test"), &json!("dead")));
    let done = ringback.made(Method::POST, &path, json!({"reversal": true})).await;
    assert_eq!((&done["status"], &done["attempts"][0]["outcome"]), (&json!("delivered"), &json!("delivered")));
    let (first, second) = (receiver.next().await, receiver.next().await);
    assert_eq!((first.header("X-Ringback-Test"), first.parameter("user_id")), (Some("1"), Some("me".to_owned())));
    assert!(first.parameter("transaction_id").unwrap().starts_with("test-"));
    assert_eq!(second.parameter("reverse").as_deref(), Some("1"));
    assert_eq!(ringback.get("/v1/completions").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tests_at_a_time_go_to_an_endpoint_and_hanging_up_makes_no_room_for_more() {
    let answer = Arc::new(Notify::new());
    let mut receiver = Receiver::answering(vec![Reply::Once(Arc::clone(&answer)), Reply::Once(answer.clone())]).await;
    let (ringback, app, source) = calling(&receiver, json!({"timeoutMs": 60_000})).await;
    let path = format!("/v1/apps/{}/test", app.id);
    for _ in 0..2 {
        let (api, path) = (Api::clone(&ringback), path.clone());
        let caller = tokio::spawn(async move { api.post(&path, json!({})).await });
        receiver.next().await;
        caller.abort();
    }
    let refused = ringback.post(&path, json!({})).await;
    assert_eq!((refused.status, &refused.body["type"]), (429, &json!("/problems/too-many-requests")));
    let other = ringback.app("besitos", json!({"callbackUrl": receiver.url("/pb.php")})).await;
    ringback.secret(&other, "sekret").await;
    ringback.made(Method::POST, &format!("/v1/apps/{}/test", other.id), json!({})).await;
    receiver.next().await;
    let reported = ringback.report(&source, &conversion(&app, "ext-1")).await;
    ringback.delivery_once(&only_delivery(&reported), "delivered").await;
    assert_eq!(receiver.so_far().len(), 1, "a refused test was sent");

    answer.notify_one();
    let room = async {
        while ringback.post(&path, json!({})).await.status == 429 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, room).await.expect("what has ended still takes room");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_process_left_is_delivered_without_anybodys_help() {
    let mut receiver = Receiver::answering(vec![Reply::status(500), Reply::status(500)]).await;
    let (ringback, app, source) = calling(&receiver, json!({})).await;
    let retrying = only_delivery(&ringback.report(&source, &conversion(&app, "ext-1")).await);
    receiver.next().await;
    ringback.delivery_once(&retrying, "retrying").await;
    let ringback = ringback.restart().await;
    ringback.clock.advance(100 * SECOND);
    receiver.next().await;
    ringback.delivery_once(&retrying, "retrying").await;
    ringback.clock.advance(1000 * SECOND);
    receiver.next().await;
    ringback.delivery_once(&retrying, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_makes_no_retry_come_earlier() {
    let mut receiver = Receiver::answering(vec![Reply::with(503, "Retry-After: 500\r\n", "")]).await;
    let (ringback, app, source) = calling(&receiver, json!({})).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "ext-1")).await);
    receiver.next().await;
    let waiting = ringback.delivery_once(&id, "retrying").await;
    let path = format!("/v1/apps/{}", app.id);
    ringback.made(Method::PATCH, &path, json!({"paused": true})).await;
    ringback.delivery_once(&id, "held").await;
    ringback.made(Method::PATCH, &path, json!({"paused": false})).await;
    let released = ringback.delivery_once(&id, "retrying").await;
    assert_eq!(released["nextAttemptAt"], waiting["nextAttemptAt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_trickles_after_a_good_status_does_not_turn_it_into_a_time_out() {
    let mut receiver = Receiver::answering(vec![Reply::Endless]).await;
    let (ringback, app, source) = calling(&receiver, json!({"timeoutMs": 1000})).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "ext-1")).await);
    receiver.next().await;
    let delivered = ringback.delivery_once(&id, "delivered").await;
    assert_eq!(text(&delivered["attempts"][0], "responseBody").len(), 1024);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_of_a_recorded_completion_is_what_its_delivery_sent() {
    let mut receiver = Receiver::start().await;
    let ringback = Ringback::start().await;
    let app = ringback.app("affonso", json!({"callbackUrl": receiver.url("/hook")})).await;
    ringback.secret(&app, "whsec_abc123xyz").await;
    let source = ringback.source().await;
    let reported = ringback.report(&source, &conversion(&app, "ext-1")).await;
    let sent = receiver.next().await;
    ringback.clock.advance(3600 * SECOND);
    let body = json!({"completionId": reported.body["id"]});
    let preview = ringback.made(Method::POST, &format!("/v1/apps/{}/preview", app.id), body).await;
    assert_eq!(preview["body"], sent.body);
}
