//! Callbacks before the eyes of receivers that were written from the vendors' documentation and not from this code.
//!
//! Every awkward value is reported for every dialect, over the real API; each receiver checks the signature by itself
//! and says what it decoded.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::awkward::Row;
use super::independent_publisher::{NOW, NOW_MS, Publisher, present};
use super::independent_receiver::{AFFONSO, ATTRIBLOOM, BESITOS, OFFERMARU, SIGNED_POST};
use crate::money::offers::{click, offer};
use crate::support::{OFFERMARU_PATH, Ringback, Source, calling, has};

async fn show_all(publisher: Publisher) {
    publisher.on_stage(&Ringback::start().await).await.show_all().await;
}

const TEMPLATE: &str = "/pb.php?transaction_id=<transaction_id>&uid=<user_id>&name={offer_name}&coins={reward_local_currency}\
    &n={note}&usd={payout}&src=static";

/// The signed parameters are joined by `&`.
fn with_ampersand(row: &Row) -> Vec<&'static str> {
    let signed = [("userId", row.user_id.as_str()), ("offerId", row.offer_id())];
    signed.into_iter().filter(|(_, text)| text.contains('&')).map(|(field, _)| field).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_besitos_publisher_in_php_verifies_every_awkward_value_at_a_bare_url() {
    show_all(Publisher {
        template: "/pb.php".to_owned(),
        told: |row, id, _| {
            present([
                ("user_id", Some(&row.user_id)),
                ("transaction_id", Some(id)),
                ("reward", Some("0.05")),
                ("payout", Some("17.55")),
                ("offer_id", Some(row.offer_id())),
                ("offer_name", Some(&row.offer_name)),
                ("note", Some(&row.note)),
                ("reward_local_currency", Some(&row.user_reward)),
                ("goal_id", row.goal_id.as_deref()),
            ])
        },
        ..Publisher::of("besitos", BESITOS)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_besitos_publisher_in_php_verifies_every_awkward_value_by_its_own_template() {
    show_all(Publisher {
        template: TEMPLATE.to_owned(),
        told: |row, id, _| {
            json!({
                "transaction_id": id, "uid": row.user_id, "name": row.offer_name, "coins": row.user_reward,
                "n": row.note, "usd": "17.55", "src": "static",
            })
        },
        ..Publisher::of("besitos", BESITOS)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offermaru_publisher_in_express_verifies_every_awkward_value() {
    show_all(Publisher {
        template: format!("{OFFERMARU_PATH}&n=<extra.note>"),
        told: |row, id, _| {
            json!({
                "user_id": row.user_id, "user_reward": row.user_reward, "offer_id": row.offer_id(),
                "offer_name": row.offer_name, "transaction_id": id, "publisher_payout": "1755", "timestamp": NOW_MS,
                "n": row.note,
            })
        },
        refused: with_ampersand,
        ..Publisher::of("offermaru", OFFERMARU)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_affonso_receiver_in_node_verifies_every_awkward_value() {
    show_all(Publisher {
        template: "/hook".to_owned(),
        told: |row, id, app| {
            let mut data = json!({
                "transactionId": id, "userId": row.user_id, "appId": app.id, "offerId": row.offer_id(),
                "offerName": row.offer_name, "note": row.note, "userReward": row.user_reward, "payoutMinor": 1755,
                "rewardMinor": 5, "currency": "USD", "status": "completed", "occurredAt": NOW,
                "extra": {"note": row.note},
            });
            if let Some(goal) = &row.goal_id {
                data["goalId"] = json!(goal);
            }
            data
        },
        ..Publisher::of("affonso", AFFONSO)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attribloom_endpoint_in_python_verifies_every_report_that_is_passed_on() {
    show_all(Publisher {
        template: "/v1/conversions".to_owned(),
        told: |_, id, _| {
            json!({"externalId": id, "eventType": "goal", "grossMinor": 1755, "currency": "USD", "occurredAt": NOW})
        },
        ..Publisher::of("attribloom", ATTRIBLOOM)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_with_another_secret_refuses_what_the_right_one_accepts() {
    let ringback = Ringback::start().await;
    for (dialect, program, template) in [
        ("besitos", BESITOS, "/pb.php"),
        ("offermaru", OFFERMARU, &format!("{OFFERMARU_PATH}&n=<extra.note>")),
        ("affonso", AFFONSO, "/hook"),
        ("attribloom", ATTRIBLOOM, "/v1/conversions"),
    ] {
        let (secret, template) = ("quite another", template.to_owned());
        let publisher = Publisher { secret, template, ..Publisher::of(dialect, program) };
        let mut stage = publisher.on_stage(&ringback).await;
        let id = stage.wall.report("tx-1").await.delivery();
        let line = stage.receiver.next().await;
        has(&line, json!({"verified": false, "status": 401}));
        let delivery = ringback.delivery_once(&id, "retrying").await;
        assert_eq!(delivery["attempts"][0]["statusCode"], 401, "{delivery:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_written_from_the_documentation_can_report_and_look_up() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let source = wall.source.clone();
    let mut body = wall.completion("order 1/ä");
    body["transactionId"] = json!("order-1");
    let reported = signed(&source, &ringback.url("/v1/conversions"), &[], &body.to_string()).await;
    assert_eq!((&reported[..4], reported.contains("\"status\":\"accepted\"")), ("200\n", true), "{reported}");
    let found = signed(&source, &ringback.url("/v1/conversions/order%201%2F%C3%A4?x=1"), &["--get"], "").await;
    assert!(!found.starts_with("401\n"), "a query is part of what is signed: {found}");
    let found = signed(&source, &ringback.url("/v1/conversions/order%201%2F%C3%A4"), &["--get"], "").await;
    assert_eq!((&found[..4], found.contains("\"transactionId\":\"order-1\"")), ("200\n", true), "{found}");
    let stranger = Source { secret: "not the secret".to_owned(), ..source };
    let refused = signed(&stranger, &ringback.url("/v1/conversions"), &[], &body.to_string()).await;
    assert_eq!(&refused[..4], "401\n", "{refused}");
}

/// Status line and body of what `signed_post.py` was answered.
async fn signed(source: &Source, url: &str, more: &[&str], body: &str) -> String {
    let mut command = SIGNED_POST.command();
    command.args(["--surface", &source.surface, "--secret", &source.secret, "--timestamp", NOW_MS]).args(more).arg(url);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap_or_else(|error| SIGNED_POST.missing(&error.to_string()));
    let mut stdin = process.stdin.take().unwrap();
    stdin.write_all(body.as_bytes()).await.unwrap();
    drop(stdin);
    String::from_utf8(process.wait_with_output().await.unwrap().stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_knows_the_vendors_documentation_alone_is_attributed_deduplicated_and_takes_back() {
    let (ringback, wall) = calling("affonso", json!({"rewardRate": 10})).await;
    let offer = offer(&ringback, json!({})).await;
    let click_id = click(&ringback, &offer, &wall, "user_42").await;
    let url = ringback.url("/v1/conversions");
    // The documented fields and no others.
    let report = |event_type: &str| {
        json!({
            "externalId": "order_12345", "eventType": event_type, "grossMinor": 4900, "currency": "USD",
            "occurredAt": "2024-07-01T18:39:00.000Z", "clickId": click_id,
        })
        .to_string()
    };
    for (event_type, word) in
        [("sale", "accepted"), ("sale", "duplicate"), ("refund", "accepted"), ("refund", "duplicate")]
    {
        let answer = signed(&wall.source, &url, &[], &report(event_type)).await;
        let (status, body) = answer.split_once('\n').unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!((status, body["status"].as_str()), ("200", Some(word)), "{event_type}: {answer}");
        assert_eq!(body["attributed"], event_type == "sale", "{event_type}: {answer}");
    }
    let told = [wall.receiver.next().await.body, wall.receiver.next().await.body]
        .map(|body| serde_json::from_str::<Value>(&body).unwrap()["data"].clone());
    let of = |field: &str| [&told[0][field], &told[1][field]];
    assert_eq!(of("status"), ["completed", "refunded"]);
    assert_eq!(of("userId"), ["user_42", "user_42"]);
    // The offer's payout, and ten coins for each dollar of it.
    assert_eq!(of("payoutMinor"), [250, 250]);
    assert_eq!(of("userReward"), ["25", "25"]);
    assert!(wall.receiver.so_far().is_empty());
}
