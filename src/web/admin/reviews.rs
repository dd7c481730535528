//! `/v1/completions/{id}/release` and `/reject`: what was held for review, decided by an account manager or operator.

use actix_web::web::{Data, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::web::json::Body;
use crate::web::views::CompletionWithDeliveries;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/completions/{id}/release").post(release))
        .service(resource("/v1/completions/{id}/reject").post(reject));
}

/// Why a completion is rejected.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RejectBody {
    /// `fraud` (default), `refund`, `chargeback`, `duplicate` or `other`.
    reason: Option<String>,
}

/// Releases a completion from its review: its callbacks are due at once.
#[utoipa::path(post, path = "/v1/completions/{id}/release", tag = "completions", params(("id" = String, Path)),
    responses((status = 200, description = "Released.", body = CompletionWithDeliveries),
        (status = 409, description = "It is not in review.")))]
pub(in crate::web) async fn release(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    let record = web.actions.release_completion(&caller, &id).await?;
    Ok(respond::ok(&CompletionWithDeliveries::new(&web.node, record)))
}

/// Rejects a completion in its review: it is never called back, and the ledger shows a whole reversal of it.
#[utoipa::path(post, path = "/v1/completions/{id}/reject", tag = "completions", params(("id" = String, Path)),
    request_body = Option<RejectBody>,
    responses((status = 200, description = "Rejected.", body = CompletionWithDeliveries)))]
pub(in crate::web) async fn reject(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let given: RejectBody = body.read_or_empty()?;
    let record = web.actions.reject_completion(&caller, &id, given.reason.as_deref()).await?;
    Ok(respond::ok(&CompletionWithDeliveries::new(&web.node, record)))
}
