//! Crediting and taking back by hand, as support does every day: `POST /v1/apps/{id}/credits` and
//! `POST /v1/completions/{id}/reversals`. Recorded, called back and told apart from what sources report by `manual`.
//!
//! Bodies are read as reports are, so that an amount keeps its digits and a misspelt one is refused.

use actix_web::web::{Data, Path, ServiceConfig};
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::domain::json::Object;
use crate::web::json::Body;
use crate::web::reported::{Reported, ReversalAnswer};
use crate::web::{Answer, Web, resource, respond};

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
    let created = web.actions.credit(&caller, &id, Object::parse(body.bytes())?).await?;
    Ok(respond::recorded(&Reported::of(&web.node, created.made)))
}

/// Takes a completion back by hand, whoever reported it.
#[utoipa::path(post, path = "/v1/completions/{id}/reversals", tag = "by hand", params(("id" = String, Path)),
    request_body = TakingBack, responses((status = 200, description = "Recorded, now or before.", body = ReversalAnswer)))]
pub(in crate::web) async fn take_back(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let created = web.actions.take_back(&caller, &id, Object::parse(body.bytes())?).await?;
    Ok(respond::recorded(&ReversalAnswer::of(&web.node, created.made)))
}
