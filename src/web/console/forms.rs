//! Forms, read as strictly as the API's bodies and into the same objects, so that what acts gives the same answers to both.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::kinds::{Kind, Shape};
use crate::domain::invalid::Invalid;
use crate::domain::strict_json;

/// The field that holds the token of the session; no object gets it.
pub const TOKEN: &str = "formToken";

/// A form that was sent. Of what was typed, which may be a password or a secret, it shows nothing.
#[derive(Clone)]
pub struct Form {
    object: Map<String, Value>,
    token: Option<String>,
    typed: BTreeMap<String, Vec<String>>,
    faults: Invalid,
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("fields", &self.typed.keys()).finish_non_exhaustive()
    }
}

impl Form {
    /// Reads what a browser sends (`application/x-www-form-urlencoded`). Faults are kept, so that the form can be shown again
    /// with all of them.
    pub fn read(body: &[u8], shape: &Shape<'_>) -> Self {
        let mut form = Self { object: Map::new(), token: None, typed: BTreeMap::new(), faults: Invalid::none() };
        let known: Vec<&str> = shape.iter().map(|(name, _)| *name).collect();
        for (name, value) in url::form_urlencoded::parse(body) {
            if name == TOKEN {
                if form.token.replace(value.into_owned()).is_some() {
                    form.faults.push(TOKEN, "stands twice");
                }
                continue;
            }
            let Some((_, kind)) = shape.iter().find(|(other, _)| *other == name) else {
                form.faults.push(name.as_ref(), strict_json::unknown(&name, &known));
                continue;
            };
            let values = form.typed.entry(name.to_string()).or_default();
            if value.contains('\0') {
                form.faults.push(name.as_ref(), "holds a NUL character");
            } else if values.is_empty() || *kind == Kind::Several {
                // A browser ends the lines of a text with CR and LF, whatever was typed.
                values.push(value.replace("\r\n", "\n"));
            } else {
                form.faults.push(name.as_ref(), "stands twice");
            }
        }
        for (name, kind) in shape {
            form.take(name, *kind);
        }
        form
    }

    /// The token that came with it.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// What was typed into a field, to show it again.
    pub fn typed(&self, name: &str) -> &str {
        self.typed.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// All that was chosen under a name, where several can be.
    pub fn all_typed(&self, name: &str) -> &[String] {
        self.typed.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether it was read whole.
    pub fn check(&self) -> Result<(), Invalid> {
        self.faults.clone().into_result()
    }

    /// As the object of the API's call, without these fields, which are the form's own.
    pub fn into_object(self, own: &[&str]) -> Result<Map<String, Value>, Invalid> {
        let (object, faults) = self.into_parts(own);
        faults.into_result().map(|()| object)
    }

    /// The same as far as it could be read, and what could not.
    pub fn into_parts(self, own: &[&str]) -> (Map<String, Value>, Invalid) {
        let mut object = self.object;
        object.retain(|name, _| !own.contains(&name.as_str()));
        (object, self.faults)
    }

    /// As the body of the API's call, or everything that is wrong with it.
    pub fn into_body<T: DeserializeOwned>(self) -> Result<T, Invalid> {
        let mut faults = self.faults;
        match strict_json::read(self.object) {
            Ok(body) if faults.0.is_empty() => Ok(body),
            Ok(_) => Err(faults),
            Err(others) => {
                let new = others.0.into_iter().filter(|other| faults.0.iter().all(|known| known.field != other.field));
                let new: Vec<_> = new.collect();
                faults.extend(Invalid(new));
                Err(faults)
            }
        }
    }

    fn take(&mut self, name: &str, kind: Kind) {
        let values = self.typed.get(name).cloned().unwrap_or_default();
        match kind.value(values) {
            Ok(Some(value)) => put(&mut self.object, name, value),
            Ok(None) => {}
            Err(message) => self.faults.push(name, message),
        }
    }
}

/// Puts a value where its name says, into objects inside the object.
fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            object.insert(name.to_owned(), value);
        }
        Some((outer, rest)) => {
            let inner = object.entry(outer).or_insert_with(|| Map::new().into());
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    const SHAPE: &Shape<'_> = &[
        ("name", Kind::Text),
        ("ref", Kind::Resettable),
        ("timeoutMs", Kind::Whole),
        ("paused", Kind::Ticked),
        ("payoutMinor", Kind::Amount("USD")),
        ("activeAt", Kind::Utc),
        ("success.statuses", Kind::Several),
    ];

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Body {
        #[serde(rename = "name")]
        _name: String,
        #[serde(default, rename = "timeoutMs")]
        _timeout_ms: Option<u32>,
    }

    fn faults(body: &str, shape: &Shape<'_>) -> String {
        Form::read(body.as_bytes(), shape).into_body::<Body>().unwrap_err().to_string()
    }

    #[test]
    fn a_form_becomes_the_object_that_the_call_takes() {
        let body = "formToken=t&name=Kash+wall%0D%0A&ref=&timeoutMs=3000&payoutMinor=17.5&activeAt=2026-12-01T09%3A00\
                    &success.statuses=200&success.statuses=201";
        let form = Form::read(body.as_bytes(), SHAPE);
        assert_eq!((form.token(), form.typed("payoutMinor"), form.typed("none")), (Some("t"), "17.5", ""));
        let expected = json!({"name": "Kash wall\n", "ref": null, "timeoutMs": 3000, "paused": false, "payoutMinor": 1750,
            "activeAt": "2026-12-01T09:00:00.000Z", "success": {"statuses": ["200", "201"]}});
        assert_eq!(Value::Object(form.object), expected);
    }

    #[test]
    fn what_was_typed_does_not_show_in_a_log() {
        let form = Form::read(b"formToken=hush1&name=hush2&secret=hush3&name=hush4", SHAPE);
        let shown = format!("{form:?}");
        assert!(shown.contains("name") && !shown.contains("hush"), "{shown}");
    }

    #[test]
    fn what_is_unknown_or_doubled_or_no_text_is_named_and_never_ignored() {
        let shape: &Shape<'_> = &[("name", Kind::Text), ("timeoutMs", Kind::Whole)];
        assert_eq!(faults("name=a&name=b", shape), "name: stands twice");
        assert_eq!(faults("formToken=t&formToken=u&name=a", shape), "formToken: stands twice");
        assert_eq!(faults("name=a&timeoutMS=1", shape), "timeoutMS: is unknown; did you mean `timeoutMs`?");
        assert_eq!(faults("name=a%00", shape), "name: holds a NUL character");
        assert_eq!(faults("name=&timeoutMs=many", shape).split(": ").next(), Some("timeoutMs"));
        assert_eq!(faults("name=", shape), "name: is required");
    }

    #[test]
    fn lists_and_headers_are_written_as_people_write_them() {
        let shape: &Shape<'_> = &[
            ("events", Kind::Words),
            ("retrySchedule", Kind::Wholes),
            ("none", Kind::Wholes),
            ("success.bodyIs", Kind::Lines),
            ("headers", Kind::Pairs),
            ("timeoutMs", Kind::ResettableWhole),
        ];
        let body = "events=sale%2C+level+deal&retrySchedule=60,+soon&none=none&success.bodyIs=OK%0D%0A+DUP&headers=X-A:+a:b&timeoutMs=";
        let expected = json!({"events": ["sale", "level", "deal"], "retrySchedule": [60, "soon"], "none": [],
            "success": {"bodyIs": ["OK", "DUP"]}, "headers": {"X-A": "a:b"}, "timeoutMs": null});
        assert_eq!(Value::Object(Form::read(body.as_bytes(), shape).object), expected);
        assert!(Form::read(b"headers=X-A", shape).check().is_err());
    }

    #[test]
    fn an_amount_or_a_time_that_is_none_is_told_in_the_words_of_the_form() {
        let form = Form::read(b"payoutMinor=17.555&activeAt=soon", SHAPE);
        let told = form.faults.to_string();
        assert_eq!(
            told,
            "payoutMinor: must be an amount of USD such as 17.55; activeAt: must be a time such as 2026-11-28T14:03"
        );
    }
}
