//! `/v1/egress-ips`: the addresses that callbacks leave from. Account managers issue them, operators say what to bind to,
//! a publisher reads its own.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::actions::egress::KnownEgressIp;
use crate::dispatch::egress::echo::Verification;
use crate::domain::egress::Assignment;
use crate::domain::patch::Patch;
use crate::domain::time::Timestamp;
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/egress-ips").post(create).get(list))
        .service(resource("/v1/egress-ips/{id}").get(read).patch(change).delete(delete));
}

/// A new egress IP.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEgressIp {
    /// Any unicast address, bindable here or not.
    address: String,
    /// A local address or `socks5://[user:password@]ADDRESS:PORT`; default the address itself. Operators alone.
    bind: Option<String>,
}

/// A change of an egress IP; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EgressIpPatch {
    /// Another address; only while nobody has it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    address: Patch<String>,
    /// Another bind; null: the address itself. Operators alone.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    bind: Patch<String>,
}

/// An egress IP.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EgressIpView {
    id: String,
    /// What receivers see and allow-list.
    address: String,
    /// Shown to operators alone, without a proxy's credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    bind: Option<String>,
    /// Whether a live node can send from it.
    held: bool,
    /// How many live nodes can send from it.
    nodes: usize,
    /// Whether receivers see this address, as far as the node that answers knows: `verified`, `assumed` (no echo is set,
    /// or it has not answered yet) or `wrong` (then it is not held).
    #[schema(value_type = String, example = "verified")]
    verification: Verification,
    /// Those in force and those scheduled.
    assignments: Vec<AssignmentView>,
    created_at: Timestamp,
}

/// Whom an egress IP is for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentView {
    id: String,
    egress_ip_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher_id: Option<String>,
    active_at: Timestamp,
    /// When a scheduled replacement takes over.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<Timestamp>,
}

impl From<Assignment> for AssignmentView {
    fn from(assignment: Assignment) -> Self {
        Self {
            id: assignment.id,
            egress_ip_id: assignment.egress_ip_id,
            app_id: assignment.app_id,
            publisher_id: assignment.publisher_id,
            active_at: assignment.active_at,
            ends_at: assignment.removed_at,
        }
    }
}

impl From<KnownEgressIp> for EgressIpView {
    fn from(known: KnownEgressIp) -> Self {
        Self {
            id: known.id,
            address: known.address.to_string(),
            bind: known.bind,
            held: known.nodes > 0,
            nodes: known.nodes,
            verification: known.verification,
            assignments: known.assignments.into_iter().map(AssignmentView::from).collect(),
            created_at: known.created_at,
        }
    }
}

/// Issues an egress IP.
#[utoipa::path(post, path = "/v1/egress-ips", tag = "egress", request_body = NewEgressIp, responses(
    (status = 201, description = "Created.", body = EgressIpView),
))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: NewEgressIp = body.read()?;
    let created = web.actions.issue_egress_ip(&caller, &given.address, given.bind.as_deref()).await?;
    Ok(respond::created(&EgressIpView::from(created.made)))
}

/// Lists egress IPs; a publisher finds those of its own and of its apps.
#[utoipa::path(get, path = "/v1/egress-ips", tag = "egress",
    params(("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<EgressIpView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let page = list::only_page(request.query_string())?;
    let listed = web.actions.egress_ips(&caller, page).await?;
    Ok(respond::ok(&PageOf::from(listed.map(EgressIpView::from))))
}

/// Reads an egress IP.
#[utoipa::path(get, path = "/v1/egress-ips/{id}", tag = "egress", params(("id" = String, Path)), responses(
    (status = 200, description = "The egress IP.", body = EgressIpView),
))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    Ok(respond::ok(&EgressIpView::from(web.actions.egress_ip(&caller, &id).await?)))
}

/// Changes an egress IP.
#[utoipa::path(patch, path = "/v1/egress-ips/{id}", tag = "egress", params(("id" = String, Path)),
    request_body = EgressIpPatch,
    responses((status = 200, description = "Changed.", body = EgressIpView)))]
pub(in crate::web) async fn change(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let given: EgressIpPatch = body.read()?;
    let changed = web.actions.change_egress_ip(&caller, &id, given.address, given.bind).await?;
    Ok(respond::ok(&EgressIpView::from(changed)))
}

/// Deletes an egress IP that nobody has.
#[utoipa::path(delete, path = "/v1/egress-ips/{id}", tag = "egress", params(("id" = String, Path)), responses(
    (status = 204, description = "Deleted."),
    (status = 409, description = "It is assigned."),
))]
pub(in crate::web) async fn delete(_: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    web.actions.delete_egress_ip(&id).await?;
    Ok(respond::deleted())
}
