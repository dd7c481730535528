//! What an offer system is told: accepted, duplicate, refused and why; and that nothing of a refused report stays.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::json;
use sha2::Sha256;

use crate::support::{Answer, Ringback, Source, Wall, calling, shown, text, with};

const MINUTE: Duration = Duration::from_secs(60);

/// An app that takes everything and calls nobody.
async fn recording() -> (Ringback, Wall) {
    calling("affonso", json!({"callbacks": "off"})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_report_again_is_a_duplicate_and_is_delivered_once() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let report = wall.completion("ext-1");
    let first = wall.source.report(&report).await;
    wall.receiver.next().await;
    ringback.delivery_once(&first.delivery(), "delivered").await;

    let again = wall.source.report(&report).await;
    again.is(200, json!({"status": "duplicate", "id": first.id(), "deliveries": [{"status": "delivered"}]}));
    assert_eq!(again.body.get("ignored"), None);

    let otherwise = json!({"occurredAt": 1_719_859_100_000_i64, "note": "another note", "userReward": 100});
    wall.source.report(&with(report, otherwise)).await.is(200, json!({"ignored": ["occurredAt", "note"]}));
    assert!(wall.receiver.so_far().is_empty());
}

/// A clock that is set back stands for a rule that came later: both make an instant wrong that was taken once.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_with_an_instant_that_is_taken_no_more_stays_a_duplicate() {
    let (ringback, wall) = recording().await;
    let at = json!({"occurredAt": "2024-07-01T18:40:00.000Z"});
    let report = with(wall.completion("ext-1"), at.clone());
    let first = wall.source.report(&report).await;
    let part = with(json!({"externalId": "ext-1", "reversalId": "r1", "payoutMinor": 1}), at.clone());
    let reversed = wall.source.reverse(part.clone()).await;
    let refund = with(json!({"externalId": "ext-1", "eventType": "refund"}), at.clone());
    let refunded = wall.source.report(&refund).await;

    ringback.clock.jump_back(10 * MINUTE);
    let again = wall.source.report(&report).await;
    again.is(200, json!({"status": "duplicate", "id": first.id()}));
    assert_eq!(again.body.get("ignored"), None);
    wall.source.reverse(part.clone()).await.is(200, json!({"status": "duplicate", "id": reversed.id()}));
    wall.source.report(&refund).await.is(200, json!({"status": "duplicate", "id": refunded.id()}));

    // What differs is compared as ever, and what was never recorded is refused.
    wall.source.report(&with(report, json!({"userId": "other"}))).await.refuses(409, &["userId"]);
    wall.source.report(&with(wall.completion("ext-2"), at)).await.refuses(422, &["occurredAt"]);
    wall.source.look_up("ext-2").await.is(404, json!({}));
    wall.source.reverse(with(part.clone(), json!({"payoutMinor": 2}))).await.refuses(409, &["payoutMinor"]);
    wall.source.reverse(with(part, json!({"reversalId": "r2"}))).await.refuses(422, &["occurredAt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_contradicts_the_first_is_a_conflict_naming_the_fields_and_changes_nothing() {
    let (_ringback, wall) = recording().await;
    let report = wall.completion("ext-1");
    let first = wall.source.report(&report).await;
    let others = json!({
        "transactionId": "other", "userId": "other", "offerId": "other", "goalId": "goal", "eventType": "install",
        "userReward": "100.0", "rewardMinor": 61, "payoutMinor": 251, "grossMinor": 0, "currency": "EUR",
    });
    for (field, value) in others.as_object().unwrap() {
        let answer = wall.source.report(&with(report.clone(), json!({field: value}))).await;
        answer.refuses(409, &[field]);
        assert_eq!(answer.body["type"], "/problems/conflict");
    }
    let kept = json!({"id": first.id(), "userReward": "100", "payoutMinor": 250});
    wall.source.look_up("ext-1").await.is(200, kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_worth_nothing_is_told_only_to_a_url_that_asks_for_it_where_the_dialect_says_so() {
    let of = |query: &str| json!({"callbackUrl": format!("/pb.php?t={{conversion_id}}&u={{s1}}{query}")});
    let (ringback, silent) = calling("adgate", of("&p={payout}")).await;
    let asking = ringback.wall("adgate", of("&e={event_id}")).await;
    let step = |wall: &Wall, worth: serde_json::Value| {
        let step = with(
            wall.completion("ext-1"),
            json!({"goalId": "g3", "payoutMinor": 0, "rewardMinor": 0, "userReward": "0.00"}),
        );
        with(step, worth)
    };
    silent.source.report(&step(&silent, json!({}))).await.is(200, json!({"status": "accepted", "deliveries": []}));
    let told = asking.source.report(&step(&asking, json!({}))).await;
    ringback.delivery_once(&told.delivery(), "delivered").await;
    assert!(asking.receiver.next().await.target().ends_with("&e=g3"));

    // Somebody gets something for these, or nobody knows.
    for (external_id, worth) in [
        ("ext-2", json!({"userReward": "0.01"})),
        ("ext-3", json!({"rewardMinor": 1})),
        ("ext-4", json!({"payoutMinor": 1})),
        ("ext-5", json!({"payoutMinor": null})),
    ] {
        let report = with(step(&silent, worth), json!({"externalId": external_id}));
        let told = silent.source.report(&report).await;
        ringback.delivery_once(&told.delivery(), "delivered").await;
    }
    let reversed = silent.source.reverse(json!({"externalId": "ext-1"})).await;
    assert_eq!(reversed.body["deliveries"], json!([]), "of what was not told no reversal is told: {}", reversed.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_id_is_unique_within_an_app_across_sources_and_whatever_its_case() {
    let (ringback, wall) = recording().await;
    let other_source = ringback.source().await;
    let report = with(wall.completion("ext-1"), json!({"transactionId": "Order-7"}));
    wall.source.report(&report).await.ok();
    let report = with(report, json!({"externalId": "ext-2", "transactionId": "oRDER-7"}));
    other_source.report(&report).await.is(409, json!({"type": "/problems/transaction-id-taken"}));
    let other_app = ringback.app("affonso", json!({"callbacks": "off"})).await;
    other_source.report(&with(report, json!({"appId": other_app.id}))).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_report_is_named_at_once_and_nothing_of_it_is_recorded() {
    let (_ringback, wall) = recording().await;
    let report = json!({
        "externalId": "ext-1", "eventType": "Sale!", "appId": wall.id, "userRewrd": "1", "userReward": "1e3",
        "payoutMinor": 1.5, "rewardMinor": -1, "currency": "usd", "occurredAt": "yesterday", "note": "a\u{7}b",
        "extra": {"a b": "x", "n": 1}, "transactionId": "R2-x",
    });
    let answer = wall.source.report(&report).await;
    assert_eq!((answer.status, &answer.body["type"]), (422, &json!("/problems/invalid")));
    insta::assert_snapshot!(shown(&answer.body["errors"]), @r#"
    [
      {field: "userRewrd", message: "unknown field; did you mean \"userReward\"?"},
      {field: "note", message: "holds the control character U+0007"},
      {
        field: "userReward",
        message: "must be a decimal of at most 18 digits before and 9 after the point, such as 100 or 0.10",
      },
      {
        field: "rewardMinor",
        message: "must be an integer of minor units (cents), 0 or more, of at most 18 digits",
      },
      {
        field: "payoutMinor",
        message: "must be an integer of minor units (cents), 0 or more, of at most 18 digits",
      },
      {field: "occurredAt", message: "must be an RFC 3339 time or an integer of Unix milliseconds"},
      {field: "extra.a b", message: "a name must match [A-Za-z0-9_-]{1,64}"},
      {field: "extra.n", message: "must be a text"}, {field: "eventType", message: "must match [a-z0-9_.-]{1,32}"},
      {field: "currency", message: "must be an ISO 4217 code of three capital letters, such as USD"},
      {
        field: "transactionId",
        message: "must not begin with r-, r<digits>- or test-, which mark reversals and tests",
      },
    ]
    "#);
    assert_eq!(wall.source.look_up("ext-1").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_json_object_with_distinct_keys_is_malformed() {
    let (_ringback, wall) = recording().await;
    let doubled =
        format!(r#"{{"externalId":"a","externalId":"b","eventType":"sale","appId":"{}","userId":"u"}}"#, wall.id);
    for body in ["", "[]", "null", "{", &doubled] {
        wall.source.post("/v1/conversions", body).await.is(400, json!({"type": "/problems/malformed"}));
    }
    let large = format!(r#"{{"note":"{}"}}"#, "x".repeat(1024 * 1024));
    assert_eq!(wall.source.post("/v1/conversions", large).await.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dialect_needs_and_the_report_lacks_is_refused_by_name() {
    let ringback = Ringback::start().await;
    let app = ringback.app("besitos", json!({})).await;
    let source = ringback.source().await;
    let report = json!({"externalId": "e", "eventType": "sale", "appId": app.id, "userId": "u", "currency": "EUR"});
    source.report(&report).await.refuses(422, &["offerId", "payoutMinor", "currency"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_app_or_click_is_refused() {
    let (_ringback, wall) = recording().await;
    for (field, value) in [("appId", json!("nowhere")), ("clickId", json!("c1"))] {
        let report = with(wall.completion("ext-1"), json!({field: value}));
        wall.source.report(&report).await.refuses(422, &[field]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_bound_to_one_app_need_not_name_it_and_knows_no_other() {
    let (ringback, wall) = recording().await;
    let other = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let bound = ringback.source_with(json!({"name": "S", "appIds": [wall.id], "transactionPrefix": "net1-"})).await;
    let report = json!({"externalId": "7", "eventType": "sale", "userId": "u"});
    bound.report(&report).await.is(200, json!({"transactionId": "net1-7"}));
    bound.report(&other.completion("8")).await.refuses(422, &["appId"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_answers_without_recording() {
    let (_ringback, wall) = recording().await;
    let report = wall.completion("ext-1");
    let dry = wall.source.post("/v1/conversions?dryRun=1", &report).await;
    dry.is(200, json!({"status": "accepted"}));
    assert_eq!(wall.source.look_up("ext-1").await.status, 404);
    wall.source.report(&report).await.is(200, json!({"status": "accepted"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_batch_a_bad_conversion_refuses_only_itself() {
    let (_ringback, wall) = recording().await;
    let good = wall.completion("good");
    let bad = with(wall.completion("bad"), json!({"payoutMinor": "1"}));
    let body = format!(r#"{{"conversions":[{good},{bad},{{"a":1,"a":2}},{good},7]}}"#);
    let answer = wall.source.post("/v1/conversions/batch", body).await;
    let of_field = json!({"status": 422, "errors": [{"field": "payoutMinor"}]});
    let expected = json!([
        {"status": "accepted"},
        {"status": "refused", "problem": of_field},
        {"status": "refused", "problem": {"status": 400}},
        {"status": "duplicate"},
        {"status": "refused"},
    ]);
    answer.is(200, json!({"results": expected}));
    for body in [json!({"conversions": []}), json!({}), json!({"conversions": {}, "x": 1})] {
        assert_eq!(wall.source.post("/v1/conversions/batch", body).await.status, 422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_are_kept_digit_for_digit() {
    let (ringback, wall) = recording().await;
    for (index, digits) in ["100", "100.0", "0.10", "123456789012345678.123456789"].into_iter().enumerate() {
        let body = wall.completion(&format!("ext-{index}")).to_string();
        let body = body.replace(r#""userReward":"100""#, &format!(r#""userReward":{digits}"#));
        let made = wall.source.post("/v1/conversions", body).await;
        assert_eq!(ringback.recorded(&made.id()).await["userReward"], digits);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_surface_a_wrong_signature_and_a_doubled_header_are_answered_alike() {
    let (ringback, wall) = recording().await;
    let body = wall.completion("ext-1").to_string();
    let unknown = Source { surface: "nobody".to_owned(), ..wall.source.clone() };
    let wrong = Source { secret: "wrong".to_owned(), ..wall.source.clone() };
    let unknown = unknown.post("/v1/conversions", &body).await;
    let wrong = wrong.post("/v1/conversions", &body).await;
    assert_eq!((unknown.status, &unknown.body), (wrong.status, &wrong.body));
    unknown.is(401, json!({"bodyLength": body.len()}));
    assert_eq!(text(&unknown.body, "bodySha256").len(), 64);

    let timestamp = ringback.now().as_millis().to_string();
    let doubled = ringback.request(Method::POST, "/v1/conversions").body(body.clone());
    let doubled = doubled.header("x-ea-surface", &wall.source.surface).header("x-ea-surface", &wall.source.surface);
    let doubled = doubled.header("x-ea-timestamp", &timestamp).header("x-ea-signature", "00");
    assert_eq!(Answer::to(doubled).await.unwrap().body, unknown.body);

    let late = (ringback.now().as_millis() - 300_001).to_string();
    let late = ringback.request(Method::POST, "/v1/conversions").header("x-ea-timestamp", late).body(body);
    Answer::to(late).await.unwrap().is(401, json!({"serverTime": ringback.now().to_string()}));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_of_a_rotated_source_verify_until_the_overlap_ends() {
    let (ringback, wall) = recording().await;
    let id = text(&ringback.get("/v1/sources").await["items"][0], "id");
    let rotated = ringback.post(&format!("/v1/sources/{id}/rotate"), json!({"overlapHours": 1})).await.ok();
    let new = Source { secret: text(&rotated, "secret"), ..wall.source.clone() };
    wall.report("a").await.ok();
    new.report(&wall.completion("b")).await.ok();
    ringback.clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(wall.report("c").await.status, 401);
    new.report(&wall.completion("d")).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_stays_known_when_its_app_is_archived_or_its_dialect_wants_more() {
    let (ringback, wall) = recording().await;
    let report = wall.completion("ext-1");
    let first = wall.source.report(&report).await;
    ringback.change(&wall, json!({"callbacks": "on", "dialect": "besitos"})).await;
    let mut poorer = report.clone();
    poorer.as_object_mut().unwrap().remove("offerId");
    wall.source.report(&poorer).await.refuses(409, &["offerId"]);

    assert_eq!(ringback.delete(&wall.path("")).await.status, 204);
    wall.source.report(&report).await.is(200, json!({"status": "duplicate", "id": first.id()}));
    wall.report("ext-2").await.refuses(422, &["appId"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_stand_twice_are_malformed_at_every_depth() {
    let (_ringback, wall) = recording().await;
    let body = wall.completion("ext-1").to_string();
    let body = format!(r#"{},"extra":{{"a":"1","a":"2"}}}}"#, body.trim_end_matches('}'));
    assert_eq!(wall.source.post("/v1/conversions", body).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_may_be_called_batch_and_still_be_looked_up() {
    let (_ringback, wall) = recording().await;
    wall.report("batch").await.ok();
    wall.source.look_up("batch").await.is(200, json!({"externalId": "batch"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_without_one_plain_timestamp_is_refused_however_well_it_is_signed() {
    let (ringback, wall) = recording().await;
    let body = wall.completion("ext-1").to_string();
    let now = ringback.now().as_millis();
    let signed = |timestamp: &str| {
        let mac = Hmac::<Sha256>::new_from_slice(wall.source.secret.as_bytes()).unwrap();
        let signature = mac.chain_update(format!("{timestamp}.{body}")).finalize().into_bytes();
        let request = ringback.request(Method::POST, "/v1/conversions").body(body.clone());
        request.header("x-ea-surface", &wall.source.surface).header("x-ea-signature", hex::encode(signature))
    };
    let plain = now.to_string();
    for timestamp in ["abc", "", &format!("+{now}"), &format!("0{now}"), &format!("{now}.0"), "9999999999999999999"] {
        let answer = Answer::to(signed(timestamp).header("x-ea-timestamp", timestamp)).await.unwrap();
        answer.is(401, json!({"serverTime": ringback.now().to_string()}));
    }
    let absent = signed("").send().await.unwrap();
    let doubled = signed("").header("x-ea-timestamp", &plain).header("x-ea-timestamp", &plain).send().await.unwrap();
    let not_ascii = signed("").header("x-ea-timestamp", "\u{661}".as_bytes()).send().await.unwrap();
    assert_eq!([absent.status(), doubled.status(), not_ascii.status()].map(|status| status.as_u16()), [401; 3]);
    let good = signed(&plain).header("x-ea-timestamp", &plain).send().await.unwrap();
    assert_eq!(good.status(), 200);
}
