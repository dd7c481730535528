//! Settings in the description: what an object is set to stands beside what else there is of it, so a schema that is made of
//! several is written as one object, whose later fields replace earlier ones.
//!
//! A change may reset what has a default, so there null is described wherever a value may be left out. What is shown is
//! complete.

use utoipa::Modify;
use utoipa::openapi::schema::{AdditionalProperties, Object, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Components, OpenApi as Document, RefOr};

/// What is read over settings that stand.
const CHANGES: [&str; 2] = ["AppBody", "EndpointBody"];
/// How the name of a struct of settings ends.
const SETTINGS: &str = "Settings";

/// Writes each schema that is made of several as one.
pub(super) struct Settings;

impl Modify for Settings {
    fn modify(&self, document: &mut Document) {
        flatten(document.components.get_or_insert_default());
    }
}

fn flatten(components: &mut Components) {
    let names: Vec<String> = components.schemas.keys().cloned().collect();
    for name in &names {
        let is_change = CHANGES.contains(&name.as_str());
        let Some(mut object) = components.schemas.get(name).and_then(|schema| flat(schema, components, !is_change))
        else {
            continue;
        };
        if is_change {
            object.required.clear();
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            object.properties.values_mut().for_each(allow_null);
        }
        components.schemas.insert(name.clone(), RefOr::T(Schema::Object(object)));
    }
    components.schemas.retain(|name, _| !name.ends_with(SETTINGS));
}

/// The schema as one object, if it is made of several; settings are complete where they are shown.
fn flat(schema: &RefOr<Schema>, components: &Components, complete: bool) -> Option<Object> {
    let RefOr::T(Schema::AllOf(parts)) = schema else { return None };
    let mut whole = Object::with_type(Type::Object);
    whole.description = parts.description.clone();
    for part in &parts.items {
        // A part that as a whole may not be there, such as what is shown of a person where a token asks.
        let (part, is_there) = match part {
            RefOr::T(Schema::OneOf(or_null)) => {
                (or_null.items.iter().find(|item| matches!(item, RefOr::Ref(_)))?, false)
            }
            part => (part, true),
        };
        let (name, part) = match part {
            RefOr::Ref(part) => {
                let name = part.ref_location.rsplit('/').next().unwrap_or_default();
                (name, components.schemas.get(name)?)
            }
            part => ("", part),
        };
        let mut part = match part {
            RefOr::T(Schema::Object(object)) => object.clone(),
            other => flat(other, components, complete)?,
        };
        part.properties.values_mut().for_each(join_default);
        part.properties.values_mut().for_each(drop_empty_default);
        if is_there {
            whole.required.extend(part.required);
        }
        if is_there && complete && name.ends_with(SETTINGS) {
            whole.required.extend(part.properties.keys().cloned());
        }
        whole.properties.extend(part.properties);
    }
    whole.required.sort_unstable();
    whole.required.dedup();
    Some(whole)
}

/// What must be given is empty where settings are read that say nothing of it, which is no default that anybody may rely on.
fn drop_empty_default(property: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(own)) = property {
        own.default.take_if(|default| default.as_str() == Some(""));
    }
}

/// Writes what is said of a field (its default) into the field. Beside a field's kind it stands as an object of its own, and
/// nothing is both a word and an object.
fn join_default(property: &mut RefOr<Schema>) {
    let RefOr::T(Schema::AllOf(parts)) = property else { return };
    let [kind, RefOr::T(Schema::Object(said))] = parts.items.as_slice() else { return };
    let mut kind = kind.clone();
    if let RefOr::T(Schema::Object(own)) = &mut kind {
        own.description.clone_from(&said.description);
        own.default.clone_from(&said.default);
    }
    *property = kind;
}

/// Allows null where there is a default to go back to: a text that is not one of several words has none.
fn allow_null(property: &mut RefOr<Schema>) {
    let nothing = || Schema::Object(Object::with_type(Type::Null));
    match property {
        RefOr::T(Schema::Object(object)) => {
            let SchemaType::Type(of) = object.schema_type.clone() else { return };
            if matches!(of, Type::String) && object.enum_values.is_none() {
                return;
            }
            object.schema_type = SchemaType::Array(vec![of, Type::Null]);
            object.enum_values.iter_mut().for_each(|words| words.push(serde_json::Value::Null));
        }
        RefOr::T(Schema::Array(array)) => {
            if let SchemaType::Type(of) = array.schema_type.clone() {
                array.schema_type = SchemaType::Array(vec![of, Type::Null]);
            }
        }
        RefOr::Ref(other) => {
            let other = RefOr::Ref(other.clone());
            *property = RefOr::T(Schema::OneOf(OneOfBuilder::new().item(nothing()).item(other).build()));
        }
        RefOr::T(_) => {}
    }
}
