//! What a receiver lets in before it reads what a callback says: by the address that it comes from, where nothing is signed,
//! and by its length.

use serde_json::json;

use super::languages::{CSHARP, GO, JAVA, NODE, PHP, PYTHON, RUBY};
use super::program::Language;
use crate::support::{Received, Ringback, Wall, text};

const LANGUAGES: [Language; 7] = [PHP, NODE, PYTHON, GO, RUBY, JAVA, CSHARP];
/// Where callbacks come from, as the receivers are told.
const EGRESS: &str = "203.0.113.7";
/// Somewhere else.
const ELSEWHERE: &str = "198.51.100.1";
/// A template that has no place for the signature.
const UNSIGNED: &str = "/pf?user=[[request_uuid]]&tx=[[tx_id]]&reward=[[reward_value]]";

async fn code(ringback: &Ringback, wall: &Wall, language: Language) -> (String, String) {
    let answer = ringback.get(&wall.path(&format!("/receiver?language={}", language.name))).await;
    (text(&answer, "fileName"), text(&answer, "code"))
}

/// The callback with these lines in its head besides.
fn with(callback: &Received, lines: &str) -> Received {
    Received { head: format!("{}{lines}", callback.head), ..callback.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_nothing_signs_is_let_in_by_the_address_that_the_proxy_before_the_receiver_saw() {
    let ringback = Ringback::start().await;
    let wall = ringback.wall("pollfish", json!({"callbackUrl": UNSIGNED})).await;
    wall.report_until("tx-1", "delivered").await;
    let callback = wall.receiver.next().await;
    for language in LANGUAGES {
        let code = code(&ringback, &wall, language).await;
        let addresses = format!("192.0.2.1, {EGRESS}");
        let program = language.start(&code, &[("RINGBACK_ADDRESS", &addresses)]).await;
        for foreign in [
            String::new(),
            format!("\r\nX-Forwarded-For: {ELSEWHERE}"),
            // Whoever calls may say what it likes before what the proxy adds.
            format!("\r\nX-Forwarded-For: {EGRESS}, {ELSEWHERE}"),
            format!("\r\nX-Forwarded-For: {EGRESS}\r\nX-Forwarded-For: {ELSEWHERE}"),
            format!("\r\nX-Forwarded-For: {EGRESS},"),
            format!("\r\nX-Forwarded-For: {addresses}, 127.0.0.1"),
        ] {
            let answer = program.shown(&with(&callback, &foreign)).await;
            assert_eq!(answer.status, 403, "{} lets in {foreign:?}: {answer:?}", language.name);
        }
        for own in [EGRESS.to_owned(), format!("{ELSEWHERE}, {EGRESS}"), format!("{ELSEWHERE},{EGRESS} ")] {
            let answer = program.shown(&with(&callback, &format!("\r\nX-Forwarded-For: {own}"))).await;
            assert_eq!((answer.status, answer.body.as_str()), (200, "OK"), "{} at {own:?}", language.name);
        }
        assert_eq!(program.ended().await, ["credit\ttx-1\tuser_42\t100"], "{}", language.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_more_than_a_megabyte_is_too_long_and_a_length_that_is_none_is_refused() {
    let ringback = Ringback::start().await;
    let wall = ringback.wall("pollfish", json!({"callbackUrl": UNSIGNED})).await;
    wall.report_until("tx-1", "delivered").await;
    let from = format!("\r\nX-Forwarded-For: {EGRESS}");
    let callback = with(&wall.receiver.next().await, &from);
    let whole = Received { body: "x".repeat(1_000_001), ..with(&callback, "\r\nContent-Length: 1000001") };
    let chunks = format!("fffff\r\n{}\r\n0\r\n\r\n", "x".repeat(0xfffff));
    let chunked = Received { body: chunks, ..with(&callback, "\r\nTransfer-Encoding: chunked") };
    for language in LANGUAGES {
        let code = code(&ringback, &wall, language).await;
        let program = language.start(&code, &[("RINGBACK_ADDRESS", EGRESS)]).await;
        // What is announced as longer is refused before it is read. PHP's server reads all of it before the page runs, and
        // Java's 64 KiB of it once it has answered.
        let sent = match language.name {
            "php" => whole.body.len(),
            "java" => 65_536,
            _ => 0,
        };
        let announced = Received { body: whole.body[..sent].to_owned(), ..whole.clone() };
        let answer = program.shown(&announced).await;
        assert_eq!((answer.status, answer.body.as_str()), (413, "too long"), "{}", language.name);
        // Python's and Ruby's read no chunks, and PHP's server leaves them to others.
        if ["node", "go", "java", "csharp"].contains(&language.name) {
            let answer = program.shown(&chunked).await;
            assert_eq!(answer.status, 413, "{} in chunks: {answer:?}", language.name);
        }
        // PHP's server hangs up.
        for length in ["x", "-1", "1x", "1e3"].into_iter().filter(|_| language.name != "php") {
            let answer = program.shown(&with(&callback, &format!("\r\nContent-Length: {length}"))).await;
            assert_eq!(answer.status, 400, "{} takes {length:?}: {answer:?}", language.name);
        }
        assert!(program.ended().await.is_empty(), "{}", language.name);
    }
}
