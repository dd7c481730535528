//! Lists and exports of completions: what a publisher catches up with after an outage.

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::api::TOKEN;
use crate::receiver::Receiver;
use crate::reconcile::in_database;
use crate::ringback::{App, Ringback, Source, conversion, faults, only_delivery, text};

async fn start() -> (Ringback, App, Source, Receiver) {
    let (ringback, receiver) = (Ringback::start().await, Receiver::start().await);
    let app = ringback.app("offermaru", receiver.offermaru()).await;
    ringback.secret(&app, "a-secret-of-the-publisher").await;
    let source = ringback.source().await;
    (ringback, app, source, receiver)
}

async fn export(ringback: &Ringback, query: &str) -> String {
    let answer = ringback.call(Method::GET, &format!("/v1/completions?{query}"), None).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    match answer.body {
        Value::String(text) => text,
        // One line alone reads as a document of its own.
        document => format!("{document}\n"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_filtered_and_shows_what_was_taken_back() {
    let (ringback, app, source, _receiver) = start().await;
    let sent = only_delivery(&ringback.report(&source, &conversion(&app, "x1")).await);
    ringback.delivery_once(&sent, "delivered").await;
    ringback.made(Method::PATCH, &format!("/v1/apps/{}", app.id), json!({"paused": true})).await;
    let mut other = conversion(&app, "x2");
    other["offerId"] = json!("other");
    ringback.report(&source, &other).await;
    for (id, payout, reward) in [("r1", 50, "0.5"), ("r2", 25, "0.25")] {
        let part = json!({"externalId": "x1", "reversalId": id, "payoutMinor": payout, "userReward": reward});
        let answer = ringback.signed_post(&source, "/v1/reversals", &part.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    for (query, expected) in [
        ("", vec!["x2", "x1"]),
        ("offerId=other", vec!["x2"]),
        ("reversed=true", vec!["x1"]),
        ("reversed=false", vec!["x2"]),
        ("deliveryStatus=delivered", vec!["x1"]),
        ("deliveryStatus=held", vec!["x2"]),
        ("deliveryStatus=dead", vec![]),
        ("deliveryStatus=delivered&offerId=other", vec![]),
        ("from=2024-07-01T00:00:00Z&to=2024-07-02T00:00:00Z", vec!["x2", "x1"]),
        ("to=2024-07-01T00:00:00Z", vec![]),
    ] {
        let found = ringback.get(&format!("/v1/completions?{query}")).await;
        let found: Vec<&Value> = found["items"].as_array().unwrap().iter().map(|one| &one["externalId"]).collect();
        assert_eq!(found, expected, "{query}");
    }
    let listed = ringback.get("/v1/completions").await;
    assert_eq!(listed["items"][0].get("reversed"), None);
    let sum = json!({"count": 2, "payoutMinor": 75, "rewardMinor": 0, "userReward": "0.75"});
    assert_eq!(listed["items"][1]["reversed"], sum);
    let one = ringback.get(&format!("/v1/completions/{}", text(&listed["items"][1], "id"))).await;
    assert_eq!(one["reversed"], sum);
    for (query, field) in [
        ("reversed=yes", "reversed"),
        ("deliveryStatus=lost", "deliveryStatus"),
        ("format=xml", "format"),
        ("format=csv&limit=5", "limit"),
    ] {
        let answer = ringback.call(Method::GET, &format!("/v1/completions?{query}"), None).await;
        assert_eq!((answer.status, faults(&answer)), (422, vec![field.to_owned()]), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_has_a_header_every_column_and_nothing_that_a_spreadsheet_would_run() {
    let (ringback, app, source, _receiver) = start().await;
    let empty = export(&ringback, "format=csv").await;
    assert_eq!(empty.matches("\r\n").count(), 1, "the header alone: {empty}");
    let mut odd = conversion(&app, "x1");
    odd["offerName"] = json!("=cmd|\"calc\",1");
    odd["userId"] = json!("-42");
    odd["goalId"] = json!("g,1");
    let reported = ringback.report(&source, &odd).await;
    ringback.delivery_once(&only_delivery(&reported), "delivered").await;
    let whole = json!({"externalId": "x1", "reason": "fraud"}).to_string();
    assert_eq!(ringback.signed_post(&source, "/v1/reversals", &whole).await.status, 200);
    let (id, app_id) = (text(&reported.body, "id"), &app.id);
    let expected = format!(
        "id,transactionId,externalId,appId,userId,eventType,offerId,offerName,goalId,userReward,rewardMinor,\
         payoutMinor,currency,occurredAt,recordedAt,clickId,reversedPayoutMinor,reversedUserReward,deliveryStatus,\
         grossMinor,reversedRewardMinor,review,manual\r\n\
         {id},x1,x1,{app_id},'-42,sale,abc123,\"'=cmd|\"\"calc\"\",1\",\"g,1\",100,60,250,USD,\
         2024-07-01T18:40:00.000Z,2024-07-01T18:40:00.000Z,,250,100,delivered,,60,,\r\n"
    );
    assert_eq!(export(&ringback, "format=csv").await, expected);
    let by_header =
        ringback.http().get(ringback.url("/v1/completions")).bearer_auth(TOKEN).header("accept", "text/csv");
    let by_header = by_header.send().await.unwrap();
    assert_eq!(by_header.headers()["content-type"], "text/csv; charset=utf-8; header=present");
    assert_eq!(by_header.text().await.unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_goes_on_over_all_pages_for_those_who_may_see_it() {
    let (ringback, app, source, _receiver) = start().await;
    let other = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let all: Vec<Value> = (0..2_005)
        .map(|n| {
            let mut one = conversion(&other, &format!("x{n}"));
            one["transactionId"] = json!(format!("tx{n}"));
            one
        })
        .collect();
    for batch in all.chunks(1_000) {
        let body = json!({"conversions": batch}).to_string();
        assert_eq!(ringback.signed_post(&source, "/v1/conversions/batch", &body).await.status, 200);
    }
    let lines = export(&ringback, "format=ndjson").await;
    let ids: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone()).collect();
    assert_eq!(ids.len(), 2_005);
    assert!(ids.windows(2).all(|pair| pair[0].as_str() > pair[1].as_str()), "newest first, none twice");
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let listed = ringback.get("/v1/completions?limit=1").await;
    assert_eq!(first, listed["items"][0], "a line is an item of the list");
    let body = json!({"name": "own", "role": "publisher", "publisherId": app.publisher});
    let token = text(&ringback.made(Method::POST, "/v1/tokens", body).await, "token");
    let own = ringback.call_as(&token, Method::GET, "/v1/completions?format=ndjson", None).await;
    assert_eq!((own.status, own.body), (200, json!("")), "nothing of others");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_cannot_go_on_breaks_off_and_never_looks_complete() {
    let (ringback, app, _, _receiver) = start().await;
    // More than the sockets between both sides hold, so that the rest is read only once somebody reads on.
    let fill = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
         INSERT INTO completions (id, source_id, external_id, app_id, transaction_id, event_type, user_id, note, currency,
             occurred_at, recorded_at)
         SELECT 'cmp_' || (10000000 + i), 's', 'x' || i, '{}', 'x' || i, 'sale', 'u', '{}', 'USD', 1, 1 FROM n",
        app.id,
        "n".repeat(500),
    );
    in_database(&ringback.database_url(), &fill);
    let request = ringback.http().get(ringback.url("/v1/completions?format=ndjson")).bearer_auth(TOKEN);
    let mut body = request.send().await.unwrap().error_for_status().unwrap().bytes_stream();
    body.next().await.unwrap().unwrap();
    in_database(&ringback.database_url(), "ALTER TABLE completions RENAME TO gone");
    let mut ended = None;
    while let Some(chunk) = body.next().await {
        if let Err(error) = chunk {
            ended = Some(error);
            break;
        }
    }
    assert!(ended.is_some(), "half of an export looks like a whole one");
}
