//! The life of a process: starting, being refused, ending; what an operator sees of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::Notify;

use crate::api::{Api, conversion, only_delivery};
use crate::child::{Ended, Home};
use crate::receiver::{Receiver, Reply};

/// What SIGTERM may take.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// The settings that are promised to operators.
const PROMISED: [&str; 14] = [
    "RINGBACK_LISTEN",
    "RINGBACK_DATABASE_URL",
    "RINGBACK_MASTER_KEY_FILE",
    "RINGBACK_BOOTSTRAP_TOKEN",
    "RINGBACK_ALLOW_TARGETS",
    "RINGBACK_ALLOW_HTTP",
    "RINGBACK_RETRY_SCALE",
    "RINGBACK_EGRESS_BIND",
    "RINGBACK_EGRESS_ECHO_URL",
    "RINGBACK_RETENTION_DAYS",
    "RINGBACK_ROLE",
    "RINGBACK_CONFIG",
    "RINGBACK_METRICS_LISTEN",
    "RINGBACK_POOL_SIZE",
];

/// It ended in failure, with one line for a person that holds these words, and without a panic.
pub(crate) fn refused(ended: &Ended, words: &[&str]) {
    assert!(!ended.status.success(), "{ended:?}");
    assert_eq!(ended.printed, "");
    let complaint = ended.complaint.lines().last().unwrap();
    assert!(complaint.starts_with("ringback: "), "{ended:?}");
    for word in words {
        assert!(complaint.contains(word), "no {word:?} in {complaint:?}");
    }
    assert!(!ended.complaint.contains("panicked"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_serve_on_the_same_file_is_refused_until_the_first_is_gone_even_by_a_kill() {
    let home = Home::on_sqlite();
    let first = home.serve().await;
    refused(&home.run(&["serve"]).await, &["another ringback process already serves", "ringback.db"]);
    first.get("/v1/publishers").await;
    first.kill().await;
    home.serve().await.get("/v1/publishers").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_within_ten_seconds_though_a_receiver_hangs_and_what_it_cut_off_is_sent_again() {
    let mut receiver = Receiver::answering(vec![Reply::Hang, Reply::Hang]).await;
    let home = Home::new().with("RINGBACK_METRICS_LISTEN", "127.0.0.1:0");
    let child = home.serve().await;
    let app = child.app("besitos", json!({"callbackUrl": receiver.url("/pb.php")})).await;
    child.secret(&app, "sekret").await;
    let source = child.source().await;
    let id = only_delivery(&child.report(&source, &conversion(&app, "tx-1")).await);
    receiver.next().await;
    // A person waits for the answer to a test callback, which hangs as well.
    let (api, test) = (Api::clone(&child), format!("/v1/apps/{}/test", app.id));
    let waiting = tokio::spawn(async move { api.try_post(&test, json!({})).await });
    receiver.next().await;

    let begun = Instant::now();
    let ended = child.terminate().await;
    assert!(begun.elapsed() < ENDS_WITHIN, "it took {:?}", begun.elapsed());
    assert!(!waiting.await.unwrap().is_ok_and(|answer| answer.status == 200), "a test that hangs was not delivered");
    assert!(ended.status.success(), "{ended:?}");

    let child = home.serve().await;
    receiver.next().await;
    let delivery = child.delivery_once(&id, "delivered").await;
    assert!(receiver.so_far().is_empty(), "a test is one attempt, and it had it");
    assert_eq!((&delivery["attemptsMade"], &delivery["told"]), (&json!(1), &json!("yes")), "{delivery:#}");
    let attempts = delivery["attempts"].as_array().unwrap();
    let outcomes: Vec<_> = attempts.iter().map(|attempt| (&attempt["outcome"], &attempt["counted"])).collect();
    assert_eq!(outcomes, [(&json!("interrupted"), &json!(false)), (&json!("delivered"), &json!(true))]);
    // It was the ending process that wrote this down, which knew what it was sending.
    assert!(attempts[0]["url"].is_string(), "{delivery:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_lets_what_is_being_sent_finish() {
    let release = Arc::new(Notify::new());
    let mut receiver = Receiver::answering(vec![Reply::Once(Arc::clone(&release))]).await;
    let home = Home::new().with("RINGBACK_METRICS_LISTEN", "127.0.0.1:0");
    let mut child = home.serve().await;
    let metrics = child.printed_line("Metrics: http://").await;
    let metrics = metrics.trim_start_matches("Metrics: http://").trim_end_matches("/metrics").to_owned();
    let app = child.app("besitos", json!({"callbackUrl": receiver.url("/pb.php")})).await;
    child.secret(&app, "sekret").await;
    let source = child.source().await;
    let id = only_delivery(&child.report(&source, &conversion(&app, "tx-1")).await);
    receiver.next().await;
    let answered_late = async {
        // The metrics go last: by then the API, which took the report in, has ended with all of its threads.
        while tokio::net::TcpStream::connect(&metrics).await.is_ok() {
            tokio::task::yield_now().await;
        }
        release.notify_one();
    };
    let (ended, ()) = tokio::join!(child.terminate(), answered_late);
    assert!(ended.status.success(), "{ended:?}");

    let child = home.serve().await;
    let delivery = child.get(&format!("/v1/deliveries/{id}")).await;
    assert_eq!((&delivery["status"], &delivery["told"]), (&json!("delivered"), &json!("yes")), "{delivery:#}");
    assert_eq!(delivery["attempts"].as_array().unwrap().len(), 1, "{delivery:#}");
    assert!(receiver.so_far().is_empty(), "it was sent twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_at_once_where_nothing_is_under_way() {
    let home = Home::new();
    let child = home.serve().await;
    // A connection that is kept open without a request on it is nobody's work.
    child.get("/v1/publishers").await;
    let begun = Instant::now();
    let ended = child.terminate().await;
    assert!(ended.status.success(), "{ended:?}");
    assert!(begun.elapsed() < ENDS_WITHIN / 2, "it took {:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named_with_its_setting() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for setting in ["RINGBACK_LISTEN", "RINGBACK_METRICS_LISTEN"] {
        let ended = Home::new().with(setting, &address).run(&["serve"]).await;
        refused(&ended, &["cannot listen on", &address, setting]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_opened_is_named() {
    let home = Home::new();
    std::fs::write(home.path("file"), "no folder").unwrap();
    let (beneath, nowhere) = (home.path("file/ringback.db"), home.path("nowhere/ringback.db"));
    let folder = home.path("folder.db");
    std::fs::create_dir(&folder).unwrap();
    for place in [beneath, nowhere, folder] {
        let home = Home::new().with("RINGBACK_DATABASE_URL", &format!("sqlite://{}", place.display()));
        for command in ["serve", "migrate"] {
            refused(&home.run(&[command]).await, &["cannot open", place.to_str().unwrap()]);
        }
    }
    let home = Home::new().with("RINGBACK_DATABASE_URL", "mysql://nowhere");
    refused(&home.run(&["serve"]).await, &["RINGBACK_DATABASE_URL", "sqlite://PATH"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_does_what_a_start_would_and_a_second_time_nothing() {
    let home = Home::new();
    let first = home.run(&["migrate"]).await;
    assert!(first.status.success(), "{first:?}");
    assert!(first.printed.lines().all(|line| line.starts_with("ran ")) && !first.printed.is_empty(), "{first:?}");
    let second = home.run(&["migrate"]).await;
    assert_eq!(second.printed, "The store is up to date.\n", "{second:?}");
    home.serve().await.get("/readyz").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn help_documents_every_setting_with_its_flag() {
    let help = Home::new().run(&["serve", "--help"]).await;
    assert!(help.status.success(), "{help:?}");
    // Lines are broken anywhere between words.
    let words = help.printed.split_whitespace().collect::<Vec<_>>().join(" ");
    for setting in PROMISED {
        assert!(words.contains(&format!("[env: {setting}]")), "{setting} is missing in:\n{}", help.printed);
        let flag = setting.trim_start_matches("RINGBACK_").to_ascii_lowercase().replace('_', "-");
        assert!(words.contains(&format!("--{flag} <")), "--{flag} is missing in:\n{}", help.printed);
    }
}
