//! `/v1/deliveries`: callbacks, their attempts, and the two things a person may do to one by hand.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};

use super::criteria::{criteria, status};
use crate::domain::attempt::Attempt;
use crate::domain::delivery::Delivery;
use crate::domain::replay::Refusal;
use crate::store::lookups::Criteria;
use crate::store::operator_actions::ActionOutcome;
use crate::web::auth::{Caller, Member};
use crate::web::error::Problem;
use crate::web::list::{self, PageOf};
use crate::web::query::Query;
use crate::web::views::{DeliveryView, DeliveryWithAttempts};
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/deliveries").get(list))
        .service(resource("/v1/deliveries/{id}").get(read))
        .service(resource("/v1/deliveries/{id}/replay").post(replay))
        .service(resource("/v1/deliveries/{id}/cancel").post(cancel));
}

/// Lists deliveries, newest first.
#[utoipa::path(get, path = "/v1/deliveries", tag = "deliveries",
    params(("appId" = Option<String>, Query), ("status" = Option<String>, Query),
        ("transactionId" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<DeliveryView>)))]
pub(in crate::web) async fn list(Member(caller): Member, web: Data<Web>, request: HttpRequest) -> Answer {
    let known = ["appId", "status", "transactionId", "from", "to", "limit", "cursor"];
    let query = Query::read(request.query_string(), &known)?;
    let status = status(&query, "status")?;
    let criteria = Criteria { status, ..criteria(&web, &caller, &query).await? };
    let _reading = web.reads.begin(&caller)?;
    let listed = web.node.store.deliveries(criteria, list::page_of("dlv", &query)?).await?;
    Ok(respond::ok(&PageOf::from(listed.map(|delivery| DeliveryView::new(&web.node, delivery)))))
}

/// Reads a delivery with its attempts.
#[utoipa::path(get, path = "/v1/deliveries/{id}", tag = "deliveries", params(("id" = String, Path)),
    responses((status = 200, description = "The delivery.", body = DeliveryWithAttempts)))]
pub(in crate::web) async fn read(Member(caller): Member, web: Data<Web>, id: Path<String>) -> Answer {
    let (delivery, attempts) = own(&web, &caller, &id).await?;
    Ok(respond::ok(&DeliveryWithAttempts::new(&web.node, delivery, attempts)))
}

/// Sends an ended delivery again, under the same event id.
#[utoipa::path(post, path = "/v1/deliveries/{id}/replay", tag = "deliveries", params(("id" = String, Path)),
    responses((status = 200, description = "It is due at once.", body = DeliveryWithAttempts)))]
pub(in crate::web) async fn replay(Member(caller): Member, web: Data<Web>, id: Path<String>) -> Answer {
    own(&web, &caller, &id).await?;
    let done = web.node.store.replay(id.clone(), web.node.clock.now()).await?;
    web.node.work_is_due();
    act(&web, &caller, &id, done, "replayed only once it has ended: delivered, dead or canceled").await
}

/// Ends a delivery that waits.
#[utoipa::path(post, path = "/v1/deliveries/{id}/cancel", tag = "deliveries", params(("id" = String, Path)),
    responses((status = 200, description = "It is canceled.", body = DeliveryWithAttempts)))]
pub(in crate::web) async fn cancel(Member(caller): Member, web: Data<Web>, id: Path<String>) -> Answer {
    own(&web, &caller, &id).await?;
    let done = web.node.store.cancel(id.clone(), web.node.clock.now()).await?;
    act(&web, &caller, &id, done, "canceled only while it waits: pending, retrying or held").await
}

/// The delivery with this id, if the caller may know of its app.
async fn own(web: &Web, caller: &Caller, id: &str) -> Result<(Delivery, Vec<Attempt>), Problem> {
    let unknown = || Problem::not_found("delivery");
    let found = web.node.store.delivery(id.to_owned()).await?.ok_or_else(unknown)?;
    if web.may_know_of(caller, &found.0.app_id).await? { Ok(found) } else { Err(unknown()) }
}

async fn act(web: &Web, caller: &Caller, id: &str, done: ActionOutcome, rule: &str) -> Answer {
    match done {
        ActionOutcome::Done => {
            let (delivery, attempts) = own(web, caller, id).await?;
            Ok(respond::ok(&DeliveryWithAttempts::new(&web.node, delivery, attempts)))
        }
        ActionOutcome::NotFrom(status) => {
            Err(Problem::conflict(format!("The delivery is {}; it can be {rule}.", status.as_str())))
        }
        ActionOutcome::Refused(refusal) => Err(Problem::conflict(match refusal {
            Refusal::Erased => "The user was erased; nobody can be told of what is nobody's any more.",
            Refusal::Archived => "The app or endpoint is archived; nobody would receive it.",
            Refusal::Reversed => {
                "What this delivery tells has been taken back, and the receiver knows of that; it can not be told once more."
            }
            Refusal::InReview => "What this delivery tells is in review; it can be told once that is over.",
        })),
        ActionOutcome::Unknown => Err(Problem::not_found("delivery")),
    }
}
