//! `/v1/sources`: the reporting credentials of offer systems. Operators alone.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::actions::sources;
use crate::domain::source::Source;
use crate::domain::time::Timestamp;
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/sources").post(create).get(list))
        .service(resource("/v1/sources/{id}").delete(delete))
        .service(resource("/v1/sources/{id}/rotate").post(rotate));
}

/// A new source.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSource {
    /// For people.
    name: String,
    /// The apps that it may report for, by id or ref; left out: all of them.
    app_ids: Option<Vec<String>>,
    /// Put before `externalId` where a report gives no transaction id.
    transaction_prefix: Option<String>,
}

/// How a rotation is to go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rotation {
    /// So many hours the present secret goes on verifying (0 to 720; default 24).
    overlap_hours: Option<u64>,
}

/// A source, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceView {
    id: String,
    /// What it calls itself in `x-ea-surface`.
    surface_id: String,
    name: String,
    /// Null: all apps.
    app_ids: Option<Vec<String>>,
    transaction_prefix: Option<String>,
    created_at: Timestamp,
    /// Until then the secret before the last rotation verifies, too.
    previous_secret_until: Option<Timestamp>,
}

/// A source with a secret that was just made.
#[derive(Serialize, ToSchema)]
pub struct SourceWithSecret {
    #[serde(flatten)]
    view: SourceView,
    /// Shown in this answer alone.
    secret: String,
}

impl From<Source> for SourceView {
    fn from(source: Source) -> Self {
        Self {
            id: source.id,
            surface_id: source.surface_id,
            name: source.name,
            app_ids: source.app_ids,
            transaction_prefix: source.transaction_prefix,
            created_at: source.created_at,
            previous_secret_until: source.previous.map(|(_, until)| until),
        }
    }
}

impl From<Source> for SourceWithSecret {
    fn from(source: Source) -> Self {
        let secret = source.secret.expose().to_owned();
        Self { view: source.into(), secret }
    }
}

impl From<NewSource> for sources::NewSource {
    fn from(given: NewSource) -> Self {
        let NewSource { name, app_ids, transaction_prefix } = given;
        Self { name, apps: app_ids, transaction_prefix }
    }
}

/// Creates a source.
#[utoipa::path(post, path = "/v1/sources", tag = "sources", request_body = NewSource, responses(
    (status = 201, description = "Created; the secret is in this answer alone.", body = SourceWithSecret),
))]
pub(in crate::web) async fn create(_: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: NewSource = body.read()?;
    let created = web.actions.create_source(given.into()).await?;
    Ok(respond::created(&SourceWithSecret::from(created.made)))
}

/// Lists sources.
#[utoipa::path(get, path = "/v1/sources", tag = "sources",
    params(("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<SourceView>)))]
pub(in crate::web) async fn list(_: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let page = list::only_page(request.query_string())?;
    let listed = web.actions.sources(page).await?;
    Ok(respond::ok(&PageOf::from(listed.map(SourceView::from))))
}

/// Deletes a source: its reports are refused from then on.
#[utoipa::path(delete, path = "/v1/sources/{id}", tag = "sources", params(("id" = String, Path)), responses(
    (status = 204, description = "Deleted."),
))]
pub(in crate::web) async fn delete(_: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    web.actions.delete_source(&id).await?;
    Ok(respond::deleted())
}

/// Gives a source a new secret; the present one goes on verifying for a while.
#[utoipa::path(post, path = "/v1/sources/{id}/rotate", tag = "sources", params(("id" = String, Path)),
    request_body = Rotation,
    responses((status = 200, description = "Rotated; the secret is in this answer alone.", body = SourceWithSecret)))]
pub(in crate::web) async fn rotate(_: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let given: Rotation = body.read_or_empty()?;
    let source = web.actions.rotate_source(&id, given.overlap_hours).await?;
    Ok(respond::ok(&SourceWithSecret::from(source)))
}
