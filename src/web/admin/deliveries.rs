//! `/v1/deliveries`: callbacks, their attempts, and the two things a person may do to one by hand.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};

use super::criteria::{filter, status};
use crate::actions::caller::Caller;
use crate::actions::scope::Filter;
use crate::web::list::{self, PageOf};
use crate::web::query::Query;
use crate::web::views::{DeliveryDetailView, DeliveryView};
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
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let known = ["appId", "status", "transactionId", "from", "to", "limit", "cursor"];
    let query = Query::read(request.query_string(), &known)?;
    let filter = Filter { status: status(&query, "status")?, ..filter(&query)? };
    let listed = web.actions.deliveries(&caller, filter, list::page_of("dlv", &query)?).await?;
    Ok(respond::ok(&PageOf::from(listed.map(|delivery| DeliveryView::new(&web.node, delivery)))))
}

/// Reads a delivery with its attempts, those that are still to come, and whose turn it is.
#[utoipa::path(get, path = "/v1/deliveries/{id}", tag = "deliveries", params(("id" = String, Path)),
    responses((status = 200, description = "The delivery.", body = DeliveryDetailView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    let detail = web.actions.delivery(&caller, &id).await?;
    Ok(respond::ok(&DeliveryDetailView::new(&web.node, detail)))
}

/// Sends an ended delivery again, under the same event id.
#[utoipa::path(post, path = "/v1/deliveries/{id}/replay", tag = "deliveries", params(("id" = String, Path)),
    responses((status = 200, description = "It is due at once.", body = DeliveryDetailView)))]
pub(in crate::web) async fn replay(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    let detail = web.actions.replay_delivery(&caller, &id).await?;
    Ok(respond::ok(&DeliveryDetailView::new(&web.node, detail)))
}

/// Ends a delivery that waits.
#[utoipa::path(post, path = "/v1/deliveries/{id}/cancel", tag = "deliveries", params(("id" = String, Path)),
    responses((status = 200, description = "It is canceled.", body = DeliveryDetailView)))]
pub(in crate::web) async fn cancel(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    let detail = web.actions.cancel_delivery(&caller, &id).await?;
    Ok(respond::ok(&DeliveryDetailView::new(&web.node, detail)))
}
