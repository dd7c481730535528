//! The ledger adds up to the records, whatever became of the deliveries since.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Reply, Ringback, Wall, calling, shown, with};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A wall with one delivered, one dead and one waiting callback of 2024-07-01, and what was taken back on the next day.
async fn days() -> (Ringback, Wall) {
    let (ringback, wall) = calling("offermaru", json!({"retrySchedule": [1]})).await;
    wall.report_until("x1", "delivered").await;
    wall.receiver.then([Reply::status(500)]);
    let second = with(wall.completion("x2"), json!({"userReward": "0.25"}));
    let dead = wall.source.report(&second).await.delivery();
    ringback.delivery_once(&dead, "retrying").await;
    wall.receiver.then([Reply::status(500)]);
    ringback.clock.advance(Duration::from_secs(2));
    ringback.delivery_once(&dead, "dead").await;
    // Its dialect pays dollars alone; what nobody is called back for may be in any currency.
    ringback.change(&wall, json!({"callbacks": "off"})).await;
    wall.source.report(&with(wall.completion("x3"), json!({"currency": "EUR"}))).await.ok();
    ringback.change(&wall, json!({"callbacks": "on", "paused": true})).await;
    ringback.clock.advance(DAY);
    let part = json!({"externalId": "x1", "reversalId": "r1", "payoutMinor": 50, "userReward": "0.5"});
    wall.source.reverse(part).await.ok();
    wall.source.reverse(json!({"externalId": "x3"})).await.ok();
    (ringback, wall)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_adds_up_to_its_records_by_currency_and_the_totals_to_the_days() {
    let (ringback, wall) = days().await;
    let ledger = ringback.get(&format!("/v1/ledger?appId={}", wall.id)).await;
    insta::assert_snapshot!(shown(&ledger), @r#"
    {
      from: "2024-06-03", to: "2024-07-02",
      items: [
        {
          appId: "app_1", day: "2024-07-02", currency: "EUR", completions: 0, payoutMinor: 0, rewardMinor: 0,
          userReward: "0", reversals: 1, reversedPayoutMinor: 250, reversedRewardMinor: 60,
          reversedUserReward: "100", delivered: 0, waiting: 0, dead: 0, canceled: 0,
        },
        {
          appId: "app_1", day: "2024-07-02", currency: "USD", completions: 0, payoutMinor: 0, rewardMinor: 0,
          userReward: "0", reversals: 1, reversedPayoutMinor: 50, reversedRewardMinor: 0,
          reversedUserReward: "0.5", delivered: 0, waiting: 1, dead: 0, canceled: 0,
        },
        {
          appId: "app_1", day: "2024-07-01", currency: "EUR", completions: 1, payoutMinor: 250, rewardMinor: 60,
          userReward: "100", reversals: 0, reversedPayoutMinor: 0, reversedRewardMinor: 0, reversedUserReward: "0",
          delivered: 0, waiting: 0, dead: 0, canceled: 0,
        },
        {
          appId: "app_1", day: "2024-07-01", currency: "USD", completions: 2, payoutMinor: 500, rewardMinor: 120,
          userReward: "100.25", reversals: 0, reversedPayoutMinor: 0, reversedRewardMinor: 0,
          reversedUserReward: "0", delivered: 1, waiting: 0, dead: 1, canceled: 0,
        },
      ],
      totals: [
        {
          currency: "EUR", completions: 1, payoutMinor: 250, rewardMinor: 60, userReward: "100", reversals: 1,
          reversedPayoutMinor: 250, reversedRewardMinor: 60, reversedUserReward: "100", delivered: 0, waiting: 0,
          dead: 0, canceled: 0,
        },
        {
          currency: "USD", completions: 2, payoutMinor: 500, rewardMinor: 120, userReward: "100.25", reversals: 1,
          reversedPayoutMinor: 50, reversedRewardMinor: 0, reversedUserReward: "0.5", delivered: 1, waiting: 1,
          dead: 1, canceled: 0,
        },
      ],
    }
    "#);
    let first_day = ringback.get("/v1/ledger?from=2024-07-01&to=2024-07-01").await;
    assert_eq!(first_day["items"], json!(ledger["items"].as_array().unwrap()[2..]), "the operator sees every app");
    assert_eq!(ringback.get("/v1/ledger?to=2024-06-30").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_are_in_no_ledger_and_several_apps_have_no_common_reward() {
    let (ringback, wall) = days().await;
    let before = ringback.get("/v1/ledger").await;
    ringback.change(&wall, json!({"paused": false})).await;
    ringback.post(&wall.path("/test"), json!({})).await.ok();
    let after = ringback.get("/v1/ledger?from=2024-07-01&to=2024-07-01").await;
    assert_eq!(after["items"].as_array().unwrap()[..], before["items"].as_array().unwrap()[2..], "{after:#}");

    let other = ringback.app("affonso", json!({"callbacks": "off"})).await;
    wall.source.report(&other.completion("x4")).await.ok();
    let both = ringback.get("/v1/ledger").await;
    assert_eq!(both["totals"][1]["completions"], 3);
    assert_eq!(both["totals"][1].get("userReward"), None, "{both:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_retention_removes_stay_counted() {
    let (ringback, wall) = days().await;
    let days = format!("/v1/ledger?appId={}&from=2024-07-01&to=2024-07-02", wall.id);
    let before = ringback.get(&days).await;
    let ids = |deliveries: &Value| deliveries["items"].as_array().unwrap().len();
    let kept = ids(&ringback.get("/v1/deliveries").await);
    // Ids bear the machine's time, by which the test's clock lies in the past: retention goes by both.
    let store = ringback.store();
    let far = ringback::domain::time::Timestamp::from_millis(4_000_000_000_000);
    let removed = store.prune(far).await.unwrap();
    assert_eq!((removed, store.prune(far).await.unwrap()), (kept - 1, 0), "what waits stays");
    assert_eq!(ringback.get(&days).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_sees_its_own_apps_and_nobody_more_than_400_days() {
    let (ringback, wall) = days().await;
    let other = ringback.app("affonso", json!({"callbacks": "off"})).await;
    wall.source.report(&other.completion("x4")).await.ok();
    let publisher = ringback.publisher(&wall.publisher).await;
    let own = publisher.get("/v1/ledger").await;
    let lines = own["items"].as_array().unwrap();
    assert!(lines.len() == 4 && lines.iter().all(|line| line["appId"] == json!(wall.id)), "{own:#}");
    assert_eq!(publisher.ask(&format!("/v1/ledger?appId={}", other.id)).await.status, 404);
    for (query, field) in [
        ("from=2024-07-02&to=2024-07-01", "from"),
        ("from=2023-01-01&to=2024-07-01", "from"),
        ("from=yesterday", "from"),
        ("to=2024-07-01T00:00:00Z", "to"),
        ("day=2024-07-01", "day"),
    ] {
        ringback.ask(&format!("/v1/ledger?{query}")).await.refuses(422, &[field]);
    }
}
