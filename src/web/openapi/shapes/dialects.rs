//! What is said of a dialect besides its recipe, and what a check of a recipe answers.

use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type,
};

use super::{flag, text, whole_number};

/// Adds what is known of a dialect beside its recipe.
pub(super) fn publication(of: ObjectBuilder) -> ObjectBuilder {
    let publishers = ArrayBuilder::new().items(text());
    let publishers = publishers.description(Some("The ids of those who alone may choose it, for whoever may know."));
    let warnings = ArrayBuilder::new().items(text()).description(Some("What deserves a look."));
    let version = instants(ObjectBuilder::new().property("version", whole_number().minimum(Some(1))))
        .property("recipe", text())
        .required("version")
        .required("recipe")
        .required("publishedAt");
    let versions = ArrayBuilder::new().items(version).description(Some("All versions of an operator's own dialect."));
    let origin = text().enum_values(Some(["builtin", "custom"]));
    instants(of)
        .property("origin", origin.description(Some("Whether it ships or is an operator's own.")))
        .property("warnings", warnings)
        .property("publishers", publishers)
        .property("versions", versions)
}

fn instants(of: ObjectBuilder) -> ObjectBuilder {
    let instant = || text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    let withdrawn = instant().description(Some("From then on no endpoint may choose it; left out where it was not."));
    let first = instant().description(Some("When a receiver first acknowledged a callback that was sent by it."));
    of.property("publishedAt", instant()).property("withdrawnAt", withdrawn).property("firstDeliveredAt", first)
}

/// What a check of a recipe answers.
pub(super) fn checked() -> Object {
    let list = || ArrayBuilder::new();
    let finding = || {
        let place = text().description(Some("Where in the file, such as `placeholders[3].value`."));
        ObjectBuilder::new().property("place", place).property("fault", text()).required("place").required("fault")
    };
    let header = ObjectBuilder::new().property("name", text()).property("value", text());
    let request = ObjectBuilder::new()
        .property("method", text())
        .property("url", text())
        .property("headers", list().items(header))
        .property("body", text());
    let case = ObjectBuilder::new()
        .property("name", text())
        .property("request", request)
        .property("signedText", text())
        .property("signature", text())
        .property("refused", text().description(Some("Why it is never sent: no fault of the recipe's.")))
        .property("readBack", flag().description(Some("Whether the request alone verified.")))
        .property("fault", text().description(Some("Why it did not, which keeps the recipe from being published.")));
    let difference = ["place", "expected", "composed"];
    let difference = difference.into_iter().fold(ObjectBuilder::new(), |of, name| of.property(name, text()));
    let vector = ObjectBuilder::new()
        .property("index", whole_number().minimum(Some(0)))
        .property("rule", text())
        .property("from", text().enum_values(Some(["vendor", "receiver", "self"])))
        .property("matches", flag())
        .property("differences", list().items(difference));
    let of = ObjectBuilder::new()
        .property("publishable", flag())
        .property("findings", list().items(finding()))
        .property("warnings", list().items(finding()))
        .property("coverage", coverage())
        .property("cases", list().items(case))
        .property("vectors", list().items(vector));
    ["publishable", "findings", "warnings", "cases", "vectors"].into_iter().fold(of, ObjectBuilder::required).build()
}

/// What its signature covers; null where it signs nothing or cannot be read.
fn coverage() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::Object, Type::Null]))
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
}
