//! The description of the interface: OpenAPI 3.1 at `/openapi.json`, for reading and trying at `/docs`.
//!
//! What every call has in common is added in one place instead of at each handler: who may call, what a problem looks like and
//! the calls' names ([`common`]), what a parameter may be ([`parameters`]), what pages list ([`pages`]), how settings are described
//! where they are given and shown ([`settings`]), what a request's body may be ([`bodies`], its fields in [`forms`], by [`kinds`]), and what an answer
//! may hold ([`answers`], [`shapes`]), in which words ([`words`]).

mod answers;
mod bodies;
mod common;
mod forms;
mod kinds;
mod pages;
mod parameters;
mod settings;
mod shapes;
mod words;

use std::sync::LazyLock;

use actix_web::http::header::ContentType;
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpResponse, guard};
use utoipa::{OpenApi, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

use answers::Answers;
use bodies::Bodies;
use common::Common;
use pages::Pages;
use parameters::Parameters;
use settings::Settings;
use shapes::Shapes;
use words::Words;

use super::admin::health as health_of_apps;
use super::admin::{
    apps, audit, completions, deliveries, delivery_counts, diagnosis, dialects, egress, egress_assignments, endpoints,
    invitations, ledger, lookup, manual, me, offers, own_sessions, people, previews, publishers, receiver,
    recipe_drafts, recipe_health, replays, reviews, second_factor, secrets, sequences, sign_in, sources, testing,
    tokens, users,
};
use super::{health, reports, reversals, tracking};

const PATH: &str = "/openapi.json";

/// The description as it is sent. Written when somebody first asks: as values it takes megabytes, which a server that
/// nobody asks need not hold.
static DESCRIPTION: LazyLock<Bytes> =
    LazyLock::new(|| Ringback::openapi().to_json().expect("texts and lists of them always are JSON").into());

/// Registers the description.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
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
        tokens::create, tokens::list, tokens::read, tokens::delete,
        sign_in::sign_in, sign_in::join, me::read, me::change,
        own_sessions::list, own_sessions::end_others, own_sessions::end,
        second_factor::begin, second_factor::confirm, second_factor::remove, second_factor::take_away,
        people::list, people::read, people::change, people::delete, people::reset,
        invitations::create, invitations::list, invitations::delete,
        sources::create, sources::list, sources::delete, sources::rotate,
        apps::create, apps::list, apps::read, apps::change, apps::delete, users::erase,
        manual::credit, manual::take_back,
        endpoints::create, endpoints::list, endpoints::change, endpoints::delete, endpoints::enable,
        offers::create, offers::list, offers::read, offers::change,
        secrets::create, secrets::list, secrets::activate, secrets::delete,
        egress::create, egress::list, egress::read, egress::change, egress::delete,
        egress_assignments::assign, egress_assignments::unassign, egress_assignments::replace,
        previews::preview, previews::preview_without_app, testing::test, sequences::send, diagnosis::diagnose, diagnosis::diagnose_endpoint,
        receiver::read,
        completions::list, completions::read, reviews::release, reviews::reject,
        ledger::read, lookup::read, audit::list,
        health_of_apps::read, delivery_counts::read,
        deliveries::list, deliveries::read, deliveries::replay, deliveries::cancel,
        replays::create, replays::list, replays::read, replays::cancel,
        dialects::list, dialects::read, dialects::publish, dialects::withdraw,
        recipe_drafts::create, recipe_drafts::read, recipe_drafts::replace, recipe_drafts::delete, recipe_drafts::check, recipe_health::read,
        reports::report, reports::report_batch, reports::read, reversals::report,
        tracking::follow,
        health::healthz, health::readyz, health::metrics, health::ip,
    ),
    components(schemas(ProblemDocument, FieldProblem)),
    security(("token" = [])),
    modifiers(&Common, &Parameters, &Pages, &Settings, &Bodies, &Answers, &Shapes, &Words),
)]
struct Ringback;

/// What is wrong with a call (RFC 9457).
#[derive(ToSchema)]
#[schema(as = Problem, rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes what the problems write by hand")]
struct ProblemDocument {
    /// The kind, as a reference that never changes. It leads to a page that says what the kind means and what to do.
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
    /// At a sign-in without it: whether the person has a second factor.
    code_needed: Option<bool>,
    /// After too many attempts: when the next one is looked at.
    #[schema(format = DateTime)]
    retry_after: Option<String>,
    /// Of a report whose timestamp is not good: what time it is here.
    #[schema(format = DateTime)]
    server_time: Option<String>,
    /// Of a report whose signature is not good: the length of the body as received.
    body_length: Option<u64>,
    /// The same: the SHA-256 of the body as received, in hex.
    body_sha256: Option<String>,
}

/// What is wrong with one field.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes what the problems write by hand")]
struct FieldProblem {
    /// As written in the request, with its path.
    field: String,
    /// What would be right.
    message: String,
    /// The whole value as it was probably meant.
    suggestion: Option<String>,
}
