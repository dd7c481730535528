//! No answer holds the right signature: every callback of every recipe, distorted in every way, with a signature that is none,
//! beside the request that was sent. Whoever may ask for a diagnosis may not sign by it.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use ringback::domain::dialect::callback::{CallbackConfig, CallbackEvent, CallbackRequest};
use ringback::domain::dialect::diagnose::{Case, Kept, Sent};
use ringback::domain::dialect::received::Received;
use ringback::domain::dialect::recipe::Recipe;
use ringback::domain::secret::SecretText;

use crate::anything::{composed, look_at_signing, received, secret};
use crate::distortions::{DISTORTIONS, completion};

/// An attempt shows the first 8 characters to whoever may see the delivery; more than this of a signature is a part of it.
const TELLING: usize = 12;

/// The same with another signature: zeros, as many as there were characters.
fn with_zeros(request: &CallbackRequest) -> Received {
    let mut received = received(request.clone());
    for hidden in &request.hidden {
        let zeros = "0".repeat(hidden.len());
        received.url = received.url.replace(hidden, &zeros);
        for (_, value) in &mut received.headers {
            *value = value.replace(hidden, &zeros);
        }
    }
    received
}

/// The same where what carries the signature has another name, and holds more than the signature.
fn disguised(received: &Received, request: &CallbackRequest) -> Vec<Received> {
    let is_signed = |text: &str| request.hidden.iter().any(|hidden| text.contains(&"0".repeat(hidden.len())));
    let mut renamed = received.clone();
    for (name, _) in renamed.headers.iter_mut().filter(|(_, value)| is_signed(value)) {
        *name = name.replace('-', "_");
    }
    let mut longer = received.clone();
    longer.url.push_str("\" 401 12");
    for (_, value) in longer.headers.iter_mut().filter(|(_, value)| is_signed(value)) {
        value.push_str("; x");
    }
    let mut doubled = received.clone();
    doubled.url = format!("{0}{0}", doubled.url);
    vec![renamed, longer, doubled]
}

/// One parameter after the other dropped, doubled and emptied.
fn of_each_parameter(received: &Received) -> Vec<Received> {
    let Some((before, query)) = received.url.split_once('?') else { return Vec::new() };
    let pairs: Vec<&str> = query.split('&').collect();
    let changed = |at: usize, into: &[String]| {
        let mut pairs: Vec<String> = pairs.iter().map(|pair| (*pair).to_owned()).collect();
        pairs.splice(at..=at, into.iter().cloned());
        Received { url: format!("{before}?{}", pairs.join("&")), ..received.clone() }
    };
    let of_one = |(at, pair): (usize, &&str)| {
        let (pair, name) = ((*pair).to_owned(), pair.split('=').next().unwrap());
        [changed(at, &[]), changed(at, &[pair.clone(), pair.clone()]), changed(at, &[format!("{name}=")])]
    };
    pairs.iter().enumerate().flat_map(of_one).collect()
}

/// The parts of a signature by which it could be guessed.
fn parts(request: &CallbackRequest) -> HashSet<String> {
    let signature: Vec<char> = request.signature.as_ref().unwrap().chars().collect();
    signature.windows(TELLING).map(|part| part.iter().collect()).collect()
}

/// Checks what is answered by those who know these of the secrets: the right one, another one, none.
fn check(
    recipe: &Recipe,
    endpoint: &CallbackConfig,
    received: &Received,
    request: &CallbackRequest,
    what: &str,
    known: &[usize],
) {
    let kept = Kept {
        url: Some(request.shown_url().to_owned()),
        headers: request.headers.iter().map(|header| (header.name.clone(), header.shown.clone())).collect(),
        signature_start: request.signature_start.clone(),
    };
    let composed = Sent { request: Some(request.clone()), kept, has_secret: true, ..Sent::default() };
    // As an attempt keeps it, where the endpoint changed since.
    let kept = Sent { request: None, ..composed.clone() };
    let other = SecretText::known(format!("{}MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", recipe.secret_prefix()));
    let right = vec![("right".to_owned(), secret(recipe))];
    let all = [(right, &composed), (vec![("other".to_owned(), other)], &kept), (Vec::new(), &composed)];
    for (keys, sent) in known.iter().map(|at| &all[*at]) {
        let case = Case { recipe, config: endpoint, received, keys, sent: Some(sent), received_at: None };
        let answer = serde_json::to_string(&case.diagnosis()).unwrap();
        let decoded = percent_decode_str(&answer).decode_utf8_lossy();
        for part in parts(request) {
            let is_told = answer.contains(&part) || decoded.contains(&part);
            assert!(!is_told, "{}: {what}: {part} is told: {answer}", recipe.id());
        }
    }
}

#[test]
fn no_answer_to_any_distortion_holds_the_right_signature() {
    look_at_signing(|recipe, endpoint| {
        let request = composed(recipe, endpoint, &completion(), &CallbackEvent::Completed, &secret(recipe)).unwrap();
        let untouched = with_zeros(&request);
        assert!(parts(&request).len() > TELLING, "{}", recipe.id());
        // What leaves this callback as it is was looked at.
        let mut seen: Vec<Received> = Vec::new();
        for distortion in DISTORTIONS {
            let mut received = untouched.clone();
            (distortion.distort)(&mut received);
            if !seen.contains(&received) {
                check(recipe, endpoint, &received, &request, distortion.name, &[0, 1, 2]);
                seen.push(received);
            }
        }
        let changed = of_each_parameter(&untouched).into_iter().chain(disguised(&untouched, &request));
        for (at, received) in changed.enumerate() {
            check(recipe, endpoint, &received, &request, &received.url, &[at % 3]);
        }
    });
}
