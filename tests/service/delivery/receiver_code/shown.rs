//! What a receiver must make of the callbacks that it is shown: acknowledge each, credit once, refuse what was changed.

use std::collections::BTreeSet;

use ringback::domain::dialect::success::SuccessRule;

use super::captured::{Captured, captured};
use super::program::{Language, Program};
use crate::support::Received;

/// The requests were signed when the tests' clock stood in 2024.
const ANY_AGE: (&str, &str) = ("RINGBACK_TOLERANCE_SECONDS", "9999999999");

/// Where the tests call from.
const HERE: &str = "127.0.0.1";

/// Shows everything that was sent in every dialect to its receiver in this language.
pub(super) async fn show_all(language: Language) {
    for captured in captured().await {
        show(language, captured).await;
    }
}

async fn show(language: Language, captured: &Captured) {
    let name = format!("{} in {}", captured.dialect.name, language.name);
    let (code, secret) = (&captured.code[language.name], captured.dialect.secret());
    // Another key of the dialect's form, as while one is being replaced.
    let other = if secret.starts_with("whsec_") { "whsec_b3RoZXI=" } else { "another-secret" };
    let (both, alone) = if captured.dialect.is_signed() {
        let both = vec![("RINGBACK_SECRET", other), ("RINGBACK_SECRET_2", secret), ANY_AGE];
        (both, vec![("RINGBACK_SECRET", secret), ANY_AGE])
    } else {
        (vec![("RINGBACK_ADDRESS", HERE)], vec![("RINGBACK_ADDRESS", HERE)])
    };
    let program = language.start(code, &both).await;
    for request in &captured.requests {
        acknowledges(&program, captured, request, &name).await;
        acknowledges(&program, captured, request, &name).await;
    }
    refuses_what_was_changed(&program, captured, &name).await;
    // What was credited stays so over a restart, here with the one secret alone.
    let (program, mut lines) = program.restarted(&language, &alone).await;
    acknowledges(&program, captured, &captured.plain, &name).await;
    lines.extend(program.ended().await);
    let once: BTreeSet<String> = lines.iter().map(|line| expected(line)).collect();
    assert_eq!(once, captured.lines, "{name}");
    assert_eq!(lines.len(), once.len(), "{name} acted twice: {lines:#?}");
    if captured.dialect.signs_time {
        let program = language.start(code, &[("RINGBACK_SECRET", secret)]).await;
        let answer = program.shown(&captured.plain).await;
        assert_eq!((answer.status, answer.body.as_str()), (401, "stale timestamp"), "{name}");
        assert!(program.ended().await.is_empty(), "{name}");
    }
}

/// A line as it is compared: what a reversal says of the amount, each dialect says in its own way.
fn expected(line: &str) -> String {
    let parts = if line.starts_with("reverse\t") { 2 } else { usize::MAX };
    line.split('\t').take(parts).collect::<Vec<_>>().join("\t")
}

async fn acknowledges(program: &Program, captured: &Captured, request: &Received, name: &str) {
    let answer = program.shown(request).await;
    let rule = &captured.success;
    let token = token(rule, request);
    let is_taken =
        rule.accepts_status(answer.status) && rule.accepts_body(answer.body.as_bytes(), true, token.as_deref());
    assert!(is_taken, "{name}: {answer:?} to {}", request.head);
}

/// What the body must hold, where that begins with a value of the request: in these templates it travels under the name of
/// its placeholder.
fn token(rule: &SuccessRule, request: &Received) -> Option<String> {
    let (name, rest) = rule.body_contains()?.strip_prefix('{')?.split_once('}')?;
    Some(request.parameter(name)? + rest)
}

async fn refuses_what_was_changed(program: &Program, captured: &Captured, name: &str) {
    let plain = &captured.plain;
    if captured.dialect.is_signed() {
        refuses_what_is_not_signed(program, captured, name).await;
    } else {
        let elsewhere = Received { head: format!("{}\r\nX-Forwarded-For: 198.51.100.1", plain.head), ..plain.clone() };
        let answer = program.shown(&elsewhere).await;
        assert_eq!(answer.status, 403, "{name} is called from elsewhere: {answer:?}");
    }
    if plain.head.starts_with("GET ") {
        let target = plain.target();
        let doubled = plain.head.replace(target, &target.replacen('?', "?x=1&x=2&", 1));
        let answer = program.shown(&Received { head: doubled, ..plain.clone() }).await;
        assert_eq!(answer.status, 400, "{name} takes a parameter twice: {answer:?}");
        let post = Received { head: plain.head.replacen("GET", "POST", 1) + "\r\nContent-Length: 0", ..plain.clone() };
        assert_eq!(program.shown(&post).await.status, 405, "{name}");
    }
}

async fn refuses_what_is_not_signed(program: &Program, captured: &Captured, name: &str) {
    let plain = &captured.plain;
    let (value, other) = captured.dialect.signed;
    let changed = |request: &Received| Received {
        head: request.head.replacen(value, other, 1),
        body: request.body.replacen(value, other, 1),
        ..request.clone()
    };
    let (at, name_of) = (signature_at(captured), captured.dialect.signature);
    let unsigned = format!("{}X-Nothing{}", &plain.head[..at], &plain.head[at + name_of.len()..]);
    let unsigned = Received { head: unsigned, ..plain.clone() };
    for (what, request) in
        [("another value", changed(plain)), ("another signature", forged(captured)), ("none", unsigned)]
    {
        assert!(request.head != plain.head || request.body != plain.body, "{name}: {what} changes nothing");
        let answer = program.shown(&request).await;
        assert_eq!(answer.status, 401, "{name} takes {what}: {answer:?} to {}", request.head);
    }
}

/// Where the name of what carries the signature stands in the head.
fn signature_at(captured: &Captured) -> usize {
    let (head, name) = (captured.plain.head.to_lowercase(), captured.dialect.signature.to_lowercase());
    let marks = [format!("?{name}="), format!("&{name}="), format!("\n{name}:")];
    marks.iter().find_map(|mark| head.find(mark)).unwrap_or_else(|| panic!("no {name} in {head}")) + 1
}

/// The first callback with one character of its signature changed.
fn forged(captured: &Captured) -> Received {
    let head = &captured.plain.head;
    let at = signature_at(captured) + captured.dialect.signature.len() + 2;
    let end = at + head[at..].find(['&', ' ', '\r']).unwrap_or(head.len() - at);
    // Of a header that says more, the last characters belong to the signature; of base64, the very last may be padding.
    let place = head[..end].trim_end_matches(['=', '%', 'D', '3']).len() - 3;
    let other = if head[place..].starts_with('a') { "b" } else { "a" };
    Received { head: format!("{}{other}{}", &head[..place], &head[place + 1..]), ..captured.plain.clone() }
}
