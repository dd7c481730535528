//! The ledger adds up to the records, whatever became of the deliveries since.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::receiver::{Receiver, Reply};
use crate::ringback::{App, Ringback, Source, conversion, faults, only_delivery, text};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn reverse(ringback: &Ringback, source: &Source, body: Value) {
    let answer = ringback.signed_post(source, "/v1/reversals", &body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// The ledger of an app, without what is the same in every line.
async fn ledger(ringback: &Ringback, query: &str) -> Value {
    let mut ledger = ringback.get(&format!("/v1/ledger?{query}")).await;
    ledger["items"].as_array_mut().unwrap().iter_mut().for_each(|line| {
        line.as_object_mut().unwrap().remove("appId");
    });
    ledger
}

fn figures(
    completions: [i64; 3],
    user_reward: &str,
    reversals: [i64; 3],
    reversed: &str,
    deliveries: [i64; 4],
) -> Value {
    let ([count, payout, reward], [reversal_count, reversed_payout, reversed_reward]) = (completions, reversals);
    let [delivered, waiting, dead, canceled] = deliveries;
    json!({
        "completions": count, "payoutMinor": payout, "rewardMinor": reward, "userReward": user_reward,
        "reversals": reversal_count, "reversedPayoutMinor": reversed_payout, "reversedRewardMinor": reversed_reward,
        "reversedUserReward": reversed,
        "delivered": delivered, "waiting": waiting, "dead": dead, "canceled": canceled,
    })
}

fn line(day: Option<&str>, currency: &str, mut figures: Value) -> Value {
    if let Some(day) = day {
        figures["day"] = json!(day);
    }
    figures["currency"] = json!(currency);
    figures
}

/// An app with one delivered, one dead and one waiting callback of 2024-07-01, and what was taken back on the next day.
async fn days(ringback: &Ringback, receiver: &Receiver) -> (App, Source) {
    let mut settings = receiver.offermaru();
    settings["retrySchedule"] = json!([1]);
    let app = ringback.app("offermaru", settings).await;
    ringback.secret(&app, "a-secret-of-the-publisher").await;
    let source = ringback.source().await;
    let delivered = only_delivery(&ringback.report(&source, &conversion(&app, "x1")).await);
    ringback.delivery_once(&delivered, "delivered").await;
    receiver.then(Reply::status(500)).await;
    let mut second = conversion(&app, "x2");
    second["userReward"] = json!("0.25");
    let dead = only_delivery(&ringback.report(&source, &second).await);
    ringback.delivery_once(&dead, "retrying").await;
    receiver.then(Reply::status(500)).await;
    ringback.clock.advance(Duration::from_secs(2));
    ringback.delivery_once(&dead, "dead").await;
    let path = format!("/v1/apps/{}", app.id);
    // Its dialect pays dollars alone; what nobody is called back for may be in any currency.
    ringback.made(Method::PATCH, &path, json!({"callbacks": "off"})).await;
    let mut third = conversion(&app, "x3");
    third["currency"] = json!("EUR");
    assert_eq!(ringback.report(&source, &third).await.status, 200);
    ringback.made(Method::PATCH, &path, json!({"callbacks": "on", "paused": true})).await;
    ringback.clock.advance(DAY);
    let part = json!({"externalId": "x1", "reversalId": "r1", "payoutMinor": 50, "userReward": "0.5"});
    reverse(ringback, &source, part).await;
    reverse(ringback, &source, json!({"externalId": "x3"})).await;
    (app, source)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_adds_up_to_its_records_by_currency_and_the_totals_to_the_days() {
    let (ringback, receiver) = (Ringback::start().await, Receiver::start().await);
    let (app, _) = days(&ringback, &receiver).await;
    let euros = figures([1, 250, 60], "100", [0; 3], "0", [0; 4]);
    let dollars = figures([2, 500, 120], "100.25", [0; 3], "0", [1, 0, 1, 0]);
    let euros_back = figures([0; 3], "0", [1, 250, 60], "100", [0; 4]);
    let dollars_back = figures([0; 3], "0", [1, 50, 0], "0.5", [0, 1, 0, 0]);
    let expected = json!([
        line(Some("2024-07-02"), "EUR", euros_back),
        line(Some("2024-07-02"), "USD", dollars_back),
        line(Some("2024-07-01"), "EUR", euros.clone()),
        line(Some("2024-07-01"), "USD", dollars.clone()),
    ]);
    let shown = ledger(&ringback, &format!("appId={}", app.id)).await;
    assert_eq!(shown["items"], expected, "{shown:#}");
    assert_eq!((&shown["from"], &shown["to"]), (&json!("2024-06-03"), &json!("2024-07-02")));
    let totals = json!([
        line(None, "EUR", figures([1, 250, 60], "100", [1, 250, 60], "100", [0; 4])),
        line(None, "USD", figures([2, 500, 120], "100.25", [1, 50, 0], "0.5", [1, 1, 1, 0])),
    ]);
    assert_eq!(shown["totals"], totals, "{shown:#}");

    let first_day = ledger(&ringback, "from=2024-07-01&to=2024-07-01").await;
    let expected = json!([line(Some("2024-07-01"), "EUR", euros), line(Some("2024-07-01"), "USD", dollars)]);
    assert_eq!(first_day["items"], expected, "the operator sees every app: {first_day:#}");
    assert_eq!(ledger(&ringback, "to=2024-06-30").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_are_in_no_ledger_and_several_apps_have_no_common_reward() {
    let (ringback, receiver) = (Ringback::start().await, Receiver::start().await);
    let (app, source) = days(&ringback, &receiver).await;
    let before = ledger(&ringback, "").await;
    ringback.made(Method::PATCH, &format!("/v1/apps/{}", app.id), json!({"paused": false})).await;
    ringback.made(Method::POST, &format!("/v1/apps/{}/test", app.id), json!({})).await;
    let after = ledger(&ringback, "from=2024-07-01&to=2024-07-01").await;
    assert_eq!(after["items"].as_array().unwrap()[..], before["items"].as_array().unwrap()[2..], "{after:#}");

    let other = ringback.app("affonso", json!({"callbackUrl": receiver.url("/hook"), "callbacks": "off"})).await;
    let answer = ringback.report(&source, &conversion(&other, "x4")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let both = ledger(&ringback, "").await;
    assert_eq!(both["totals"][1]["completions"], 3);
    assert_eq!(both["totals"][1].get("userReward"), None, "{both:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_retention_removes_stay_counted() {
    let (ringback, receiver) = (Ringback::start().await, Receiver::start().await);
    let (app, _) = days(&ringback, &receiver).await;
    let days = format!("appId={}&from=2024-07-01&to=2024-07-02", app.id);
    let before = ledger(&ringback, &days).await;
    let ids = |deliveries: &Value| deliveries["items"].as_array().unwrap().len();
    let kept = ids(&ringback.get("/v1/deliveries").await);
    // Ids bear the machine's time, by which the test's clock lies in the past: retention goes by both.
    let store = &ringback.service.dispatcher.node.store;
    let far = ringback::domain::time::Timestamp::from_millis(4_000_000_000_000);
    let removed = store.prune(far).await.unwrap();
    assert_eq!((removed, store.prune(far).await.unwrap()), (kept - 1, 0), "what waits stays");
    assert_eq!(ledger(&ringback, &days).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_sees_its_own_apps_and_nobody_more_than_400_days() {
    let (ringback, receiver) = (Ringback::start().await, Receiver::start().await);
    let (app, source) = days(&ringback, &receiver).await;
    let other = ringback.app("affonso", json!({"callbackUrl": receiver.url("/hook"), "callbacks": "off"})).await;
    ringback.report(&source, &conversion(&other, "x4")).await;
    let body = json!({"name": "own", "role": "publisher", "publisherId": app.publisher});
    let token = text(&ringback.made(Method::POST, "/v1/tokens", body).await, "token");
    let own = ringback.call_as(&token, Method::GET, "/v1/ledger", None).await;
    let lines = own.body["items"].as_array().unwrap().clone();
    assert!(lines.len() == 4 && lines.iter().all(|line| line["appId"] == json!(app.id)), "{}", own.body);
    let foreign = ringback.call_as(&token, Method::GET, &format!("/v1/ledger?appId={}", other.id), None).await;
    assert_eq!(foreign.status, 404);
    for (query, field) in [
        ("from=2024-07-02&to=2024-07-01", "from"),
        ("from=2023-01-01&to=2024-07-01", "from"),
        ("from=yesterday", "from"),
        ("to=2024-07-01T00:00:00Z", "to"),
        ("day=2024-07-01", "day"),
    ] {
        let answer = ringback.call(Method::GET, &format!("/v1/ledger?{query}"), None).await;
        assert_eq!((answer.status, faults(&answer)), (422, vec![field.to_owned()]), "{query}: {}", answer.body);
    }
}
