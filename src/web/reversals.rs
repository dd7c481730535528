//! `POST /v1/reversals`: a completion taken back by the source that reported it.

use actix_web::HttpRequest;
use actix_web::web::{Data, ServiceConfig};
use utoipa::ToSchema;

use super::reported::ReversalAnswer;
use super::reports::dry_run;
use super::signed::SignedBody;
use super::{Answer, Web, resource, respond, signed};
use crate::actions::recorded::recorded_reversal;
use crate::domain::json::Object;
use crate::domain::manual::Reporter;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/reversals").post(report));
}

/// A reversal as it is reported. Without amounts it takes the whole back.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = Reversal)]
#[expect(dead_code, reason = "described here for OpenAPI; read by `domain::reversal`, which keeps the amounts' digits")]
pub(super) struct ReversalBody {
    /// The completion, by the source's own id of it.
    external_id: String,
    /// The source's id of the reversal, on which it is idempotent; a part needs one.
    reversal_id: Option<String>,
    /// Of the publisher's payout.
    payout_minor: Option<i64>,
    /// Of the user's reward in the payout currency.
    reward_minor: Option<i64>,
    /// Of the user's reward in the app's currency: a decimal, as a number or a text.
    user_reward: Option<String>,
    /// `refund`, `chargeback`, `fraud`, `duplicate` or `other`, which is the default.
    reason: Option<String>,
    /// RFC 3339 or Unix milliseconds; default: now.
    occurred_at: Option<String>,
}

/// Takes a completion back, wholly or in part.
#[utoipa::path(post, path = "/v1/reversals", tag = "reporting", security(("surface" = [])),
    params(("dryRun" = Option<String>, Query, description = "`1`: answer without recording")), request_body = ReversalBody,
    responses((status = 200, description = "Recorded, now or before.", body = ReversalAnswer)))]
pub(super) async fn report(web: Data<Web>, request: HttpRequest, body: SignedBody) -> Answer {
    let source = signed::source(&web, &request, body.bytes()).await?;
    let object = Object::parse(body.bytes())?;
    let reporter = Reporter::Source(source);
    let answer = web.dispatcher.reversals.reverse(&reporter, &object, dry_run(&request)?).await?;
    Ok(respond::ok(&ReversalAnswer::of(&web.node, recorded_reversal(answer)?)))
}
