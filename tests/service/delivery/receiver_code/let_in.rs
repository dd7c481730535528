//! What a receiver lets in before it reads what a callback says: by the address that it comes from, where nothing is signed.

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
