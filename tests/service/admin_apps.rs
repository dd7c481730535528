//! Apps, sources and egress IPs through the API.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::harness::Service;

fn warnings(app: &Value) -> String {
    app["warnings"].to_string()
}

#[actix_web::test]
async fn an_app_is_shown_as_it_was_given_without_the_values_of_its_headers() {
    let service = Service::start().await;
    let body = json!({
        "publisherId": "acme", "name": "Wall", "ref": "wall", "dialect": "besitos",
        "callbackUrl": "https://pub.example/pb", "events": ["sale"], "paused": true, "callbacks": "off",
        "retrySchedule": [1, 2], "timeoutMs": 5000, "success": {"statuses": ["2xx"], "bodyContains": "OK"},
        "headers": {"Authorization": "Bearer hunter2"}, "timestampSource": "attempt",
        "signedOrigin": "https://inner.example:8443", "maxHeldDays": 7,
    });
    let created = service.app(body.clone()).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert!(!created.json.to_string().contains("hunter2"));
    let shown = service.get(&service.publisher, "/v1/apps/wall").await.json;
    assert_eq!(shown, created.json);
    for field in [
        "name",
        "ref",
        "dialect",
        "callbackUrl",
        "events",
        "paused",
        "callbacks",
        "retrySchedule",
        "timeoutMs",
        "success",
        "timestampSource",
        "signedOrigin",
        "maxHeldDays",
    ] {
        assert_eq!(shown[field], body[field], "{field}");
    }
    assert_eq!(shown["headers"], json!(["Authorization"]));
    assert_eq!(shown["publisherId"], service.publisher_id);
    assert_eq!(shown["createdAt"], "2023-11-14T22:13:20.000Z");
}

#[actix_web::test]
async fn a_change_leaves_alone_what_it_does_not_name_and_null_goes_back_to_the_default() {
    let service = Service::start().await;
    let body = json!({"name": "Wall", "ref": "wall", "dialect": "besitos", "timeoutMs": 5000, "maxHeldDays": 7});
    service.app(body).await;
    let change = json!({"timeoutMs": null, "maxHeldDays": null, "paused": true, "ref": null});
    let id = service.get(&service.publisher, "/v1/apps/wall").await.id();
    let changed = service.patch(&service.manager, "/v1/apps/wall", change).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.json["name"], "Wall");
    assert_eq!((&changed.json["timeoutMs"], &changed.json["maxHeldDays"]), (&Value::Null, &json!(30)));
    assert_eq!((&changed.json["paused"], &changed.json["ref"]), (&json!(true), &Value::Null));
    let refused = service.patch(&service.publisher, &format!("/v1/apps/{id}"), json!({"name": null})).await;
    assert_eq!(refused.fields(), ["name"]);
    assert_eq!(service.delete(&service.publisher, &format!("/v1/apps/{id}")).await.status, 204);
    assert_eq!(service.get(&service.publisher, &format!("/v1/apps/{id}")).await.status, 404);
}

#[actix_web::test]
async fn every_rule_of_an_app_answers_with_its_field() {
    let service = Service::start().await;
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
        ("maxHeldDays", json!(366)),
        ("events", json!([])),
        ("ref", json!("app_0123456789abcdef0123456789abcdef")),
    ] {
        let name = field.split('.').next().unwrap();
        let mut body = json!({"name": "Wall", "dialect": "besitos"});
        body[name] = value;
        let answer = service.app(body).await;
        assert_eq!((answer.status, answer.fields()), (422, vec![field]), "{answer:?}");
    }
    let both = service.app(json!({})).await;
    assert_eq!(both.fields(), ["name", "dialect"]);
}

#[actix_web::test]
async fn a_ref_is_taken_over_the_whole_installation() {
    let service = Service::start().await;
    let body = json!({"name": "Wall", "ref": "acme", "dialect": "besitos"});
    assert_eq!(service.app(body).await.status, 409);
}

#[actix_web::test]
async fn a_publisher_cannot_choose_the_ref_that_sources_report_by() {
    let service = Service::start().await;
    let body = json!({"name": "Wall", "ref": "wall", "dialect": "besitos"});
    assert_eq!(service.post(&service.publisher, "/v1/apps", body).await.status, 403);
    let id = service.post(&service.publisher, "/v1/apps", json!({"name": "Wall", "dialect": "besitos"})).await.id();
    let path = format!("/v1/apps/{id}");
    assert_eq!(service.patch(&service.publisher, &path, json!({"ref": "wall"})).await.status, 403);
    assert_eq!(service.patch(&service.manager, &path, json!({"ref": "wall"})).await.json["ref"], "wall");
}

#[actix_web::test]
async fn an_app_without_secret_and_egress_ip_warns_of_both_until_it_has_them() {
    let service = Service::start().await;
    let app = service.app(json!({"name": "Wall", "dialect": "besitos", "callbackUrl": "https://pub.example/"})).await;
    let told = warnings(&app.json);
    assert!(told.contains("no egress IP was ever assigned") && told.contains("no active secret"), "{told}");
    let issued = service.post(&service.manager, "/v1/egress-ips", json!({"address": "192.0.2.7"})).await;
    let assignments = format!("/v1/egress-ips/{}/assignments", issued.id());
    let assigned = service.post(&service.manager, &assignments, json!({"appId": app.id()})).await;
    assert_eq!(assigned.status, 201, "{assigned:?}");
    let again = service.post(&service.manager, &assignments, json!({"appId": app.id()})).await;
    assert_eq!(again.status, 409);
    let path = format!("/v1/apps/{}", app.id());
    service.post(&service.publisher, &format!("{path}/secrets"), json!({})).await;
    let shown = service.get(&service.publisher, &path).await.json;
    assert_eq!(shown["egressIp"], "192.0.2.7");
    assert!(!warnings(&shown).contains("secret"), "{shown}");
    let taken = service.delete(&service.manager, &format!("{assignments}/{}", assigned.id())).await;
    assert_eq!(taken.status, 204);
    let shown = service.get(&service.publisher, &path).await.json;
    assert!(shown["egressIp"].is_null() && warnings(&shown).contains("was taken away"), "{shown}");
}

#[actix_web::test]
async fn a_bind_is_the_operators_alone_and_its_credentials_are_never_shown() {
    let service = Service::start().await;
    let body = json!({"address": "192.0.2.7", "bind": "socks5://user:hunter2@10.0.0.1:1080"});
    assert_eq!(service.post(&service.manager, "/v1/egress-ips", body.clone()).await.status, 403);
    let created = service.post(&service.operator, "/v1/egress-ips", body.clone()).await;
    assert_eq!(created.json["bind"], "socks5://***@10.0.0.1:1080");
    assert_eq!(service.post(&service.operator, "/v1/egress-ips", body).await.status, 409);
    let path = format!("/v1/egress-ips/{}", created.id());
    assert!(service.get(&service.manager, &path).await.json.get("bind").is_none());
    assert_eq!(service.get(&service.publisher, &path).await.status, 404);
    service.post(&service.manager, &format!("{path}/assignments"), json!({"publisherId": "acme"})).await;
    let own = service.get(&service.publisher, "/v1/egress-ips").await.json;
    assert_eq!((&own["items"][0]["address"], own["items"][0].get("bind")), (&json!("192.0.2.7"), None));
    for bind in ["socks5h://10.0.0.1", "nonsense"] {
        let refused = service.patch(&service.operator, &path, json!({"bind": bind})).await;
        assert_eq!(refused.fields(), ["bind"]);
    }
    assert_eq!(service.patch(&service.manager, &path, json!({"address": "192.0.2.8"})).await.status, 409);
    assert_eq!(service.delete(&service.manager, &path).await.status, 409);
}

#[actix_web::test]
async fn an_egress_ip_is_replaced_in_one_step() {
    let service = Service::start().await;
    let app = service.app(json!({"name": "Wall", "dialect": "besitos"})).await.id();
    let path = format!("/v1/apps/{app}/egress");
    for address in ["192.0.2.1", "192.0.2.2"] {
        let issued = service.post(&service.manager, "/v1/egress-ips", json!({"address": address})).await.id();
        let put = service.put(&service.manager, &path, json!({"egressIpId": issued})).await;
        assert_eq!((put.status, &put.json["appId"]), (200, &json!(app)), "{put:?}");
        let shown = service.get(&service.publisher, &format!("/v1/apps/{app}")).await.json;
        assert_eq!(shown["egressIp"], address);
    }
    let unknown = service.put(&service.manager, &path, json!({"egressIpId": "eip_none"})).await;
    assert_eq!(unknown.fields(), ["egressIpId"]);
}

#[actix_web::test]
async fn a_sources_secret_is_shown_when_it_is_made_and_never_again() {
    let service = Service::start().await;
    let app = service.app(json!({"name": "Wall", "ref": "wall", "dialect": "besitos"})).await.id();
    let body = json!({"name": "Network", "appIds": ["wall"], "transactionPrefix": "net-"});
    let created = service.post(&service.operator, "/v1/sources", body).await;
    assert_eq!((created.status, &created.json["appIds"]), (201, &json!([app])));
    let secret = created.json["secret"].as_str().unwrap();
    let rotate = format!("/v1/sources/{}/rotate", created.id());
    let rotated = service.post(&service.operator, &rotate, json!({"overlapHours": 1})).await.json;
    assert!(rotated["secret"] != secret && rotated["previousSecretUntil"] == "2023-11-14T23:13:20.000Z", "{rotated}");
    let listed = service.get(&service.operator, "/v1/sources").await.json.to_string();
    assert!(!listed.contains(secret) && !listed.contains(rotated["secret"].as_str().unwrap()));
    let unknown = json!({"name": "Network", "appIds": ["wall", "nowhere"]});
    assert_eq!(service.post(&service.operator, "/v1/sources", unknown).await.fields(), ["appIds[1]"]);
}

#[actix_web::test]
async fn the_terms_of_amounts_are_the_account_managers_to_set_and_keep_the_digits_of_their_rate() {
    let service = Service::start().await;
    let created = service.app(json!({"name": "Wall", "ref": "wall", "dialect": "besitos"})).await.json;
    assert_eq!([&created["revenueShareBps"], &created["rewardRate"]], [&Value::Null, &Value::Null]);
    assert_eq!([&created["rewardDecimals"], &created["rewardRounding"]], [&json!(0), &json!("half_even")]);
    let terms = br#"{"revenueShareBps": 6250, "rewardRate": 100.10, "rewardDecimals": 2, "rewardRounding": "down"}"#;
    let changed = service.call(Method::PATCH, &service.manager, "/v1/apps/wall", Some(terms.to_vec())).await.json;
    assert_eq!([&changed["revenueShareBps"], &changed["rewardRate"]], [&json!(6250), &json!("100.10")]);
    assert_eq!([&changed["rewardDecimals"], &changed["rewardRounding"]], [&json!(2), &json!("down")]);
    for (field, value) in [
        ("revenueShareBps", json!(10_001)),
        ("rewardRate", json!("1e3")),
        ("rewardRate", json!("1000000000")),
        ("rewardRate", json!(0)),
        ("rewardDecimals", json!(10)),
        ("rewardRounding", json!("floor")),
    ] {
        let refused = service.patch(&service.manager, "/v1/apps/wall", json!({field: value})).await;
        assert_eq!((refused.status, refused.fields()), (422, vec![field]), "{value}");
        let id = service.get(&service.publisher, "/v1/apps/wall").await.id();
        let own = service.patch(&service.publisher, &format!("/v1/apps/{id}"), json!({field: null})).await;
        assert_eq!(own.status, 403, "{field}");
    }
}
