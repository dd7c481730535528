//! What this build cannot read: nothing that is accepted is lost by it, and nothing else is kept from coming into force.

use std::time::Duration;

use serde_json::json;

use super::{NAME, draft};
use crate::support::{Ringback, has, in_database};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_for_a_version_that_cannot_be_read_waits_for_whoever_can_read_it() {
    for (column, spoilt) in [("text", "a word of a later build"), ("vectors", "[")] {
        let ringback = Ringback::start().await;
        ringback.published(draft()).await;
        let wall = ringback.coinbarn(NAME).await;
        let database = ringback.database_url();
        in_database(&database, &format!("CREATE TABLE kept AS SELECT {column} AS it FROM recipes"));
        in_database(&database, &format!("UPDATE recipes SET {column} = '{spoilt}'"));
        let ringback = ringback.restart().await;
        let wall = wall.at(&ringback);
        let waits = wall.report("tx-1").await.delivery();
        has(&ringback.delivery_once(&waits, "pending").await, json!({"recipe": "x-coinbarn@1"}));
        // What else is configured is in force.
        ringback.wall("besitos", json!({"callbackUrl": "/pb?user={user_id}"})).await;
        in_database(&database, &format!("UPDATE recipes SET {column} = (SELECT it FROM kept); DROP TABLE kept"));
        let ringback = ringback.restart().await;
        // It was put off by a second, whoever looked at it meanwhile.
        ringback.clock.advance(Duration::from_secs(2));
        ringback.step().await;
        ringback.delivery_once(&waits, "delivered").await;
        assert_eq!(wall.receiver.next().await.parameter("txn").as_deref(), Some("tx-1"), "{column}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_accepted_for_an_endpoint_whose_dialect_is_unheard_of() {
    let ringback = Ringback::start().await;
    let wall = ringback.wall("besitos", json!({"callbackUrl": "/pb?user={user_id}"})).await;
    wall.report_until("tx-1", "delivered").await;
    let speaks = |dialect: &str| format!("UPDATE endpoints SET dialect = '{dialect}'");
    in_database(&ringback.database_url(), &speaks("later-wall"));
    let ringback = ringback.restart().await;
    let wall = wall.at(&ringback);
    let refused = wall.report("tx-2").await;
    let why = "An endpoint speaks a dialect that this node's version does not know.";
    assert!(refused.status == 503 && refused.body["detail"].as_str().unwrap().starts_with(why), "{}", refused.body);
    assert_eq!(wall.source.reverse(json!({"externalId": "tx-1"})).await.status, 503);
    in_database(&ringback.database_url(), &speaks("besitos"));
    let ringback = ringback.restart().await;
    wall.at(&ringback).report_until("tx-2", "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_leaves_out_the_vectors_of_an_operators_own() {
    let ringback = Ringback::start().await;
    ringback.published(draft()).await;
    let list = ringback.get("/v1/dialects").await;
    for one in list["items"].as_array().unwrap() {
        assert_eq!(one.get("vectors").is_none(), one["origin"] == "custom", "{}", one["name"]);
    }
    assert!(ringback.get("/v1/dialects/x-coinbarn").await["vectors"].is_array());
}
