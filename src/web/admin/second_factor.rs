//! A person's second factor: its own, below `/v1/me`, and that of somebody who has lost it.

use actix_web::web::{Data, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::me::MeView;
use crate::actions::caller::Caller;
use crate::domain::password::Password;
use crate::web::json::Body;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/me/second-factor").post(begin))
        .service(resource("/v1/me/second-factor/confirm").post(confirm))
        .service(resource("/v1/me/second-factor/remove").post(remove))
        .service(resource("/v1/users/{id}/second-factor").delete(take_away));
}

/// A code of a second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The six digits that the app shows at this moment.
    code: String,
}

/// The proof that it is really the person, where its session has not just begun.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecondFactor {
    /// The present one; not needed in the first 15 minutes of a session.
    password: Option<String>,
}

/// The proof that it is really the person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresentPassword {
    password: String,
}

/// A second factor that was begun: in force once it is confirmed.
#[derive(Serialize, ToSchema)]
pub struct SecondFactorKey {
    /// As people type it into an app; shown in this answer alone.
    key: String,
    /// The same as an app reads it from a picture.
    uri: String,
}

/// Makes the key of a second factor.
#[utoipa::path(post, path = "/v1/me/second-factor", tag = "people", request_body = Option<NewSecondFactor>, responses(
    (status = 201, description = "Begun; the key is in this answer alone.", body = SecondFactorKey),
    (status = 409, description = "There is one; remove it before."),
))]
pub(in crate::web) async fn begin(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: NewSecondFactor = body.read_or_empty()?;
    let password = given.password.as_deref().map(Password::typed);
    let begun = web.actions.begin_second_factor(&caller, password).await?;
    let (key, uri) = (begun.key.expose().to_owned(), begun.uri.expose().to_owned());
    Ok(respond::created(&SecondFactorKey { key, uri }))
}

/// Puts a second factor in force, by a code that shows that the app has its key. It ends all other sessions.
#[utoipa::path(post, path = "/v1/me/second-factor/confirm", tag = "people", request_body = Code, responses(
    (status = 200, description = "In force.", body = MeView),
    (status = 409, description = "None was begun."),
))]
pub(in crate::web) async fn confirm(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: Code = body.read()?;
    Ok(respond::ok(&MeView::of_person(web.actions.confirm_second_factor(&caller, &given.code).await?)))
}

/// Takes one's own second factor away.
#[utoipa::path(post, path = "/v1/me/second-factor/remove", tag = "people", request_body = PresentPassword,
    responses((status = 200, description = "Gone.", body = MeView)))]
pub(in crate::web) async fn remove(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: PresentPassword = body.read()?;
    let password = Password::typed(&given.password);
    Ok(respond::ok(&MeView::of_person(web.actions.remove_second_factor(&caller, password).await?)))
}

/// Takes the second factor of a person away who has lost it.
#[utoipa::path(delete, path = "/v1/users/{id}/second-factor", tag = "people", params(("id" = String, Path)),
    responses(
        (status = 204, description = "It signs in with its password alone."),
        (status = 409, description = "It is one's own account, or that of whoever made the token."),
    ))]
pub(in crate::web) async fn take_away(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    web.actions.remove_second_factor_of(&caller, &id).await?;
    Ok(respond::deleted())
}
