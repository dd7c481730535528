//! What answers hold that deriving does not see: what stands under names that nobody knows before, and values that are written by
//! hand.

use utoipa::Modify;
use utoipa::openapi::schema::{AdditionalProperties, Array, ArrayItems, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{Components, OpenApi as Document, Ref, RefOr};

/// Objects of texts, by the answer's and the field's name.
const OF_TEXTS: [(&str, &str); 5] = [
    ("AttemptView", "headers"),
    ("AttemptView", "responseHeaders"),
    ("Preview", "headers"),
    ("CompletionView", "extra"),
    ("CompletionWithDeliveries", "extra"),
];

pub(super) struct Answers;

impl Modify for Answers {
    fn modify(&self, document: &mut Document) {
        let Some(components) = &mut document.components else { return };
        for (schema, field) in OF_TEXTS {
            if let Some(RefOr::T(Schema::Object(own))) = property(components, schema, field) {
                let text = ObjectBuilder::new().schema_type(Type::String);
                own.additional_properties = Some(Box::new(AdditionalProperties::from(text)));
            }
        }
        for schema in ["CompletionView", "CompletionWithDeliveries", "ReversalView"] {
            if let Some(RefOr::T(Schema::Object(own))) = property(components, schema, "manual") {
                let mark = mark().build();
                (own.properties, own.required) = (mark.properties, mark.required);
            }
        }
        set_items(components, "BatchResults", "results", of_a_batch());
        set_items(components, "Preview", "parts", Schema::Object(part_of_a_callback().build()));
    }
}

fn property<'a>(components: &'a mut Components, schema: &str, field: &str) -> Option<&'a mut RefOr<Schema>> {
    match components.schemas.get_mut(schema) {
        Some(RefOr::T(Schema::Object(object))) => object.properties.get_mut(field),
        _ => None,
    }
}

fn set_items(components: &mut Components, schema: &str, field: &str, item: Schema) {
    if let Some(RefOr::T(Schema::Array(Array { items, .. }))) = property(components, schema, field) {
        *items = ArrayItems::RefOrSchema(Box::new(RefOr::T(item)));
    }
}

/// Of what was done by hand: by which token or person, and why.
fn mark() -> ObjectBuilder {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let mark = ObjectBuilder::new().property("tokenId", text()).property("userId", text());
    mark.property("reason", text()).required("reason")
}

/// The answer to one conversion of a batch.
fn of_a_batch() -> Schema {
    let refused = ObjectBuilder::new()
        .property("status", ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["refused"])))
        .property("problem", Ref::from_schema_name("Problem"))
        .required("status")
        .required("problem");
    Schema::OneOf(OneOfBuilder::new().item(Ref::from_schema_name("Reported")).item(refused).build())
}

/// A part of what is sent: its text, the placeholder that it stands for, and whether the signature covers it.
fn part_of_a_callback() -> ObjectBuilder {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    ObjectBuilder::new()
        .property("text", text())
        .property("placeholder", text())
        .property("signed", ObjectBuilder::new().schema_type(Type::Boolean))
        .required("text")
        .required("signed")
}
