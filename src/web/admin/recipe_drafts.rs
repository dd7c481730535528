//! `/v1/dialects/{name}/draft`: recipes that are not published yet, for account managers and operators.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::actions::recipe_drafts::Drafted;
use crate::domain::dialect::custom::Checked;
use crate::domain::dialect::listed::{DraftHead, RecipeDraft};
use crate::domain::time::Timestamp;
use crate::web::json::Body;
use crate::web::views::CreatedBy;
use crate::web::{Answer, Web, audit, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/dialects/{name}/draft").get(read).put(replace).delete(delete))
        .service(resource("/v1/dialects/{name}/check").post(check));
}

/// A recipe with the vectors that prove it.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "described here for OpenAPI; read where it is acted on")]
pub struct NewRecipe {
    /// The file: TOML text, or an object of the same words. Its name begins with `x-`.
    #[schema(value_type = Object)]
    recipe: Value,
    /// Completions with the exact requests that they must become, in the form of those that dialects show.
    #[schema(value_type = Option<Vec<Object>>)]
    vectors: Option<Vec<Value>>,
    /// The publishers who alone may know of it and choose it, by id or `ref`; null or an empty list: all. Left out: those of the newest
    /// published version.
    publishers: Option<Vec<String>>,
}

/// A recipe that replaces a draft as a whole.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "described here for OpenAPI; read where it is acted on")]
pub struct RecipeReplacement {
    /// The file: TOML text, or an object of the same words. Its name is the draft's.
    #[schema(value_type = Object)]
    recipe: Value,
    /// Completions with the exact requests that they must become, in the form of those that dialects show.
    #[schema(value_type = Option<Vec<Object>>)]
    vectors: Option<Vec<Value>>,
    /// The publishers who alone may know of it and choose it, by id or `ref`; null or an empty list: all. Left out: those of the draft.
    publishers: Option<Vec<String>>,
    /// The revision that is to be replaced: 409 if the draft was changed since.
    revision: Option<i64>,
}

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftView {
    #[serde(flatten)]
    brief: DraftBrief,
    /// The file, as TOML.
    recipe: String,
    #[schema(value_type = Vec<Object>)]
    vectors: Vec<Value>,
}

/// A draft, as it is listed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftBrief {
    name: String,
    title: String,
    /// The ids of the publishers who alone may choose it; null: all may.
    publishers: Option<Vec<String>>,
    saved_at: Timestamp,
    saved_by: CreatedBy,
    /// Another one after each change: what publishing names, so that what is published is what was checked.
    revision: i64,
}

/// What the engine makes of a draft; `openapi::shapes` says of which fields it is made.
#[derive(Serialize, ToSchema)]
#[schema(value_type = Object)]
pub struct CheckedView(Checked);

impl From<DraftHead> for DraftBrief {
    fn from(draft: DraftHead) -> Self {
        let DraftHead { name, title, publishers, saved_at, saved_by, revision } = draft;
        Self { name, title, publishers, saved_at, saved_by: saved_by.into(), revision }
    }
}

impl From<RecipeDraft> for DraftView {
    fn from(draft: RecipeDraft) -> Self {
        let brief = draft.head().into();
        Self { brief, recipe: draft.text, vectors: draft.vectors }
    }
}

/// What was saved, whose text the audit keeps.
fn answered(drafted: Drafted, response: impl FnOnce(&DraftView) -> HttpResponse) -> HttpResponse {
    let mut response = response(&drafted.0.clone().into());
    audit::note_made(&mut response, &drafted);
    response
}

/// Keeps a recipe as a draft. It must be one within all bounds; whether it could be published is told by its check.
#[utoipa::path(post, path = "/v1/dialects", tag = "dialects", request_body = NewRecipe, responses(
    (status = 201, description = "Kept.", body = DraftView),
))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let drafted = web.actions.create_recipe_draft(&caller, &body).await?;
    Ok(answered(drafted, respond::created))
}

/// Reads a draft.
#[utoipa::path(get, path = "/v1/dialects/{name}/draft", tag = "dialects", params(("name" = String, Path)), responses(
    (status = 200, description = "The draft.", body = DraftView),
))]
pub(in crate::web) async fn read(_: Caller, web: Data<Web>, name: Path<String>) -> Answer {
    Ok(respond::ok(&DraftView::from(web.actions.recipe_draft(&name).await?)))
}

/// Replaces a draft as a whole.
#[utoipa::path(put, path = "/v1/dialects/{name}/draft", tag = "dialects", params(("name" = String, Path)),
    request_body = RecipeReplacement,
    responses((status = 200, description = "Replaced.", body = DraftView)))]
pub(in crate::web) async fn replace(caller: Caller, web: Data<Web>, name: Path<String>, body: Body) -> Answer {
    let drafted = web.actions.replace_recipe_draft(&caller, &name, &body).await?;
    Ok(answered(drafted, respond::ok))
}

/// Gives a draft up.
#[utoipa::path(delete, path = "/v1/dialects/{name}/draft", tag = "dialects", params(("name" = String, Path)), responses(
    (status = 204, description = "Deleted."),
))]
pub(in crate::web) async fn delete(_: Caller, web: Data<Web>, name: Path<String>) -> Answer {
    let drafted = web.actions.delete_recipe_draft(&name).await?;
    let mut response = respond::deleted();
    audit::note_made(&mut response, &drafted);
    Ok(response)
}

/// Says what keeps a draft from being published, composes the standard cases under a sample secret, and compares the vectors.
/// Nothing is sent.
#[utoipa::path(post, path = "/v1/dialects/{name}/check", tag = "dialects", params(("name" = String, Path)), responses(
    (status = 200, description = "What was found.", body = CheckedView),
))]
pub(in crate::web) async fn check(_: Caller, web: Data<Web>, name: Path<String>) -> Answer {
    Ok(respond::ok(&CheckedView(web.actions.check_recipe_draft(&name).await?)))
}
