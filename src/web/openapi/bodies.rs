//! What a request's body may be: which of its fields must be there, which exclude each other, and that there are no others.
//! What each field may be stands in [`forms`](super::forms).

use std::collections::BTreeSet;

use utoipa::Modify;
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Object, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Components, OpenApi as Document, Ref, RefOr, Required};

use super::common::operations;
use super::forms;
use crate::domain::account::RoleWord;

/// What is created is read like a change of it, of which some fields must be there: the path, what a change of it is
/// called, what a new one is called, and those fields.
const NEW: [(&str, &str, &str, &[&str]); 3] = [
    ("/v1/apps", "AppBody", "NewApp", &["name", "dialect"]),
    ("/v1/apps/{id}/endpoints", "EndpointBody", "NewEndpoint", &["dialect"]),
    ("/v1/offers", "OfferBody", "NewOffer", &["name", "destinationUrl", "payoutMinor", "currency"]),
];
/// What a change may leave out and not take away.
const NEVER_NULL: [(&str, &[&str]); 5] = [
    ("OfferBody", &["name", "destinationUrl", "payoutMinor", "currency"]),
    ("PublisherPatch", &["name"]),
    ("EgressIpPatch", &["address"]),
    ("UserChange", &["name", "role"]),
    ("MeChange", &["name", "password"]),
];
/// Bodies of which no field is needed, so that there need not be one.
const MAY_BE_LEFT_OUT: [&str; 8] =
    ["Activation", "NewSecondFactor", "NewSecretBody", "Publishing", "RejectBody", "Rotation", "SequenceOf", "TestOf"];
/// A field that must be there, with those that must not be there then.
type Choice = (&'static str, &'static [&'static str]);
/// Of which fields exactly one must be there.
const EITHER: [(&str, &[Choice]); 4] = [
    (
        "DiagnoseOf",
        &[("pasted", &["method", "url", "headers", "body"]), ("url", &["pasted"]), ("headers", &["pasted", "url"])],
    ),
    ("NewAssignment", &[("appId", &["publisherId"]), ("publisherId", &["appId"])]),
    (
        "PreviewOf",
        &[
            ("completionId", &["completion", "deliveryId", "attempt"]),
            ("completion", &["completionId", "deliveryId", "attempt"]),
            ("deliveryId", &["completionId", "completion"]),
            ("endpoint", &["completionId", "completion", "deliveryId", "attempt"]),
        ],
    ),
    ("ReplayBody", &[("from", &["sinceDeliveryId"]), ("sinceDeliveryId", &["from", "to"])]),
];
/// What names a publisher where its role is a publisher's, unless that publisher itself asks, and nowhere else.
const OF_A_ROLE: [&str; 2] = ["NewInvitation", "NewToken"];

pub(super) struct Bodies;

impl Modify for Bodies {
    fn modify(&self, document: &mut Document) {
        let mut names = BTreeSet::new();
        let Some(components) = &mut document.components else { return };
        for (change, fields) in NEVER_NULL {
            if let Some(object) = object(components, change) {
                for field in fields {
                    object.properties.get_mut(*field).into_iter().for_each(refuse_null);
                }
            }
        }
        for (path, item) in &mut document.paths.paths {
            let new = NEW.iter().find(|(of, ..)| of == path);
            if let Some((_, change, new, required)) = new
                && let Some(RefOr::T(body)) = item.post.as_mut().and_then(|post| post.request_body.as_mut())
            {
                add_new(components, change, new, required);
                set_schema(body, RefOr::Ref(Ref::from_schema_name(*new)));
            }
            for operation in operations(item) {
                let Some(RefOr::T(body)) = &mut operation.request_body else { continue };
                describe_body(body);
                let schemas = body.content.values().filter_map(|content| match content {
                    RefOr::T(content) => content.schema.as_ref(),
                    RefOr::Ref(_) => None,
                });
                schemas.for_each(|schema| gather(schema, components, &mut names));
            }
        }
        // Whose an app is cannot be changed.
        if let Some(change) = object(components, "AppBody") {
            change.properties.shift_remove("publisherId");
        }
        names.iter().for_each(|name| describe(components, name));
    }
}

fn object<'a>(components: &'a mut Components, name: &str) -> Option<&'a mut Object> {
    match components.schemas.get_mut(name) {
        Some(RefOr::T(Schema::Object(object))) => Some(object),
        _ => None,
    }
}

fn add_new(components: &mut Components, change: &str, new: &str, required: &[&str]) {
    let Some(mut object) = object(components, change).cloned() else { return };
    object.required = required.iter().map(|&field| field.to_owned()).collect();
    components.schemas.insert(new.to_owned(), RefOr::T(Schema::Object(object)));
}

fn set_schema(body: &mut RequestBody, schema: RefOr<Schema>) {
    for content in body.content.values_mut() {
        if let RefOr::T(content) = content {
            content.schema = Some(schema.clone());
        }
    }
}

/// A body that may be left out is none then, and never null.
fn describe_body(body: &mut RequestBody) {
    let schemas = body.content.values().find_map(|content| match content {
        RefOr::T(content) => content.schema.clone(),
        RefOr::Ref(_) => None,
    });
    let named = match schemas {
        Some(RefOr::T(Schema::OneOf(or_null))) => or_null.items.into_iter().find(|item| matches!(item, RefOr::Ref(_))),
        other => other,
    };
    let Some(RefOr::Ref(named)) = named else { return };
    let may_be_left_out = MAY_BE_LEFT_OUT.iter().any(|name| named.ref_location.ends_with(&format!("/{name}")));
    body.required = Some(if may_be_left_out { Required::False } else { Required::True });
    set_schema(body, RefOr::Ref(named));
}

/// The names of all objects that a body is made of.
fn gather(schema: &RefOr<Schema>, components: &Components, names: &mut BTreeSet<String>) {
    match schema {
        RefOr::Ref(named) => {
            let name = named.ref_location.rsplit('/').next().unwrap_or_default();
            if names.insert(name.to_owned())
                && let Some(schema) = components.schemas.get(name)
            {
                gather(schema, components, names);
            }
        }
        RefOr::T(Schema::Object(object)) => {
            object.properties.values().for_each(|property| gather(property, components, names));
        }
        RefOr::T(Schema::Array(list)) => {
            if let ArrayItems::RefOrSchema(item) = &list.items {
                gather(item, components, names);
            }
        }
        RefOr::T(Schema::OneOf(choice)) => choice.items.iter().for_each(|item| gather(item, components, names)),
        RefOr::T(_) => {}
    }
}

fn describe(components: &mut Components, name: &str) {
    // A word among several is an object of the description too, without fields.
    let Some(object) = object(components, name).filter(|object| !object.properties.is_empty()) else { return };
    object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    object.properties.iter_mut().for_each(|(field, property)| forms::describe(name, field, property));
    let choices = EITHER.iter().find(|(of, _)| *of == name);
    let variants = match choices {
        Some((_, choices)) => choices.iter().map(|choice| chosen(object, choice)).collect(),
        None if OF_A_ROLE.contains(&name) => of_roles(object).to_vec(),
        None => return,
    };
    let mut one_of = OneOfBuilder::new().description(object.description.clone());
    for variant in variants {
        one_of = one_of.item(variant);
    }
    components.schemas.insert(name.to_owned(), RefOr::T(Schema::OneOf(one_of.build())));
}

/// The object with this choice, where what does not go with it may only be null.
fn chosen(object: &Object, (field, absent): &Choice) -> Object {
    let mut variant = object.clone();
    variant.description = None;
    for other in *absent {
        variant.properties.insert((*other).to_owned(), Object::with_type(Type::Null).into());
    }
    variant.properties.get_mut(*field).into_iter().for_each(refuse_null);
    variant.required.push((*field).to_owned());
    variant
}

/// The object with a publisher's role, which takes a publisher, and with another role and without one.
fn of_roles(object: &Object) -> [Object; 2] {
    let with_role = |is_publisher: bool| {
        let mut variant = object.clone();
        variant.description = None;
        let roles = RoleWord::ALL.iter().filter(|role| (**role == RoleWord::Publisher) == is_publisher);
        let mut role = Object::with_type(Type::String);
        role.enum_values = Some(roles.map(|role| role.as_str().into()).collect());
        variant.properties.insert("role".to_owned(), role.into());
        variant
    };
    let (publishers, mut others) = (with_role(true), with_role(false));
    others.properties.insert("publisherId".to_owned(), Object::with_type(Type::Null).into());
    [publishers, others]
}

fn refuse_null(property: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::OneOf(or_null)) = property {
        let is_null = |item: &RefOr<Schema>| matches!(item, RefOr::T(Schema::Object(own)) if own.schema_type == SchemaType::Type(Type::Null));
        or_null.items.retain(|item| !is_null(item));
        if let [only] = or_null.items.as_slice() {
            *property = only.clone();
        }
        return;
    }
    let of = match property {
        RefOr::T(Schema::Object(own)) => &mut own.schema_type,
        RefOr::T(Schema::Array(list)) => &mut list.schema_type,
        _ => return,
    };
    if let SchemaType::Array(kinds) = of {
        kinds.retain(|kind| *kind != Type::Null);
        if let [only] = kinds.as_slice() {
            *of = SchemaType::Type(only.clone());
        }
    }
}
