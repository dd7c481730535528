//! Who did what: every act is written down, nothing that must not be known is, and nobody but operators reads it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::child::Home;
use crate::reconcile::in_database;
use crate::ringback::{Ringback, conversion, text};

/// Who, what, to what, with what result; newest first.
async fn acts(ringback: &crate::api::Api, query: &str) -> Vec<[Value; 5]> {
    let listed = ringback.get(&format!("/v1/audit?{query}")).await;
    let act = |entry: &Value| ["name", "action", "subject", "createdId", "outcome"].map(|field| entry[field].clone());
    listed["items"].as_array().unwrap().iter().map(act).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_and_a_claw_back_by_hand_are_audited_like_every_other_change() {
    let ringback = Ringback::start().await;
    let app = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let manager = json!({"name": "support", "role": "account_manager"});
    let token = text(&ringback.made(Method::POST, "/v1/tokens", manager).await, "token");
    let call = |path: String, body: Value| {
        let (ringback, token) = (&ringback, &token);
        async move { ringback.call_as(token, Method::POST, &path, Some(body)).await }
    };
    let credit = json!({"userId": "u1", "userReward": "5", "payoutMinor": 5, "reason": "the survey crashed"});
    let credited = call(format!("/v1/apps/{}/credits", app.id), credit).await;
    let completion = text(&credited.body, "id");
    let path = format!("/v1/completions/{completion}/reversals");
    let taken_back = call(path.clone(), json!({"note": "it was a bot"})).await;
    let refused = call(path, json!({"note": "again", "payoutMinor": 1})).await;
    assert_eq!((taken_back.status, refused.status), (200, 422), "{} {}", taken_back.body, refused.body);
    let forbidden = ringback.call_as(&token, Method::POST, "/v1/sources", Some(json!({"name": "S"}))).await;
    assert_eq!(forbidden.status, 403);

    let of_support = ringback.get("/v1/tokens").await["items"][0].clone();
    let acts = acts(&ringback, &format!("tokenId={}", text(&of_support, "id"))).await;
    let (take_back, none) = (json!("POST /v1/completions/{id}/reversals"), Value::Null);
    let expected = [
        [json!("POST /v1/sources"), none.clone(), none.clone(), json!("refused")],
        [take_back.clone(), json!(completion), none.clone(), json!("refused")],
        [take_back, json!(completion), taken_back.body["id"].clone(), json!("done")],
        [json!("POST /v1/apps/{id}/credits"), json!(app.id), json!(completion), json!("done")],
    ];
    let expected: Vec<[Value; 5]> = expected
        .into_iter()
        .map(|[action, subject, created, outcome]| [json!("support"), action, subject, created, outcome])
        .collect();
    assert_eq!(acts, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reads_or_comes_from_nobody_is_not_audited_and_no_user_or_secret_stands_there() {
    let ringback = Ringback::start().await;
    let app = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let source = ringback.source().await;
    assert_eq!(ringback.report(&source, &conversion(&app, "x1")).await.status, 200);
    let before = acts(&ringback, "").await.len();
    ringback.get(&format!("/v1/apps/{}", app.id)).await;
    assert_eq!(ringback.report(&source, &conversion(&app, "x2")).await.status, 200);
    let unknown = ringback.call_as("no-such-token", Method::DELETE, &format!("/v1/apps/{}", app.id), None).await;
    assert_eq!((unknown.status, acts(&ringback, "").await.len()), (401, before));

    let secret = json!({"secret": "a-secret-of-the-publisher"});
    let secret = ringback.made(Method::POST, &format!("/v1/apps/{}/secrets", app.id), secret).await;
    let user = format!("/v1/apps/{}/users/quetzal@example.com", app.id);
    assert_eq!(ringback.call(Method::DELETE, &user, None).await.status, 204);
    let all = ringback.get("/v1/audit").await;
    for unsaid in ["quetzal", "a-secret-of-the-publisher"] {
        assert!(!all.to_string().contains(unsaid), "{all:#}");
    }
    // What stands where an id belongs may be anything.
    let lost = ringback.call(Method::DELETE, &format!("/v1/tokens/{}", "a-token-in-clear".repeat(400)), None).await;
    assert_eq!(lost.status, 404, "{}", lost.body);
    assert_eq!(acts(&ringback, "limit=1").await[0][2], Value::Null);
    let of_app = acts(&ringback, &format!("subject={}", app.id)).await;
    let erased =
        [json!("bootstrap"), json!("DELETE /v1/apps/{id}/users/{userId}"), json!(app.id), json!(null), json!("done")];
    let made =
        [json!("bootstrap"), json!("POST /v1/apps/{id}/secrets"), json!(app.id), secret["id"].clone(), json!("done")];
    assert_eq!(of_app, [erased, made]);
    let path = format!("/v1/apps/{}/secrets/{}", app.id, text(&secret, "id"));
    assert_eq!(ringback.call(Method::DELETE, &path, None).await.status, 409);
    let below = acts(&ringback, &format!("subject={}", app.id)).await;
    assert_eq!(below[0][2], json!(format!("{}/{}", app.id, text(&secret, "id"))));

    let own =
        ringback.post("/v1/tokens", json!({"name": "P", "role": "publisher", "publisherId": app.publisher})).await;
    let listed = ringback.call_as(&text(&own.body, "token"), Method::GET, "/v1/audit", None).await;
    assert_eq!(listed.status, 403);
    let misspelt = ringback.call(Method::GET, "/v1/audit?token=x", None).await;
    assert_eq!(misspelt.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_goes_on_page_by_page_and_between_instants() {
    let ringback = Ringback::start().await;
    for name in ["a", "b", "c"] {
        ringback.made(Method::POST, "/v1/publishers", json!({"name": name})).await;
    }
    let all = ringback.get("/v1/audit").await;
    let first = ringback.get("/v1/audit?limit=2").await;
    let rest = ringback.get(&format!("/v1/audit?limit=2&cursor={}", text(&first, "nextCursor"))).await;
    let both = [first["items"].as_array().unwrap().clone(), rest["items"].as_array().unwrap().clone()].concat();
    assert_eq!((json!(both), &rest["nextCursor"]), (all["items"].clone(), &json!(null)));
    let latest = text(&all["items"][0], "at");
    let (since, until) = (format!("from={latest}"), format!("to={latest}"));
    let (since, until) = (acts(&ringback, &since).await, acts(&ringback, &until).await);
    assert_eq!(since[0][3], all["items"][0]["createdId"]);
    assert_eq!([since, until].concat(), acts(&ringback, "").await);
    assert_eq!(acts(&ringback, &format!("from={latest}&to={latest}")).await, Vec::<[Value; 5]>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_made_on_the_command_line_is_audited_too() {
    let home = Home::new();
    let child = home.serve().await;
    let made = home.run(&["token", "create", "--name", "ops", "--role", "operator"]).await;
    assert!(made.status.success(), "{made:?}");
    let newest = child.get("/v1/tokens").await["items"][0].clone();
    let expected =
        [json!("command line"), json!("ringback token create"), json!(null), newest["id"].clone(), json!("done")];
    assert_eq!(acts(&child, "").await, [expected]);
    let token = made.printed.trim().to_owned();
    assert_eq!(child.call_as(&token, Method::GET, "/v1/audit", None).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_audited_is_not_done() {
    let ringback = Ringback::start().await;
    in_database(&ringback.database_url(), "ALTER TABLE audit RENAME TO gone");
    let made = ringback.call(Method::POST, "/v1/publishers", Some(json!({"name": "P"}))).await;
    assert_eq!((made.status, &made.body["type"]), (500, &json!("/problems/internal")), "{}", made.body);
    assert_eq!(ringback.get("/v1/publishers").await["items"], json!([]));
    in_database(&ringback.database_url(), "ALTER TABLE gone RENAME TO audit");
    ringback.made(Method::POST, "/v1/publishers", json!({"name": "P"})).await;
}
