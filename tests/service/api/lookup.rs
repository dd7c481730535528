//! "Where is my reward?": asked in one call, answered with what happened and whose turn it is.

use std::time::Duration;

use serde_json::{Value, json};

use crate::money::offers::{click, offer};
use crate::support::{Api, Reply, Ringback, Wall, calling, has, shown, text};

async fn only(api: &Api, query: &str) -> Value {
    let mut found = api.get(&format!("/v1/lookup?{query}")).await;
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
    assert!(next.starts_with("The publisher's server answered 404. We try again at 18:41:0"), "{next}");
    has(&item, json!({"completion": {"externalId": "x1"}, "deliveries": [{"id": id}]}));

    ringback.clock.advance(Duration::from_secs(70));
    ringback.delivery_once(&id, "dead").await;
    let item = only(&ringback, "transactionId=X1").await;
    assert_eq!(item["turn"], "publisher");
    let next = "Two attempts failed; at the last one the publisher's server answered 403. The publisher fixes it, then \
                replays it.";
    assert_eq!(item["next"], next);

    ringback.replay(&id).await.ok();
    ringback.delivery_once(&id, "delivered").await;
    let item = only(&ringback, &format!("userId=user_42&appId={}", wall.id)).await;
    let next = text(&item, "next");
    assert!(next.starts_with("Delivered. The publisher's server answered 200 in "), "{next}");
    assert!(next.ends_with(" ms. Whether the user was credited stands in the publisher's own books."), "{next}");
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
        {at: "2024-07-01T18:40:00.000Z", kind: "recorded", text: "Reported by S as x1, and recorded."},
        {at: "2024-07-01T18:40:00.000Z", kind: "failed", text: "Attempt 1: the publisher's server answered 404."},
        {at: "2024-07-01T18:41:10.000Z", kind: "failed", text: "Attempt 2: the publisher's server answered 403."},
        {at: "2024-07-01T18:41:10.000Z", kind: "replayed", text: "Replayed: it is sent again."},
        {
          at: "2024-07-01T18:41:10.000Z", kind: "delivered",
          text: "Attempt 3: the publisher's server answered 200.",
        },
      ],
      turn: "nobody", next: "…",
      reply: "Your reward of 100 for An offer was reported at 18:40 UTC, and the app confirmed it at 18:41 UTC. If it is missing in the app, ask the app's support.",
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
    assert!(next.contains("Reversed at 18:40 UTC (chargeback)"), "{next}");
    assert_eq!(
        item["reply"],
        "Your reward of 100 for An offer was reported at 18:40 UTC, and was taken back at 18:40 UTC, because the payment was \
         charged back."
    );
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
        (&ringback, "q=none"),
        (&stranger, "userId=user_42"),
    ] {
        let found = caller.get(&format!("/v1/lookup?{query}")).await;
        assert_eq!(found["items"], json!([]), "{query}");
        assert!(found["hint"].as_str().unwrap().contains("ask the offer system"), "{found}");
    }
    for (query, fields) in [
        ("", &["userId", "transactionId", "clickId", "q"][..]),
        ("userId=a&clickId=b", &["userId", "clickId"]),
        ("userId=a&q=b", &["userId", "q"]),
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
    assert!(next.ends_with("The click counts until 31 Jul at 18:40 UTC."), "{next}");
    has(
        &of_user["clicks"][0],
        json!({
            "story": [{"at": "2024-07-01T18:40:01.000Z", "kind": "clicked", "text": "The user opened Family Island."}],
            "reply": "You opened Family Island at 18:40 UTC. Nothing has been reported for it yet. That can take a while after \
                      you have completed it; a report counts until 31 Jul at 18:40 UTC.",
        }),
    );

    let report =
        json!({"externalId": "x1", "eventType": "sale", "clickId": first, "userReward": "1", "payoutMinor": 1});
    wall.source.report(&report).await.delivery();
    let by_click = ringback.get(&format!("/v1/lookup?clickId={first}")).await;
    has(&by_click, json!({"clicks": [], "items": [{"completion": {"clickId": first}}]}));

    ringback.clock.advance(Duration::from_secs(31 * 24 * 3600));
    let by_click = ringback.get(&format!("/v1/lookup?clickId={second}")).await;
    let (whose, next) = turn(&by_click["clicks"][0]);
    assert_eq!(whose, "nobody");
    assert!(next.ends_with("Whoever is to be rewarded all the same is credited by hand."), "{next}");

    let stranger = ringback.post("/v1/publishers", json!({"name": "Other"})).await.id();
    let foreign = ringback.publisher(&stranger).await.get(&format!("/v1/lookup?clickId={second}")).await;
    assert_eq!(foreign["clicks"], json!([]));
}

/// A wall with a completion that has an id of each kind, all different, and is reversed in part; answers the ids.
async fn known_by_many_names(ringback: &Ringback, wall: &Wall) -> Vec<(&'static str, String)> {
    let offer = offer(ringback, json!({})).await;
    let clicked = click(ringback, &offer, wall, "user_42").await;
    let report = json!({
        "externalId": "Ext-1", "transactionId": "Tx-1", "eventType": "sale", "clickId": clicked, "userReward": "60",
        "payoutMinor": 250,
    });
    let reported = wall.source.report(&report).await;
    ringback.delivery_once(&reported.delivery(), "delivered").await;
    let part = wall.source.reverse(json!({"externalId": "Ext-1", "reversalId": "r1", "payoutMinor": 1})).await;
    ringback.delivery_once(&part.delivery(), "delivered").await;
    vec![
        ("a user", "user_42".to_owned()),
        ("a transaction, whatever its case", "tX-1".to_owned()),
        ("what a source calls it", "Ext-1".to_owned()),
        ("a click", clicked),
        ("a completion", reported.id()),
        ("a delivery", reported.delivery()),
        ("a reversal's delivery", part.delivery()),
        ("a reversal", part.id()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn one_field_finds_a_completion_by_whatever_it_is_called_and_tells_a_stranger_the_same_as_of_what_is_not_there() {
    let (ringback, wall) = calling("offermaru", json!({})).await;
    let names = known_by_many_names(&ringback, &wall).await;
    // Of somebody else, and in no answer below.
    let other = ringback.wall("offermaru", json!({})).await;
    other.report("other-1").await.delivery();
    let (manager, publisher) = (ringback.manager().await, ringback.publisher(&wall.publisher).await);
    let stranger = ringback.publisher(&other.publisher).await;
    let unknown = stranger.get("/v1/lookup?q=nothing-of-this-name").await;
    assert!(text(&unknown, "hint").contains("ask the offer system"), "{unknown}");
    has(&unknown, json!({"items": [], "clicks": []}));
    for (what, name) in &names {
        let query = format!("q={name}");
        for caller in [&*ringback, &manager, &publisher] {
            // The other wall's user is called the same.
            let mine = if *what == "a user" { format!("{query}&appId={}", wall.id) } else { query.clone() };
            let found = caller.get(&format!("/v1/lookup?{mine}")).await;
            has(&found, json!({"items": [{"completion": {"externalId": "Ext-1"}}], "clicks": [], "hint": null}));
        }
        let foreign = stranger.get(&format!("/v1/lookup?{query}")).await;
        match *what {
            "a user" => has(&foreign, json!({"items": [{"completion": {"externalId": "other-1"}}]})),
            _ => assert_eq!(foreign, unknown, "{what}"),
        }
    }
    let foreign_app = format!("/v1/lookup?q=Ext-1&appId={}", wall.id);
    assert_eq!(stranger.ask(&foreign_app).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_called_something_by_an_erased_users_source_is_found_by_that_and_by_no_users_name() {
    let (ringback, wall) = calling("offermaru", json!({})).await;
    let names = known_by_many_names(&ringback, &wall).await;
    assert_eq!(ringback.delete(&wall.path("/users/user_42")).await.status, 204);
    for (what, name) in &names {
        let found = ringback.get(&format!("/v1/lookup?q={name}")).await;
        let is_found = found["items"].as_array().unwrap().len() == 1;
        assert_eq!(is_found, !["a user", "a click"].contains(what), "{what}: {found:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_is_found_by_itself_and_by_its_user_in_one_field_as_well() {
    let (ringback, wall) = calling("affonso", json!({})).await;
    let offer = offer(&ringback, json!({})).await;
    let clicked = click(&ringback, &offer, &wall, "user_42").await;
    for name in [clicked.as_str(), "user_42"] {
        let found = ringback.get(&format!("/v1/lookup?q={name}")).await;
        has(&found, json!({"items": [], "clicks": [{"id": clicked, "turn": "offer_system"}], "hint": null}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_and_whoever_helps_it_read_the_same_reply_and_each_its_own_next_step() {
    let (ringback, wall) = calling("affonso", json!({"retrySchedule": []})).await;
    let publisher = ringback.publisher(&wall.publisher).await;
    wall.receiver.then([Reply::status(500)]);
    wall.report_until("x1", "dead").await;
    let (theirs, ours) = (only(&publisher, "q=x1").await, only(&ringback, "q=x1").await);
    assert_eq!(turn(&theirs), ("publisher", "Your server answered 500. Fix it, then replay."));
    let next = "The publisher's server answered 500. The publisher fixes it, then replays it.";
    assert_eq!(turn(&ours), ("publisher", next));
    let reply = "Your reward of 100 for An offer was reported at 18:40 UTC. The app has not confirmed it yet. We do not try again \
                 by ourselves; the app's team can have it passed on again. Ask the app's support.";
    assert_eq!((&theirs["reply"], &ours["reply"]), (&json!(reply), &json!(reply)));
}
