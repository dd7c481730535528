//! `/v1/replays`: jobs that send again what an outage left behind. One delivery is replayed by itself, under `/v1/deliveries`.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};

use super::criteria::app_ids;
use super::replay_view::{ReplayBody, ReplayCount, ReplayView};
use crate::actions::caller::Caller;
use crate::domain::app::App;
use crate::domain::replay::selection::{MOST, Range, Selection, refuse_older};
use crate::domain::replay::{BegunBy, Replay, ReplayState, Skipped};
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::replay_range::Counted;
use crate::store::replays::{ReplayBegun, ReplayStopped};
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::query::Query;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/replays").post(create).get(list))
        .service(resource("/v1/replays/{id}").get(read))
        .service(resource("/v1/replays/{id}/cancel").post(cancel));
}

/// Sends the ended deliveries of a time again, as a job that is paced below what is new; or counts them (`dryRun`).
#[utoipa::path(post, path = "/v1/replays", tag = "replays", request_body = ReplayBody, responses(
    (status = 201, description = "It runs.", body = ReplayView),
    (status = 200, description = "With `dryRun`: what it would be about.", body = ReplayCount),
    (status = 409, description = "Another job of the app runs."),
))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: ReplayBody = body.read()?;
    let app = web.actions.app(&caller, given.app_id()).await?;
    let (now, is_dry_run) = (web.node.clock.now(), given.is_dry_run());
    let selection = given.into_asked().selection(now)?;
    check_first(&web, &app, &selection, now).await?;
    let counted = web.dispatcher.replays.count(&app.id, selection.clone(), is_dry_run, now).await?;
    let Counted::All { total, skipped } = counted else {
        let message = format!("takes in {MOST} deliveries or more; narrow it, and replay the rest after that");
        return Err(Problem::field(selection.range.field(), message));
    };
    if is_dry_run {
        return Ok(respond::ok(&ReplayCount::new(app.id, &selection, total, skipped)));
    }
    let replay = Replay {
        id: random::new_id("rpl"),
        app_id: app.id,
        selection,
        state: ReplayState::Running,
        total,
        done: 0,
        skipped: Skipped::default(),
        begun_by: BegunBy { token_id: caller.id().to_owned(), name: caller.name().to_owned() },
        created_at: now,
        ended_at: None,
    };
    match web.dispatcher.replays.begin(replay.clone()).await? {
        ReplayBegun::Begun => {
            tracing::info!(replay = replay.id, app = replay.app_id, by = caller.id(), total, "a replay begins");
            Ok(respond::created(&ReplayView::from(replay)))
        }
        ReplayBegun::AnotherRuns(id) => {
            Err(Problem::conflict(format!("The replay {id} of this app runs; wait for its end, or cancel it.")))
        }
        ReplayBegun::UnknownApp => Err(Problem::not_found("app")),
    }
}

/// Lists replays, newest first.
#[utoipa::path(get, path = "/v1/replays", tag = "replays",
    params(("appId" = Option<String>, Query), ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<ReplayView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &["appId", "limit", "cursor"])?;
    let app_ids = app_ids(&web, &caller, &query).await?;
    let listed = web.node.store.replays(app_ids, list::page_of("rpl", &query)?).await?;
    Ok(respond::ok(&PageOf::from(listed.map(ReplayView::from))))
}

/// Reads a replay.
#[utoipa::path(get, path = "/v1/replays/{id}", tag = "replays", params(("id" = String, Path)),
    responses((status = 200, description = "The replay.", body = ReplayView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    Ok(respond::ok(&ReplayView::from(own(&web, &caller, &id).await?)))
}

/// Stops a replay. What it has reopened is sent; nothing more is reopened.
#[utoipa::path(post, path = "/v1/replays/{id}/cancel", tag = "replays", params(("id" = String, Path)), responses(
    (status = 200, description = "It is stopped.", body = ReplayView),
    (status = 409, description = "It has ended."),
))]
pub(in crate::web) async fn cancel(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    own(&web, &caller, &id).await?;
    match web.dispatcher.replays.stop(id.clone()).await? {
        ReplayStopped::Stopped => Ok(respond::ok(&ReplayView::from(own(&web, &caller, &id).await?))),
        ReplayStopped::HadEnded => Err(Problem::conflict("The replay has ended; there is nothing to cancel.")),
    }
}

/// The job with this id, if the caller may know of its app.
async fn own(web: &Web, caller: &Caller, id: &str) -> Result<Replay, Problem> {
    let unknown = || Problem::not_found("replay");
    let found = web.node.store.replay_job(id.to_owned()).await?.ok_or_else(unknown)?;
    if web.actions.may_know_of(caller, &found.app_id).await? { Ok(found) } else { Err(unknown()) }
}

/// The delivery that a range begins with is one of the app, and not too old.
async fn check_first(web: &Web, app: &App, selection: &Selection, now: Timestamp) -> Result<(), Problem> {
    let Range::Since { delivery_id } = &selection.range else { return Ok(()) };
    let found = web.node.store.delivery(delivery_id.clone()).await?;
    let Some((first, _)) = found.filter(|(delivery, _)| delivery.app_id == app.id) else {
        return Err(Problem::field("sinceDeliveryId", "names no delivery of this app"));
    };
    Ok(refuse_older(first.created_at, now)?)
}
