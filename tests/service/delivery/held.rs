//! What is held, and for how long: by whose changes it is released, since when it counts as held, and by which clock it ends.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Ringback, Wall, calling, has};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Older than anything is kept. The keys of records are of the machine's clock, which is years ahead of the tests'.
const AGES: Duration = Duration::from_secs(2_000 * 24 * 3600);

/// How often a delivery was found to be one that cannot be composed.
async fn times_held(ringback: &Ringback) -> u32 {
    let metrics = ringback.get("/metrics").await;
    let line = metrics
        .as_str()
        .unwrap()
        .lines()
        .find_map(|line| line.strip_prefix("ringback_settlements_total{status=\"held\"} "));
    line.map_or(0, |count| count.parse().unwrap())
}

/// A delivery that was accepted while its app was paused, and cannot be composed any more since the app's URL was changed.
async fn that_cannot_be_composed(ringback: &Ringback, wall: &Wall) -> String {
    ringback.change(wall, json!({"paused": true})).await;
    let mut completion = wall.completion("x1");
    completion["extra"] = json!({"long": "l".repeat(400)});
    let id = wall.source.report(&completion).await.delivery();
    let parameters: String = (0..20).map(|n| format!("&p{n}={{extra.long}}")).collect();
    let url = wall.receiver.url(&format!("/pb.php?user_id={{user_id}}{parameters}"));
    ringback.change(wall, json!({"callbackUrl": url, "paused": false})).await;
    ringback.held_for(&id, "fields").await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_composed_is_tried_again_after_a_change_of_its_own_app_and_of_no_other() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let other = ringback.wall("besitos", json!({})).await;
    let id = that_cannot_be_composed(&ringback, &wall).await;
    let before = times_held(&ringback).await;
    for n in 0..5 {
        ringback.change(&other, json!({"name": format!("Renamed {n}")})).await;
        // Each of these passes has acted on the change.
        ringback.tidy().await;
    }
    assert_eq!(times_held(&ringback).await, before);
    ringback.change(&wall, json!({"name": "Renamed"})).await;
    ringback.tidy().await;
    let tried_again = async { while times_held(&ringback).await == before {} };
    tokio::time::timeout(crate::support::PATIENCE, tried_again).await.expect("its own app was changed");
    ringback.change(&wall, json!({"callbackUrl": wall.receiver.url("/pb.php")})).await;
    ringback.delivery_once(&id, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_again_has_been_held_since_the_first_time_and_ends_with_that() {
    let (ringback, wall) = calling("besitos", json!({"maxHeldDays": 30})).await;
    let id = that_cannot_be_composed(&ringback, &wall).await;
    for _ in 0..3 {
        ringback.clock.advance(DAY * 9);
        let before = times_held(&ringback).await;
        ringback.change(&wall, json!({"name": format!("Renamed after {before}")})).await;
        let tried_again = async { while times_held(&ringback).await == before {} };
        tokio::time::timeout(crate::support::PATIENCE, tried_again).await.expect("its own app was changed");
        ringback.held_for(&id, "fields").await;
    }
    ringback.clock.advance(DAY * 4);
    ringback.tidy().await;
    has(&ringback.delivery(&id).await, json!({"status": "dead", "endedReason": "expired"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_ahead_ends_nothing_and_one_that_comes_back_does() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let told = wall.report_until("x1", "delivered").await;
    ringback.change(&wall, json!({"paused": true})).await;
    let held = wall.report("x2").await.delivery();
    ringback.held_for(&held, "app_paused").await;
    ringback.clock.jump(AGES);
    // What is recorded under a wrong clock makes it no righter.
    wall.report("x3").await.ok();
    ringback.tidy().await;
    let told_path = format!("/v1/deliveries/{}", told["id"].as_str().unwrap());
    let status = |delivery: Value| delivery["status"].as_str().unwrap().to_owned();
    assert_eq!(status(ringback.get(&told_path).await), "delivered");
    assert_eq!(status(ringback.delivery(&held).await), "held");
    ringback.clock.jump_back(AGES);
    // Time that has really passed. (Not as much as the database's own clock would not believe.)
    ringback.clock.advance(DAY * 200);
    ringback.tidy().await;
    assert_eq!(status(ringback.delivery(&held).await), "dead");
}
