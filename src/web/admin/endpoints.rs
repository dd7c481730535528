//! `/v1/apps/{id}/endpoints`: further receivers of an app, such as analytics or a mirror. The first one is what the app
//! calls mean; it is changed here as well as there.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};

use super::app_view::EndpointView;
use super::apps::saved;
use super::endpoint_body::EndpointBody;
use crate::actions::access::endpoint;
use crate::actions::caller::Caller;
use crate::domain::app_settings::{AppSettings, EndpointSettings};
use crate::domain::endpoint_rules::{check_active_key, check_endpoint};
use crate::random;
use crate::store::apps::{AppChange, Archived};
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::list::PageOf;
use crate::web::query::Query;
use crate::web::{Answer, Web, resource, respond};

/// Most endpoints of one app: each is one more callback for every completion.
const MOST: usize = 10;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/apps/{id}/endpoints").post(create).get(list))
        .service(resource("/v1/apps/{id}/endpoints/{endpointId}").patch(change).delete(delete))
        .service(resource("/v1/apps/{id}/endpoints/{endpointId}/enable").post(enable));
}

/// Adds an endpoint to an app; it receives completions that are reported from then on.
#[utoipa::path(post, path = "/v1/apps/{id}/endpoints", tag = "endpoints", params(("id" = String, Path)),
    request_body = EndpointBody,
    responses((status = 201, description = "Created.", body = EndpointView)))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let app = web.actions.app(&caller, &id).await?;
    if app.endpoints.len() >= MOST {
        return Err(Problem::conflict(format!("An app has at most {MOST} endpoints.")));
    }
    let settings = body.read::<EndpointBody>()?.into_new()?;
    check_endpoint(&settings, &web.node.catalog, &web.node.targets)?;
    let endpoint_id = random::new_id("end");
    let now = web.node.clock.now();
    saved(web.node.store.create_endpoint(&app.id, &endpoint_id, settings, now).await?)?;
    web.in_force().await?;
    Ok(respond::created(&view(&web, &caller, &app.id, &endpoint_id).await?))
}

/// Lists an app's endpoints, the first one first. There are few, so there is one page.
#[utoipa::path(get, path = "/v1/apps/{id}/endpoints", tag = "endpoints", params(("id" = String, Path)), responses(
    (status = 200, description = "All of them.", body = PageOf<EndpointView>),
))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, id: Path<String>, request: HttpRequest) -> Answer {
    let app = web.actions.app(&caller, &id).await?;
    Query::read(request.query_string(), &[])?;
    let items = app.endpoints.iter().map(|endpoint| EndpointView::of(&web, &app, endpoint)).collect();
    Ok(respond::ok(&PageOf { items, next_cursor: None }))
}

/// Changes an endpoint: what is left out stays, null goes back to the default.
#[utoipa::path(patch, path = "/v1/apps/{id}/endpoints/{endpointId}", tag = "endpoints",
    params(("id" = String, Path), ("endpointId" = String, Path)),
    request_body = EndpointBody,
    responses((status = 200, description = "Changed.", body = EndpointView)))]
pub(in crate::web) async fn change(caller: Caller, web: Data<Web>, path: Path<(String, String)>, body: Body) -> Answer {
    let (id, endpoint_id) = path.into_inner();
    let app = web.actions.app(&caller, &id).await?;
    let of = endpoint(&app, Some(&endpoint_id))?;
    let mut settings = EndpointSettings::of(of);
    body.read::<EndpointBody>()?.apply(&mut settings)?;
    check_endpoint(&settings, &web.node.catalog, &web.node.targets)?;
    check_active_key(&settings.dialect, &web.node.catalog, of)?;
    let change = AppChange {
        id: app.id.clone(),
        read_at: app.revision,
        settings: AppSettings::of(&app),
        endpoint: Some((endpoint_id.clone(), settings)),
    };
    saved(web.node.store.change_app(change).await?)?;
    web.in_force().await?;
    Ok(respond::ok(&view(&web, &caller, &app.id, &endpoint_id).await?))
}

/// Archives an endpoint; an app keeps at least one.
#[utoipa::path(delete, path = "/v1/apps/{id}/endpoints/{endpointId}", tag = "endpoints",
    params(("id" = String, Path), ("endpointId" = String, Path)),
    responses((status = 204, description = "Archived."), (status = 409, description = "Deliveries are open.")))]
pub(in crate::web) async fn delete(caller: Caller, web: Data<Web>, path: Path<(String, String)>) -> Answer {
    let (id, endpoint_id) = path.into_inner();
    let app = web.actions.app(&caller, &id).await?;
    match web.node.store.archive_endpoint(&app.id, &endpoint_id, web.node.clock.now()).await? {
        Archived::Archived => web.once_in_force(respond::deleted()).await,
        Archived::Unknown => Err(Problem::not_found("endpoint")),
        Archived::OnlyEndpoint => Err(Problem::conflict("An app keeps at least one endpoint.")),
        Archived::OpenDeliveries => Err(Problem::conflict("Deliveries of this app are open; wait, or cancel them.")),
    }
}

/// Enables an endpoint that its receiver disabled: what was held for that is due at once. One that is enabled stays so.
#[utoipa::path(post, path = "/v1/apps/{id}/endpoints/{endpointId}/enable", tag = "endpoints",
    params(("id" = String, Path), ("endpointId" = String, Path)),
    responses((status = 200, description = "It is enabled.", body = EndpointView)))]
pub(in crate::web) async fn enable(caller: Caller, web: Data<Web>, path: Path<(String, String)>) -> Answer {
    let (id, endpoint_id) = path.into_inner();
    let app = web.actions.app(&caller, &id).await?;
    if !web.node.store.enable_endpoint(&app.id, &endpoint_id, web.node.clock.now()).await? {
        return Err(Problem::not_found("endpoint"));
    }
    web.in_force().await?;
    Ok(respond::ok(&view(&web, &caller, &app.id, &endpoint_id).await?))
}

/// An endpoint as it stands after a change.
async fn view(web: &Web, caller: &Caller, app_id: &str, endpoint_id: &str) -> Result<EndpointView, Problem> {
    let app = web.actions.app(caller, app_id).await?;
    Ok(EndpointView::of(web, &app, endpoint(&app, Some(endpoint_id))?))
}
