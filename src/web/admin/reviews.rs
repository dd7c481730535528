//! `/v1/completions/{id}/release` and `/reject`: what was held for review, decided by an account manager or operator.

use actix_web::web::{Data, Path, ServiceConfig};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::domain::completion::Completion;
use crate::domain::manual::Manual;
use crate::domain::reversal::Reason;
use crate::store::queue::Decided;
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::views::CompletionWithDeliveries;
use crate::web::{Answer, Web, resource, respond};

/// What a reversal that comes of a rejection is marked with.
const REJECTED: &str = "rejected in review";

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
    let completion = reviewed(&web, &id).await?;
    let decided = web.dispatcher.reviews.release(completion.id.clone()).await?;
    decided_on(&web, &caller, &completion.id, decided, "released").await
}

/// Rejects a completion in its review: it is never called back, and the ledger shows a whole reversal of it.
#[utoipa::path(post, path = "/v1/completions/{id}/reject", tag = "completions", params(("id" = String, Path)),
    request_body = Option<RejectBody>,
    responses((status = 200, description = "Rejected.", body = CompletionWithDeliveries)))]
pub(in crate::web) async fn reject(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let given: RejectBody = body.read_or_empty()?;
    let reason = given.reason.as_deref().map_or(Ok(Reason::Fraud), read_reason)?;
    let completion = reviewed(&web, &id).await?;
    let completion_id = completion.id.clone();
    let by = Manual { token_id: caller.id().to_owned(), reason: REJECTED.to_owned() };
    let decided = web.dispatcher.reviews.reject(completion, reason, by).await?;
    decided_on(&web, &caller, &completion_id, decided, "rejected").await
}

/// The completion that is to be decided on.
async fn reviewed(web: &Web, id: &str) -> Result<Completion, Problem> {
    web.node.store.completion(id.to_owned()).await?.ok_or_else(|| Problem::not_found("completion"))
}

async fn decided_on(web: &Web, caller: &Caller, id: &str, decided: Decided, decision: &str) -> Answer {
    match decided {
        Decided::Done => {
            tracing::info!(completion = id, by = caller.id(), decision, "a review was decided");
            let completion = reviewed(web, id).await?;
            Ok(respond::ok(&CompletionWithDeliveries::read(&web.node, completion).await?))
        }
        Decided::NotInReview => Err(Problem::conflict(format!(
            "The completion is not in review, or not any more; it can not be {decision}."
        ))),
        Decided::Unknown => Err(Problem::not_found("completion")),
    }
}

fn read_reason(text: &str) -> Result<Reason, Problem> {
    let words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    Reason::parse(text).ok_or_else(|| Problem::field("reason", format!("must be one of {}", words.join(", "))))
}
