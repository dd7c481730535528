//! Who did what: every act is written down, nothing that must not be known is, and nobody but operators reads it.

use serde_json::{Value, json};

use crate::support::{Api, Home, Ringback, calling, has, in_database, shown, text};

/// What was audited, newest first.
async fn audited(ringback: &Api, query: &str) -> Vec<Value> {
    ringback.get(&format!("/v1/audit?{query}")).await["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_and_a_claw_back_by_hand_are_audited_like_every_other_change() {
    let ringback = Ringback::start().await;
    let app = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let manager = ringback.manager().await;
    let credit = json!({"userId": "u1", "userReward": "5", "payoutMinor": 5, "reason": "the survey crashed"});
    let credited = manager.post(&app.path("/credits"), credit).await;
    let path = format!("/v1/completions/{}/reversals", credited.id());
    manager.post(&path, json!({"note": "it was a bot"})).await.ok();
    assert_eq!(manager.post(&path, json!({"note": "again", "payoutMinor": 1})).await.status, 422);
    assert_eq!(manager.post("/v1/sources", json!({"name": "S"})).await.status, 403);

    let of_manager = text(&ringback.get("/v1/tokens").await["items"][0], "id");
    insta::assert_snapshot!(shown(&json!(audited(&ringback, &format!("tokenId={of_manager}")).await)), @r#"
    [
      {
        id: "aud_1", at: "2024-07-01T18:40:00.000Z", tokenId: "tok_1", userId: null, name: "manager",
        role: "account_manager", action: "POST /v1/sources", subject: null, subjectName: null, createdId: null,
        outcome: "refused",
      },
      {
        id: "aud_2", at: "2024-07-01T18:40:00.000Z", tokenId: "tok_1", userId: null, name: "manager",
        role: "account_manager", action: "POST /v1/completions/{id}/reversals", subject: "cmp_1",
        subjectName: null, createdId: null, outcome: "refused",
      },
      {
        id: "aud_3", at: "2024-07-01T18:40:00.000Z", tokenId: "tok_1", userId: null, name: "manager",
        role: "account_manager", action: "POST /v1/completions/{id}/reversals", subject: "cmp_1",
        subjectName: null, createdId: "rev_1", outcome: "done",
      },
      {
        id: "aud_4", at: "2024-07-01T18:40:00.000Z", tokenId: "tok_1", userId: null, name: "manager",
        role: "account_manager", action: "POST /v1/apps/{id}/credits", subject: "app_1", subjectName: "A",
        createdId: "cmp_1", outcome: "done",
      },
    ]
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reads_or_comes_from_nobody_is_not_audited_and_no_user_or_secret_stands_there() {
    let (ringback, wall) = calling("affonso", json!({"callbacks": "off"})).await;
    wall.report("x1").await.ok();
    let before = audited(&ringback, "").await.len();
    ringback.get(&wall.path("")).await;
    wall.report("x2").await.ok();
    assert_eq!(ringback.with_token("no-such-token").delete(&wall.path("")).await.status, 401);
    assert_eq!(audited(&ringback, "").await.len(), before);

    let secret = ringback.secret(&wall, "a-secret-of-the-publisher").await;
    assert_eq!(ringback.delete(&wall.path("/users/quetzal@example.com")).await.status, 204);
    let all = ringback.get("/v1/audit").await;
    for unsaid in ["quetzal", "a-secret-of-the-publisher"] {
        assert!(!all.to_string().contains(unsaid), "{all:#}");
    }
    // What stands where an id belongs may be anything.
    assert_eq!(ringback.delete(&format!("/v1/tokens/{}", "a-token-in-clear".repeat(400))).await.status, 404);
    has(&audited(&ringback, "limit=1").await[0], json!({"subject": null}));
    let of_app = audited(&ringback, &format!("subject={}&limit=2", wall.id)).await;
    let by = |action: &str, created: Value| {
        json!({
            "name": "bootstrap", "action": action, "subject": wall.id, "createdId": created, "outcome": "done",
        })
    };
    let erased = by("DELETE /v1/apps/{id}/users/{userId}", Value::Null);
    has(&json!(of_app), json!([erased, by("POST /v1/apps/{id}/secrets", json!(secret))]));
    assert_eq!(ringback.delete(&wall.path(&format!("/secrets/{secret}"))).await.status, 204);
    let below = audited(&ringback, &format!("subject={}", wall.id)).await;
    has(&below[0], json!({"subject": format!("{}/{secret}", wall.id)}));

    assert_eq!(ringback.publisher(&wall.publisher).await.ask("/v1/audit").await.status, 403);
    ringback.ask("/v1/audit?token=x").await.refuses(422, &["token"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_goes_on_page_by_page_and_between_instants() {
    let ringback = Ringback::start().await;
    for name in ["a", "b", "c"] {
        ringback.post("/v1/publishers", json!({"name": name})).await.ok();
    }
    let all = ringback.get("/v1/audit").await;
    let first = ringback.get("/v1/audit?limit=2").await;
    let rest = ringback.get(&format!("/v1/audit?limit=2&cursor={}", text(&first, "nextCursor"))).await;
    let both = [first["items"].as_array().unwrap().clone(), rest["items"].as_array().unwrap().clone()].concat();
    assert_eq!((json!(both), &rest["nextCursor"]), (all["items"].clone(), &Value::Null));
    let latest = text(&all["items"][0], "at");
    let since = audited(&ringback, &format!("from={latest}")).await;
    let until = audited(&ringback, &format!("to={latest}")).await;
    assert_eq!(since[0]["createdId"], all["items"][0]["createdId"]);
    assert_eq!([since, until].concat(), audited(&ringback, "").await);
    assert!(audited(&ringback, &format!("from={latest}&to={latest}")).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_made_on_the_command_line_is_audited_too() {
    let home = Home::new();
    let child = home.serve().await;
    let token = home.run(&["token", "create", "--name", "ops", "--role", "operator"]).await.done();
    let newest = child.get("/v1/tokens").await["items"][0].clone();
    let expected = json!({
        "name": "command line", "action": "ringback token create", "subject": null, "createdId": newest["id"],
        "outcome": "done",
    });
    has(&json!(audited(&child, "").await), json!([expected]));
    child.with_token(token.trim()).get("/v1/audit").await;

    let nobodys = ["token", "create", "--name", "p", "--role", "publisher", "--publisher", "nobody"];
    home.run(&nobodys).await.is_refused(&["--publisher: there is no publisher \"nobody\""]);
    has(&audited(&child, "limit=1").await[0], json!({"name": "command line", "outcome": "refused", "createdId": null}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_audited_is_not_done() {
    let ringback = Ringback::start().await;
    in_database(&ringback.database_url(), "ALTER TABLE audit RENAME TO gone");
    ringback.post("/v1/publishers", json!({"name": "P"})).await.is(500, json!({"type": "/problems/internal"}));
    assert_eq!(ringback.get("/v1/publishers").await["items"], json!([]));
    in_database(&ringback.database_url(), "ALTER TABLE gone RENAME TO audit");
    ringback.post("/v1/publishers", json!({"name": "P"})).await.ok();
}
