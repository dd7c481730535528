//! Operators publish, account managers draft and check, publishers choose.

use serde_json::json;

use super::{DRAFT, NAME, draft, next_draft};
use crate::support::{Ringback, has};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_manager_drafts_and_checks_and_only_an_operator_publishes_and_withdraws() {
    let ringback = Ringback::start().await;
    let manager = ringback.manager().await;
    manager.post("/v1/dialects", draft()).await.is(201, json!({"savedBy": {"name": "manager"}}));
    manager.put(DRAFT, draft()).await.ok();
    manager.post("/v1/dialects/x-coinbarn/check", "").await.ok();
    let refused = json!({"detail": "Only an operator may do this."});
    manager.post("/v1/dialects/x-coinbarn/publish", "").await.is(403, refused.clone());
    ringback.post("/v1/dialects/x-coinbarn/publish", "").await.ok();
    manager.post("/v1/dialects/x-coinbarn@1/withdraw", "").await.is(403, refused);
    has(&manager.get("/v1/dialects").await, json!({"drafts": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_reads_and_chooses_what_is_published_and_knows_of_no_draft() {
    let ringback = Ringback::start().await;
    let publisher = ringback.post("/v1/publishers", json!({"name": "P"})).await.id();
    let by = ringback.publisher(&publisher).await;
    ringback.published(draft()).await;
    ringback.post("/v1/dialects", next_draft()).await.ok();
    let list = by.get("/v1/dialects").await;
    assert!(list["items"].to_string().contains(NAME) && list.get("drafts").is_none(), "{list}");
    has(&by.get("/v1/dialects/x-coinbarn").await, json!({"recipe": "x-coinbarn@1"}));
    for refused in [
        by.post("/v1/dialects", draft()).await,
        by.ask(DRAFT).await,
        by.put(DRAFT, draft()).await,
        by.delete(DRAFT).await,
        by.post("/v1/dialects/x-coinbarn/check", "").await,
        by.post("/v1/dialects/x-coinbarn/publish", "").await,
        by.post("/v1/dialects/x-coinbarn@1/withdraw", "").await,
    ] {
        assert_eq!(refused.status, 403, "{}", refused.body);
    }
    let wall = ringback.wall("besitos", json!({})).await;
    let theirs = ringback.publisher(&wall.publisher).await;
    let test = theirs.post(&wall.path("/test"), json!({"recipe": "x-coinbarn#draft"})).await;
    test.is(403, json!({"detail": "Only an account manager or operator may send a test by a draft."}));
}
