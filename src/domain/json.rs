//! JSON objects read strictly: fields in order, duplicate keys refused, numbers left as they were written.
//!
//! A general JSON value would lose what matters here: it turns `100.0` into another number and keeps the last of two
//! equal keys, so that a signature would cover one amount and the record another.
//!
//! A body comes from outside, so nothing here may grow faster than its length: nesting is bounded before anything
//! recurses over it, and many keys are compared through a set.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::invalid::shortened;

/// The text is not one JSON object with distinct keys; the message is for the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

/// Deepest nesting of a body (the contract). The deepest honest one has 4; each level costs a call on the stack.
const DEEPEST: usize = 32;
/// So many keys are compared with each other, which takes less than a set of them.
const FEW: usize = 32;

/// A JSON object, its values still as they were written.
#[derive(Debug)]
pub struct Object(pub Vec<(String, Box<RawValue>)>);

impl Object {
    /// Reads a text that must be one object with distinct keys, as must every object within it.
    pub fn parse(text: &[u8]) -> Result<Self, Malformed> {
        check_depth(text)?;
        let object = Self::outermost(text)?;
        object.0.iter().try_for_each(|(_, value)| distinct(value)).map_err(|error| malformed(&error))?;
        Ok(object)
    }

    /// The same without a look at what lies within it.
    pub fn outermost(text: &[u8]) -> Result<Self, Malformed> {
        let text = std::str::from_utf8(text).map_err(|_| Malformed("the body is not UTF-8".to_owned()))?;
        serde_json::from_str(text).map_err(|error| malformed(&error))
    }
}

fn malformed(error: &serde_json::Error) -> Malformed {
    Malformed(format!("the body is not a JSON object: {error}"))
}

/// Refuses a text that nests deeper than anybody's recursion may follow. It counts brackets outside of strings, and
/// leaves it to the reader whether the text is JSON at all.
pub fn check_depth(text: &[u8]) -> Result<(), Malformed> {
    // So few brackets cannot nest deeper, whatever is a string; nearly every body is settled by this.
    if text.iter().filter(|byte| matches!(byte, b'{' | b'[')).count() <= DEEPEST {
        return Ok(());
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(Malformed(format!("the body is nested deeper than {DEEPEST} levels")));
        }
    }
    Ok(())
}

/// Whether the objects within a value have distinct keys too. Whoever calls has bounded the depth.
fn distinct(value: &RawValue) -> serde_json::Result<()> {
    match value.get().as_bytes().first() {
        Some(b'{') => {
            serde_json::from_str::<Pairs<'_>>(value.get())?.0.iter().try_for_each(|(_, inner)| distinct(inner))
        }
        Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(value.get())?.into_iter().try_for_each(distinct),
        _ => Ok(()),
    }
}

/// The fields of an object where they stand in its text, with distinct keys.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;

        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                // What most reports have.
                let mut pairs = Vec::with_capacity(16);
                while let Some(pair) = map.next_entry::<String, &'de RawValue>()? {
                    pairs.push(pair);
                }
                match repeated(&pairs) {
                    Some(key) => Err(Error::custom(format!("duplicate key {:?}", shortened(key)))),
                    None => Ok(Pairs(pairs)),
                }
            }
        }

        deserializer.deserialize_map(PairsVisitor)
    }
}

/// The first key that stands a second time.
fn repeated<T>(pairs: &[(String, T)]) -> Option<&str> {
    let mut keys = pairs.iter().map(|(key, _)| key.as_str());
    if pairs.len() <= FEW {
        return keys
            .enumerate()
            .find(|(place, key)| pairs[..*place].iter().any(|(before, _)| before == key))
            .map(|(_, key)| key);
    }
    let mut seen = HashSet::with_capacity(pairs.len());
    keys.find(|key| !seen.insert(*key))
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Pairs(pairs) = Pairs::deserialize(deserializer)?;
        Ok(Self(pairs.into_iter().map(|(key, value)| (key, value.to_owned())).collect()))
    }
}

/// The first items of a list as they were written, at most so many, and how many there are: what is behind them is counted
/// and not kept, since a list of a few bytes for each item would take many times its length.
#[derive(Debug)]
pub struct FirstOf<const MOST: usize> {
    /// The first ones.
    pub items: Vec<Box<RawValue>>,
    /// How many there are.
    pub count: usize,
}

impl<'de, const MOST: usize> Deserialize<'de> for FirstOf<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FirstOfVisitor<const MOST: usize>;

        impl<'de, const MOST: usize> Visitor<'de> for FirstOfVisitor<MOST> {
            type Value = FirstOf<MOST>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<FirstOf<MOST>, A::Error> {
                let mut items = Vec::new();
                while items.len() < MOST {
                    match list.next_element()? {
                        Some(item) => items.push(item),
                        None => return Ok(FirstOf { count: items.len(), items }),
                    }
                }
                let mut count = items.len();
                while list.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(FirstOf { items, count })
            }
        }

        deserializer.deserialize_seq(FirstOfVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicate_keys_and_anything_but_one_object_are_refused() {
        for text in [
            &b"{\"a\":1,\"a\":1}"[..],
            b"{\"a\":{\"b\":[{\"c\":1,\"c\":2}]}}",
            b"[]",
            b"1",
            b"",
            b"{}{}",
            b"{\"a\":}",
            b"\xff",
            b"{\"a\":1,}",
        ] {
            assert!(Object::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_found_among_few_and_among_many() {
        for keys in [1, 2, FEW - 1, FEW, 10 * FEW] {
            let fields: String = (0..keys).map(|number| format!("\"k{number}\":1,")).collect();
            assert!(Object::parse(format!("{{{fields}\"k\":1}}").as_bytes()).is_ok());
            let refused = Object::parse(format!("{{{fields}\"k{}\":1}}", keys - 1).as_bytes()).unwrap_err();
            assert!(refused.0.contains(&format!("duplicate key \"k{}\"", keys - 1)), "{refused}");
        }
    }

    #[test]
    fn numbers_are_left_as_they_were_written() {
        let object = Object::parse(b"{\"a\": 100.0, \"b\": 0.10}").unwrap();
        let raw: Vec<&str> = object.0.iter().map(|(_, value)| value.get()).collect();
        assert_eq!(raw, ["100.0", "0.10"]);
    }

    #[test]
    fn of_a_list_that_is_too_long_the_first_items_are_kept_and_the_others_counted() {
        for (length, kept) in [(0, 0), (2, 2), (3, 3), (4, 3), (100_000, 3)] {
            let list = format!("[{}]", vec!["0"; length].join(","));
            let FirstOf { items, count } = serde_json::from_str::<FirstOf<3>>(&list).unwrap();
            assert_eq!((items.len(), count), (kept, length));
        }
        assert!(serde_json::from_str::<FirstOf<3>>("{}").is_err());
        assert!(serde_json::from_str::<FirstOf<3>>("[0,0,0,0,]").is_err());
    }

    #[test]
    fn what_nests_deeper_than_32_levels_is_refused_before_anything_recurses_over_it() {
        let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        assert!(Object::parse(nested(32).as_bytes()).is_ok());
        for levels in [33, 400_000] {
            let refused = Object::parse(nested(levels).as_bytes()).unwrap_err();
            assert_eq!(refused.0, "the body is nested deeper than 32 levels");
        }
        let in_a_string = format!("{{\"a\":\"\\\"{}\"}}", "[".repeat(100));
        assert!(Object::parse(in_a_string.as_bytes()).is_ok(), "brackets within a string nest nothing");
    }
}
