//! Lists of deliveries over the API: a filter finds exactly the items that show its value, alone and beside any other, and
//! whoever asks sees its own alone.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Api, App, Reply, Ringback, Wall, found, has, shown, text, with};

/// Filters, each with the field of an item that it is about.
const FILTERS: [(&str, &str); 10] = [
    ("appId", "/appId"),
    ("publisherId", "/publisherId"),
    ("status", "/status"),
    ("kind", "/kind"),
    ("userId", "/userId"),
    ("completionId", "/completionId"),
    ("endpointId", "/endpointId"),
    ("outcome", "/lastAttempt/outcome"),
    ("statusCode", "/lastAttempt/statusCode"),
    ("waitingFor", "/waitingFor"),
];

/// Deliveries in many states and of all kinds, of several publishers.
struct Stage {
    ringback: Ringback,
    /// One whose receiver answers well and badly, and its publisher.
    wall: Wall,
    publisher: Api,
    /// Another app of that publisher, which is paused.
    paused: App,
}

impl Stage {
    async fn set() -> Self {
        let ringback = Ringback::start().await;
        let wall = ringback.wall("affonso", json!({"retrySchedule": [60]})).await;
        wall.report_until("x1", "delivered").await;
        wall.receiver.then([Reply::status(500)]);
        let dead = text(&wall.report_until("x2", "retrying").await, "id");
        wall.receiver.then([Reply::status(403)]);
        ringback.clock.advance(Duration::from_secs(90));
        ringback.delivery_once(&dead, "dead").await;
        let taken_back = wall.source.reverse(json!({"externalId": "x1", "reason": "chargeback"})).await.delivery();
        ringback.delivery_once(&taken_back, "delivered").await;
        wall.receiver.then([Reply::status(503)]);
        wall.report_until("x3", "retrying").await;
        ringback.post(&wall.path("/test"), json!({})).await.ok();

        let settings = json!({"publisherId": wall.publisher, "name": "Paused", "dialect": "affonso", "paused": true});
        let paused = ringback.post("/v1/apps", settings).await.id();
        let paused = App { id: paused, publisher: wall.publisher.clone() };
        let by = |app: &App, name: &str| with(app.completion(name), json!({"userId": format!("user of {name}")}));
        wall.source.report(&by(&paused, "y1")).await.ok();
        wall.source.report(&by(&paused, "y2")).await.ok();
        let canceled = wall.source.report(&by(&paused, "y3")).await.delivery();
        ringback.cancel(&canceled).await.ok();

        let elsewhere = ringback.wall("besitos", json!({})).await;
        ringback.issue(json!({"address": "203.0.113.9"}), json!({"appId": elsewhere.id})).await;
        elsewhere.report("z1").await.ok();
        let reviewing = ringback.wall("besitos", json!({"review": {"hours": 2, "payoutAboveMinor": 200}})).await;
        reviewing.report("z2").await.ok();
        let publisher = ringback.publisher(&wall.publisher).await;
        Self { ringback, wall, publisher, paused }
    }
}

async fn items(api: &Api, query: &str) -> Vec<Value> {
    api.get(&format!("/v1/deliveries?{query}")).await["items"].as_array().unwrap().clone()
}

/// What an item shows at a place, as a parameter has it.
fn value(item: &Value, place: &str) -> Option<String> {
    match item.pointer(place)? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn encoded(name: &str, value: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_finds_exactly_the_items_that_show_its_value_alone_and_beside_any_other() {
    let stage = Stage::set().await;
    for api in [&*stage.ringback, &stage.publisher] {
        let all = items(api, "").await;
        let of = |place: &str| all.iter().filter_map(|item| value(item, place)).collect::<BTreeSet<String>>();
        for (field, least) in [("/status", 5), ("/kind", 3), ("/waitingFor", 2), ("/lastAttempt/outcome", 2)] {
            assert!(of(field).len() >= least, "{field}: {:?}", of(field));
        }
        let mut asked = Vec::new();
        for (name, place) in FILTERS {
            asked.extend(of(place).into_iter().map(|one| vec![(name, place, one)]));
        }
        let alone = asked.clone();
        for (number, one) in alone.iter().enumerate() {
            let others = alone[number + 1..].iter().filter(|other| other[0].0 != one[0].0);
            // An app is a publisher's already.
            let others = others.filter(|other| (one[0].0, other[0].0) != ("appId", "publisherId"));
            asked.extend(others.map(|other| [&one[..], other].concat()));
        }
        assert!(asked.len() > 200, "{}", asked.len());
        for filters in asked {
            let shows_all =
                |item: &&Value| filters.iter().all(|(_, place, wanted)| value(item, place).as_ref() == Some(wanted));
            let expected: Vec<&Value> = all.iter().filter(shows_all).collect();
            let query: Vec<String> = filters.iter().map(|(name, _, value)| encoded(name, value)).collect();
            let answer = api.ask(&format!("/v1/deliveries?{}", query.join("&"))).await;
            // An endpoint is there for whoever asks about its app or its publisher.
            if expected.is_empty() && answer.status == 404 {
                assert!(filters.iter().any(|(name, ..)| *name == "endpointId"), "{query:?}");
                continue;
            }
            let found = answer.ok();
            assert_eq!(found["items"].as_array().unwrap().iter().collect::<Vec<_>>(), expected, "{query:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_sees_its_own_and_is_told_of_nothing_else() {
    let stage = Stage::set().await;
    let all = items(&stage.ringback, "").await;
    let own = |item: &&Value| item["publisherId"] == stage.wall.publisher.as_str();
    let (ours, theirs): (Vec<&Value>, Vec<&Value>) = all.iter().partition(own);
    assert!(ours.len() >= 8 && theirs.len() == 2, "{} and {}", ours.len(), theirs.len());
    assert_eq!(items(&stage.publisher, "").await.iter().collect::<Vec<_>>(), ours);
    let by_publisher = format!("publisherId={}", stage.wall.publisher);
    for api in [&stage.publisher, &*stage.ringback] {
        assert_eq!(items(api, &by_publisher).await.iter().collect::<Vec<_>>(), ours);
    }
    for foreign in theirs {
        for name in ["appId", "publisherId", "endpointId"] {
            let query = format!("/v1/deliveries?{name}={}", text(foreign, name));
            stage.publisher.ask(&query).await.is(404, json!({"type": "/problems/not-found"}));
        }
        for query in [
            format!("completionId={}", text(foreign, "completionId")),
            format!("transactionId={}", text(foreign, "transactionId")),
            format!("waitingFor={}&status={}", text(foreign, "waitingFor"), text(foreign, "status")),
        ] {
            assert_eq!(items(&stage.publisher, &query).await, Vec::<Value>::new(), "{query}");
            assert_eq!(items(&stage.ringback, &query).await, *std::slice::from_ref(foreign), "{query}");
        }
    }
    let stranger = stage.ringback.post("/v1/publishers", json!({"name": "Without an app"})).await.id();
    let stranger = stage.ringback.publisher(&stranger).await;
    for query in
        ["", "status=delivered", "status=sending&status=held", "kind=test", "userId=user_42", "transactionId=x1"]
    {
        assert_eq!(items(&stranger, query).await, Vec::<Value>::new(), "{query}");
        assert!(!items(&stage.ringback, query).await.is_empty(), "{query}");
    }
    let beside = format!("/v1/deliveries?appId={}&{by_publisher}", stage.wall.id);
    stage.ringback.ask(&beside).await.refuses(422, &["publisherId"]);
    let elsewhere =
        format!("/v1/deliveries?appId={}&endpointId={}", stage.paused.id, text(ours[ours.len() - 1], "endpointId"));
    stage.publisher.ask(&elsewhere).await.is(404, json!({"detail": "There is no such endpoint."}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_says_whose_it_is_what_it_tells_of_and_how_it_was_tried_last() {
    let stage = Stage::set().await;
    let dead = items(&stage.publisher, "status=dead").await.remove(0);
    insta::assert_snapshot!(shown(&dead), @r#"
    {
      id: "dlv_1", appId: "app_1", endpointId: "end_1", kind: "completion", transactionId: "x2",
      completionId: "cmp_1", status: "dead", told: "maybe", attemptsMade: 2, recipe: "affonso@1",
      createdAt: "2024-07-01T18:40:00.000Z", endedAt: "2024-07-01T18:41:30.000Z", appName: "A",
      publisherId: "pub_1", userId: "user_42", offerName: "An offer", userReward: "100",
      lastAttempt: {
        number: 2, startedAt: "2024-07-01T18:41:30.000Z", durationMs: "…", outcome: "http_status",
        statusCode: 403,
      },
    }
    "#);
    let taken_back = items(&stage.publisher, "kind=reversal").await.remove(0);
    has(&taken_back, json!({"userId": "user_42", "userReward": "100", "lastAttempt": {"outcome": "delivered"}}));
    let held = items(&stage.publisher, "status=held").await.remove(0);
    has(&held, json!({"appName": "Paused", "userId": "user of y2", "waitingFor": "app_paused"}));
    assert_eq!(held.get("lastAttempt"), None);
    // Whom a test is about is invented.
    let test = items(&stage.publisher, "kind=test").await.remove(0);
    has(&test, json!({"offerName": "Test offer", "userReward": "100", "lastAttempt": {"statusCode": 200}}));
    assert_eq!(test.get("userId"), None);

    let path = format!("/v1/apps/{}/users/user%20of%20y3", stage.paused.id);
    assert_eq!(stage.ringback.delete(&path).await.status, 204);
    let erased = items(&stage.publisher, "status=canceled").await.remove(0);
    assert_eq!((&erased["offerName"], erased.get("userId")), (&json!("An offer"), None));
    assert_eq!(items(&stage.publisher, "userId=user%20of%20y3").await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_since_the_newest_row_is_listed_newest_first_and_paged_down_to_it() {
    let stage = Stage::set().await;
    let all = items(&stage.publisher, "").await;
    let after = format!("after={}", text(&all[5], "id"));
    assert_eq!(items(&stage.publisher, &after).await, all[..5]);
    assert_eq!(items(&stage.publisher, &format!("after={}", text(&all[0], "id"))).await, Vec::<Value>::new());
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = stage.publisher.get(&format!("/v1/deliveries?{after}&limit=2{cursor}")).await;
        paged.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, all[..5]);
    let canceled = items(&stage.publisher, &format!("{after}&status=canceled&status=held")).await;
    assert!(canceled.len() == 3 && all[..5].starts_with(&canceled), "{canceled:#?}");
    stage.wall.report("x9").await.ok();
    let came = found("it is there", || async {
        items(&stage.publisher, &format!("after={}", text(&all[0], "id"))).await.pop()
    });
    assert_eq!(came.await["transactionId"], "x9");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_states_and_kinds_may_be_given_several_times_and_unknown_words_are_answered_with_the_known_ones() {
    let stage = Stage::set().await;
    let all = items(&stage.ringback, "").await;
    let in_state = |states: &[&str]| -> Vec<Value> {
        all.iter().filter(|item| states.contains(&item["status"].as_str().unwrap())).cloned().collect()
    };
    for states in
        [&["held", "dead"][..], &["held", "held"], &["delivered", "canceled"], &["pending", "retrying", "sending"]]
    {
        let query: Vec<String> = states.iter().map(|state| format!("status={state}")).collect();
        assert_eq!(items(&stage.ringback, &query.join("&")).await, in_state(states), "{states:?}");
    }
    assert_eq!(items(&stage.ringback, "status=&status=dead").await, in_state(&["dead"]));
    assert_eq!(items(&stage.ringback, "status=").await, all);
    let no_tests: Vec<Value> = all.iter().filter(|item| item["kind"] != "test").cloned().collect();
    assert_eq!(items(&stage.ringback, "kind=completion&kind=reversal").await, no_tests);
    for (query, field, words) in [
        ("status=held&status=lost", "status", "pending, sending, retrying, held, delivered, dead, canceled"),
        ("kind=lead", "kind", "completion, reversal, test"),
        ("outcome=bad", "outcome", "delivered, http_status, body_mismatch, redirect, timeout"),
        ("waitingFor=godot", "waitingFor", "retry, app_paused, callback_url, secret, egress_ip, permit"),
        ("statusCode=2xx", "statusCode", "from 100 to 999"),
        ("egressIp=localhost", "egressIp", "203.0.113.7"),
        ("completionId=dlv_1", "completionId", "cmp_"),
        ("after=cmp_1b3f5h7j9l1n3", "after", "id of an item of this list"),
        ("needsAttention=yes", "needsAttention", "true or false"),
        ("q=u&userId=u", "q", "cannot be given beside"),
        ("statusCode=200&statusCode=200", "statusCode", "stands twice"),
        ("state=dead", "state", "status"),
    ] {
        let answer = stage.ringback.ask(&format!("/v1/deliveries?{query}")).await;
        answer.refuses(422, &[field]);
        let message = answer.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(words), "{query}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_text_finds_what_is_of_a_user_or_bears_a_transaction_id_and_of_tests_the_transaction_id() {
    let stage = Stage::set().await;
    let of_user = items(&stage.publisher, "userId=user_42").await;
    assert!(of_user.len() > 1);
    assert_eq!(items(&stage.publisher, "q=user_42").await, of_user);
    assert_eq!(items(&stage.publisher, "q=X2").await, items(&stage.publisher, "transactionId=x2").await);
    let dead: Vec<Value> = of_user.iter().filter(|item| item["status"] == "dead").cloned().collect();
    assert_eq!(items(&stage.publisher, "q=user_42&status=dead").await, dead);
    let test = items(&stage.publisher, "kind=test").await.remove(0);
    assert_eq!(items(&stage.publisher, &format!("kind=test&q={}", text(&test, "transactionId"))).await, [test]);
    // Who calls a user as somebody else calls a transaction sees both.
    let named = with(stage.wall.completion("x9"), json!({"userId": "x2"}));
    let own = stage.wall.source.report(&named).await.delivery();
    let both = items(&stage.publisher, "q=x2").await;
    assert_eq!((both.len(), &both[0]["id"], &both[1]["transactionId"]), (2, &json!(own), &json!("x2")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_attention_is_what_the_counts_count() {
    let stage = Stage::set().await;
    stage.wall.receiver.then([Reply::status(500)]);
    stage.ringback.post(&stage.wall.path("/test"), json!({})).await.ok();
    let counted = || async { stage.ringback.get("/v1/deliveries/counts").await["needsAttention"]["count"].clone() };
    let needing = items(&stage.ringback, "needsAttention=true").await;
    let states: BTreeSet<String> = needing.iter().map(|item| text(item, "status")).collect();
    assert_eq!((states, counted().await), (["dead", "held"].map(str::to_owned).into(), json!(needing.len())));
    let is_to_be_fixed = |item: &Value| item["kind"] != "test" && item["waitingFor"] != "review";
    assert!(needing.iter().all(is_to_be_fixed), "{needing:#?}");
    let dead = items(&stage.ringback, "needsAttention=true&status=dead").await;
    assert_eq!(dead.len(), 1, "a test that failed needs nobody");
    // Who did not look for a week will not be told of it for ever.
    stage.ringback.clock.advance(Duration::from_secs(8 * 86_400));
    assert_eq!(items(&stage.ringback, "needsAttention=true&status=dead").await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_that_an_attempt_left_from_is_found_however_it_is_written() {
    let ringback = Ringback::start().await;
    let (one, other) = (ringback.wall_from("127.0.3.1").await, ringback.wall_from("127.0.3.10").await);
    let first = text(&one.report_until("x1", "delivered").await, "id");
    other.report_until("x2", "delivered").await;
    let ids = |items: Vec<Value>| -> Vec<String> { items.iter().map(|item| text(item, "id")).collect() };
    for (address, expected) in
        [("127.0.3.1", vec![first.clone()]), ("::ffff:127.0.3.1", vec![first.clone()]), ("127.0.3.2", vec![])]
    {
        assert_eq!(ids(items(&ringback, &format!("egressIp={address}")).await), expected, "{address}");
    }
    assert_eq!(items(&ringback, "egressIp=127.0.3.1&outcome=timeout").await, Vec::<Value>::new());
    assert_eq!(ids(items(&ringback, "egressIp=127.0.3.1&statusCode=200&status=delivered").await), [first]);
}
