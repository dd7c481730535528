//! `/v1/users`: people, as others see and change them.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::actions::people::users::ChangePerson;
use crate::domain::account::RoleWord;
use crate::domain::patch::Patch;
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::views::{LinkView, UserView};
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/users").get(list))
        .service(resource("/v1/users/{id}").get(read).patch(change).delete(delete))
        .service(resource("/v1/users/{id}/reset").post(reset));
}

/// What is to be changed of a person; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserChange {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<RoleWord>)]
    role: Patch<RoleWord>,
    /// Id or ref; with the role `publisher` alone.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    publisher_id: Patch<String>,
    /// True: it may not sign in, and is signed out everywhere; null is false.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    disabled: Patch<bool>,
}

/// Lists people: operators find all, account managers those of publishers, a publisher's people their colleagues.
#[utoipa::path(get, path = "/v1/users", tag = "people",
    params(("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<UserView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let page = list::only_page(request.query_string())?;
    let listed = web.actions.people(&caller, page).await?;
    Ok(respond::ok(&PageOf::from(listed.map(UserView::from))))
}

/// Reads a person.
#[utoipa::path(get, path = "/v1/users/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 200, description = "The person.", body = UserView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    Ok(respond::ok(&UserView::from(web.actions.person(&caller, &id).await?)))
}

/// Changes a person.
///
/// Where it is disabled or gets another role (but operator), the links that it made and nobody has used yet and the API tokens
/// that it made end with that: it has seen their texts. What was made with those tokens stays.
#[utoipa::path(patch, path = "/v1/users/{id}", tag = "people", params(("id" = String, Path)),
    request_body = UserChange, responses(
    (status = 200, description = "Changed.", body = UserView),
    (status = 409, description = "It is the last operator who can sign in."),
))]
pub(in crate::web) async fn change(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let given: UserChange = body.read()?;
    let change =
        ChangePerson { name: given.name, role: given.role, publisher: given.publisher_id, disabled: given.disabled };
    Ok(respond::ok(&UserView::from(web.actions.change_person(&caller, &id, change).await?)))
}

/// Deletes a person, and signs it out everywhere. What it did stays in the audit, under its name.
///
/// The links that it made and nobody has used yet and the API tokens that it made end with it. What was made with those tokens
/// stays.
#[utoipa::path(delete, path = "/v1/users/{id}", tag = "people", params(("id" = String, Path)), responses(
    (status = 204, description = "Deleted."),
    (status = 409, description = "It is the last operator who can sign in."),
))]
pub(in crate::web) async fn delete(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    web.actions.delete_person(&caller, &id).await?;
    Ok(respond::deleted())
}

/// Makes a link by which a person gets a new password, for 24 hours; the one before it opens nothing any more.
#[utoipa::path(post, path = "/v1/users/{id}/reset", tag = "people", params(("id" = String, Path)),
    responses(
        (status = 201, description = "Made; the link is in this answer alone.", body = LinkView),
        (status = 409, description = "It is one's own account, or that of whoever made the token."),
    ))]
pub(in crate::web) async fn reset(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    Ok(respond::created(&LinkView::from(web.actions.reset(&caller, &id).await?)))
}
