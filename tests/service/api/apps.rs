//! Apps, sources and egress IPs through the API.

use serde_json::{Value, json};

use super::Acme;
use crate::support::{Home, has, shown, text, with};

fn warnings(app: &Value) -> String {
    app["warnings"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_shown_as_it_was_given_without_the_values_of_its_headers() {
    let acme = Acme::start().await;
    let body = json!({
        "ref": "wall", "callbackUrl": "https://pub.example/pb", "events": ["sale"], "paused": true, "callbacks": "off",
        "retrySchedule": [1, 2], "timeoutMs": 5000, "success": {"statuses": ["2xx"], "bodyContains": "OK"},
        "headers": {"Authorization": "Bearer hunter2"}, "timestampSource": "attempt",
        "signedOrigin": "https://inner.example:8443", "maxHeldDays": 7,
    });
    let created = acme.app(body).await;
    assert_eq!(acme.publisher.get("/v1/apps/wall").await, created.body);
    assert_eq!((created.status, &created.body["publisherId"]), (201, &json!(acme.id)));
    insta::assert_snapshot!(shown(&created.body), @r#"
    {
      id: "app_1", publisherId: "pub_1", name: "Wall", ref: "wall", paused: true, callbacks: "off", maxHeldDays: 7,
      limits: null, refundWindowDays: 60, clickDays: 30, revenueShareBps: null, rewardRate: null,
      rewardDecimals: 0, rewardRounding: "half_even", review: null, endpointId: "end_1", dialect: "besitos",
      callbackUrl: "https://pub.example/pb", reversalUrl: null, events: ["sale"], retrySchedule: [1, 2],
      timeoutMs: 5000, success: {statuses: ["2xx"], bodyContains: "OK"}, timestampSource: "attempt",
      signedOrigin: "https://inner.example:8443", settings: {}, headers: ["Authorization"], surfaceId: null,
      setup: {}, egressIp: null,
      warnings: [
        "no egress IP was ever assigned: callbacks leave by the host's own route",
        "there is no active secret: deliveries are held until there is one",
      ],
      createdAt: "2024-07-01T18:40:00.000Z", publisherName: "Acme", state: "quiet",
      health: {delivered: 0, dead: 0, failedAttempts: 0, waiting: {count: 0, more: false}},
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_leaves_alone_what_it_does_not_name_and_null_goes_back_to_the_default() {
    let acme = Acme::start().await;
    let before = acme.app(json!({"ref": "wall", "timeoutMs": 5000, "maxHeldDays": 7})).await.ok();
    let change = json!({"timeoutMs": null, "maxHeldDays": null, "paused": true, "ref": null});
    let changed = acme.manager.patch("/v1/apps/wall", change).await.ok();
    let expected = json!({"timeoutMs": null, "maxHeldDays": 30, "paused": true, "ref": null});
    assert_eq!(changed, with(before, expected));
    let path = format!("/v1/apps/{}", text(&changed, "id"));
    acme.publisher.patch(&path, json!({"name": null})).await.refuses(422, &["name"]);
    assert_eq!(acme.publisher.delete(&path).await.status, 204);
    assert!(acme.publisher.get(&path).await["archivedAt"].is_string());
    assert_eq!(acme.publisher.patch(&path, json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_of_an_app_answers_with_its_field() {
    let acme = Acme::at(Home::new().with("RINGBACK_ALLOW_HTTP", "").start().await).await;
    for (field, value) in [
        ("callbackUrl", json!("https://10.0.0.1/")),
        ("callbackUrl", json!("http://pub.example/")),
        ("callbackUrl", json!("https://pub.example/?u={usr_id}")),
        ("reversalUrl", json!("https://pub.example/")),
        ("dialect", json!("bestios")),
        ("retrySchedule", json!([0])),
        ("timeoutMs", json!(60_001)),
        ("success.statuses", json!({"statuses": ["500"]})),
        ("headers.User-Agent", json!({"User-Agent": "me"})),
        ("signedOrigin", json!("https://a.example/path")),
        ("surfaceId", json!("s")),
        ("settings.surface", json!({"surface": "s"})),
        ("settings.surface", json!({"surface": 1})),
        ("settings", json!(["s"])),
        ("maxHeldDays", json!(366)),
        ("events", json!([])),
        ("ref", json!("app_6f0a1b2c3d4e5")),
    ] {
        let name = field.split('.').next().unwrap();
        acme.app(json!({name: value})).await.refuses(422, &[field]);
    }
    acme.publisher.post("/v1/apps", json!({})).await.refuses(422, &["name", "dialect"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_changed_by_their_names_and_one_of_them_has_two_spellings() {
    let acme = Acme::start().await;
    let callback = json!({"dialect": "attribloom", "callbackUrl": "https://pub.example/v1/conversions"});
    acme.app(callback.clone()).await.refuses(422, &["surfaceId"]);
    let shown = |id: &str| json!({"settings": {"surfaceId": id}, "surfaceId": id});
    let created = acme.app(with(callback, json!({"surfaceId": "s1"}))).await;
    created.is(201, shown("s1"));
    let path = format!("/v1/apps/{}", created.id());
    let change = async |change: Value| acme.publisher.patch(&path, change).await;
    change(json!({"settings": {"surfaceId": "s2"}})).await.is(200, shown("s2"));
    change(json!({"settings": {}})).await.is(200, shown("s2"));
    change(json!({"settings": {"surfaceId": "s3"}, "surfaceId": "s3"})).await.is(200, shown("s3"));
    for (settings, surface) in [
        (json!({"surfaceId": "s4"}), json!("s5")),
        (json!({"surfaceId": null}), json!("s5")),
        (json!({"surfaceId": "s4"}), Value::Null),
        (Value::Null, json!("s5")),
    ] {
        change(json!({"settings": settings, "surfaceId": surface})).await.refuses(422, &["surfaceId"]);
    }
    change(json!({"settings": {"surfaceId": null}})).await.refuses(422, &["surfaceId"]);
    let none = json!({"settings": {}, "surfaceId": null});
    change(json!({"settings": {"surfaceId": null}, "callbackUrl": null})).await.is(200, none.clone());
    change(json!({"surfaceId": "s6"})).await.is(200, shown("s6"));
    change(json!({"settings": null})).await.is(200, none);
    let endpoints = format!("{path}/endpoints");
    let body = json!({"dialect": "attribloom", "settings": {"surfaceId": "s7"}});
    acme.publisher.post(&endpoints, body).await.is(201, shown("s7"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ref_is_taken_over_the_whole_installation() {
    let acme = Acme::start().await;
    assert_eq!(acme.app(json!({"ref": "acme"})).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_cannot_choose_the_ref_that_sources_report_by() {
    let acme = Acme::start().await;
    let body = json!({"name": "Wall", "dialect": "besitos"});
    let path = format!("/v1/apps/{}", acme.publisher.post("/v1/apps", body.clone()).await.id());
    assert_eq!(acme.publisher.post("/v1/apps", with(body, json!({"ref": "wall"}))).await.status, 403);
    assert_eq!(acme.publisher.patch(&path, json!({"ref": "wall"})).await.status, 403);
    acme.manager.patch(&path, json!({"ref": "wall"})).await.is(200, json!({"ref": "wall"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_secret_and_egress_ip_warns_of_both_until_it_has_them() {
    let acme = Acme::start().await;
    let app = acme.app(json!({"name": "Wall", "callbackUrl": "https://pub.example/"})).await;
    let told = warnings(&app.body);
    assert!(told.contains("no egress IP was ever assigned") && told.contains("no active secret"), "{told}");
    let issued = acme.manager.post("/v1/egress-ips", json!({"address": "192.0.2.7"})).await;
    let assignments = format!("/v1/egress-ips/{}/assignments", issued.id());
    let assigned = acme.manager.post(&assignments, json!({"appId": app.id()})).await;
    assert_eq!(assigned.status, 201, "{assigned:?}");
    assert_eq!(acme.manager.post(&assignments, json!({"appId": app.id()})).await.status, 409);
    let path = format!("/v1/apps/{}", app.id());
    acme.publisher.post(&format!("{path}/secrets"), json!({})).await;
    let shown = acme.publisher.get(&path).await;
    assert_eq!(shown["egressIp"], "192.0.2.7");
    assert!(!warnings(&shown).contains("secret"), "{shown}");
    assert_eq!(acme.manager.delete(&format!("{assignments}/{}", assigned.id())).await.status, 204);
    let shown = acme.publisher.get(&path).await;
    assert!(shown["egressIp"].is_null() && warnings(&shown).contains("was taken away"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bind_is_the_operators_alone_and_its_credentials_are_never_shown() {
    let acme = Acme::start().await;
    let body = json!({"address": "192.0.2.7", "bind": "socks5://user:hunter2@10.0.0.1:1080"});
    assert_eq!(acme.manager.post("/v1/egress-ips", body.clone()).await.status, 403);
    let created = acme.operator.post("/v1/egress-ips", body.clone()).await;
    assert_eq!(created.body["bind"], "socks5://***@10.0.0.1:1080");
    assert_eq!(acme.operator.post("/v1/egress-ips", body).await.status, 409);
    let path = format!("/v1/egress-ips/{}", created.id());
    assert!(acme.manager.get(&path).await.get("bind").is_none());
    assert_eq!(acme.publisher.ask(&path).await.status, 404);
    acme.manager.post(&format!("{path}/assignments"), json!({"publisherId": "acme"})).await;
    let own = acme.publisher.get("/v1/egress-ips").await;
    assert_eq!((&own["items"][0]["address"], own["items"][0].get("bind")), (&json!("192.0.2.7"), None));
    for bind in ["socks5h://10.0.0.1", "nonsense"] {
        acme.operator.patch(&path, json!({"bind": bind})).await.refuses(422, &["bind"]);
    }
    assert_eq!(acme.manager.patch(&path, json!({"address": "192.0.2.8"})).await.status, 409);
    assert_eq!(acme.manager.delete(&path).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_egress_ip_is_replaced_in_one_step() {
    let acme = Acme::start().await;
    let app = acme.app(json!({})).await.id();
    let path = format!("/v1/apps/{app}/egress");
    for address in ["192.0.2.1", "192.0.2.2"] {
        let issued = acme.manager.post("/v1/egress-ips", json!({"address": address})).await.id();
        acme.manager.put(&path, json!({"egressIpId": issued})).await.is(200, json!({"appId": app}));
        assert_eq!(acme.publisher.get(&format!("/v1/apps/{app}")).await["egressIp"], address);
    }
    acme.manager.put(&path, json!({"egressIpId": "eip_none"})).await.refuses(422, &["egressIpId"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sources_secret_is_shown_when_it_is_made_and_never_again() {
    let acme = Acme::start().await;
    acme.app(json!({"ref": "wall"})).await.ok();
    let body = json!({"name": "Network", "appIds": ["wall"], "transactionPrefix": "net-"});
    let created = acme.operator.post("/v1/sources", body).await;
    let secret = text(&created.body, "secret");
    let rotate = format!("/v1/sources/{}/rotate", created.id());
    let rotated = acme.operator.post(&rotate, json!({"overlapHours": 1})).await.ok();
    assert_ne!(text(&rotated, "secret"), secret);
    let listed = acme.operator.get("/v1/sources").await;
    assert!(!listed.to_string().contains(&secret) && !listed.to_string().contains(&text(&rotated, "secret")));
    insta::assert_snapshot!(shown(&rotated), @r#"
    {
      id: "src_1", surfaceId: "srf_1", name: "Network", appIds: ["app_1"], transactionPrefix: "net-",
      createdAt: "2024-07-01T18:40:00.000Z", previousSecretUntil: "2024-07-01T19:40:00.000Z", secret: "…",
    }
    "#);
    let unknown = json!({"name": "Network", "appIds": ["wall", "nowhere"]});
    acme.operator.post("/v1/sources", unknown).await.refuses(422, &["appIds[1]"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terms_of_amounts_are_the_account_managers_to_set_and_keep_the_digits_of_their_rate() {
    let acme = Acme::start().await;
    let created = acme.app(json!({"ref": "wall"})).await.ok();
    let terms = json!({
        "revenueShareBps": null, "rewardRate": null, "rewardDecimals": 0, "rewardRounding": "half_even",
    });
    has(&created, terms);
    let terms = r#"{"revenueShareBps": 6250, "rewardRate": 100.10, "rewardDecimals": 2, "rewardRounding": "down"}"#;
    let kept = json!({
        "revenueShareBps": 6250, "rewardRate": "100.10", "rewardDecimals": 2, "rewardRounding": "down",
    });
    acme.manager.patch("/v1/apps/wall", terms).await.is(200, kept);
    let path = format!("/v1/apps/{}", text(&created, "id"));
    for (field, value) in [
        ("revenueShareBps", json!(10_001)),
        ("rewardRate", json!("1e3")),
        ("rewardRate", json!("1000000000")),
        ("rewardRate", json!(0)),
        ("rewardDecimals", json!(10)),
        ("rewardRounding", json!("floor")),
    ] {
        acme.manager.patch("/v1/apps/wall", json!({field: value})).await.refuses(422, &[field]);
        assert_eq!(acme.publisher.patch(&path, json!({field: null})).await.status, 403, "{field}");
    }
}
