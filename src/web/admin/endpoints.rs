//! `/v1/apps/{id}/endpoints`: further receivers of an app, such as analytics or a mirror. The first one is what the app
//! calls mean; it is changed here as well as there.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use utoipa::ToSchema;

use super::app_view::EndpointView;
use crate::actions::caller::Caller;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::web::json::Body;
use crate::web::list::PageOf;
use crate::web::query::Query;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/apps/{id}/endpoints").post(create).get(list))
        .service(resource("/v1/apps/{id}/endpoints/{endpointId}").patch(change).delete(delete))
        .service(resource("/v1/apps/{id}/endpoints/{endpointId}/enable").post(enable));
}

/// An endpoint, or a change of one. Creating needs `dialect`. In a change, what is left out stays and null goes back to
/// the default. A change is merged one level deep: `success`, `headers` and the lists are replaced whole, of `settings` each is
/// changed by its name.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes what is read over the settings that stand")]
pub struct EndpointBody {
    #[serde(flatten)]
    settings: EndpointSettings,
    /// Further headers, at most 20; their values are never shown again. Replaces all that were set before.
    headers: BTreeMap<String, String>,
    /// The same as `settings.surfaceId`: the remote surface of an endpoint that forwards reports.
    surface_id: Option<String>,
}

/// Adds an endpoint to an app; it receives completions that are reported from then on.
#[utoipa::path(post, path = "/v1/apps/{id}/endpoints", tag = "endpoints", params(("id" = String, Path)),
    request_body = EndpointBody,
    responses((status = 201, description = "Created.", body = EndpointView)))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let created = web.actions.create_endpoint(&caller, &id, &body).await?;
    Ok(respond::created(&EndpointView::of(&web, &created.app_id, &created.endpoint)))
}

/// Lists an app's endpoints, the first one first. There are few, so there is one page.
#[utoipa::path(get, path = "/v1/apps/{id}/endpoints", tag = "endpoints", params(("id" = String, Path)), responses(
    (status = 200, description = "All of them.", body = PageOf<EndpointView>),
))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, id: Path<String>, request: HttpRequest) -> Answer {
    let app = web.actions.app(&caller, &id).await?;
    Query::read(request.query_string(), &[])?;
    let items = app.endpoints.iter().map(|endpoint| EndpointView::of(&web, &app.id, endpoint)).collect();
    Ok(respond::ok(&PageOf { items, next_cursor: None }))
}

/// Changes an endpoint: what is left out stays, null goes back to the default.
///
/// A merge patch of one level: a field that is given replaces the one that stands. `success` and `headers` are replaced whole, with
/// whatever they leave out; `settings` alone is changed name by name.
#[utoipa::path(patch, path = "/v1/apps/{id}/endpoints/{endpointId}", tag = "endpoints",
    params(("id" = String, Path), ("endpointId" = String, Path)),
    request_body = EndpointBody,
    responses((status = 200, description = "Changed.", body = EndpointView)))]
pub(in crate::web) async fn change(caller: Caller, web: Data<Web>, path: Path<(String, String)>, body: Body) -> Answer {
    let (app, id) = path.into_inner();
    let changed = web.actions.change_endpoint(&caller, &app, &id, &body).await?;
    Ok(respond::ok(&EndpointView::of(&web, &changed.app_id, &changed.endpoint)))
}

/// Archives an endpoint; an app keeps at least one.
#[utoipa::path(delete, path = "/v1/apps/{id}/endpoints/{endpointId}", tag = "endpoints",
    params(("id" = String, Path), ("endpointId" = String, Path)),
    responses((status = 204, description = "Archived."), (status = 409, description = "Deliveries are open.")))]
pub(in crate::web) async fn delete(caller: Caller, web: Data<Web>, path: Path<(String, String)>) -> Answer {
    let (app, id) = path.into_inner();
    web.actions.archive_endpoint(&caller, &app, &id).await?;
    Ok(respond::deleted())
}

/// Enables an endpoint that its receiver disabled: what was held for that is due at once. One that is enabled stays so.
#[utoipa::path(post, path = "/v1/apps/{id}/endpoints/{endpointId}/enable", tag = "endpoints",
    params(("id" = String, Path), ("endpointId" = String, Path)),
    responses((status = 200, description = "It is enabled.", body = EndpointView)))]
pub(in crate::web) async fn enable(caller: Caller, web: Data<Web>, path: Path<(String, String)>) -> Answer {
    let (app, id) = path.into_inner();
    let enabled = web.actions.enable_endpoint(&caller, &app, &id).await?;
    Ok(respond::ok(&EndpointView::of(&web, &enabled.app_id, &enabled.endpoint)))
}
