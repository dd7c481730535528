//! How an operator comes by a token: from a setting, from the first start, from the command line beside a server.

use serde_json::json;

use crate::support::{Api, Home, TOKEN};

const FIRST: &str = "First operator token, shown this once: ";
const ANOTHER: &str = "another-bootstrap-token-0123456789-abcdef";

async fn status_as(api: &Api, token: &str, path: &str) -> u16 {
    api.with_token(token).ask(path).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bootstrap_token_is_ignored_once_there_is_an_operator() {
    let home = Home::new();
    let child = home.serve().await;
    assert_eq!(status_as(&child, TOKEN, "/v1/tokens").await, 200);
    child.terminate().await;
    let home = home.with("RINGBACK_BOOTSTRAP_TOKEN", ANOTHER);
    let child = home.serve().await;
    assert_eq!(status_as(&child, ANOTHER, "/v1/tokens").await, 401);
    assert_eq!(status_as(&child, TOKEN, "/v1/tokens").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bootstrap_token_the_first_start_prints_one_and_no_other_start_does() {
    let home = Home::new().with("RINGBACK_BOOTSTRAP_TOKEN", "");
    let mut child = home.serve().await;
    let line = child.printed_line(FIRST).await;
    let token = line.strip_prefix(FIRST).unwrap();
    assert_eq!(status_as(&child, token, "/v1/tokens").await, 200);
    let ended = child.terminate().await;
    assert!(!ended.complaint.contains(token), "the token stands in the log");

    let child = home.serve().await;
    assert_eq!(status_as(&child, token, "/v1/tokens").await, 200);
    let again = child.terminate().await;
    assert!(!again.printed.contains(FIRST), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_that_fails_at_its_address_leaves_the_first_token_to_the_next_one() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let home = Home::new().with("RINGBACK_BOOTSTRAP_TOKEN", "");
    for setting in ["RINGBACK_LISTEN", "RINGBACK_METRICS_LISTEN"] {
        home.clone().with(setting, &address).run(&["serve"]).await.is_refused(&["cannot listen on", setting]);
    }
    let mut child = home.serve().await;
    let line = child.printed_line(FIRST).await;
    assert_eq!(status_as(&child, line.strip_prefix(FIRST).unwrap(), "/v1/tokens").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_made_on_the_command_line_beside_a_server_is_accepted_at_once() {
    let home = Home::new();
    let child = home.serve().await;
    let publisher = child.post("/v1/publishers", json!({"name": "P", "ref": "pub-1"})).await.id();
    let create = ["token", "create", "--name", "night shift", "--role"];
    let made = home.run(&[&create[..], &["operator"]].concat()).await.done();
    assert_eq!(status_as(&child, made.trim(), "/v1/tokens").await, 200);

    let made = home.run(&[&create[..], &["publisher", "--publisher", "pub-1"]].concat()).await.done();
    assert_eq!(status_as(&child, made.trim(), &format!("/v1/publishers/{publisher}")).await, 200);
    assert_eq!(status_as(&child, made.trim(), "/v1/sources").await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_nobody_or_for_the_wrong_role_is_refused() {
    let home = Home::new();
    home.run(&["migrate"]).await.done();
    let create = ["token", "create", "--name", "n", "--role"];
    let ended = home.run(&[&create[..], &["publisher", "--publisher", "nobody"]].concat()).await;
    ended.is_refused(&["--publisher", "nobody"]);
    let nobodys = home.run(&[&create[..], &["publisher"]].concat()).await;
    nobodys.is_refused(&["--publisher is missing"]);
    let ended = home.run(&[&create[..], &["operator", "--publisher", "p"]].concat()).await;
    ended.is_refused(&["--publisher belongs to --role publisher"]);
    assert!(!home.run(&[&create[..], &["king"]].concat()).await.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_store_neither_store_nor_key_nor_token_is_made() {
    let home = Home::on_sqlite();
    let create = ["token", "create", "--name", "n", "--role", "operator"];
    std::fs::write(home.path("foreign.db"), "").unwrap();
    for (file, words) in [("nope.db", "there is no store at"), ("foreign.db", "holds no store of Ringback's")] {
        let home = home.clone().with("RINGBACK_DATABASE_URL", &format!("sqlite://{}", home.path(file).display()));
        let home = home.with("RINGBACK_MASTER_KEY_FILE", "");
        for command in [&create[..], &["reconcile"]] {
            home.run(command).await.is_refused(&[words, file, "RINGBACK_DATABASE_URL"]);
        }
        assert!(!home.path(&format!("{file}.key")).exists());
    }
    assert!(!home.path("nope.db").exists());
    let home = Home::on_postgres();
    for command in [&create[..], &["reconcile"]] {
        home.run(command).await.is_refused(&["holds no store of Ringback's", "RINGBACK_DATABASE_URL"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_made_beside_a_server_never_makes_another_master_key() {
    let home = Home::new();
    let child = home.serve().await;
    let create = ["token", "create", "--name", "n", "--role", "operator"];
    let elsewhere = home.path("elsewhere.key");
    let mistyped = home.clone().with("RINGBACK_MASTER_KEY_FILE", elsewhere.to_str().unwrap());
    mistyped.run(&create).await.is_refused(&["elsewhere.key is missing", "RINGBACK_MASTER_KEY_FILE"]);
    assert!(!elsewhere.exists());
    child.terminate().await;
    home.serve().await.get("/v1/publishers").await;
}
