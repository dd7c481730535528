//! What stands on the wire, byte for byte, and what is kept of what comes back.

use serde_json::json;

use crate::support::{Received, Receiver, Reply, Ringback, calling, has, text};

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
    let ringback = Ringback::start().await;
    for dialect in ["besitos", "offermaru", "affonso", "attribloom"] {
        let wall = ringback.wall(dialect, json!({})).await;
        wall.receiver.then([cookie.clone()]);
        // Twice, so that a cookie of the first answer could come back in the second request.
        for turn in ["1", "2"] {
            wall.report_until(turn, "delivered").await;
            let received = wall.receiver.next().await;
            for (name, _) in headers(&received) {
                assert!(is_title_case(name), "{name} in {}", received.head);
                assert!(!matches!(name, "Referer" | "Cookie" | "X-Ringback-Test" | "Traceparent"), "{}", received.head);
            }
            let version = concat!("Ringback/", env!("CARGO_PKG_VERSION"));
            assert_eq!(received.header("User-Agent"), Some(version));
            assert_eq!(received.header("Host"), Some(wall.receiver.address.to_string().as_str()));
            assert!(received.header("Accept-Encoding").is_none(), "a compressed body could not be read for its word");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_headers_of_a_callback_stand_in_one_order_the_dialects_before_the_protocols() {
    let ringback = Ringback::start().await;
    let protocols = ["Accept", "User-Agent", "Host"];
    let attribloom = ["Content-Type", "X-Ea-Signature", "X-Ea-Surface", "X-Ea-Timestamp"];
    for (dialect, dialects, last) in [("besitos", &[][..], &[][..]), ("attribloom", &attribloom, &["Content-Length"])] {
        let wall = ringback.wall(dialect, json!({})).await;
        wall.report("tx-1").await;
        let received = wall.receiver.next().await;
        let names: Vec<&str> = headers(&received).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, [dialects, &protocols, last].concat(), "{}", received.head);
        assert_eq!(received.header("Accept"), Some("*/*"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_line_is_byte_for_byte_what_the_preview_says() {
    let (ringback, wall) = calling("besitos", json!({})).await;
    let mut awkward = wall.completion("tx-1");
    awkward["userId"] = json!("~*'()! {user_id}");
    awkward["note"] = json!("Salt & Pepper +1 💎 %20");
    let reported = wall.source.report(&awkward).await;
    let received = wall.receiver.next().await;
    let preview = ringback.post(&wall.path("/preview"), json!({"completionId": reported.id()})).await.ok();
    assert_eq!(text(&preview, "url"), wall.receiver.url(received.target()));
    assert_eq!(preview["method"], "GET");
    let signed = received.target().split_once("&verifier=").unwrap().0;
    assert_eq!(text(&preview, "signedText"), wall.receiver.url(signed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_body_and_its_headers_are_what_the_preview_says() {
    let (ringback, wall) = calling("attribloom", json!({})).await;
    let reported = wall.report("tx-1").await;
    let received = wall.receiver.next().await;
    let preview = ringback.post(&wall.path("/preview"), json!({"completionId": reported.id()})).await.ok();
    assert_eq!(
        (text(&preview, "body"), text(&preview, "url")),
        (received.body.clone(), wall.receiver.url(received.target()))
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
    let elsewhere = Receiver::start().await;
    let (ringback, wall) = calling("besitos", json!({"paused": true})).await;
    let reported = wall.report("tx-1").await;
    let preview = ringback.post(&wall.path("/preview"), json!({"completionId": reported.id()})).await.ok();
    let (url, verifier) = (text(&preview, "url"), text(&preview, "url").split_once("&verifier=").unwrap().1.to_owned());
    // As a web server does that misses a trailing slash: the whole query goes along.
    let target = elsewhere.url(url.split_once("/pb.php").unwrap().1);
    wall.receiver.then([Reply::with(308, &format!("Location: {target}\r\n"), &format!("Moved to {target}"))]);
    ringback.change(&wall, json!({"paused": false})).await;
    assert_eq!(wall.receiver.next().await.parameter("verifier"), Some(verifier.clone()));

    let delivery = ringback.delivery_once(&reported.delivery(), "retrying").await;
    let attempt = json!({
        "outcome": "redirect", "statusCode": 308, "counted": true, "signatureStart": verifier[..8],
    });
    has(&delivery, json!({"told": "maybe", "attempts": [attempt]}));
    let named = format!("http://{}?user_id=user_42&", elsewhere.address);
    assert!(text(&delivery["attempts"][0], "error").contains(&named), "{delivery:#}");
    assert!(!delivery.to_string().contains(&verifier), "{delivery:#}");
    assert!(elsewhere.so_far().is_empty(), "the redirect was followed");
}
