//! `/v1/tokens`: who may call. Operators make every kind, account managers those of publishers.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::access::unknown_publisher;
use crate::actions::caller::Caller;
use crate::domain::account::{Role, Token};
use crate::domain::naming;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::tokens::{TokenCreated, TokenDeleted, TokenScope};
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::{Answer, Web, generate, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/tokens").post(create).get(list)).service(resource("/v1/tokens/{id}").delete(delete));
}

/// A role's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleWord {
    /// May do everything.
    Operator,
    /// Everything about publishers, apps and egress IPs.
    AccountManager,
    /// What concerns its own apps.
    Publisher,
}

/// A new token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewToken {
    /// For people: who or what uses it.
    name: String,
    /// Who it speaks for.
    role: RoleWord,
    /// Id or ref; exactly where the role is `publisher`.
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
}

/// A token that was just made.
#[derive(Debug, Serialize, ToSchema)]
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
        }
    }
}

/// Creates a token.
#[utoipa::path(post, path = "/v1/tokens", tag = "tokens", request_body = NewToken, responses(
    (status = 201, description = "Created; the text is in this answer alone.", body = CreatedToken),
))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: NewToken = body.read()?;
    if given.role != RoleWord::Publisher && !caller.is_operator() {
        return Err(Problem::forbidden("Only an operator may make tokens of this role."));
    }
    let now = web.node.clock.now();
    let name = naming::name(&given.name)?;
    if given.expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Err(Problem::field("expiresAt", "must lie in the future"));
    }
    let role = role(&web, &caller, given.role, given.publisher_id.as_deref()).await?;
    let token = Token { id: random::new_id("tok"), name, role, expires_at: given.expires_at, created_at: now };
    let text = generate::token();
    match web.node.store.create_token(token.clone(), &text).await? {
        TokenCreated::Created => Ok(respond::created(&CreatedToken { view: token.into(), token: text })),
        TokenCreated::UnknownPublisher => Err(unknown_publisher().into()),
    }
}

async fn role(web: &Web, caller: &Caller, word: RoleWord, publisher: Option<&str>) -> Result<Role, Problem> {
    match (word, publisher) {
        (RoleWord::Operator, None) => Ok(Role::Operator),
        (RoleWord::AccountManager, None) => Ok(Role::AccountManager),
        (RoleWord::Publisher, Some(publisher)) => {
            Ok(Role::Publisher { publisher_id: web.actions.publisher_in_body(caller, publisher).await? })
        }
        (RoleWord::Publisher, None) => Err(Problem::field("publisherId", "is required for the role publisher")),
        (_, Some(_)) => Err(Problem::field("publisherId", "belongs to the role publisher alone")),
    }
}

/// Lists tokens; an account manager finds those of publishers.
#[utoipa::path(get, path = "/v1/tokens", tag = "tokens",
    params(("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<TokenView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let page = list::only_page(request.query_string())?;
    let listed = web.node.store.tokens(scope(&caller), page).await?;
    Ok(respond::ok(&PageOf::from(listed.map(TokenView::from))))
}

/// Deletes a token: it opens nothing from then on.
#[utoipa::path(delete, path = "/v1/tokens/{id}", tag = "tokens", params(("id" = String, Path)), responses(
    (status = 204, description = "Deleted."),
))]
pub(in crate::web) async fn delete(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    match web.node.store.delete_token(&id, scope(&caller), web.node.clock.now()).await? {
        TokenDeleted::Deleted => Ok(respond::deleted()),
        TokenDeleted::Unknown => Err(Problem::not_found("token")),
        TokenDeleted::LastOperator => {
            Err(Problem::conflict("This is the last operator token; make another one before deleting it."))
        }
    }
}

fn scope(caller: &Caller) -> TokenScope {
    if caller.is_operator() { TokenScope::All } else { TokenScope::OfPublishers }
}
