//! Callbacks before the eyes of receivers that were written from the vendors' documentation and not from this code.
//!
//! Every awkward value is reported for every dialect, over the real API; each receiver checks the signature by itself
//! and says what it decoded.

use std::collections::HashMap;
use std::process::Stdio;

use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt;

use super::awkward::{Row, rows};
use super::independent_receiver::{AFFONSO, ATTRIBLOOM, BESITOS, Independent, OFFERMARU, Program, SIGNED_POST};
use crate::money::offers::{click, offer};
use crate::support::{App, OFFERMARU_PATH, Ringback, SECRET, Source, Wall, calling, has};

/// The tests' clock stands here, and so must those of receivers that refuse a stale timestamp.
const NOW_MS: &str = "1719859200000";
const NOW: &str = "2024-07-01T18:40:00.000Z";

/// A receiver and the app that calls it.
struct Stage {
    dialect: &'static str,
    receiver: Independent,
    ringback: Ringback,
    wall: Wall,
}

impl Stage {
    async fn set(dialect: &'static str, program: Program, path: &str) -> Self {
        Self::with_secret(SECRET, dialect, program, path).await
    }

    /// A receiver that has another secret than the app.
    async fn with_secret(secret: &str, dialect: &'static str, program: Program, path: &str) -> Self {
        let receiver = Independent::start(program, &[("SECRET", secret), ("NOW_MS", NOW_MS)]).await;
        let (ringback, wall) = calling(dialect, json!({"callbackUrl": receiver.url(path)})).await;
        Self { dialect, receiver, ringback, wall }
    }

    /// Reports every row; each that is accepted must verify and arrive with exactly these values.
    async fn show_all(mut self, expected: impl Fn(&Row, &str, &App) -> Value) {
        let mut accepted = HashMap::new();
        for (number, row) in rows().into_iter().enumerate() {
            let answer = self.wall.source.report(&row.report(&self.wall, number)).await;
            if row.is_refused_by(self.dialect) {
                answer.refuses(422, &row.faults());
                continue;
            }
            answer.delivery();
            accepted.insert(row.transaction_id(number), row);
        }
        while !accepted.is_empty() {
            let line = self.receiver.next().await;
            let id = line["transactionId"].as_str().unwrap_or_else(|| panic!("{line:#}"));
            let row = accepted.remove(id).unwrap_or_else(|| panic!("nobody reported {line:#}"));
            has(&line, json!({"verified": true, "status": 200}));
            let values = expected(&row, id, &self.wall);
            assert_eq!(line["values"], values, "{}: {line:#}", row.name);
        }
    }
}

/// These pairs, without those that are absent.
fn present<const N: usize>(pairs: [(&str, Option<&str>); N]) -> Value {
    let present = pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
    Value::Object(present.collect::<Map<_, _>>())
}

const TEMPLATE: &str = "/pb.php?transaction_id=<transaction_id>&uid=<user_id>&name={offer_name}&coins={reward_local_currency}\
    &n={note}&usd={payout}&src=static";

#[tokio::test(flavor = "multi_thread")]
async fn a_besitos_publisher_in_php_verifies_every_awkward_value_at_a_bare_url() {
    let stage = Stage::set("besitos", BESITOS, "/pb.php").await;
    let expected = |row: &Row, id: &str, _: &App| {
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
    };
    stage.show_all(expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_besitos_publisher_in_php_verifies_every_awkward_value_by_its_own_template() {
    let stage = Stage::set("besitos", BESITOS, TEMPLATE).await;
    let expected = |row: &Row, id: &str, _: &App| {
        json!({
            "transaction_id": id, "uid": row.user_id, "name": row.offer_name, "coins": row.user_reward,
            "n": row.note, "usd": "17.55", "src": "static",
        })
    };
    stage.show_all(expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offermaru_publisher_in_express_verifies_every_awkward_value() {
    let stage = Stage::set("offermaru", OFFERMARU, &format!("{OFFERMARU_PATH}&n=<extra.note>")).await;
    let expected = |row: &Row, id: &str, _: &App| {
        json!({
            "user_id": row.user_id, "user_reward": row.user_reward, "offer_id": row.offer_id(),
            "offer_name": row.offer_name, "transaction_id": id, "publisher_payout": "1755", "timestamp": NOW_MS,
            "n": row.note,
        })
    };
    stage.show_all(expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_affonso_receiver_in_node_verifies_every_awkward_value() {
    let stage = Stage::set("affonso", AFFONSO, "/hook").await;
    let expected = |row: &Row, id: &str, app: &App| {
        let mut data = json!({
            "transactionId": id, "userId": row.user_id, "appId": app.id, "offerId": row.offer_id(),
            "offerName": row.offer_name, "note": row.note, "userReward": row.user_reward, "payoutMinor": 1755,
            "rewardMinor": 5, "currency": "USD", "status": "completed", "occurredAt": NOW, "extra": {"note": row.note},
        });
        if let Some(goal) = &row.goal_id {
            data["goalId"] = json!(goal);
        }
        data
    };
    stage.show_all(expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attribloom_endpoint_in_python_verifies_every_report_that_is_passed_on() {
    let stage = Stage::set("attribloom", ATTRIBLOOM, "/v1/conversions").await;
    let expected = |_: &Row, id: &str, _: &App| {
        json!({
            "externalId": id, "eventType": "goal", "grossMinor": 1755, "currency": "USD", "occurredAt": NOW,
        })
    };
    stage.show_all(expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_with_another_secret_refuses_what_the_right_one_accepts() {
    for (dialect, program, path) in [
        ("besitos", BESITOS, "/pb.php"),
        ("offermaru", OFFERMARU, &format!("{OFFERMARU_PATH}&n=<extra.note>")),
        ("affonso", AFFONSO, "/hook"),
        ("attribloom", ATTRIBLOOM, "/v1/conversions"),
    ] {
        let mut stage = Stage::with_secret("quite another", dialect, program, path).await;
        let id = stage.wall.report("tx-1").await.delivery();
        let line = stage.receiver.next().await;
        has(&line, json!({"verified": false, "status": 401}));
        let delivery = stage.ringback.delivery_once(&id, "retrying").await;
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
