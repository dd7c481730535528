//! A header signs the body. The catalog's bodies hold less than our recipes say, so each is made by the same recipe without
//! the fields that it lacks.

use super::*;

const URL: &str = "https://pub.example/hook";

#[test]
fn adgem_post() {
    let lacking = ["offer_id", "conversion_datetime", "ip"];
    let body = r#"{"request_id":"01786456-b959-404a-baa7-05ef8a2e0290","timestamp":1719859260,"data":{"campaign_id":"of7","player_id":"u-42","amount":150.75,"payout":1.25,"conversion_id":"tx-1001","goal_id":"g3","offer_name":"Gems & Gold (iOS)","conversion_type":"reward"}}"#;
    let request = by(less("adgem-post", &lacking), URL).request();
    assert_eq!(request.body.as_deref(), Some(body));
    let signature = "6a17dc11d7171f5178215f2dba3c35a84aacaceb1708e9ecbeeb1aebe55c21b7";
    assert_eq!(header(&request, "Signature"), signature);
    let mut install = told("adgem-post", URL).setting("app_id", "app-9").pair("c2", "x");
    install.completion.event_type = "install".to_owned();
    let body = r#"{"request_id":"01786456-b959-404a-baa7-05ef8a2e0290","timestamp":1719859260,"data":{"app_id":"app-9","campaign_id":"of7","player_id":"u-42","amount":150.75,"payout":1.25,"conversion_id":"tx-1001","goal_id":"g3","offer_id":"of7","offer_name":"Gems & Gold (iOS)","conversion_datetime":"2024-07-01 13:40:00","ip":"203.0.113.9","c2":"x","conversion_type":"install"}}"#;
    assert_eq!(install.request().body.as_deref(), Some(body));
}

#[test]
fn stripe_style() {
    let lacking = [&BESIDES[..], &["extra"]].concat();
    let request = by(less("stripe-style", &lacking), URL).keys(&[K1, K2]).request();
    assert_eq!(request.body.as_deref(), Some(BODY));
    assert_eq!(request.signed_text.as_deref(), Some(format!("1719859260.{BODY}").as_str()));
    let first = "33cbbf885569d5e07aa7d5be6ea1fb5b7731ab8ae09d2919c908d929682b999d";
    let second = "7d10eb778f9015a8e8484d6feb4b8ed5e0e81779a74d7c9a4ebdb86ad82996ed";
    assert_eq!(header(&request, "X-Signature"), format!("t=1719859260,v1={first},v1={second}"));
    let reversed = told("stripe-style", URL).keys(&[K1]).reversed().request().body.unwrap();
    assert!(reversed.starts_with(r#"{"type":"reversal","#) && reversed.contains(r#""transactionId":"r-tx-1001""#));
}

#[test]
fn github_style() {
    let lacking = [&BESIDES[..], &["extra"]].concat();
    let request = by(less("github-style", &lacking), URL).request();
    assert_eq!(request.body.as_deref(), Some(BODY));
    let signature = "sha256=4ad5996bfc4c4f870daea74b4ea7a8d520f6b102d417241fe5ec9198df859928";
    assert_eq!(header(&request, "X-Hub-Signature-256"), signature);
    assert_eq!(header(&request, "X-GitHub-Event"), "completion");
    assert_eq!(header(&request, "X-GitHub-Delivery"), "01786456-b959-404a-baa7-05ef8a2e0290");
    // GitHub's own example.
    let recipe = read(&other("github-style"));
    let key = SecretText::known("It's a Secret to Everybody".to_owned());
    let signature = recipe.signature().unwrap().sign_bytes(&key, b"Hello, World!").unwrap();
    assert_eq!(signature, "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
}
