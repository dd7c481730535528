//! `/v1/tokens`: who may call. Operators make every kind, account managers those of publishers, a publisher its own.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::actions::tokens::{self, TokenWithText};
use crate::domain::account::{RoleWord, Token};
use crate::domain::time::Timestamp;
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::views::CreatedBy;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/tokens").post(create).get(list))
        .service(resource("/v1/tokens/{id}").get(read).delete(delete));
}

/// A new token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewToken {
    /// For people: who or what uses it.
    name: String,
    /// Who it speaks for.
    role: RoleWord,
    /// Id or ref; exactly where the role is `publisher`, and not needed from that publisher itself.
    publisher_id: Option<String>,
    /// From then on it opens nothing.
    expires_at: Option<Timestamp>,
}

/// A token, without its text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenView {
    id: String,
    name: String,
    role: &'static str,
    publisher_id: Option<String>,
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
    /// Who made it; null: the server, at its first start.
    created_by: Option<CreatedBy>,
    /// When it was used last, to the minute; null: not yet.
    last_used_at: Option<Timestamp>,
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
pub struct CreatedToken {
    #[serde(flatten)]
    view: TokenView,
    /// Shown in this answer alone.
    token: String,
}

impl From<Token> for TokenView {
    fn from(token: Token) -> Self {
        Self {
            id: token.id,
            name: token.name,
            role: token.role.as_str(),
            publisher_id: token.role.publisher_id().map(str::to_owned),
            expires_at: token.expires_at,
            created_at: token.created_at,
            created_by: token.created_by.map(CreatedBy::from),
            last_used_at: token.last_used_at,
        }
    }
}

impl From<TokenWithText> for CreatedToken {
    fn from(created: TokenWithText) -> Self {
        Self { view: created.token.into(), token: created.text.expose().to_owned() }
    }
}

impl From<NewToken> for tokens::NewToken {
    fn from(given: NewToken) -> Self {
        let NewToken { name, role, publisher_id, expires_at } = given;
        Self { name, role, publisher: publisher_id, expires_at }
    }
}

/// Creates a token.
#[utoipa::path(post, path = "/v1/tokens", tag = "tokens", request_body = NewToken, responses(
    (status = 201, description = "Created; the text is in this answer alone.", body = CreatedToken),
))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: NewToken = body.read()?;
    let created = web.actions.create_token(&caller, given.into()).await?;
    Ok(respond::created(&CreatedToken::from(created.made)))
}

/// Lists tokens; an account manager finds those of publishers, a publisher its own.
#[utoipa::path(get, path = "/v1/tokens", tag = "tokens",
    params(("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<TokenView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let page = list::only_page(request.query_string())?;
    let listed = web.actions.tokens(&caller, page).await?;
    Ok(respond::ok(&PageOf::from(listed.map(TokenView::from))))
}

/// Reads a token, without its text.
#[utoipa::path(get, path = "/v1/tokens/{id}", tag = "tokens", params(("id" = String, Path)),
    responses((status = 200, description = "The token.", body = TokenView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    Ok(respond::ok(&TokenView::from(web.actions.token(&caller, &id).await?)))
}

/// Deletes a token: it opens nothing from then on, and neither do the links that it made and nobody has used yet. Tokens and
/// objects that it made stay, and are listed with who made them.
#[utoipa::path(delete, path = "/v1/tokens/{id}", tag = "tokens", params(("id" = String, Path)), responses(
    (status = 204, description = "Deleted."),
))]
pub(in crate::web) async fn delete(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    web.actions.delete_token(&caller, &id).await?;
    Ok(respond::deleted())
}
