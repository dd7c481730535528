//! How first attempts go by recipe: what `/v1/dialects/{name}/health` tells, and what an operator sees on Home.

use std::time::Duration;

use serde_json::{Value, json};

use super::Acme;
use crate::console::visitor::Visitor;
use crate::support::{Reply, Ringback, Wall, calling, found, has};

const PATH: &str = "/v1/dialects/besitos/health";

/// First attempts and acknowledged ones of the one version there is, once they have been added up to these.
async fn told_once(ringback: &Ringback, path: &str, expected: [u64; 2]) -> Value {
    found(&format!("{path} tells {expected:?}"), || async {
        ringback.tidy().await;
        let told = ringback.get(path).await;
        let recipe = told["recipes"][0].clone();
        (json!([recipe["firstAttempts"], recipe["delivered"]]) == json!(expected)).then_some(recipe)
    })
    .await
}

/// So many callbacks whose first attempt is answered so.
async fn answered(wall: &Wall, reply: Reply, name: &str, callbacks: usize) {
    wall.receiver.always(reply);
    for number in 0..callbacks {
        wall.report(&format!("{name}-{number}")).await.delivery();
        wall.receiver.next().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn first_attempts_are_counted_by_recipe_and_by_how_they_were_refused() {
    let success = json!({"statuses": ["200"], "bodyContains": "OK"});
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [60], "success": success})).await;
    assert_eq!(ringback.get(PATH).await["recipes"], json!([]));
    for (status, body) in [(200, "OK"), (200, "Rejected"), (401, ""), (403, ""), (405, ""), (422, ""), (500, "")] {
        answered(&wall, Reply::with(status, "", body), &format!("{status}{body}"), 1).await;
    }
    // Neither a test nor a second attempt is a first one.
    ringback.post(&wall.path("/test"), json!({})).await.ok();
    let told = told_once(&ringback, PATH, [7, 1]).await;
    has(&told, json!({"recipe": "besitos@1", "refused": {"401": 1, "403": 1, "405": 1, "422": 1, "unwantedBody": 1}}));
    ringback.clock.advance(Duration::from_secs(120));
    wall.receiver.always(Reply::acknowledgement());
    ringback.step().await;
    wall.report_until("last", "delivered").await;
    let told = told_once(&ringback, PATH, [8, 2]).await;
    assert_eq!(told["buckets"].as_array().unwrap().len(), 288);
    let version = ringback.get("/v1/dialects/besitos@1/health?step=3600").await;
    has(&version, json!({"step": 3600, "recipes": [{"recipe": "besitos@1", "firstAttempts": 8}]}));
    assert_eq!(ringback.get("/v1/dialects/affonso/health").await["recipes"], json!([]));
    ringback.ask("/v1/dialects/nobody/health").await.is(404, json!({}));
    ringback.ask(&format!("{PATH}?step=60")).await.is(422, json!({"errors": [{"field": "step"}]}));
    ringback.ask(&format!("{PATH}?appId=app_1")).await.is(422, json!({"errors": [{"field": "appId"}]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_of_recipes_are_folded_kept_and_outlive_a_restart() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [86_400]})).await;
    answered(&wall, Reply::acknowledgement(), "good", 2).await;
    answered(&wall, Reply::status(403), "bad", 1).await;
    told_once(&ringback, PATH, [3, 2]).await;
    let ringback = ringback.restart().await;
    let wall = wall.at(&ringback);
    answered(&wall, Reply::acknowledgement(), "more", 1).await;
    told_once(&ringback, PATH, [4, 3]).await;
    ringback.clock.advance(Duration::from_secs(2 * 3_600));
    ringback.tidy().await;
    told_once(&ringback, &format!("{PATH}?step=3600"), [4, 3]).await;
    ringback.clock.advance(Duration::from_secs(9 * 86_400));
    ringback.tidy().await;
    let days = format!("{PATH}?step=86400&from=2024-07-01T00:00:00Z&to=2024-07-02T00:00:00Z");
    told_once(&ringback, &days, [4, 3]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_is_no_publishers_to_look_into() {
    let acme = Acme::start().await;
    assert_eq!(acme.publisher.ask(PATH).await.status, 403);
    assert_eq!(acme.manager.ask(PATH).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn managers_and_operators_are_told_of_a_recipe_whose_refusals_jump() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [86_400]})).await;
    answered(&wall, Reply::acknowledgement(), "good", 16).await;
    told_once(&ringback, PATH, [16, 16]).await;
    let mut olga = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    olga.get("/").await.lacks("first attempts refused");
    answered(&wall, Reply::status(401), "bad", 3).await;
    told_once(&ringback, PATH, [19, 16]).await;
    olga.get("/").await.lacks("first attempts refused");
    answered(&wall, Reply::status(401), "worse", 2).await;
    told_once(&ringback, PATH, [21, 16]).await;
    let said = "besitos@1: 5 of 21 first attempts refused within the last hour, none were made in the 24 h before.";
    olga.get("/").await.holds(said);
    let mut max = Visitor::joined(&ringback, "max@example.com", json!({"role": "account_manager"})).await;
    max.get("/").await.holds(said);
    max.get("/").await.holds("href=\"/dialects/besitos@1#health\"");
    let figures = max.get("/dialects/besitos@1").await;
    figures.holds("First attempts, 24 h");
    figures.holds(
        "<td data-label=\"First attempts\">21</td><td data-label=\"Delivered\">16</td><td data-label=\"401\">5</td>",
    );
    ringback.clock.advance(Duration::from_secs(3_900));
    olga.get("/").await.lacks("first attempts refused");
}
