//! How an operator comes by a token: from a setting, from the first start, from the command line beside a server.

use serde_json::json;

use crate::support::{Api, Home, TOKEN};

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
    const WORDS: &str = "First operator token, shown this once: ";
    let home = Home::new().with("RINGBACK_BOOTSTRAP_TOKEN", "");
    let mut child = home.serve().await;
    let line = child.printed_line(WORDS).await;
    let token = line.strip_prefix(WORDS).unwrap();
    assert_eq!(status_as(&child, token, "/v1/tokens").await, 200);
    let ended = child.terminate().await;
    assert!(!ended.complaint.contains(token), "the token stands in the log");

    let child = home.serve().await;
    assert_eq!(status_as(&child, token, "/v1/tokens").await, 200);
    let again = child.terminate().await;
    assert!(!again.printed.contains(WORDS), "{again:?}");
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
    let create = ["token", "create", "--name", "n", "--role"];
    let ended = home.run(&[&create[..], &["publisher", "--publisher", "nobody"]].concat()).await;
    ended.is_refused(&["--publisher", "nobody"]);
    home.run(&[&create[..], &["publisher"]].concat()).await.is_refused(&["--publisher"]);
    assert!(!home.run(&[&create[..], &["king"]].concat()).await.status.success());
}
