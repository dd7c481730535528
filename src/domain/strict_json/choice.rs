//! One of several words, of which some are written with a value: `"url"`, or `{ "query": "hash" }`.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, VariantAccess, Visitor};
use serde_json::{Map, Value};

use super::fault::Fault;

/// A word with the reader of its value.
pub(super) struct Choice<D> {
    word: String,
    value: D,
}

impl<D> Choice<D> {
    /// The one that an object stands for; none where it holds more than one, or nothing.
    pub(super) fn of(object: Map<String, Value>, reader: impl FnOnce(Value) -> D) -> Option<Self> {
        let mut entries = object.into_iter();
        let (word, value) = entries.next()?;
        entries.next().is_none().then(|| Self { word, value: reader(value) })
    }

    fn read<T>(self, read: impl FnOnce(D) -> Result<T, Fault>) -> Result<T, Fault> {
        read(self.value).map_err(|fault| fault.at(&self.word))
    }
}

impl<'de, D: Deserializer<'de, Error = Fault>> EnumAccess<'de> for Choice<D> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let word = seed.deserialize(StrDeserializer::new(&self.word))?;
        Ok((word, self))
    }
}

impl<'de, D: Deserializer<'de, Error = Fault>> VariantAccess<'de> for Choice<D> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Err(Fault::custom(format!("must be written as the word {:?} alone", self.word)))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        self.read(|value| seed.deserialize(value))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.read(|value| value.deserialize_any(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.read(|value| value.deserialize_struct("", fields, visitor))
    }
}
