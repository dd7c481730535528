//! Lists and exports of completions: what a publisher catches up with after an outage.

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Api, TOKEN, calling, in_database, key, shown, text, with};

async fn export(api: &Api, query: &str) -> String {
    match api.get(&format!("/v1/completions?{query}")).await {
        Value::String(text) => text,
        // One line alone reads as a document of its own.
        document => format!("{document}\n"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_filtered_and_shows_what_was_taken_back() {
    let (ringback, wall) = calling("offermaru", json!({})).await;
    wall.report_until("x1", "delivered").await;
    ringback.change(&wall, json!({"paused": true})).await;
    wall.source.report(&with(wall.completion("x2"), json!({"offerId": "other"}))).await;
    for (id, payout, reward) in [("r1", 50, "0.5"), ("r2", 25, "0.25")] {
        let part = json!({"externalId": "x1", "reversalId": id, "payoutMinor": payout, "userReward": reward});
        wall.source.reverse(part).await.ok();
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
    insta::assert_snapshot!(shown(&listed), @r#"
    {
      items: [
        {
          id: "cmp_1", sourceId: "src_1", externalId: "x2", transactionId: "x2", eventType: "sale", appId: "app_1",
          appName: "A", userId: "user_42", offerId: "other", offerName: "An offer", userReward: "100",
          rewardMinor: 60, payoutMinor: 250, currency: "USD", occurredAt: "2024-07-01T18:40:00.000Z",
          recordedAt: "2024-07-01T18:40:00.000Z", deliveryStatus: "held",
        },
        {
          id: "cmp_2", sourceId: "src_1", externalId: "x1", transactionId: "x1", eventType: "sale", appId: "app_1",
          appName: "A", userId: "user_42", offerId: "abc123", offerName: "An offer", userReward: "100",
          rewardMinor: 60, payoutMinor: 250, currency: "USD", occurredAt: "2024-07-01T18:40:00.000Z",
          recordedAt: "2024-07-01T18:40:00.000Z",
          reversed: {count: 2, payoutMinor: 75, rewardMinor: 0, userReward: "0.75"}, deliveryStatus: "delivered",
        },
      ],
      nextCursor: null,
    }
    "#);
    let one = ringback.recorded(&text(&listed["items"][1], "id")).await;
    assert_eq!(one["reversed"], listed["items"][1]["reversed"]);
    for (query, field) in [
        ("reversed=yes", "reversed"),
        ("deliveryStatus=lost", "deliveryStatus"),
        ("format=xml", "format"),
        ("format=csv&limit=5", "limit"),
        ("review=lost", "review"),
        ("manual=perhaps", "manual"),
        ("eventType=Sale", "eventType"),
        ("after=dlv_1b3f5h7j9l1n3", "after"),
        ("review=waiting&review=released", "review"),
    ] {
        ringback.ask(&format!("/v1/completions?{query}")).await.refuses(422, &[field]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_has_a_header_every_column_and_nothing_that_a_spreadsheet_would_run() {
    let (ringback, wall) = calling("offermaru", json!({})).await;
    let empty = export(&ringback, "format=csv").await;
    assert_eq!(empty.matches("\r\n").count(), 1, "the header alone: {empty}");
    let odd = json!({"offerName": "=cmd|\"calc\",1", "userId": "-42", "goalId": "g,1"});
    let reported = wall.source.report(&with(wall.completion("x1"), odd)).await;
    ringback.delivery_once(&reported.delivery(), "delivered").await;
    wall.source.reverse(json!({"externalId": "x1", "reason": "fraud"})).await.ok();
    let (id, app_id) = (reported.id(), &wall.id);
    let expected = format!(
        "id,transactionId,externalId,appId,userId,eventType,offerId,offerName,goalId,userReward,rewardMinor,\
         payoutMinor,currency,occurredAt,recordedAt,clickId,reversedPayoutMinor,reversedUserReward,deliveryStatus,\
         grossMinor,reversedRewardMinor,review,manual\r\n\
         {id},x1,x1,{app_id},'-42,sale,abc123,\"'=cmd|\"\"calc\"\",1\",\"g,1\",100,60,250,USD,\
         2024-07-01T18:40:00.000Z,2024-07-01T18:40:00.000Z,,250,100,delivered,,60,,\r\n"
    );
    assert_eq!(export(&ringback, "format=csv").await, expected);
    let by_header = ringback.request(Method::GET, "/v1/completions").bearer_auth(TOKEN).header("accept", "text/csv");
    let by_header = Answer::to(by_header).await.unwrap();
    assert_eq!(by_header.headers["content-type"], "text/csv; charset=utf-8; header=present");
    assert_eq!(by_header.body, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_exports_find_by_review_type_and_hand_what_each_may_see_and_what_came_since() {
    let (ringback, wall) = calling("affonso", json!({"review": {"hours": 2, "payoutAboveMinor": 200}})).await;
    wall.report("x1").await.ok();
    let install = json!({"eventType": "install", "payoutMinor": 150});
    wall.source.report(&with(wall.completion("x2"), install)).await.ok();
    for (name, decision) in [("x3", "release"), ("x4", "reject")] {
        let id = wall.report(name).await.id();
        ringback.post(&format!("/v1/completions/{id}/{decision}"), json!({})).await.ok();
    }
    let credit = json!({"userId": "user_42", "userReward": "5", "externalId": "x5", "reason": "survey crashed"});
    ringback.post(&wall.path("/credits"), credit).await.ok();
    let other = ringback.wall("affonso", json!({"review": {"hours": 2, "payoutAboveMinor": 200}})).await;
    other.report("y1").await.ok();
    let foreign = with(other.completion("y2"), json!({"eventType": "install", "payoutMinor": 1}));
    other.source.report(&foreign).await.ok();

    let publisher = ringback.publisher(&wall.publisher).await;
    let x2 = publisher.get("/v1/completions?eventType=install").await;
    let after = format!("after={}", text(&x2["items"][0], "id"));
    assert_eq!(x2["items"][0]["appName"], "A");
    for (query, ours, theirs) in [
        ("review=waiting", vec!["x1"], vec!["y1"]),
        ("review=released", vec!["x3"], vec![]),
        ("review=rejected", vec!["x4"], vec![]),
        ("eventType=install", vec!["x2"], vec!["y2"]),
        ("eventType=sale", vec!["x4", "x3", "x1"], vec!["y1"]),
        ("eventType=survey", vec![], vec![]),
        ("manual=true", vec!["x5"], vec![]),
        ("manual=false", vec!["x4", "x3", "x2", "x1"], vec!["y2", "y1"]),
        ("manual=true&eventType=credit", vec!["x5"], vec![]),
        ("manual=true&review=waiting", vec![], vec![]),
        ("review=waiting&eventType=sale&userId=user_42", vec!["x1"], vec!["y1"]),
        ("review=rejected&reversed=true", vec!["x4"], vec![]),
        ("review=released&transactionId=x3", vec!["x3"], vec![]),
        ("review=released&transactionId=x4", vec![], vec![]),
        (&after, vec!["x5", "x4", "x3"], vec!["y2", "y1"]),
        (&format!("{after}&eventType=sale"), vec!["x4", "x3"], vec!["y1"]),
        (&format!("{after}&review=waiting"), vec![], vec!["y1"]),
        (&format!("{after}&userId=user_42&manual=true"), vec!["x5"], vec![]),
    ] {
        for (api, expected) in [(&publisher, ours.clone()), (&*ringback, [theirs, ours].concat())] {
            let listed = api.get(&format!("/v1/completions?{query}")).await;
            let found: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|one| &one["externalId"]).collect();
            assert_eq!(found, expected, "{query}");
            let lines = export(api, &format!("{query}&format=ndjson")).await;
            let exported: Vec<Value> =
                lines.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(Value::Array(exported), listed["items"], "{query}");
            let csv = export(api, &format!("{query}&format=csv")).await;
            assert_eq!(csv.lines().count(), 1 + expected.len(), "{query}: {csv}");
        }
    }
    let page = publisher.get(&format!("/v1/completions?{after}&limit=2")).await;
    let next = publisher.get(&format!("/v1/completions?{after}&limit=2&cursor={}", text(&page, "nextCursor"))).await;
    assert_eq!(
        (&next["items"][0]["externalId"], &next["items"][1], &next["nextCursor"]),
        (&json!("x3"), &Value::Null, &Value::Null)
    );
    let words = publisher.ask("/v1/completions?review=lost").await.body["errors"][0]["message"].to_string();
    assert!(words.contains("waiting, released, rejected"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_goes_on_over_all_pages_for_those_who_may_see_it() {
    let (ringback, wall) = calling("offermaru", json!({})).await;
    let other = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let all: Vec<Value> = (0..2_005).map(|number| other.completion(&format!("x{number}"))).collect();
    for batch in all.chunks(1_000) {
        wall.source.report_batch(batch).await;
    }
    let lines = export(&ringback, "format=ndjson").await;
    let ids: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone()).collect();
    assert_eq!(ids.len(), 2_005);
    assert!(ids.windows(2).all(|pair| pair[0].as_str() > pair[1].as_str()), "newest first, none twice");
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let listed = ringback.get("/v1/completions?limit=1").await;
    assert_eq!(first, listed["items"][0], "a line is an item of the list");
    let publisher = ringback.publisher(&wall.publisher).await;
    assert_eq!(export(&publisher, "format=ndjson").await, "", "nothing of others");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_cannot_go_on_breaks_off_and_never_looks_complete() {
    let (ringback, wall) = calling("offermaru", json!({})).await;
    // More than the sockets between both sides hold, so that the rest is read only once somebody reads on.
    let fill = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
         INSERT INTO completions (id, source_id, external_id, app_id, transaction_id, event_type, user_id, note, currency,
             occurred_at, recorded_at)
         SELECT i, 1, 'x' || i, {}, 'x' || i, 'sale', 'u', '{}', 'USD', 1, 1 FROM n",
        key(&wall.id),
        "n".repeat(500),
    );
    in_database(&ringback.database_url(), &fill);
    let request = ringback.request(Method::GET, "/v1/completions?format=ndjson").bearer_auth(TOKEN);
    let mut body = request.send().await.unwrap().error_for_status().unwrap().bytes_stream();
    body.next().await.unwrap().unwrap();
    in_database(&ringback.database_url(), "ALTER TABLE completions RENAME TO gone");
    let ended: Vec<bool> = body.map(|chunk| chunk.is_err()).collect().await;
    assert!(ended.contains(&true), "half of an export looks like a whole one");
}
