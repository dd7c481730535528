//! What happens to a body that is signed, and to the time beside it.

use serde_json::value::RawValue;

use super::code::{Code, Mistake};
use super::ground::Ground;
use super::reading::Reading;
use crate::domain::dialect::facts::{Facts, Unit};
use crate::domain::dialect::recipe::{BodyField, Content};
use crate::domain::json::{Object, check_depth};

/// Digits by which milliseconds are longer than seconds.
const MILLI_DIGITS: usize = 3;

/// The body as it was before something wrote it anew.
pub(super) fn rewritten(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    if !ground.signature.signs.holds_body() {
        return Vec::new();
    }
    let came = ground.seen.received.body.as_deref().unwrap_or_default();
    let mut readings: Vec<Reading> = Vec::new();
    let mut add = |body: String, code: Code, words: &str| {
        if body != came && !readings.iter().any(|known| known.body.as_ref() == Some(&body)) {
            readings.push(Reading { body: Some(body), ..reading.with(Mistake::new(code, words)) });
        }
    };
    let white = "White space was added around the body: sign its bytes as received.";
    add(came.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).to_owned(), Code::BodyWhitespace, white);
    let written = "The body was parsed and written again: sign its raw bytes, before any JSON parser.";
    if check_depth(came.as_bytes()).is_ok() {
        if let Some(compact) = compacted(came) {
            if let Some(ordered) = ground.seen.recipe.body().and_then(|fields| in_order(fields, &compact)) {
                let words = "The body was parsed and written again, its fields in another order: sign its raw bytes, before \
                             any JSON parser.";
                add(compact, Code::BodyRewritten, written);
                add(ordered, Code::BodyRewritten, words);
            } else {
                add(compact, Code::BodyRewritten, written);
            }
        }
        // A body that was handed on as a text within another one.
        if let Ok(inner) = serde_json::from_str::<String>(came) {
            add(
                inner,
                Code::BodyRewritten,
                "The body is written as a JSON text, with its quotes escaped: sign its raw bytes.",
            );
        }
    }
    add(String::new(), Code::BodyEmpty, "It is signed over an empty body: the body was read before it was checked.");
    readings
}

/// The time in the other unit.
pub(super) fn retimed(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let Ok(time) = ground.seen.time(Unit::Seconds) else { return Vec::new() };
    let with = |time: String, words: &str| Reading {
        time: Some(time),
        ..reading.with(Mistake::new(Code::TimestampUnit, words))
    };
    let longer = "The timestamp is in milliseconds where it is signed, in seconds where it is sent.";
    let mut readings = vec![with(format!("{time}000"), longer)];
    if let Some(seconds) = time.get(..time.len().saturating_sub(MILLI_DIGITS)) {
        let shorter = "The timestamp is in seconds where it is signed, in milliseconds where it is sent.";
        readings.push(with(seconds.to_owned(), shorter));
    }
    readings
}

/// A JSON text without white space and with each string in its shortest form; numbers stay digit for digit.
fn compacted(json: &str) -> Option<String> {
    serde_json::from_str::<&RawValue>(json).ok()?;
    let mut compact = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find(|c: char| c == '"' || c.is_ascii_whitespace()) {
        compact.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('"') {
            let end = string_end(rest)?;
            let text: String = serde_json::from_str(&rest[..end]).ok()?;
            compact.push_str(&serde_json::to_string(&text).ok()?);
            rest = &rest[end..];
        } else {
            rest = rest.trim_start();
        }
    }
    compact.push_str(rest);
    Some(compact)
}

/// Where the string that a JSON text begins with ends.
fn string_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// A compact JSON object with its fields in the dialect's order; what the dialect does not know comes last.
fn in_order(fields: &[BodyField], json: &str) -> Option<String> {
    let Object(mut pairs) = Object::outermost(json.as_bytes()).ok()?;
    let place = |name: &str| fields.iter().position(|field| field.name == name).unwrap_or(fields.len());
    pairs.sort_by_key(|(name, _)| place(name));
    let written = pairs.iter().map(|(name, value)| {
        let inner = fields.iter().find(|field| field.name == *name).and_then(|field| match &field.content {
            Content::Object(fields) => in_order(fields, value.get()),
            Content::Value(_) => None,
        });
        let name = serde_json::to_string(name).ok()?;
        Some(format!("{name}:{}", inner.as_deref().unwrap_or(value.get())))
    });
    let written: Vec<String> = written.collect::<Option<_>>()?;
    Some(format!("{{{}}}", written.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_compacted_without_touching_a_number() {
        let json = "{ \"a\" : 1.10,\n \"b\\/\": \"\\u00e9 \\\" x\", \"c\": [1e5, { }] }";
        assert_eq!(compacted(json).unwrap(), "{\"a\":1.10,\"b/\":\"é \\\" x\",\"c\":[1e5,{}]}");
        assert_eq!(compacted("{\"a\": "), None);
    }
}
