//! Exports: everything that matches, as CSV or NDJSON, read page by page while it is sent, so that no size of history
//! needs more memory than a page.

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt;
use futures_util::stream::{once, try_unfold};

use super::csv::{self, accepts, cell};
use crate::actions::completions::Export;
use crate::domain::delivery::Status;
use crate::domain::ledger::TakenInSum;
use crate::store::StoreError;
use crate::store::completion_lists::Entry;
use crate::web::error::Problem;
use crate::web::query::Query;
use crate::web::respond;
use crate::web::views::CompletionView;

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web) enum Format {
    Csv,
    Ndjson,
}

/// The columns, in an order that never changes; later ones are added behind them.
const COLUMNS: &str = "id,transactionId,externalId,appId,userId,eventType,offerId,offerName,goalId,userReward,rewardMinor,\
                       payoutMinor,currency,occurredAt,recordedAt,clickId,reversedPayoutMinor,reversedUserReward,\
                       deliveryStatus,grossMinor,reversedRewardMinor,review,manual";

/// Which export is asked for, by the parameter, else by the header; `None`: none, but a page.
pub(super) fn format(query: &Query, request: &HttpRequest) -> Result<Option<Format>, Problem> {
    let format = match query.text("format") {
        Some("json") => None,
        Some("csv") => Some(Format::Csv),
        Some("ndjson") => Some(Format::Ndjson),
        Some(_) => return Err(Problem::field("format", "must be one of json, csv, ndjson")),
        None if accepts(request, "text/csv") => Some(Format::Csv),
        None if accepts(request, "application/x-ndjson") => Some(Format::Ndjson),
        None => None,
    };
    let paged = ["limit", "cursor"].into_iter().find(|name| query.text(name).is_some());
    match (format, paged) {
        (Some(_), Some(name)) => Err(Problem::field(name, "is not for an export, which has no pages")),
        (format, _) => Ok(format),
    }
}

/// Everything that was asked for, as a stream.
pub(in crate::web) fn answer(export: Export, format: Format) -> HttpResponse {
    let (content_type, heading) = match format {
        Format::Csv => (csv::CONTENT_TYPE, format!("{COLUMNS}\r\n")),
        Format::Ndjson => ("application/x-ndjson", String::new()),
    };
    // The export is one read, until it has ended or nobody listens any more.
    let pages = try_unfold(export, move |mut export| async move {
        let page = export.page().await.inspect_err(broke_off)?;
        Ok(page.map(|entries| (written(entries, format), export)))
    });
    let heading = once(async move { Ok::<_, StoreError>(Bytes::from(heading)) });
    // An empty chunk would end the answer.
    let chunks = heading.chain(pages).filter(|chunk| {
        let has_bytes = chunk.as_ref().map_or(true, |bytes| !bytes.is_empty());
        async move { has_bytes }
    });
    respond::stream(content_type, chunks)
}

fn broke_off(error: &StoreError) {
    tracing::error!(%error, "an export broke off in the middle; its connection is closed");
}

fn written(entries: Vec<Entry>, format: Format) -> Bytes {
    let mut text = String::new();
    for entry in entries {
        match format {
            Format::Csv => line(&mut text, &entry),
            Format::Ndjson => {
                let view = CompletionView::from(entry);
                text.push_str(&serde_json::to_string(&view).expect("views are always JSON"));
                text.push('\n');
            }
        }
    }
    Bytes::from(text)
}

/// One line of CSV.
fn line(out: &mut String, entry: &Entry) {
    let completion = &entry.completion;
    let taken = TakenInSum::of(&entry.reversals);
    let optional = |text: &Option<String>| cell(text.as_deref().unwrap_or_default());
    let number = |amount: Option<i64>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let cells = [
        cell(&completion.id),
        cell(&completion.transaction_id),
        cell(&completion.external_id),
        cell(&completion.app_id),
        cell(&completion.user_id),
        cell(&completion.event_type),
        optional(&completion.offer_id),
        optional(&completion.offer_name),
        optional(&completion.goal_id),
        completion.user_reward.as_ref().map(ToString::to_string).unwrap_or_default(),
        number(completion.reward_minor),
        number(completion.payout_minor),
        cell(&completion.currency),
        completion.occurred_at.to_string(),
        completion.recorded_at.to_string(),
        optional(&completion.click_id),
        taken.and_then(|taken| taken.payout_minor).map(|sum| sum.to_string()).unwrap_or_default(),
        taken.and_then(|taken| taken.user_reward).map(|sum| sum.to_string()).unwrap_or_default(),
        entry.callback.map_or("", Status::as_str).to_owned(),
        number(completion.gross_minor),
        taken.and_then(|taken| taken.reward_minor).map(|sum| sum.to_string()).unwrap_or_default(),
        completion.review.map_or("", |review| review.state.as_str()).to_owned(),
        cell(completion.manual.as_ref().map_or("", |mark| mark.reason.as_str())),
    ];
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}
