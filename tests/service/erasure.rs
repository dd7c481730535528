//! A user's wish to be forgotten.

use reqwest::Method;
use serde_json::json;

use crate::receiver::{Receiver, Reply};
use crate::ringback::{Ringback, conversion, only_delivery};

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_users_name_is_nowhere_any_more_but_its_money_and_its_keys_stay() {
    let ringback = Ringback::start().await;
    let receiver = Receiver::start().await;
    receiver.then(Reply::Echo).await;
    let settings = json!({"callbackUrl": receiver.url("/pb.php"), "retrySchedule": [3600]});
    let app = ringback.app("besitos", settings).await;
    ringback.secret(&app, "sekret").await;
    let source = ringback.source().await;
    let mut report = conversion(&app, "tx-1");
    report["userId"] = "ann@example.com".into();
    report["note"] = "for ann@example.com".into();
    report["extra"] = json!({"email": "ann@example.com"});
    let reported = ringback.report(&source, &report).await;
    let id = only_delivery(&reported);
    ringback.delivery_once(&id, "retrying").await;

    let path = format!("/v1/apps/{}/users/ann@example.com", app.id);
    let open = ringback.call(Method::DELETE, &path, None).await;
    assert_eq!(open.status, 409, "what is still to be sent needs the name: {}", open.body);
    ringback.made(Method::POST, &format!("/v1/deliveries/{id}/cancel"), json!({})).await;
    assert_eq!(ringback.call(Method::DELETE, &path, None).await.status, 204);

    let completion = reported.body["id"].as_str().unwrap();
    let shown = ringback.get(&format!("/v1/completions/{completion}")).await;
    let delivery = ringback.get(&format!("/v1/deliveries/{id}")).await;
    for seen in [&shown, &delivery] {
        assert!(!seen.to_string().contains("ann"), "{seen:#}");
    }
    assert_eq!((&shown["payoutMinor"], &shown["userReward"]), (&json!(250), &json!("100")));
    assert!(shown["userId"].as_str().unwrap().starts_with("erased_"), "{shown:#}");
    assert_eq!(ringback.get("/v1/completions?userId=ann@example.com").await["items"], json!([]));
    let again = ringback.report(&source, &report).await;
    assert_eq!((again.status, &again.body["status"]), (200, &json!("duplicate")), "{}", again.body);
    report["userId"] = "bob".into();
    assert_eq!(ringback.report(&source, &report).await.status, 409);
    assert_eq!(ringback.call(Method::DELETE, &path, None).await.status, 204, "there is nothing left to erase");

    // Nobody is told of a user who is nobody any more, while the money is taken back as ever.
    assert_eq!(ringback.post(&format!("/v1/deliveries/{id}/replay"), json!({})).await.status, 409);
    let refund = json!({"externalId": "tx-1"}).to_string();
    let taken_back = ringback.signed_post(&source, "/v1/reversals", &refund).await;
    assert_eq!((taken_back.status, &taken_back.body["deliveries"]), (200, &json!([])), "{}", taken_back.body);
    assert_eq!(taken_back.body["notTold"].as_array().unwrap().len(), 1);
}
