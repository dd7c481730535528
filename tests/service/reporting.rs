//! What an offer system is told: accepted, duplicate, refused and why; and that nothing of a refused report stays.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::receiver::Receiver;
use crate::ringback::{App, Ringback, Source, conversion, faults, only_delivery, text};

/// A Ringback with an app that takes everything and calls nobody, and a source.
async fn recording() -> (Ringback, App, Source) {
    let ringback = Ringback::start().await;
    let app = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let source = ringback.source().await;
    (ringback, app, source)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_report_again_is_a_duplicate_and_is_delivered_once() {
    let ringback = Ringback::start().await;
    let mut receiver = Receiver::start().await;
    let app = ringback.app("besitos", json!({"callbackUrl": receiver.url("/pb.php")})).await;
    ringback.secret(&app, "sekret").await;
    let source = ringback.source().await;
    let mut report = conversion(&app, "ext-1");
    let first = ringback.report(&source, &report).await;
    receiver.next().await;
    ringback.delivery_once(&only_delivery(&first), "delivered").await;

    let again = ringback.report(&source, &report).await;
    assert_eq!((again.status, &again.body["status"]), (200, &json!("duplicate")));
    assert_eq!(again.body["id"], first.body["id"]);
    assert_eq!(again.body["deliveries"][0]["status"], "delivered");
    assert_eq!(again.body.get("ignored"), None);

    report["occurredAt"] = json!(1_719_859_100_000_i64);
    report["note"] = json!("another note");
    report["userReward"] = json!(100);
    let again = ringback.report(&source, &report).await;
    assert_eq!((again.status, &again.body["ignored"]), (200, &json!(["occurredAt", "note"])));
    assert!(receiver.so_far().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_contradicts_the_first_is_a_conflict_naming_the_fields_and_changes_nothing() {
    let (ringback, app, source) = recording().await;
    let report = conversion(&app, "ext-1");
    let first = ringback.report(&source, &report).await;
    for (field, value) in [
        ("transactionId", json!("other")),
        ("userId", json!("other")),
        ("offerId", json!("other")),
        ("goalId", json!("goal")),
        ("eventType", json!("install")),
        ("userReward", json!("100.0")),
        ("rewardMinor", json!(61)),
        ("payoutMinor", json!(251)),
        ("grossMinor", json!(0)),
        ("currency", json!("EUR")),
    ] {
        let mut other = report.clone();
        other[field] = value;
        let answer = ringback.report(&source, &other).await;
        assert_eq!((answer.status, faults(&answer)), (409, vec![field.to_owned()]), "{}", answer.body);
        assert_eq!(answer.body["type"], "/problems/conflict");
    }
    let kept = ringback.signed_get(&source, "/v1/conversions/ext-1").await;
    assert_eq!((kept.status, &kept.body["id"]), (200, &first.body["id"]));
    assert_eq!((&kept.body["userReward"], &kept.body["payoutMinor"]), (&json!("100"), &json!(250)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_id_is_unique_within_an_app_across_sources_and_whatever_its_case() {
    let (ringback, app, source) = recording().await;
    let other_source = ringback.source().await;
    let mut report = conversion(&app, "ext-1");
    report["transactionId"] = json!("Order-7");
    assert_eq!(ringback.report(&source, &report).await.status, 200);
    report["externalId"] = json!("ext-2");
    report["transactionId"] = json!("oRDER-7");
    let answer = ringback.report(&other_source, &report).await;
    assert_eq!((answer.status, &answer.body["type"]), (409, &json!("/problems/transaction-id-taken")));
    let other_app = ringback.app("affonso", json!({"callbacks": "off"})).await;
    report["appId"] = json!(other_app.id);
    assert_eq!(ringback.report(&other_source, &report).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_report_is_named_at_once_and_nothing_of_it_is_recorded() {
    let (ringback, app, source) = recording().await;
    let report = json!({
        "externalId": "ext-1", "eventType": "Sale!", "appId": app.id, "userRewrd": "1", "userReward": "1e3",
        "payoutMinor": 1.5, "rewardMinor": -1, "currency": "usd", "occurredAt": "yesterday", "note": "a\u{7}b",
        "extra": {"a b": "x", "n": 1}, "transactionId": "R2-x",
    });
    let answer = ringback.report(&source, &report).await;
    assert_eq!(answer.status, 422);
    let mut named = faults(&answer);
    named.sort();
    let mut expected = [
        "currency",
        "eventType",
        "extra.a b",
        "extra.n",
        "note",
        "occurredAt",
        "payoutMinor",
        "rewardMinor",
        "transactionId",
        "userReward",
        "userRewrd",
    ];
    expected.sort_unstable();
    assert_eq!(named, expected);
    assert_eq!(ringback.signed_get(&source, "/v1/conversions/ext-1").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_json_object_with_distinct_keys_is_malformed() {
    let (ringback, app, source) = recording().await;
    let doubled =
        format!(r#"{{"externalId":"a","externalId":"b","eventType":"sale","appId":"{}","userId":"u"}}"#, app.id);
    for body in ["", "[]", "null", "{", &doubled] {
        let answer = ringback.signed_post(&source, "/v1/conversions", body).await;
        assert_eq!((answer.status, &answer.body["type"]), (400, &json!("/problems/malformed")), "{body:?}");
    }
    let large = format!(r#"{{"note":"{}"}}"#, "x".repeat(1024 * 1024));
    assert_eq!(ringback.signed_post(&source, "/v1/conversions", &large).await.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dialect_needs_and_the_report_lacks_is_refused_by_name() {
    let ringback = Ringback::start().await;
    let app = ringback.app("besitos", json!({})).await;
    let source = ringback.source().await;
    let report = json!({"externalId": "e", "eventType": "sale", "appId": app.id, "userId": "u", "currency": "EUR"});
    let answer = ringback.report(&source, &report).await;
    let mut named = faults(&answer);
    named.sort();
    assert_eq!((answer.status, named), (422, vec!["currency".into(), "offerId".into(), "payoutMinor".into()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_app_or_click_is_refused() {
    let (ringback, app, source) = recording().await;
    for (field, value) in [("appId", json!("nowhere")), ("clickId", json!("c1"))] {
        let mut report = conversion(&app, "ext-1");
        report[field] = value;
        let answer = ringback.report(&source, &report).await;
        assert_eq!((answer.status, faults(&answer)), (422, vec![field.to_owned()]), "{}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_bound_to_one_app_need_not_name_it_and_knows_no_other() {
    let (ringback, app, _) = recording().await;
    let other = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let bound = ringback.source_with(json!({"name": "S", "appIds": [app.id], "transactionPrefix": "net1-"})).await;
    let report = json!({"externalId": "7", "eventType": "sale", "userId": "u"});
    let answer = ringback.report(&bound, &report).await;
    assert_eq!((answer.status, &answer.body["transactionId"]), (200, &json!("net1-7")));
    let foreign = conversion(&other, "8");
    assert_eq!(faults(&ringback.report(&bound, &foreign).await), ["appId"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_answers_without_recording() {
    let (ringback, app, source) = recording().await;
    let report = conversion(&app, "ext-1");
    let dry = ringback.signed_post(&source, "/v1/conversions?dryRun=1", &report.to_string()).await;
    assert_eq!((dry.status, &dry.body["status"]), (200, &json!("accepted")));
    assert_eq!(ringback.signed_get(&source, "/v1/conversions/ext-1").await.status, 404);
    assert_eq!(ringback.report(&source, &report).await.body["status"], "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_batch_a_bad_conversion_refuses_only_itself() {
    let (ringback, app, source) = recording().await;
    let good = conversion(&app, "good");
    let mut bad = conversion(&app, "bad");
    bad["payoutMinor"] = json!("1");
    let body = format!(r#"{{"conversions":[{good},{bad},{{"a":1,"a":2}},{good},7]}}"#);
    let answer = ringback.signed_post(&source, "/v1/conversions/batch", &body).await;
    let results = answer.body["results"].as_array().unwrap();
    let statuses: Vec<&Value> = results.iter().map(|result| &result["status"]).collect();
    assert_eq!(statuses, ["accepted", "refused", "refused", "duplicate", "refused"]);
    assert_eq!(results[1]["problem"]["errors"][0]["field"], "payoutMinor");
    assert_eq!(results[2]["problem"]["status"], 400);
    for body in [json!({"conversions": []}), json!({}), json!({"conversions": {}, "x": 1})] {
        let answer = ringback.signed_post(&source, "/v1/conversions/batch", &body.to_string()).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_are_kept_digit_for_digit() {
    let (ringback, app, source) = recording().await;
    for (index, digits) in ["100", "100.0", "0.10", "123456789012345678.123456789"].into_iter().enumerate() {
        let body = conversion(&app, &format!("ext-{index}")).to_string();
        let body = body.replace(r#""userReward":"100""#, &format!(r#""userReward":{digits}"#));
        let made = ringback.signed_post(&source, "/v1/conversions", &body).await;
        let kept = ringback.get(&format!("/v1/completions/{}", text(&made.body, "id"))).await;
        assert_eq!(kept["userReward"], digits);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_surface_a_wrong_signature_and_a_doubled_header_are_answered_alike() {
    let (ringback, app, source) = recording().await;
    let body = conversion(&app, "ext-1").to_string();
    let unknown = Source { surface: "nobody".to_owned(), ..source.clone() };
    let wrong = Source { secret: "wrong".to_owned(), ..source.clone() };
    let unknown = ringback.signed_post(&unknown, "/v1/conversions", &body).await;
    let wrong = ringback.signed_post(&wrong, "/v1/conversions", &body).await;
    assert_eq!(unknown, wrong);
    assert_eq!((unknown.status, &unknown.body["bodyLength"]), (401, &json!(body.len())));
    assert_eq!(text(&unknown.body, "bodySha256").len(), 64);

    let timestamp = ringback.now().as_millis().to_string();
    let doubled = ringback.http().post(ringback.url("/v1/conversions")).body(body.clone());
    let doubled = doubled.header("x-ea-surface", &source.surface).header("x-ea-surface", &source.surface);
    let doubled = doubled.header("x-ea-timestamp", &timestamp).header("x-ea-signature", "00").send().await.unwrap();
    assert_eq!(doubled.json::<Value>().await.unwrap(), unknown.body);

    let late = (ringback.now().as_millis() - 300_001).to_string();
    let late = ringback.http().post(ringback.url("/v1/conversions")).header("x-ea-timestamp", late).body(body);
    let late: Value = late.send().await.unwrap().json().await.unwrap();
    assert_eq!((&late["status"], &late["serverTime"]), (&json!(401), &json!(ringback.now().to_string())));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_of_a_rotated_source_verify_until_the_overlap_ends() {
    let (ringback, app, source) = recording().await;
    let sources = ringback.get("/v1/sources").await;
    let id = text(&sources["items"][0], "id");
    let rotated = ringback.made(Method::POST, &format!("/v1/sources/{id}/rotate"), json!({"overlapHours": 1})).await;
    let new = Source { secret: text(&rotated, "secret"), ..source.clone() };
    assert_eq!(ringback.report(&source, &conversion(&app, "a")).await.status, 200);
    assert_eq!(ringback.report(&new, &conversion(&app, "b")).await.status, 200);
    ringback.clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(ringback.report(&source, &conversion(&app, "c")).await.status, 401);
    assert_eq!(ringback.report(&new, &conversion(&app, "d")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_stays_known_when_its_app_is_archived_or_its_dialect_wants_more() {
    let (ringback, app, source) = recording().await;
    let report = conversion(&app, "ext-1");
    let first = ringback.report(&source, &report).await;
    ringback
        .made(Method::PATCH, &format!("/v1/apps/{}", app.id), json!({"callbacks": "on", "dialect": "besitos"}))
        .await;
    let mut poorer = report.clone();
    poorer.as_object_mut().unwrap().remove("offerId");
    let conflict = ringback.report(&source, &poorer).await;
    assert_eq!((conflict.status, faults(&conflict)), (409, vec!["offerId".to_owned()]), "{}", conflict.body);

    assert_eq!(ringback.call(Method::DELETE, &format!("/v1/apps/{}", app.id), None).await.status, 204);
    let again = ringback.report(&source, &report).await;
    assert_eq!((again.status, &again.body["status"]), (200, &json!("duplicate")), "{}", again.body);
    assert_eq!(again.body["id"], first.body["id"]);
    assert_eq!(faults(&ringback.report(&source, &conversion(&app, "ext-2")).await), ["appId"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_stand_twice_are_malformed_at_every_depth() {
    let (ringback, app, source) = recording().await;
    let body = conversion(&app, "ext-1").to_string();
    let body = format!(r#"{},"extra":{{"a":"1","a":"2"}}}}"#, body.trim_end_matches('}'));
    assert_eq!(ringback.signed_post(&source, "/v1/conversions", &body).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_may_be_called_batch_and_still_be_looked_up() {
    let (ringback, app, source) = recording().await;
    assert_eq!(ringback.report(&source, &conversion(&app, "batch")).await.status, 200);
    assert_eq!(ringback.signed_get(&source, "/v1/conversions/batch").await.body["externalId"], "batch");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_without_one_plain_timestamp_is_refused_however_well_it_is_signed() {
    let (ringback, app, source) = recording().await;
    let body = conversion(&app, "ext-1").to_string();
    let now = ringback.now().as_millis();
    let signed = |timestamp: &str| {
        let mac = Hmac::<Sha256>::new_from_slice(source.secret.as_bytes()).unwrap();
        let signature = mac.chain_update(format!("{timestamp}.{body}")).finalize().into_bytes();
        let request = ringback.http().post(ringback.url("/v1/conversions")).body(body.clone());
        request.header("x-ea-surface", &source.surface).header("x-ea-signature", hex::encode(signature))
    };
    let plain = now.to_string();
    for timestamp in ["abc", "", &format!("+{now}"), &format!("0{now}"), &format!("{now}.0"), "9999999999999999999"] {
        let answer = signed(timestamp).header("x-ea-timestamp", timestamp).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{timestamp:?}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["serverTime"], json!(ringback.now().to_string()), "{timestamp:?}");
    }
    let absent = signed("").send().await.unwrap();
    let doubled = signed("").header("x-ea-timestamp", &plain).header("x-ea-timestamp", &plain).send().await.unwrap();
    let not_ascii = signed("").header("x-ea-timestamp", "\u{661}".as_bytes()).send().await.unwrap();
    assert_eq!([absent.status(), doubled.status(), not_ascii.status()].map(|status| status.as_u16()), [401; 3]);
    let good = signed(&plain).header("x-ea-timestamp", &plain).send().await.unwrap();
    assert_eq!(good.status(), 200);
}
