//! The addresses that callbacks leave from, as those who keep them and publishers see them.

use std::time::Duration;

use serde_json::json;

use super::visitor::Visitor;
use crate::support::Ringback;

#[tokio::test]
async fn who_holds_an_address_who_has_it_and_who_will_have_it_is_shown() {
    let ringback = Ringback::start().await;
    let mut max = Visitor::joined(&ringback, "max@example.com", json!({"role": "account_manager"})).await;
    max.get("/egress")
        .await
        .holds("No egress IP yet. Callbacks leave by the host&#39;s own route until one is issued and assigned.");
    let kash = ringback.app("besitos", json!({"name": "Kash wall"})).await;
    let zen = ringback.app("besitos", json!({"name": "Zen wall"})).await;
    let old = ringback.issue(json!({"address": "127.0.9.1"}), json!({"appId": kash.id})).await;
    let new = ringback.post("/v1/egress-ips", json!({"address": "127.0.9.2"})).await.id();
    ringback.post("/v1/egress-ips", json!({"address": "203.0.113.7"})).await.ok();
    ringback.issue(json!({"address": "127.0.9.3"}), json!({"publisherId": zen.publisher})).await;
    let active_at = ringback.now().plus(Duration::from_secs(86_400)).to_string();
    ringback.put(&kash.path("/egress"), json!({"egressIpId": new, "activeAt": active_at})).await.ok();
    let list = max.get("/egress").await;
    list.holds("No node holds it");
    list.holds("1 node</span>");
    list.holds("Kash wall from <time datetime=\"2024-07-02T18:40:00.000Z\"");
    list.holds("1 publisher");
    list.holds("nobody");
    let one = max.get(&format!("/egress/{new}")).await;
    one.holds("127.0.9.2");
    one.holds("<b>scheduled</b>");
    let id = old.rsplit('/').next().unwrap();
    let one = max.get(&format!("/egress/{id}")).await;
    one.holds("Kash wall");
    one.holds("2024-07-02T18:40:00.000Z");
    assert_eq!(ringback.get(&format!("/v1/egress-ips/{id}")).await["nodes"], 1);

    let role = json!({"role": "publisher", "publisherId": kash.publisher});
    let mut ana = Visitor::joined(&ringback, "ana@example.com", role).await;
    let own = ana.get("/egress").await;
    own.holds("Callbacks of these apps come from these addresses alone. Allow them on your server.");
    own.lacks("No address is fixed for");
    let second = json!({"publisherId": kash.publisher, "name": "Second wall", "dialect": "besitos"});
    ringback.post("/v1/apps", second).await.ok();
    ana.get("/egress").await.holds("No address is fixed for Second wall: callbacks leave");
    own.holds("<b>from</b> <time datetime=\"2024-07-02T18:40:00.000Z\"");
    own.holds("<code id=\"all-addresses\">127.0.9.2\n127.0.9.1</code>");
    own.holds("/v1/egress-ips</code>");
    own.lacks("127.0.9.3");
    own.lacks("203.0.113.7");
    own.lacks("Held by");
    ana.get(&format!("/egress/{id}")).await.lacks("Held by");
    assert_eq!(ana.get("/egress/eip_none").await.status, 404);
}
