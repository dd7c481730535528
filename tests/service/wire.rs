//! What stands on the wire, byte for byte, and what is kept of what comes back.

use reqwest::Method;
use serde_json::json;

use crate::api::{App, Source, conversion, only_delivery, text};
use crate::receiver::{Received, Receiver, Reply};
use crate::ringback::Ringback;

const OFFERMARU: &str = "/callback?user_id={user_id}&user_reward={user_reward}&offer_id={offer_id}\
    &transaction_id={transaction_id}&publisher_payout={publisher_payout}&timestamp={timestamp}";

/// A Ringback with a besitos app that calls this receiver, and a source.
pub(crate) async fn calling(receiver: &Receiver) -> (Ringback, App, Source) {
    let ringback = Ringback::start().await;
    let app = ringback.app("besitos", json!({"callbackUrl": receiver.url("/pb.php")})).await;
    ringback.secret(&app, "sekret").await;
    let source = ringback.source().await;
    (ringback, app, source)
}

/// The head of a request: its lines, and that they are the protocol's.
fn headers(received: &Received) -> Vec<(&str, &str)> {
    let mut lines = received.head.split("\r\n");
    assert!(lines.next().unwrap().ends_with(" HTTP/1.1"), "{}", received.head);
    lines.map(|line| line.split_once(": ").unwrap()).collect()
}

fn is_title_case(name: &str) -> bool {
    let is_word = |word: &str| {
        let (first, rest) = word.split_at(1);
        first == first.to_ascii_uppercase() && rest == rest.to_ascii_lowercase()
    };
    name.split('-').all(is_word)
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_are_http_1_1_with_title_case_headers_our_name_no_referer_and_no_cookies() {
    let cookie = Reply::with(200, "Set-Cookie: session=1; Path=/\r\n", "OK");
    let mut receiver = Receiver::answering(vec![cookie.clone(), cookie.clone(), cookie.clone(), cookie]).await;
    let ringback = Ringback::start().await;
    let source = ringback.source().await;
    for (dialect, path) in
        [("besitos", "/pb.php"), ("offermaru", OFFERMARU), ("affonso", "/hook"), ("attribloom", "/v1/conversions")]
    {
        let mut settings = json!({"callbackUrl": receiver.url(path)});
        if dialect == "attribloom" {
            settings["surfaceId"] = json!("s1");
        }
        let app = ringback.app(dialect, settings).await;
        ringback.secret(&app, "a-secret-of-the-tests").await;
        // Twice, so that a cookie of the first answer could come back in the second request.
        for turn in ["1", "2"] {
            let reported = ringback.report(&source, &conversion(&app, &format!("{dialect}-{turn}"))).await;
            let received = receiver.next().await;
            ringback.delivery_once(&only_delivery(&reported), "delivered").await;
            for (name, _) in headers(&received) {
                assert!(is_title_case(name), "{name} in {}", received.head);
                assert!(!matches!(name, "Referer" | "Cookie" | "X-Ringback-Test" | "Traceparent"), "{}", received.head);
            }
            let version = concat!("Ringback/", env!("CARGO_PKG_VERSION"));
            assert_eq!(received.header("User-Agent"), Some(version));
            assert_eq!(received.header("Host"), Some(receiver.address.to_string().as_str()));
            assert!(received.header("Accept-Encoding").is_none(), "a compressed body could not be read for its word");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_line_is_byte_for_byte_what_the_preview_says() {
    let mut receiver = Receiver::start().await;
    let (ringback, app, source) = calling(&receiver).await;
    let mut awkward = conversion(&app, "tx-1");
    awkward["userId"] = json!("~*'()! {user_id}");
    awkward["note"] = json!("Salt & Pepper +1 💎 %20");
    let reported = ringback.report(&source, &awkward).await;
    let received = receiver.next().await;
    let completion = text(&reported.body, "id");
    let path = format!("/v1/apps/{}/preview", app.id);
    let preview = ringback.made(Method::POST, &path, json!({"completionId": completion})).await;
    assert_eq!(text(&preview, "url"), receiver.url(received.target()));
    assert_eq!(preview["method"], "GET");
    let signed = received.target().split_once("&verifier=").unwrap().0;
    assert_eq!(text(&preview, "signedText"), receiver.url(signed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_body_and_its_headers_are_what_the_preview_says() {
    let mut receiver = Receiver::start().await;
    let ringback = Ringback::start().await;
    let app =
        ringback.app("attribloom", json!({"callbackUrl": receiver.url("/v1/conversions"), "surfaceId": "s1"})).await;
    ringback.secret(&app, "a-secret-of-the-tests").await;
    let source = ringback.source().await;
    let reported = ringback.report(&source, &conversion(&app, "tx-1")).await;
    let received = receiver.next().await;
    let path = format!("/v1/apps/{}/preview", app.id);
    let preview = ringback.made(Method::POST, &path, json!({"completionId": text(&reported.body, "id")})).await;
    assert_eq!(
        (text(&preview, "body"), text(&preview, "url")),
        (received.body.clone(), receiver.url(received.target()))
    );
    let shown = preview["headers"].as_object().unwrap();
    assert!(shown.len() >= 3, "{preview:#}");
    for (name, value) in shown {
        let sent = headers(&received).into_iter().find(|(sent, _)| sent.eq_ignore_ascii_case(name));
        assert_eq!(sent.map(|(_, sent)| sent), value.as_str(), "{name} in {}", received.head);
    }
    assert_eq!(received.header("Content-Length"), Some(received.body.len().to_string().as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed_and_is_shown_with_its_target_but_without_the_signature() {
    let mut receiver = Receiver::start().await;
    let elsewhere = Receiver::start().await;
    let (ringback, app, source) = calling(&receiver).await;
    let patch = format!("/v1/apps/{}", app.id);
    ringback.made(Method::PATCH, &patch, json!({"paused": true})).await;
    let reported = ringback.report(&source, &conversion(&app, "tx-1")).await;
    let path = format!("/v1/apps/{}/preview", app.id);
    let preview = ringback.made(Method::POST, &path, json!({"completionId": text(&reported.body, "id")})).await;
    let (url, verifier) = (text(&preview, "url"), text(&preview, "url").split_once("&verifier=").unwrap().1.to_owned());
    // As a web server does that misses a trailing slash: the whole query goes along.
    let target = elsewhere.url(url.split_once("/pb.php").unwrap().1);
    receiver.then(Reply::with(308, &format!("Location: {target}\r\n"), &format!("Moved to {target}"))).await;
    ringback.made(Method::PATCH, &patch, json!({"paused": false})).await;
    assert_eq!(receiver.next().await.parameter("verifier"), Some(verifier.clone()));

    let delivery = ringback.delivery_once(&only_delivery(&reported), "retrying").await;
    let attempt = &delivery["attempts"][0];
    assert_eq!((&attempt["outcome"], &attempt["statusCode"]), (&json!("redirect"), &json!(308)), "{delivery:#}");
    assert_eq!((&attempt["counted"], &delivery["told"]), (&json!(true), &json!("maybe")));
    let named = format!("http://{}?user_id=user_42&", elsewhere.address);
    assert!(text(attempt, "error").contains(&named), "{delivery:#}");
    assert!(!delivery.to_string().contains(&verifier), "{delivery:#}");
    assert_eq!(attempt["signatureStart"], verifier[..8]);
    assert!({ elsewhere }.so_far().is_empty(), "the redirect was followed");
}
