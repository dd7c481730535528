//! The ways in which a received callback's signed text may be read: first as it should be, then with the distortions
//! that proxies, frameworks and habits put on it, each with the words for it.

use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::received::{Query, Received, SignedUrl, parameters_text, split_origin};
use crate::domain::dialect::signature::{Signature, SignedText};
use crate::domain::encoding::{decode, recode};

/// A text, and what is wrong if it is this one that was signed.
pub(super) struct Reading {
    pub(super) text: String,
    pub(super) mistake: Option<String>,
}

impl Reading {
    fn right(text: String) -> Self {
        Self { text, mistake: None }
    }

    fn wrong(text: String, mistake: impl Into<String>) -> Self {
        Self { text, mistake: Some(mistake.into()) }
    }
}

/// All readings, the likeliest first; `plain` is the one that stands there.
pub(super) fn readings(
    signature: &Signature,
    received: &Received,
    config: &CallbackConfig,
    plain: &str,
) -> Vec<Reading> {
    match &signature.signs {
        SignedText::Url => of_url(signature, received, config, plain),
        SignedText::Parameters(names) => of_parameters(names, received, plain),
        SignedText::Text { of, .. } => of_text(signature, of, received, plain),
    }
}

fn of_url(signature: &Signature, received: &Received, config: &CallbackConfig, plain: &str) -> Vec<Reading> {
    let after = SignedUrl::read(signature, &received.url).map(|url| url.after).unwrap_or_default();
    let (seen, path) = split_origin(plain);
    let origins = origins(config, seen);
    let extra = || format!("Something was added after the signature: {after}. Check the URL as it was sent.");
    let mut readings = Vec::new();
    for (origin, mistake) in &origins {
        let mistake = mistake.clone().or_else(|| (!after.is_empty()).then(extra));
        readings.push(Reading { text: format!("{origin}{path}"), mistake });
    }
    let recoded = recoded_query(path);
    for (origin, _) in &origins {
        let mistake = "The query was encoded differently on the way: it is signed with %20 for a space, upper-case hex, and \
                       everything but A-Z a-z 0-9 - _ . ~ encoded (RFC 3986).";
        readings.push(Reading::wrong(format!("{origin}{recoded}"), mistake));
        if !after.is_empty() {
            let mistake = "The signature does not stand last in the URL: parameters were reordered.";
            readings.push(Reading::wrong(format!("{origin}{path}&{after}"), mistake));
        }
        let trimmed = path.replacen("/?", "?", 1);
        readings.push(Reading::wrong(format!("{origin}{trimmed}"), "A slash was added to the path on the way."));
        let slashed = path.replacen('?', "/?", 1);
        readings
            .push(Reading::wrong(format!("{origin}{slashed}"), "A slash at the path's end was dropped on the way."));
    }
    readings
}

/// Origins that the URL may have been signed under, with what is wrong if it was.
fn origins(config: &CallbackConfig, seen: &str) -> Vec<(String, Option<String>)> {
    let mut origins = vec![(seen.to_owned(), None)];
    let mut add = |origin: String, mistake: Option<String>| {
        if !origins.iter().any(|(known, _)| *known == origin) {
            origins.push((origin, mistake));
        }
    };
    if let Some(signed) = &config.signed_origin {
        add(signed.clone(), None);
    }
    let differs = |origin: &str| {
        format!(
            "It was signed for {origin}, but your server sees {seen} (a proxy that ends TLS or forwards to another port?). \
             Rebuild the URL with the public origin, or set signedOrigin."
        )
    };
    if let Some(template) = config.callback_url.as_ref().and_then(|url| url.template().ok()) {
        // A server's log that holds only the path leaves nothing to differ.
        let origin = template.origin().to_string();
        add(origin.clone(), (!seen.is_empty()).then(|| differs(&origin)));
    }
    if let Some((scheme, host)) = seen.split_once("://") {
        let end = host.rfind(']').unwrap_or(0);
        let name = host[end..].find(':').map_or(host, |colon| &host[..end + colon]);
        let other = if scheme == "http" { "https" } else { "http" };
        for origin in [format!("{other}://{host}"), format!("https://{name}"), format!("http://{name}")] {
            let lower = origin.to_lowercase();
            for origin in [origin, lower] {
                let mistake = differs(&origin);
                add(origin, Some(mistake));
            }
        }
    }
    origins
}

fn recoded_query(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else {
        return path.to_owned();
    };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) => format!("{}={}", recode(name), recode(value)),
        None => format!("{}=", recode(pair)),
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

fn of_parameters(names: &[String], received: &Received, plain: &str) -> Vec<Reading> {
    let query = Query::read(&received.url);
    let mut readings = vec![Reading::right(plain.to_owned())];
    // A value that was sent as `%2B` may have been decoded once and written back as a bare `+`.
    let plus = parameters_text(names, |name| query.first(name).map(|value| decode(&value.replace('+', "%2B"))));
    readings.push(Reading::wrong(plus, "A `+` was decoded as a space: decode it as a plus sign, or decode only once."));
    let encoded = parameters_text(names, |name| query.first(name).map(str::to_owned));
    readings.push(Reading::wrong(encoded, "The values were signed as they stand in the URL: sign them decoded."));
    for changed in names {
        let value = query.first(changed).map(decode).unwrap_or_default();
        for other in reformatted(&value) {
            let text = parameters_text(names, |name| match query.first(name) {
                Some(_) if name == changed => Some(other.clone()),
                found => found.map(decode),
            });
            let mistake = format!("{changed} was signed as {other} but received as {value}: keep numbers as text.");
            readings.push(Reading::wrong(text, mistake));
        }
    }
    readings
}

/// The same number in the other forms that languages print it in.
fn reformatted(value: &str) -> Vec<String> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Vec::new();
    }
    let whole = if value.contains('.') { value.trim_end_matches('0').trim_end_matches('.') } else { value };
    let point = if whole.contains('.') { "" } else { "." };
    let mut forms = vec![whole.to_owned(), format!("{whole}{point}0"), format!("{whole}{point}00")];
    forms.retain(|form| form != value);
    forms
}

fn of_text(signature: &Signature, of: &str, received: &Received, plain: &str) -> Vec<Reading> {
    let mut readings = vec![Reading::right(plain.to_owned())];
    let body = received.body.as_deref().unwrap_or_default();
    let t = received.t(signature).unwrap_or_default();
    let mut add = |t: &str, body: &str, mistake: &str| {
        readings.push(Reading::wrong(received.text(signature, of, t, body), mistake));
    };
    add(&t, body.trim(), "White space was added around the body: sign its bytes as received.");
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(body) {
        let mistake = "The body was parsed and written again: sign its raw bytes, before any JSON parser.";
        add(&t, &json.to_string(), mistake);
    }
    add(&t, "", "It is signed over an empty body: the body was read before it was checked.");
    add(&format!("{t}000"), body, "The timestamp is in milliseconds where it is signed, in seconds where it is sent.");
    let seconds = &t[..t.len().saturating_sub(3)];
    add(seconds, body, "The timestamp is in seconds where it is signed, in milliseconds where it is sent.");
    readings
}
