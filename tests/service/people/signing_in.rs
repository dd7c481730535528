//! Signing in: one answer for everything that is wrong, and an end to guessing.

use std::time::Duration;

use serde_json::json;

use super::{House, PASSWORD, id_of, joined, sign_in_from, signed_in};
use crate::support::{Answer, has, in_database};

const MINUTE: Duration = Duration::from_secs(60);
const WRONG: &str = "not the right password";

/// What is said of an address or a password that is wrong.
#[track_caller]
fn is_wrong(answer: &Answer) {
    answer.is(401, json!({"type": "/problems/unauthorized", "detail": "E-mail or password is wrong."}));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_in_gets_a_text_that_opens_what_a_token_of_its_role_opens() {
    let house = House::start().await;
    house.ringback.clock.advance(MINUTE);
    let answer = house.sign_in(" OLGA@example.com ", PASSWORD).await;
    answer.is(201, json!({"user": {"name": "Olga", "lastSignInAt": "2024-07-01T18:41:00.000Z"}}));
    let olga = signed_in(&house.olga, &answer);
    has(&olga.get("/v1/users").await, json!({"items": [{"lastSignInAt": "2024-07-01T18:41:00.000Z"}]}));
    olga.get("/v1/sources").await;
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(answer.headers["cache-control"], "no-store");
    let cookie = format!("ringback={}", answer.body["token"].as_str().unwrap());
    let request = olga.request(reqwest::Method::GET, "/v1/me").header("cookie", cookie);
    assert_eq!(Answer::to(request).await.unwrap().status, 401, "the API reads no cookie");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_a_wrong_password_and_a_disabled_person_get_one_answer() {
    let house = House::start().await;
    let max = joined(&house.olga, "max@example.com", json!({"role": "account_manager"})).await;
    let path = format!("/v1/users/{}", id_of(&max).await);
    house.olga.patch(&path, json!({"disabled": true})).await.is(200, json!({"disabled": true}));
    assert_eq!(max.ask("/v1/me").await.status, 401, "its sessions have ended");
    let mut answers = Vec::new();
    for (email, password) in [
        ("olga@example.com", WRONG),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
        ("max@example.com", PASSWORD),
        ("olga@example.com", &"x".repeat(10_000)),
    ] {
        let answer = house.sign_in(email, password).await;
        is_wrong(&answer);
        answers.push(answer.body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    house.olga.patch(&path, json!({"disabled": false})).await.is(200, json!({"disabled": false}));
    assert_eq!(house.sign_in("max@example.com", PASSWORD).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_asked_for_is_refused_by_its_name() {
    let house = House::start().await;
    let anyone = house.olga.with_token("");
    for (body, field) in [
        (json!({"email": "a@b.co"}), "password"),
        (json!({"email": 1, "password": "x"}), "email"),
        (json!({"email": "a@b.co", "password": "x", "cod": "1"}), "cod"),
        (json!({"email": "a\0@b.co", "password": "x"}), "email"),
    ] {
        anyone.post("/v1/sessions", body).await.refuses(422, &[field]);
    }
    let large = json!({"email": "a@b.co", "password": "x".repeat(20_000)});
    assert_eq!(anyone.post("/v1/sessions", large).await.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_failures_of_an_account_shut_it_for_a_quarter_of_an_hour_wherever_they_come_from() {
    let house = House::start().await;
    for from in 1..=10 {
        let address = format!("198.51.100.{from}");
        is_wrong(&sign_in_from(&house.olga, &address, "Olga@example.com", WRONG).await);
        house.ringback.clock.advance(MINUTE);
    }
    let shut = json!({
        "type": "/problems/too-many-attempts", "detail": "Too many attempts. Try again after 18:55 UTC.",
        "retryAfter": "2024-07-01T18:55:00.000Z",
    });
    // Not even with the right password, and an address that nobody has signs in no otherwise.
    sign_in_from(&house.olga, "203.0.113.9", "olga@example.com", PASSWORD).await.is(429, shut.clone());
    house.ringback.clock.advance(4 * MINUTE);
    sign_in_from(&house.olga, "203.0.113.9", "olga@example.com", PASSWORD).await.is(429, shut);
    house.ringback.clock.advance(MINUTE);
    assert_eq!(sign_in_from(&house.olga, "203.0.113.9", "olga@example.com", PASSWORD).await.status, 201);
    house.olga.get("/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_failures_from_an_address_shut_it_for_all_accounts_and_no_other_address() {
    let house = House::start().await;
    for one in 0..10 {
        is_wrong(&sign_in_from(&house.olga, "198.51.100.1", &format!("{one}@example.com"), WRONG).await);
    }
    assert_eq!(sign_in_from(&house.olga, "198.51.100.1", "olga@example.com", PASSWORD).await.status, 429);
    assert_eq!(sign_in_from(&house.olga, "198.51.100.2", "olga@example.com", PASSWORD).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_attempts_at_a_time_are_not_all_looked_at_and_success_counts_as_no_failure() {
    let house = House::start().await;
    for _ in 0..12 {
        assert_eq!(house.sign_in("olga@example.com", PASSWORD).await.status, 201);
    }
    let attempts = (0..30).map(|_| house.sign_in("olga@example.com", WRONG));
    let answers = futures_util::future::join_all(attempts).await;
    let of = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of(401), of(429)), (10, 20), "{answers:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_fail_at_is_no_failure_of_whoever_signs_in() {
    let house = House::start().await;
    let url = house.ringback.database_url();
    in_database(&url, "UPDATE users SET name = password_hash, password_hash = 'no hash'");
    for _ in 0..12 {
        assert_eq!(house.sign_in("olga@example.com", PASSWORD).await.status, 500);
        let proof = json!({"password": PASSWORD});
        assert_eq!(house.olga.post("/v1/me/second-factor", proof).await.status, 500);
    }
    in_database(&url, "UPDATE users SET password_hash = name");
    assert_eq!(house.sign_in("olga@example.com", PASSWORD).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_failures_outlast_a_restart() {
    let house = House::start().await;
    for _ in 0..10 {
        is_wrong(&house.sign_in("olga@example.com", WRONG).await);
    }
    let ringback = house.ringback.restart().await;
    assert_eq!(super::sign_in(&ringback, "olga@example.com", PASSWORD).await.status, 429);
}
