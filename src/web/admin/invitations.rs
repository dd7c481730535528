//! `/v1/invitations`: who was asked to join and has not yet.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::actions::people::links::Invite;
use crate::actions::roles::AskedRole;
use crate::domain::account::RoleWord;
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::views::{InvitationView, LinkView};
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/invitations").post(create).get(list))
        .service(resource("/v1/invitations/{id}").delete(delete));
}

/// Whom somebody invites.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewInvitation {
    /// What the person will sign in with.
    email: String,
    /// What the person is called; otherwise it says so itself.
    name: Option<String>,
    /// In which role.
    role: RoleWord,
    /// Id or ref; exactly where the role is `publisher`, and not needed from that publisher's people.
    publisher_id: Option<String>,
}

/// Invites somebody. The link opens once, for 7 days; hand it over.
#[utoipa::path(post, path = "/v1/invitations", tag = "people", request_body = NewInvitation, responses(
    (status = 201, description = "Made; the link is in this answer alone.", body = LinkView),
))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: NewInvitation = body.read()?;
    let role = AskedRole { word: given.role, publisher: given.publisher_id };
    let made = web.actions.invite(&caller, Invite { email: given.email, name: given.name, role }).await?;
    Ok(respond::created(&LinkView::from(made)))
}

/// Lists the invitations that nobody has used yet.
#[utoipa::path(get, path = "/v1/invitations", tag = "people",
    params(("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<InvitationView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let page = list::only_page(request.query_string())?;
    let listed = web.actions.invitations(&caller, page).await?;
    Ok(respond::ok(&PageOf::from(listed.map(InvitationView::from))))
}

/// Takes an invitation back: its link opens nothing from then on.
#[utoipa::path(delete, path = "/v1/invitations/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204, description = "Taken back.")))]
pub(in crate::web) async fn delete(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    web.actions.delete_invitation(&caller, &id).await?;
    Ok(respond::deleted())
}
