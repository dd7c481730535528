//! A user's wish to be forgotten.

use diesel::prelude::*;
use diesel::sql_types::Text;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::child::Home;
use crate::offers::{click, offer};
use crate::receiver::{Receiver, Reply};
use crate::ringback::{Ringback, conversion, faults, only_delivery, text};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every text in every table of a store.
fn all_that_is_stored(url: &str) -> String {
    let lines = |found: Vec<Line>| found.into_iter().map(|found| found.line).collect::<Vec<_>>();
    let Some(path) = url.strip_prefix("sqlite://") else {
        let mut conn = PgConnection::establish(url).unwrap();
        let whole = "SELECT schema_to_xml(current_schema(), false, false, '')::text AS line";
        return lines(diesel::sql_query(whole).load(&mut conn).unwrap()).concat();
    };
    let mut conn = SqliteConnection::establish(path).unwrap();
    let selections = "SELECT 'SELECT ' || group_concat('quote(\"' || c.name || '\")', ' || ') || ' AS line FROM ' || t.name \
        AS line FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' GROUP BY t.name";
    let selections = lines(diesel::sql_query(selections).load(&mut conn).unwrap());
    selections.iter().flat_map(|selection| lines(diesel::sql_query(selection).load(&mut conn).unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_erased_user_the_store_holds_no_word_and_every_key_is_still_known() {
    let home = Home::new();
    let ringback = home.serve().await;
    let receiver = Receiver::start().await;
    let app = ringback.app("offermaru", receiver.offermaru()).await;
    ringback.secret(&app, "sekret").await;
    let source = ringback.source().await;
    let offer = offer(&ringback, json!({})).await;
    let clicked = click(&ringback, &offer, &app, "quetzal@example.com").await;
    let mut report = conversion(&app, "Quetzal-1");
    report["userId"] = "quetzal@example.com".into();
    report["clickId"] = json!(clicked);
    for unsaid in ["offerId", "offerName"] {
        report.as_object_mut().unwrap().remove(unsaid);
    }
    report["note"] = "for quetzal".into();
    report["extra"] = json!({"email": "quetzal@example.com"});
    let reported = ringback.report(&source, &report).await;
    ringback.delivery_once(&only_delivery(&reported), "delivered").await;
    let part = json!({"externalId": "Quetzal-1", "reversalId": "quetzal-r1", "payoutMinor": 50}).to_string();
    let taken_back = ringback.signed_post(&source, "/v1/reversals", &part).await;
    ringback.delivery_once(&only_delivery(&taken_back), "delivered").await;
    let credit = json!({
        "userId": "quetzal@example.com", "userReward": "5", "payoutMinor": 5, "externalId": "quetzal-ticket",
        "reason": "quetzal asked", "offerId": "o", "offerName": "O",
    });
    let credits = format!("/v1/apps/{}/credits", app.id);
    let credited = ringback.post(&credits, credit.clone()).await;
    ringback.delivery_once(&only_delivery(&credited), "delivered").await;
    let test = json!({"completion": {"userId": "quetzal@example.com"}});
    let tested = ringback.made(Method::POST, &format!("/v1/apps/{}/test", app.id), test).await;
    let other = ringback.made(Method::POST, &format!("/v1/apps/{}/test", app.id), json!({})).await;
    let ledger = "/v1/ledger";
    let before = (ringback.get(ledger).await, all_that_is_stored(&home.database_url()).to_lowercase());
    assert!(before.1.matches("quetzal").count() > 20 && before.1.contains(&clicked), "the search finds what is there");

    let path = format!("/v1/apps/{}/users/quetzal@example.com", app.id);
    assert_eq!(ringback.call(Method::DELETE, &path, None).await.status, 204);
    let after = all_that_is_stored(&home.database_url()).to_lowercase();
    let around = after.find("quetzal").map(|at| &after[at.saturating_sub(300)..at + 50]);
    assert!(around.is_none() && !after.contains(&clicked), "{around:?}");
    assert_eq!(ringback.get(ledger).await, before.0, "what was paid stays");
    let of_test = |test: &Value| format!("/v1/deliveries/{}", text(test, "id"));
    assert_eq!(ringback.call(Method::GET, &of_test(&tested), None).await.status, 404);
    assert_eq!(ringback.call(Method::GET, &of_test(&other), None).await.status, 200, "it was about somebody else");

    // Nor does erasing whoever stands there now make strangers of the keys.
    let shown = ringback.get(&format!("/v1/completions/{}", text(&reported.body, "id"))).await;
    let again = format!("/v1/apps/{}/users/{}", app.id, text(&shown, "userId"));
    assert_eq!(ringback.call(Method::DELETE, &again, None).await.status, 204);

    // Whoever still knows a key finds by it what it always meant.
    let again = ringback.report(&source, &report).await;
    assert_eq!((&again.body["status"], &again.body["id"]), (&json!("duplicate"), &reported.body["id"]));
    assert_eq!(again.body["transactionId"], "Quetzal-1");
    let again = ringback.post(&credits, credit).await;
    assert_eq!((&again.body["status"], &again.body["id"]), (&json!("duplicate"), &credited.body["id"]));
    let again = ringback.signed_post(&source, "/v1/reversals", &part).await;
    assert_eq!((&again.body["status"], &again.body["id"]), (&json!("duplicate"), &taken_back.body["id"]));
    let looked_up = ringback.signed_get(&source, "/v1/conversions/Quetzal-1").await;
    assert_eq!(looked_up.body["id"], reported.body["id"], "{}", looked_up.body);
    let listed = ringback.get("/v1/completions?transactionId=QUETZAL-1").await;
    assert_eq!(listed["items"][0]["id"], reported.body["id"]);
    let mut taken = conversion(&app, "another");
    taken["transactionId"] = "quetzal-1".into();
    let taken = ringback.report(&source, &taken).await;
    assert_eq!(taken.body["type"], json!("/problems/transaction-id-taken"), "{}", taken.body);
    let unknown = ringback.report(&source, &json!({"externalId": "n", "eventType": "sale", "clickId": clicked})).await;
    assert_eq!((unknown.status, faults(&unknown)), (422, vec!["clickId".to_owned()]), "{}", unknown.body);

    let part = json!({"externalId": "Quetzal-1", "reversalId": "quetzal-r2", "payoutMinor": 50}).to_string();
    for status in ["accepted", "duplicate"] {
        let taken_back = ringback.signed_post(&source, "/v1/reversals", &part).await;
        assert_eq!(taken_back.body["status"], status, "{}", taken_back.body);
    }
    assert!(!all_that_is_stored(&home.database_url()).to_lowercase().contains("quetzal"));
    let ended = home.run(&["reconcile"]).await;
    assert!(ended.status.success(), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_reported_again_while_its_user_is_erased_is_recorded_once() {
    let ringback = Ringback::start().await;
    let app = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let source = ringback.source().await;
    let reports: Vec<_> = (0..60).map(|number| conversion(&app, &format!("x{number}"))).collect();
    for report in &reports {
        assert_eq!(ringback.report(&source, report).await.status, 200);
    }
    let path = format!("/v1/apps/{}/users/{}", app.id, text(&reports[0], "userId"));
    let erasing = ringback.call(Method::DELETE, &path, None);
    let again = join_all(reports.iter().map(|report| ringback.report(&source, report)));
    let (erased, again) = tokio::join!(erasing, again);
    assert_eq!(erased.status, 204, "{}", erased.body);
    for answer in again {
        assert_eq!((answer.status, &answer.body["status"]), (200, &json!("duplicate")), "{}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_users_name_is_nowhere_any_more_but_its_money_and_its_keys_stay() {
    let ringback = Ringback::start().await;
    let receiver = Receiver::start().await;
    receiver.then(Reply::Echo).await;
    let settings = json!({"callbackUrl": receiver.url("/pb.php"), "retrySchedule": [3600]});
    let app = ringback.app("besitos", settings).await;
    ringback.secret(&app, "sekret").await;
    let source = ringback.source().await;
    let mut report = conversion(&app, "tx-1");
    report["userId"] = "ann@example.com".into();
    report["note"] = "for ann@example.com".into();
    report["extra"] = json!({"email": "ann@example.com"});
    let reported = ringback.report(&source, &report).await;
    let id = only_delivery(&reported);
    ringback.delivery_once(&id, "retrying").await;

    let path = format!("/v1/apps/{}/users/ann@example.com", app.id);
    let open = ringback.call(Method::DELETE, &path, None).await;
    assert_eq!(open.status, 409, "what is still to be sent needs the name: {}", open.body);
    ringback.made(Method::POST, &format!("/v1/deliveries/{id}/cancel"), json!({})).await;
    assert_eq!(ringback.call(Method::DELETE, &path, None).await.status, 204);

    let completion = reported.body["id"].as_str().unwrap();
    let shown = ringback.get(&format!("/v1/completions/{completion}")).await;
    let delivery = ringback.get(&format!("/v1/deliveries/{id}")).await;
    for seen in [&shown, &delivery] {
        assert!(!seen.to_string().contains("ann"), "{seen:#}");
    }
    assert_eq!((&shown["payoutMinor"], &shown["userReward"]), (&json!(250), &json!("100")));
    assert!(shown["userId"].as_str().unwrap().starts_with("erased_"), "{shown:#}");
    assert_eq!(ringback.get("/v1/completions?userId=ann@example.com").await["items"], json!([]));
    let again = ringback.report(&source, &report).await;
    assert_eq!((again.status, &again.body["status"]), (200, &json!("duplicate")), "{}", again.body);
    report["userId"] = "bob".into();
    assert_eq!(ringback.report(&source, &report).await.status, 409);
    assert_eq!(ringback.call(Method::DELETE, &path, None).await.status, 204, "there is nothing left to erase");

    // Nobody is told of a user who is nobody any more, while the money is taken back as ever.
    assert_eq!(ringback.post(&format!("/v1/deliveries/{id}/replay"), json!({})).await.status, 409);
    let refund = json!({"externalId": "tx-1"}).to_string();
    let taken_back = ringback.signed_post(&source, "/v1/reversals", &refund).await;
    assert_eq!((taken_back.status, &taken_back.body["deliveries"]), (200, &json!([])), "{}", taken_back.body);
    assert_eq!(taken_back.body["notTold"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_an_archived_app_is_erased_by_the_apps_id() {
    let ringback = Ringback::start().await;
    let app = ringback.app("affonso", json!({"callbacks": "off"})).await;
    let source = ringback.source().await;
    let reported = ringback.report(&source, &conversion(&app, "x1")).await;
    assert_eq!(ringback.call(Method::DELETE, &format!("/v1/apps/{}", app.id), None).await.status, 204);
    let path = format!("/v1/apps/{}/users/user_42", app.id);
    assert_eq!(ringback.call(Method::DELETE, &path, None).await.status, 204);
    let shown = ringback.get(&format!("/v1/completions/{}", text(&reported.body, "id"))).await;
    assert!(text(&shown, "userId").starts_with("erased_"), "{shown:#}");
    let unknown = ringback.call(Method::DELETE, "/v1/apps/none/users/user_42", None).await;
    assert_eq!(unknown.status, 404, "{}", unknown.body);
}
