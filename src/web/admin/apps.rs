//! `/v1/apps`: offerwall placements.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use utoipa::ToSchema;

use super::health_part::AppWithHealth;
use crate::actions::app_list::AppsAsked;
use crate::actions::caller::Caller;
use crate::domain::app_settings::AppSettings;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::health::{AppOrder, Condition};
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::query::Query;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/apps").post(create).get(list))
        .service(resource("/v1/apps/{id}").get(read).patch(change).delete(delete));
}

/// An app and its first endpoint, or a change of them. Creating needs `name`, `dialect` and (unless a publisher's own token
/// asks) `publisherId`; everything else may be left out. In a change, what is left out stays and null goes back to the default.
/// A change is merged one level deep: what is given replaces what stands, so `limits`, `review`, `success`, `headers` and the
/// lists are replaced whole, with whatever they leave out. Of `settings` alone each is changed by its name.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes what is read over the settings that stand")]
pub struct AppBody {
    /// Whose it is, by id or ref; can not be changed.
    publisher_id: String,
    #[serde(flatten)]
    app: AppSettings,
    #[serde(flatten)]
    endpoint: EndpointSettings,
    /// Further headers, at most 20; their values are never shown again. Replaces all that were set before.
    headers: BTreeMap<String, String>,
    /// The same as `settings.surfaceId`: the remote surface of an endpoint that forwards reports.
    surface_id: Option<String>,
}

/// Creates an app with its first endpoint.
#[utoipa::path(post, path = "/v1/apps", tag = "apps", request_body = AppBody, responses(
    (status = 201, description = "Created.", body = AppWithHealth),
))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let app = web.actions.create_app(&caller, &body).await?;
    Ok(respond::created(&AppWithHealth::of(&web, &web.actions.app_shown(app).await?)))
}

/// Lists apps, newest first unless `sort` says otherwise: `name`, or `worst` for those that need somebody first. `q` is what the
/// name, ref or id holds; `state` is `failing`, `waiting`, `not_set_up`, `quiet` or `fine`; `archived=true` lists archived ones
/// instead.
#[utoipa::path(get, path = "/v1/apps", tag = "apps",
    params(("publisherId" = Option<String>, Query), ("q" = Option<String>, Query), ("state" = Option<String>, Query),
        ("sort" = Option<String>, Query), ("archived" = Option<bool>, Query),
        ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<AppWithHealth>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let known = ["publisherId", "q", "state", "sort", "archived", "limit", "cursor"];
    let query = Query::read(request.query_string(), &known)?;
    let asked = AppsAsked {
        publisher: query.text("publisherId").map(str::to_owned),
        holding: query.text("q").map(str::to_owned),
        condition: query.word("state", Condition::ALL, Condition::as_str)?,
        order: query.word("sort", AppOrder::ALL, AppOrder::as_str)?,
        archived: query.truth("archived")?.unwrap_or(false),
    };
    let listed = web.actions.listed_apps(&caller, asked, list::page_of("app", &query)?).await?;
    Ok(respond::ok(&PageOf::from(listed.map(|app| AppWithHealth::of(&web, &app)))))
}

/// Reads an app; an archived one by its id.
#[utoipa::path(get, path = "/v1/apps/{id}", tag = "apps", params(("id" = String, Path)), responses(
    (status = 200, description = "The app.", body = AppWithHealth),
))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    let app = web.actions.app_to_read(&caller, &id).await?;
    Ok(respond::ok(&AppWithHealth::of(&web, &app)))
}

/// Changes an app: what is left out stays, null goes back to the default.
///
/// A merge patch of one level: a field that is given replaces the one that stands. `limits`, `review`, `success` and `headers` are
/// replaced whole, with whatever they leave out (`{"limits": {"perSecond": 5}}` takes `inFlight` away); `settings` alone is
/// changed name by name.
#[utoipa::path(patch, path = "/v1/apps/{id}", tag = "apps", params(("id" = String, Path)), request_body = AppBody,
    responses((status = 200, description = "Changed.", body = AppWithHealth)))]
pub(in crate::web) async fn change(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let app = web.actions.change_app(&caller, &id, &body).await?;
    Ok(respond::ok(&AppWithHealth::of(&web, &web.actions.app_shown(app).await?)))
}

/// Archives an app. Its ref stays taken, so that a late report never reaches another app.
#[utoipa::path(delete, path = "/v1/apps/{id}", tag = "apps", params(("id" = String, Path)), responses(
    (status = 204, description = "Archived."),
    (status = 409, description = "Deliveries are open."),
))]
pub(in crate::web) async fn delete(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    web.actions.archive_app(&caller, &id).await?;
    Ok(respond::deleted())
}
