//! Crediting by hand, without a script: what is told is said first, and who sends the form twice credits once.

use serde_json::{Value, json};

use super::visitor::Visitor;
use crate::support::{Ringback, Wall, calling, has};

async fn with_wall(dialect: &str) -> (Ringback, Wall, Visitor) {
    let (ringback, wall) = calling(dialect, json!({"name": "Kash wall", "ref": "kash"})).await;
    let max = Visitor::manager(&ringback).await;
    (ringback, wall, max)
}

async fn recorded(ringback: &Ringback) -> Vec<Value> {
    ringback.get("/v1/completions").await["items"].as_array().unwrap().clone()
}

const PATH: &str = "/apps/kash/credit";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_is_said_first_and_a_credit_is_made_once() {
    let (ringback, wall, mut max) = with_wall("affonso").await;
    max.get("/apps/kash").await.holds(&format!("href=\"{PATH}\""));
    let form = max.get(&format!("{PATH}?userId=u1")).await;
    form.holds("value=\"u1\"");
    let given = [
        ("userId", "u1"),
        ("userReward", "50.0"),
        ("payoutMinor", "1.25"),
        ("offerName", "Family Island"),
        ("reason", "survey crashed"),
    ];
    let asks = max.send(&form, PATH, &[&given[..], &[("act", "check")]].concat()).await;
    assert_eq!(asks.status, 200);
    asks.holds("Credit u1 with 50.0?");
    asks.holds("The publisher&#39;s server is told this by one callback.");
    asks.holds("<dd>1.25 USD</dd>");
    asks.holds("<dd>Family Island</dd>");
    assert_eq!(recorded(&ringback).await, [] as [Value; 0], "what is only asked is not recorded");
    let changed = max.send(&asks, PATH, &[("act", "change")]).await;
    changed.holds("value=\"survey crashed\"");

    let made = max.send(&asks, PATH, &[("act", "credit")]).await;
    let page = max.follow(made).await;
    page.holds("Credited. What becomes of the callback stands here.");
    page.holds("As given by hand.");
    has(&wall.receiver.next().await.json()["data"], json!({"userReward": "50.0", "payoutMinor": 125}));
    let again = max.send(&asks, PATH, &[("act", "credit")]).await;
    max.follow(again).await.holds("This was credited before; nobody is credited twice.");
    let all = recorded(&ringback).await;
    assert_eq!(all.len(), 1);
    has(&all[0], json!({"userId": "u1", "userReward": "50.0", "manual": {"reason": "survey crashed"}}));
    let action = ringback.get("/v1/audit").await["items"][0]["action"].clone();
    assert_eq!(action, "POST /v1/apps/{id}/credits");
    let another = max.get(PATH).await;
    let asks = max.send(&another, PATH, &[&given[..], &[("act", "check")]].concat()).await;
    max.send(&asks, PATH, &[("act", "credit")]).await;
    assert_eq!(recorded(&ringback).await.len(), 2, "another form is another credit");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_stands_at_its_field_before_anything_is_told() {
    let (ringback, wall, mut max) = with_wall("offermaru").await;
    let form = max.get(PATH).await;
    for (given, said) in [
        (vec![("userId", "u1"), ("userReward", "1")], "Reason is required."),
        (vec![("reason", "r"), ("userReward", "1")], "User is required."),
        (vec![("userId", "u1"), ("reason", "r"), ("payoutMinor", "1.255")], "must be an amount of USD such as 17.55"),
        (
            vec![("userId", "u1"), ("reason", "r"), ("payoutMinor", "1.5"), ("currency", "JPY")],
            "must be an amount of JPY such as 1755",
        ),
        (vec![("userId", "u1"), ("reason", "r"), ("userReward", "much")], "Reward must be"),
        (vec![("userId", "u1"), ("reason", "r"), ("userReward", "1"), ("eventType", "refund")], "Event type"),
    ] {
        let all: Vec<_> = given.iter().copied().chain([("act", "check")]).collect();
        let refused = max.send(&form, PATH, &all).await;
        assert_eq!(refused.status, 422, "{given:?}: {}", refused.html);
        refused.holds(said);
        refused.holds("<title>Error: Credit by hand");
    }
    assert_eq!(recorded(&ringback).await, [] as [Value; 0]);
    wall.report("order-1").await;
    let taken = [
        ("userId", "u1"),
        ("reason", "r"),
        ("userReward", "1"),
        ("payoutMinor", "1"),
        ("offerId", "o1"),
        ("offerName", "Offer"),
        ("externalId", "order-1"),
        ("act", "check"),
    ];
    let refused = max.send(&form, PATH, &taken).await;
    refused.holds("Named is the transaction id of another completion of this app.");
    refused.holds("<details open>");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_called_back_the_question_says_so() {
    let (ringback, wall, mut max) = with_wall("affonso").await;
    let given = [("userId", "u1"), ("userReward", "5"), ("reason", "r"), ("act", "check")];
    let form = max.get(PATH).await;
    ringback.change(&wall, json!({"callbacks": "off"})).await;
    max.send(&form, PATH, &given).await.holds("Callbacks are off: it is recorded, and nobody is told.");
    ringback.change(&wall, json!({"callbacks": "on", "paused": true})).await;
    max.send(&form, PATH, &given).await.holds("It is not sent at once: the app is paused.");
    ringback.change(&wall, json!({"paused": false, "events": ["sale"]})).await;
    max.send(&form, PATH, &given).await.holds("No endpoint takes this event type");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_credits_nobody() {
    let (ringback, wall, mut max) = with_wall("affonso").await;
    let mut ana = Visitor::of(&ringback, &wall).await;
    let page = ana.get("/apps/kash").await;
    page.lacks("/credit");
    let refused = ana.get(PATH).await;
    assert_eq!(refused.status, 403);
    refused.holds("account manager");
    let form = ana.get("/apps/kash/settings").await;
    let given = [("userId", "ana"), ("userReward", "1000"), ("reason", "me"), ("act", "credit")];
    assert_eq!(ana.send(&form, PATH, &given).await.status, 403);
    let stolen = max.get(PATH).await;
    assert_eq!(ana.send(&stolen, PATH, &given).await.status, 403);
    assert_eq!(recorded(&ringback).await, [] as [Value; 0]);
    assert_eq!(max.get("/apps/none/credit").await.status, 404);
}
