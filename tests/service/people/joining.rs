//! Links: the first operator's, invitations, new passwords. Each opens once, for a while, what it was made for.

use std::time::Duration;

use serde_json::{Value, json};

use super::{House, PASSWORD, id_of, invite, join, joined, sign_in, signed_in};
use crate::support::{Home, Ringback, has, text};

const DAY: Duration = Duration::from_secs(24 * 3_600);

fn first() -> Value {
    json!({"name": "Olga", "email": "olga@example.com", "password": PASSWORD})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_operator_joins_by_the_link_that_serve_prints_and_then_it_is_void() {
    let ringback = Ringback::start().await;
    let link = ringback.first_operator_link().unwrap();
    assert!(link.starts_with("http://127.0.0.1:") && link.contains("/join/rbj_"), "{link}");
    let answer = join(&ringback, &link, first()).await;
    let expected = json!({
        "email": "olga@example.com", "name": "Olga", "role": "operator", "publisherId": null, "disabled": false,
        "secondFactor": false, "createdAt": "2024-07-01T18:40:00.000Z", "lastSignInAt": "2024-07-01T18:40:00.000Z",
    });
    answer.is(201, json!({"expiresAt": "2024-07-08T18:40:00.000Z", "user": expected}));
    let olga = signed_in(&ringback, &answer);
    olga.get("/v1/audit").await;
    let second = json!({"name": "Eve", "email": "eve@example.com", "password": PASSWORD});
    join(&ringback, &link, second).await.refuses(422, &["token"]);
    let restarted = ringback.restart().await;
    assert_eq!(restarted.first_operator_link(), None);
    olga.at(&restarted).get("/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_nobody_has_joined_a_restart_prints_a_new_link_and_one_use_voids_them_all() {
    let ringback = Ringback::start().await;
    let before = ringback.first_operator_link().unwrap();
    let ringback = ringback.restart_with("RINGBACK_PUBLIC_URL", "https://Console.Example/").await;
    let link = ringback.first_operator_link().unwrap();
    assert!(link.starts_with("https://console.example/join/") && link != before, "{link}");
    ringback.clock.advance(DAY - Duration::from_millis(1));
    assert_eq!(join(&ringback, &link, first()).await.status, 201);
    join(&ringback, &before, first()).await.refuses(422, &["token"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_operators_link_opens_nothing_after_a_day() {
    let ringback = Ringback::start().await;
    let link = ringback.first_operator_link().unwrap();
    ringback.clock.advance(DAY);
    join(&ringback, &link, first()).await.refuses(422, &["token"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_says_what_it_needs_and_stays_good_until_it_is_used_well() {
    let ringback = Ringback::start().await;
    let link = ringback.first_operator_link().unwrap();
    for (change, fields) in [
        (json!({"email": null}), &["email"][..]),
        (json!({"email": "olga"}), &["email"]),
        (json!({"name": " ", "email": "@"}), &["email", "name"]),
        (json!({"password": "elevenchars"}), &["password"]),
        (json!({"password": "x".repeat(257)}), &["password"]),
        (json!({"password": " OLGA@example.com "}), &["password"]),
        (json!({"name": "Olga Olgadottir", "password": "olga olgadottir"}), &["password"]),
        (json!({"pasword": "x"}), &["pasword"]),
    ] {
        join(&ringback, &link, crate::support::with(first(), change)).await.refuses(422, fields);
    }
    assert_eq!(join(&ringback, &link, first()).await.status, 201);
    join(&ringback, "/join/no-such-link", first()).await.refuses(422, &["token"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_for_one_address_and_role_and_its_link_is_shown_once() {
    let house = House::start().await;
    let acme = house.publisher("Acme").await;
    let answer = invite(&house.olga, "ana@example.com", json!({"role": "publisher", "publisherId": acme})).await;
    let made = json!({
        "email": "ana@example.com", "name": null, "role": "publisher", "publisherId": acme,
        "createdBy": {"userId": id_of(&house.olga).await, "name": "Olga"},
        "createdAt": "2024-07-01T18:40:00.000Z", "expiresAt": "2024-07-08T18:40:00.000Z",
    });
    answer.is(201, made.clone());
    let link = text(&answer.body, "link");
    let listed = house.olga.get("/v1/invitations").await;
    has(&listed, json!({"items": [made]}));
    assert!(!listed.to_string().contains("link") && !listed.to_string().contains("rbj_"), "{listed:#}");

    let body = |email: Value| json!({"name": "Ana", "password": PASSWORD, "email": email});
    join(&house.olga, &link, body(json!("eve@example.com"))).await.refuses(422, &["email"]);
    join(&house.olga, &link, json!({"password": PASSWORD})).await.refuses(422, &["name"]);
    let ana = signed_in(&house.olga, &join(&house.olga, &link, body(Value::Null)).await);
    has(&ana.get("/v1/me").await, json!({"email": "ana@example.com", "role": "publisher", "publisherId": acme}));
    join(&house.olga, &link, body(Value::Null)).await.refuses(422, &["token"]);
    assert_eq!(house.olga.get("/v1/invitations").await["items"], json!([]));

    let again = invite(&house.olga, "ANA@Example.com", json!({"role": "operator"})).await;
    again.is(409, json!({"type": "/problems/conflict"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_is_taken_back_or_a_week_old_opens_nothing() {
    let house = House::start().await;
    let role = json!({"role": "account_manager", "name": "Max"});
    let (taken_back, old) = (
        invite(&house.olga, "max@example.com", role.clone()).await,
        invite(&house.olga, "max@example.com", role.clone()).await,
    );
    let path = format!("/v1/invitations/{}", taken_back.id());
    assert_eq!(house.olga.delete(&path).await.status, 204);
    assert_eq!(house.olga.delete(&path).await.status, 404);
    let body = json!({"password": PASSWORD});
    join(&house.olga, &text(&taken_back.body, "link"), body.clone()).await.refuses(422, &["token"]);
    house.ringback.clock.advance(7 * DAY);
    join(&house.olga, &text(&old.body, "link"), body.clone()).await.refuses(422, &["token"]);
    let olga = signed_in(&house.olga, &house.sign_in("olga@example.com", PASSWORD).await);
    assert_eq!(olga.get("/v1/invitations").await["items"], json!([]));
    let link = text(&invite(&olga, "max@example.com", role).await.body, "link");
    has(&join(&olga, &link, body).await.body, json!({"user": {"name": "Max", "role": "account_manager"}}));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_invitations_to_one_address_the_second_says_that_it_is_taken() {
    let house = House::start().await;
    let mut links = Vec::new();
    for _ in 0..2 {
        links.push(text(&invite(&house.olga, "max@example.com", json!({"role": "operator"})).await.ok(), "link"));
    }
    let body = json!({"name": "Max", "password": PASSWORD});
    assert_eq!(join(&house.olga, &links[0], body.clone()).await.status, 201);
    join(&house.olga, &links[1], body).await.is(409, json!({"type": "/problems/conflict"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_reach_a_person_is_not_told_that_its_address_is_taken() {
    let house = House::start().await;
    let (acme, zen) = (house.publisher("Acme").await, house.publisher("Zen").await);
    let of = |publisher: &str| json!({"role": "publisher", "publisherId": publisher});
    let max = joined(&house.olga, "max@example.com", json!({"role": "account_manager"})).await;
    let ana = joined(&max, "ana@example.com", of(&acme)).await;
    joined(&max, "zoe@example.com", of(&zen)).await;
    let taken = json!({"type": "/problems/conflict"});
    invite(&ana, "ana@example.com", of(&acme)).await.is(409, taken.clone());
    invite(&max, "zoe@example.com", of(&acme)).await.is(409, taken.clone());
    invite(&house.olga, "olga@example.com", of(&acme)).await.is(409, taken.clone());
    let body = json!({"name": "Eve", "password": PASSWORD});
    for (inviter, email) in [(&ana, "zoe@example.com"), (&ana, "olga@example.com"), (&max, "olga@example.com")] {
        let link = text(&invite(inviter, email, of(&acme)).await.ok(), "link");
        join(&house.olga, &link, body.clone()).await.is(409, taken.clone());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link_sets_a_new_password_and_ends_every_session_and_every_link_before_it() {
    let house = House::start().await;
    let max = joined(&house.olga, "max@example.com", json!({"role": "account_manager"})).await;
    let reset = format!("/v1/users/{}/reset", id_of(&max).await);
    let [before, link] = [house.olga.post(&reset, "").await, house.olga.post(&reset, "").await];
    link.is(201, json!({"email": "max@example.com", "expiresAt": "2024-07-02T18:40:00.000Z"}));
    let [before, link] = [before, link].map(|answer| text(&answer.body, "link"));
    let body = json!({"password": "another horse battery"});
    join(&max, &before, body.clone()).await.refuses(422, &["token"]);
    join(&max, &link, json!({"password": PASSWORD, "name": "Mad Max"})).await.refuses(422, &["name"]);
    join(&max, &link, json!({"password": "Max@Example.com"})).await.refuses(422, &["password"]);
    let anew = signed_in(&max, &join(&max, &link, body.clone()).await);
    anew.get("/v1/me").await;
    assert_eq!(max.ask("/v1/me").await.status, 401);
    assert_eq!(sign_in(&max, "max@example.com", PASSWORD).await.status, 401);
    assert_eq!(sign_in(&max, "max@example.com", "another horse battery").await.status, 201);
    join(&max, &link, body).await.refuses(422, &["token"]);
    assert_eq!(house.olga.post("/v1/users/usr_none/reset", "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link_opens_nothing_once_its_person_has_another_role_or_publisher_or_is_disabled() {
    let house = House::start().await;
    let (acme, zen) = (house.publisher("Acme").await, house.publisher("Zen").await);
    let max = joined(&house.olga, "max@example.com", json!({"role": "account_manager"})).await;
    let ana = joined(&max, "ana@example.com", json!({"role": "publisher", "publisherId": acme})).await;
    let path = format!("/v1/users/{}", id_of(&ana).await);
    let body = json!({"password": "another horse battery"});
    for change in [json!({"publisherId": zen}), json!({"disabled": true}), json!({"role": "operator"})] {
        let link = text(&max.post(&format!("{path}/reset"), "").await.ok(), "link");
        house.olga.patch(&path, &change).await.ok();
        join(&max, &link, body.clone()).await.refuses(422, &["token"]);
        house.olga.patch(&path, json!({"disabled": false})).await.ok();
    }
    assert_eq!(house.sign_in("ana@example.com", PASSWORD).await.status, 201, "her password stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_links_and_tokens_that_somebody_made_open_nothing_once_it_is_disabled_demoted_or_deleted() {
    let house = House::start().await;
    let acme = house.publisher("Acme").await;
    let of_acme = json!({"role": "publisher", "publisherId": acme});
    let ana = format!("/v1/users/{}", id_of(&joined(&house.olga, "ana@example.com", of_acme.clone()).await).await);
    let body = json!({"name": "Ben", "password": "another horse battery"});
    for (at, end) in [json!({"disabled": true}), of_acme.clone(), json!({"role": "account_manager"}), Value::Null]
        .into_iter()
        .enumerate()
    {
        let paul = joined(&house.olga, &format!("paul{at}@example.com"), json!({"role": "operator"})).await;
        let path = format!("/v1/users/{}", id_of(&paul).await);
        let invited = text(&invite(&paul, &format!("ben{at}@example.com"), of_acme.clone()).await.ok(), "link");
        let reset = text(&paul.post(&format!("{ana}/reset"), "").await.ok(), "link");
        let token = paul.post("/v1/tokens", json!({"name": "his", "role": "operator"})).await.ok();
        let token = house.olga.with_token(&text(&token, "token"));
        token.get("/v1/sources").await;
        if end.is_null() {
            assert_eq!(house.olga.delete(&path).await.status, 204);
        } else {
            house.olga.patch(&path, &end).await.ok();
        }
        join(&house.olga, &invited, body.clone()).await.refuses(422, &["token"]);
        join(&house.olga, &reset, json!({"password": PASSWORD})).await.refuses(422, &["token"]);
        assert_eq!(token.ask("/v1/sources").await.status, 401, "{end}");
    }
    assert_eq!(house.olga.get("/v1/invitations").await["items"], json!([]));

    let max = joined(&house.olga, "max@example.com", json!({"role": "account_manager"})).await;
    let invited = text(&invite(&max, "ben@example.com", of_acme).await.ok(), "link");
    let path = format!("/v1/users/{}", id_of(&max).await);
    let token = max.post("/v1/tokens", json!({"name": "his", "role": "publisher", "publisherId": acme})).await.ok();
    house.olga.patch(&path, json!({"role": "operator", "name": "Max M."})).await.ok();
    house.olga.with_token(&text(&token, "token")).get("/v1/apps").await;
    assert_eq!(join(&house.olga, &invited, body).await.status, 201, "an operator may make each");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_links_that_a_token_made_open_nothing_once_it_is_deleted() {
    let house = House::start().await;
    let token = house.olga.post("/v1/tokens", json!({"name": "deploy", "role": "operator"})).await.ok();
    let by_token = house.olga.with_token(&text(&token, "token"));
    let link = text(&invite(&by_token, "eve@example.com", json!({"role": "operator"})).await.ok(), "link");
    assert_eq!(house.olga.delete(&format!("/v1/tokens/{}", text(&token, "id"))).await.status, 204);
    let body = json!({"name": "Eve", "password": "another horse battery"});
    join(&house.olga, &link, body).await.refuses(422, &["token"]);
    assert_eq!(house.olga.get("/v1/invitations").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_prints_the_link_and_a_restart_a_new_one_while_there_is_nobody() {
    const WORDS: &str = "First operator: ";
    let home = Home::new().with("RINGBACK_PUBLIC_URL", "https://console.example");
    let mut child = home.serve().await;
    let before = child.printed_line(WORDS).await;
    assert!(before.starts_with("First operator: https://console.example/join/"), "{before}");
    let ended = child.terminate().await;
    let secret = super::token_in(&before).to_owned();
    assert!(!ended.complaint.contains(&secret), "the link stands in the log");
    let mut child = home.serve().await;
    let link = child.printed_line(WORDS).await;
    assert_ne!(link, before);
    assert_eq!(join(&child, &link, first()).await.status, 201);
    child.terminate().await;
    let child = home.serve().await;
    assert_eq!(sign_in(&child, "olga@example.com", PASSWORD).await.status, 201);
    let printed = child.terminate().await.printed;
    assert!(printed.contains("Console: https://console.example/\n") && !printed.contains(WORDS), "{printed}");
}
