//! The description of the interface: OpenAPI 3.1 at `/openapi.json`, for reading and trying at `/docs`.
//!
//! What every call has in common (who may call, what a problem looks like, secrets below an endpoint as below an app) is
//! added here once instead of at each handler.

use std::sync::LazyLock;

use actix_web::http::header::ContentType;
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpResponse, guard};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, Required, Response};
use utoipa::{Modify, OpenApi, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::admin::{
    apps, audit, completions, deliveries, dialects, egress, egress_assignments, endpoints, invitations, ledger, lookup,
    manual, me, offers, people, previews, publishers, replays, reviews, secrets, sign_in, sources, tokens, users,
};
use super::error::ProblemKind;
use super::{health, reports, reversals, tracking};

const PATH: &str = "/openapi.json";

/// The description as it is sent. Written when somebody first asks: as values it takes megabytes, which a server that
/// nobody asks need not hold.
static DESCRIPTION: LazyLock<Bytes> =
    LazyLock::new(|| Ringback::openapi().to_json().expect("texts and lists of them always are JSON").into());

/// Registers the description, and `/` until there is a console.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::redirect("/", "/docs/"))
        .service(web::redirect("/docs", "/docs/"))
        .service(web::resource(PATH).guard(guard::Get()).to(describe))
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from(PATH)));
}

async fn describe() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(DESCRIPTION.clone())
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Ringback", description = "The sender behind an offerwall."),
    paths(
        publishers::create, publishers::list, publishers::read, publishers::change,
        tokens::create, tokens::list, tokens::delete,
        sign_in::sign_in, sign_in::join, me::read, me::change, me::sessions, me::end_others, me::end,
        me::begin_second_factor, me::confirm_second_factor, me::remove_second_factor,
        people::list, people::read, people::change, people::delete, people::reset, people::remove_second_factor,
        invitations::create, invitations::list, invitations::delete,
        sources::create, sources::list, sources::delete, sources::rotate,
        apps::create, apps::list, apps::read, apps::change, apps::delete, users::erase,
        manual::credit, manual::take_back,
        endpoints::create, endpoints::list, endpoints::change, endpoints::delete, endpoints::enable,
        offers::create, offers::list, offers::read, offers::change,
        secrets::create, secrets::list, secrets::activate, secrets::delete,
        egress::create, egress::list, egress::read, egress::change, egress::delete,
        egress_assignments::assign, egress_assignments::unassign, egress_assignments::replace,
        previews::preview, previews::test,
        completions::list, completions::read, reviews::release, reviews::reject,
        ledger::read, lookup::read, audit::list,
        deliveries::list, deliveries::read, deliveries::replay, deliveries::cancel,
        replays::create, replays::list, replays::read, replays::cancel,
        dialects::list, dialects::read,
        reports::report, reports::report_batch, reports::read, reversals::report,
        tracking::follow,
        health::healthz, health::readyz, health::metrics, health::ip,
    ),
    components(schemas(ProblemDocument, FieldProblem)),
    security(("token" = [])),
    modifiers(&Common),
)]
struct Ringback;

/// What is wrong with a call (RFC 9457).
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "only describes what the problems write by hand")]
struct ProblemDocument {
    /// The kind, as a reference that never changes.
    #[schema(example = "/problems/invalid")]
    r#type: String,
    /// The kind in words.
    title: String,
    /// The status once more.
    status: u16,
    /// What is wrong this time.
    detail: String,
    /// Every field that is wrong.
    errors: Option<Vec<FieldProblem>>,
}

/// What is wrong with one field.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes what the problems write by hand")]
struct FieldProblem {
    /// As written in the request, with its path.
    field: String,
    /// What would be right.
    message: String,
}

struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        let signature = ApiKeyValue::with_description("x-ea-signature", "Beside x-ea-surface and x-ea-timestamp.");
        components.add_security_scheme("surface", SecurityScheme::ApiKey(ApiKey::Header(signature)));
        add_secrets_of_endpoints(document);
        for (path, item) in &mut document.paths.paths {
            for operation in operations(item) {
                add_problems(path, operation);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
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
            operation.operation_id = operation.operation_id.as_ref().map(|id| format!("{id}_of_endpoint"));
            operation.parameters.get_or_insert_default().push(endpoint_id().into());
        }
        document.paths.paths.insert(format!("/v1/apps/{{id}}/endpoints/{{endpointId}}/secrets{rest}"), item);
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

/// The reads of which a token has few at a time.
const COUNTED_READS: [&str; 5] = ["/v1/completions", "/v1/deliveries", "/v1/ledger", "/v1/lookup", "/v1/audit"];

fn add_problems(path: &str, operation: &mut Operation) {
    let of_api = path.starts_with("/v1/");
    let reads_input = of_api || path.starts_with("/c/");
    let kinds = ProblemKind::ALL.into_iter().filter(|kind| match kind {
        ProblemKind::Unauthorized | ProblemKind::Forbidden => of_api,
        ProblemKind::NotFound => path.contains('{'),
        ProblemKind::Invalid | ProblemKind::Overloaded | ProblemKind::Internal => reads_input,
        ProblemKind::Malformed | ProblemKind::TooLarge | ProblemKind::BodyTooSlow | ProblemKind::Conflict => {
            operation.request_body.is_some()
        }
        ProblemKind::TooMany => path.ends_with("/test"),
        ProblemKind::TooManyAttempts => path == "/v1/sessions",
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
