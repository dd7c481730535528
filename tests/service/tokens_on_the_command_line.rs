//! How an operator comes by a token: from a setting, from the first start, from the command line beside a server.

use reqwest::Method;
use serde_json::json;

use crate::api::{Api, TOKEN, text};
use crate::child::Home;
use crate::lifecycle::refused;

const ANOTHER: &str = "another-bootstrap-token-0123456789-abcdef";

async fn status_as(api: &Api, token: &str, path: &str) -> u16 {
    api.call_as(token, Method::GET, path, None).await.status
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
    let publisher = child.made(Method::POST, "/v1/publishers", json!({"name": "P", "ref": "pub-1"})).await;
    let create = ["token", "create", "--name", "night shift", "--role"];
    let made = home.run(&[&create[..], &["operator"]].concat()).await;
    assert!(made.status.success(), "{made:?}");
    assert_eq!(status_as(&child, made.printed.trim(), "/v1/tokens").await, 200);

    let made = home.run(&[&create[..], &["publisher", "--publisher", "pub-1"]].concat()).await;
    let own = format!("/v1/publishers/{}", text(&publisher, "id"));
    assert_eq!(status_as(&child, made.printed.trim(), &own).await, 200, "{made:?}");
    assert_eq!(status_as(&child, made.printed.trim(), "/v1/sources").await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_nobody_or_for_the_wrong_role_is_refused() {
    let home = Home::new();
    let create = ["token", "create", "--name", "n", "--role"];
    let ended = home.run(&[&create[..], &["publisher", "--publisher", "nobody"]].concat()).await;
    refused(&ended, &["--publisher", "nobody"]);
    refused(&home.run(&[&create[..], &["publisher"]].concat()).await, &["--publisher"]);
    assert!(!home.run(&[&create[..], &["king"]].concat()).await.status.success());
}
