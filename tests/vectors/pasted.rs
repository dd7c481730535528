//! Every distorted callback of every recipe, pasted in every form in which people have it: what happened is told by its code,
//! and no signature is shown.

use std::mem;

use proptest::prelude::*;
use ringback::domain::dialect::callback::CallbackConfig;
use ringback::domain::dialect::diagnose::{Case, Diagnosis, named_ids};
use ringback::domain::dialect::received::Received;
use ringback::domain::dialect::recipe::Recipe;
use ringback::domain::pasted;

use crate::anything::{all_endpoints, endpoints, look_at_signing, secret};
use crate::distortions::{DISTORTIONS, signing, told};

/// What stands behind the origin, and the host before it.
fn apart(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    rest.split_at(end)
}

fn raw(received: &Received) -> String {
    let (host, target) = apart(&received.url);
    let mut text = format!("{} {target} HTTP/1.1\r\nHost: {host}\r\n", received.method);
    for (name, value) in &received.headers {
        text.push_str(&format!("{}: {value}\r\n", name.to_lowercase()));
    }
    format!("{text}\r\n{}", received.body.as_deref().unwrap_or_default())
}

fn curl(received: &Received) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let mut text = format!("curl -X {} {}", received.method, quoted(&received.url));
    for (name, value) in &received.headers {
        text.push_str(&format!(" \\\n  -H {}", quoted(&format!("{name}: {value}"))));
    }
    if let Some(body) = &received.body {
        text.push_str(&format!(" \\\n  --data-raw {}", quoted(body)));
    }
    text
}

fn logged(received: &Received) -> String {
    let (_, target) = apart(&received.url);
    format!("203.0.113.7 - - [01/Jul/2024:18:41:00 +0000] \"{} {target} HTTP/1.1\" 401 9 \"-\" \"-\"", received.method)
}

fn url(received: &Received) -> String {
    format!("  <{}>\n", received.url)
}

/// A form in which somebody pastes what was received, by its name.
type Form = (&'static str, fn(&Received) -> String);

/// The forms in which a callback of this recipe holds its signature.
fn forms(recipe: &Recipe) -> Vec<Form> {
    let mut forms: Vec<Form> = vec![("raw", raw), ("curl", curl)];
    let in_url = recipe.signature().is_some_and(|own| own.query_parameter().is_some() || !own.placeholder().is_empty());
    if in_url {
        forms.extend([("log", logged as fn(&Received) -> String), ("url", url)]);
    }
    forms
}

fn diagnosed(recipe: &Recipe, endpoint: &CallbackConfig, text: &str) -> Option<Diagnosis> {
    let received = pasted::read(text)?.chosen(recipe, endpoint, &[]).ok()?.received;
    let keys = [("right".to_owned(), secret(recipe))];
    let case = Case { recipe, config: endpoint, received: &received, keys: &keys, sent: None, received_at: None };
    Some(case.diagnosis())
}

/// What stands in a request of its signature.
fn signature(recipe: &Recipe, endpoint: &CallbackConfig, received: &Received) -> Vec<String> {
    let start = named_ids(recipe, endpoint, received).signature_start.unwrap();
    let texts = received.headers.iter().map(|(_, value)| value.as_str()).chain([received.url.as_str()]);
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_');
    let parts = texts.flat_map(|text| text.split(move |c| !is_part(c)));
    parts.filter(|part| part.starts_with(&start) && part.len() > start.len()).map(str::to_owned).collect()
}

#[test]
fn an_untouched_callback_verifies_in_every_form() {
    for recipe in signing() {
        for endpoint in endpoints(recipe) {
            let received = told(recipe, &endpoint, &secret(recipe));
            for (form, write) in forms(recipe) {
                let found = diagnosed(recipe, &endpoint, &write(&received)).unwrap();
                assert!(found.verifies, "{} as {form}: {}\n{}", recipe.id(), found.finding, write(&received));
                assert!(found.differences.is_empty(), "{} as {form}: {:?}", recipe.id(), found.differences);
            }
        }
    }
}

#[test]
fn each_distortion_is_told_by_its_code_in_every_form_and_no_signature_is_shown() {
    look_at_signing(|recipe, endpoint| {
        let untouched = told(recipe, endpoint, &secret(recipe));
        let signature = signature(recipe, endpoint, &untouched);
        assert!(!signature.is_empty(), "{}", recipe.id());
        // What leaves this callback as it is is looked at once.
        let mut was_untouched = false;
        for distortion in DISTORTIONS {
            let mut received = untouched.clone();
            (distortion.distort)(&mut received);
            if received == untouched && mem::replace(&mut was_untouched, true) {
                continue;
            }
            for (form, write) in forms(recipe) {
                let text = write(&received);
                let found = diagnosed(recipe, endpoint, &text).unwrap();
                let place = format!("{}: {} as {form}", recipe.id(), distortion.name);
                let is_told = distortion.codes.contains(&found.code);
                assert!(found.verifies || is_told, "{place}: {:?} {}\n{text}", found.code, found.finding);
                // What cannot be rebuilt has no text to lay beside what was signed.
                if !found.verifies && found.key.is_some() && found.received_text.is_some() {
                    assert_ne!(found.received_text, found.signed_text, "{place}");
                    assert!(!found.differences.is_empty(), "{place}");
                }
                let shown = serde_json::to_string(&found).unwrap();
                for signature in &signature {
                    assert!(!shown.contains(signature), "{place}: {signature} is shown: {shown}");
                }
            }
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_paste_makes_it_panic(
        text in prop_oneof![
            any::<String>(),
            "\\PC{0,200}",
            "(GET|POST|curl|> GET) [ -~]{0,60}( HTTP/1.1)?\r?\n?([ -~]{0,40}\n){0,4}",
            "curl ['\"\\\\$\n^ a-zA-Z:/?&=%é-]{0,80}",
            "(https?://|/)[!-~é]{0,80}(verifier|sig|hash)=[a-f0-9]{0,70}",
        ],
    ) {
        for (recipe, endpoint) in all_endpoints() {
            diagnosed(recipe, endpoint, &text);
        }
    }
}
