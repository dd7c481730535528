//! Crediting and taking back by hand, as support does every day: `POST /v1/apps/{id}/credits` and
//! `POST /v1/completions/{id}/reversals`. Recorded, called back and told apart from what sources report by `manual`.
//!
//! Bodies are read as reports are, so that an amount keeps its digits and a misspelt one is refused.

use actix_web::web::{Data, Path, ServiceConfig};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::domain::fields::Fields;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::domain::manual::{LONGEST_REASON, Manual, Reporter};
use crate::domain::reversal::ReversalReport;
use crate::random;
use crate::web::error::{Problem, ProblemKind};
use crate::web::json::Body;
use crate::web::reported::{Reported, ReversalAnswer};
use crate::web::{Answer, Web, resource, respond};

/// What a credit is called where nobody says otherwise; endpoints that chose their events choose this one or do without.
const EVENT_TYPE: &str = "credit";
/// Begins the names that nobody chose.
const PREFIX: &str = "manual";
/// What a click or a path says of a conversion, a person cannot.
const NOT_GIVEN: [&str; 2] = ["appId", "clickId"];

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/apps/{id}/credits").post(credit))
        .service(resource("/v1/completions/{id}/reversals").post(take_back));
}

/// A credit by hand: the fields of a conversion without app and click, and why. The amounts are as given, whatever the
/// app's terms are.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "described here for OpenAPI; read as a report, which keeps the amounts' digits")]
pub(in crate::web) struct Credit {
    /// Why, at most 500 characters.
    reason: String,
    /// The publisher's user.
    user_id: String,
    /// On which it is idempotent among credits by hand; default: a new one.
    external_id: Option<String>,
    /// Default: `credit`.
    event_type: Option<String>,
    /// A decimal, as a number or a text.
    user_reward: Option<String>,
    reward_minor: Option<i64>,
    payout_minor: Option<i64>,
    currency: Option<String>,
    offer_id: Option<String>,
    offer_name: Option<String>,
    goal_id: Option<String>,
    note: Option<String>,
}

/// A reversal by hand: without amounts of all that is left. No refund window ends it.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "described here for OpenAPI; read by `domain::reversal`, which keeps the amounts' digits")]
pub(in crate::web) struct TakingBack {
    /// Why, at most 500 characters.
    note: String,
    /// `refund`, `chargeback`, `fraud`, `duplicate` or `other`, which is the default.
    reason: Option<String>,
    /// On which it is idempotent; a part without one is a new part.
    reversal_id: Option<String>,
    payout_minor: Option<i64>,
    reward_minor: Option<i64>,
    /// A decimal, as a number or a text.
    user_reward: Option<String>,
}

/// Credits a user by hand.
#[utoipa::path(post, path = "/v1/apps/{id}/credits", tag = "by hand", params(("id" = String, Path)),
    request_body = Credit, responses((status = 200, description = "Recorded, now or before.", body = Reported)))]
pub(in crate::web) async fn credit(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let app_id = web.actions.app(&caller, &id).await?.id;
    let mut object = Object::parse(body.bytes())?;
    let mark = mark(&mut object, "reason", &caller)?;
    refuse(&object, &NOT_GIVEN)?;
    default(&mut object, "externalId", &random::new_id(PREFIX));
    default(&mut object, "eventType", EVENT_TYPE);
    let (app, by) = (app_id.clone(), mark.token_id.clone());
    let answers = web.dispatcher.intake.report(Reporter::Person { app_id, mark }, vec![object], false).await?;
    let answer = answers.into_iter().next();
    let answer = answer.ok_or_else(|| Problem::new(ProblemKind::Internal, "A credit was not answered."))?;
    let reported = Reported::of(&web.node, answer)?;
    tracing::info!(app, by, completion = reported.id(), "a credit was made by hand");
    Ok(respond::recorded(&reported))
}

/// Takes a completion back by hand, whoever reported it.
#[utoipa::path(post, path = "/v1/completions/{id}/reversals", tag = "by hand", params(("id" = String, Path)),
    request_body = TakingBack, responses((status = 200, description = "Recorded, now or before.", body = ReversalAnswer)))]
pub(in crate::web) async fn take_back(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let found = web.node.store.completion(id.into_inner()).await?;
    let completion = found.ok_or_else(|| Problem::not_found("completion"))?;
    let mut object = Object::parse(body.bytes())?;
    let mark = mark(&mut object, "note", &caller)?;
    refuse(&object, &["externalId"])?;
    default(&mut object, "externalId", &completion.external_id);
    let mut report = ReversalReport::parse(&object, web.node.clock.now())?;
    if !report.asked.is_all() && report.reversal_id.is_none() {
        report.reversal_id = Some(random::new_id(PREFIX));
    }
    let (completion_id, by) = (completion.id.clone(), mark.token_id.clone());
    let answer = web.dispatcher.reversals.take_back_of(completion, report, Some(mark), false).await?;
    let answer = ReversalAnswer::of(&web.node, answer)?;
    tracing::info!(completion = completion_id, by, reversal = answer.id, "a completion was taken back by hand");
    Ok(respond::recorded(&answer))
}

/// Who does it and why; the field is taken out of the rest, which is a report.
fn mark(object: &mut Object, field: &str, caller: &Caller) -> Result<Manual, Invalid> {
    let mut fields = Fields::of(object);
    let reason = fields.required_text(field, LONGEST_REASON);
    fields.into_faults().into_result()?;
    object.0.retain(|(name, _)| name != field);
    Ok(Manual { token_id: caller.id().to_owned(), reason })
}

fn refuse(object: &Object, names: &[&str]) -> Result<(), Invalid> {
    let mut faults = Invalid::none();
    for (name, _) in object.0.iter().filter(|(name, _)| names.contains(&name.as_str())) {
        faults.push(name.as_str(), "can not be given here");
    }
    faults.into_result()
}

/// Gives a field that was left out.
fn default(object: &mut Object, name: &str, value: &str) {
    if object.0.iter().all(|(given, _)| given != name) {
        let value = serde_json::Value::from(value).to_string();
        object.0.push((name.to_owned(), RawValue::from_string(value).expect("a JSON text is JSON")));
    }
}
