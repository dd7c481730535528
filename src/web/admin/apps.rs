//! `/v1/apps`: offerwall placements. A publisher keeps its own, account managers and operators all.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};

use super::app_body::AppBody;
use super::health_part::AppWithHealth;
use crate::actions::access::endpoint;
use crate::actions::app_list::AppsAsked;
use crate::actions::caller::Caller;
use crate::actions::refusal::Refusal;
use crate::domain::app_settings::{AppSettings, EndpointSettings};
use crate::domain::endpoint_rules::{check_active_key, check_app, check_endpoint};
use crate::domain::health::{AppOrder, Condition};
use crate::domain::invalid::Invalid;
use crate::random;
use crate::store::apps::{AppChange, AppSaved, Archived, NewApp};
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::query::Query;
use crate::web::{Answer, Web, resource, respond};

/// How often a change is tried again that another one overtook: two changes by hand never meet more than once.
const TRIES: usize = 5;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/apps").post(create).get(list))
        .service(resource("/v1/apps/{id}").get(read).patch(change).delete(delete));
}

/// Creates an app with its first endpoint.
#[utoipa::path(post, path = "/v1/apps", tag = "apps", request_body = AppBody, responses(
    (status = 201, description = "Created.", body = AppWithHealth),
))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let given = AppBody::read(&body)?;
    may_set(&caller, &given)?;
    let publisher_id = publisher_of(&web, &caller, given.publisher_id.as_deref()).await?;
    let (settings, endpoint) = given.into_new()?;
    check(&web, &settings, &endpoint)?;
    let id = random::new_id("app");
    let new = NewApp {
        id: id.clone(),
        publisher_id,
        settings,
        endpoint_id: random::new_id("end"),
        endpoint,
        created_at: web.node.clock.now(),
    };
    saved(web.node.store.create_app(new).await?)?;
    web.in_force().await?;
    let app = web.actions.app_to_read(&caller, &id).await?;
    Ok(respond::created(&AppWithHealth::of(&web, &app)))
}

/// A `ref` is the operator's or account manager's word: sources report by it, so a publisher must not choose one that
/// another's reports may be meant for. So are the terms, by which the publisher is paid.
fn may_set(caller: &Caller, given: &AppBody) -> Result<(), Problem> {
    match given.sets_reserved() {
        Some(what) if caller.limited_to().is_some() => {
            Err(Problem::forbidden(format!("Only an account manager or operator may set {what}.")))
        }
        _ => Ok(()),
    }
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
#[utoipa::path(patch, path = "/v1/apps/{id}", tag = "apps", params(("id" = String, Path)), request_body = AppBody,
    responses((status = 200, description = "Changed.", body = AppWithHealth)))]
pub(in crate::web) async fn change(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    for _ in 0..TRIES {
        let app = web.actions.app(&caller, &id).await?;
        let given = AppBody::read(&body)?;
        may_set(&caller, &given)?;
        if let Some(named) = &given.publisher_id
            && publisher_of(&web, &caller, Some(named)).await? != app.publisher_id
        {
            return Err(Problem::field("publisherId", "can not be changed"));
        }
        let first = endpoint(&app, None)?;
        let mut settings = AppSettings::of(&app);
        let mut of_endpoint = EndpointSettings::of(first);
        given.apply(&mut settings, &mut of_endpoint)?;
        check(&web, &settings, &of_endpoint)?;
        check_active_key(&of_endpoint.dialect, &web.node.catalog, first)?;
        let change = AppChange {
            id: app.id.clone(),
            read_at: app.revision,
            settings,
            endpoint: Some((first.id.clone(), of_endpoint)),
        };
        match web.node.store.change_app(change).await? {
            AppSaved::Overtaken => {}
            outcome => {
                saved(outcome)?;
                web.in_force().await?;
                let app = web.actions.app_to_read(&caller, &app.id).await?;
                return Ok(respond::ok(&AppWithHealth::of(&web, &app)));
            }
        }
    }
    saved(AppSaved::Overtaken)?;
    Err(Problem::not_found("app"))
}

/// Archives an app. Its ref stays taken, so that a late report never reaches another app.
#[utoipa::path(delete, path = "/v1/apps/{id}", tag = "apps", params(("id" = String, Path)), responses(
    (status = 204, description = "Archived."),
    (status = 409, description = "Deliveries are open."),
))]
pub(in crate::web) async fn delete(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    let app = web.actions.app(&caller, &id).await?;
    match web.node.store.archive_app(&app.id, web.node.clock.now()).await? {
        Archived::Archived => web.once_in_force(respond::deleted()).await,
        Archived::OpenDeliveries => Err(Problem::conflict("Deliveries of this app are open; wait, or cancel them.")),
        Archived::Unknown | Archived::OnlyEndpoint => Err(Problem::not_found("app")),
    }
}

/// Whose a new app is to be: a publisher's own token need not say it.
async fn publisher_of(web: &Web, caller: &Caller, named: Option<&str>) -> Result<String, Problem> {
    match (named, caller.limited_to()) {
        (None, Some(own)) => Ok(own.to_owned()),
        (None, None) => Err(Problem::field("publisherId", "is required")),
        (Some(named), _) => Ok(web.actions.publisher_in_body(caller, named).await?),
    }
}

fn check(web: &Web, settings: &AppSettings, endpoint: &EndpointSettings) -> Result<(), Problem> {
    let mut invalid = Invalid::none();
    invalid.take(check_app(settings));
    invalid.take(check_endpoint(endpoint, &web.node.catalog, &web.node.targets));
    Ok(invalid.into_result()?)
}

/// What an outcome of the store means for the caller.
pub(super) fn saved(outcome: AppSaved) -> Result<(), Problem> {
    match outcome {
        AppSaved::Saved => Ok(()),
        AppSaved::Unknown => Err(Problem::not_found("app")),
        AppSaved::UnknownPublisher => Err(Refusal::unknown_publisher().into()),
        AppSaved::RefTaken => Err(Refusal::ref_taken().into()),
        AppSaved::OpenDeliveries => {
            Err(Problem::conflict("The dialect can not change while deliveries are open; wait, or cancel them."))
        }
        AppSaved::Overtaken => Err(Problem::conflict("The app was changed at the same time; try again.")),
    }
}
