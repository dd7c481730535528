//! `/v1/replays`: jobs that send again what an outage left behind. One delivery is replayed by itself, under `/v1/deliveries`.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};

use super::replay_view::{ReplayBody, ReplayCount, ReplayView};
use crate::actions::caller::Caller;
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
    let (is_dry_run, app, asked) = given.into_parts();
    if is_dry_run {
        return Ok(respond::ok(&ReplayCount::from(web.actions.count_replay(&caller, &app, asked).await?)));
    }
    let created = web.actions.begin_replay(&caller, &app, asked).await?;
    Ok(respond::created(&ReplayView::from(created.made)))
}

/// Lists replays, newest first.
#[utoipa::path(get, path = "/v1/replays", tag = "replays",
    params(("appId" = Option<String>, Query), ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<ReplayView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &["appId", "limit", "cursor"])?;
    let listed = web.actions.replays(&caller, query.text("appId"), list::page_of("rpl", &query)?).await?;
    Ok(respond::ok(&PageOf::from(listed.map(ReplayView::from))))
}

/// Reads a replay.
#[utoipa::path(get, path = "/v1/replays/{id}", tag = "replays", params(("id" = String, Path)),
    responses((status = 200, description = "The replay.", body = ReplayView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    Ok(respond::ok(&ReplayView::from(web.actions.replay_job(&caller, &id).await?)))
}

/// Stops a replay. What it has reopened is sent; nothing more is reopened.
#[utoipa::path(post, path = "/v1/replays/{id}/cancel", tag = "replays", params(("id" = String, Path)), responses(
    (status = 200, description = "It is stopped.", body = ReplayView),
    (status = 409, description = "It has ended."),
))]
pub(in crate::web) async fn cancel(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    Ok(respond::ok(&ReplayView::from(web.actions.cancel_replay(&caller, &id).await?)))
}
