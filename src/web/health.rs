//! Whether we live, whether we are ready, what is counted, and who the caller appears to be. Open to anyone, so nothing
//! here may tell more than that.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::ContentType;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{Problem, ProblemKind};
use super::shared_look::SharedLook;
use super::{Answer, Web, resource, respond};
use crate::dispatch::egress::echo::Verification;
use crate::dispatch::watching::Backlog;
use crate::domain::egress::EgressIp;
use crate::store::queue::LiveNode;

/// How long the store may take to show that it answers: a probe usually gives up after a few seconds.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/healthz").get(healthz))
        .service(resource("/readyz").get(readyz))
        .service(resource("/ip").get(ip));
}

/// What was seen last of our health: open to everybody, so it is looked at once a second however many ask.
#[derive(Debug, Default)]
pub(super) struct Looks {
    ready: SharedLook<Result<(), String>>,
    backlog: SharedLook<Result<Backlog, String>>,
}

/// `/metrics` alone.
pub(super) fn metrics_routes(config: &mut ServiceConfig) {
    config.service(resource("/metrics").get(metrics));
}

/// Whether work can be taken on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Readiness {
    /// `ready`.
    status: &'static str,
    /// Changes that wait for the store at this moment.
    write_backlog: usize,
    /// The issued egress IPs, as this node finds them.
    egress_ips: Vec<EgressIpState>,
    /// The nodes that live, as this one last heard.
    nodes: Vec<NodeState>,
}

/// A node that lives.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NodeState {
    id: String,
    /// `all`, `api` or `worker`.
    role: &'static str,
}

/// An egress IP as one node finds it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EgressIpState {
    /// What receivers see and allow-list.
    address: String,
    /// Whether this node can send from it.
    held: bool,
    /// How many live nodes can send from it: if none can, what is assigned to it waits.
    nodes: usize,
    /// Whether receivers see this address: `verified`, `assumed` or `wrong` (then it is not held).
    #[schema(value_type = String, example = "verified")]
    verification: Verification,
}

/// The process lives.
#[utoipa::path(get, path = "/healthz", tag = "health", security(()), responses((status = 200, description = "It lives.")))]
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::plaintext()).body("ok\n")
}

/// The store answers and its migrations are done.
#[utoipa::path(get, path = "/readyz", tag = "health", security(()), responses(
    (status = 200, description = "Ready.", body = Readiness),
    (status = 503, description = "The store does not answer."),
))]
pub(super) async fn readyz(web: Data<Web>) -> Answer {
    let node = &web.node;
    let store = node.store.clone();
    let look = async move {
        let looked = match tokio::time::timeout(PATIENCE, store.ping()).await {
            Ok(looked) => looked.map_err(|error| error.to_string()),
            Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        };
        looked.inspect_err(|error| tracing::error!(error, "the store does not answer"))
    };
    if web.looks.ready.see(&node.tasks, look).await?.is_err() {
        return Err(Problem::new(ProblemKind::Overloaded, "The store does not answer."));
    }
    let issued = node.directory.egress_ips();
    let mut issued: Vec<_> = issued.values().collect();
    issued.sort_unstable_by_key(|egress_ip| egress_ip.address);
    let state = |egress_ip: &EgressIp| EgressIpState {
        address: egress_ip.address.to_string(),
        held: node.holds(&egress_ip.id),
        nodes: node.holders(&egress_ip.id),
        verification: node.addresses.verification(egress_ip),
    };
    let egress_ips = issued.into_iter().map(state).collect();
    let shown = |node: &LiveNode| NodeState { role: node.role.as_str(), id: node.id.clone() };
    let nodes = node.cluster.view().iter().map(shown).collect();
    Ok(respond::ok(&Readiness { status: "ready", write_backlog: node.store.write_backlog(), egress_ips, nodes }))
}

/// Metrics as OpenMetrics text.
#[utoipa::path(get, path = "/metrics", tag = "health", security(()), responses(
    (status = 200, description = "Metrics.", body = String, content_type = "application/openmetrics-text"),
))]
pub(super) async fn metrics(web: Data<Web>) -> Answer {
    let dispatcher = Arc::clone(&web.dispatcher);
    let look = async move {
        let backlog = dispatcher.backlog().await.map_err(|error| error.to_string());
        backlog.inspect_err(|error| tracing::error!(error, "what is due could not be looked at"))
    };
    // The counters are in memory and always of this moment; only what the store says is a second old.
    let backlog = web.looks.backlog.see(&web.node.tasks, look).await?;
    // While the store does not answer, what this process counts is needed most.
    let text = web.dispatcher.metrics_text(backlog.ok());
    Ok(HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(text))
}

/// The address that the caller's connection comes from: what an egress IP is verified with.
#[utoipa::path(get, path = "/ip", tag = "health", security(()), responses(
    (status = 200, description = "The caller's address.", body = String, content_type = "text/plain"),
))]
pub(super) async fn ip(request: HttpRequest) -> HttpResponse {
    // Of the connection and not of a header, which anybody could write.
    let address = request.peer_addr().map(|peer| peer.ip().to_canonical().to_string()).unwrap_or_default();
    HttpResponse::Ok().content_type(ContentType::plaintext()).body(address)
}
