//! "Where is my reward?": asked in one call, answered with what happened and whose turn it is.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::offers::{click, offer};
use crate::receiver::{Receiver, Reply};
use crate::ringback::{App, Ringback, Source, conversion, faults, only_delivery, text};

async fn start(replies: Vec<Reply>) -> (Ringback, App, Source, Receiver) {
    let (ringback, receiver) = (Ringback::start().await, Receiver::answering(replies).await);
    let app = ringback.app("affonso", json!({"callbackUrl": receiver.url("/hook"), "retrySchedule": [60]})).await;
    ringback.secret(&app, "a-secret-of-the-publisher").await;
    let source = ringback.source().await;
    (ringback, app, source, receiver)
}

async fn only(ringback: &Ringback, query: &str) -> Value {
    let mut found = ringback.get(&format!("/v1/lookup?{query}")).await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{query}: {found:#}");
    found["items"][0].take()
}

fn turn(item: &Value) -> (&str, &str) {
    (item["turn"].as_str().unwrap(), item["next"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reward_is_followed_from_a_failed_callback_to_an_acknowledged_one() {
    let (ringback, app, source, _receiver) = start(vec![Reply::status(500), Reply::status(503)]).await;
    let id = only_delivery(&ringback.report(&source, &conversion(&app, "x1")).await);
    ringback.delivery_once(&id, "retrying").await;
    let item = only(&ringback, "userId=user_42").await;
    let (whose, next) = turn(&item);
    assert_eq!(whose, "ringback");
    assert!(next.contains("the next attempt follows at 2024-07-01T18:41:0"), "{next}");
    assert!(next.contains("attempt 1 answered 500"), "{next}");
    let story: Vec<&str> = item["story"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert!(story[0].starts_with("2024-07-01T18:40:00.000Z: reported by source src_"), "{story:?}");
    assert!(story[1].ends_with("attempt 1, answered 500"), "{story:?}");
    assert_eq!((&item["completion"]["externalId"], &item["deliveries"][0]["id"]), (&json!("x1"), &json!(id)));

    ringback.clock.advance(Duration::from_secs(70));
    ringback.delivery_once(&id, "dead").await;
    let item = only(&ringback, "transactionId=X1").await;
    let (whose, next) = turn(&item);
    assert_eq!(whose, "publisher");
    assert!(next.contains("attempt 2 answered 503") && next.contains(&format!("/v1/deliveries/{id}/replay")), "{next}");

    ringback.made(Method::POST, &format!("/v1/deliveries/{id}/replay"), json!({})).await;
    ringback.delivery_once(&id, "delivered").await;
    let item = only(&ringback, &format!("userId=user_42&appId={}", app.id)).await;
    let (whose, next) = turn(&item);
    assert_eq!(whose, "nobody");
    assert!(next.contains("attempt 3 was acknowledged with 200"), "{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_publisher_or_was_taken_back_says_so() {
    let (ringback, app, source, _receiver) = start(vec![]).await;
    let path = format!("/v1/apps/{}", app.id);
    ringback.made(Method::PATCH, &path, json!({"paused": true})).await;
    ringback.report(&source, &conversion(&app, "x1")).await;
    let item = only(&ringback, "userId=user_42").await;
    let (whose, next) = turn(&item);
    assert_eq!(whose, "publisher");
    assert!(next.contains("the app is paused"), "{next}");
    let whole = json!({"externalId": "x1", "reason": "chargeback"}).to_string();
    assert_eq!(ringback.signed_post(&source, "/v1/reversals", &whole).await.status, 200);
    let item = only(&ringback, "userId=user_42").await;
    let (whose, next) = turn(&item);
    assert_eq!(whose, "nobody");
    assert!(next.contains("taken back") && next.contains("chargeback"), "{next}");
    assert_eq!(item["reversals"][0]["reason"], "chargeback");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_is_answered_with_whom_to_ask_and_what_is_foreign_is_unknown() {
    let (ringback, app, source, _receiver) = start(vec![]).await;
    ringback.report(&source, &conversion(&app, "x1")).await;
    let other = ringback.made(Method::POST, "/v1/publishers", json!({"name": "Other"})).await;
    let body = json!({"name": "own", "role": "publisher", "publisherId": text(&other, "id")});
    let token = text(&ringback.made(Method::POST, "/v1/tokens", body).await, "token");
    for (token, query) in [
        (crate::api::TOKEN, "userId=nobody"),
        (crate::api::TOKEN, "transactionId=none"),
        (crate::api::TOKEN, "clickId=none"),
        (token.as_str(), "userId=user_42"),
    ] {
        let found = ringback.call_as(token, Method::GET, &format!("/v1/lookup?{query}"), None).await.body;
        assert_eq!(found["items"], json!([]), "{query}");
        assert!(found["hint"].as_str().unwrap().contains("ask the offer system"), "{found}");
    }
    for (query, fields) in [
        ("", vec!["userId", "transactionId", "clickId"]),
        ("userId=a&clickId=b", vec!["userId", "clickId"]),
        ("user=a", vec!["user"]),
    ] {
        let answer = ringback.call(Method::GET, &format!("/v1/lookup?{query}"), None).await;
        assert_eq!((answer.status, faults(&answer)), (422, fields.into_iter().map(str::to_owned).collect()), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_nothing_was_reported_with_is_the_offer_systems_turn_as_long_as_it_counts() {
    let (ringback, app, source, _receiver) = start(vec![]).await;
    let offer = offer(&ringback, json!({})).await;
    let first = click(&ringback, &offer, &app, "user_42").await;
    ringback.clock.advance(Duration::from_secs(1));
    let second = click(&ringback, &offer, &app, "user_42").await;
    let of_user = ringback.get("/v1/lookup?userId=user_42").await;
    let ids: Vec<&Value> = of_user["clicks"].as_array().unwrap().iter().map(|click| &click["id"]).collect();
    assert_eq!(
        (ids, &of_user["items"], &of_user["hint"]),
        (vec![&json!(second), &json!(first)], &json!([]), &json!(null))
    );
    let (whose, next) = turn(&of_user["clicks"][0]);
    assert_eq!(whose, "offer_system");
    assert!(next.contains("The click counts until 2024-07-31T"), "{next}");

    let report =
        json!({"externalId": "x1", "eventType": "sale", "clickId": first, "userReward": "1", "payoutMinor": 1});
    only_delivery(&ringback.report(&source, &report).await);
    let by_click = ringback.get(&format!("/v1/lookup?clickId={first}")).await;
    assert_eq!((&by_click["clicks"], &by_click["items"][0]["completion"]["clickId"]), (&json!([]), &json!(first)));

    ringback.clock.advance(Duration::from_secs(31 * 24 * 3600));
    let by_click = ringback.get(&format!("/v1/lookup?clickId={second}")).await;
    let (whose, next) = turn(&by_click["clicks"][0]);
    assert_eq!(whose, "nobody");
    assert!(next.contains(&format!("/v1/apps/{}/credits", app.id)), "{next}");

    let other = ringback.made(Method::POST, "/v1/publishers", json!({"name": "Other"})).await;
    let body = json!({"name": "own", "role": "publisher", "publisherId": text(&other, "id")});
    let token = text(&ringback.made(Method::POST, "/v1/tokens", body).await, "token");
    let foreign = ringback.call_as(&token, Method::GET, &format!("/v1/lookup?clickId={second}"), None).await;
    assert_eq!(foreign.body["clicks"], json!([]), "{}", foreign.body);
}
