//! What the description of the interface lists.

use serde_json::json;

use crate::support::Ringback;

#[tokio::test(flavor = "multi_thread")]
async fn every_path_is_described_with_its_methods() {
    let description = Ringback::start().await.get("/openapi.json").await;
    assert_eq!(description["openapi"], "3.1.0");
    let mut lines: Vec<String> = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        let methods: Vec<String> = methods.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        lines.push(format!("{} {path}", methods.join(",")));
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    GET /c/{offerId}
    GET /healthz
    GET /ip
    GET /metrics
    GET /readyz
    GET,POST /v1/apps
    GET,DELETE,PATCH /v1/apps/{id}
    POST /v1/apps/{id}/credits
    POST /v1/apps/{id}/diagnose
    PUT /v1/apps/{id}/egress
    GET,POST /v1/apps/{id}/endpoints
    DELETE,PATCH /v1/apps/{id}/endpoints/{endpointId}
    POST /v1/apps/{id}/endpoints/{endpointId}/diagnose
    POST /v1/apps/{id}/endpoints/{endpointId}/enable
    GET,POST /v1/apps/{id}/endpoints/{endpointId}/secrets
    DELETE /v1/apps/{id}/endpoints/{endpointId}/secrets/{secretId}
    POST /v1/apps/{id}/endpoints/{endpointId}/secrets/{secretId}/activate
    POST /v1/apps/{id}/preview
    GET /v1/apps/{id}/receiver
    GET,POST /v1/apps/{id}/secrets
    DELETE /v1/apps/{id}/secrets/{secretId}
    POST /v1/apps/{id}/secrets/{secretId}/activate
    POST /v1/apps/{id}/test
    DELETE /v1/apps/{id}/users/{userId}
    GET /v1/audit
    GET /v1/completions
    GET /v1/completions/{id}
    POST /v1/completions/{id}/reject
    POST /v1/completions/{id}/release
    POST /v1/completions/{id}/reversals
    POST /v1/conversions
    GET,POST /v1/conversions/batch
    GET /v1/conversions/{externalId}
    GET /v1/deliveries
    GET /v1/deliveries/counts
    GET /v1/deliveries/{id}
    POST /v1/deliveries/{id}/cancel
    POST /v1/deliveries/{id}/replay
    GET,POST /v1/dialects
    GET /v1/dialects/{name}
    POST /v1/dialects/{name}/check
    GET,PUT,DELETE /v1/dialects/{name}/draft
    POST /v1/dialects/{name}/publish
    POST /v1/dialects/{name}/withdraw
    GET,POST /v1/egress-ips
    GET,DELETE,PATCH /v1/egress-ips/{id}
    POST /v1/egress-ips/{id}/assignments
    DELETE /v1/egress-ips/{id}/assignments/{assignmentId}
    GET /v1/health
    GET,POST /v1/invitations
    DELETE /v1/invitations/{id}
    POST /v1/join
    GET /v1/ledger
    GET /v1/lookup
    GET,PATCH /v1/me
    POST /v1/me/second-factor
    POST /v1/me/second-factor/confirm
    POST /v1/me/second-factor/remove
    GET,DELETE /v1/me/sessions
    DELETE /v1/me/sessions/{id}
    GET,POST /v1/offers
    GET,PATCH /v1/offers/{id}
    POST /v1/preview
    GET,POST /v1/publishers
    GET,PATCH /v1/publishers/{id}
    GET,POST /v1/replays
    GET /v1/replays/{id}
    POST /v1/replays/{id}/cancel
    POST /v1/reversals
    POST /v1/sessions
    GET,POST /v1/sources
    DELETE /v1/sources/{id}
    POST /v1/sources/{id}/rotate
    GET,POST /v1/tokens
    GET,DELETE /v1/tokens/{id}
    GET /v1/users
    GET,DELETE,PATCH /v1/users/{id}
    POST /v1/users/{id}/reset
    DELETE /v1/users/{id}/second-factor
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_has_a_tag_and_a_summary_and_a_name_that_no_other_has() {
    let description = Ringback::start().await.get("/openapi.json").await;
    let mut names = std::collections::BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, call) in methods.as_object().unwrap() {
            let text = |field: &str| call[field].as_str().unwrap_or_default().trim().to_owned();
            assert!(names.insert(text("operationId")), "{method} {path}: another call has this name");
            assert!(!text("operationId").is_empty() && !text("summary").is_empty(), "{method} {path}: {call}");
            assert!(call["tags"].as_array().is_some_and(|tags| !tags.is_empty()), "{method} {path}: no tag");
        }
    }
    assert!(names.len() > 90, "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_body_says_what_it_may_hold_and_that_it_holds_nothing_else() {
    let description = Ringback::start().await.get("/openapi.json").await;
    let schemas = &description["components"]["schemas"];
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, call) in methods.as_object().unwrap() {
            let Some(body) = call.get("requestBody") else { continue };
            let named = body["content"]["application/json"]["schema"]["$ref"].as_str();
            let name = named.unwrap_or_else(|| panic!("{method} {path} names no schema: {body}")).rsplit('/').next();
            let schema = &schemas[name.unwrap()];
            let variants = schema["oneOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
            for variant in variants {
                assert_eq!(variant["additionalProperties"], false, "{method} {path}: {variant}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_of_a_page_is_described_as_it_is_where_it_stands_alone() {
    let description = Ringback::start().await.get("/openapi.json").await;
    let schemas = description["components"]["schemas"].as_object().unwrap();
    let mut pages = 0;
    for (name, page) in schemas {
        let Some(item) = name.strip_prefix("PageOf_").filter(|item| *item != "Object") else { continue };
        assert_eq!(page["properties"]["items"]["items"]["$ref"], format!("#/components/schemas/{item}"), "{name}");
        assert!(schemas[item]["properties"].is_object(), "{item} is not described as one object");
        assert!(page["required"].as_array().unwrap().contains(&json!("nextCursor")), "{name}");
        pages += 1;
    }
    assert!(pages > 10, "{pages}");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_described_as_they_are_read() {
    let description = Ringback::start().await.get("/openapi.json").await;
    let schema = |name: &str| description["components"]["schemas"][name].clone();
    assert_eq!(schema("RoleWord")["enum"], json!(["operator", "account_manager", "publisher"]));
    assert_eq!(schema("Theme")["enum"], json!(["system", "light", "dark"]));
    let dialects = schema("NewApp")["properties"]["dialect"]["pattern"].as_str().unwrap().to_owned();
    assert!(dialects.contains("|kiwiwall|") && dialects.contains("|x-["), "{dialects}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_read_of_an_endpoint_can_be_given_by_the_description_and_a_change_says_what_it_replaces_whole() {
    let description = Ringback::start().await.get("/openapi.json").await;
    for body in ["NewApp", "AppBody", "NewEndpoint", "EndpointBody"] {
        let fields = &description["components"]["schemas"][body]["properties"];
        for field in ["headers", "settings", "success", "signedOrigin", "surfaceId"] {
            assert!(fields[field].is_object(), "{body} has no {field}");
        }
    }
    let change = |path: &str| description["paths"][path]["patch"]["description"].as_str().unwrap().to_owned();
    let (app, endpoint) = (change("/v1/apps/{id}"), change("/v1/apps/{id}/endpoints/{endpointId}"));
    assert!(app.contains("`limits`, `review`, `success` and `headers` are\nreplaced whole"), "{app}");
    assert!(endpoint.contains("`success` and `headers` are replaced whole"), "{endpoint}");
}
