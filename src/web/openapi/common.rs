//! What every call has in common: who may call, what it is called, and which problems it may answer.

use utoipa::Modify;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, Required, Response};

use crate::web::error::ProblemKind;

pub(super) struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        let signature = ApiKeyValue::with_description("x-ea-signature", "Beside x-ea-surface and x-ea-timestamp.");
        components.add_security_scheme("surface", SecurityScheme::ApiKey(ApiKey::Header(signature)));
        add_secrets_of_endpoints(document);
        add_completion_called_batch(document);
        for (path, item) in &mut document.paths.paths {
            for operation in operations(item) {
                name(path, operation);
                add_problems(path, operation);
            }
        }
    }
}

/// A batch is reported below the path of a completion, which may be called `batch` as well.
fn add_completion_called_batch(document: &mut Document) {
    let paths = &mut document.paths.paths;
    let read = paths.get("/v1/conversions/{externalId}").and_then(|item| item.get.clone());
    if let (Some(mut read), Some(batch)) = (read, paths.get_mut("/v1/conversions/batch")) {
        read.parameters = None;
        batch.get = Some(read);
    }
}

/// Names an operation by what stands in its path and by its handler, since several handlers have one name:
/// `apps_secrets_activate`. Programs that are generated from the description name their functions so.
fn name(path: &str, operation: &mut Operation) {
    let Some(handler) = operation.operation_id.take() else { return };
    let fixed = path.split('/').filter(|part| !part.is_empty() && *part != "v1" && !part.starts_with('{'));
    let mut words: Vec<String> = fixed.map(|part| part.replace('-', "_")).collect();
    if words.last() != Some(&handler) {
        words.push(handler);
    }
    operation.operation_id = Some(words.join("_"));
}

pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

/// The calls below an endpoint are the very same as those below an app.
fn add_secrets_of_endpoints(document: &mut Document) {
    let of_apps: Vec<(String, PathItem)> =
        document.paths.paths.iter().map(|(path, item)| (path.clone(), item.clone())).collect();
    for (path, mut item) in of_apps {
        let Some(rest) = path.strip_prefix("/v1/apps/{id}/secrets") else {
            continue;
        };
        for operation in operations(&mut item) {
            operation.parameters.get_or_insert_default().push(endpoint_id().into());
        }
        document.paths.paths.insert(format!("/v1/apps/{{id}}/endpoints/{{endpointId}}/secrets{rest}"), item);
    }
}

/// Whether a parameter of the query names an object, which may not be there.
fn names_an_object(operation: &Operation) -> bool {
    let names = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(own) if ["appId", "publisherId", "endpointId"].contains(&own.name.as_str()));
    operation.parameters.iter().flatten().any(names)
}

/// Whether a call whose path has no parameter is about a record all the same: one that its body names (of a conversion, where its
/// event type takes it back), or a completion that is called as the path ends.
fn names_a_record(path: &str, operation: &Operation) -> bool {
    match path {
        "/v1/conversions" | "/v1/replays" | "/v1/reversals" => true,
        "/v1/conversions/batch" => operation.request_body.is_none(),
        _ => false,
    }
}

fn endpoint_id() -> Parameter {
    ParameterBuilder::new()
        .name("endpointId")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(Object::with_type(Type::String)))
        .build()
}

/// The calls that check a password.
const PROVING: [&str; 4] = ["/v1/sessions", "/v1/me", "/v1/me/second-factor", "/v1/me/second-factor/remove"];
/// How paths of calls without a body end that what stands may contradict: a delivery that has ended or has not, a callback URL
/// that no receiver could be written for, a dialect that ships.
const CONFLICTING: [&str; 4] = ["/cancel", "/replay", "/receiver", "/withdraw"];
/// The reads of which a token has few at a time.
const COUNTED_READS: [&str; 8] = [
    "/v1/completions",
    "/v1/deliveries",
    "/v1/deliveries/counts",
    "/v1/dialects/{name}/health",
    "/v1/health",
    "/v1/ledger",
    "/v1/lookup",
    "/v1/audit",
];

fn add_problems(path: &str, operation: &mut Operation) {
    let of_api = path.starts_with("/v1/");
    let reads_input = of_api || path.starts_with("/c/");
    let kinds = ProblemKind::ALL.into_iter().filter(|kind| match kind {
        ProblemKind::Unauthorized | ProblemKind::Forbidden => of_api,
        ProblemKind::NotFound => path.contains('{') || names_a_record(path, operation) || names_an_object(operation),
        ProblemKind::Invalid | ProblemKind::Overloaded | ProblemKind::Internal => reads_input,
        ProblemKind::Malformed | ProblemKind::TooLarge | ProblemKind::BodyTooSlow => operation.request_body.is_some(),
        ProblemKind::Conflict => operation.request_body.is_some() || CONFLICTING.iter().any(|end| path.ends_with(end)),
        ProblemKind::TooMany => path.contains("/test") || path.ends_with("/diagnose"),
        ProblemKind::TooManyAttempts => PROVING.contains(&path) && operation.request_body.is_some(),
        ProblemKind::TooManyReads => COUNTED_READS.contains(&path),
        // Of the statuses that others have as well, the more usual kind is described.
        ProblemKind::NarrowIt | ProblemKind::TooSlow => false,
        ProblemKind::MethodNotAllowed | ProblemKind::TransactionIdTaken => false,
    });
    for kind in kinds.collect::<Vec<_>>() {
        let mut response = Response::new(kind.title());
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        response.content.insert("application/problem+json".to_owned(), RefOr::T(content));
        let status = kind.status().as_u16().to_string();
        operation.responses.responses.insert(status, RefOr::T(response));
    }
}
