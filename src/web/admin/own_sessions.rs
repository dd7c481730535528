//! `/v1/me/sessions`: where a person is signed in, and how it signs out there.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};

use crate::actions::caller::Caller;
use crate::web::list::{self, PageOf};
use crate::web::views::SessionView;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/me/sessions").get(list).delete(end_others))
        .service(resource("/v1/me/sessions/{id}").delete(end));
}

/// Lists where one is signed in.
#[utoipa::path(get, path = "/v1/me/sessions", tag = "people",
    params(("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<SessionView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let page = list::only_page(request.query_string())?;
    let own = list::page_of_few(web.actions.own_sessions(&caller).await?, &page, |session| &session.id);
    Ok(respond::ok(&own.map(|session| SessionView::new(session, caller.session_id()))))
}

/// Signs out everywhere else.
#[utoipa::path(delete, path = "/v1/me/sessions", tag = "people",
    responses((status = 204, description = "All sessions but this one have ended.")))]
pub(in crate::web) async fn end_others(caller: Caller, web: Data<Web>) -> Answer {
    web.actions.end_other_sessions(&caller).await?;
    Ok(respond::deleted())
}

/// Ends one of one's own sessions; with its own id: signs out.
#[utoipa::path(delete, path = "/v1/me/sessions/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204, description = "It has ended.")))]
pub(in crate::web) async fn end(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    web.actions.end_own_session(&caller, &id).await?;
    Ok(respond::deleted())
}
