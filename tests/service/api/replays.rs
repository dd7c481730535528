//! What callers of `/v1/replays` are answered. What a job does is in `delivery`, and how it survives in the store's suite.

use std::time::Duration;

use serde_json::{Value, json};

use super::Acme;
use crate::support::{Reply, calling, has, shown, text, with};

const FROM: &str = "2024-07-01T18:00:00.000Z";

/// A minute of the day of every test.
fn minute() -> Value {
    json!({"from": "2024-07-01T18:40:00Z", "to": "2024-07-01T18:41:00Z"})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_replay_is_named() {
    let acme = Acme::start().await;
    let app = acme.app(json!({"ref": "wall"})).await.id();
    let of_app = |fields: Value| with(json!({"appId": app}), fields);
    for (body, faults) in [
        (json!({}), vec!["appId"]),
        (of_app(json!({})), vec!["from"]),
        (of_app(json!({"from": "yesterday"})), vec!["from"]),
        (of_app(json!({"from": FROM, "to": FROM})), vec!["to"]),
        (of_app(json!({"from": "2024-07-01T18:40:00.000Z"})), vec!["from"]),
        (of_app(json!({"from": "2024-05-01T00:00:00Z"})), vec!["from"]),
        (of_app(json!({"from": FROM, "status": "held"})), vec!["status"]),
        (of_app(json!({"from": FROM, "status": ["dead", "lost"]})), vec!["status"]),
        (of_app(json!({"from": FROM, "status": []})), vec!["status"]),
        (of_app(json!({"from": FROM, "status": 5})), vec!["status"]),
        (of_app(json!({"from": FROM, "status": [5]})), vec!["status[0]"]),
        (of_app(json!({"from": FROM, "sinceDeliveryId": "dlv_1"})), vec!["sinceDeliveryId"]),
        (of_app(json!({"sinceDeliveryId": "dlv_1"})), vec!["sinceDeliveryId"]),
        (of_app(json!({"from": FROM, "dryRun": "yes"})), vec!["dryRun"]),
        (of_app(json!({"from": FROM, "statuses": ["dead"]})), vec!["statuses"]),
    ] {
        acme.publisher.post("/v1/replays", &body).await.refuses(422, &faults);
    }
    acme.publisher.post("/v1/replays", of_app(json!({"from": FROM, "status": ["dead", "canceled"]}))).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_another_publishers_app_does_not_exist() {
    let acme = Acme::start().await;
    let app = acme.app(json!({"ref": "wall"})).await.id();
    let other = acme.manager.post("/v1/publishers", json!({"name": "Other"})).await.id();
    let stranger = acme.operator.publisher(&other).await;
    let body = with(json!({"appId": "wall"}), minute());
    assert_eq!(stranger.post("/v1/replays", &body).await.status, 404);
    let replay = acme.publisher.post("/v1/replays", &body).await.id();
    for path in [format!("/v1/replays/{replay}"), format!("/v1/replays?appId={app}")] {
        assert_eq!(stranger.ask(&path).await.status, 404, "{path}");
        acme.publisher.get(&path).await;
        acme.manager.get(&path).await;
    }
    assert_eq!(stranger.post(&format!("/v1/replays/{replay}/cancel"), "").await.status, 404);
    assert_eq!(stranger.get("/v1/replays").await["items"], json!([]));
    assert_eq!(acme.publisher.get("/v1/replays").await["items"][0]["id"], json!(replay));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_shows_how_far_it_has_come_and_who_began_it_and_is_audited() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [1]})).await;
    wall.receiver.then([Reply::status(500), Reply::status(500)]);
    wall.report_until("tx-1", "retrying").await;
    ringback.clock.advance(Duration::from_secs(2));
    let dead = ringback.once("/v1/deliveries", "dead", |page| page["items"][0]["status"] == "dead").await;
    ringback.clock.advance(Duration::from_secs(1));
    let publisher = ringback.publisher(&wall.publisher).await;
    let since = json!({"appId": wall.id, "sinceDeliveryId": dead["items"][0]["id"]});

    let counted = publisher.post("/v1/replays", with(since.clone(), json!({"dryRun": true}))).await;
    insta::assert_snapshot!(shown(&counted.ok()), @r#"
    {
      appId: "app_1", status: ["dead"], sinceDeliveryId: "dlv_1", total: 1, replayable: 1,
      skipped: {reversed: 0, review: 0, erased: 0, archived: 0, reopened: 0},
    }
    "#);
    assert_eq!(publisher.get("/v1/replays").await["items"], json!([]));
    let began = publisher.post("/v1/replays", &since).await;
    assert_eq!(began.status, 201);
    let path = format!("/v1/replays/{}", began.id());
    let done = ringback.once(&path, "done", |replay| replay["state"] == "done").await;
    insta::assert_snapshot!(shown(&done), @r#"
    {
      id: "rpl_1", appId: "app_1", status: ["dead"], sinceDeliveryId: "dlv_1", state: "done", total: 1, done: 1,
      skipped: {reversed: 0, review: 0, erased: 0, archived: 0, reopened: 0},
      createdBy: {tokenId: "tok_1", name: "theirs"}, createdAt: "2024-07-01T18:40:03.000Z",
      endedAt: "2024-07-01T18:40:03.000Z",
    }
    "#);
    assert_eq!(publisher.post(&format!("{path}/cancel"), "").await.status, 409);
    ringback.delivery_once(&text(&dead["items"][0], "id"), "delivered").await;

    let audited = ringback.get("/v1/audit?limit=3").await;
    let cancel = json!({"action": "POST /v1/replays/{id}/cancel", "subject": began.id(), "outcome": "refused"});
    let begin = json!({"action": "POST /v1/replays", "createdId": began.id(), "outcome": "done"});
    let count = json!({"action": "POST /v1/replays", "createdId": null, "outcome": "done"});
    has(&audited, json!({"items": [cancel, begin, count]}));
    assert!(ringback.get("/metrics").await.as_str().unwrap().contains("ringback_reopened_total 1\n"));
}
