//! What a parameter may be: the same wherever one of its name stands, so it is said once.
//!
//! Bounds and forms are those that the readers check (`web/query.rs`, `web/list.rs`, `domain`): a program that is generated from
//! the description sends nothing that is refused for its form. An empty parameter of the query counts as absent.

use serde_json::json;
use utoipa::Modify;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{OpenApi as Document, RefOr};

use super::common::operations;
use super::kinds;
use crate::domain::completion::ReviewState;
use crate::domain::delivery::{DeliveryKind, Outcome, Status, WaitingFor};
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
        "cursor" | "after" => text().pattern(Some(format!("^({}_[1-7][0-9a-v]{{12}})?$", listed(path)))),
        "from" | "to" if path == "/v1/ledger" => return Some(or_empty([KnownFormat::Date])),
        "from" | "to" => return Some(or_empty([KnownFormat::DateTime])),
        "dryRun" => text().enum_values(Some(["", "0", "1", "false", "true"])),
        "state" if path == "/v1/apps" => one_of(Condition::ALL, Condition::as_str),
        "sort" if path == "/v1/apps" => one_of(AppOrder::ALL, AppOrder::as_str),
        "step" => integer(300, 86_400).enum_values(Some(STEPS)).default(Some(json!(STEPS[0]))),
        "format" if path == "/v1/ledger" => text().enum_values(Some(["", "json", "csv"])),
        "format" => text().enum_values(Some(["", "json", "csv", "ndjson"])),
        "status" => {
            let each = one_of(Status::ALL, Status::as_str).build();
            return Some(Schema::Array(ArrayBuilder::new().items(each).build()));
        }
        "deliveryStatus" => one_of(Status::ALL, Status::as_str),
        "kind" => one_of(DeliveryKind::ALL, DeliveryKind::as_str),
        "outcome" => one_of(Outcome::ALL, Outcome::as_str),
        "waitingFor" => one_of(WaitingFor::ALL, WaitingFor::as_str),
        "review" => one_of(ReviewState::ALL, ReviewState::as_str),
        "statusCode" => integer(100, 999),
        "egressIp" => return Some(or_empty([KnownFormat::Ipv4, KnownFormat::Ipv6])),
        "eventType" => text().pattern(Some("^([a-z0-9_.-]{1,32})?$")),
        "completionId" => text().pattern(Some("^(cmp_[1-7][0-9a-v]{12})?$")),
        "as" => text().enum_values(Some(["", "json", "toml"])),
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

/// One of these words, or none.
fn one_of<T: Copy>(words: &[T], as_str: impl Fn(T) -> &'static str) -> ObjectBuilder {
    text().enum_values(Some([""].into_iter().chain(words.iter().map(|word| as_str(*word)))))
}

/// A text of one of these formats, or none.
fn or_empty<const N: usize>(formats: [KnownFormat; N]) -> Schema {
    let given = formats.into_iter().map(|format| text().format(Some(SchemaFormat::KnownFormat(format))));
    let all = given.chain([text().max_length(Some(0))]);
    Schema::AnyOf(all.fold(AnyOfBuilder::new(), AnyOfBuilder::item).build())
}

fn integer(least: usize, most: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most))
}
