//! Reporting: `POST /v1/conversions`, `/batch`, and `GET /v1/conversions/{externalId}`.
//!
//! Verified first, read afterwards: nobody unknown learns what is wrong with a report.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::error::{Problem, ProblemKind};
use super::query::Query;
use super::reported::Reported;
use super::signed::SignedBody;
use super::views::CompletionWithDeliveries;
use super::{Answer, Web, resource, respond, signed};
use crate::actions::recorded::recorded;
use crate::domain::fields::Fields;
use crate::domain::json::{FirstOf, Object};
use crate::domain::manual::Reporter;

/// Largest body of a batch, by the contract.
const LARGEST_BATCH: usize = 8 * 1024 * 1024;
/// Most conversions of a batch.
pub(super) const MOST: usize = 1_000;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/conversions").post(report))
        // Before what is named by any id, and read as well, because a completion may be called `batch`.
        .service(resource("/v1/conversions/{externalId:batch}").post(report_batch).get(read))
        .service(resource("/v1/conversions/{externalId}").get(read));
}

/// A completion as it is reported.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "described here for OpenAPI; read by `domain::report`, which keeps the amounts' digits")]
pub(super) struct Conversion {
    /// The source's stable id, 1–128 characters.
    external_id: String,
    /// What receivers see; default: `externalId` behind the source's prefix.
    transaction_id: Option<String>,
    /// `sale`, `install`, `survey`, `deal`, …
    event_type: String,
    /// The app, by id or ref; may be left out by a source that is bound to one app, and where a click is given.
    app_id: Option<String>,
    /// The publisher's user; may be left out where a click is given.
    user_id: Option<String>,
    offer_id: Option<String>,
    offer_name: Option<String>,
    goal_id: Option<String>,
    note: Option<String>,
    /// A decimal, as a number or a text; kept digit for digit.
    user_reward: Option<String>,
    reward_minor: Option<i64>,
    payout_minor: Option<i64>,
    gross_minor: Option<i64>,
    /// ISO 4217; default USD.
    currency: Option<String>,
    /// RFC 3339 or Unix milliseconds; default: now.
    occurred_at: Option<String>,
    /// A click of the tracking link, which resolves app, user and offer. It converts once, or each goal once.
    click_id: Option<String>,
    /// At most 20 pairs of text.
    #[schema(value_type = Option<Object>)]
    extra: Option<Value>,
}

/// Many completions under one signature.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "described here for OpenAPI; read item by item, so that a bad one refuses only itself")]
pub(super) struct Batch {
    /// 1 to 1,000.
    conversions: Vec<Conversion>,
}

/// The answers to a batch, in order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BatchResults {
    /// Each the answer to one conversion, or `{status: "refused", problem}`.
    #[schema(value_type = Vec<Object>)]
    results: Vec<Value>,
}

/// Reports one completion; with the event type `refund`, `reversal` or `chargeback`, the whole of it taken back.
#[utoipa::path(post, path = "/v1/conversions", tag = "reporting", security(("surface" = [])),
    params(("dryRun" = Option<String>, Query, description = "`1`: answer without recording")),
    request_body = Conversion,
    responses((status = 200, description = "Recorded, now or before.", body = Reported)))]
pub(super) async fn report(web: Data<Web>, request: HttpRequest, body: SignedBody) -> Answer {
    let source = signed::source(&web, &request, body.bytes()).await?;
    let dry_run = dry_run(&request)?;
    let object = Object::parse(body.bytes())?;
    let answers = web.dispatcher.intake.report(Reporter::Source(source), vec![object], dry_run).await?;
    let answer = answers.into_iter().next();
    let answer = answer.ok_or_else(|| Problem::new(ProblemKind::Internal, "A report was not answered."))?;
    Ok(respond::ok(&Reported::of(&web.node, recorded(answer)?)))
}

/// Reports up to 1,000 completions.
#[utoipa::path(post, path = "/v1/conversions/batch", tag = "reporting", security(("surface" = [])),
    params(("dryRun" = Option<String>, Query, description = "`1`: answer without recording")),
    request_body = Batch,
    responses((status = 200, description = "Each answered by itself.", body = BatchResults)))]
pub(super) async fn report_batch(web: Data<Web>, request: HttpRequest, body: SignedBody<LARGEST_BATCH>) -> Answer {
    let source = signed::source(&web, &request, body.bytes()).await?;
    let dry_run = dry_run(&request)?;
    // One place per conversion: a refusal, or none where the intake has the word.
    let mut refusals = Vec::new();
    let mut objects = Vec::new();
    for item in conversions(body.bytes())? {
        match Object::parse(item.get().as_bytes()) {
            Ok(object) => {
                objects.push(object);
                refusals.push(None);
            }
            Err(malformed) => refusals.push(Some(malformed.into())),
        }
    }
    let mut answers = web.dispatcher.intake.report(Reporter::Source(source), objects, dry_run).await?.into_iter();
    let result = |refusal: Option<Problem>| match refusal {
        Some(problem) => Some(refused(&problem)),
        None => answers.next().map(|answer| match recorded(answer) {
            Ok(recorded) => serde_json::to_value(Reported::of(&web.node, recorded)).unwrap_or_default(),
            Err(refusal) => refused(&refusal.into()),
        }),
    };
    let results = refusals.into_iter().filter_map(result).collect();
    Ok(respond::ok(&BatchResults { results }))
}

/// Looks a reported completion up, with its deliveries and reversals.
#[utoipa::path(get, path = "/v1/conversions/{externalId}", tag = "reporting", security(("surface" = [])),
    params(("externalId" = String, Path)),
    responses((status = 200, description = "The completion.", body = CompletionWithDeliveries)))]
pub(super) async fn read(web: Data<Web>, request: HttpRequest, external_id: Path<String>) -> Answer {
    let source = signed::source(&web, &request, b"").await?;
    let store = &web.node.store;
    let found = store.reported_completion(Some(&source.id), external_id.into_inner()).await?;
    let completion = found.ok_or_else(|| Problem::not_found("completion"))?;
    let record = web.actions.record_of(completion).await?;
    Ok(respond::ok(&CompletionWithDeliveries::new(&web.node, record)))
}

pub(super) fn dry_run(request: &HttpRequest) -> Result<bool, Problem> {
    match Query::read(request.query_string(), &["dryRun"])?.text("dryRun") {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true") => Ok(true),
        Some(_) => Err(Problem::field("dryRun", "must be 1 or 0")),
    }
}

/// The items of a batch, still as they were written.
fn conversions(body: &[u8]) -> Result<Vec<Box<RawValue>>, Problem> {
    // Only the outermost object: keys that stand twice within an item refuse that item alone.
    let object = Object::outermost(body)?;
    let mut fields = Fields::of(&object);
    fields.refuse_unknown(&["conversions"]);
    fields.into_faults().into_result()?;
    let list = object.0.first().map(|(_, value)| serde_json::from_str::<FirstOf<MOST>>(value.get()));
    match list {
        Some(Ok(FirstOf { items, count })) if (1..=MOST).contains(&count) => Ok(items),
        Some(Ok(FirstOf { count, .. })) => {
            Err(Problem::field("conversions", format!("must have 1 to {MOST} items, not {count}")))
        }
        Some(Err(_)) => Err(Problem::field("conversions", "must be an array")),
        None => Err(Problem::field("conversions", "is required")),
    }
}

fn refused(problem: &Problem) -> Value {
    serde_json::json!({ "status": "refused", "problem": problem.body() })
}
