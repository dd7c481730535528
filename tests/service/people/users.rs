//! What callers see of others and do to them.

use serde_json::{Value, json};

use super::{House, PASSWORD, id_of, invite, joined};
use crate::support::{Api, has};

/// Whom somebody finds, oldest first.
async fn found(api: &Api) -> Vec<String> {
    let items = api.get("/v1/users").await["items"].as_array().unwrap().clone();
    items.iter().rev().map(|user| user["name"].as_str().unwrap().to_owned()).collect()
}

fn of(publisher: &str) -> Value {
    json!({"role": "publisher", "publisherId": publisher})
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_finds_those_whose_roles_are_its_to_give_and_the_rest_does_not_exist() {
    let house = House::start().await;
    let (acme, zen) = (house.publisher("Acme").await, house.publisher("Zen").await);
    let max = joined(&house.olga, "max@example.com", json!({"role": "account_manager"})).await;
    let ana = joined(&max, "ana@example.com", of(&acme)).await;
    let ben = joined(&ana, "ben@example.com", json!({"role": "publisher"})).await;
    let zoe = joined(&max, "zoe@example.com", of(&zen)).await;
    assert_eq!(found(&house.olga).await, ["Olga", "max", "ana", "ben", "zoe"]);
    assert_eq!(found(&max).await, ["ana", "ben", "zoe"]);
    assert_eq!(found(&ana).await, ["ana", "ben"]);
    assert_eq!(found(&zoe).await, ["zoe"]);
    has(&ben.get("/v1/me").await, json!({"publisherId": acme}));
    let [olga_id, zoe_id, ben_id] = [id_of(&house.olga).await, id_of(&zoe).await, id_of(&ben).await];
    for (api, id) in [(&max, &olga_id), (&ana, &olga_id), (&ana, &zoe_id), (&zoe, &ben_id)] {
        assert_eq!(api.ask(&format!("/v1/users/{id}")).await.status, 404);
    }
    let path = format!("/v1/users/{olga_id}");
    assert_eq!(max.patch(&path, json!({"name": "x"})).await.status, 404);
    assert_eq!(max.delete(&path).await.status, 404);
    assert_eq!(max.post(&format!("{path}/reset"), "").await.status, 404);
    assert_eq!(ana.get(&format!("/v1/users/{ben_id}")).await["name"], "ben");
    // Colleagues are seen and invited, and changed by those who look after their publisher.
    assert_eq!(ana.patch(&format!("/v1/users/{ben_id}"), json!({"name": "x"})).await.status, 403);
    assert_eq!(ana.delete(&format!("/v1/users/{ben_id}")).await.status, 403);
    assert_eq!(ana.post(&format!("/v1/users/{ben_id}/reset"), "").await.status, 403);
    let listed = house.olga.get("/v1/users").await.to_string();
    assert!(!listed.contains("argon2") && !listed.contains(PASSWORD), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_invites_into_a_role_or_a_publisher_that_is_not_its_own_to_give() {
    let house = House::start().await;
    let (acme, zen) = (house.publisher("Acme").await, house.publisher("Zen").await);
    let max = joined(&house.olga, "max@example.com", json!({"role": "account_manager"})).await;
    let ana = joined(&max, "ana@example.com", of(&acme)).await;
    for role in ["operator", "account_manager"] {
        for api in [&max, &ana] {
            assert_eq!(invite(api, "x@example.com", json!({"role": role})).await.status, 403);
        }
    }
    invite(&ana, "x@example.com", of(&zen)).await.refuses(422, &["publisherId"]);
    invite(&max, "x@example.com", json!({"role": "publisher"})).await.refuses(422, &["publisherId"]);
    invite(&max, "x@example.com", of("pub_none")).await.refuses(422, &["publisherId"]);
    let both = json!({"role": "operator", "publisherId": acme});
    invite(&house.olga, "x@example.com", both).await.refuses(422, &["publisherId"]);
    invite(&house.olga, "x@example", json!({"role": "operator", "name": ""})).await.refuses(422, &["email", "name"]);

    let of_zen = invite(&max, "zoe@example.com", of(&zen)).await;
    let of_olga = invite(&house.olga, "paul@example.com", json!({"role": "operator"})).await;
    assert_eq!(ana.get("/v1/invitations").await["items"], json!([]));
    has(&max.get("/v1/invitations").await, json!({"items": [{"email": "zoe@example.com"}]}));
    assert_eq!(ana.delete(&format!("/v1/invitations/{}", of_zen.id())).await.status, 404);
    assert_eq!(max.delete(&format!("/v1/invitations/{}", of_olga.id())).await.status, 404);
    assert_eq!(house.olga.delete(&format!("/v1/invitations/{}", of_zen.id())).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_changes_at_once_and_is_the_callers_to_give() {
    let house = House::start().await;
    let (acme, zen) = (house.publisher("Acme").await, house.publisher("Zen").await);
    let max = joined(&house.olga, "max@example.com", json!({"role": "account_manager"})).await;
    let ana = joined(&max, "ana@example.com", of(&acme)).await;
    let path = format!("/v1/users/{}", id_of(&ana).await);
    max.patch(&path, json!({"publisherId": zen, "name": "Ana Z."})).await.is(200, json!({"publisherId": zen}));
    has(&ana.get("/v1/me").await, json!({"publisherId": zen, "name": "Ana Z."}));
    assert_eq!(max.patch(&path, json!({"role": "account_manager"})).await.status, 403);
    max.patch(&path, json!({"publisherId": "pub_none"})).await.refuses(422, &["publisherId"]);
    assert_eq!(ana.ask("/v1/sources").await.status, 403);
    house
        .olga
        .patch(&path, json!({"role": "operator"}))
        .await
        .is(200, json!({"role": "operator", "publisherId": null}));
    ana.get("/v1/sources").await;
    assert_eq!(max.ask(&path).await.status, 404, "it is nobody of a publisher's any more");
    house.olga.patch(&path, json!({"publisherId": acme})).await.refuses(422, &["publisherId"]);
    house.olga.patch(&path, json!({"role": "publisher"})).await.refuses(422, &["publisherId"]);
    house.olga.patch(&path, json!({"name": null, "role": null})).await.refuses(422, &["name", "role"]);
    house.olga.patch(&path, json!({"disabled": true})).await.is(200, json!({"disabled": true}));
    house.olga.patch(&path, json!({"disabled": null, "publisherId": null})).await.is(200, json!({"disabled": false}));
    house.olga.patch(&path, json!({"disabld": true})).await.refuses(422, &["disabld"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_operator_who_can_sign_in_stays() {
    let house = House::start().await;
    let olga = format!("/v1/users/{}", id_of(&house.olga).await);
    let is_last = json!({"type": "/problems/conflict"});
    let changes = [json!({"disabled": true}), json!({"role": "account_manager"})];
    for change in &changes {
        house.olga.patch(&olga, change).await.is(409, is_last.clone());
    }
    house.ringback.delete(&olga).await.is(409, is_last.clone());
    house.olga.patch(&olga, json!({"name": "Olga O.", "disabled": false, "role": "operator"})).await.ok();

    let paul = joined(&house.olga, "paul@example.com", json!({"role": "operator"})).await;
    let path = format!("/v1/users/{}", id_of(&paul).await);
    house.olga.patch(&path, json!({"disabled": true})).await.ok();
    house.olga.delete(&olga).await.is(409, is_last.clone());
    house.olga.patch(&path, json!({"disabled": false})).await.ok();
    assert_eq!(house.olga.delete(&olga).await.status, 204);
    assert_eq!(house.olga.ask("/v1/me").await.status, 401, "whoever is deleted is signed out");
    assert_eq!(house.sign_in("olga@example.com", PASSWORD).await.status, 401);
    house.ringback.delete(&path).await.is(409, is_last);
    assert_eq!(house.sign_in("paul@example.com", PASSWORD).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_operators_who_delete_one_another_at_once_one_stays() {
    let house = House::start().await;
    let paul = joined(&house.olga, "paul@example.com", json!({"role": "operator"})).await;
    let [olga_path, paul_path] = [id_of(&house.olga).await, id_of(&paul).await].map(|id| format!("/v1/users/{id}"));
    let (one, other) = tokio::join!(house.olga.delete(&paul_path), paul.delete(&olga_path));
    let gone = [&one, &other].iter().filter(|answer| answer.status == 204).count();
    assert_eq!(gone, 1, "{one:?} {other:?}");
    assert_eq!(found(&house.ringback).await.len(), 1);
}
