//! Distortions of a body that is signed, and of the time beside it.

use super::code::{Code, Mistake};
use super::reading::Reading;
use crate::domain::dialect::facts::{Facts, Unit};
use crate::domain::dialect::received::{Received, Seen};

/// Digits by which milliseconds are longer than seconds.
const MILLI_DIGITS: usize = 3;

pub(super) fn readings(seen: &Seen<'_>) -> Vec<Reading> {
    let body = seen.received.body.as_deref().unwrap_or_default();
    let mut readings = Vec::new();
    let mut add = |body: &str, time: Option<String>, code: Code, words: &str| {
        let received = Received { body: Some(body.to_owned()), ..seen.received.clone() };
        readings.push(Reading { received, time, mistake: Some(Mistake::new(code, words)) });
    };
    add(body.trim(), None, Code::BodyWhitespace, "White space was added around the body: sign its bytes as received.");
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(body) {
        let mistake = "The body was parsed and written again: sign its raw bytes, before any JSON parser.";
        add(&json.to_string(), None, Code::BodyRewritten, mistake);
    }
    add("", None, Code::BodyEmpty, "It is signed over an empty body: the body was read before it was checked.");
    if let Ok(time) = seen.time(Unit::Seconds) {
        let mistake = "The timestamp is in milliseconds where it is signed, in seconds where it is sent.";
        add(body, Some(format!("{time}000")), Code::TimestampUnit, mistake);
        if let Some(seconds) = time.get(..time.len().saturating_sub(MILLI_DIGITS)) {
            let mistake = "The timestamp is in seconds where it is signed, in milliseconds where it is sent.";
            add(body, Some(seconds.to_owned()), Code::TimestampUnit, mistake);
        }
    }
    readings
}
