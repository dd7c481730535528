//! JSON read strictly, second step: value → type, and every fault named by the path of its field.
//!
//! The derived readers of the bodies report through [`Fault`]: an unknown field with the nearest known one, a wrong type
//! with what was expected. So the bodies stay plain structs, and nobody has to read names out of an error's text.

use serde::de::value::{StrDeserializer, StringDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::choice::Choice;
use super::fault::Fault;
use crate::domain::invalid::Invalid;

/// Reads a body's type from its object.
pub fn read<T: DeserializeOwned>(object: Map<String, Value>) -> Result<T, Invalid> {
    read_value(Value::Object(object))
}

/// Reads a type from a value, which should be an object; the fault of the value itself has no name.
pub fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, Invalid> {
    T::deserialize(At(value)).map_err(|fault| Invalid::field(fault.path, fault.message))
}

/// A value, read by a type that reports through [`Fault`].
pub(super) struct At(pub(super) Value);

impl<'de> Deserializer<'de> for At {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => {
                let mut items = Items { rest: items.into_iter(), index: 0 };
                let read = visitor.visit_seq(&mut items)?;
                match items.rest.len() {
                    0 => Ok(read),
                    _ => Err(Fault::custom(format!("must be a list of {}", items.index))),
                }
            }
            Value::Object(object) => visitor.visit_map(Entries { rest: object.into_iter(), pending: None }),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), _, _) => visitor.visit_u64(value),
                (None, Some(value), _) => visitor.visit_i64(value),
                (None, None, Some(value)) => visitor.visit_f64(value),
                (None, None, None) => Err(Fault::custom("is a number out of range")),
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            value => visitor.visit_some(Self(value)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    /// A derived reader would take a list of a struct's values as well, which nobody is told of.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Array(_) => Err(Fault::custom("must be an object")),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0 {
            Value::String(word) => visitor.visit_enum(StringDeserializer::new(word)),
            Value::Object(object) => match Choice::of(object, At) {
                Some(choice) => visitor.visit_enum(choice),
                None => Err(Fault::custom(format!("must be exactly one of {}", variants.join(", ")))),
            },
            _ => Err(Fault::unknown_variant("", variants)),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

struct Items {
    rest: std::vec::IntoIter<Value>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(item) = self.rest.next() else {
            return Ok(None);
        };
        let place = format!("[{}]", self.index);
        self.index += 1;
        seed.deserialize(At(item)).map(Some).map_err(|fault| fault.at(&place))
    }
}

struct Entries {
    rest: serde_json::map::IntoIter,
    pending: Option<(String, Value)>,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.rest.next() else {
            return Ok(None);
        };
        let name = seed.deserialize(StrDeserializer::new(&key))?;
        self.pending = Some((key, value));
        Ok(Some(name))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let (key, value) = self.pending.take().expect("serde asks for a value only after its key");
        seed.deserialize(At(value)).map_err(|fault| fault.at(&key))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only the reading is tested")]
    struct Body {
        callback_url: String,
        timeout_ms: Option<u64>,
        inner: Option<Inner>,
        mode: Option<Mode>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the reading is tested")]
    struct Inner {
        list: Vec<String>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Mode {
        On,
        Off,
    }

    fn fault(json: &str) -> String {
        let object = crate::domain::strict_json::object(json.as_bytes()).unwrap();
        read::<Body>(object).unwrap_err().to_string()
    }

    #[test]
    fn a_misspelt_field_is_named_with_the_nearest_known_one() {
        let told = fault(r#"{"callbackUrl":"x","timeoutMS":1}"#);
        assert_eq!(told, "timeoutMS: is unknown; did you mean `timeoutMs`?");
        assert!(fault(r#"{"callbackUrl":"x","zzz":1}"#).starts_with("zzz: is unknown; known are callbackUrl,"));
    }

    #[test]
    fn a_wrong_type_is_named_by_its_whole_path() {
        assert_eq!(fault(r#"{"callbackUrl":"x","inner":{"list":["a",1]}}"#), "inner.list[1]: must be a string");
        assert_eq!(fault(r#"{"callbackUrl":"x","timeoutMs":1.5}"#), "timeoutMs: must be a whole number, not negative");
        assert_eq!(fault(r#"{"callbackUrl":"x","mode":"maybe"}"#), "mode: must be one of on, off");
        assert_eq!(fault(r#"{"callbackUrl":"x","mode":1}"#), "mode: must be one of on, off");
        assert_eq!(fault(r#"{"callbackUrl":"x","mode":{"on":1}}"#), "mode: must be written as the word \"on\" alone");
        assert_eq!(fault(r#"{"callbackUrl":"x","mode":{}}"#), "mode: must be exactly one of on, off");
        assert_eq!(fault(r#"{"callbackUrl":"x","inner":[["a"]]}"#), "inner: must be an object");
        assert_eq!(fault("{}"), "callbackUrl: is required");
    }

    #[test]
    fn a_good_body_is_read() {
        let json = r#"{"callbackUrl":"x","timeoutMs":null,"inner":{"list":["a"]},"mode":"off"}"#;
        assert!(read::<Body>(crate::domain::strict_json::object(json.as_bytes()).unwrap()).is_ok());
    }
}
