//! `ringback reconcile` with the real binary: a sound store passes, and a record that was broken by hand is named.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use reqwest::Method;
use serde_json::{Value, json};

use crate::child::{Child, Home};
use crate::receiver::{Receiver, Reply};
use crate::ringback::{conversion, only_delivery, text};

/// Does something to a database behind the back of whoever serves from it.
pub(crate) fn in_database(url: &str, statements: &str) {
    match url.strip_prefix("sqlite://") {
        Some(path) => {
            let mut conn = SqliteConnection::establish(path).unwrap();
            conn.batch_execute(&format!("PRAGMA busy_timeout = 10000; {statements}")).unwrap();
        }
        None => PgConnection::establish(url).unwrap().batch_execute(statements).unwrap(),
    }
}

/// What a store holds after some service.
struct Served {
    home: Home,
    receiver: Receiver,
    child: Child,
    /// The completion that was taken back in part, its delivery and the reversal's.
    completion: String,
    delivery: String,
    reversal: String,
    telling: String,
}

async fn served() -> Served {
    let home = Home::new();
    let child = home.serve().await;
    let receiver = Receiver::start().await;
    let mut settings = receiver.offermaru();
    settings["retrySchedule"] = json!([1]);
    let app = child.app("offermaru", settings).await;
    child.secret(&app, "a-secret-of-the-publisher").await;
    let source = child.source().await;
    let reported = child.report(&source, &conversion(&app, "x1")).await;
    let delivery = only_delivery(&reported);
    child.delivery_once(&delivery, "delivered").await;
    receiver.then(Reply::status(404)).await;
    receiver.then(Reply::status(404)).await;
    let dead = only_delivery(&child.report(&source, &conversion(&app, "x2")).await);
    child.delivery_once(&dead, "dead").await;
    let reverse = |body: Value| {
        let (child, source) = (&child, &source);
        async move { child.signed_post(source, "/v1/reversals", &body.to_string()).await }
    };
    let part = reverse(json!({"externalId": "x1", "reversalId": "r1", "payoutMinor": 50})).await;
    let telling = only_delivery(&part);
    child.delivery_once(&telling, "delivered").await;
    // Waits for what is dead.
    only_delivery(&reverse(json!({"externalId": "x2"})).await);
    child.made(Method::PATCH, &format!("/v1/apps/{}", app.id), json!({"paused": true})).await;
    child.report(&source, &conversion(&app, "x3")).await;
    assert_eq!(reverse(json!({"externalId": "x3"})).await.status, 200);
    child.made(Method::POST, &format!("/v1/apps/{}/test", app.id), json!({})).await;
    let (completion, reversal) = (text(&reported.body, "id"), text(&part.body, "id"));
    Served { home, receiver, child, completion, delivery, reversal, telling }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_served_from_holds_beside_the_server() {
    let served = served().await;
    let ended = served.home.run(&["reconcile"]).await;
    assert!(ended.status.success(), "{ended:?}");
    let counted = "Checked 3 completions, 3 reversals, 6 deliveries, 3 external ids and 3 transaction ids.";
    assert!(ended.printed.contains(counted) && ended.printed.contains("Everything holds."), "{ended:?}");
    // As if all of it had happened an hour ago: what is only just recorded is not summed.
    let earlier = "UPDATE completions SET recorded_at = recorded_at - 3600000;
                   UPDATE reversals SET recorded_at = recorded_at - 3600000;
                   UPDATE deliveries SET created_at = created_at - 3600000;";
    in_database(&served.home.database_url(), earlier);
    let ended = served.home.run(&["reconcile", "--json"]).await;
    assert!(ended.status.success(), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.printed).unwrap();
    assert_eq!(report["ledger"], "compared with the records");
    assert_eq!((&report["breachCount"], &report["breaches"]), (&json!(0), &json!([])));
    served.child.terminate().await;
    drop(served.receiver);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_broken_by_hand_is_named_with_its_record() {
    let Served { home, receiver, child, completion, delivery, reversal, telling } = served().await;
    child.terminate().await;
    drop(receiver);
    let url = home.database_url();
    let of = |id: &str| format!("WHERE completion_id = '{id}'");
    // What is done, what undoes it, which record is named for which rule.
    let cases = [
        (
            format!("UPDATE reported SET external_id = 'moved' {}", of(&completion)),
            format!("UPDATE reported SET external_id = 'x1' {}", of(&completion)),
            completion.as_str(),
            "keys",
        ),
        (
            format!("UPDATE transaction_ids SET completion_id = 'cmp_none' {}", of(&completion)),
            format!("UPDATE transaction_ids SET completion_id = '{completion}' {}", of("cmp_none")),
            "x1 app_",
            "keys",
        ),
        (
            format!("UPDATE completions SET reversals = 2 WHERE id = '{completion}'"),
            format!("UPDATE completions SET reversals = 1 WHERE id = '{completion}'"),
            completion.as_str(),
            "reversals",
        ),
        (
            format!("UPDATE reversals SET payout_minor = 251 WHERE id = '{reversal}'"),
            format!("UPDATE reversals SET payout_minor = 50 WHERE id = '{reversal}'"),
            completion.as_str(),
            "reversals",
        ),
        (
            format!("UPDATE reversals SET ordinal = 3 WHERE id = '{reversal}'"),
            format!("UPDATE reversals SET ordinal = 1 WHERE id = '{reversal}'"),
            reversal.as_str(),
            "reversals",
        ),
        (
            format!("UPDATE deliveries SET completion_id = 'cmp_none' WHERE id = '{telling}'"),
            format!("UPDATE deliveries SET completion_id = '{completion}' WHERE id = '{telling}'"),
            telling.as_str(),
            "owners",
        ),
        (
            format!("UPDATE deliveries SET reversal_id = 'rev_none' WHERE id = '{telling}'"),
            format!("UPDATE deliveries SET reversal_id = '{reversal}' WHERE id = '{telling}'"),
            telling.as_str(),
            "owners",
        ),
        (
            format!("UPDATE deliveries SET reversed = NULL WHERE id = '{delivery}'"),
            format!("UPDATE deliveries SET reversed = 'part' WHERE id = '{delivery}'"),
            delivery.as_str(),
            "mark",
        ),
        (
            format!("UPDATE deliveries SET status = 'dead', told = 'maybe' WHERE id = '{delivery}'"),
            format!("UPDATE deliveries SET status = 'delivered', told = 'yes' WHERE id = '{delivery}'"),
            telling.as_str(),
            "order",
        ),
        (
            format!("UPDATE deliveries SET told = 'never' WHERE id = '{delivery}'"),
            format!("UPDATE deliveries SET told = 'yes' WHERE id = '{delivery}'"),
            delivery.as_str(),
            "told",
        ),
    ];
    for (broken, mended, record, rule) in cases {
        in_database(&url, &broken);
        let ended = home.run(&["reconcile", "--json"]).await;
        assert_eq!(ended.status.code(), Some(1), "{broken}: {ended:?}");
        let report: Value = serde_json::from_str(&ended.printed).unwrap();
        let names = |breach: &&Value| breach["record"].as_str().unwrap().starts_with(record) && breach["rule"] == rule;
        assert!(report["breaches"].as_array().unwrap().iter().any(|breach| names(&breach)), "{broken}: {report:#}");
        let told = home.run(&["reconcile", "--limit", "0"]).await;
        assert!(!told.printed.contains(record) && told.printed.contains("more"), "{told:?}");
        in_database(&url, &mended);
    }
    let ended = home.run(&["reconcile"]).await;
    assert!(ended.status.success(), "all of it was mended: {ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_the_ledger_leaves_out_is_missed_in_its_sums() {
    let Served { home, receiver, child, reversal, .. } = served().await;
    child.terminate().await;
    drop(receiver);
    let earlier = format!(
        "UPDATE completions SET recorded_at = recorded_at - 3600000;
         UPDATE reversals SET recorded_at = recorded_at - 7200000 WHERE id <> '{reversal}';
         UPDATE reversals SET recorded_at = recorded_at - 864000000 WHERE id = '{reversal}';
         UPDATE deliveries SET created_at = created_at - 3600000;"
    );
    in_database(&home.database_url(), &earlier);
    let ended = home.run(&["reconcile"]).await;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    for name in ["reversals", "reversedPayoutMinor"] {
        assert!(ended.printed.contains(&format!("ledger     USD: {name}: ")), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_store_is_none_is_made_and_nothing_is_said_to_hold() {
    let home = Home::on_sqlite();
    let ended = home.run(&["reconcile"]).await;
    assert!(!ended.status.success() && ended.complaint.contains("there is no store at"), "{ended:?}");
    assert!(!home.path("ringback.db").exists());
}
