//! What the API answers when it is asked for receiver code, and a callback that goes to it directly.

use serde_json::json;

use super::languages::{CSHARP, GO, JAVA, NODE, PHP, PYTHON, RUBY};
use crate::support::{Ringback, SECRET, calling, has, text, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_to_the_code_itself_is_delivered() {
    let ringback = Ringback::start().await;
    let start = ringback.now();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let behind = u64::try_from(start.as_millis()).unwrap();
    // The receiver refuses a callback that was signed long ago.
    ringback.clock.advance(now - std::time::Duration::from_millis(behind));
    for language in [PHP, NODE, PYTHON, GO, RUBY, JAVA, CSHARP] {
        let wall = ringback.wall("affonso", json!({})).await;
        let answer = ringback.get(&wall.path(&format!("/receiver?language={}", language.name))).await;
        let code = (text(&answer, "fileName"), text(&answer, "code"));
        let program = language.start(&code, &[("RINGBACK_SECRET", SECRET)]).await;
        ringback.change(&wall, json!({"callbackUrl": program.url("/hook")})).await;
        wall.report_until("tx-1", "delivered").await;
        has(&ringback.post(&wall.path("/test"), json!({})).await.ok(), json!({"status": "delivered"}));
        let lines = program.ended().await;
        assert!(
            matches!(&lines[..], [credit, test] if credit == "credit\ttx-1\tuser_42\t100" && test.starts_with("test\ttest-")),
            "{lines:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_that_is_not_known_is_refused_with_those_that_are() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let known = "must be one of php, node, python, go, java, csharp, ruby";
    for query in ["", "?language=", "?language=perl", "?language=PHP"] {
        let answer = ringback.ask(&wall.path(&format!("/receiver{query}"))).await;
        answer.refuses(422, &["language"]);
        has(&answer.body, json!({"errors": [{"message": known}]}));
    }
    ringback.ask(&wall.path("/receiver?language=php&lang=x")).await.refuses(422, &["lang"]);
    ringback.ask(&wall.path("/receiver?language=php&endpointId=end_1")).await.is(404, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_has_code_of_its_own_and_a_stranger_has_none() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let mirror = json!({"dialect": "affonso", "callbackUrl": wall.receiver.url("/mirror")});
    let mirror = ringback.post(&wall.path("/endpoints"), mirror).await.id();
    let own = ringback.publisher(&wall.publisher).await;
    let code = own.get(&wall.path(&format!("/receiver?language=python&endpointId={mirror}"))).await;
    has(&code, json!({"language": "python", "fileName": "receiver.py", "run": "python3 receiver.py"}));
    assert!(text(&code, "code").contains("X-Affonso-Signature") && text(&code, "code").contains("/mirror"), "{code:#}");
    let stranger = ringback.post("/v1/publishers", json!({"name": "Q"})).await.id();
    let stranger = ringback.publisher(&stranger).await;
    stranger.ask(&wall.path("/receiver?language=python")).await.is(404, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_holds_no_secret_and_says_when_its_url_is_an_example() {
    let ringback = Ringback::start().await;
    let publisher = ringback.post("/v1/publishers", json!({"name": "P"})).await.id();
    let app = with(json!({"publisherId": publisher, "name": "A"}), json!({"dialect": "offermaru"}));
    let app = ringback.post("/v1/apps", app).await.id();
    let secret = ringback.post(&format!("/v1/apps/{app}/secrets"), json!({})).await.ok();
    for language in ["php", "node", "python", "go", "java", "csharp", "ruby"] {
        let answer = ringback.get(&format!("/v1/apps/{app}/receiver?language={language}")).await;
        let code = text(&answer, "code");
        assert!(!code.contains(&text(&secret, "secret")), "{code}");
        assert!(
            code.contains("has no callback URL yet") && code.contains("https://your-server.example/callback?"),
            "{code}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_without_a_transaction_id_has_no_code_because_nothing_could_be_credited_once() {
    let (ringback, wall) = calling("bitlabs", json!({"callbackUrl": "/bl?uid=[%UID%]&val=[%VAL%]"})).await;
    let answer = ringback.ask(&wall.path("/receiver?language=go")).await;
    answer.is(409, json!({
        "detail": "The endpoint's callback URL tells no transaction id, so no receiver could credit a completion once: add [%TX%].",
    }));
}
