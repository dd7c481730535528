//! The list, its export, and how many were recorded since it was opened: those are told of and never put in.

use std::time::Duration;

use actix_web::http::header::{CONTENT_DISPOSITION, ContentDisposition, HeaderValue};
use askama::Template;

use super::filters::{Filters, OF_EXPORT, SHAPE, SINCE, filter};
use super::row::Row;
use crate::actions::completions::CompletionFilter;
use crate::actions::refusal::Refusal;
use crate::store::page::Page;
use crate::web::Answer;
use crate::web::admin::exports::{self, Format};
use crate::web::console::address::LIVE;
use crate::web::console::frame::Frame;
use crate::web::console::list_query::ListQuery;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::delivery_list::Whom;
use crate::web::console::parts::page_of::PageOf;
use crate::web::console::words::instants;
use crate::web::console::{faults, render};
use crate::web::error::Problem;
use crate::web::list;

const PATH: &str = "/completions";
/// Rows of a page.
const ROWS: usize = 50;
/// As far as the clocks of nodes may differ, and more.
const MARGIN: Duration = Duration::from_secs(60);

#[derive(Template)]
#[template(path = "completions.html")]
struct CompletionsPage {
    frame: Frame,
    filters: Filters,
    others: Vec<String>,
    /// Nothing while a filter is wrong.
    list: Option<Rows>,
    is_live: bool,
}

/// The rows with what stands around them.
#[derive(Debug)]
struct Rows {
    rows: Vec<Row>,
    /// Whether there are several apps to tell apart.
    names_apps: bool,
    /// Whether a row was held for review.
    has_reviews: bool,
    pager: PageOf,
    newer: Newer,
    export: String,
    /// Why there is nothing, and whether that is because of the filters.
    empty: (&'static str, bool),
}

/// What was recorded since the list was opened.
#[derive(Clone, Debug)]
struct Newer {
    /// How many, and where they are.
    told: Option<(String, String)>,
    /// Where that is asked for again.
    again: Option<String>,
    /// What stands in the place of that above the rows, so that none moves when there is something to tell.
    below: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "completions_newer.html")]
struct NewerPart {
    newer: Newer,
}

pub(super) async fn show(page: PageRequest) -> Answer {
    let mut query = ListQuery::of(&page, PATH, SHAPE)?;
    let filter = filter(&mut query);
    let asked = query.take(|query| list::page_of("cmp", query));
    query.take(|query| query.word("part", &["newer"], |word| word));
    let Some(asked) = asked.filter(|_| query.is_good()) else {
        return refused(&page, &query, &Problem::from(query.faults.clone()));
    };
    if query.text("part") == Some("newer") {
        return page.part(&NewerPart { newer: newer(&page, &query, filter).await? });
    }
    match rows(&page, &query, filter, asked).await {
        Ok(list) => page.page(&whole(&page, &query, Some(list))),
        Err(refusal) => told(&page, query, refusal),
    }
}

/// A refusal that is about the filters stands at them; any other one is a page of its own.
fn told(page: &PageRequest, mut query: ListQuery, refusal: Refusal) -> Answer {
    let (wrong, problem) = faults::told(refusal);
    if wrong.0.is_empty() {
        return Err(problem);
    }
    query.faults = wrong;
    refused(page, &query, &problem)
}

async fn rows(page: &PageRequest, query: &ListQuery, filter: CompletionFilter, asked: Page) -> Result<Rows, Refusal> {
    let is_first = asked.before.is_none();
    let filter_ends = filter.among.to;
    let listed = page.web.actions.completions(page.caller(), filter, Page { limit: ROWS, ..asked }).await?;
    let now = page.web.node.clock.now();
    let can_come = filter_ends.is_none_or(|ends| ends > now);
    let seen = page.web.actions.seen_apps(page.caller());
    let rows: Vec<Row> = listed.items.iter().map(|entry| Row::of(entry, seen.namesakes(), now)).collect();
    let newest = rows.first().map(|row| row.id.as_str()).unwrap_or_default();
    // Of a list without rows everything that matches is new; the instant only bounds how far is looked.
    let since = if rows.is_empty() { instants::typed(now.minus(MARGIN)) } else { String::new() };
    let again = || query.address(&[("part", "newer"), ("after", newest), (SINCE, &since)]);
    let asks = is_first && query.is_live() && (!rows.is_empty() || can_come);
    Ok(Rows {
        names_apps: seen.are_several(),
        has_reviews: rows.iter().any(|row| row.review.is_some()),
        pager: PageOf {
            newest: (!is_first).then(|| query.address(&[])),
            older: listed.next.map(|last| query.address(&[("cursor", &last)])),
            note: None,
        },
        newer: Newer { told: None, again: asks.then(again), below: below(is_first, rows.is_empty()) },
        export: query.address_at("/completions/export", &[(LIVE, "")]),
        empty: empty(query),
        rows,
    })
}

fn below(is_first: bool, is_empty: bool) -> Option<&'static str> {
    match (is_empty, is_first) {
        (true, _) => None,
        (false, true) => Some("Newest first"),
        (false, false) => Some("Older ones, newest first"),
    }
}

fn empty(query: &ListQuery) -> (&'static str, bool) {
    if query.narrows_beside(&["from", "to"]) {
        ("No completion matches. Clear the filters, or look the user up.", true)
    } else if query.narrows_beside(&[]) {
        ("Nothing recorded in this period.", true)
    } else {
        ("No completions yet. They appear as soon as the offer system reports one.", false)
    }
}

async fn newer(page: &PageRequest, query: &ListQuery, filter: CompletionFilter) -> Result<Newer, Problem> {
    let found = page.web.actions.completions(page.caller(), filter, Page { limit: ROWS, before: None }).await?;
    let more = if found.next.is_some() { "+" } else { "" };
    let number = found.items.len();
    let (after, since) = (query.text("after").unwrap_or_default(), query.typed(SINCE));
    let again = query.address(&[("part", "newer"), ("after", after), (SINCE, since)]);
    Ok(Newer {
        below: below(true, after.is_empty()),
        told: (number > 0).then(|| (format!("{number}{more}"), query.address(&[]))),
        again: query.is_live().then_some(again),
    })
}

fn whole(page: &PageRequest, query: &ListQuery, list: Option<Rows>) -> CompletionsPage {
    // The switch stands where something is asked for again, or would be.
    let asks = list.as_ref().is_some_and(|list| list.newer.again.is_some());
    CompletionsPage {
        frame: Frame { live: (asks || !query.is_live()).then(|| query.live()), ..page.frame("Completions") },
        filters: Filters::of(page, query),
        others: Vec::new(),
        is_live: query.is_live(),
        list,
    }
}

/// The list without rows: what is wrong stands at the filters, and the others keep what was typed.
fn refused(page: &PageRequest, query: &ListQuery, problem: &Problem) -> Answer {
    let mut shown = whole(page, query, None);
    shown.others = shown.filters.wrong(&query.faults);
    shown.frame.mark = "Error: ".to_owned();
    render::refused(&shown, problem)
}

/// Everything that matches, as CSV.
pub(super) async fn export(page: PageRequest) -> Answer {
    let mut query = ListQuery::of(&page, PATH, OF_EXPORT)?;
    let filter = filter(&mut query);
    if !query.is_good() {
        return refused(&page, &query, &Problem::from(query.faults.clone()));
    }
    let export = match page.web.actions.export(page.caller(), filter).await {
        Ok(export) => export,
        Err(refusal) => return told(&page, query, refusal),
    };
    let mut answer = exports::answer(export, Format::Csv);
    let is_file = ContentDisposition::attachment("completions.csv").to_string();
    if let Ok(is_file) = HeaderValue::from_str(&is_file) {
        answer.headers_mut().insert(CONTENT_DISPOSITION, is_file);
    }
    Ok(answer)
}
