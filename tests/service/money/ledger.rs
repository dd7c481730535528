//! The ledger adds up to the records, whatever became of the deliveries since.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Api, Reply, Ringback, TOKEN, Wall, calling, shown, with};

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

/// The lines of a ledger in CSV, each value by its column.
async fn lines_of_csv(by: &Api, query: &str) -> Vec<BTreeMap<String, String>> {
    let Value::String(written) = by.get(&format!("/v1/ledger?format=csv&{query}")).await else { panic!("no text") };
    let mut lines = written.strip_suffix("\r\n").unwrap().split("\r\n").map(|line| line.split(',').map(str::to_owned));
    let columns: Vec<String> = lines.next().unwrap().collect();
    lines.map(|cells| columns.iter().cloned().zip(cells).collect()).collect()
}

/// The same in JSON.
async fn lines_of_json(by: &Api, query: &str) -> Vec<BTreeMap<String, String>> {
    let ledger = by.get(&format!("/v1/ledger?{query}")).await;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line =
        |item: &Value| item.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect();
    ledger["items"].as_array().unwrap().iter().map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_has_the_items_of_the_json_digit_for_digit_in_every_role() {
    let (ringback, wall) = days().await;
    let other = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let large = json!({"userReward": "123456789012345678.000000001", "payoutMinor": 9_007_199_254_740_993_i64});
    wall.source.report(&with(other.completion("x4"), large)).await.ok();
    let (manager, publisher) = (ringback.manager().await, ringback.publisher(&wall.publisher).await);
    let (ours, theirs) = (format!("publisherId={}", wall.publisher), format!("publisherId={}", other.publisher));
    for (by, query, lines) in [
        (&*ringback, "", 5),
        (&*ringback, ours.as_str(), 4),
        (&manager, "", 5),
        (&manager, theirs.as_str(), 1),
        (&publisher, "", 4),
        (&publisher, ours.as_str(), 4),
        (&publisher, "from=2024-07-02&to=2024-07-02", 2),
    ] {
        let written = lines_of_csv(by, query).await;
        assert_eq!(written.len(), lines, "{query}: {written:#?}");
        assert_eq!(written, lines_of_json(by, query).await, "{query}");
    }
    let [line] = &lines_of_csv(&ringback, &theirs).await[..] else { panic!("one day of one app") };
    assert_eq!((&*line["userReward"], &*line["payoutMinor"]), ("123456789012345678.000000001", "9007199254740993"));
    assert_eq!(publisher.ask(&format!("/v1/ledger?format=csv&{theirs}")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_names_its_columns_also_where_there_is_no_line_and_is_asked_for_by_a_header_as_well() {
    let (ringback, wall) = days().await;
    let columns = "appId,day,currency,completions,payoutMinor,rewardMinor,userReward,reversals,reversedPayoutMinor,\
                   reversedRewardMinor,reversedUserReward,delivered,waiting,dead,canceled\r\n";
    assert_eq!(ringback.get("/v1/ledger?format=csv&to=2024-06-30").await, columns);
    let asked = |query: &str| {
        let path = format!("/v1/ledger?from=2024-07-01&to=2024-07-01{query}");
        Answer::to(ringback.request(Method::GET, &path).bearer_auth(TOKEN).header("accept", "text/csv"))
    };
    let by_header = asked("").await.unwrap();
    assert_eq!(by_header.headers["content-type"], "text/csv; charset=utf-8; header=present");
    let of_euros = format!("{},2024-07-01,EUR,1,250,60,100,0,0,0,0,0,0,0,0\r\n", wall.id);
    let of_dollars = format!("{},2024-07-01,USD,2,500,120,100.25,0,0,0,0,1,0,1,0\r\n", wall.id);
    assert_eq!(by_header.body, format!("{columns}{of_euros}{of_dollars}"));
    assert!(asked("&format=json").await.unwrap().body.is_object(), "the parameter decides");

    let both = format!("appId={}&publisherId={}", wall.id, wall.publisher);
    for (query, field) in [("format=ndjson", "format"), ("format=CSV", "format"), (both.as_str(), "publisherId")] {
        ringback.ask(&format!("/v1/ledger?{query}")).await.refuses(422, &[field]);
    }
}
