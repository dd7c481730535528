//! Who has which egress IP: assigned, taken away, or replaced in one step. Account managers and operators.

use actix_web::web::{Data, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::ToSchema;

use super::egress::AssignmentView;
use crate::actions::caller::Caller;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::assignments::{Assigned, Holder};
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/egress-ips/{id}/assignments").post(assign))
        .service(resource("/v1/egress-ips/{id}/assignments/{assignmentId}").delete(unassign))
        .service(resource("/v1/apps/{id}/egress").put(replace));
}

/// Whom an egress IP is to be for: exactly one of both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAssignment {
    /// An app, by id or ref.
    app_id: Option<String>,
    /// A publisher, by id or ref: for all its apps that have none of their own.
    publisher_id: Option<String>,
}

/// Which egress IP an app is to leave from.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Replacement {
    /// The egress IP.
    egress_ip_id: String,
    /// From then on; until then the present one stays. Default: at once.
    active_at: Option<Timestamp>,
}

/// Assigns an egress IP to an app or a publisher that has none.
#[utoipa::path(post, path = "/v1/egress-ips/{id}/assignments", tag = "egress", params(("id" = String, Path)),
    request_body = NewAssignment,
    responses(
        (status = 201, description = "Assigned.", body = AssignmentView),
        (status = 409, description = "It has one already."),
    ))]
pub(in crate::web) async fn assign(_: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let given: NewAssignment = body.read()?;
    let (field, holder) = match (given.app_id, given.publisher_id) {
        (Some(app), None) => ("appId", Holder::App(app)),
        (None, Some(publisher)) => ("publisherId", Holder::Publisher(publisher)),
        (Some(_), Some(_)) => return Err(Problem::field("publisherId", "must not stand beside appId")),
        (None, None) => return Err(Problem::field("appId", "is required, or publisherId instead")),
    };
    let now = web.node.clock.now();
    match web.node.store.assign_egress_ip(&random::new_id("ega"), &id, holder, now).await? {
        Assigned::Assigned(assignment) => web.once_in_force(respond::created(&AssignmentView::from(assignment))).await,
        Assigned::UnknownEgressIp => Err(Problem::not_found("egress IP")),
        Assigned::UnknownHolder => Err(Problem::field(field, "names nothing that is known")),
        Assigned::AlreadyAssigned => Err(already_assigned()),
    }
}

/// Takes an assignment away: what it was for waits until it has another one.
#[utoipa::path(delete, path = "/v1/egress-ips/{id}/assignments/{assignmentId}", tag = "egress",
    params(("id" = String, Path), ("assignmentId" = String, Path)),
    responses((status = 204, description = "Taken away.")))]
pub(in crate::web) async fn unassign(_: Caller, web: Data<Web>, path: Path<(String, String)>) -> Answer {
    let (id, assignment_id) = path.into_inner();
    if !web.node.store.unassign_egress_ip(&id, &assignment_id, web.node.clock.now()).await? {
        return Err(Problem::not_found("assignment"));
    }
    web.once_in_force(respond::deleted()).await
}

/// Gives an app another egress IP in one step, now or later; there is no moment without one.
#[utoipa::path(put, path = "/v1/apps/{id}/egress", tag = "egress", params(("id" = String, Path)),
    request_body = Replacement,
    responses((status = 200, description = "Assigned.", body = AssignmentView)))]
pub(in crate::web) async fn replace(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let app = web.actions.app(&caller, &id).await?;
    let given: Replacement = body.read()?;
    let now = web.node.clock.now();
    let active_at = given.active_at.unwrap_or(now);
    let store = &web.node.store;
    match store.replace_egress_ip(&random::new_id("ega"), &given.egress_ip_id, &app.id, active_at, now).await? {
        Assigned::Assigned(assignment) => web.once_in_force(respond::ok(&AssignmentView::from(assignment))).await,
        Assigned::UnknownEgressIp => Err(Problem::field("egressIpId", "names no egress IP")),
        Assigned::UnknownHolder => Err(Problem::not_found("app")),
        Assigned::AlreadyAssigned => Err(already_assigned()),
    }
}

fn already_assigned() -> Problem {
    Problem::conflict("It has an egress IP already; replace it with PUT /v1/apps/{id}/egress, or take it away first.")
}
