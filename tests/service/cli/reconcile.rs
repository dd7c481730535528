//! `ringback reconcile` with the real binary: a sound store passes, and a record that was broken by hand is named.

use serde_json::{Value, json};

use crate::support::{Child, Home, Reply, has, in_database, key};

/// What a store holds after some service.
struct Served {
    home: Home,
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
    let wall = child.wall("offermaru", json!({"retrySchedule": [1]})).await;
    let reported = wall.report("x1").await;
    let delivery = reported.delivery();
    child.delivery_once(&delivery, "delivered").await;
    wall.receiver.then([Reply::status(404), Reply::status(404)]);
    wall.report_until("x2", "dead").await;
    let part = wall.source.reverse(json!({"externalId": "x1", "reversalId": "r1", "payoutMinor": 50})).await;
    let telling = part.delivery();
    child.delivery_once(&telling, "delivered").await;
    // Waits for what is dead.
    wall.source.reverse(json!({"externalId": "x2"})).await.delivery();
    child.change(&wall, json!({"paused": true})).await;
    wall.report("x3").await;
    wall.source.reverse(json!({"externalId": "x3"})).await.ok();
    child.post(&wall.path("/test"), json!({})).await.ok();
    Served { home, child, completion: reported.id(), delivery, reversal: part.id(), telling }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_served_from_holds_beside_the_server() {
    let served = served().await;
    let printed = served.home.run(&["reconcile"]).await.done();
    let counted =
        "Checked 3 completions, 3 reversals, 6 deliveries, 3 external ids, 3 transaction ids and 0 erased keys.";
    assert!(printed.contains(counted) && printed.contains("Everything holds."), "{printed}");
    // As if all of it had happened an hour ago: what is only just recorded is not summed.
    let earlier = "UPDATE completions SET recorded_at = recorded_at - 3600000;
                   UPDATE reversals SET recorded_at = recorded_at - 3600000;
                   UPDATE deliveries SET created_at = created_at - 3600000;";
    in_database(&served.home.database_url(), earlier);
    let report = serde_json::from_str(&served.home.run(&["reconcile", "--json"]).await.done()).unwrap();
    has(&report, json!({"ledger": "compared with the records", "breachCount": 0, "breaches": []}));
    served.child.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_broken_by_hand_is_named_with_its_record() {
    let Served { home, child, completion, delivery, reversal, telling } = served().await;
    child.terminate().await;
    let url = home.database_url();
    let this = |id: &str| format!("id = {}", key(id));
    let (none, own) = ("completion_id = 1", format!("completion_id = {}", key(&completion)));
    let (x1, own_reversal) = ("transaction_key = 'x1'".to_owned(), format!("reversal_id = {}", key(&reversal)));
    // Dead and maybe told; delivered and told.
    let (unsent, sent) = ("status = 5, told = 1", "status = 4, told = 2");
    // In which table, which rows, what is broken, what mends it, which record is named, and for which rule.
    let cases = [
        ("reported", &own, "external_id = 'moved'", "external_id = 'x1'", completion.as_str(), "keys"),
        ("transaction_ids", &x1, none, &own, "x1 app_", "keys"),
        ("completions", &this(&completion), "reversals = 2", "reversals = 1", &completion, "reversals"),
        ("reversals", &this(&reversal), "payout_minor = 251", "payout_minor = 50", &completion, "reversals"),
        ("reversals", &this(&reversal), "ordinal = 3", "ordinal = 1", &reversal, "reversals"),
        ("deliveries", &this(&telling), none, &own, &telling, "owners"),
        ("deliveries", &this(&telling), "reversal_id = 1", &own_reversal, &telling, "owners"),
        ("deliveries", &this(&delivery), "reversed = NULL", "reversed = 0", &delivery, "mark"),
        ("deliveries", &this(&delivery), unsent, sent, &telling, "order"),
        ("deliveries", &this(&delivery), "told = 0", "told = 2", &delivery, "told"),
    ];
    for (table, rows, broken, mended, record, rule) in cases {
        let [broken, mended] = [broken, mended].map(|set| format!("UPDATE {table} SET {set} WHERE {rows}"));
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
    // All of it was mended.
    home.run(&["reconcile"]).await.done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_the_ledger_leaves_out_is_missed_in_its_sums() {
    let Served { home, child, reversal, .. } = served().await;
    child.terminate().await;
    let reversal = key(&reversal);
    let earlier = format!(
        "UPDATE completions SET recorded_at = recorded_at - 3600000;
         UPDATE reversals SET recorded_at = recorded_at - 7200000 WHERE id <> {reversal};
         UPDATE reversals SET recorded_at = recorded_at - 864000000 WHERE id = {reversal};
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
