//! From an SQLite file to PostgreSQL with the real binary: everything comes along, an interruption costs nothing, and
//! nothing that is half a copy is ever served.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::api::{Api, PATIENCE, conversion, faults, only_delivery, text};
use crate::child::{Ended, Home};
use crate::lifecycle::refused;
use crate::place::{self, Place};
use crate::receiver::{Receiver, Reply};

const OFFERMARU: &str = "/callback?user_id={user_id}&user_reward={user_reward}&offer_id={offer_id}&offer_name={offer_name}\
    &transaction_id={transaction_id}&publisher_payout={publisher_payout}&timestamp={timestamp}&z=<extra.zoe>";

/// What a text may hold that some step on the way could spoil.
const AWKWARD: &str = "\\u0000 \\x41 \"quoted\" 'it''s' $1 ?1 é 漢字 \u{1F980} \u{200B}";

/// Rows of the table that a copy is interrupted in: it is copied in chunks of 2,000.
const ROWS: usize = 5_000;

async fn migrate_store(home: &Home, from: &str, to: &str) -> Ended {
    home.run(&["migrate-store", "--from", from, "--to", to]).await
}

/// Everything that an operator sees of a store, but for the deliveries that are open, which go on.
async fn everything(api: &Api) -> Value {
    let mut seen = json!({});
    for list in [
        "/v1/publishers",
        "/v1/apps",
        "/v1/offers",
        "/v1/tokens",
        "/v1/sources",
        "/v1/egress-ips",
        "/v1/audit",
        "/v1/completions",
    ] {
        seen[list] = api.get(list).await;
    }
    // How its delivery stands is compared where it has ended, below.
    for completion in seen["/v1/completions"]["items"].as_array_mut().unwrap() {
        completion.as_object_mut().unwrap().remove("deliveryStatus").unwrap();
    }
    for app in seen["/v1/apps"]["items"].as_array().unwrap().clone() {
        for list in ["endpoints", "secrets"] {
            let path = format!("/v1/apps/{}/{list}", text(&app, "id"));
            seen[&path] = api.get(&path).await;
        }
    }
    let mut ended = Vec::new();
    for delivery in api.get("/v1/deliveries").await["items"].as_array().unwrap() {
        if delivery["endedAt"].is_string() {
            ended.push(api.get(&format!("/v1/deliveries/{}", text(delivery, "id"))).await);
        }
    }
    seen["deliveries that ended"] = json!(ended);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_worked_with_goes_on_in_postgresql_as_if_it_had_been_there_all_along() {
    let home = Home::on_sqlite();
    let child = home.serve().await;
    let mut maru = Receiver::start().await;
    let odd = Reply::with(500, "X-Odd: é\u{1F980}\r\n", "odd \0\u{1}\u{FEFF} body \\u0000");
    let failing = Receiver::answering(vec![odd, Reply::status(404)]).await;
    let mut hanging = Receiver::answering(vec![Reply::Hang]).await;

    let headers = json!({"Authorization": "Bearer hunter2"});
    let paid = child.app("offermaru", json!({"callbackUrl": maru.url(OFFERMARU), "ref": "maru-wall"})).await;
    let failed = child.app("affonso", json!({"callbackUrl": failing.url("/hook"), "retrySchedule": [1]})).await;
    let cut_off = child.app("besitos", json!({"callbackUrl": hanging.url("/pb.php"), "headers": headers})).await;
    let kept = child.app("besitos", json!({"callbackUrl": maru.url("/kept.php"), "paused": true})).await;
    for app in [&paid, &failed, &cut_off] {
        child.secret(app, "a-secret-of-the-publisher").await;
    }
    let later = json!({"secret": "the-next-secret-of-the-publisher"});
    child.made(Method::POST, &format!("/v1/apps/{}/secrets", paid.id), later).await;
    let offer = json!({
        "name": AWKWARD, "destinationUrl": "https://ads.example/?c={click_id}", "payoutMinor": 1, "currency": "USD",
        "ref": "island", "goals": [{"id": AWKWARD, "name": "G", "payoutMinor": 2}],
    });
    child.made(Method::POST, "/v1/offers", offer).await;
    let ip = child.made(Method::POST, "/v1/egress-ips", json!({"address": "127.0.0.1"})).await;
    let assigned = json!({"publisherId": paid.publisher});
    child.made(Method::POST, &format!("/v1/egress-ips/{}/assignments", text(&ip, "id")), assigned).await;
    let of_publisher = json!({"name": "own", "role": "publisher", "publisherId": paid.publisher});
    let token = text(&child.made(Method::POST, "/v1/tokens", of_publisher).await, "token");
    let source = child.source_with(json!({"name": "S", "transactionPrefix": "s1-"})).await;

    let mut odd = conversion(&paid, "tx-1");
    odd["userReward"] = json!("0.10");
    odd["payoutMinor"] = json!(9_007_199_254_740_993_i64);
    odd["extra"] = json!({"zoe": AWKWARD, "a": "{\"b\": 1}"});
    odd["note"] = json!(AWKWARD);
    let reported = child.report(&source, &odd).await;
    let delivered = only_delivery(&reported);
    let first = maru.next().await;
    child.delivery_once(&delivered, "delivered").await;
    let dead = only_delivery(&child.report(&source, &conversion(&failed, "tx-2")).await);
    child.delivery_once(&dead, "dead").await;
    let held = only_delivery(&child.report(&source, &conversion(&kept, "tx-3")).await);
    let canceled = only_delivery(&child.report(&source, &conversion(&kept, "tx-4")).await);
    child.made(Method::POST, &format!("/v1/deliveries/{canceled}/cancel"), json!({})).await;
    let sending = only_delivery(&child.report(&source, &conversion(&cut_off, "tx-5")).await);
    hanging.next().await;
    let before = everything(&child).await;
    child.kill().await;

    let (from, target) = (home.database_url(), place::on_postgres());
    // As an older version wrote down what a receiver answered.
    sqlite(&from)
        .batch_execute("UPDATE attempts SET response_body = CAST(x'6f646400c3a900' AS TEXT) WHERE status_code = 404")
        .unwrap();
    let copied = migrate_store(&home, &from, &target.url).await;
    assert!(copied.status.success(), "{copied:?}");
    for table in ["installation", "secrets", "reported", "completions", "deliveries", "attempts"] {
        for word in ["copied", "verified, SHA-256 "] {
            let lines = copied.printed.lines();
            assert!(lines.filter(|line| line.starts_with(table) && line.contains(word)).count() == 1, "{copied:?}");
        }
    }
    assert!(copied.printed.contains("RINGBACK_DATABASE_URL") && !copied.printed.contains("://"), "{copied:?}");
    let home = home.with("RINGBACK_DATABASE_URL", &target.url);
    let child = home.serve().await;

    let mut after = everything(&child).await;
    // A rescue may have been quick, and what it ended was not ended before.
    after["deliveries that ended"].as_array_mut().unwrap().retain(|delivery| delivery["id"] != json!(sending));
    let bodies = after["deliveries that ended"].as_array_mut().unwrap().iter_mut();
    let replaced = bodies.flat_map(|delivery| delivery["attempts"].as_array_mut().unwrap());
    let replaced: Vec<&mut Value> = replaced.filter(|attempt| attempt["statusCode"] == 404).collect();
    let [replaced] = &replaced[..] else { panic!("{replaced:?}") };
    assert_eq!(replaced["responseBody"], "odd\u{FFFD}é\u{FFFD}");
    replaced_is_as_before(&before, &mut after);
    assert_eq!(before, after);

    let again = child.report(&source, &odd).await;
    assert_eq!((&again.body["status"], &again.body["id"]), (&json!("duplicate"), &reported.body["id"]));
    odd["userReward"] = json!("0.1");
    let conflict = child.report(&source, &odd).await;
    assert_eq!((conflict.status, faults(&conflict)), (409, vec!["userReward".to_owned()]), "{}", conflict.body);

    let rescued = child.delivery_once(&sending, "delivered").await;
    let attempts = rescued["attempts"].as_array().unwrap();
    let outcomes: Vec<&Value> = attempts.iter().map(|attempt| &attempt["outcome"]).collect();
    assert_eq!(outcomes, [&json!("interrupted"), &json!("delivered")], "{rescued:#}");
    assert_eq!(hanging.next().await.header("Authorization"), Some("Bearer hunter2"));
    child.held_for(&held, "app_paused").await;
    child.secret(&kept, "mended").await;
    child.made(Method::PATCH, &format!("/v1/apps/{}", kept.id), json!({"paused": false})).await;
    child.delivery_once(&held, "delivered").await;
    assert_eq!(maru.next().await.parameter("transaction_id").as_deref(), Some("s1-tx-3"));

    // The same secret signs the same text: what is sent again is the same to the last byte.
    let replay = format!("/v1/deliveries/{delivered}/replay");
    child.made(Method::POST, &replay, json!({})).await;
    assert_eq!(maru.next().await.head, first.head);
    let own = format!("/v1/publishers/{}", paid.publisher);
    assert_eq!(child.call_as(&token, Method::GET, &own, None).await.status, 200);
    let others = format!("/v1/publishers/{}", failed.publisher);
    assert_eq!(child.call_as(&token, Method::GET, &others, None).await.status, 404);
}

/// Puts the body whose NULs were replaced back into what is compared.
fn replaced_is_as_before(before: &Value, after: &mut Value) {
    let attempt =
        |delivery: &Value| delivery["attempts"].as_array().unwrap().iter().position(|a| a["statusCode"] == 404);
    let list = "deliveries that ended";
    for (at, delivery) in before[list].as_array().unwrap().iter().enumerate() {
        if let Some(number) = attempt(delivery) {
            after[list][at]["attempts"][number]["responseBody"] = delivery["attempts"][number]["responseBody"].clone();
        }
    }
}

/// A copy that was killed in the middle of a table.
struct Interrupted {
    home: Home,
    from: String,
    target: Place,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn postgres(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap()
}

fn sqlite(url: &str) -> SqliteConnection {
    SqliteConnection::establish(url.trim_start_matches("sqlite://")).unwrap()
}

impl Interrupted {
    async fn after_a_chunk() -> Self {
        let (home, target) = (Home::on_sqlite(), place::on_postgres());
        home.serve().await.kill().await;
        let from = home.database_url();
        let many = format!(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT {ROWS}) \
             INSERT INTO transaction_ids SELECT printf('tx-%05d', n), 'app', printf('cmp-%d', n) FROM n"
        );
        sqlite(&from).batch_execute(&many).unwrap();
        // A database that was migrated beforehand is as empty as a new one.
        let empty = Home::on_sqlite().with("RINGBACK_DATABASE_URL", &target.url);
        assert!(empty.run(&["migrate"]).await.status.success());

        // Whoever inserts the same key waits for this one to commit, which it never does.
        let mut in_the_way = postgres(&target.url);
        let row = "INSERT INTO transaction_ids VALUES ('tx-03000', 'app', 'another')";
        in_the_way.batch_execute(&format!("BEGIN; {row}")).unwrap();
        let mut process = home.command(&["migrate-store", "--from", &from, "--to", &target.url]).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let last_whole = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if line.starts_with("reported") {
                    return;
                }
            }
            panic!("it ended before it was killed");
        };
        tokio::time::timeout(PATIENCE, last_whole).await.unwrap();
        let mut look = postgres(&target.url);
        let first_chunk = async {
            let query = "SELECT count(*) AS count FROM transaction_ids";
            while diesel::sql_query(query).get_result::<Count>(&mut look).unwrap().count == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, first_chunk).await.unwrap();
        process.kill().await.unwrap();
        in_the_way.batch_execute("ROLLBACK").unwrap();
        Self { home, from, target }
    }

    async fn run_again(&self) -> Ended {
        migrate_store(&self.home, &self.from, &self.target.url).await
    }

    fn with_target(self) -> Home {
        self.home.with("RINGBACK_DATABASE_URL", &self.target.url)
    }
}

async fn is_not_served(target: &Place) {
    let home = Home::on_sqlite().with("RINGBACK_DATABASE_URL", &target.url);
    for command in [&["serve"][..], &["token", "create", "--name", "n", "--role", "operator"]] {
        refused(&home.run(command).await, &["unfinished copy", "ringback migrate-store"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_killed_is_not_served_from_and_goes_on_where_it_was() {
    let interrupted = Interrupted::after_a_chunk().await;
    is_not_served(&interrupted.target).await;
    let other = Home::on_sqlite();
    other.serve().await.kill().await;
    let foreign = migrate_store(&other, &other.database_url(), &interrupted.target.url).await;
    refused(&foreign, &["unfinished copy of another store"]);

    let ended = interrupted.run_again().await;
    assert!(ended.status.success(), "{ended:?}");
    assert!(ended.printed.starts_with("Going on with the copy that was interrupted.\n"), "{ended:?}");
    let words = [ROWS.to_string(), "verified".to_owned()];
    let verified = |line: &&str| line.starts_with("transaction_ids") && words.iter().all(|word| line.contains(word));
    assert_eq!(ended.printed.lines().filter(verified).count(), 1, "{ended:?}");
    let mut target = postgres(&interrupted.target.url);
    let query = "SELECT count(*) AS count FROM transaction_ids";
    assert_eq!(diesel::sql_query(query).get_result::<Count>(&mut target).unwrap().count, 5_000);
    refused(&interrupted.run_again().await, &["the target is not empty"]);
    interrupted.with_target().serve().await.get("/v1/publishers").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_changed_in_the_target_is_found_and_named_and_the_target_is_not_served_from() {
    let interrupted = Interrupted::after_a_chunk().await;
    let mut target = postgres(&interrupted.target.url);
    target
        .batch_execute("UPDATE transaction_ids SET completion_id = 'tampered' WHERE transaction_key = 'tx-00007'")
        .unwrap();
    for _ in 0..2 {
        let ended = interrupted.run_again().await;
        assert!(!ended.status.success(), "{ended:?}");
        let named = "(transaction_ids: row [\"tx-00007\",\"app\"] differs in completion_id)";
        assert!(ended.complaint.contains(named) && !ended.complaint.contains("tampered"), "{ended:?}");
        let verified = |line: &str| line.contains("verified") && line.starts_with("transaction_ids");
        assert!(!ended.printed.lines().any(verified), "{ended:?}");
        is_not_served(&interrupted.target).await;
    }
    target
        .batch_execute("UPDATE transaction_ids SET completion_id = 'cmp-7' WHERE transaction_key = 'tx-00007'")
        .unwrap();
    let mended = interrupted.run_again().await;
    assert!(mended.status.success(), "{mended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_not_empty_is_refused_and_left_as_it_was() {
    let (source, target) = (Home::on_sqlite(), place::on_postgres());
    source.serve().await.kill().await;
    let served = Home::on_sqlite().with("RINGBACK_DATABASE_URL", &target.url);
    let child = served.serve().await;
    let app = child.app("besitos", json!({})).await;
    child.secret(&app, "a-secret-of-the-publisher").await;
    let before = everything(&child).await;
    let ended = migrate_store(&source, &source.database_url(), &target.url).await;
    refused(&ended, &["the target is not empty", "publishers"]);
    child.kill().await;
    let child = served.serve().await;
    assert_eq!(everything(&child).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_served_or_not_there_is_refused_and_so_is_the_other_direction() {
    let (home, target) = (Home::on_sqlite(), place::on_postgres());
    let (from, to) = (home.database_url(), target.url.as_str());
    let child = home.serve().await;
    refused(&migrate_store(&home, &from, to).await, &["another ringback process already serves"]);
    child.kill().await;
    let missing = home.path("missing.db");
    let missing = format!("sqlite://{}", missing.display());
    refused(&migrate_store(&home, &missing, to).await, &["cannot open", "missing.db", "no such file"]);
    assert!(!home.path("missing.db").exists());
    refused(&migrate_store(&home, to, &from).await, &["from sqlite://PATH to postgres://"]);
    let help = home.run(&["migrate-store", "--help"]).await;
    assert!(help.printed.contains("this direction alone"), "{help:?}");
    // Nothing that was refused has left a mark.
    let copied = migrate_store(&home, &from, to).await;
    assert!(copied.status.success(), "{copied:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_in_a_url_is_not_printed_however_wrong_the_url_is() {
    let home = Home::on_sqlite();
    home.serve().await.kill().await;
    let closed = place::server::free_port();
    for url in [
        format!("postgres://ringback:hunter2@127.0.0.1:{closed}/ringback"),
        "postgres://ringback:hunter2@[::1/ringback".to_owned(),
        "postgres://ringback:x@hunter2@127.0.0.1/ringback".to_owned(),
        "postgres://ringback:x/hunter2@127.0.0.1/ringback".to_owned(),
        "postgres://ringback:hunter2%zz@127.0.0.1/ringback".to_owned(),
        "mysql://ringback:hunter2@127.0.0.1/ringback".to_owned(),
    ] {
        let ended = migrate_store(&home, &home.database_url(), &url).await;
        assert!(!ended.complaint.contains("hunter2"), "{url}: {ended:?}");
        assert!(!ended.status.success(), "{url}: {ended:?}");
        let served = Home::on_sqlite().with("RINGBACK_DATABASE_URL", &url).run(&["serve"]).await;
        assert!(!served.complaint.contains("hunter2"), "{url}: {served:?}");
        assert!(!served.status.success(), "{url}: {served:?}");
    }
}
