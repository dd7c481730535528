//! JSON bodies, written once: the very bytes that are signed are the bytes that go out.

use serde_json::Value as Json;

use super::recipe::{BodyField, Content};
use super::values::{Value, Values};

/// The body that a recipe describes; what is absent is left out.
pub(super) fn body(fields: &[BodyField], values: &Values<'_>) -> String {
    object(fields, values).to_string()
}

fn object(fields: &[BodyField], values: &Values<'_>) -> Json {
    let field = |field: &BodyField| {
        let content = match &field.content {
            Content::Value(rule) => values.value(rule).map(json)?,
            Content::Object(fields) => object(fields, values),
        };
        Some((field.name.clone(), content))
    };
    Json::Object(fields.iter().filter_map(field).collect())
}

fn json(value: Value) -> Json {
    match value {
        Value::Text(text) => Json::String(text),
        Value::Integer(number) => Json::from(number),
        Value::Pairs(pairs) => Json::Object(pairs.into_iter().map(|(key, text)| (key, Json::String(text))).collect()),
    }
}
