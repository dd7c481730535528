//! "Where is my reward?": asked in one call, answered with what happened and whose turn it is.

use std::time::Duration;

use serde_json::{Value, json};

use crate::money::offers::{click, offer};
use crate::support::{Reply, Ringback, calling, has, shown, text};

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
    let (ringback, wall) = calling("affonso", json!({"retrySchedule": [60]})).await;
    wall.receiver.then([Reply::status(404), Reply::status(403)]);
    let id = text(&wall.report_until("x1", "retrying").await, "id");
    let item = only(&ringback, "userId=user_42").await;
    assert_eq!(item["turn"], "ringback");
    let next = text(&item, "next");
    assert!(next.contains("the next attempt follows at 2024-07-01T18:41:0"), "{next}");
    assert!(next.contains("attempt 1 answered 404"), "{next}");
    has(&item, json!({"completion": {"externalId": "x1"}, "deliveries": [{"id": id}]}));

    ringback.clock.advance(Duration::from_secs(70));
    ringback.delivery_once(&id, "dead").await;
    let item = only(&ringback, "transactionId=X1").await;
    assert_eq!(item["turn"], "publisher");
    let next = text(&item, "next");
    assert!(next.contains("attempt 2 answered 403") && next.contains(&format!("/v1/deliveries/{id}/replay")), "{next}");

    ringback.replay(&id).await.ok();
    ringback.delivery_once(&id, "delivered").await;
    let item = only(&ringback, &format!("userId=user_42&appId={}", wall.id)).await;
    insta::assert_snapshot!(shown(&item), @r#"
    {
      completion: {
        id: "cmp_1", sourceId: "src_1", externalId: "x1", transactionId: "x1", eventType: "sale", appId: "app_1",
        userId: "user_42", offerId: "abc123", offerName: "An offer", userReward: "100", rewardMinor: 60,
        payoutMinor: 250, currency: "USD", occurredAt: "2024-07-01T18:40:00.000Z",
        recordedAt: "2024-07-01T18:40:00.000Z",
      },
      deliveries: [
        {
          id: "dlv_1", appId: "app_1", endpointId: "end_1", kind: "completion", transactionId: "x1",
          completionId: "cmp_1", status: "delivered", told: "yes", attemptsMade: 3, recipe: "affonso@1",
          createdAt: "2024-07-01T18:40:00.000Z", endedAt: "2024-07-01T18:41:10.000Z",
        },
      ],
      reversals: [],
      story: [
        "2024-07-01T18:40:00.000Z: reported by source src_1 as x1, and recorded",
        "2024-07-01T18:40:00.000Z: callback to endpoint end_1, attempt 1, answered 404",
        "2024-07-01T18:41:10.000Z: callback to endpoint end_1, attempt 2, answered 403",
        "2024-07-01T18:41:10.000Z: callback to endpoint end_1, attempt 3, was acknowledged with 200",
      ],
      turn: "nobody",
      next: "The callback to endpoint end_1 was acknowledged at 2024-07-01T18:41:10.000Z (attempt 3 was acknowledged with 200); whether the user was credited is in the publisher's own books.",
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_publisher_or_was_taken_back_says_so() {
    let (ringback, wall) = calling("affonso", json!({"paused": true})).await;
    wall.report("x1").await;
    let item = only(&ringback, "userId=user_42").await;
    let (whose, next) = turn(&item);
    assert_eq!(whose, "publisher");
    assert!(next.contains("the app is paused"), "{next}");
    wall.source.reverse(json!({"externalId": "x1", "reason": "chargeback"})).await.ok();
    let item = only(&ringback, "userId=user_42").await;
    let (whose, next) = turn(&item);
    assert_eq!(whose, "nobody");
    assert!(next.contains("taken back") && next.contains("chargeback"), "{next}");
    assert_eq!(item["reversals"][0]["reason"], "chargeback");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_is_answered_with_whom_to_ask_and_what_is_foreign_is_unknown() {
    let (ringback, wall) = calling("affonso", json!({})).await;
    wall.report("x1").await;
    let stranger = ringback.post("/v1/publishers", json!({"name": "Other"})).await.id();
    let stranger = ringback.publisher(&stranger).await;
    for (caller, query) in [
        (&*ringback, "userId=nobody"),
        (&ringback, "transactionId=none"),
        (&ringback, "clickId=none"),
        (&stranger, "userId=user_42"),
    ] {
        let found = caller.get(&format!("/v1/lookup?{query}")).await;
        assert_eq!(found["items"], json!([]), "{query}");
        assert!(found["hint"].as_str().unwrap().contains("ask the offer system"), "{found}");
    }
    for (query, fields) in [
        ("", &["userId", "transactionId", "clickId"][..]),
        ("userId=a&clickId=b", &["userId", "clickId"]),
        ("user=a", &["user"]),
    ] {
        ringback.ask(&format!("/v1/lookup?{query}")).await.refuses(422, fields);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_nothing_was_reported_with_is_the_offer_systems_turn_as_long_as_it_counts() {
    let (ringback, wall) = calling("affonso", json!({})).await;
    let offer = offer(&ringback, json!({})).await;
    let first = click(&ringback, &offer, &wall, "user_42").await;
    ringback.clock.advance(Duration::from_secs(1));
    let second = click(&ringback, &offer, &wall, "user_42").await;
    let of_user = ringback.get("/v1/lookup?userId=user_42").await;
    let clicks = json!([{"id": second, "turn": "offer_system"}, {"id": first}]);
    has(&of_user, json!({"clicks": clicks, "items": [], "hint": null}));
    let next = text(&of_user["clicks"][0], "next");
    assert!(next.contains("The click counts until 2024-07-31T"), "{next}");

    let report =
        json!({"externalId": "x1", "eventType": "sale", "clickId": first, "userReward": "1", "payoutMinor": 1});
    wall.source.report(&report).await.delivery();
    let by_click = ringback.get(&format!("/v1/lookup?clickId={first}")).await;
    has(&by_click, json!({"clicks": [], "items": [{"completion": {"clickId": first}}]}));

    ringback.clock.advance(Duration::from_secs(31 * 24 * 3600));
    let by_click = ringback.get(&format!("/v1/lookup?clickId={second}")).await;
    let (whose, next) = turn(&by_click["clicks"][0]);
    assert_eq!(whose, "nobody");
    assert!(next.contains(&wall.path("/credits")), "{next}");

    let stranger = ringback.post("/v1/publishers", json!({"name": "Other"})).await.id();
    let foreign = ringback.publisher(&stranger).await.get(&format!("/v1/lookup?clickId={second}")).await;
    assert_eq!(foreign["clicks"], json!([]));
}
