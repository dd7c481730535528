//! From an SQLite file to PostgreSQL with the real binary: everything comes along, an interruption costs nothing, and
//! nothing that is half a copy is ever served.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use place::server::free_port;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::api::dialects::draft_named;
use crate::support::{Api, Ended, Home, OFFERMARU_PATH, PATIENCE, Reply, found, has, in_database, text};

/// What a text may hold that some step on the way could spoil.
const AWKWARD: &str = "\\u0000 \\x41 \"quoted\" 'it''s' $1 ?1 é 漢字 \u{1F980} \u{200D}";

/// A recipe that is not published yet.
const DRAFT: &str = "/v1/dialects/x-other/draft";

/// Rows of the table that a copy is interrupted in: it is copied in chunks of 2,000.
const ROWS: usize = 5_000;

async fn migrate_store(home: &Home, from: &str, to: &str) -> Ended {
    home.run(&["migrate-store", "--from", from, "--to", to]).await
}

async fn copy(from: &Home, to: &Home) -> Ended {
    migrate_store(from, &from.database_url(), &to.database_url()).await
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
        "/v1/replays",
        "/v1/completions",
        "/v1/dialects",
    ] {
        seen[list] = api.get(list).await;
    }
    // How its delivery stands is compared where it has ended, below.
    for completion in seen["/v1/completions"]["items"].as_array_mut().unwrap() {
        completion.as_object_mut().unwrap().remove("deliveryStatus").unwrap();
    }
    // Nor how an app is doing, which goes on with what is open.
    for app in seen["/v1/apps"]["items"].as_array_mut().unwrap() {
        app.as_object_mut().unwrap().retain(|name, _| name != "health" && name != "state");
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
    let callback = format!("{OFFERMARU_PATH}&z=<extra.zoe>");
    let paid = child.wall("offermaru", json!({"callbackUrl": callback, "ref": "maru-wall"})).await;
    let failed = child.wall("affonso", json!({"retrySchedule": [1]})).await;
    let odd = Reply::with(500, "X-Odd: é\u{1F980}\r\n", "odd \0\u{1}\u{FEFF} body \\u0000");
    failed.receiver.then([odd, Reply::status(404)]);
    let cut_off = child.wall("besitos", json!({"headers": {"Authorization": "Bearer hunter2"}})).await;
    cut_off.receiver.then([Reply::Hang]);
    let kept = json!({"callbackUrl": paid.receiver.url("/kept.php"), "paused": true});
    let kept = child.app("besitos", kept).await;
    let later = json!({"secret": "the-next-secret-of-the-publisher"});
    child.post(&paid.path("/secrets"), later).await.ok();
    let offer = json!({
        "name": AWKWARD, "destinationUrl": "https://ads.example/?c={click_id}", "payoutMinor": 1, "currency": "USD",
        "ref": "island", "goals": [{"id": AWKWARD, "name": "G", "payoutMinor": 2}],
    });
    child.post("/v1/offers", offer).await.ok();
    child.post("/v1/dialects", draft_named("x-coinbarn")).await.ok();
    child.post("/v1/dialects/x-coinbarn/publish", "").await.ok();
    child.post("/v1/dialects", draft_named("x-other")).await.ok();
    child.issue(json!({"address": "127.0.0.1"}), json!({"publisherId": paid.publisher})).await;
    let publisher = child.publisher(&paid.publisher).await;
    let source = child.source_with(json!({"name": "S", "transactionPrefix": "s1-"})).await;

    let mut odd = paid.completion("tx-1");
    odd["userReward"] = json!("0.10");
    odd["payoutMinor"] = json!(9_007_199_254_740_993_i64);
    odd["extra"] = json!({"zoe": AWKWARD, "a": "{\"b\": 1}"});
    odd["note"] = json!(AWKWARD);
    let reported = source.report(&odd).await;
    let delivered = reported.delivery();
    let first = paid.receiver.next().await;
    child.delivery_once(&delivered, "delivered").await;
    let dead = source.report(&failed.completion("tx-2")).await.delivery();
    child.delivery_once(&dead, "dead").await;
    let held = source.report(&kept.completion("tx-3")).await.delivery();
    let canceled = source.report(&kept.completion("tx-4")).await.delivery();
    child.cancel(&canceled).await.ok();
    let sending = source.report(&cut_off.completion("tx-5")).await.delivery();
    cut_off.receiver.next().await;
    let replay = json!({"appId": kept.id, "sinceDeliveryId": canceled});
    let replay = format!("/v1/replays/{}", child.post("/v1/replays", replay).await.id());
    child.once(&replay, "done", |replay| replay["state"] == "done").await;
    let before = everything(&child).await;
    let draft = child.get(DRAFT).await;
    child.kill().await;

    let target = Home::on_postgres();
    let copied = copy(&home, &target).await.done();
    for table in ["installation", "secrets", "reported", "completions", "deliveries", "attempts"] {
        for word in ["copied", "verified, SHA-256 "] {
            let lines = copied.lines();
            assert!(lines.filter(|line| line.starts_with(table) && line.contains(word)).count() == 1, "{copied}");
        }
    }
    assert!(copied.contains("RINGBACK_DATABASE_URL") && !copied.contains("://"), "{copied}");
    let home = home.with("RINGBACK_DATABASE_URL", &target.database_url());
    let child = home.serve().await;

    let mut after = everything(&child).await;
    // A rescue may have been quick, and what it ended was not ended before.
    after["deliveries that ended"].as_array_mut().unwrap().retain(|delivery| delivery["id"] != json!(sending));
    assert_eq!(before, after);
    assert_eq!(child.get(DRAFT).await, draft);

    let source = source.at(&child);
    source.report(&odd).await.is(200, json!({"status": "duplicate", "id": reported.id()}));
    odd["userReward"] = json!("0.1");
    source.report(&odd).await.refuses(409, &["userReward"]);

    let rescued = child.delivery_once(&sending, "delivered").await;
    has(&rescued, json!({"attempts": [{"outcome": "interrupted"}, {"outcome": "delivered"}]}));
    assert_eq!(cut_off.receiver.next().await.header("Authorization"), Some("Bearer hunter2"));
    child.held_for(&held, "app_paused").await;
    child.secret(&kept, "mended").await;
    child.change(&kept, json!({"paused": false})).await;
    child.delivery_once(&held, "delivered").await;
    assert_eq!(paid.receiver.next().await.parameter("transaction_id").as_deref(), Some("s1-tx-3"));

    // The same secret signs the same text: what is sent again is the same to the last byte.
    child.replay(&delivered).await.ok();
    assert_eq!(paid.receiver.next().await.head, first.head);
    let publisher = publisher.at(&child);
    publisher.get(&format!("/v1/publishers/{}", paid.publisher)).await;
    assert_eq!(publisher.ask(&format!("/v1/publishers/{}", failed.publisher)).await.status, 404);
}

/// A copy that was killed in the middle of a table.
struct Interrupted {
    home: Home,
    target: Home,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn transaction_ids(url: &str) -> i64 {
    let count = diesel::sql_query("SELECT count(*) AS count FROM transaction_ids");
    count.get_result::<Count>(&mut PgConnection::establish(url).unwrap()).unwrap().count
}

impl Interrupted {
    async fn after_a_chunk() -> Self {
        let (home, target) = (Home::on_sqlite(), Home::on_postgres());
        home.serve().await.kill().await;
        let (from, to) = (home.database_url(), target.database_url());
        let many = format!(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT {ROWS}) \
             INSERT INTO transaction_ids SELECT printf('tx-%05d', n), 1, n FROM n"
        );
        in_database(&from, &many);
        // A database that was migrated beforehand is as empty as a new one.
        target.run(&["migrate"]).await.done();

        // Whoever inserts the same key waits for this one to commit, which it never does.
        let mut in_the_way = PgConnection::establish(&to).unwrap();
        let row = "INSERT INTO transaction_ids VALUES ('tx-03000', 1, 99)";
        in_the_way.batch_execute(&format!("BEGIN; {row}")).unwrap();
        let mut process = home.command(&["migrate-store", "--from", &from, "--to", &to]).spawn().unwrap();
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
        found("the first chunk", || async { (transaction_ids(&to) > 0).then_some(()) }).await;
        process.kill().await.unwrap();
        in_the_way.batch_execute("ROLLBACK").unwrap();
        Self { home, target }
    }

    async fn run_again(&self) -> Ended {
        copy(&self.home, &self.target).await
    }

    fn with_target(&self) -> Home {
        self.home.clone().with("RINGBACK_DATABASE_URL", &self.target.database_url())
    }
}

async fn is_not_served(target: &Home) {
    for command in [&["serve"][..], &["token", "create", "--name", "n", "--role", "operator"]] {
        target.run(command).await.is_refused(&["unfinished copy", "ringback migrate-store"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_killed_is_not_served_from_and_goes_on_where_it_was() {
    let interrupted = Interrupted::after_a_chunk().await;
    is_not_served(&interrupted.target).await;
    let other = Home::on_sqlite();
    other.serve().await.kill().await;
    copy(&other, &interrupted.target).await.is_refused(&["unfinished copy of another store"]);

    let printed = interrupted.run_again().await.done();
    assert!(printed.starts_with("Going on with the copy that was interrupted.\n"), "{printed}");
    let words = [ROWS.to_string(), "verified".to_owned()];
    let verified = |line: &&str| line.starts_with("transaction_ids") && words.iter().all(|word| line.contains(word));
    assert_eq!(printed.lines().filter(verified).count(), 1, "{printed}");
    assert_eq!(transaction_ids(&interrupted.target.database_url()), 5_000);
    interrupted.run_again().await.is_refused(&["the target is not empty"]);
    interrupted.with_target().serve().await.get("/v1/publishers").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_changed_in_the_target_is_found_and_named_and_the_target_is_not_served_from() {
    let interrupted = Interrupted::after_a_chunk().await;
    let becomes = |completion: i64| {
        let update =
            format!("UPDATE transaction_ids SET completion_id = {completion} WHERE transaction_key = 'tx-00007'");
        in_database(&interrupted.target.database_url(), &update);
    };
    becomes(424_242);
    for _ in 0..2 {
        let ended = interrupted.run_again().await;
        assert!(!ended.status.success(), "{ended:?}");
        let named = "(transaction_ids: row [\"tx-00007\",1] differs in completion_id)";
        assert!(ended.complaint.contains(named) && !ended.complaint.contains("424242"), "{ended:?}");
        let verified = |line: &str| line.contains("verified") && line.starts_with("transaction_ids");
        assert!(!ended.printed.lines().any(verified), "{ended:?}");
        is_not_served(&interrupted.target).await;
    }
    becomes(7);
    interrupted.run_again().await.done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_not_empty_is_refused_and_left_as_it_was() {
    let (source, target) = (Home::on_sqlite(), Home::on_postgres());
    source.serve().await.kill().await;
    let child = target.serve().await;
    let app = child.app("besitos", json!({})).await;
    child.secret(&app, "a-secret-of-the-publisher").await;
    let before = everything(&child).await;
    copy(&source, &target).await.is_refused(&["the target is not empty", "publishers"]);
    child.kill().await;
    let child = target.serve().await;
    assert_eq!(everything(&child).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_served_or_not_there_is_refused_and_so_is_the_other_direction() {
    let (home, target) = (Home::on_sqlite(), Home::on_postgres());
    let (from, to) = (home.database_url(), target.database_url());
    let child = home.serve().await;
    copy(&home, &target).await.is_refused(&["another ringback process already serves"]);
    child.kill().await;
    let missing = home.path("missing.db");
    let missing = format!("sqlite://{}", missing.display());
    migrate_store(&home, &missing, &to).await.is_refused(&["cannot open", "missing.db", "no such file"]);
    assert!(!home.path("missing.db").exists());
    migrate_store(&home, &to, &from).await.is_refused(&["from sqlite://PATH to postgres://"]);
    let help = home.run(&["migrate-store", "--help"]).await.done();
    assert!(help.contains("this direction alone"), "{help}");
    // Nothing that was refused has left a mark.
    copy(&home, &target).await.done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_in_a_url_is_not_printed_however_wrong_the_url_is() {
    let home = Home::on_sqlite();
    home.serve().await.kill().await;
    let closed = free_port();
    for url in [
        format!("postgres://ringback:hunter2@127.0.0.1:{closed}/ringback"),
        "postgres://ringback:hunter2@[::1/ringback".to_owned(),
        "postgres://ringback:x@hunter2@127.0.0.1/ringback".to_owned(),
        "postgres://ringback:x/hunter2@127.0.0.1/ringback".to_owned(),
        "postgres://ringback:hunter2%zz@127.0.0.1/ringback".to_owned(),
        "mysql://ringback:hunter2@127.0.0.1/ringback".to_owned(),
    ] {
        let copied = migrate_store(&home, &home.database_url(), &url).await;
        let served = Home::on_sqlite().with("RINGBACK_DATABASE_URL", &url).run(&["serve"]).await;
        for ended in [copied, served] {
            assert!(!ended.status.success() && !ended.complaint.contains("hunter2"), "{url}: {ended:?}");
        }
    }
}
