//! `POST /v1/reversals`: a completion taken back by the source that reported it.

use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::Problem;
use super::reports::{ReportedDelivery, dry_run};
use super::{Web, answer, json, resource, signed};
use crate::dispatch::machine::Machine;
use crate::dispatch::reversing::{Answer, TakenBack};
use crate::domain::invalid::Invalid;
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

/// The answer to a reversal.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReversalAnswer {
    /// The reversal's id.
    id: String,
    /// `accepted` or `duplicate`.
    status: &'static str,
    /// What receivers call the completion.
    transaction_id: String,
    /// The callbacks that tell of it.
    deliveries: Vec<ReportedDelivery>,
    /// Endpoints that are not told of it, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_told: Vec<NotToldView>,
}

/// An endpoint that is not told.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotToldView {
    endpoint_id: String,
    reason: &'static str,
}

/// Takes a completion back, wholly or in part.
#[utoipa::path(post, path = "/v1/reversals", tag = "reporting", security(("surface" = [])),
    params(("dryRun" = Option<String>, Query, description = "`1`: answer without recording")), request_body = ReversalBody,
    responses((status = 200, description = "Recorded, now or before.", body = ReversalAnswer)))]
pub(super) async fn report(web: Data<Web>, request: HttpRequest, body: json::Body) -> Result<HttpResponse, Problem> {
    let source = signed::source(&web, &request, body.bytes()).await?;
    let object = Object::parse(body.bytes()).map_err(|malformed| Problem::malformed(malformed.to_string()))?;
    let reporter = Reporter::Source(source);
    let answer = web.machine.intake.reverse(&reporter, &object, dry_run(&request)?).await?;
    Ok(answer::ok(&ReversalAnswer::of(&web.machine, answer)?))
}

impl ReversalAnswer {
    /// What an answer says, or the problem that it means.
    pub(super) fn of(machine: &Machine, answer: Answer) -> Result<Self, Problem> {
        let (status, taken_back) = taken_back(answer)?;
        let TakenBack { reversal, transaction_id, deliveries, not_told } = taken_back;
        let deliveries = deliveries.iter().map(|delivery| ReportedDelivery::of(machine, delivery)).collect();
        let not_told =
            not_told.into_iter().map(|silent| NotToldView { endpoint_id: silent.endpoint_id, reason: silent.reason });
        let not_told = not_told.collect();
        Ok(Self { id: reversal.id, status, transaction_id, deliveries, not_told })
    }
}

/// What was taken back and whether just now, or the problem that an answer means.
pub(super) fn taken_back(answer: Answer) -> Result<(&'static str, TakenBack), Problem> {
    match answer {
        Answer::Accepted(taken_back) => Ok(("accepted", taken_back)),
        Answer::Duplicate(taken_back) => Ok(("duplicate", taken_back)),
        Answer::Unknown => Err(Problem::not_found("completion")),
        Answer::Invalid(invalid) => Err(invalid.into()),
        Answer::Conflict(fields) => {
            let mut invalid = Invalid::none();
            for field in fields {
                invalid.push(field, "differs from what was recorded under this reversalId");
            }
            let detail = "This reversal is recorded with other amounts; nothing was changed.";
            Err(Problem::conflict(detail).with_errors(invalid))
        }
    }
}
