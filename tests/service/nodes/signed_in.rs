//! People on several nodes: who signs in on one is known on all, and who signs out on one is known on none.

use serde_json::json;

use crate::support::{Home, text};

const PASSWORD: &str = "correct horse battery";

#[tokio::test(flavor = "multi_thread")]
async fn a_session_opens_on_every_node_and_ends_on_all_of_them_at_once() {
    let home = Home::on_postgres();
    let (mut one, mut other) = tokio::join!(home.serve(), home.serve());
    // Both have started at once, and either link does.
    let [link, void] = [one.printed_line("First operator: ").await, other.printed_line("First operator: ").await]
        .map(|line| line.split_once("/join/").unwrap().1.to_owned());
    let join = |token: &str| json!({"token": token, "name": "Olga", "email": "olga@example.com", "password": PASSWORD});
    let joined = other.with_token("").post("/v1/join", join(&link)).await.ok();
    one.with_token("").post("/v1/join", join(&void)).await.refuses(422, &["token"]);
    let here = one.with_token(&text(&joined, "token"));
    let there = here.at(&other);
    here.get("/v1/me").await;
    let id = text(&there.get("/v1/me/sessions").await["items"][0], "id");
    assert_eq!(there.delete(&format!("/v1/me/sessions/{id}")).await.status, 204);
    assert_eq!(here.ask("/v1/me").await.status, 401);

    let sign_in = json!({"email": "olga@example.com", "password": "not the right one"});
    for turn in 0..10 {
        let node = if turn % 2 == 0 { &here } else { &there };
        assert_eq!(node.with_token("").post("/v1/sessions", &sign_in).await.status, 401);
    }
    for node in [&here, &there] {
        assert_eq!(node.with_token("").post("/v1/sessions", &sign_in).await.status, 429);
    }
}
