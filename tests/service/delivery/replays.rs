//! Catching up after an outage: a replay job sends again what was given up, and nothing else, though it is stopped or killed.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::support::{Api, Home, Reply, Wall, calling, found, has, text, with};

/// A replay of whatever was given up on the wall's app since the first of these deliveries.
async fn replay(api: &Api, wall: &Wall, first: &str) -> String {
    let began = api.post("/v1/replays", json!({"appId": wall.id, "sinceDeliveryId": first})).await;
    assert_eq!(began.status, 201, "{:#}", began.body);
    began.id()
}

async fn in_state(api: &Api, id: &str, state: &str) -> Value {
    api.once(&format!("/v1/replays/{id}"), state, |replay| replay["state"] == state).await
}

/// Reports so many completions to a receiver that knows none of them, since one that is down would be probed instead; answers
/// their deliveries once they are given up.
async fn outage(api: &Api, wall: &Wall, completions: usize) -> Vec<String> {
    wall.receiver.then(vec![Reply::status(404); 2 * completions]);
    let all: Vec<Value> = (0..completions).map(|number| wall.completion(&format!("tx-{number}"))).collect();
    let reported = wall.source.report_batch(&all).await;
    found("all are dead", || async { (api.deliveries("dead").await.len() == completions).then_some(()) }).await;
    wall.receiver.so_far();
    reported.iter().map(|one| text(&one["deliveries"][0], "id")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_outage_left_behind_is_sent_again_and_counted_as_it_arrives() {
    let home = Home::new();
    let child = home.serve().await;
    let wall = child.wall("besitos", json!({"retrySchedule": [1]})).await;
    let dead = outage(&child, &wall, 70).await;
    let id = replay(&child, &wall, &dead[0]).await;
    let done = in_state(&child, &id, "done").await;
    let none = json!({"reversed": 0, "review": 0, "erased": 0, "archived": 0, "reopened": 0});
    has(&done, json!({"total": 70, "done": 70, "skipped": none}));
    found("all are delivered", || async { (child.deliveries("delivered").await.len() == 70).then_some(()) }).await;
    let mut arrived = wall.receiver.transactions_so_far();
    arrived.sort();
    let mut reported: Vec<String> = (0..70).map(|number| format!("tx-{number}")).collect();
    reported.sort();
    assert_eq!(arrived, reported);
    // What is delivered is not replayed by who asks for what is dead.
    let id = replay(&child, &wall, &dead[0]).await;
    has(&in_state(&child, &id, "done").await, json!({"total": 0, "done": 0}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_was_killed_goes_on_where_it_was() {
    const ALL: usize = 150;
    let home = Home::new();
    let mut child = home.serve().await;
    let wall = child.wall("besitos", json!({"retrySchedule": [1]})).await;
    let dead = outage(&child, &wall, ALL).await;
    let id = replay(&child, &wall, &dead[0]).await;
    for arrived in [10, 60] {
        for _ in 0..arrived {
            wall.receiver.next().await;
        }
        child.kill().await;
        child = home.serve().await;
    }
    let done = in_state(&child, &id, "done").await;
    has(&done, json!({"total": ALL, "done": ALL, "skipped": {"reopened": 0}}));
    found("all are delivered", || async { (child.deliveries("delivered").await.len() == ALL).then_some(()) }).await;
    let mut attempts: HashMap<u64, usize> = HashMap::new();
    for delivery in child.deliveries("delivered").await {
        *attempts.entry(delivery["attemptsMade"].as_u64().unwrap()).or_default() += 1;
    }
    // Two in vain before the replay and one because of it: what a kill cut off does not count.
    assert_eq!(attempts, HashMap::from([(3, ALL)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_waits_while_its_app_is_paused_and_stops_when_it_is_canceled() {
    let home = Home::new();
    let child = home.serve().await;
    let wall = child.wall("besitos", json!({"retrySchedule": [1]})).await;
    let dead = outage(&child, &wall, 40).await;
    child.change(&wall, json!({"paused": true})).await;
    let id = replay(&child, &wall, &dead[0]).await;
    let path = format!("/v1/replays/{id}");
    child.once(&path, "waiting", |replay| replay["done"] == 16).await;
    found("what it reopened is held", || async { (child.deliveries("held").await.len() == 16).then_some(()) }).await;
    has(&child.get(&path).await, json!({"state": "running", "done": 16}));

    let again = json!({"appId": wall.id, "sinceDeliveryId": dead[0]});
    let refused = child.post("/v1/replays", &again).await;
    assert!(refused.status == 409 && text(&refused.body, "detail").contains(&id), "{:#}", refused.body);
    child.post("/v1/replays", with(again, json!({"dryRun": true}))).await.is(200, json!({"total": 24}));
    child.post(&format!("{path}/cancel"), "").await.is(200, json!({"state": "canceled", "total": 40, "done": 16}));
    child.change(&wall, json!({"paused": false})).await;
    found("what it reopened is sent", || async { (child.deliveries("delivered").await.len() == 16).then_some(()) })
        .await;
    assert_eq!(child.deliveries("dead").await.len(), 24);
    has(&child.get(&path).await, json!({"state": "canceled", "done": 16}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_and_the_reversal_behind_it_are_sent_in_order_and_what_was_told_and_taken_back_is_not() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [1]})).await;
    let first = wall.report_until("tx-told", "delivered").await;
    wall.receiver.next().await;
    let reversal = wall.source.reverse(json!({"externalId": "tx-told"})).await.delivery();
    ringback.delivery_once(&reversal, "delivered").await;
    wall.receiver.next().await;
    wall.receiver.then([Reply::status(404), Reply::status(404)]);
    wall.report_until("tx-down", "retrying").await;
    ringback.clock.advance(std::time::Duration::from_secs(2));
    found("it is dead", || async { (ringback.deliveries("dead").await.len() == 1).then_some(()) }).await;
    let waiting = wall.source.reverse(json!({"externalId": "tx-down"})).await.delivery();
    ringback.held_for(&waiting, "completion").await;
    wall.receiver.so_far();

    let states = json!({
        "appId": wall.id, "sinceDeliveryId": text(&first, "id"), "status": ["dead", "delivered", "canceled"],
    });
    let expected = json!({"total": 3, "skipped": {"reversed": 1}});
    ringback.post("/v1/replays", with(states.clone(), json!({"dryRun": true}))).await.is(200, expected.clone());
    let id = ringback.post("/v1/replays", &states).await.id();
    has(&in_state(&ringback, &id, "done").await, with(expected, json!({"done": 2})));
    ringback.delivery_once(&waiting, "delivered").await;
    ringback.delivery_once(&reversal, "delivered").await;
    let told: Vec<(String, bool)> = (wall.receiver.so_far().iter())
        .map(|told| (told.parameter("transaction_id").unwrap(), told.parameter("reverse").is_some()))
        .collect();
    let down: Vec<&(String, bool)> = told.iter().filter(|(id, _)| id == "tx-down").collect();
    assert_eq!(down, [&("tx-down".to_owned(), false), &("tx-down".to_owned(), true)]);
    assert!(told.contains(&("tx-told".to_owned(), true)) && told.len() == 3, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_review_or_was_erased_is_passed_over() {
    let terms = json!({"review": {"hours": 2, "payoutAboveMinor": 200}});
    let (ringback, wall) = calling("offermaru", terms).await;
    let in_review = wall.report("tx-review").await.delivery();
    ringback.cancel(&in_review).await.ok();
    let small = |id: &str, user: &str| with(wall.completion(id), json!({"payoutMinor": 1, "userId": user}));
    for (id, user) in [("tx-erased", "gone"), ("tx-kept", "kept")] {
        let delivery = wall.source.report(&small(id, user)).await.delivery();
        ringback.delivery_once(&delivery, "delivered").await;
    }
    assert_eq!(ringback.delete(&wall.path("/users/gone")).await.status, 204);
    let body = json!({"appId": wall.id, "sinceDeliveryId": in_review, "status": ["delivered", "canceled"]});
    let expected = json!({"total": 3, "skipped": {"review": 1, "erased": 1, "reversed": 0}});
    let counted = ringback.post("/v1/replays", with(body.clone(), json!({"dryRun": true}))).await;
    counted.is(200, with(expected.clone(), json!({"replayable": 1})));
    let id = ringback.post("/v1/replays", &body).await.id();
    has(&in_state(&ringback, &id, "done").await, with(expected, json!({"done": 1})));
}
