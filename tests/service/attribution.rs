//! From a click to a conversion: what a click says of it, what may not be said otherwise, and that it counts once.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::offers::{click, offer};
use crate::receiver::Receiver;
use crate::ringback::{App, Ringback, Source, conversion, faults, only_delivery, text};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A Ringback with an app that calls nobody, a source, and an offer with two goals.
async fn recording() -> (Ringback, App, Source, Value) {
    let ringback = Ringback::start().await;
    let app = ringback.app("affonso", json!({"callbacks": "off", "ref": "wall"})).await;
    let source = ringback.source().await;
    let goals = json!([
        {"id": "level-9", "name": "Level 9", "payoutMinor": 900},
        {"id": "level-20", "name": "Level 20", "payoutMinor": 2000},
    ]);
    let offer = offer(&ringback, json!({"ref": "island", "goals": goals})).await;
    (ringback, app, source, offer)
}

fn by_click(external_id: &str, click_id: &str) -> Value {
    json!({"externalId": external_id, "eventType": "goal", "clickId": click_id})
}

fn with(mut report: Value, field: &str, value: Value) -> Value {
    report[field] = value;
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversion_that_names_a_click_alone_calls_back_for_the_user_who_clicked() {
    let ringback = Ringback::start().await;
    let mut receiver = Receiver::start().await;
    let app = ringback.app("affonso", json!({"callbackUrl": receiver.url("/hook")})).await;
    ringback.secret(&app, "whsec_abc123xyz").await;
    let offer = offer(&ringback, json!({"ref": "island"})).await;
    let click_id = click(&ringback, &offer, &app, "user_42").await;
    let source = ringback.source().await;

    let reported = ringback.report(&source, &by_click("order-1", &click_id)).await;
    assert_eq!((&reported.body["status"], &reported.body["attributed"]), (&json!("accepted"), &json!(true)));
    let received: Value = serde_json::from_str(&receiver.next().await.body).unwrap();
    let told = &received["data"];
    assert_eq!(
        (&told["userId"], &told["appId"], &told["clickId"]),
        (&json!("user_42"), &json!(app.id), &json!(click_id))
    );
    assert_eq!((&told["offerId"], &told["offerName"]), (&json!("island"), &json!("Family Island")));
    ringback.delivery_once(&only_delivery(&reported), "delivered").await;

    let again = ringback.report(&source, &by_click("order-1", &click_id)).await;
    assert_eq!((&again.body["status"], &again.body["attributed"]), (&json!("duplicate"), &json!(true)));
    assert!(receiver.so_far().is_empty());
    let unattributed = ringback.report(&source, &conversion(&app, "order-2")).await;
    assert_eq!(unattributed.body["attributed"], json!(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_survives_a_restart_and_expires_but_what_it_resolved_stays_a_duplicate() {
    let (ringback, app, source, offer) = recording().await;
    let (first, late) = (click(&ringback, &offer, &app, "u").await, click(&ringback, &offer, &app, "u").await);
    let ringback = ringback.restart().await;
    ringback.clock.advance(30 * DAY - Duration::from_secs(1));
    let accepted = ringback.report(&source, &by_click("e1", &first)).await;
    assert_eq!(accepted.status, 200, "{}", accepted.body);
    ringback.clock.advance(Duration::from_secs(1));
    let refused = ringback.report(&source, &by_click("e2", &late)).await;
    assert_eq!((refused.status, faults(&refused)), (422, vec!["clickId".to_owned()]), "{}", refused.body);
    assert_eq!(ringback.signed_get(&source, "/v1/conversions/e2").await.status, 404);

    // Nor does it matter that the offer is called otherwise by now.
    ringback.made(Method::PATCH, "/v1/offers/island", json!({"name": "Another", "ref": "another"})).await;
    let again = ringback.report(&source, &by_click("e1", &first)).await;
    assert_eq!((again.status, &again.body["status"]), (200, &json!("duplicate")), "{}", again.body);
    assert_eq!((&again.body["id"], &again.body["attributed"]), (&accepted.body["id"], &json!(true)));
    assert_eq!(again.body.get("ignored"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_compared_is_what_was_reported_and_not_what_the_click_made_of_it() {
    let (ringback, app, source, offer) = recording().await;
    let report = with(by_click("e1", &click(&ringback, &offer, &app, "u").await), "appId", json!("wall"));
    assert_eq!(ringback.report(&source, &report).await.body["status"], "accepted");
    let by_id = with(report.clone(), "appId", json!(app.id));
    assert_eq!(ringback.report(&source, &by_id).await.body["status"], "duplicate");
    for days in [0, 31] {
        ringback.clock.advance(days * DAY);
        for (field, value) in [("userId", json!("u")), ("offerId", json!("island")), ("goalId", json!("level-9"))] {
            let answer = ringback.report(&source, &with(report.clone(), field, value)).await;
            assert_eq!((answer.status, faults(&answer)), (409, vec![field.to_owned()]), "{}", answer.body);
        }
        let unnamed = ringback.report(&source, &by_click("e1", &text(&report, "clickId"))).await;
        assert_eq!((unnamed.status, faults(&unnamed)), (409, vec!["appId".to_owned()]), "{}", unnamed.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_contradicts_its_click_is_refused_by_the_fields_that_do() {
    let (ringback, app, source, offer) = recording().await;
    let other = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let report = by_click("e1", &click(&ringback, &offer, &app, "u").await);
    for (field, value) in [
        ("appId", json!(other.id)),
        ("appId", json!("nowhere")),
        ("userId", json!("U")),
        ("offerId", json!("elsewhere")),
        ("goalId", json!("level-10")),
        ("clickId", json!("clk_0")),
    ] {
        let answer = ringback.report(&source, &with(report.clone(), field, value)).await;
        assert_eq!((answer.status, faults(&answer)), (422, vec![field.to_owned()]), "{}", answer.body);
    }
    assert_eq!(ringback.signed_get(&source, "/v1/conversions/e1").await.status, 404);
    let bound_elsewhere = ringback.source_with(json!({"name": "S", "appIds": [other.id]})).await;
    assert_eq!(faults(&ringback.report(&bound_elsewhere, &report).await), ["clickId"]);

    let mut agreeing = report.clone();
    for (field, value) in [
        ("appId", json!("wall")),
        ("userId", json!("u")),
        ("offerId", offer["id"].clone()),
        ("offerName", json!("As the advertiser calls it")),
        ("goalId", json!("level-9")),
    ] {
        agreeing[field] = value;
    }
    let accepted = ringback.report(&source, &agreeing).await;
    assert_eq!((accepted.status, &accepted.body["attributed"]), (200, &json!(true)), "{}", accepted.body);
    let kept = ringback.get(&format!("/v1/completions/{}", text(&accepted.body, "id"))).await;
    assert_eq!((&kept["appId"], &kept["userId"]), (&json!(app.id), &json!("u")));
    assert_eq!((&kept["offerId"], &kept["goalId"]), (&json!("island"), &json!("level-9")));
    assert_eq!((&kept["offerName"], &kept["clickId"]), (&json!("As the advertiser calls it"), &report["clickId"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_converts_each_goal_once() {
    let (ringback, app, source, offer) = recording().await;
    let click_id = click(&ringback, &offer, &app, "u").await;
    let goal = |external_id: &str, goal: &str| with(by_click(external_id, &click_id), "goalId", json!(goal));
    let batch = [goal("e1", "level-9"), goal("e2", "level-20"), goal("e3", "level-9"), by_click("e4", &click_id)];
    let answer =
        ringback.signed_post(&source, "/v1/conversions/batch", &json!({"conversions": batch}).to_string()).await;
    let results = answer.body["results"].as_array().unwrap();
    let statuses: Vec<&Value> = results.iter().map(|result| &result["status"]).collect();
    assert_eq!(statuses, ["accepted", "accepted", "refused", "accepted"], "{}", answer.body);
    let problem = &results[2]["problem"];
    assert_eq!((&problem["status"], &problem["type"]), (&json!(409), &json!("/problems/conflict")));

    let dry = ringback.signed_post(&source, "/v1/conversions?dryRun=1", &goal("e3", "level-9").to_string()).await;
    let again = ringback.report(&source, &goal("e3", "level-9")).await;
    for answer in [dry, again] {
        assert_eq!((answer.status, faults(&answer)), (409, vec!["clickId".to_owned()]), "{}", answer.body);
    }
    assert_eq!(ringback.signed_get(&source, "/v1/conversions/e3").await.status, 404);
    // Nothing of it stays: its names are free.
    assert_eq!(ringback.report(&source, &conversion(&app, "e3")).await.body["status"], "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_long_clicks_count_is_agreed_for_each_app_and_not_the_publishers_to_set() {
    let (ringback, app, source, offer) = recording().await;
    let path = format!("/v1/apps/{}", app.id);
    assert_eq!(ringback.get(&path).await["clickDays"], 30);
    let token = json!({"name": "own", "role": "publisher", "publisherId": app.publisher});
    let publisher = text(&ringback.made(Method::POST, "/v1/tokens", token).await, "token");
    let longer = json!({"clickDays": 365});
    assert_eq!(ringback.call_as(&publisher, Method::PATCH, &path, Some(longer)).await.status, 403);
    for days in [0, 366] {
        let refused = ringback.call(Method::PATCH, &path, Some(json!({"clickDays": days}))).await;
        assert_eq!((refused.status, faults(&refused)), (422, vec!["clickDays".to_owned()]));
    }
    let click_id = click(&ringback, &offer, &app, "u").await;
    ringback.made(Method::PATCH, &path, json!({"clickDays": 1})).await;
    ringback.clock.advance(DAY);
    assert_eq!(faults(&ringback.report(&source, &by_click("e1", &click_id)).await), ["clickId"]);
    ringback.made(Method::PATCH, &path, json!({"clickDays": 2})).await;
    assert_eq!(ringback.report(&source, &by_click("e1", &click_id)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn clicks_that_count_no_more_are_removed_and_what_they_became_is_still_known() {
    let (ringback, app, source, offer) = recording().await;
    let click_id = click(&ringback, &offer, &app, "u").await;
    assert_eq!(ringback.report(&source, &by_click("e1", &click_id)).await.status, 200);
    ringback.clock.advance(401 * DAY);
    ringback.service.dispatcher.tidy().await.unwrap();
    assert_eq!(ringback.service.dispatcher.node.store.click(click_id.clone()).await.unwrap(), None);
    assert_eq!(ringback.report(&source, &by_click("e1", &click_id)).await.body["status"], "duplicate");
}
