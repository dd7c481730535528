//! JSON bodies, written once: the very bytes that are signed are the bytes that go out.

use super::draft_text::{DraftText, Form};
use super::recipe::{BodyField, Content};
use super::values::Values;

/// The body that a recipe describes; what is absent is left out.
pub(super) fn body<'a>(fields: &'a [BodyField], values: &Values<'a>) -> DraftText {
    let mut body = DraftText::default();
    object(&mut body, fields, values);
    body
}

fn object<'a>(body: &mut DraftText, fields: &'a [BodyField], values: &Values<'a>) {
    let mut before = "{";
    let mut name = |body: &mut DraftText, field: &BodyField| {
        body.push_str(before);
        before = ",";
        body.push_json(&field.name);
        body.push_str(":");
    };
    for field in fields {
        match &field.content {
            Content::Value(rule) => {
                if let Some(value) = values.value(rule) {
                    name(body, field);
                    body.push(&value, Form::Json);
                }
            }
            Content::Object(fields) => {
                name(body, field);
                object(body, fields, values);
            }
        }
    }
    body.push_str(if before == "{" { "{}" } else { "}" });
}
