//! The fields of a body that is read by hand, because the digits of its amounts must be kept: strictly, and only with the names
//! that the call knows.

use serde_json::{Map, Value};

use crate::domain::fields::Fields;
use crate::domain::json::Object;
use crate::domain::strict_json;
use crate::web::error::Problem;
use crate::web::json::Body;

/// The fields of a body, numbers still as they were written.
pub(super) struct BodyFields(Object);

impl BodyFields {
    /// Reads a body; an empty one has no fields.
    pub(super) fn read(body: &Body, known: &[&str]) -> Result<Self, Problem> {
        let text = if body.bytes().is_empty() { b"{}" } else { &body.bytes()[..] };
        let object = Object::parse(text)?;
        let mut fields = Fields::of(&object);
        fields.refuse_unknown(known);
        fields.into_faults().into_result()?;
        Ok(Self(object))
    }

    /// A field's JSON, read by a reader that says what is wrong with it; `None` where it is absent or null.
    fn field<T>(&self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, Problem> {
        let found = self.0.0.iter().find(|(key, value)| key == name && value.get() != "null");
        found.map(|(_, value)| read(value.get())).transpose().map_err(|fault| Problem::field(name, fault))
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        self.field(name, |json| serde_json::from_str(json).map_err(|_| "must be a text".to_owned()))
    }

    /// A yes or no; absent is no.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Problem> {
        let flag = self.field(name, |json| serde_json::from_str(json).map_err(|_| "must be true or false".to_owned()));
        Ok(flag?.unwrap_or(false))
    }

    /// An object, its numbers still as they were written.
    pub(super) fn object(&self, name: &str) -> Result<Option<Object>, Problem> {
        self.field(name, |json| Object::parse(json.as_bytes()).map_err(|malformed| malformed.to_string()))
    }

    /// A number that counts.
    pub(super) fn number(&self, name: &str) -> Result<Option<u32>, Problem> {
        self.field(name, |json| serde_json::from_str(json).map_err(|_| "must be a whole number".to_owned()))
    }

    /// One of these words.
    pub(super) fn word(&self, name: &str, known: &[&str]) -> Result<Option<String>, Problem> {
        let takes = || match known {
            [only] => format!("must be {only:?}, or left out"),
            several => format!("must be one of {}", several.join(", ")),
        };
        // What is no text is none of the words either.
        let word = self.field(name, |json| serde_json::from_str::<String>(json).map_err(|_| takes()))?;
        match word {
            Some(word) if !known.contains(&word.as_str()) => Err(Problem::field(name, takes())),
            word => Ok(word),
        }
    }

    /// An object of settings, to be read over what stands.
    pub(super) fn settings(&self, name: &str) -> Result<Option<Map<String, Value>>, Problem> {
        self.field(name, |json| strict_json::object(json.as_bytes()).map_err(|malformed| malformed.to_string()))
    }
}
