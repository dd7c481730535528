//! A text of a drafted callback: all of it but what only an attempt knows, with the places where that goes.
//!
//! What is written stays as it is: filling a place never touches the text around it, and what is filled in is never
//! looked at again.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::written_value::{AttemptFacts, Late, Value};
use crate::domain::encoding::Encoding;

/// A text with places that an attempt fills.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DraftText {
    text: String,
    /// In the order of their places.
    gaps: Vec<Gap>,
}

/// How a value is written where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Plain,
    /// Encoded, as part of a URL.
    Encoded(Encoding),
    /// As JSON.
    Json,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Gap {
    /// Its place, in bytes of the text.
    at: usize,
    late: Late,
    form: Form,
}

impl DraftText {
    /// No text yet, and room for one of so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), gaps: Vec::new() }
    }

    /// A value alone, as it is.
    pub(super) fn of(value: &Value<'_>) -> Self {
        let mut text = Self::default();
        text.push(value, Form::Plain);
        text
    }

    /// Whether it has a place for this.
    pub(super) fn waits_for(&self, late: &Late) -> bool {
        self.gaps.iter().any(|gap| gap.late == *late)
    }

    /// Appends a text that stands as it is.
    pub(super) fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends a text as JSON.
    pub(super) fn push_json(&mut self, text: &str) {
        json_onto(&mut self.text, text);
    }

    /// Appends a value.
    pub(super) fn push(&mut self, value: &Value<'_>, form: Form) {
        match value {
            Value::Late(late) => self.gaps.push(Gap { at: self.text.len(), late: late.clone(), form }),
            known => write(&mut self.text, known, form),
        }
    }

    /// The whole text.
    pub(super) fn fill(&self, facts: AttemptFacts<'_>) -> Cow<'_, str> {
        if self.gaps.is_empty() {
            return Cow::Borrowed(&self.text);
        }
        let mut filled = String::with_capacity(self.text.len());
        let mut from = 0;
        for gap in &self.gaps {
            filled.push_str(&self.text[from..gap.at]);
            write(&mut filled, &gap.late.value(facts), gap.form);
            from = gap.at;
        }
        filled.push_str(&self.text[from..]);
        Cow::Owned(filled)
    }
}

/// Late values are not known, and pairs have no form but JSON: neither is written.
fn write(text: &mut String, value: &Value<'_>, form: Form) {
    match (value, form) {
        (Value::Text(value), Form::Plain) | (Value::Number(value), _) => text.push_str(value),
        (Value::Text(value), Form::Encoded(encoding)) => encoding.encode_onto(text, value),
        (Value::Text(value), Form::Json) => json_onto(text, value),
        // Digits and a minus sign are the same in every form.
        (Value::Integer(number), _) => text.push_str(&number.to_string()),
        (Value::Pairs(pairs), Form::Json) => {
            let pairs = pairs.iter().map(|(key, value)| (key.clone(), Json::from(value.as_str())));
            text.push_str(&Json::Object(pairs.collect()).to_string());
        }
        (Value::Pairs(_), Form::Plain | Form::Encoded(_)) | (Value::Late(_), _) => {}
    }
}

fn json_onto(text: &mut String, value: &str) {
    text.push_str(&Json::from(value).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::format::Format;
    use crate::domain::time::Timestamp;

    #[test]
    fn an_attempt_fills_its_own_places_in_the_form_of_each() {
        let mut text = DraftText::default();
        text.push(&Value::Late(Late::EventId), Form::Json);
        text.push_str("/{id}/");
        text.push(&Value::Late(Late::EventId), Form::Encoded(Encoding::Rfc3986));
        text.push(&Value::Late(Late::AttemptedAt(Format::Seconds)), Form::Plain);
        text.push(&Value::Text("a b".into()), Form::Encoded(Encoding::Rfc3986));
        text.push(&Value::Late(Late::AttemptedAt(Format::Rfc3339)), Form::Encoded(Encoding::Rfc3986));
        let fill = |event_id, milliseconds| {
            let attempted_at = Timestamp::from_millis(milliseconds);
            text.fill(AttemptFacts { event_id, attempted_at, secret: "", signature: "" })
        };
        assert_eq!(fill("e&\"1", 1_999), "\"e&\\\"1\"/{id}/e%26%2211a%20b1970-01-01T00%3A00%3A01.999Z");
        assert_eq!(fill("", 0), "\"\"/{id}/0a%20b1970-01-01T00%3A00%3A00.000Z");
    }
}
