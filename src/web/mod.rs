//! Floor 4: HTTP. The admin API, health, metrics and the description of it all.
//!
//! # Who is who
//! * [`auth`] knows who calls, and asks the actions' floor whether that role may; every handler asks it.
//! * `call` is what is done around every call; `audit` writes down those that may change something, before they are made
//!   and after.
//! * `bodies` bounds what is held of requests' bodies, and for how long they are waited for.
//! * [`json`], [`query`] and [`list`] read what is asked, strictly; `respond` and [`error`] say what comes back.
//! * [`admin`] holds the calls, one module per kind of object; `openapi` describes them.
//! * `shared_look` lets everybody share one look at our health.
//! * [`console`] holds the pages.
//!
//! This floor must not know how anything is stored: it asks the store's methods and decides nothing about queries; and what a caller may do is
//! written in [`actions`](crate::actions), which the handlers call.

pub mod admin;
mod audit;
pub mod auth;
mod bodies;
mod call;
pub mod console;
pub mod error;
mod health;
pub mod json;
pub mod list;
mod openapi;
pub mod query;
mod reported;
mod reports;
mod respond;
mod reversals;
mod shared_look;
mod signed;
mod tracking;
pub mod views;
mod visitor;

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use ipnet::IpNet;

use crate::actions::Actions;
use crate::dispatch::dispatcher::Dispatcher;
use crate::dispatch::node::Node;
use bodies::Bodies;
use call::resource;
use error::Problem;
use health::Looks;

/// What a handler answers.
type Answer = Result<HttpResponse, Problem>;

/// What every handler is given.
#[derive(Clone, Debug)]
pub struct Web {
    /// What all parts of the node share: the store, the configuration, the time.
    pub node: Arc<Node>,
    /// The parts, which take in and send.
    pub dispatcher: Arc<Dispatcher>,
    /// What a caller may do.
    pub actions: Arc<Actions>,
    /// What bodies may still take.
    bodies: Arc<Bodies>,
    looks: Arc<Looks>,
    /// The proxies that say where a visitor comes from.
    trusted_proxies: Arc<[IpNet]>,
}

impl Web {
    /// A web floor over these actions, behind these proxies.
    pub fn new(actions: Arc<Actions>, trusted_proxies: Vec<IpNet>) -> Self {
        let (node, dispatcher) = (Arc::clone(&actions.node), Arc::clone(&actions.dispatcher));
        let (bodies, looks) = (Arc::default(), Arc::default());
        Self { node, dispatcher, actions, bodies, looks, trusted_proxies: trusted_proxies.into() }
    }

    /// The state that routes are registered beside.
    fn of(request: &HttpRequest) -> web::Data<Self> {
        request.app_data::<web::Data<Self>>().cloned().expect("routes are registered together with the state")
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
    config.configure(console::routes).default_service(web::to(console::unknown::answer));
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
