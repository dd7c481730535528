//! How apps are doing: what `/v1/health` and `/v1/deliveries/counts` tell of callbacks that were really made.

use std::time::Duration;

use serde_json::{Value, json};

use super::Acme;
use crate::support::{Home, Reply, Ringback, Wall, calling, found, has, text, with};

const HOUR: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);

/// The sums over all buckets of a chart.
fn sums(chart: &Value) -> Value {
    let buckets = chart["buckets"].as_array().unwrap();
    let sum = |field: &str| buckets.iter().map(|bucket| bucket[field].as_u64().unwrap()).sum::<u64>();
    json!([sum("delivered"), sum("dead"), sum("failedAttempts")])
}

/// The chart at this path, once what was settled has been added up to these sums: delivered, dead, failed attempts.
async fn chart_once(ringback: &Ringback, path: &str, expected: Value) -> Value {
    found(&format!("{path} tells {expected}"), || async {
        ringback.tidy().await;
        Some(ringback.get(path).await).filter(|chart| sums(chart) == expected)
    })
    .await
}

fn chart_of(wall: &Wall) -> String {
    format!("/v1/health?appId={}", wall.id)
}

/// Two delivered, and one that is dead after two failures.
async fn some_callbacks(ringback: &Ringback, wall: &Wall) {
    wall.report_until("good-1", "delivered").await;
    wall.report_until("good-2", "delivered").await;
    wall.receiver.then([Reply::status(403), Reply::status(403)]);
    let bad = wall.report("bad").await.delivery();
    ringback.delivery_once(&bad, "retrying").await;
    ringback.clock.advance(2 * MINUTE);
    ringback.delivery_once(&bad, "dead").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_delivered_what_died_and_what_failed_is_counted_in_the_bucket_of_its_time() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [60]})).await;
    some_callbacks(&ringback, &wall).await;
    let chart = chart_once(&ringback, &chart_of(&wall), json!([2, 1, 2])).await;
    has(&chart, json!({"from": "2024-06-30T18:45:00.000Z", "to": "2024-07-01T18:45:00.000Z", "step": 300}));
    let buckets = chart["buckets"].as_array().unwrap();
    assert_eq!(buckets.len(), 288);
    let last = &buckets[287];
    has(last, json!({"at": "2024-07-01T18:40:00.000Z", "delivered": 2, "dead": 1, "failedAttempts": 2}));
    assert!(last["p50Ms"].is_u64() && last["p95Ms"].is_u64() && last["p99Ms"].is_u64(), "{last}");
    has(&buckets[0], json!({"delivered": 0, "dead": 0, "failedAttempts": 0, "p50Ms": null}));

    let by_hour = ringback.get(&format!("{}&step=3600&from=2024-07-01T17:30:00Z", chart_of(&wall))).await;
    has(
        &by_hour,
        json!({"from": "2024-07-01T17:00:00.000Z", "to": "2024-07-01T19:00:00.000Z",
               "buckets": [{"delivered": 0}, {"at": "2024-07-01T18:00:00.000Z", "delivered": 2, "dead": 1}]}),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_writes_what_was_added_up_and_a_restart_keeps_it() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [60]})).await;
    some_callbacks(&ringback, &wall).await;
    let ringback = ringback.restart().await;
    let chart = ringback.get(&chart_of(&wall)).await;
    assert_eq!(sums(&chart), json!([2, 1, 2]), "{chart}");
    // The next process adds up anew, beside what this one wrote of the same five minutes.
    let wall = wall.at(&ringback);
    wall.report_until("good-3", "delivered").await;
    chart_once(&ringback, &chart_of(&wall), json!([3, 1, 2])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_that_are_over_are_folded_and_no_chart_changes() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [60]})).await;
    some_callbacks(&ringback, &wall).await;
    chart_once(&ringback, &chart_of(&wall), json!([2, 1, 2])).await;
    ringback.clock.advance(2 * HOUR);
    ringback.tidy().await;
    wall.report_until("good-3", "delivered").await;
    let by_hour = format!("{}&step=3600", chart_of(&wall));
    chart_once(&ringback, &by_hour, json!([3, 1, 2])).await;
    chart_once(&ringback, &chart_of(&wall), json!([3, 1, 2])).await;
    // Five minutes are gone after eight days; their hours are not.
    ringback.clock.advance(9 * 24 * HOUR);
    ringback.tidy().await;
    let days = format!("{}&step=86400&from=2024-07-01T00:00:00Z", chart_of(&wall));
    let days = ringback.get(&days).await;
    assert_eq!(sums(&days), json!([3, 1, 2]), "{days}");
    has(&days["buckets"][0], json!({"at": "2024-07-01T00:00:00.000Z", "delivered": 3}));
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_are_not_counted_and_what_waited_for_too_long_is_dead() {
    let (ringback, wall) = calling("besitos", json!({"maxHeldDays": 1})).await;
    ringback.post(&wall.path("/test"), json!({})).await.ok();
    ringback.change(&wall, json!({"paused": true})).await;
    let held = wall.report("held").await.delivery();
    ringback.held_for(&held, "app_paused").await;
    ringback.clock.advance(25 * HOUR);
    chart_once(&ringback, &chart_of(&wall), json!([0, 1, 0])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_what_is_foreign() {
    let acme = Acme::start().await;
    let other = acme.operator.wall("besitos", json!({})).await;
    other.report_until("tx-1", "delivered").await;
    chart_once(&acme.operator, "/v1/health", json!([1, 0, 0])).await;
    chart_once(&acme.operator, &format!("/v1/health?publisherId={}", other.publisher), json!([1, 0, 0])).await;
    let app = acme.app(json!({})).await.id();
    for own in ["/v1/health", "/v1/health?publisherId=acme", &format!("/v1/health?appId={app}")] {
        assert_eq!(sums(&acme.publisher.get(own).await), json!([0, 0, 0]), "{own}");
    }
    for path in ["/v1/health", "/v1/deliveries/counts"] {
        for foreign in [format!("appId={}", other.id), format!("publisherId={}", other.publisher)] {
            acme.publisher.ask(&format!("{path}?{foreign}")).await.is(404, json!({}));
        }
        let both = format!("{path}?appId={app}&publisherId=acme");
        acme.manager.ask(&both).await.is(422, json!({"errors": [{"field": "publisherId"}]}));
    }
    let counts = acme.publisher.get("/v1/deliveries/counts").await;
    has(&counts["byStatus"], json!({"delivered": {"count": 0, "more": false}}));
    let counts = acme.operator.get("/v1/deliveries/counts").await;
    has(&counts["byStatus"], json!({"delivered": {"count": 1, "more": false}}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_chart_can_show_is_refused_by_its_field() {
    let ringback = Ringback::start().await;
    for (query, field) in [
        ("step=60", "step"),
        ("step=x", "step"),
        ("from=yesterday", "from"),
        ("from=2024-07-01T00:00:00Z&to=2024-07-01T00:00:00Z", "from"),
        ("from=2023-07-01T00:00:00Z&step=3600", "from"),
        ("from=2024-06-01T00:00:00Z&to=2024-06-01T06:00:00Z", "from"),
        ("appid=app_1", "appid"),
    ] {
        ringback.ask(&format!("/v1/health?{query}")).await.is(422, json!({"errors": [{"field": field}]}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_counted_by_state_and_by_what_they_wait_for() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [60]})).await;
    some_callbacks(&ringback, &wall).await;
    wall.receiver.then([Reply::status(403)]);
    wall.report_until("later", "retrying").await;
    let canceled = wall.report("canceled").await.delivery();
    ringback.delivery_once(&canceled, "delivered").await;
    ringback.post(&wall.path("/test"), json!({})).await.ok();

    let other = ringback.wall("besitos", json!({"paused": true})).await;
    for name in ["held-1", "held-2"] {
        let held = other.report(name).await.delivery();
        ringback.held_for(&held, "app_paused").await;
    }
    let counts = |query: &str| {
        let path = format!("/v1/deliveries/counts?{query}");
        let ringback = &ringback;
        async move { ringback.get(&path).await }
    };
    let some = |count: u64| json!({"count": count, "more": false});
    has(
        &counts(&format!("appId={}", wall.id)).await,
        json!({
            "byStatus": {"pending": some(0), "sending": some(0), "retrying": some(1), "held": some(0),
                         "delivered": some(3), "dead": some(1), "canceled": some(0)},
            "byWaitingFor": {"retry": some(1)},
            "needsAttention": some(1),
        }),
    );
    let of_other = counts(&format!("publisherId={}", other.publisher)).await;
    has(
        &of_other,
        json!({"byStatus": {"held": some(2)}, "byWaitingFor": {"app_paused": some(2)}, "needsAttention": some(2)}),
    );
    has(&counts("").await, json!({"byStatus": {"held": some(2), "delivered": some(3)}, "needsAttention": some(3)}));
    ringback.clock.advance(MINUTE);
    has(
        &counts("from=2024-07-01T18:45:00Z").await,
        json!({"byStatus": {"held": some(0), "delivered": some(0), "dead": some(0)}}),
    );
    // What is dead for longer than a week is nobody's to mend today.
    ringback.clock.advance(8 * 24 * HOUR);
    has(&counts(&format!("appId={}", wall.id)).await, json!({"byStatus": {"dead": some(1)}}));
    has(&counts(&format!("appId={}", wall.id)).await, json!({"needsAttention": some(0)}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_loses_seconds_of_a_chart_and_nothing_that_was_written() {
    let home = Home::on_sqlite();
    let child = home.serve().await;
    let wall = child.wall("besitos", json!({})).await;
    wall.report_until("tx-1", "delivered").await;
    let written = |chart: &Value| sums(chart) == json!([1, 0, 0]);
    child.once(&chart_of(&wall), "written", written).await;
    child.kill().await;
    let next = home.serve().await;
    assert!(written(&next.get(&chart_of(&wall)).await));
}

/// The names of the apps of a list, over all of its pages.
async fn names(ringback: &Ringback, query: &str) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ringback.get(&format!("/v1/apps?limit=2&{query}{cursor}")).await;
        names.extend(page["items"].as_array().unwrap().iter().map(|app| text(app, "name")));
        let Some(next) = page["nextCursor"].as_str() else { return names };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_are_listed_by_how_they_are_doing_and_found_by_a_word() {
    let ringback = Ringback::start().await;
    let named = |name: &str| json!({"name": name, "ref": name.to_lowercase().replace(' ', "-")});
    let fine = ringback.wall("besitos", named("Fine wall")).await;
    fine.report_until("tx-1", "delivered").await;
    let failing = ringback.wall("besitos", named("failing wall")).await;
    failing.receiver.then([Reply::status(403)]);
    failing.report_until("tx-2", "retrying").await;
    ringback.app("besitos", named("Not set up")).await;
    let waiting = ringback.wall("besitos", with(named("waiting wall"), json!({"paused": true}))).await;
    let held = waiting.report("tx-3").await.delivery();
    ringback.held_for(&held, "app_paused").await;
    ringback.wall("besitos", named("Quiet wall")).await;
    let worst = ["failing wall", "waiting wall", "Not set up", "Quiet wall", "Fine wall"];
    found("all is added up", || async {
        ringback.tidy().await;
        Some(names(&ringback, "sort=worst").await).filter(|names| *names == worst)
    })
    .await;

    assert_eq!(names(&ringback, "").await, ["Quiet wall", "waiting wall", "Not set up", "failing wall", "Fine wall"]);
    let by_name = ["failing wall", "Fine wall", "Not set up", "Quiet wall", "waiting wall"];
    assert_eq!(names(&ringback, "sort=name").await, by_name);
    assert_eq!(names(&ringback, "sort=name&q=WALL").await, ["failing wall", "Fine wall", "Quiet wall", "waiting wall"]);
    assert_eq!(names(&ringback, "q=not-set").await, ["Not set up"]);
    for (state, name) in ["failing", "waiting", "not_set_up", "quiet", "fine"].into_iter().zip(worst) {
        assert_eq!(names(&ringback, &format!("state={state}")).await, [name]);
    }
    has(
        &ringback.get(&failing.path("")).await,
        json!({
            "state": "failing", "publisherName": "P",
            "health": {"delivered": 0, "dead": 0, "failedAttempts": 1, "waiting": {"count": 1, "more": false},
                       "lastFailure": {"outcome": "http_status", "statusCode": 403}},
        }),
    );
    let of_fine = ringback.get(&fine.path("")).await;
    has(&of_fine, json!({"state": "fine", "health": {"delivered": 1, "lastDeliveredAt": "2024-07-01T18:40:00.000Z"}}));
    has(&ringback.get(&waiting.path("")).await, json!({"health": {"waiting": {"count": 1, "more": false}}}));
    for (query, field) in [
        ("state=good", "state"),
        ("sort=best", "sort"),
        ("archived=yes", "archived"),
        ("archived=true&state=fine", "state"),
        ("archived=true&sort=worst", "sort"),
    ] {
        ringback.ask(&format!("/v1/apps?{query}")).await.is(422, json!({"errors": [{"field": field}]}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_app_is_read_by_its_id_and_listed_among_its_like() {
    let acme = Acme::start().await;
    let app = acme.app(json!({"name": "Old", "ref": "old"})).await.id();
    acme.app(json!({"name": "New"})).await;
    assert_eq!(acme.manager.delete(&format!("/v1/apps/{app}")).await.status, 204);
    let path = format!("/v1/apps/{app}");
    let read = acme.publisher.get(&path).await;
    has(&read, json!({"name": "Old", "archivedAt": "2024-07-01T18:40:00.000Z"}));
    acme.publisher.ask("/v1/apps/old").await.is(404, json!({}));
    acme.publisher.patch(&path, json!({"name": "Newer"})).await.is(404, json!({}));
    assert_eq!(names(&acme.operator, "archived=true").await, ["Old"]);
    assert_eq!(names(&acme.operator, "archived=true&sort=name&q=ol").await, ["Old"]);
    assert_eq!(names(&acme.operator, "").await, ["New"]);
    let foreign = acme.operator.app("besitos", json!({})).await;
    assert_eq!(acme.manager.delete(&foreign.path("")).await.status, 204);
    acme.publisher.ask(&foreign.path("")).await.is(404, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_address_of_an_app_is_told_as_soon_as_it_is_scheduled() {
    let ringback = Ringback::start().await;
    let app = ringback.app("besitos", json!({})).await;
    ringback.issue(json!({"address": "127.0.0.2"}), json!({"appId": app.id})).await;
    assert_eq!(ringback.get(&app.path("")).await["nextEgressIp"], Value::Null);
    let next = ringback.post("/v1/egress-ips", json!({"address": "127.0.0.3"})).await.id();
    let switch = json!({"egressIpId": next, "activeAt": "2024-07-02T09:00:00Z"});
    ringback.put(&app.path("/egress"), switch).await.ok();
    let expected = json!({"egressIp": "127.0.0.2",
        "nextEgressIp": {"address": "127.0.0.3", "activeAt": "2024-07-02T09:00:00.000Z"}});
    has(&ringback.get(&app.path("")).await, expected);
    ringback.clock.advance(15 * HOUR);
    let read = ringback.get(&app.path("")).await;
    has(&read, json!({"egressIp": "127.0.0.3", "nextEgressIp": null}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_tells_when_it_signed_last_and_when_that_was_acknowledged() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let secrets = wall.path("/secrets");
    has(&ringback.get(&secrets).await["items"][0], json!({"lastUsedAt": null, "lastAcknowledgedAt": null}));
    let next = ringback.post(&secrets, json!({"secret": "the next secret"})).await.id();
    wall.report_until("tx-1", "delivered").await;
    ringback.clock.advance(MINUTE);
    wall.receiver.then([Reply::status(403)]);
    wall.report_until("tx-2", "retrying").await;
    // A test with the next one, which its receiver takes.
    ringback.post(&wall.path("/test"), json!({"secretId": next})).await.ok();
    let expected = json!([
        {"lastUsedAt": "2024-07-01T18:41:00.000Z", "lastAcknowledgedAt": "2024-07-01T18:41:00.000Z"},
        {"lastUsedAt": "2024-07-01T18:41:00.000Z", "lastAcknowledgedAt": "2024-07-01T18:40:00.000Z"},
    ]);
    found("the uses are written", || async {
        ringback.tidy().await;
        let items = ringback.get(&secrets).await["items"].clone();
        let is_as_expected = |item: &Value, one: &Value| {
            item["lastUsedAt"] == one["lastUsedAt"] && item["lastAcknowledgedAt"] == one["lastAcknowledgedAt"]
        };
        let all = items
            .as_array()
            .unwrap()
            .iter()
            .zip(expected.as_array().unwrap())
            .all(|(item, one)| is_as_expected(item, one));
        Some(()).filter(|()| all)
    })
    .await;
}
