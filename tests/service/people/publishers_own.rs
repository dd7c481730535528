//! A publisher's own tokens, made and deleted by its people; and what every token says of itself.

use serde_json::json;

use super::{House, id_of, joined};
use crate::support::{has, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_publishers_people_make_list_and_delete_its_own_tokens_and_no_others() {
    let house = House::start().await;
    let (acme, zen) = (house.publisher("Acme").await, house.publisher("Zen").await);
    let ana = joined(&house.olga, "ana@example.com", json!({"role": "publisher", "publisherId": acme})).await;
    let theirs = house.olga.post("/v1/tokens", json!({"name": "z", "role": "publisher", "publisherId": zen})).await;

    let made = ana.post("/v1/tokens", json!({"name": "wall", "role": "publisher"})).await;
    made.is(201, json!({"publisherId": acme, "createdBy": {"userId": id_of(&ana).await, "name": "ana"}}));
    let wall = ana.with_token(&text(&made.body, "token"));
    has(&wall.get("/v1/me").await, json!({"role": "publisher", "publisherId": acme}));
    has(&ana.get("/v1/tokens").await, json!({"items": [{"name": "wall"}]}));
    let foreign = json!({"name": "x", "role": "publisher", "publisherId": zen});
    ana.post("/v1/tokens", foreign).await.refuses(422, &["publisherId"]);
    for role in ["operator", "account_manager"] {
        assert_eq!(ana.post("/v1/tokens", json!({"name": "x", "role": role})).await.status, 403);
    }
    assert_eq!(ana.delete(&format!("/v1/tokens/{}", theirs.id())).await.status, 404);
    assert_eq!(ana.delete(&format!("/v1/tokens/{}", made.id())).await.status, 204);
    assert_eq!(wall.ask("/v1/me").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_says_who_made_it_and_to_the_minute_when_it_was_used_last() {
    let house = House::start().await;
    let made = house.olga.post("/v1/tokens", json!({"name": "ops", "role": "operator"})).await;
    made.is(201, json!({"createdBy": {"name": "Olga"}, "lastUsedAt": null}));
    let ops = house.olga.with_token(&text(&made.body, "token"));
    let used_at = async |expected: &str| {
        house.olga.once("/v1/tokens", expected, |listed| listed["items"][0]["lastUsedAt"] == expected).await;
    };
    ops.get("/v1/apps").await;
    used_at("2024-07-01T18:40:00.000Z").await;
    house.ringback.clock.advance(std::time::Duration::from_secs(59));
    ops.get("/v1/apps").await;
    house.ringback.clock.advance(std::time::Duration::from_secs(1));
    has(&house.olga.get("/v1/tokens").await["items"][0], json!({"lastUsedAt": "2024-07-01T18:40:00.000Z"}));
    ops.get("/v1/apps").await;
    used_at("2024-07-01T18:41:00.000Z").await;
    let by_token = ops.post("/v1/tokens", json!({"name": "x", "role": "operator"})).await;
    by_token.is(201, json!({"createdBy": {"tokenId": made.id(), "name": "ops"}}));
    let first = house.olga.get("/v1/tokens").await["items"].as_array().unwrap().last().unwrap().clone();
    has(&first, json!({"name": "bootstrap", "createdBy": null}));
}
