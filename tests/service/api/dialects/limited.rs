//! What is limited to some publishers is to all others as if it were not there, wherever they ask.

use serde_json::{Value, json};

use super::{DRAFT, NAME, TEMPLATE, draft};
use crate::support::{Ringback, has, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_dialect_that_is_limited_to_a_publisher_is_not_there_for_another_one() {
    let ringback = Ringback::start().await;
    let ours = ringback.post("/v1/publishers", json!({"name": "Ours", "ref": "ours"})).await.id();
    let theirs = ringback.post("/v1/publishers", json!({"name": "Theirs"})).await.id();
    let (us, them) = (ringback.publisher(&ours).await, ringback.publisher(&theirs).await);
    let unknown = with(draft(), json!({"publishers": ["ours", "nobody"]}));
    ringback.post("/v1/dialects", unknown).await.refuses(422, &["publishers[1]"]);
    let published = ringback.published(with(draft(), json!({"publishers": ["ours"]}))).await;
    has(&published, json!({"publishers": [ours]}));

    let names = |list: &Value| list["items"].to_string();
    assert!(names(&us.get("/v1/dialects").await).contains(NAME));
    assert!(!names(&them.get("/v1/dialects").await).contains(NAME));
    assert!(
        us.get("/v1/dialects/x-coinbarn").await.get("publishers").is_none(),
        "whom else it is for is not theirs to know"
    );
    let (app, endpoint) =
        (json!({"name": "A"}), json!({"dialect": NAME, "callbackUrl": format!("https://p.example{TEMPLATE}")}));
    let app = with(app, endpoint.clone());
    for named in [NAME, "x-coinbarn@1"] {
        for query in ["", "?as=toml"] {
            let path = format!("/v1/dialects/{named}{query}");
            assert_eq!(us.ask(&path).await.status, 200, "{path}");
            them.ask(&path).await.is(404, json!({"detail": "There is no such dialect."}));
        }
        let (mut app, mut endpoint) = (app.clone(), endpoint.clone());
        (app["dialect"], endpoint["dialect"]) = (named.into(), named.into());
        us.post("/v1/apps", &app).await.is(201, json!({"dialect": "x-coinbarn@1"}));
        // To them, and for them, it is said of it what is said of any word.
        let none = json!({"dialect": "x-coinbarm"});
        let refusals = [
            (them.post("/v1/apps", &app).await, them.post("/v1/apps", with(app.clone(), none.clone())).await),
            (
                ringback.post("/v1/apps", with(app.clone(), json!({"publisherId": theirs}))).await,
                ringback.post("/v1/apps", with(with(app.clone(), none.clone()), json!({"publisherId": theirs}))).await,
            ),
            (
                them.post("/v1/preview", json!({"endpoint": endpoint})).await,
                them.post("/v1/preview", json!({"endpoint": with(endpoint.clone(), none.clone())})).await,
            ),
        ];
        for (answer, of_nothing) in refusals {
            assert_eq!((answer.status, &answer.body), (422, &of_nothing.body), "{named}");
            assert!(!answer.body.to_string().contains("coinbarn"), "{}", answer.body);
        }
    }
    let wall = ringback.wall("besitos", json!({})).await;
    ringback.patch(&wall.path(""), json!({"dialect": "x-coinbarn@1"})).await.refuses(422, &["dialect"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_version_is_limited_like_the_one_before_unless_somebody_says_otherwise() {
    let ringback = Ringback::start().await;
    let ours = ringback.post("/v1/publishers", json!({"name": "Ours", "ref": "ours"})).await.id();
    let limited = json!({"publishers": [ours]});
    ringback.published(with(draft(), json!({"publishers": ["ours"]}))).await;
    // Neither a new draft nor its replacement says whom it is for.
    ringback.post("/v1/dialects", draft()).await.ok();
    has(&ringback.put(DRAFT, draft()).await.ok(), limited.clone());
    has(&ringback.post("/v1/dialects/x-coinbarn/publish", "").await.ok(), limited);
    for everybody in [json!(null), json!([])] {
        let open = with(draft(), json!({"publishers": everybody}));
        ringback.post("/v1/dialects", &open).await.ok();
        let put = ringback.put(DRAFT, &open).await.ok();
        assert!(put["publishers"].is_null(), "{put}");
        let published = ringback.post("/v1/dialects/x-coinbarn/publish", "").await.ok();
        assert!(published.get("publishers").is_none(), "{published}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_limited_to_some_publishers_is_tested_through_no_other_ones_app() {
    let ringback = Ringback::start().await;
    ringback.post("/v1/publishers", json!({"name": "Ours", "ref": "ours"})).await.id();
    ringback.published(draft()).await;
    let wall = ringback.coinbarn(NAME).await;
    ringback.post("/v1/dialects", with(draft(), json!({"publishers": ["ours"]}))).await.ok();
    let asked = json!({"recipe": "x-coinbarn#draft"});
    ringback.post(&wall.path("/test"), &asked).await.refuses(422, &["recipe"]);
    assert!(wall.receiver.so_far().is_empty());
    ringback.put(DRAFT, with(draft(), json!({"publishers": []}))).await.ok();
    ringback.post(&wall.path("/test"), &asked).await.is(200, json!({"verdict": "answered"}));
}
