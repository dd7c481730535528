//! What an app's terms make of reported amounts, down to the digits of the callback; and that reports go on being
//! compared by what they said themselves.

use serde_json::{Value, json};

use crate::support::{App, Ringback, Wall, calling, has};

/// An app that pays 100 coins for a dollar of half the gross.
async fn sharing(dialect: &str) -> (Ringback, Wall) {
    calling(dialect, json!({"rewardRate": "100", "revenueShareBps": 5000})).await
}

fn gross(app: &App, gross_minor: i64) -> Value {
    json!({
        "externalId": "tx-1", "eventType": "sale", "appId": app.id, "userId": "u1", "offerId": "o1",
        "grossMinor": gross_minor,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_the_gross_alone_is_called_back_with_the_computed_payout_and_reward_digit_for_digit() {
    let (ringback, wall) = sharing("offermaru").await;
    ringback.change(&wall, json!({"rewardRate": "12.50", "rewardDecimals": 2})).await;
    let reported = wall.source.report(&gross(&wall, 2_001)).await;
    let callback = wall.receiver.next().await;
    // Half of 20.01 is 10.005: to the even cent. 10.00 at 12.50 is 125.00.
    let amounts = [callback.parameter("publisher_payout"), callback.parameter("user_reward")];
    assert_eq!(amounts, [Some("1000".to_owned()), Some("125.00".to_owned())]);
    ringback.delivery_once(&reported.delivery(), "delivered").await;
    let computed = json!({
        "payout": {"from": "revenue_share", "grossMinor": 2001, "revenueShareBps": 5000},
        "reward": {"from": "rate", "payoutMinor": 1000, "rate": "12.50", "decimals": 2, "rounding": "half_even"},
        "reported": {},
    });
    let kept = wall.source.look_up("tx-1").await.ok();
    has(&kept, json!({"payoutMinor": 1000, "userReward": "125.00", "grossMinor": 2001}));
    assert_eq!(kept["computed"], computed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_carries_computed_amounts_and_what_is_as_reported_is_shown_without_a_computation() {
    let (ringback, wall) = sharing("affonso").await;
    let mut report = gross(&wall, 998);
    report["userReward"] = json!("1.5");
    wall.source.report(&report).await;
    has(&wall.receiver.next().await.json()["data"], json!({"payoutMinor": 499, "userReward": "499"}));
    let kept = wall.source.look_up("tx-1").await.body;
    assert_eq!(kept["computed"]["reported"], json!({"userReward": "1.5"}));

    ringback.change(&wall, json!({"rewardRate": null})).await;
    report["externalId"] = json!("tx-2");
    report["payoutMinor"] = json!(250);
    wall.source.report(&report).await;
    has(&wall.receiver.next().await.json()["data"], json!({"payoutMinor": 250, "userReward": "1.5"}));
    assert_eq!(wall.source.look_up("tx-2").await.body.get("computed"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_compared_by_what_they_said_whatever_the_terms_are_by_then() {
    let (ringback, wall) = sharing("offermaru").await;
    let first = wall.source.report(&gross(&wall, 1_000)).await;
    wall.receiver.next().await;
    // By the last ones the report alone would not even do for the dialect.
    for terms in
        [json!({"rewardRate": "3", "revenueShareBps": 100}), json!({"rewardRate": null, "revenueShareBps": null})]
    {
        ringback.change(&wall, terms).await;
        wall.source.report(&gross(&wall, 1_000)).await.is(200, json!({"status": "duplicate", "id": first.id()}));
    }
    wall.source.report(&gross(&wall, 1_001)).await.refuses(409, &["grossMinor"]);
    has(&wall.source.look_up("tx-1").await.body, json!({"payoutMinor": 500, "userReward": "500"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reward_that_no_amount_can_hold_is_refused_and_nothing_is_recorded() {
    let (ringback, wall) = sharing("affonso").await;
    ringback.change(&wall, json!({"rewardRate": "999999999"})).await;
    wall.source.report(&gross(&wall, 999_999_999_999_999_999)).await.refuses(422, &["userReward"]);
    assert_eq!(wall.source.look_up("tx-1").await.status, 404);
}
