//! `POST /v1/sessions` and `POST /v1/join`: how somebody gets to be known. Open to everybody; what opens from then on is the
//! session's text, as `Authorization: Bearer`. The API neither sets nor reads a cookie.

use actix_web::HttpRequest;
use actix_web::web::{Data, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::people::join::{HasJoined, Join};
use crate::actions::people::sign_in::{SignIn, SignedIn};
use crate::domain::password::Password;
use crate::domain::time::Timestamp;
use crate::web::json::Body;
use crate::web::views::UserView;
use crate::web::visitor::visitor;
use crate::web::{Answer, Web, resource, respond};

/// Largest body of either: nothing that belongs there is long.
const LARGEST: usize = 16 * 1024;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/sessions").post(sign_in)).service(resource("/v1/join").post(join));
}

/// What somebody shows who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInBody {
    email: String,
    password: String,
    /// The six digits, where the person has a second factor.
    code: Option<String>,
}

/// What somebody gives who joins.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinBody {
    /// What stands behind `/join/` in the link.
    token: String,
    /// With the first operator's link alone: what it will sign in with.
    email: Option<String>,
    /// What the person is called; not where its invitation says so, nor for a new password.
    name: Option<String>,
    /// 12 characters or more, and neither the name nor the e-mail address.
    password: String,
}

/// Somebody who is signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedInView {
    /// Goes into `Authorization: Bearer`; shown in this answer alone.
    token: String,
    /// When the session ends at the latest; without use it ends after 12 hours.
    expires_at: Timestamp,
    user: UserView,
}

/// Somebody who has joined, or has a new password.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JoinedView {
    /// Goes into `Authorization: Bearer`; shown in this answer alone. Left out where a second factor is still to be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// When the session ends at the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    user: UserView,
}

impl From<SignedIn> for SignedInView {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            token: signed_in.text.expose().to_owned(),
            expires_at: signed_in.session.expires_at,
            user: signed_in.person.into(),
        }
    }
}

impl From<HasJoined> for JoinedView {
    fn from(joined: HasJoined) -> Self {
        Self {
            token: joined.signed_in.as_ref().map(|signed_in| signed_in.text.expose().to_owned()),
            expires_at: joined.signed_in.map(|signed_in| signed_in.session.expires_at),
            user: joined.person.into(),
        }
    }
}

/// Signs somebody in. After 10 failures in 15 minutes, of an account or from an address, no further attempt is looked at.
#[utoipa::path(post, path = "/v1/sessions", tag = "people", request_body = SignInBody, security(()), responses(
    (status = 201, description = "Signed in; the text is in this answer alone.", body = SignedInView),
))]
pub(in crate::web) async fn sign_in(web: Data<Web>, request: HttpRequest, body: Body<LARGEST>) -> Answer {
    let given: SignInBody = body.read()?;
    let given = SignIn {
        email: given.email,
        password: Password::typed(&given.password),
        code: given.code,
        from: visitor(&request),
    };
    Ok(respond::created(&SignedInView::from(web.actions.sign_in(given).await?)))
}

/// Makes a person of a link, or gives one a new password, and signs it in.
#[utoipa::path(post, path = "/v1/join", tag = "people", request_body = JoinBody, security(()), responses(
    (status = 201, description = "Joined; the text is in this answer alone.", body = JoinedView),
    (status = 409, description = "Somebody signs in with this e-mail address already."),
))]
pub(in crate::web) async fn join(web: Data<Web>, request: HttpRequest, body: Body<LARGEST>) -> Answer {
    let given: JoinBody = body.read()?;
    let given = Join {
        token: given.token,
        email: given.email,
        name: given.name,
        password: Password::typed(&given.password),
        from: visitor(&request),
    };
    Ok(respond::created(&JoinedView::from(web.actions.join(given).await?)))
}
