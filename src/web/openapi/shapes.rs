//! What an answer holds that is written below the web floor, field by field: dialects, how amounts came about, and what a diagnosis
//! lays side by side.

mod dialects;

use utoipa::Modify;
use utoipa::openapi::schema::{
    AdditionalProperties, Array, ArrayBuilder, ArrayItems, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat,
    SchemaType, Type,
};
use utoipa::openapi::{OpenApi as Document, RefOr};

/// What makes a shape.
type Shape = fn() -> Object;

/// The answer's name, the field's, where it is not the whole answer, and its shape.
const SHAPES: [(&str, &str, Shape); 6] = [
    ("DiagnosisView", "differences", difference),
    ("DiagnosisView", "pieces", piece),
    ("CompletionView", "computed", computed),
    ("CompletionWithDeliveries", "computed", computed),
    ("DialectView", "", dialect),
    ("CheckedView", "", checked),
];

pub(super) struct Shapes;

impl Modify for Shapes {
    fn modify(&self, document: &mut Document) {
        let Some(components) = &mut document.components else { return };
        for (schema, field, shape) in SHAPES {
            let Some(RefOr::T(own)) = components.schemas.get_mut(schema) else { continue };
            let place = match own {
                whole if field.is_empty() => whole,
                Schema::Object(object) => match object.properties.get_mut(field) {
                    Some(RefOr::T(place)) => place,
                    _ => continue,
                },
                _ => continue,
            };
            fill(place, shape());
        }
    }
}

/// Puts a shape where an object of any kind stood, and keeps what is said of it.
fn fill(place: &mut Schema, mut shape: Object) {
    match place {
        Schema::Array(Array { items, .. }) => *items = ArrayItems::RefOrSchema(Box::new(RefOr::T(shape.into()))),
        Schema::Object(object) => {
            shape.description = object.description.take();
            // Null where the field itself may be.
            shape.schema_type = object.schema_type.clone();
            *object = shape;
        }
        _ => {}
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn text_or_null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
}

fn flag() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean)
}

fn whole_number() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
}

fn difference() -> Object {
    let of = ObjectBuilder::new().property("at", whole_number().minimum(Some(0))).property("received", text());
    of.property("signed", text()).required("at").required("received").required("signed").build()
}

fn piece() -> Object {
    let of = ObjectBuilder::new().property("name", text()).property("received", text_or_null());
    let place =
        text().enum_values(Some(["start", "body"])).description(Some("Which part it is, where it is no value."));
    let of = of.property("signed", text_or_null()).property("differs", flag()).property("place", place);
    ["name", "received", "signed", "differs"].into_iter().fold(of, ObjectBuilder::required).build()
}

fn computed() -> Object {
    let source = |words: &[&str]| text().enum_values(Some(words.iter().copied()));
    let payout = ObjectBuilder::new()
        .property("from", source(&["goal", "offer", "reported", "revenue_share"]))
        .property("goalId", text())
        .property("payoutMinor", whole_number())
        .property("grossMinor", whole_number())
        .property("revenueShareBps", whole_number())
        .required("from");
    let reward = ObjectBuilder::new().property("from", source(&["rate", "reported"])).required("from");
    ObjectBuilder::new()
        .property("payout", payout)
        .property("reward", reward)
        .property("reported", ObjectBuilder::new())
        .required("reported")
        .build()
}

/// What a check of a recipe answers.
fn checked() -> Object {
    dialects::checked()
}

/// Nothing of it is left out of this list: a description that is silent about a field says that there is none.
fn dialect() -> Object {
    let list = ArrayBuilder::new;
    let texts = || list().items(text());
    let free = || ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(true)));
    let named = || ObjectBuilder::new().property("name", text()).property("meaning", text()).required("name");
    let placeholder = named()
        .property("value", free_value())
        .property("format", free_value())
        .property("words", free_value())
        .property("reversalOnly", flag())
        .property("signedOnly", flag());
    let by_event = ObjectBuilder::new().property("eventType", text()).property("parameters", texts());
    let of = ObjectBuilder::new()
        .property("name", text())
        .property("recipe", text().description(Some("`name@version`, as deliveries bear it.")))
        .property("title", text())
        .property("version", whole_number().minimum(Some(1)))
        .property("about", text())
        .property("solid", flag().description(Some("False where `about` says why not; otherwise left out.")))
        .property("sources", texts().description(Some("The vendor's own pages.")))
        .property("method", text().enum_values(Some(["GET", "POST"])))
        .property("encoding", text())
        .property("brackets", texts().description(Some("What stands around a placeholder, where not `{}` or `<>`.")))
        .property("httpsOnly", flag())
        .property("secret", text())
        .property("secretInClear", flag())
        .property("payoutCurrency", text())
        .property("required", list().description(Some("Fields that a report needs; of a list in it, one.")))
        .property("settings", list().items(named().property("required", flag())))
        .property("placeholders", list().items(placeholder))
        .property("parameters", list().items(by_event))
        .property("headers", texts())
        .property("appendedOnTest", texts())
        .property("signature", free().description(Some("Algorithm, signed text, and where the signature travels.")))
        .property(
            "coverage",
            free()
                .description(Some("What the signature covers, and what it does not; lacking where nothing is signed.")),
        )
        .property("success", free().description(Some("Which answers acknowledge, unless the endpoint says otherwise.")))
        .property("finalStatuses", texts())
        .property("disablingStatuses", texts())
        .property(
            "retrySchedule",
            list().description(Some("Delays in seconds; `{every, times}` for those that repeat.")),
        )
        .property("timeoutMs", whole_number())
        .property("reversal", free())
        .property(
            "zeroPayoutToldBy",
            texts().description(Some(
                "Placeholders by which a callback URL asks for completions without payout and reward.",
            )),
        )
        .property("vectors", list().items(free()));
    let of = dialects::publication(of);
    ALWAYS.into_iter().fold(of, ObjectBuilder::required).build()
}

/// What every dialect says of itself.
const ALWAYS: [&str; 13] = [
    "name",
    "recipe",
    "title",
    "version",
    "method",
    "required",
    "settings",
    "placeholders",
    "success",
    "retrySchedule",
    "timeoutMs",
    "origin",
    "warnings",
];

/// Whatever JSON has.
fn free_value() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue)
}
