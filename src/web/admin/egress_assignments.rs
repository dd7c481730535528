//! Who has which egress IP: assigned, taken away, or replaced in one step. Account managers and operators.

use actix_web::web::{Data, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::ToSchema;

use super::egress::AssignmentView;
use crate::actions::caller::Caller;
use crate::domain::time::Timestamp;
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
    let created = web.actions.assign_egress_ip(&id, given.app_id, given.publisher_id).await?;
    Ok(respond::created(&AssignmentView::from(created.made)))
}

/// Takes an assignment away: what it was for waits until it has another one.
#[utoipa::path(delete, path = "/v1/egress-ips/{id}/assignments/{assignmentId}", tag = "egress",
    params(("id" = String, Path), ("assignmentId" = String, Path)),
    responses((status = 204, description = "Taken away.")))]
pub(in crate::web) async fn unassign(_: Caller, web: Data<Web>, path: Path<(String, String)>) -> Answer {
    let (id, assignment_id) = path.into_inner();
    web.actions.unassign_egress_ip(&id, &assignment_id).await?;
    Ok(respond::deleted())
}

/// Gives an app another egress IP in one step, now or later; there is no moment without one.
#[utoipa::path(put, path = "/v1/apps/{id}/egress", tag = "egress", params(("id" = String, Path)),
    request_body = Replacement,
    responses((status = 200, description = "Assigned.", body = AssignmentView)))]
pub(in crate::web) async fn replace(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let given: Replacement = body.read()?;
    let assignment = web.actions.replace_egress_ip(&caller, &id, &given.egress_ip_id, given.active_at).await?;
    Ok(respond::ok(&AssignmentView::from(assignment)))
}
