//! `DELETE /v1/apps/{id}/users/{userId}`: a user's wish to be forgotten.

use actix_web::web::{Data, Path, ServiceConfig};

use crate::actions::caller::Caller;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/apps/{id}/users/{userId}").delete(erase));
}

/// Takes a user's name out of everything that was recorded of it. Amounts stay, and what was reported stays a duplicate.
#[utoipa::path(delete, path = "/v1/apps/{id}/users/{userId}", tag = "apps",
    params(("id" = String, Path), ("userId" = String, Path)), responses(
    (status = 204, description = "Nothing bears the user's name any more."),
    (status = 409, description = "Deliveries of this user are open; what had ended may be erased already."),
))]
pub(in crate::web) async fn erase(caller: Caller, web: Data<Web>, path: Path<(String, String)>) -> Answer {
    let (app, user_id) = path.into_inner();
    web.actions.erase_user(&caller, &app, user_id).await?;
    Ok(respond::deleted())
}
