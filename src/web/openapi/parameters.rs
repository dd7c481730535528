//! What a parameter may be: the same wherever one of its name stands, so it is said once.
//!
//! Bounds and forms are those that the readers check (`web/query.rs`, `web/list.rs`, `domain`): a program that is generated from
//! the description sends nothing that is refused for its form. An empty parameter of the query counts as absent.

use serde_json::json;
use utoipa::Modify;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{AnyOfBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{OpenApi as Document, RefOr};

use super::common::operations;
use super::kinds;
use crate::domain::delivery::Status;
use crate::domain::health::series::STEPS;
use crate::domain::health::{AppOrder, Condition};
use crate::domain::receiver_code::Language;
use crate::web::list;

pub(super) struct Parameters;

impl Modify for Parameters {
    fn modify(&self, document: &mut Document) {
        for (path, item) in &mut document.paths.paths {
            for operation in operations(item) {
                describe(path, operation);
            }
        }
    }
}

fn describe(path: &str, operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(own) = parameter
            && let Some(form) = form(path, own)
        {
            own.schema = Some(RefOr::T(form));
        }
    }
}

/// What is known of a parameter by its name.
fn form(path: &str, parameter: &Parameter) -> Option<Schema> {
    let of_path = parameter.parameter_in == ParameterIn::Path;
    let form = match parameter.name.as_str() {
        "limit" => integer(1, list::MOST).default(Some(json!(list::DEFAULT))),
        "cursor" => text().pattern(Some(format!("^({}_[1-7][0-9a-v]{{12}})?$", listed(path)))),
        "from" | "to" if path == "/v1/ledger" => return Some(or_empty(KnownFormat::Date)),
        "from" | "to" => return Some(or_empty(KnownFormat::DateTime)),
        "dryRun" => text().enum_values(Some(["", "0", "1", "false", "true"])),
        "state" if path == "/v1/apps" => {
            text().enum_values(Some([""].into_iter().chain(Condition::ALL.iter().map(|word| word.as_str()))))
        }
        "sort" if path == "/v1/apps" => {
            text().enum_values(Some([""].into_iter().chain(AppOrder::ALL.iter().map(|word| word.as_str()))))
        }
        "step" => integer(300, 86_400).enum_values(Some(STEPS)).default(Some(json!(STEPS[0]))),
        "format" if path == "/v1/ledger" => text().enum_values(Some(["", "json", "csv"])),
        "format" => text().enum_values(Some(["", "json", "csv", "ndjson"])),
        "status" | "deliveryStatus" => {
            let words = Status::ALL.iter().map(|status| status.as_str());
            text().enum_values(Some([""].into_iter().chain(words)))
        }
        "language" => text().enum_values(Some(Language::ALL.map(Language::name))),
        "user" | "app" => plain("+", 128),
        "userId" if of_path => plain("+", 128),
        "sub" => plain("*", 255),
        "name" if of_path => text().pattern(Some("^[A-Za-z0-9._~-]{1,128}(@[0-9]{1,9})?$")),
        _ if of_path => text().pattern(Some("^[A-Za-z0-9._~-]{1,128}$")),
        _ if is_text(parameter) => text().pattern(Some(kinds::WITHOUT_NUL)),
        _ => return None,
    };
    Some(Schema::Object(form.build()))
}

fn is_text(parameter: &Parameter) -> bool {
    matches!(&parameter.schema, Some(RefOr::T(Schema::Object(own))) if kinds::is_text(own))
}

/// The prefix of the ids that a list's pages begin behind; where several would do, any.
fn listed(path: &str) -> &'static str {
    match path {
        "/v1/apps" => "app",
        "/v1/audit" => "aud",
        "/v1/completions" => "cmp",
        "/v1/deliveries" => "dlv",
        "/v1/replays" => "rpl",
        _ => "[a-z]{3}",
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// A text of people: of so many characters at most, none of which is a control character.
fn plain(times: &str, most: usize) -> ObjectBuilder {
    text().pattern(Some(format!(r"^[^\x00-\x1f\x7f-\x9f]{times}$"))).max_length(Some(most))
}

/// A text of this format, or none.
fn or_empty(format: KnownFormat) -> Schema {
    let given = text().format(Some(SchemaFormat::KnownFormat(format)));
    Schema::AnyOf(AnyOfBuilder::new().item(given).item(text().max_length(Some(0))).build())
}

fn integer(least: usize, most: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most))
}
