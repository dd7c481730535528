//! `/v1/completions`: what was recorded, for whoever may know of its app.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};

use super::criteria::{among, text};
use super::exports;
use crate::actions::caller::Caller;
use crate::actions::completions::CompletionFilter;
use crate::domain::completion::ReviewState;
use crate::domain::delivery::Status;
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
/// With `after`, the id of the newest item that somebody has seen, only what was recorded since then is listed, the newest
/// first; `nextCursor` goes on towards it. (Nodes make ids by their own clocks: what another node recorded at the same moment may
/// stand behind it.)
///
/// `offerId`, `deliveryStatus`, `eventType`, `manual` and `review` are in no index (but for `review=waiting`, while at most 10,000
/// completions wait): one call looks through 100,000 records for them, or through a time of at most 31 days (`from`, `to`), and is
/// answered 422 `narrow-it` where that is not enough. Two such reads of a token are answered at a time.
#[utoipa::path(get, path = "/v1/completions", tag = "completions",
    params(("appId" = Option<String>, Query), ("userId" = Option<String>, Query), ("offerId" = Option<String>, Query),
        ("transactionId" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("reversed" = Option<bool>, Query, description = "Whether anything was taken back"),
        ("deliveryStatus" = Option<String>, Query,
            description = "With a callback (of its own, not of a reversal) in this state, as long as that is kept"),
        ("eventType" = Option<String>, Query), ("manual" = Option<bool>, Query, description = "Whether it was credited by hand"),
        ("review" = Option<String>, Query, description = "Where its review stands, if it has one"),
        ("after" = Option<String>, Query, description = "Newer than the completion with this id"),
        ("format" = Option<String>, Query, description = "`json`, `csv` or `ndjson`"),
        ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page, or everything.", content(
        (PageOf<CompletionView> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")))))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &KNOWN)?;
    let filter = CompletionFilter {
        among: among("cmp", &query)?,
        user_id: text(&query, "userId"),
        transaction_id: text(&query, "transactionId"),
        offer_id: text(&query, "offerId"),
        event_type: text(&query, "eventType"),
        reversed: query.truth("reversed")?,
        manual: query.truth("manual")?,
        review: query.word("review", ReviewState::ALL, ReviewState::as_str)?,
        callback: query.word("deliveryStatus", Status::ALL, Status::as_str)?,
    };
    if let Some(format) = exports::format(&query, &request)? {
        return Ok(exports::answer(web.actions.export(&caller, filter).await?, format));
    }
    let listed = web.actions.completions(&caller, filter, list::page_of("cmp", &query)?).await?;
    Ok(respond::ok(&PageOf::from(listed.map(CompletionView::from))))
}

/// What a list of completions is asked by.
const KNOWN: [&str; 15] = [
    "appId",
    "userId",
    "offerId",
    "transactionId",
    "from",
    "to",
    "reversed",
    "deliveryStatus",
    "eventType",
    "manual",
    "review",
    "after",
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
