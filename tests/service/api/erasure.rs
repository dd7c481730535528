//! A user's wish to be forgotten.

use diesel::prelude::*;
use diesel::sql_types::Text;
use futures_util::future::join_all;
use serde_json::json;

use crate::money::offers::{click, offer};
use crate::support::{Home, Reply, calling, has, text, with};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every text in every table of a store, in lower case; bytes in hexadecimal digits.
fn all_that_is_stored(url: &str) -> String {
    let lines = |found: Vec<Line>| found.into_iter().map(|found| found.line).collect::<Vec<_>>();
    let Some(path) = url.strip_prefix("sqlite://") else {
        let mut conn = PgConnection::establish(url).unwrap();
        diesel::sql_query("SET xmlbinary = hex").execute(&mut conn).unwrap();
        let whole = "SELECT schema_to_xml(current_schema(), false, false, '')::text AS line";
        return lines(diesel::sql_query(whole).load(&mut conn).unwrap()).concat().to_lowercase();
    };
    let mut conn = SqliteConnection::establish(path).unwrap();
    let selections = "SELECT 'SELECT ' || group_concat('quote(\"' || c.name || '\")', ' || ') || ' AS line FROM ' || t.name \
        AS line FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' GROUP BY t.name";
    let selections = lines(diesel::sql_query(selections).load(&mut conn).unwrap());
    let rows = selections.iter().flat_map(|selection| lines(diesel::sql_query(selection).load(&mut conn).unwrap()));
    rows.collect::<String>().to_lowercase()
}

/// Where a name stands in what is stored, as text or within bytes, with what stands before it. In bytes its first letter may
/// be a capital, so it is looked for without that.
fn mentions<'a>(name: &str, stored: &'a str) -> Vec<&'a str> {
    let in_bytes = hex::encode(&name[1..]);
    let places = stored.match_indices(name).chain(stored.match_indices(&in_bytes));
    places.map(|(at, found)| &stored[stored.floor_char_boundary(at.saturating_sub(200))..at + found.len()]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_erased_user_the_store_holds_no_word_and_every_key_is_still_known() {
    let home = Home::new();
    let ringback = home.serve().await;
    let wall = ringback.wall("offermaru", json!({})).await;
    let offer = offer(&ringback, json!({})).await;
    let clicked = click(&ringback, &offer, &wall, "quetzal@example.com").await;
    let report = json!({
        "externalId": "Quetzal-1", "eventType": "sale", "appId": wall.id, "userId": "quetzal@example.com",
        "clickId": clicked, "userReward": "100", "payoutMinor": 250, "note": "for quetzal",
        "extra": {"email": "quetzal@example.com"},
    });
    let reported = wall.source.report(&report).await;
    ringback.delivery_once(&reported.delivery(), "delivered").await;
    let part = json!({"externalId": "Quetzal-1", "reversalId": "quetzal-r1", "payoutMinor": 50});
    let taken_back = wall.source.reverse(part.clone()).await;
    ringback.delivery_once(&taken_back.delivery(), "delivered").await;
    let credit = json!({
        "userId": "quetzal@example.com", "userReward": "5", "payoutMinor": 5, "externalId": "quetzal-ticket",
        "reason": "quetzal asked", "offerId": "o", "offerName": "O",
    });
    let credits = wall.path("/credits");
    let credited = ringback.post(&credits, credit.clone()).await;
    ringback.delivery_once(&credited.delivery(), "delivered").await;
    let test = json!({"completion": {"userId": "quetzal@example.com"}});
    let tested = ringback.post(&wall.path("/test"), test).await.id();
    let other = ringback.post(&wall.path("/test"), json!({})).await.id();
    let ledger = "/v1/ledger";
    let before = (ringback.get(ledger).await, all_that_is_stored(&home.database_url()));
    let (found, as_text) = (mentions("quetzal", &before.1).len(), before.1.matches("quetzal").count());
    assert!(found > as_text && as_text > 15, "the search finds what is there, in bytes as well: {found}, {as_text}");
    assert!(!mentions(&clicked, &before.1).is_empty(), "the search finds what is there");

    assert_eq!(ringback.delete(&wall.path("/users/quetzal@example.com")).await.status, 204);
    let after = all_that_is_stored(&home.database_url());
    for name in ["quetzal", &clicked] {
        assert_eq!(mentions(name, &after), [""; 0]);
    }
    assert_eq!(ringback.get(ledger).await, before.0, "what was paid stays");
    assert_eq!(ringback.ask(&format!("/v1/deliveries/{tested}")).await.status, 404);
    // It was about somebody else.
    ringback.delivery(&other).await;

    // Nor does erasing whoever stands there now make strangers of the keys.
    let erased = text(&ringback.recorded(&reported.id()).await, "userId");
    assert_eq!(ringback.delete(&wall.path(&format!("/users/{erased}"))).await.status, 204);

    // Whoever still knows a key finds by it what it always meant.
    let known = json!({"status": "duplicate", "id": reported.id(), "transactionId": "Quetzal-1"});
    wall.source.report(&report).await.is(200, known);
    ringback.post(&credits, credit).await.is(200, json!({"status": "duplicate", "id": credited.id()}));
    wall.source.reverse(part).await.is(200, json!({"status": "duplicate", "id": taken_back.id()}));
    wall.source.look_up("Quetzal-1").await.is(200, json!({"id": reported.id()}));
    let listed = ringback.get("/v1/completions?transactionId=QUETZAL-1").await;
    assert_eq!(listed["items"][0]["id"], reported.body["id"]);
    let taken = with(wall.completion("another"), json!({"transactionId": "quetzal-1"}));
    wall.source.report(&taken).await.is(409, json!({"type": "/problems/transaction-id-taken"}));
    let used = json!({"externalId": "n", "eventType": "sale", "clickId": clicked});
    wall.source.report(&used).await.refuses(422, &["clickId"]);

    let part = json!({"externalId": "Quetzal-1", "reversalId": "quetzal-r2", "payoutMinor": 50});
    for status in ["accepted", "duplicate"] {
        wall.source.reverse(part.clone()).await.is(200, json!({"status": status}));
    }
    assert_eq!(mentions("quetzal", &all_that_is_stored(&home.database_url())), [""; 0]);
    home.run(&["reconcile"]).await.done();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_reported_again_while_its_user_is_erased_is_recorded_once() {
    let (ringback, wall) = calling("affonso", json!({"callbacks": "off"})).await;
    let reports: Vec<_> = (0..60).map(|number| wall.completion(&format!("x{number}"))).collect();
    for report in &reports {
        wall.source.report(report).await.ok();
    }
    let path = wall.path("/users/user_42");
    let erasing = ringback.delete(&path);
    let again = join_all(reports.iter().map(|report| wall.source.report(report)));
    let (erased, again) = tokio::join!(erasing, again);
    assert_eq!(erased.status, 204, "{}", erased.body);
    for answer in again {
        answer.is(200, json!({"status": "duplicate"}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_users_name_is_nowhere_any_more_but_its_money_and_its_keys_stay() {
    let (ringback, wall) = calling("besitos", json!({"retrySchedule": [3600]})).await;
    wall.receiver.then([Reply::Echo]);
    let anns = json!({
        "userId": "ann@example.com", "note": "for ann@example.com", "extra": {"email": "ann@example.com"},
    });
    let report = with(wall.completion("tx-1"), anns);
    let reported = wall.source.report(&report).await;
    let id = reported.delivery();
    ringback.delivery_once(&id, "retrying").await;

    let path = wall.path("/users/ann@example.com");
    assert_eq!(ringback.delete(&path).await.status, 409, "what is still to be sent needs the name");
    ringback.cancel(&id).await.ok();
    assert_eq!(ringback.delete(&path).await.status, 204);

    let shown = ringback.recorded(&reported.id()).await;
    let delivery = ringback.delivery(&id).await;
    for seen in [&shown, &delivery] {
        assert!(!seen.to_string().contains("ann"), "{seen:#}");
    }
    has(&shown, json!({"payoutMinor": 250, "userReward": "100"}));
    assert!(text(&shown, "userId").starts_with("erased_"), "{shown:#}");
    assert_eq!(ringback.get("/v1/completions?userId=ann@example.com").await["items"], json!([]));
    wall.source.report(&report).await.is(200, json!({"status": "duplicate"}));
    wall.source.report(&with(report, json!({"userId": "bob"}))).await.refuses(409, &["userId"]);
    assert_eq!(ringback.delete(&path).await.status, 204, "there is nothing left to erase");

    // Nobody is told of a user who is nobody any more, while the money is taken back as ever.
    assert_eq!(ringback.replay(&id).await.status, 409);
    let taken_back = wall.source.reverse(json!({"externalId": "tx-1"})).await;
    taken_back.is(200, json!({"deliveries": [], "notTold": [{}]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_an_archived_app_is_erased_by_the_apps_id() {
    let (ringback, wall) = calling("affonso", json!({"callbacks": "off"})).await;
    let reported = wall.report("x1").await;
    assert_eq!(ringback.delete(&wall.path("")).await.status, 204);
    assert_eq!(ringback.delete(&wall.path("/users/user_42")).await.status, 204);
    let shown = ringback.recorded(&reported.id()).await;
    assert!(text(&shown, "userId").starts_with("erased_"), "{shown:#}");
    assert_eq!(ringback.delete("/v1/apps/none/users/user_42").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_no_user_can_have_is_refused() {
    let (ringback, wall) = calling("affonso", json!({"callbacks": "off"})).await;
    for name in ["u".repeat(129), "a%0Ab".to_owned()] {
        ringback.delete(&wall.path(&format!("/users/{name}"))).await.refuses(422, &["userId"]);
    }
    assert_eq!(ringback.delete(&wall.path(&format!("/users/{}", "u".repeat(128)))).await.status, 204);
}
