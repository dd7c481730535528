//! What a person does about itself.

use std::time::Duration;

use serde_json::json;

use super::{House, PASSWORD, sign_in, signed_in};
use crate::support::has;

const NEW: &str = "another horse battery";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_changes_its_name_and_theme_and_what_is_left_out_stays() {
    let house = House::start().await;
    has(&house.olga.get("/v1/me").await, json!({"name": "Olga", "theme": "system", "email": "olga@example.com"}));
    house.olga.patch("/v1/me", json!({"theme": "dark"})).await.is(200, json!({"name": "Olga", "theme": "dark"}));
    house.olga.patch("/v1/me", json!({"name": "Olga O."})).await.is(200, json!({"name": "Olga O.", "theme": "dark"}));
    has(&house.olga.get("/v1/me").await, json!({"name": "Olga O.", "theme": "dark", "role": "operator"}));
    house.olga.patch("/v1/me", json!({"theme": null})).await.is(200, json!({"theme": "system"}));
    for (body, field) in [
        (json!({"name": null}), "name"),
        (json!({"password": null}), "password"),
        (json!({"theme": "blue"}), "theme"),
        (json!({"name": ""}), "name"),
        (json!({"role": "operator"}), "role"),
        (json!({"email": "x@example.com"}), "email"),
        (json!({"currentPassword": PASSWORD}), "currentPassword"),
        (json!({"password": "too short"}), "password"),
        (json!({"name": "A long enough name", "password": "a long enough NAME"}), "password"),
    ] {
        house.olga.patch("/v1/me", body).await.refuses(422, &[field]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_other_sessions_and_not_this_one() {
    let house = House::start().await;
    let other = signed_in(&house.olga, &house.sign_in("olga@example.com", PASSWORD).await);
    house.olga.patch("/v1/me", json!({"password": NEW})).await.is(200, json!({"name": "Olga"}));
    house.olga.get("/v1/me").await;
    assert_eq!(other.ask("/v1/me").await.status, 401);
    assert_eq!(house.sign_in("olga@example.com", PASSWORD).await.status, 401);
    assert_eq!(house.sign_in("olga@example.com", NEW).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_of_an_hour_after_signing_in_a_new_password_takes_the_present_one() {
    let house = House::start().await;
    house.ringback.clock.advance(Duration::from_secs(15 * 60));
    house.olga.patch("/v1/me", json!({"password": NEW})).await.refuses(422, &["currentPassword"]);
    for _ in 0..10 {
        let wrong = json!({"password": NEW, "currentPassword": "not the right one"});
        house.olga.patch("/v1/me", wrong).await.refuses(422, &["currentPassword"]);
    }
    let right = json!({"password": NEW, "currentPassword": PASSWORD});
    assert_eq!(house.olga.patch("/v1/me", right.clone()).await.status, 429, "guessing ends here as well");
    house.ringback.clock.advance(Duration::from_secs(15 * 60));
    house.olga.patch("/v1/me", right).await.ok();
    assert_eq!(sign_in(&house.olga, "olga@example.com", NEW).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_who_guess_at_an_address_do_not_keep_its_person_from_a_new_password() {
    let house = House::start().await;
    house.ringback.clock.advance(Duration::from_secs(15 * 60));
    for _ in 0..10 {
        assert_eq!(house.sign_in("olga@example.com", "not the right one").await.status, 401);
    }
    assert_eq!(house.sign_in("olga@example.com", PASSWORD).await.status, 429);
    house.olga.patch("/v1/me", json!({"password": NEW, "currentPassword": PASSWORD})).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_says_what_it_is_and_has_no_account() {
    let house = House::start().await;
    let token = house.ringback.manager().await;
    let me = token.get("/v1/me").await;
    has(&me, json!({"name": "manager", "role": "account_manager", "publisherId": null, "userId": null, "email": null}));
    assert!(me["tokenId"].as_str().unwrap().starts_with("tok_"));
    for path in ["/v1/me/sessions"] {
        token.ask(path).await.is(403, json!({"type": "/problems/forbidden"}));
        assert_eq!(token.delete(path).await.status, 403);
    }
    assert_eq!(token.patch("/v1/me", json!({"name": "x"})).await.status, 403);
    assert_eq!(token.post("/v1/me/second-factor", "").await.status, 403);
}
