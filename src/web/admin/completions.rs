//! `/v1/completions`: what was recorded, for whoever may know of its app.

use actix_web::web::{Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use crate::store::ledger::Criteria;
use crate::web::auth::{Caller, Member};
use crate::web::error::Problem;
use crate::web::list::{self, PageOf};
use crate::web::query::Query;
use crate::web::views::{CompletionView, CompletionWithDeliveries};
use crate::web::{Web, answer, resource};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/completions").get(list)).service(resource("/v1/completions/{id}").get(read));
}

/// Lists completions, newest first.
#[utoipa::path(get, path = "/v1/completions", tag = "completions",
    params(("appId" = Option<String>, Query), ("userId" = Option<String>, Query),
        ("transactionId" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<CompletionView>)))]
pub(in crate::web) async fn list(
    Member(caller): Member,
    web: Data<Web>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let known = ["appId", "userId", "transactionId", "from", "to", "limit", "cursor"];
    let query = Query::read(request.query_string(), &known)?;
    let criteria =
        Criteria { user_id: query.text("userId").map(str::to_owned), ..criteria(&web, &caller, &query).await? };
    let listed = web.machine.store.completions(criteria, list::page(&query)?).await?;
    Ok(answer::ok(&PageOf::from(listed.map(CompletionView::from))))
}

/// Reads a completion with its deliveries and reversals.
#[utoipa::path(get, path = "/v1/completions/{id}", tag = "completions", params(("id" = String, Path)),
    responses((status = 200, description = "The completion.", body = CompletionWithDeliveries)))]
pub(in crate::web) async fn read(
    Member(caller): Member,
    web: Data<Web>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::not_found("completion");
    let completion = web.machine.store.completion(id.into_inner()).await?.ok_or_else(unknown)?;
    if !web.may_know_of(&caller, &completion.app_id).await? {
        return Err(unknown());
    }
    Ok(answer::ok(&CompletionWithDeliveries::read(&web.machine, completion).await?))
}

/// What completions and deliveries are both looked for by, limited to the apps that the caller sees.
pub(super) async fn criteria(web: &Web, caller: &Caller, query: &Query) -> Result<Criteria, Problem> {
    let app_ids = match (query.text("appId"), caller.limited_to()) {
        (Some(named), _) => Some(vec![web.app(caller, named).await?.app.id]),
        (None, None) => None,
        (None, Some(publisher)) => Some(web.machine.store.app_ids_of(publisher).await?),
    };
    Ok(Criteria {
        app_ids,
        transaction_id: query.text("transactionId").map(str::to_owned),
        from: query.instant("from")?,
        to: query.instant("to")?,
        ..Criteria::default()
    })
}
