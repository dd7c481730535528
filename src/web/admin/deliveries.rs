//! `/v1/deliveries`: callbacks, their attempts, and the two things a person may do to one by hand.

use std::ops::RangeInclusive;

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};

use super::criteria::{among, text};
use crate::actions::caller::Caller;
use crate::actions::delivery_list::DeliveryFilter;
use crate::domain::delivery::{DeliveryKind, Outcome, Status, WaitingFor};
use crate::web::list::{self, PageOf};
use crate::web::query::Query;
use crate::web::views::{DeliveryDetailView, ListedDelivery};
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/deliveries").get(list))
        .service(resource("/v1/deliveries/{id}").get(read))
        .service(resource("/v1/deliveries/{id}/replay").post(replay))
        .service(resource("/v1/deliveries/{id}/cancel").post(cancel));
}

/// Lists deliveries, newest first.
///
/// All that is given must hold at once; of `status` and of `kind` one of those given. `outcome`, `statusCode` and `egressIp` are of the last
/// attempt. `waitingFor` is what a delivery waits for at the moment: of what is held its row says why, of what waits to be sent
/// the node that answers knows, as it shows it. `userId` finds what tells of a completion of the user; a test tells of none, and
/// its offer and reward are invented.
///
/// With `after`, the id of the newest item that somebody has seen, only what was added since then is listed, the newest first;
/// `nextCursor` goes on towards it. (Nodes make ids by their own clocks: what another node added at the same moment may stand
/// behind it.)
///
/// `outcome`, `statusCode`, `egressIp`, `waitingFor`, `endpointId`, `needsAttention` and a `kind` other than
/// `completion` are in no index: one call looks through 100,000
/// deliveries for them (of one app, and of a state other than `delivered`, where such are given), or through a time of at most 31
/// days (`from`, `to`), and is answered 422 `narrow-it` where that is not enough. For `userId` and `q` it looks through as many
/// completions of that user. Two such reads of a token are answered at a time.
#[utoipa::path(get, path = "/v1/deliveries", tag = "deliveries",
    params(("appId" = Option<String>, Query), ("publisherId" = Option<String>, Query, description = "Not beside `appId`"),
        ("status" = Option<Vec<String>>, Query, description = "May be given several times: in one of these states"),
        ("kind" = Option<Vec<String>>, Query, description = "May be given several times: of one of these kinds"),
        ("q" = Option<String>, Query, description = "Of this user, or with this transaction id; of tests, with this \
            transaction id. Beside none of `userId`, `transactionId` and `completionId`"),
        ("needsAttention" = Option<bool>, Query, description = "With `true` what is held until somebody fixes something, and \
            what was created in the last 7 days and is dead; tests are left out"),
        ("userId" = Option<String>, Query), ("transactionId" = Option<String>, Query),
        ("completionId" = Option<String>, Query), ("endpointId" = Option<String>, Query),
        ("outcome" = Option<String>, Query, description = "How the last attempt ended"),
        ("statusCode" = Option<u16>, Query, description = "What the receiver answered to the last attempt"),
        ("egressIp" = Option<String>, Query, description = "The address that the last attempt left from"),
        ("waitingFor" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("after" = Option<String>, Query, description = "Newer than the delivery with this id"),
        ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<ListedDelivery>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read_repeating(request.query_string(), &KNOWN, &["status", "kind"])?;
    let filter = DeliveryFilter {
        among: among("dlv", &query)?,
        statuses: query.words("status", Status::ALL, Status::as_str)?,
        kinds: query.words("kind", DeliveryKind::ALL, DeliveryKind::as_str)?,
        user_id: text(&query, "userId"),
        transaction_id: text(&query, "transactionId"),
        about: text(&query, "q"),
        completion_id: text(&query, "completionId"),
        endpoint_id: text(&query, "endpointId"),
        outcome: query.word("outcome", Outcome::ALL, Outcome::as_str)?,
        status_code: query.number("statusCode", STATUS_CODES)?,
        egress_ip: query.address("egressIp")?,
        waiting_for: query.word("waitingFor", WaitingFor::ALL, WaitingFor::as_str)?,
        needs_attention: query.truth("needsAttention")?.unwrap_or_default(),
    };
    let listed = web.actions.deliveries(&caller, filter, list::page_of("dlv", &query)?).await?;
    Ok(respond::ok(&PageOf::from(listed.map(ListedDelivery::from))))
}

/// What a receiver can have answered.
const STATUS_CODES: RangeInclusive<u16> = 100..=999;

/// What a list of deliveries is asked by.
const KNOWN: [&str; 19] = [
    "appId",
    "publisherId",
    "status",
    "kind",
    "userId",
    "transactionId",
    "q",
    "needsAttention",
    "completionId",
    "endpointId",
    "outcome",
    "statusCode",
    "egressIp",
    "waitingFor",
    "from",
    "to",
    "after",
    "limit",
    "cursor",
];

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
