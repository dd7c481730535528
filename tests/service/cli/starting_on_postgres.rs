//! Starting on PostgreSQL: what a node needs, what it refuses, and that several may start at once.

use place::server::free_port;
use serde_json::json;

use crate::support::Home;

#[tokio::test(flavor = "multi_thread")]
async fn without_a_master_key_file_a_node_does_not_start() {
    let home = Home::on_postgres().with("RINGBACK_MASTER_KEY_FILE", "");
    home.run(&["serve"]).await.is_refused(&["RINGBACK_MASTER_KEY_FILE", "every node"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_reached_is_named_and_its_password_is_not() {
    let url = format!("postgres://ringback:hunter2@127.0.0.1:{}/ringback", free_port());
    let home = Home::on_postgres().with("RINGBACK_DATABASE_URL", &url);
    for command in ["serve", "migrate"] {
        let ended = home.run(&[command]).await;
        ended.is_refused(&["cannot reach the database", "127.0.0.1"]);
        assert!(!ended.complaint.contains("hunter2"), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_that_libpq_stumbles_over_is_refused_without_repeating_what_may_be_the_password() {
    for url in [
        "postgres://127.0.0.1/ringback?user=u&password=hunter2%",
        "postgres://u:hunter 2@127.0.0.1/ringback",
        "postgres://u:hunter2%00@127.0.0.1/ringback",
        "postgres://u:hunter2@127.0.0.1:port/ringback",
        "postgres://127.0.0.1/ringback?passwort=hunter2",
    ] {
        let ended = Home::on_postgres().with("RINGBACK_DATABASE_URL", url).run(&["migrate"]).await;
        ended.is_refused(&["URL"]);
        assert!(!ended.complaint.contains("hunter"), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_exist_is_named() {
    let home = Home::on_postgres();
    let url = format!("{}_missing", home.database_url());
    home.with("RINGBACK_DATABASE_URL", &url).run(&["serve"]).await.is_refused(&["_missing", "does not exist"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_split_over_postgresql_alone() {
    let home = Home::on_sqlite().with("RINGBACK_ROLE", "worker");
    home.run(&["serve"]).await.is_refused(&["RINGBACK_ROLE", "PostgreSQL"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_at_once_on_an_empty_database_agree_on_tables_key_and_token() {
    let home = Home::on_postgres();
    let (one, other, third) = tokio::join!(home.serve(), home.serve(), home.serve());
    let publisher = one.post("/v1/publishers", json!({"name": "Acme"})).await.id();
    for node in [&other, &third] {
        let found = node.get(&format!("/v1/publishers/{publisher}")).await;
        assert_eq!(found["name"], "Acme");
    }
    let tokens = one.get("/v1/tokens").await;
    assert_eq!(tokens["items"].as_array().unwrap().len(), 1, "one bootstrap token for all: {tokens:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_is_refused_while_a_node_works_with_the_present_one_though_nothing_is_sealed_yet() {
    let home = Home::on_postgres();
    let _node = home.serve().await;
    let other = home.path("other.key");
    let home = home.with("RINGBACK_MASTER_KEY_FILE", other.to_str().unwrap());
    home.run(&["serve"]).await.is_refused(&["other.key", "missing", "fingerprint"]);
    assert!(!other.exists());
    std::fs::write(&other, "0".repeat(64)).unwrap();
    home.run(&["serve"]).await.is_refused(&["other.key", "fingerprint"]);
}
