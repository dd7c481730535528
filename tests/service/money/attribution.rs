//! From a click to a conversion: what a click says of it, what may not be said otherwise, and that it counts once.

use std::time::Duration;

use serde_json::{Value, json};

use super::offers::{click, offer};
use crate::support::{Ringback, Wall, calling, has, text, with};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A Ringback with an app that calls nobody, a source, and an offer with two goals.
async fn recording() -> (Ringback, Wall, Value) {
    let (ringback, wall) = calling("affonso", json!({"callbacks": "off", "ref": "wall"})).await;
    let goals = json!([
        {"id": "level-9", "name": "Level 9", "payoutMinor": 900},
        {"id": "level-20", "name": "Level 20", "payoutMinor": 2000},
    ]);
    let offer = offer(&ringback, json!({"ref": "island", "goals": goals})).await;
    (ringback, wall, offer)
}

fn by_click(external_id: &str, click_id: &str) -> Value {
    json!({"externalId": external_id, "eventType": "goal", "clickId": click_id})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversion_that_names_a_click_alone_calls_back_for_the_user_who_clicked() {
    let (ringback, wall) = calling("affonso", json!({})).await;
    let offer = offer(&ringback, json!({"ref": "island"})).await;
    let click_id = click(&ringback, &offer, &wall, "user_42").await;

    let reported = wall.source.report(&by_click("order-1", &click_id)).await;
    reported.is(200, json!({"status": "accepted", "attributed": true}));
    let expected = json!({
        "userId": "user_42", "appId": wall.id, "clickId": click_id, "offerId": "island", "offerName": "Family Island",
    });
    has(&wall.receiver.next().await.json()["data"], expected);
    ringback.delivery_once(&reported.delivery(), "delivered").await;

    wall.source
        .report(&by_click("order-1", &click_id))
        .await
        .is(200, json!({"status": "duplicate", "attributed": true}));
    assert!(wall.receiver.so_far().is_empty());
    wall.report("order-2").await.is(200, json!({"attributed": false}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_survives_a_restart_and_expires_but_what_it_resolved_stays_a_duplicate() {
    let (ringback, wall, offer) = recording().await;
    let (first, late) = (click(&ringback, &offer, &wall, "u").await, click(&ringback, &offer, &wall, "u").await);
    let ringback = ringback.restart().await;
    let wall = wall.at(&ringback);
    ringback.clock.advance(30 * DAY - Duration::from_secs(1));
    let accepted = wall.source.report(&by_click("e1", &first)).await.ok();
    ringback.clock.advance(Duration::from_secs(1));
    wall.source.report(&by_click("e2", &late)).await.refuses(422, &["clickId"]);
    assert_eq!(wall.source.look_up("e2").await.status, 404);

    // Nor does it matter that the offer is called otherwise by now.
    ringback.patch("/v1/offers/island", json!({"name": "Another", "ref": "another"})).await.ok();
    let again = wall.source.report(&by_click("e1", &first)).await;
    again.is(200, json!({"status": "duplicate", "id": accepted["id"], "attributed": true}));
    assert_eq!(again.body.get("ignored"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_compared_is_what_was_reported_and_not_what_the_click_made_of_it() {
    let (ringback, wall, offer) = recording().await;
    let report = with(by_click("e1", &click(&ringback, &offer, &wall, "u").await), json!({"appId": "wall"}));
    assert_eq!(wall.source.report(&report).await.body["status"], "accepted");
    let by_id = with(report.clone(), json!({"appId": wall.id}));
    assert_eq!(wall.source.report(&by_id).await.body["status"], "duplicate");
    for days in [0, 31] {
        ringback.clock.advance(days * DAY);
        for (field, value) in [("userId", json!("u")), ("offerId", json!("island")), ("goalId", json!("level-9"))] {
            wall.source.report(&with(report.clone(), json!({field: value}))).await.refuses(409, &[field]);
        }
        wall.source.report(&by_click("e1", &text(&report, "clickId"))).await.refuses(409, &["appId"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_contradicts_its_click_is_refused_by_the_fields_that_do() {
    let (ringback, wall, offer) = recording().await;
    let other = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let report = by_click("e1", &click(&ringback, &offer, &wall, "u").await);
    for (field, value) in [
        ("appId", json!(other.id)),
        ("appId", json!("nowhere")),
        ("userId", json!("U")),
        ("offerId", json!("elsewhere")),
        ("goalId", json!("level-10")),
        ("clickId", json!("clk_0")),
    ] {
        wall.source.report(&with(report.clone(), json!({field: value}))).await.refuses(422, &[field]);
    }
    assert_eq!(wall.source.look_up("e1").await.status, 404);
    let bound_elsewhere = ringback.source_with(json!({"name": "S", "appIds": [other.id]})).await;
    assert_eq!(bound_elsewhere.report(&report).await.faults(), ["clickId"]);

    let agreeing = json!({
        "appId": "wall", "userId": "u", "offerId": offer["id"], "offerName": "As the advertiser calls it",
        "goalId": "level-9",
    });
    let accepted = wall.source.report(&with(report.clone(), agreeing)).await;
    accepted.is(200, json!({"attributed": true}));
    let kept = ringback.recorded(&accepted.id()).await;
    let expected = json!({
        "appId": wall.id, "userId": "u", "offerId": "island", "goalId": "level-9",
        "offerName": "As the advertiser calls it", "clickId": report["clickId"],
    });
    has(&kept, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_converts_each_goal_once() {
    let (ringback, wall, offer) = recording().await;
    let click_id = click(&ringback, &offer, &wall, "u").await;
    let goal = |external_id: &str, goal: &str| with(by_click(external_id, &click_id), json!({"goalId": goal}));
    let batch = [goal("e1", "level-9"), goal("e2", "level-20"), goal("e3", "level-9"), by_click("e4", &click_id)];
    let refused = json!({"status": "refused", "problem": {"status": 409, "type": "/problems/conflict"}});
    let accepted = json!({"status": "accepted"});
    has(&json!(wall.source.report_batch(&batch).await), json!([accepted, accepted, refused, accepted]));

    let dry = wall.source.post("/v1/conversions?dryRun=1", goal("e3", "level-9")).await;
    let again = wall.source.report(&goal("e3", "level-9")).await;
    for answer in [dry, again] {
        answer.refuses(409, &["clickId"]);
    }
    assert_eq!(wall.source.look_up("e3").await.status, 404);
    // Nothing of it stays: its names are free.
    assert_eq!(wall.report("e3").await.body["status"], "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_long_clicks_count_is_agreed_for_each_app_and_not_the_publishers_to_set() {
    let (ringback, wall, offer) = recording().await;
    let path = wall.path("");
    assert_eq!(ringback.get(&path).await["clickDays"], 30);
    let publisher = ringback.publisher(&wall.publisher).await;
    assert_eq!(publisher.patch(&path, json!({"clickDays": 365})).await.status, 403);
    for days in [0, 366] {
        ringback.patch(&path, json!({"clickDays": days})).await.refuses(422, &["clickDays"]);
    }
    let click_id = click(&ringback, &offer, &wall, "u").await;
    ringback.change(&wall, json!({"clickDays": 1})).await;
    ringback.clock.advance(DAY);
    assert_eq!(wall.source.report(&by_click("e1", &click_id)).await.faults(), ["clickId"]);
    ringback.change(&wall, json!({"clickDays": 2})).await;
    assert_eq!(wall.source.report(&by_click("e1", &click_id)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn clicks_that_count_no_more_are_removed_and_what_they_became_is_still_known() {
    let (ringback, wall, offer) = recording().await;
    let click_id = click(&ringback, &offer, &wall, "u").await;
    assert_eq!(wall.source.report(&by_click("e1", &click_id)).await.status, 200);
    ringback.clock.advance(401 * DAY);
    ringback.tidy().await;
    assert_eq!(ringback.store().click(click_id.clone()).await.unwrap(), None);
    assert_eq!(wall.source.report(&by_click("e1", &click_id)).await.body["status"], "duplicate");
}
