//! What an app's terms make of reported amounts, down to the digits of the callback; and that reports go on being
//! compared by what they said themselves.

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::Answer;
use crate::receiver::Receiver;
use crate::ringback::{App, Ringback, Source, faults, only_delivery};

const OFFERMARU: &str = "/callback?user_id={user_id}&user_reward={user_reward}&offer_id={offer_id}&offer_name={offer_name}\
    &transaction_id={transaction_id}&publisher_payout={publisher_payout}&timestamp={timestamp}";

/// An app that pays 100 coins for a dollar of half the gross.
async fn sharing(dialect: &str, path: &str) -> (Ringback, Receiver, App, Source) {
    let ringback = Ringback::start().await;
    let receiver = Receiver::start().await;
    let terms = json!({"callbackUrl": receiver.url(path), "rewardRate": "100", "revenueShareBps": 5000});
    let app = ringback.app(dialect, terms).await;
    ringback.secret(&app, "secret").await;
    let source = ringback.source().await;
    (ringback, receiver, app, source)
}

fn gross(app: &App, gross_minor: i64) -> Value {
    json!({
        "externalId": "tx-1", "eventType": "sale", "appId": app.id, "userId": "u1", "offerId": "o1",
        "grossMinor": gross_minor,
    })
}

async fn set(ringback: &Ringback, app: &App, terms: Value) -> Answer {
    ringback.call(Method::PATCH, &format!("/v1/apps/{}", app.id), Some(terms)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_the_gross_alone_is_called_back_with_the_computed_payout_and_reward_digit_for_digit() {
    let (ringback, mut receiver, app, source) = sharing("offermaru", OFFERMARU).await;
    assert_eq!(set(&ringback, &app, json!({"rewardRate": "12.50", "rewardDecimals": 2})).await.status, 200);
    let reported = ringback.report(&source, &gross(&app, 2_001)).await;
    let callback = receiver.next().await;
    // Half of 20.01 is 10.005: to the even cent. 10.00 at 12.50 is 125.00.
    let amounts = [callback.parameter("publisher_payout"), callback.parameter("user_reward")];
    assert_eq!(amounts, [Some("1000".to_owned()), Some("125.00".to_owned())]);
    ringback.delivery_once(&only_delivery(&reported), "delivered").await;
    let kept = ringback.signed_get(&source, "/v1/conversions/tx-1").await.body;
    assert_eq!(
        [&kept["payoutMinor"], &kept["userReward"], &kept["grossMinor"]],
        [&json!(1000), &json!("125.00"), &json!(2001)]
    );
    assert_eq!(
        kept["computed"],
        json!({
            "payout": {"from": "revenue_share", "grossMinor": 2001, "revenueShareBps": 5000},
            "reward": {
                "from": "rate", "payoutMinor": 1000, "rate": "12.50", "decimals": 2, "rounding": "half_even",
            },
            "reported": {},
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_carries_computed_amounts_and_what_is_as_reported_is_shown_without_a_computation() {
    let (ringback, mut receiver, app, source) = sharing("affonso", "/hook").await;
    let mut report = gross(&app, 998);
    report["userReward"] = json!("1.5");
    ringback.report(&source, &report).await;
    let told: Value = serde_json::from_str(&receiver.next().await.body).unwrap();
    assert_eq!([&told["data"]["payoutMinor"], &told["data"]["userReward"]], [&json!(499), &json!("499")]);
    let kept = ringback.signed_get(&source, "/v1/conversions/tx-1").await.body;
    assert_eq!(kept["computed"]["reported"], json!({"userReward": "1.5"}));

    assert_eq!(set(&ringback, &app, json!({"rewardRate": null})).await.status, 200);
    report["externalId"] = json!("tx-2");
    report["payoutMinor"] = json!(250);
    ringback.report(&source, &report).await;
    let told: Value = serde_json::from_str(&receiver.next().await.body).unwrap();
    assert_eq!([&told["data"]["payoutMinor"], &told["data"]["userReward"]], [&json!(250), &json!("1.5")]);
    assert_eq!(ringback.signed_get(&source, "/v1/conversions/tx-2").await.body.get("computed"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_compared_by_what_they_said_whatever_the_terms_are_by_then() {
    let (ringback, mut receiver, app, source) = sharing("offermaru", OFFERMARU).await;
    let first = ringback.report(&source, &gross(&app, 1_000)).await;
    receiver.next().await;
    // By the last ones the report alone would not even do for the dialect.
    for terms in
        [json!({"rewardRate": "3", "revenueShareBps": 100}), json!({"rewardRate": null, "revenueShareBps": null})]
    {
        assert_eq!(set(&ringback, &app, terms).await.status, 200);
        let again = ringback.report(&source, &gross(&app, 1_000)).await;
        assert_eq!((&again.body["status"], &again.body["id"]), (&json!("duplicate"), &first.body["id"]));
    }
    let other = ringback.report(&source, &gross(&app, 1_001)).await;
    assert_eq!((other.status, faults(&other)), (409, vec!["grossMinor".to_owned()]));
    let kept = ringback.signed_get(&source, "/v1/conversions/tx-1").await.body;
    assert_eq!([&kept["payoutMinor"], &kept["userReward"]], [&json!(500), &json!("500")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reward_that_no_amount_can_hold_is_refused_and_nothing_is_recorded() {
    let (ringback, _receiver, app, source) = sharing("affonso", "/hook").await;
    assert_eq!(set(&ringback, &app, json!({"rewardRate": "999999999"})).await.status, 200);
    let refused = ringback.report(&source, &gross(&app, 999_999_999_999_999_999)).await;
    assert_eq!((refused.status, faults(&refused)), (422, vec!["userReward".to_owned()]));
    assert_eq!(ringback.signed_get(&source, "/v1/conversions/tx-1").await.status, 404);
}
