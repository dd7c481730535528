//! `/v1/dialects`: how callbacks look and are signed, for anyone signed in; operators publish their own and withdraw them.

use actix_web::web::{Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::recipe_drafts::{self, DraftBrief};
use crate::actions::caller::Caller;
use crate::actions::dialects::{Changed, Dialect};
use crate::domain::dialect::describe::describe;
use crate::domain::dialect::listed::{Listed, Publication};
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::query::Query;
use crate::web::{Answer, Web, audit, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/dialects").post(recipe_drafts::create).get(list))
        .service(resource("/v1/dialects/{name}").get(read))
        .service(resource("/v1/dialects/{name}/publish").post(publish))
        .service(resource("/v1/dialects/{name}/withdraw").post(withdraw));
}

/// How callbacks look and are signed; `openapi::shapes` says of which fields it is made.
#[derive(Serialize, ToSchema)]
#[schema(value_type = Object)]
pub struct DialectView(Value);

/// All dialects, and what is not published yet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DialectList {
    /// What ships first; then the operator's own, by name, without their vectors, which `GET /v1/dialects/{name}` shows.
    items: Vec<DialectView>,
    /// Drafts of recipes, for whoever may write some; left out for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    drafts: Option<Vec<DraftBrief>>,
    /// Always null: all are listed.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Which draft is to be published.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "described here for OpenAPI; read where it is acted on")]
pub struct Publishing {
    /// The revision that was checked: 409 if the draft was changed since.
    revision: Option<i64>,
}

impl DialectView {
    /// As it is shown to whoever may know whom it is limited to, or may not.
    fn of(dialect: &Dialect, caller: &Caller) -> Self {
        let mut shown = describe(&dialect.listed.recipe);
        let Some(members) = shown.as_object_mut() else { return Self(shown) };
        let origin = if dialect.listed.publication.is_some() { "custom" } else { "builtin" };
        members.insert("origin".to_owned(), origin.into());
        members.insert("warnings".to_owned(), dialect.listed.warnings().into());
        if let Some(publication) = &dialect.listed.publication {
            members.extend(instants(publication).map(|(name, at)| (name.to_owned(), at)));
            let versions: Vec<Value> = dialect.versions.iter().filter_map(version).collect();
            members.insert("versions".to_owned(), versions.into());
        }
        if let Some(publishers) = dialect.listed.limited_to()
            && caller.limited_to().is_none()
        {
            members.insert("publishers".to_owned(), publishers.into());
        }
        Self(shown)
    }

    /// The same for the list: an operator's own shows its vectors, which may be many, where it is read alone.
    fn in_list(dialect: &Dialect, caller: &Caller) -> Self {
        let Self(mut shown) = Self::of(dialect, caller);
        if let Some(members) = shown.as_object_mut().filter(|_| dialect.listed.publication.is_some()) {
            members.remove("vectors");
        }
        Self(shown)
    }

    /// As it is answered to whoever changed it; the audit keeps its text.
    fn answered(changed: &Changed, caller: &Caller, response: impl FnOnce(&Self) -> HttpResponse) -> HttpResponse {
        let mut response = response(&Self::of(&changed.0, caller));
        audit::note_made(&mut response, changed);
        response
    }
}

fn instants(publication: &Publication) -> impl Iterator<Item = (&'static str, Value)> {
    let Publication { published_at, withdrawn_at, first_delivered_at, .. } = *publication;
    let named =
        [("publishedAt", Some(published_at)), ("withdrawnAt", withdrawn_at), ("firstDeliveredAt", first_delivered_at)];
    named.into_iter().filter_map(|(name, at)| at.map(|at| (name, json!(at))))
}

fn version(listed: &Listed) -> Option<Value> {
    let publication = listed.publication.as_ref()?;
    let mut shown = json!({"version": listed.recipe.version(), "recipe": listed.recipe.id()});
    shown.as_object_mut()?.extend(instants(publication).map(|(name, at)| (name.to_owned(), at)));
    Some(shown)
}

/// Lists the dialects, each in its newest version.
#[utoipa::path(get, path = "/v1/dialects", tag = "dialects", responses(
    (status = 200, description = "All of them.", body = DialectList),
))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>) -> Answer {
    let drafts = web.actions.recipe_drafts(&caller).await?;
    let items = web.actions.dialects(&caller).iter().map(|dialect| DialectView::in_list(dialect, &caller)).collect();
    let drafts = drafts.map(|drafts| drafts.into_iter().map(DraftBrief::from).collect());
    Ok(respond::ok(&DialectList { items, drafts, next_cursor: None }))
}

/// Reads a dialect: recipe, placeholders, required fields, vectors. `name@version` reads that version. With `as=toml` the answer is
/// the recipe's file alone, to copy it from.
#[utoipa::path(get, path = "/v1/dialects/{name}", tag = "dialects",
    params(("name" = String, Path), ("as" = Option<String>, Query)),
    responses((status = 200, description = "The dialect.", content(
        (DialectView = "application/json"), (String = "application/toml")))))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, name: Path<String>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &["as"])?;
    let is_file = match query.text("as") {
        None | Some("json") => false,
        Some("toml") => true,
        Some(_) => return Err(Problem::field("as", "must be json or toml")),
    };
    let dialect = web.actions.dialect(&caller, &name).await?;
    let source = dialect.listed.recipe.source();
    Ok(if is_file {
        respond::file("application/toml", source)
    } else {
        respond::ok(&DialectView::of(&dialect, &caller))
    })
}

/// Publishes a draft as the next version of its dialect. What is published never changes and is never deleted; endpoints that
/// have an earlier version keep it.
#[utoipa::path(post, path = "/v1/dialects/{name}/publish", tag = "dialects", params(("name" = String, Path)),
    request_body = Publishing,
    responses((status = 201, description = "Published.", body = DialectView)))]
pub(in crate::web) async fn publish(caller: Caller, web: Data<Web>, name: Path<String>, body: Body) -> Answer {
    let published = web.actions.publish_dialect(&caller, &name, &body.or_empty()).await?;
    Ok(DialectView::answered(&published, &caller, respond::created))
}

/// Withdraws a version, `name@version`: endpoints that have it keep it, what waits is still sent by it, and no other endpoint may
/// choose it. It stays withdrawn.
#[utoipa::path(post, path = "/v1/dialects/{name}/withdraw", tag = "dialects", params(("name" = String, Path)), responses(
    (status = 200, description = "Withdrawn.", body = DialectView),
))]
pub(in crate::web) async fn withdraw(caller: Caller, web: Data<Web>, name: Path<String>) -> Answer {
    let withdrawn = web.actions.withdraw_dialect(&caller, &name).await?;
    Ok(DialectView::answered(&withdrawn, &caller, respond::ok))
}
