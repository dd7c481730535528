//! Sessions: how long they go on, and what ends one.

use std::time::Duration;

use serde_json::{Value, json};

use super::{House, PASSWORD, joined, signed_in};
use crate::support::{Api, has, text};

const HOUR: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);

/// Uses a session, and waits until that is written down.
async fn used(api: &Api) {
    let now = api.now().to_string();
    api.once("/v1/me/sessions", "seen now", |own| {
        own["items"].as_array().unwrap().iter().any(|one| one["current"] == true && one["lastSeenAt"] == now.as_str())
    })
    .await;
}

async fn own(api: &Api) -> Vec<Value> {
    api.get("/v1/me/sessions").await["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_after_twelve_hours_without_use_and_not_before() {
    let house = House::start().await;
    house.ringback.clock.advance(11 * HOUR);
    used(&house.olga).await;
    house.ringback.clock.advance(12 * HOUR - Duration::from_millis(1));
    used(&house.olga).await;
    house.ringback.clock.advance(12 * HOUR);
    house.olga.ask("/v1/me").await.is(401, json!({"type": "/problems/unauthorized"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_after_a_week_however_much_it_is_used_and_is_forgotten_then() {
    let house = House::start().await;
    for _ in 0..15 {
        house.ringback.clock.advance(11 * HOUR);
        used(&house.olga).await;
    }
    house.ringback.clock.advance(3 * HOUR - Duration::from_millis(1));
    used(&house.olga).await;
    house.ringback.clock.advance(Duration::from_millis(1));
    assert_eq!(house.olga.ask("/v1/me").await.status, 401);
    let olga = signed_in(&house.olga, &house.sign_in("olga@example.com", PASSWORD).await);
    house.ringback.tidy().await;
    assert_eq!(own(&olga).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_outlasts_a_restart() {
    let House { ringback, olga } = House::start().await;
    let restarted = ringback.restart().await;
    has(&olga.at(&restarted).get("/v1/me").await, json!({"name": "Olga"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_where_it_is_signed_in_and_signs_out_there() {
    let house = House::start().await;
    house.ringback.clock.advance(MINUTE);
    let body = json!({"email": "olga@example.com", "password": PASSWORD}).to_string();
    let request = house.olga.request(reqwest::Method::POST, "/v1/sessions").body(body);
    let request = request.header("x-forwarded-for", "203.0.113.9").header("user-agent", "Phone/1.0");
    let phone = signed_in(&house.olga, &crate::support::Answer::to(request).await.unwrap());
    let listed = own(&house.olga).await;
    has(
        &json!(listed),
        json!([
            {
                "current": false, "userAgent": "Phone/1.0", "address": "203.0.113.9",
                "createdAt": "2024-07-01T18:41:00.000Z", "expiresAt": "2024-07-08T18:41:00.000Z",
            },
            {"current": true, "userAgent": null, "address": "127.0.0.1"},
        ]),
    );
    assert!(!json!(listed).to_string().contains("rbs_"));
    let [on_phone, here] = [0, 1].map(|at| format!("/v1/me/sessions/{}", text(&listed[at], "id")));
    let max = joined(&house.olga, "max@example.com", json!({"role": "operator"})).await;
    assert_eq!(max.delete(&on_phone).await.status, 404, "another one's session does not exist");
    assert_eq!(house.olga.delete(&on_phone).await.status, 204);
    assert_eq!(phone.ask("/v1/me").await.status, 401);
    assert_eq!(house.olga.delete(&on_phone).await.status, 404);
    assert_eq!(house.olga.delete(&here).await.status, 204, "signing out is ending one's own session");
    assert_eq!(house.olga.ask("/v1/me").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_other_sessions_end_at_once_and_those_of_others_go_on() {
    let house = House::start().await;
    let max = joined(&house.olga, "max@example.com", json!({"role": "operator"})).await;
    let other = signed_in(&house.olga, &house.sign_in("olga@example.com", PASSWORD).await);
    assert_eq!(other.delete("/v1/me/sessions").await.status, 204);
    assert_eq!(house.olga.ask("/v1/me").await.status, 401);
    assert_eq!(own(&other).await.len(), 1);
    max.get("/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_sessions_the_oldest_ends_when_another_one_begins() {
    let house = House::start().await;
    for _ in 0..50 {
        assert_eq!(house.sign_in("olga@example.com", PASSWORD).await.status, 201);
    }
    assert_eq!(house.olga.ask("/v1/me").await.status, 401);
    let olga = signed_in(&house.olga, &house.sign_in("olga@example.com", PASSWORD).await);
    assert_eq!(own(&olga).await.len(), 50);
    let page = olga.get("/v1/me/sessions?limit=2").await;
    let rest = olga.get(&format!("/v1/me/sessions?cursor={}", text(&page, "nextCursor"))).await;
    assert_eq!(rest["items"].as_array().unwrap().len(), 48);
}
