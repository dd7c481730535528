//! `/v1/completions`: what was recorded, for whoever may know of its app.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};

use super::criteria::{filter, status};
use super::exports;
use crate::actions::caller::Caller;
use crate::actions::scope::Filter;
use crate::web::list::{self, PageOf};
use crate::web::query::Query;
use crate::web::views::{CompletionView, CompletionWithDeliveries};
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/completions").get(list)).service(resource("/v1/completions/{id}").get(read));
}

/// Lists completions, newest first, or exports all of them.
///
/// With `format=csv` or `format=ndjson` (or `Accept: text/csv` or `application/x-ndjson`) the answer is a stream of
/// everything that matches, without pages: what a publisher catches up with after an outage. The connection is broken
/// off where the stream cannot go on, so that what came to its end is complete. In CSV (RFC 4180, with a header line) an
/// absent value is an empty cell, and a text that a spreadsheet would take for a formula, because it begins with `=`,
/// `+`, `-`, `@`, a tab or a line break, has a `'` before it; numbers are left as they are. NDJSON has the items of the
/// list, one on each line, with every text as it is.
///
/// `offerId` and `deliveryStatus` are in no index: one call looks through 100,000 records for them, or through a time of at
/// most 31 days (`from`, `to`), and is answered 422 `narrow-it` where that is not enough. Two such reads of a token are
/// answered at a time.
#[utoipa::path(get, path = "/v1/completions", tag = "completions",
    params(("appId" = Option<String>, Query), ("userId" = Option<String>, Query), ("offerId" = Option<String>, Query),
        ("transactionId" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("reversed" = Option<bool>, Query, description = "Whether anything was taken back"),
        ("deliveryStatus" = Option<String>, Query,
            description = "With a callback (of its own, not of a reversal) in this state, as long as that is kept"),
        ("format" = Option<String>, Query, description = "`json`, `csv` or `ndjson`"),
        ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page, or everything.", content(
        (PageOf<CompletionView> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")))))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &KNOWN)?;
    let filter = Filter {
        user_id: query.text("userId").map(str::to_owned),
        offer_id: query.text("offerId").map(str::to_owned),
        reversed: query.truth("reversed")?,
        status: status(&query, "deliveryStatus")?,
        ..filter(&query)?
    };
    if let Some(format) = exports::format(&query, &request)? {
        return Ok(exports::answer(web.actions.export(&caller, filter).await?, format));
    }
    let listed = web.actions.completions(&caller, filter, list::page_of("cmp", &query)?).await?;
    Ok(respond::ok(&PageOf::from(listed.map(CompletionView::from))))
}

/// What a list of completions is asked by.
const KNOWN: [&str; 11] = [
    "appId",
    "userId",
    "offerId",
    "transactionId",
    "from",
    "to",
    "reversed",
    "deliveryStatus",
    "format",
    "limit",
    "cursor",
];

/// Reads a completion with its deliveries and reversals.
#[utoipa::path(get, path = "/v1/completions/{id}", tag = "completions", params(("id" = String, Path)),
    responses((status = 200, description = "The completion.", body = CompletionWithDeliveries)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    let record = web.actions.completion(&caller, &id).await?;
    Ok(respond::ok(&CompletionWithDeliveries::new(&web.node, record)))
}
