//! `GET /v1/ledger`: what was given, taken back and told, by app, day and currency.
//!
//! The figures are computed from the records when they are asked for, so they cannot differ from them.

use actix_web::HttpRequest;
use actix_web::web::{Data, ServiceConfig};

use super::ledger_view::LedgerView;
use super::{csv, ledger_csv};
use crate::actions::asked::Asked;
use crate::actions::caller::Caller;
use crate::web::error::Problem;
use crate::web::query::Query;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/ledger").get(read));
}

/// Adds up what was recorded, by app, day and currency.
///
/// With `format=csv` (or `Accept: text/csv`) the answer is the items alone, as lines of CSV (RFC 4180) behind a header line: the
/// figures digit for digit, without totals.
#[utoipa::path(get, path = "/v1/ledger", tag = "ledger",
    params(("appId" = Option<String>, Query, description = "Default: all apps that the caller may see"),
        ("publisherId" = Option<String>, Query, description = "All apps of this publisher; not beside `appId`"),
        ("from" = Option<String>, Query, description = "The first day of UTC, `2026-11-01`; default: 29 days before `to`"),
        ("to" = Option<String>, Query, description = "The last day, included; default: today. At most 400 days"),
        ("format" = Option<String>, Query, description = "`json` or `csv`")),
    responses((status = 200, description = "The figures.", content(
        (LedgerView = "application/json"), (String = "text/csv")))))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &["appId", "publisherId", "from", "to", "format"])?;
    let is_csv = match query.text("format") {
        Some("json") => false,
        Some("csv") => true,
        Some(_) => return Err(Problem::field("format", "must be json or csv")),
        None => csv::accepts(&request, "text/csv"),
    };
    let (from, to) = (query.day("from")?, query.day("to")?);
    let asked = Asked { app: query.text("appId"), publisher: query.text("publisherId") };
    let view = LedgerView::from(web.actions.ledger(&caller, asked, from, to).await?);
    Ok(if is_csv { ledger_csv::answer(view.items) } else { respond::ok(&view) })
}
