//! The second factor: six digits beside the password, each good once.

use std::time::Duration;

use ringback::domain::totp::TotpKey;
use serde_json::{Value, json};

use super::{House, PASSWORD, id_of, join, joined, signed_in};
use crate::support::{Answer, has, text};

const STEP: Duration = Duration::from_secs(30);

/// The key that an app reads.
pub(crate) fn key(base32: &str) -> TotpKey {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in base32.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == digit).unwrap();
        (bits, count) = (bits << 5 | u32::try_from(value).unwrap(), count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    TotpKey::of(bytes.try_into().unwrap())
}

/// Puts a second factor in force for Olga.
async fn with_second_factor(house: &House) -> TotpKey {
    let begun = house.olga.post("/v1/me/second-factor", "").await.ok();
    let key = key(&text(&begun, "key"));
    let code = key.code_at(house.olga.now());
    let confirmed = house.olga.post("/v1/me/second-factor/confirm", json!({"code": code})).await;
    confirmed.is(200, json!({"secondFactor": true}));
    key
}

async fn sign_in_with(house: &House, code: Value) -> Answer {
    let body = json!({"email": "olga@example.com", "password": PASSWORD, "code": code});
    house.olga.with_token("").post("/v1/sessions", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_in_force_once_a_code_has_shown_that_the_app_has_it() {
    let house = House::start().await;
    let begun = house.olga.post("/v1/me/second-factor", "").await;
    let (key_text, uri) = (text(&begun.body, "key"), text(&begun.body, "uri"));
    let expected = format!(
        "otpauth://totp/Ringback:olga%40example%2Ecom?secret={key_text}&issuer=Ringback&algorithm=SHA1&digits=6&period=30"
    );
    assert_eq!((begun.status, uri), (201, expected));
    assert_eq!(house.sign_in("olga@example.com", PASSWORD).await.status, 201, "it is not in force yet");
    let wrong = house.olga.post("/v1/me/second-factor/confirm", json!({"code": "000000"})).await;
    wrong.refuses(422, &["code"]);
    let code = key(&key_text).code_at(house.olga.now());
    house.olga.post("/v1/me/second-factor/confirm", json!({"code": code})).await.is(200, json!({"secondFactor": true}));
    let again = house.olga.post("/v1/me/second-factor/confirm", json!({"code": code})).await;
    again.is(409, json!({"type": "/problems/conflict"}));
    assert_eq!(house.olga.post("/v1/me/second-factor", "").await.status, 409);
    for shown in [house.olga.get("/v1/me").await, house.olga.get("/v1/users").await, house.olga.get("/v1/audit").await]
    {
        assert!(!shown.to_string().contains(&key_text), "{shown:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_code_signs_in_once_and_a_password_alone_does_not() {
    let house = House::start().await;
    let key = with_second_factor(&house).await;
    let needed = sign_in_with(&house, Value::Null).await;
    needed.is(401, json!({"detail": "The six digits of your second factor are needed too.", "codeNeeded": true}));
    let confirmed_with = key.code_at(house.olga.now());
    let wrong = json!({"detail": "These six digits are wrong, or were used before."});
    sign_in_with(&house, json!(confirmed_with)).await.is(401, wrong.clone());
    house.ringback.clock.advance(STEP);
    let code = key.code_at(house.olga.now());
    assert_eq!(sign_in_with(&house, json!(code)).await.status, 201);
    sign_in_with(&house, json!(code)).await.is(401, wrong.clone());
    // One that is shown half a minute later is taken already; then the present one is not any more.
    assert_eq!(sign_in_with(&house, json!(key.code_at(house.olga.now().plus(STEP)))).await.status, 201);
    house.ringback.clock.advance(STEP);
    sign_in_with(&house, json!(key.code_at(house.olga.now()))).await.is(401, wrong);
    // Whoever does not know the password is not told that there is a second factor.
    let body = json!({"email": "olga@example.com", "password": "something else entirely"});
    let answer = house.olga.with_token("").post("/v1/sessions", body).await;
    answer.is(401, json!({"detail": "E-mail or password is wrong.", "codeNeeded": null}));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_that_is_shown_many_times_at_once_signs_in_once() {
    let house = House::start().await;
    let key = with_second_factor(&house).await;
    house.ringback.clock.advance(STEP);
    let code = json!(key.code_at(house.olga.now()));
    let answers = futures_util::future::join_all((0..8).map(|_| sign_in_with(&house, code.clone()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_that_are_guessed_count_as_failures_and_asking_for_one_does_not() {
    let house = House::start().await;
    with_second_factor(&house).await;
    for _ in 0..12 {
        assert_eq!(sign_in_with(&house, Value::Null).await.status, 401);
    }
    for guessed in 0..10 {
        assert_eq!(sign_in_with(&house, json!(format!("{guessed:06}"))).await.status, 401);
    }
    assert_eq!(sign_in_with(&house, Value::Null).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_taken_away_by_the_password_or_by_somebody_who_looks_after_its_person() {
    let house = House::start().await;
    with_second_factor(&house).await;
    let wrong = house.olga.post("/v1/me/second-factor/remove", json!({"password": "not my password"})).await;
    wrong.refuses(422, &["password"]);
    let removed = house.olga.post("/v1/me/second-factor/remove", json!({"password": PASSWORD})).await;
    removed.is(200, json!({"secondFactor": false}));
    assert_eq!(sign_in_with(&house, Value::Null).await.status, 201);

    with_second_factor(&house).await;
    let max = joined(&house.olga, "max@example.com", json!({"role": "account_manager"})).await;
    let path = format!("/v1/users/{}/second-factor", id_of(&house.olga).await);
    assert_eq!(max.delete(&path).await.status, 404, "an account manager does not reach operators");
    let paul = joined(&house.olga, "paul@example.com", json!({"role": "operator"})).await;
    assert_eq!(paul.delete(&path).await.status, 204);
    assert_eq!(sign_in_with(&house, Value::Null).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_into_the_own_account_as_if_password_or_phone_were_lost() {
    let house = House::start().await;
    with_second_factor(&house).await;
    let path = format!("/v1/users/{}", id_of(&house.olga).await);
    let made = house.olga.post("/v1/tokens", json!({"name": "x", "role": "operator"})).await.ok();
    let by_token = house.olga.with_token(&text(&made, "token"));
    let own = "Your own password and second factor are changed in your account, with your password.";
    for api in [&house.olga, &by_token] {
        api.post(&format!("{path}/reset"), "").await.is(409, json!({"detail": own}));
        api.delete(&format!("{path}/second-factor")).await.is(409, json!({"detail": own}));
    }
    has(&house.olga.get("/v1/me").await, json!({"secondFactor": true}));
    let paul = joined(&house.olga, "paul@example.com", json!({"role": "operator"})).await;
    let paul = format!("/v1/users/{}/reset", id_of(&paul).await);
    assert_eq!(by_token.post(&paul, "").await.status, 201, "a token does for others what its person does");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_of_an_hour_after_signing_in_a_new_key_takes_the_password() {
    let house = House::start().await;
    house.ringback.clock.advance(Duration::from_secs(15 * 60));
    house.olga.post("/v1/me/second-factor", "").await.refuses(422, &["password"]);
    house.olga.post("/v1/me/second-factor", json!({"password": "not my password"})).await.refuses(422, &["password"]);
    house.olga.post("/v1/me/second-factor", json!({"pasword": PASSWORD})).await.refuses(422, &["pasword"]);
    let confirmed = house.olga.post("/v1/me/second-factor/confirm", json!({"code": "000000"})).await;
    confirmed.is(409, json!({"detail": "No second factor was begun, or it is in force already."}));
    let begun = house.olga.post("/v1/me/second-factor", json!({"password": PASSWORD})).await.ok();
    let code = key(&text(&begun, "key")).code_at(house.olga.now());
    house.olga.post("/v1/me/second-factor/confirm", json!({"code": code})).await.is(200, json!({"secondFactor": true}));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_comes_into_force_ends_the_other_sessions_and_only_the_last_that_was_begun_does() {
    let house = House::start().await;
    let other = signed_in(&house.olga, &house.sign_in("olga@example.com", PASSWORD).await);
    let [before, last] = [
        house.olga.post("/v1/me/second-factor", "").await.ok(),
        house.olga.post("/v1/me/second-factor", "").await.ok(),
    ]
    .map(|begun| key(&text(&begun, "key")).code_at(house.olga.now()));
    house.olga.post("/v1/me/second-factor/confirm", json!({"code": before})).await.refuses(422, &["code"]);
    other.get("/v1/me").await;
    house.olga.post("/v1/me/second-factor/confirm", json!({"code": last})).await.ok();
    house.olga.get("/v1/me").await;
    assert_eq!(other.ask("/v1/me").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_by_a_link_does_not_go_around_it() {
    let house = House::start().await;
    let key = with_second_factor(&house).await;
    let reset = house.ringback.post(&format!("/v1/users/{}/reset", id_of(&house.olga).await), "").await.ok();
    let answer = join(&house.olga, &text(&reset, "link"), json!({"password": "another horse battery"})).await;
    answer.is(201, json!({"user": {"secondFactor": true}, "token": null}));
    assert_eq!(house.olga.ask("/v1/me").await.status, 401);
    house.ringback.clock.advance(STEP);
    let code = key.code_at(house.olga.now());
    let body = json!({"email": "olga@example.com", "password": "another horse battery", "code": code});
    let olga = signed_in(&house.olga, &house.olga.with_token("").post("/v1/sessions", body).await);
    has(&olga.get("/v1/me").await, json!({"secondFactor": true}));
}
