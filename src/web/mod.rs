//! Floor 4: HTTP. The admin API, health, metrics and the description of it all.
//!
//! # Who is who
//! * [`auth`] knows who calls, `access` whose objects that caller reaches; every handler asks both.
//! * `audit` writes down every call that may change something, before it is made and after.
//! * [`json`], [`query`] and [`list`] read what is asked, strictly; `respond` and [`error`] say what comes back.
//! * [`admin`] holds the calls, one module per kind of object; `openapi` describes them.
//! * `explain` says in words what happened to a completion, and who has to act next.
//!
//! This floor must not know how anything is stored: it asks the store's methods and decides nothing about queries.

mod access;
pub mod admin;
mod audit;
pub mod auth;
pub mod error;
mod explain;
pub mod generate;
mod health;
pub mod json;
pub mod list;
mod openapi;
pub mod query;
mod reported;
mod reports;
mod respond;
mod reversals;
mod signed;
mod strict_json;
mod tracking;
pub mod views;

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::ALLOW;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, HttpResponse, Resource, ResponseError};
use tracing::Instrument;

use crate::dispatch::dispatcher::Dispatcher;
use crate::dispatch::node::Node;
use crate::store::StoreError;
use error::{Problem, ProblemKind};

/// What a handler answers.
type Answer = Result<HttpResponse, Problem>;

/// What every handler is given.
#[derive(Clone, Debug)]
pub struct Web {
    /// What all parts of the node share: the store, the configuration, the time.
    pub node: Arc<Node>,
    /// The parts, which take in and send.
    pub dispatcher: Arc<Dispatcher>,
}

impl Web {
    /// A web floor over this dispatcher.
    pub fn new(dispatcher: Arc<Dispatcher>) -> Self {
        Self { node: Arc::clone(&dispatcher.node), dispatcher }
    }

    /// Puts a change of configuration in force before its call is answered.
    async fn in_force(&self) -> Result<(), StoreError> {
        self.node.reconfigure().await
    }

    /// Answers so once the change of configuration is in force.
    async fn once_in_force(&self, answer: HttpResponse) -> Answer {
        self.in_force().await?;
        Ok(answer)
    }
}

/// Registers every call. The state ([`Web`] as `web::Data`) must be registered beside it.
pub fn routes(config: &mut ServiceConfig) {
    config.configure(health::metrics_routes).configure(routes_without_metrics);
}

/// Registers every call but `/metrics`, which then has an address of its own.
pub fn routes_without_metrics(config: &mut ServiceConfig) {
    config.configure(health::routes).configure(reports::routes).configure(reversals::routes);
    config.configure(tracking::routes).configure(admin::routes).configure(openapi::routes);
    config.configure(no_other_path);
}

/// Registers what a node shows of itself that only sends: health and metrics.
pub fn worker_routes(config: &mut ServiceConfig) {
    config.configure(health::metrics_routes).configure(worker_routes_without_metrics);
}

/// Registers the health of a node that only sends.
pub fn worker_routes_without_metrics(config: &mut ServiceConfig) {
    config.configure(health::routes).configure(no_other_path);
}

/// Registers `/metrics` alone, for an address of its own.
pub fn metrics_routes(config: &mut ServiceConfig) {
    config.configure(health::metrics_routes).configure(no_other_path);
}

fn no_other_path(config: &mut ServiceConfig) {
    config.default_service(web::to(|| async { Problem::not_found("path").error_response() }));
}

/// A path whose other methods are answered with a problem as well.
fn resource(
    path: &str,
) -> Resource<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()> + use<>,
> {
    web::resource(path)
        .wrap(from_fn(audit::watch))
        .wrap(from_fn(explain_wrong_method))
        .wrap(from_fn(know_no_nul))
        .wrap(from_fn(in_its_span))
}

/// What is logged on account of a call, wherever the work goes on, names the call: its method and the pattern of its path,
/// which holds no id that a caller chose.
async fn in_its_span(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let route = request.match_pattern().unwrap_or_default();
    let span = tracing::error_span!("call", method = request.method().as_str(), route);
    next.call(request).instrument(span).await.map(ServiceResponse::map_into_boxed_body)
}

/// Nothing bears a name with a NUL character, which PostgreSQL's texts cannot even hold.
async fn know_no_nul(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    if request.uri().path().contains("%00") {
        return Ok(request.into_response(Problem::not_found("path").error_response()));
    }
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

/// The framework knows which methods a path takes and says so in `Allow`; only the words are missing.
async fn explain_wrong_method(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let response = next.call(request).await?;
    if response.status() != ProblemKind::MethodNotAllowed.status() {
        return Ok(response.map_into_boxed_body());
    }
    let mut problem =
        Problem::new(ProblemKind::MethodNotAllowed, "This path does not take this method.").error_response();
    if let Some(allowed) = response.headers().get(ALLOW) {
        problem.headers_mut().insert(ALLOW, allowed.clone());
    }
    Ok(response.into_response(problem))
}
