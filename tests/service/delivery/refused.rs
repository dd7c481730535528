//! Receivers that turn one callback after the other away: told once, as one trouble, until the next acknowledgement.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Home, Receiver, Reply, Ringback, Wall, calling, found};

/// What is refused is tried again after a day, which no test waits for.
fn patient() -> Value {
    json!({"retrySchedule": [86_400, 86_400]})
}

/// What an app is said to be refused.
async fn refusals(api: &crate::support::Api, wall: &Wall) -> Vec<String> {
    let warnings = api.get(&wall.path("")).await["warnings"].clone();
    let texts = warnings.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned());
    texts.filter(|text| text.contains("your server refuses")).collect()
}

/// So many callbacks that the receiver answers so.
async fn refuse(wall: &Wall, reply: Reply, name: &str, callbacks: usize) {
    wall.receiver.always(reply);
    for number in 0..callbacks {
        wall.report_until(&format!("{name}-{number}"), "retrying").await;
    }
}

async fn acknowledge(wall: &Wall, name: &str) {
    wall.receiver.always(Reply::acknowledgement());
    wall.report_until(name, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_refusals_of_each_kind_are_one_trouble_that_ends_with_the_next_acknowledgement() {
    let ringback = Ringback::start().await;
    for (number, (reply, says)) in [
        (Reply::status(401), "with 401 and has acknowledged none since: your secret does not match"),
        (
            Reply::with(403, "", "{\"error\":\"signature\"}"),
            "with 403 and has acknowledged none since: your secret does not",
        ),
        (Reply::status(422), "with 422 and has acknowledged none since: your secret does not match"),
        (
            Reply::with(200, "", "Rejected"),
            "by a body that is no acknowledgement and has acknowledged none since: your secret",
        ),
        (Reply::with(405, "Allow: POST\r\n", ""), "it does not accept GET, which this dialect sends; it allows POST"),
        (
            Reply::with(401, "WWW-Authenticate: Basic realm=\"staging\"\r\n", ""),
            "something in front of your server answered: it asks for a site password (WWW-Authenticate)",
        ),
        (
            Reply::with(403, "Server: cloudflare\r\nCF-RAY: 8f1\r\n", "<!DOCTYPE html><title>Just a moment"),
            "something in front of your server answered: it sent a page for people",
        ),
        (Reply::with(403, "CF-Mitigated: challenge\r\n", ""), "something in front of your server answered: an edge"),
    ]
    .into_iter()
    .enumerate()
    {
        let success = json!({"statuses": ["200"], "bodyContains": "OK"});
        let mut settings = patient();
        settings["success"] = success;
        let wall = ringback.wall("besitos", settings).await;
        refuse(&wall, reply.clone(), "first", 4).await;
        assert!(refusals(&ringback, &wall).await.is_empty(), "{number}: four are none");
        refuse(&wall, reply.clone(), "fifth", 1).await;
        let told = refusals(&ringback, &wall).await;
        assert!(told.len() == 1 && told[0].contains(says), "{number}: {told:?}");
        refuse(&wall, reply, "more", 3).await;
        assert_eq!(refusals(&ringback, &wall).await, told, "{number}: one for each trouble, not for each failure");
        acknowledge(&wall, "good").await;
        assert!(refusals(&ringback, &wall).await.is_empty(), "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_in_between_an_hour_or_another_kind_begin_the_count_anew() {
    let (ringback, wall) = calling("besitos", patient()).await;
    refuse(&wall, Reply::status(401), "a", 4).await;
    acknowledge(&wall, "good").await;
    refuse(&wall, Reply::status(401), "b", 4).await;
    assert!(refusals(&ringback, &wall).await.is_empty());
    // A second kind has a count of its own.
    refuse(&wall, Reply::status(403), "c", 4).await;
    assert!(refusals(&ringback, &wall).await.is_empty());
    refuse(&wall, Reply::status(403), "d", 1).await;
    let told = refusals(&ringback, &wall).await;
    assert!(told.len() == 1 && told[0].contains("with 403"), "{told:?}");
    refuse(&wall, Reply::status(401), "e", 1).await;
    assert_eq!(refusals(&ringback, &wall).await.len(), 2, "both troubles are told");
    // What says nothing of the callback ends nothing.
    refuse(&wall, Reply::status(500), "f", 2).await;
    assert_eq!(refusals(&ringback, &wall).await.len(), 2);
    acknowledge(&wall, "good-2").await;
    assert!(refusals(&ringback, &wall).await.is_empty(), "the next acknowledgement ends both");

    refuse(&wall, Reply::status(401), "slow", 4).await;
    ringback.clock.advance(Duration::from_secs(3_601));
    refuse(&wall, Reply::status(401), "late", 1).await;
    assert!(refusals(&ringback, &wall).await.is_empty(), "five within more than an hour are none");
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_completions_do_not_hide_that_reversals_are_refused_at_their_own_url() {
    let (ringback, wall) = calling("offermaru", patient()).await;
    for number in 0..5 {
        let name = format!("tx-{number}");
        acknowledge(&wall, &name).await;
        wall.receiver.always(Reply::status(403));
        let reversed = wall.source.reverse(json!({"externalId": name})).await.delivery();
        ringback.delivery_once(&reversed, "retrying").await;
    }
    let told = refusals(&ringback, &wall).await;
    assert!(told.len() == 1 && told[0].contains("reversals, at the reversal URL, with 403"), "{told:?}");
    acknowledge(&wall, "good").await;
    assert_eq!(refusals(&ringback, &wall).await, told, "a completion says nothing of the reversal URL");
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_make_no_trouble_and_one_that_is_acknowledged_ends_it() {
    let (ringback, wall) = calling("besitos", patient()).await;
    wall.receiver.always(Reply::status(401));
    for _ in 0..6 {
        ringback.post(&wall.path("/test"), json!({})).await.ok();
    }
    assert!(refusals(&ringback, &wall).await.is_empty());
    refuse(&wall, Reply::status(401), "tx", 5).await;
    assert_eq!(refusals(&ringback, &wall).await.len(), 1);
    wall.receiver.always(Reply::acknowledgement());
    ringback.post(&wall.path("/test"), json!({"tamper": "signature"})).await.ok();
    assert_eq!(refusals(&ringback, &wall).await.len(), 1, "a wrong signature that passes shows nothing");
    ringback.post(&wall.path("/test"), json!({})).await.ok();
    assert!(refusals(&ringback, &wall).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_attempts_of_one_delivery_are_one_refusal() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [60, 60, 60, 60, 60]})).await;
    refuse(&wall, Reply::status(401), "tx", 4).await;
    for attempts in 2..=3 {
        ringback.clock.advance(Duration::from_secs(120));
        // What is not settled yet would be put off from the later instant.
        found(&format!("each has made {attempts} attempts and waits for the next"), || async {
            let items = ringback.get("/v1/deliveries").await["items"].clone();
            let waits = |one: &Value| one["status"] == "retrying" && one["attemptsMade"] == attempts;
            items.as_array().unwrap().iter().all(waits).then_some(())
        })
        .await;
    }
    assert!(refusals(&ringback, &wall).await.is_empty(), "twelve attempts of four deliveries are four refusals");
    refuse(&wall, Reply::status(401), "fifth", 1).await;
    assert_eq!(refusals(&ringback, &wall).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_url_or_another_secret_ends_what_was_found_with_the_one_before() {
    let (ringback, wall) = calling("besitos", patient()).await;
    refuse(&wall, Reply::status(401), "a", 5).await;
    ringback.patch(&wall.path(""), json!({"name": "Another name"})).await.ok();
    assert_eq!(refusals(&ringback, &wall).await.len(), 1, "a name says nothing of it");
    ringback.patch(&wall.path(""), json!({"callbackUrl": wall.receiver.url("/other.php")})).await.ok();
    assert!(refusals(&ringback, &wall).await.is_empty());
    refuse(&wall, Reply::status(401), "b", 5).await;
    assert_eq!(refusals(&ringback, &wall).await.len(), 1);
    ringback.post(&wall.path("/secrets"), json!({"activate": true})).await.ok();
    assert!(refusals(&ringback, &wall).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trouble_says_where_a_secret_is_not_what_is_wrong() {
    let mut settings = patient();
    settings["callbackUrl"] = json!("/in?u={userId}&tx={transactionId}&token=t");
    let (ringback, wall) = calling("plain", settings).await;
    refuse(&wall, Reply::status(403), "tx", 5).await;
    let told = refusals(&ringback, &wall).await;
    assert!(told[0].contains("your server does not let this address in, or checks a token in the URL"), "{told:?}");
    assert!(told[0].ends_with("until the next acknowledgement: send a test"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trouble_outlives_a_restart_and_ends_after_it() {
    let (ringback, wall) = calling("besitos", patient()).await;
    refuse(&wall, Reply::status(422), "tx", 5).await;
    let told = refusals(&ringback, &wall).await;
    let ringback = ringback.restart().await;
    let wall = wall.at(&ringback);
    found("the trouble", || async { (refusals(&ringback, &wall).await == told).then_some(()) }).await;
    acknowledge(&wall, "good").await;
    assert!(refusals(&ringback, &wall).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_endpoint_has_troubles_of_its_own() {
    let (ringback, wall) = calling("besitos", patient()).await;
    let mirror = Receiver::start().await;
    mirror.always(Reply::status(401));
    let body = json!({"dialect": "affonso", "callbackUrl": mirror.url("/mirror"), "retrySchedule": [60, 60]});
    let endpoint = ringback.post(&wall.path("/endpoints"), body).await.id();
    ringback.post(&wall.path(&format!("/endpoints/{endpoint}/secrets")), json!({})).await.ok();
    for number in 0..5 {
        let told = wall.report(&format!("tx-{number}")).await.ok()["deliveries"].clone();
        ringback.delivery_once(told[0]["id"].as_str().unwrap(), "delivered").await;
        // Of refusals that are noted at the same instant one may go uncounted.
        ringback.delivery_once(told[1]["id"].as_str().unwrap(), "retrying").await;
    }
    let of_mirror = || async {
        let endpoints = ringback.get(&wall.path("/endpoints")).await["items"].clone();
        let told = endpoints[1]["warnings"].to_string().contains("refuses callbacks with 401");
        (told && !endpoints[0]["warnings"].to_string().contains("refuses")).then_some(())
    };
    found("the trouble of the second endpoint", of_mirror).await;
    assert!(refusals(&ringback, &wall).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_at_several_nodes_are_one_trouble_that_all_of_them_tell() {
    let home = Home::on_postgres();
    let (one, other) = (home.serve().await, home.serve().await);
    let wall = one.wall("besitos", patient()).await;
    wall.receiver.always(Reply::status(401));
    let elsewhere = wall.source.at(&other);
    for number in 0..5 {
        let source = if number % 2 == 0 { &wall.source } else { &elsewhere };
        let reported = source.report(&wall.completion(&format!("tx-{number}"))).await.delivery();
        one.delivery_once(&reported, "retrying").await;
    }
    for node in [&one, &other] {
        found("the trouble", || async { (refusals(node, &wall).await.len() == 1).then_some(()) }).await;
    }
    wall.receiver.always(Reply::acknowledgement());
    let good = elsewhere.report(&wall.completion("good")).await.delivery();
    one.delivery_once(&good, "delivered").await;
    for node in [&one, &other] {
        found("its end", || async { refusals(node, &wall).await.is_empty().then_some(()) }).await;
    }
}
