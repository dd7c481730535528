//! How an app is doing is added up in two ways: one app among many from its own roll-ups, and many together from the day of
//! all apps, whose settled part is kept in memory. Whoever reads an app and then the list is told the same.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Reply, Ringback, Wall, calling, found, has};

/// Beside so many others one app is looked at by itself; among fewer than twelve it counts as many.
const OTHERS: usize = 12;
const HOUR: Duration = Duration::from_secs(3_600);

/// The app of a wall, once its health has this number in this field.
async fn app_once(ringback: &Ringback, wall: &Wall, field: &str, number: u64) -> Value {
    found(&format!("{field} is {number}"), || async {
        ringback.tidy().await;
        let app = ringback.get(&wall.path("")).await;
        (app["health"][field] == number).then_some(app)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_read_by_itself_has_the_health_that_the_list_of_all_says() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [3600]})).await;
    for number in 0..OTHERS {
        let other = json!({"publisherId": wall.publisher, "name": format!("Other {number}"), "dialect": "besitos"});
        ringback.post("/v1/apps", other).await.ok();
    }
    wall.report_until("good", "delivered").await;
    // An hour later this is settled, and what fails then is not.
    app_once(&ringback, &wall, "delivered", 1).await;
    ringback.clock.advance(HOUR);
    wall.receiver.then([Reply::status(500)]);
    wall.report_until("bad", "retrying").await;
    ringback.change(&wall, json!({"paused": true})).await;
    let held = wall.report("held").await.delivery();
    ringback.held_for(&held, "app_paused").await;

    let alone = app_once(&ringback, &wall, "failedAttempts", 1).await;
    has(
        &alone["health"],
        json!({
            "delivered": 1, "dead": 0, "failedAttempts": 1, "waiting": {"count": 2, "more": false},
            "lastDeliveredAt": "2024-07-01T18:40:00.000Z",
            "lastFailure": {"at": "2024-07-01T19:40:00.000Z", "outcome": "http_status", "statusCode": 500},
        }),
    );
    let all = ringback.get("/v1/apps").await;
    let all = all["items"].as_array().unwrap();
    assert_eq!(all.len(), OTHERS + 1);
    let listed = all.iter().find(|app| app["id"] == wall.id).unwrap();
    assert_eq!((&listed["state"], &listed["health"]), (&alone["state"], &alone["health"]));
}
