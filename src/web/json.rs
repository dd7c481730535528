//! The body of an admin call: bytes at first, a type once the caller is known.
//!
//! Reading is a call of its own and not an extractor, so that nobody is told anything about a body before it is clear
//! who asks. Reports do not come this way: their amounts must be kept digit for digit.

use std::fmt;

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Web;
use super::bodies::{self, Taken};
use super::error::{Problem, ProblemKind};
use crate::actions::given::Given;
use crate::actions::refusal::Refusal;
use crate::domain::invalid::{Invalid, MOST_FAULTS, shortened};
use crate::domain::json::Object;
use crate::domain::strict_json;

/// Largest body, by the contract.
pub const LARGEST: usize = 1024 * 1024;

/// A body of at most so many bytes that has not been read yet. It does not show what it holds.
pub struct Body<const MOST: usize = LARGEST> {
    bytes: Bytes,
    /// Its part of what all bodies may take.
    _taken: Taken,
}

impl<const MOST: usize> fmt::Debug for Body<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("length", &self.bytes.len()).finish_non_exhaustive()
    }
}

impl<const MOST: usize> Body<MOST> {
    /// The bytes as received.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl<const MOST: usize> Body<MOST> {
    /// Reads the body as one JSON object of this type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        self.read_with_decimals(&[])
    }

    /// Like [`read`](Self::read), where these fields (`name`, `outer.name`) are decimals: written as a number, such a one
    /// is read as the text that was written, because as a number it would lose its digits.
    pub fn read_with_decimals<T: DeserializeOwned>(&self, decimals: &[&str]) -> Result<T, Problem> {
        Ok(strict_json::read(self.object(decimals)?)?)
    }

    /// Like [`read`](Self::read), where every field may be left out and so may the body.
    pub fn read_or_empty<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        Ok(self.or_empty().read_as()?)
    }

    /// The same, where the body may be left out.
    pub fn or_empty(&self) -> OrEmpty<'_, MOST> {
        OrEmpty(self)
    }
}

/// A body that may be left out.
#[derive(Debug)]
pub struct OrEmpty<'a, const MOST: usize>(&'a Body<MOST>);

impl<const MOST: usize> Given for OrEmpty<'_, MOST> {
    fn object(&self, decimals: &[&str]) -> Result<Map<String, Value>, Refusal> {
        if self.0.bytes.is_empty() { Ok(Map::new()) } else { self.0.object(decimals) }
    }
}

impl<const MOST: usize> Given for Body<MOST> {
    fn object(&self, decimals: &[&str]) -> Result<Map<String, Value>, Refusal> {
        let mut object = strict_json::object(&self.bytes).map_err(Refusal::Malformed)?;
        let mut invalid = Invalid::none();
        object.iter().for_each(|(name, value)| refuse_nul(name, value, &mut invalid));
        invalid.into_result()?;
        for path in decimals {
            if let Some(number @ Value::Number(_)) = at(&mut object, path)
                && let Some(written) = Object::parse(&self.bytes).ok().and_then(|body| written(&body, path))
            {
                *number = Value::String(written);
            }
        }
        Ok(object)
    }
}

impl<const MOST: usize> FromRequest for Body<MOST> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (payload, declared) = (payload.take(), bodies::declared(request));
        let web = Web::of(request);
        Box::pin(async move {
            let read = bodies::read(&web.bodies, declared, payload, MOST).await;
            if read.as_ref().is_err_and(|problem| problem.kind() == ProblemKind::Overloaded) {
                web.node.metrics.body_turned_away();
            }
            let (bytes, taken) = read?;
            Ok(Self { bytes, _taken: taken })
        })
    }
}

/// The value at a path.
fn at<'a>(object: &'a mut Map<String, Value>, path: &str) -> Option<&'a mut Value> {
    match path.split_once('.') {
        None => object.get_mut(path),
        Some((outer, rest)) => at(object.get_mut(outer)?.as_object_mut()?, rest),
    }
}

/// The same as it was written.
fn written(object: &Object, path: &str) -> Option<String> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let (_, value) = object.0.iter().find(|(key, _)| key == name)?;
    match rest {
        None => Some(value.get().to_owned()),
        Some(rest) => written(&serde_json::from_str(value.get()).ok()?, rest),
    }
}

/// The one character that PostgreSQL's texts cannot hold is refused on either engine, wherever it stands.
fn refuse_nul(path: &str, value: &Value, invalid: &mut Invalid) {
    for below in nuls(value) {
        invalid.push(format!("{path}{below}"), "holds a NUL character");
    }
}

/// Where below a value NUL characters stand, as many as are listed. A path is written only for what is found: one for
/// every value, under names of any length, would outgrow the body.
fn nuls(value: &Value) -> Vec<String> {
    let below = |found: Vec<String>, place: String| found.into_iter().map(move |path| format!("{place}{path}"));
    let mut found = Vec::new();
    match value {
        Value::String(text) if text.contains('\0') => found.push(String::new()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                found.extend(below(nuls(item), format!("[{index}]")));
                if found.len() >= MOST_FAULTS {
                    break;
                }
            }
        }
        Value::Object(object) => {
            for (name, value) in object {
                let inner = nuls(value);
                if !inner.is_empty() {
                    found.extend(below(inner, format!(".{}", shortened(name))));
                }
                if found.len() >= MOST_FAULTS {
                    break;
                }
            }
        }
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_keeps_the_digits_that_it_was_written_with_however_deep_it_stands() {
        let bytes = Bytes::from_static(br#"{"rate": 100.10, "inner": {"above": 0.123456789012345678}, "text": "1.0"}"#);
        let body: Body = Body { bytes, _taken: Taken::default() };
        let read: Map<String, Value> = body.read_with_decimals(&["rate", "inner.above", "text", "none"]).unwrap();
        let read = Value::Object(read);
        assert_eq!([&read["rate"], &read["inner"]["above"], &read["text"]], ["100.10", "0.123456789012345678", "1.0"]);
    }

    #[test]
    fn a_body_does_not_show_what_it_holds() {
        let body: Body = Body { bytes: Bytes::from_static(b"hush"), _taken: Taken::default() };
        let shown = format!("{body:?} {:?}", body.or_empty());
        assert!(shown.contains("length: 4") && !shown.contains("hush"), "{shown}");
    }
}
