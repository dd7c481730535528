//! Starting on any database: what `serve` and `migrate` need, what they refuse, and that help names every setting.

use std::os::unix::fs::PermissionsExt;

use crate::support::Home;

/// The settings that are promised to operators.
const PROMISED: [&str; 16] = [
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
    "RINGBACK_PUBLIC_URL",
    "RINGBACK_TRUSTED_PROXIES",
    "RINGBACK_CONFIG",
    "RINGBACK_METRICS_LISTEN",
    "RINGBACK_POOL_SIZE",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_second_serve_on_the_same_file_is_refused_until_the_first_is_gone_even_by_a_kill() {
    let home = Home::on_sqlite();
    let first = home.serve().await;
    home.run(&["serve"]).await.is_refused(&["another ringback process already serves", "ringback.db"]);
    first.get("/v1/publishers").await;
    first.kill().await;
    home.serve().await.get("/v1/publishers").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named_with_its_setting() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for setting in ["RINGBACK_LISTEN", "RINGBACK_METRICS_LISTEN"] {
        let ended = Home::new().with(setting, &address).run(&["serve"]).await;
        ended.is_refused(&["cannot listen on", &address, setting]);
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
            let ended = home.run(&[command]).await;
            ended.is_refused(&["cannot open", place.to_str().unwrap(), "RINGBACK_DATABASE_URL"]);
        }
    }
    let home = Home::new().with("RINGBACK_DATABASE_URL", "mysql://nowhere");
    home.run(&["serve"]).await.is_refused(&["RINGBACK_DATABASE_URL", "sqlite://PATH"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_may_read_the_files_of_a_store() {
    let home = Home::on_sqlite();
    let server = home.serve().await;
    for name in ["ringback.db", "ringback.db-wal", "ringback.db-shm", "ringback.db.key"] {
        let mode = std::fs::metadata(home.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert!(server.terminate().await.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_that_others_may_read_is_warned_of_with_what_mends_it_and_is_used() {
    let home = Home::on_sqlite();
    let private = home.serve().await.terminate().await.complaint;
    assert!(!private.contains("chmod"), "{private}");
    let file = home.path("ringback.db.key");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let server = home.serve().await;
    server.get("/v1/publishers").await;
    let complaint = server.terminate().await.complaint;
    assert!(complaint.contains(&format!("chmod 600 {}", file.display())) && complaint.contains("0644"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_or_settings_file_that_cannot_be_used_is_named_with_its_setting() {
    let home = Home::on_sqlite();
    let nowhere = home.path("nowhere/file");
    for setting in ["RINGBACK_MASTER_KEY_FILE", "RINGBACK_CONFIG"] {
        let path = nowhere.to_str().unwrap();
        home.clone().with(setting, path).run(&["serve"]).await.is_refused(&[path, setting]);
    }
    home.run(&["serve", "--listen", "8080"]).await.is_refused(&["--listen: must be an address"]);
    home.clone().with("RINGBACK_LOG", "inof").run(&["serve"]).await.is_refused(&["RINGBACK_LOG", "inof", "mean info"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_is_nearly_a_setting_is_warned_of_and_no_error() {
    let home = Home::new().with("RINGBACK_LISTN", "127.0.0.1:1").with("RINGBACK_SECRET", "whatever");
    let complaint = home.serve().await.terminate().await.complaint;
    assert!(complaint.contains("RINGBACK_LISTN is no setting") && complaint.contains("did you mean RINGBACK_LISTEN?"));
    assert!(!complaint.contains("RINGBACK_SECRET"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_a_server_that_listens_on_every_address_lead_to_one_that_can_be_opened() {
    let home = Home::new().with("RINGBACK_LISTEN", "0.0.0.0:0");
    let mut child = home.serve().await;
    let console = child.printed_line("Console: ").await;
    assert!(console.starts_with("Console: http://127.0.0.1:"), "{console}");
    child.printed_line("reach the console, such as").await;
    let link = child.printed_line("First operator: ").await;
    assert!(link.starts_with("First operator: http://127.0.0.1:"), "{link}");
    child.terminate().await;
    let mut child = home.with("RINGBACK_PUBLIC_URL", "https://ringback.example").serve().await;
    assert_eq!(child.printed_line("Console: ").await, "Console: https://ringback.example/");
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_does_what_a_start_would_and_a_second_time_nothing() {
    let home = Home::new();
    let first = home.run(&["migrate"]).await.done();
    assert!(first.lines().all(|line| line.starts_with("ran ")) && !first.is_empty(), "{first}");
    assert_eq!(home.run(&["migrate"]).await.done(), "The store is up to date.\n");
    home.serve().await.get("/readyz").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn help_documents_every_setting_with_its_flag() {
    let help = Home::new().run(&["serve", "--help"]).await.done();
    // Lines are broken anywhere between words.
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for setting in PROMISED {
        assert!(words.contains(&format!("[env: {setting}]")), "{setting} is missing in:\n{help}");
        let flag = setting.trim_start_matches("RINGBACK_").to_ascii_lowercase().replace('_', "-");
        assert!(words.contains(&format!("--{flag} <")), "--{flag} is missing in:\n{help}");
    }
}
