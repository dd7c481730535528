//! A change: an object given over what stands. What is left out stays, and null goes back to the default.
//!
//! It is a merge patch (RFC 7396) of one level: an object within it is one value and replaces the one that stood there.

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use serde_json::{Map, Value};

use super::typed::read;
use crate::domain::invalid::Invalid;

/// What stands of `standing` once `given` has been read over it. Faults are told in the order of what was given.
pub fn merged<T: Serialize + DeserializeOwned>(standing: &T, given: Map<String, Value>) -> Result<T, Invalid> {
    let known = fields::<T>();
    let mut object = as_object(standing);
    object.retain(|name, value| !value.is_null() && !given.contains_key(name));
    // A name that is not known is refused whatever is said of it.
    let mut all: Map<String, Value> =
        given.into_iter().filter(|(name, value)| !(value.is_null() && known.contains(&name.as_str()))).collect();
    all.append(&mut object);
    read(all)
}

/// What a struct is written as.
pub fn as_object(settings: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

/// The names of the fields that a struct reads, in order.
pub fn fields<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut found: &'static [&'static str] = &[];
    // It ends with the names, so nothing is ever read.
    let _ = T::deserialize(Names(&mut found));
    found
}

/// Is asked for a struct, and keeps the names that come with the question.
struct Names<'a>(&'a mut &'static [&'static str]);

#[derive(Debug)]
struct Ended;

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("only the names were asked for")
    }
}

impl std::error::Error for Ended {}

impl Error for Ended {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self
    }
}

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Ended;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Ended> {
        Err(Ended)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Ended> {
        *self.0 = fields;
        Err(Ended)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    struct Settings {
        most_days: u32,
        label: Option<String>,
        list: Vec<String>,
    }

    impl Default for Settings {
        fn default() -> Self {
            Self { most_days: 30, label: None, list: Vec::new() }
        }
    }

    fn over(standing: &Settings, given: Value) -> Result<Settings, String> {
        let Value::Object(given) = given else { panic!("{given} is no object") };
        merged(standing, given).map_err(|invalid| invalid.to_string())
    }

    #[test]
    fn what_is_left_out_stays_and_null_goes_back_to_the_default() {
        let standing = Settings { most_days: 5, label: Some("a".to_owned()), list: vec!["x".to_owned()] };
        assert_eq!(over(&standing, json!({})).unwrap(), standing);
        let changed = over(&standing, json!({"mostDays": null, "label": null, "list": ["y"]})).unwrap();
        assert_eq!(changed, Settings { list: vec!["y".to_owned()], ..Settings::default() });
    }

    #[test]
    fn the_fault_that_was_given_first_is_told_and_a_name_that_is_not_known_is_one_also_with_null() {
        let told = |given| over(&Settings::default(), given).unwrap_err();
        assert_eq!(told(json!({"list": [1], "mostDays": ""})), "list[0]: must be a string");
        assert_eq!(told(json!({"mostDays": "", "list": [1]})), "mostDays: must be a whole number, not negative");
        assert_eq!(told(json!({"mostDay": null})), "mostDay: is unknown; did you mean `mostDays`?");
    }

    #[test]
    fn the_names_of_a_struct_are_those_that_it_reads() {
        assert_eq!(fields::<Settings>(), ["mostDays", "label", "list"]);
        assert_eq!(fields::<u32>(), [""; 0]);
    }
}
