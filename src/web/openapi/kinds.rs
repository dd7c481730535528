//! Kinds of values, and what is said of each: texts, amounts, addresses, words.

use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, ArrayItems, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat,
    SchemaType, Type,
};

use crate::domain::amount::LARGEST_MINOR;

/// Any text, which PostgreSQL can hold.
pub(super) const WITHOUT_NUL: &str = r"^[^\x00]*$";

/// No text holds a NUL character, whatever else it may be.
pub(super) fn refuse_nul(property: &mut RefOr<Schema>) {
    match property {
        RefOr::T(Schema::Object(own)) => {
            let has_form = own.pattern.is_some() || own.enum_values.is_some() || own.format.is_some();
            if is_text(own) && !has_form {
                own.pattern = Some(WITHOUT_NUL.to_owned());
            }
            if let Some(AdditionalProperties::RefOr(value)) = own.additional_properties.as_deref_mut() {
                refuse_nul(value);
            }
        }
        RefOr::T(Schema::Array(list)) => {
            if let ArrayItems::RefOrSchema(item) = &mut list.items {
                refuse_nul(item);
            }
        }
        _ => {}
    }
}

/// Whether it may be a text.
pub(super) fn is_text(own: &Object) -> bool {
    match &own.schema_type {
        SchemaType::Type(kind) => *kind == Type::String,
        SchemaType::Array(kinds) => kinds.contains(&Type::String),
        SchemaType::AnyValue => false,
    }
}

/// A text of this form, of so many characters at most.
pub(super) fn text(own: &mut Object, pattern: &str, longest: usize) {
    own.pattern = Some(pattern.to_owned());
    (own.min_length, own.max_length) = (None, Some(longest));
}

/// An amount of minor units.
pub(super) fn minor(own: &mut Object) {
    own.minimum = Some(0_u64.into());
    own.maximum = Some(LARGEST_MINOR.into());
}

/// An amount as a text, or as a number.
pub(super) fn decimal(own: &mut Object, pattern: &str) {
    own.pattern = Some(pattern.to_owned());
    minor(own);
    or(own, Type::Number);
}

/// An address, of either family; what a socket is bound to may be a proxy as well.
pub(super) fn address(name: &str, own: &Object) -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let family = |format| text().format(Some(SchemaFormat::KnownFormat(format)));
    let mut any = AnyOfBuilder::new().description(own.description.clone());
    any = any.item(family(KnownFormat::Ipv4)).item(family(KnownFormat::Ipv6));
    if name == "bind" {
        any = any.item(text().pattern(Some("^socks5://.+:[0-9]+/?$")));
    }
    if is_nullable(own) {
        any = any.item(Object::with_type(Type::Null));
    }
    Schema::AnyOf(any.build())
}

/// One of these words.
pub(super) fn words<'a>(own: &mut Object, words: impl Iterator<Item = &'a str>) {
    let mut all: Vec<Value> = words.map(Value::from).collect();
    if is_nullable(own) {
        all.push(Value::Null);
    }
    own.enum_values = Some(all);
}

/// Adds a kind to those that a field may be of.
pub(super) fn or(own: &mut Object, other: Type) {
    let mut kinds = match &own.schema_type {
        SchemaType::Type(kind) => vec![kind.clone()],
        SchemaType::Array(kinds) => kinds.clone(),
        SchemaType::AnyValue => return,
    };
    kinds.push(other);
    own.schema_type = SchemaType::Array(kinds);
}

/// Whether it may be null.
pub(super) fn is_nullable(own: &Object) -> bool {
    matches!(&own.schema_type, SchemaType::Array(kinds) if kinds.contains(&Type::Null))
}
