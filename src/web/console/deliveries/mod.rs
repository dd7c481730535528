//! `/deliveries`: what was called back, what waits and why. The list renews its rows in place; newer ones are told of and never
//! inserted.

mod asked;
mod fields;
mod quick;
pub(super) mod rows;
mod standing;

use std::time::Duration;

use actix_web::web::ServiceConfig;
use askama::Template;

use super::address::{Address, LIVE, OFF};
use super::frame::{Frame, Live};
use super::page_request::PageRequest;
use super::parts::delivery_list::{Columns, DeliveryList, Newer, Row, Whom};
use super::parts::lines::Link;
use super::parts::page_of::PageOf;
use super::{pages, place, render, sections};
use crate::actions::app_names::{NamedApp, SeenApps};
use crate::actions::delivery_list::DeliveryFilter;
use crate::actions::scope::Filter;
use crate::domain::delivery::DeliveryKind;
use crate::domain::ids;
use crate::domain::invalid::Invalid;
use crate::store::page::Page;
use crate::web::Answer;
use crate::web::error::Problem;
use asked::{Asked, ROWS, SHAPE};
use fields::Fields;

/// Where the list is.
pub(super) const PATH: &str = "/deliveries";
/// Newer ones that are counted: nobody looks at more than these one by one.
const COUNTED: usize = 99;
/// By how much the clocks of several nodes may differ: of a list without rows, newer ones are those since then.
const SLACK: Duration = Duration::from_secs(60);

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource(PATH).get(show));
}

/// The newest deliveries of an app, as rows.
pub(super) async fn newest(page: &PageRequest, app_id: &str, count: usize) -> Result<Vec<Row>, Problem> {
    let of_app = Filter { app: Some(app_id.to_owned()), ..Filter::default() };
    let kinds = vec![DeliveryKind::Completion, DeliveryKind::Reversal];
    let filter = DeliveryFilter { among: of_app, kinds, ..DeliveryFilter::default() };
    let found = page.web.actions.deliveries(page.caller(), filter, Page { limit: count, before: None }).await?;
    // No column names the app: there is none to tell apart.
    rows::of(page, found.items, Columns::default(), &SeenApps::default()).await
}

/// Where all deliveries of an app are listed.
pub(super) fn path_of(app: &str) -> String {
    Address::default().with("app", Some(app)).at(PATH)
}

#[derive(Template)]
#[template(path = "deliveries.html")]
struct DeliveriesPage {
    frame: Frame,
    fields: Fields,
    others: Vec<String>,
    /// Whether the list is as it was told to be: `live=off` is kept by the form.
    is_live: bool,
    quick: Vec<(Link, bool)>,
    /// Nothing while a filter is wrong.
    list: Option<DeliveryList>,
    /// What there is to say where nothing is listed, and where to go.
    empty: Empty,
    clear: String,
    replay: Option<String>,
    pager: PageOf,
}

/// What there is none of.
enum Empty {
    /// Nothing at all yet; where a test is sent, if the page is about one app.
    OfAll(Option<String>),
    /// Nothing that matches.
    OfThese,
    /// Nothing that is older and matches.
    Older,
}

#[derive(Template)]
#[template(path = "deliveries_list.html")]
struct ListPart {
    list: DeliveryList,
}

async fn show(page: PageRequest) -> Answer {
    let asked = Asked::read(&page.filters(SHAPE));
    if asked.is_part {
        return part(&page, &asked).await;
    }
    let seen = page.web.actions.seen_apps(page.caller());
    let apps = seen.named();
    let mut shown = DeliveriesPage::new(&page, &asked, &apps);
    let found = match asked.wrong.clone().into_result() {
        Ok(()) => listed(&page, &asked, &seen).await,
        Err(wrong) => Err((wrong.clone(), Problem::from(wrong))),
    };
    match found {
        Ok((rows, next)) => {
            shown.pager.older = next.map(|id| asked.address.with("cursor", Some(&id)).at(PATH));
            shown.list = Some(of_rows(&page, &asked, &seen, rows));
            shown.quick = quick::links(&page, &asked).await?;
            page.page(&shown)
        }
        // A refusal that is about no filter is a page of its own.
        Err((wrong, problem)) if wrong.0.is_empty() => Err(problem),
        Err((wrong, problem)) => {
            shown.others = shown.fields.show(&wrong);
            shown.frame.mark = "Error: ".to_owned();
            shown.fields.is_open |= shown.fields.more().iter().any(|field| !field.faults.is_empty());
            render::refused(&shown, &problem)
        }
    }
}

/// The same rows as they are now, and how many newer ones there are: both are asked for side by side, every few seconds.
async fn part(page: &PageRequest, asked: &Asked) -> Answer {
    asked.wrong.clone().into_result()?;
    let seen = page.web.actions.seen_apps(page.caller());
    let rows = async {
        let found = page.web.actions.deliveries_by_id(page.caller(), asked.ids.clone()).await?;
        rows::of(page, found, columns(page, asked, &seen), &seen).await
    };
    let (rows, newer) = tokio::try_join!(rows, newer(page, asked))?;
    page.part(&ListPart { list: DeliveryList { newer, ..of_rows(page, asked, &seen, rows) } })
}

type Listed = (Vec<Row>, Option<String>);

async fn listed(page: &PageRequest, asked: &Asked, seen: &SeenApps) -> Result<Listed, (Invalid, Problem)> {
    let of_page = Page { limit: ROWS, before: asked.cursor.clone() };
    let actions = &page.web.actions;
    let found = actions.deliveries(page.caller(), asked.filter.clone(), of_page).await.map_err(quick::told)?;
    let rows = rows::of(page, found.items, columns(page, asked, seen), seen).await;
    Ok((rows.map_err(|problem| (Invalid::none(), problem))?, found.next))
}

/// How many are newer than the first row. Without a bound it would be asked of all that there ever was.
async fn newer(page: &PageRequest, asked: &Asked) -> Result<Option<Newer>, Problem> {
    let mut filter = asked.filter.clone();
    filter.among.after = asked.ids.first().or(asked.after.as_ref()).cloned();
    if asked.cursor.is_some() || filter.among.after.is_none() {
        return Ok(None);
    }
    let (count, more) = page.web.actions.deliveries_up_to(page.caller(), filter, COUNTED).await?;
    let words = match (count, more) {
        (0, _) => return Ok(None),
        (1, false) => "1 newer delivery. Show it".to_owned(),
        (count, false) => format!("{count} newer deliveries. Show them"),
        (count, true) => format!("{count}+ newer deliveries. Show them"),
    };
    Ok(Some(Newer { words, href: asked.address.at(PATH) }))
}

/// The app alone tells nothing where there is but one; the publisher nothing to whoever is one.
fn columns(page: &PageRequest, asked: &Asked, seen: &SeenApps) -> Columns {
    let names_app = asked.filter.among.app.is_some();
    let sees_all = page.caller().limited_to().is_none();
    Columns {
        app: !names_app && seen.are_several(),
        publisher: sees_all && !names_app && asked.filter.among.publisher.is_none(),
    }
}

fn of_rows(page: &PageRequest, asked: &Asked, seen: &SeenApps, rows: Vec<Row>) -> DeliveryList {
    let of_rows: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let after = asked.after.clone().unwrap_or_else(|| ids::lower_bound("dlv", page.web.node.clock.now().minus(SLACK)));
    let again = asked.address.with("cursor", asked.cursor.as_deref()).with("part", Some("list"));
    let again = again.with("after", Some(after.as_str()).filter(|_| rows.is_empty() && asked.cursor.is_none()));
    let again = again.with("ids", Some(&of_rows.join(",")).filter(|ids| !ids.is_empty()).map(String::as_str));
    DeliveryList {
        columns: columns(page, asked, seen),
        again: asked.is_live.then(|| again.at(PATH)),
        newer: None,
        is_newest: asked.cursor.is_none(),
        rows,
    }
}

impl DeliveriesPage {
    fn new(page: &PageRequest, asked: &Asked, apps: &[NamedApp]) -> Self {
        let app = asked.filter.among.app.as_deref();
        let directory = &page.web.node.directory;
        // Whose endpoints these are, the caller knows: of a foreign app nothing is found here.
        let named = apps.iter().find(|one| app.is_some_and(|app| one.is_called(app)));
        let only = named.or(apps.first().filter(|_| apps.len() == 1)).and_then(|app| directory.app(&app.id));
        let endpoints: Vec<(String, String)> = (only.iter().flat_map(|app| &app.endpoints).enumerate())
            .map(|(at, one)| (one.id.clone(), place::endpoint_label(at + 1, one)))
            .collect();
        let endpoints = if endpoints.len() > 1 { endpoints } else { Vec::new() };
        let turned = asked.address.with(LIVE, asked.is_live.then_some(OFF)).with("cursor", asked.cursor.as_deref());
        let is_first = asked.cursor.is_none();
        Self {
            frame: Frame {
                live: Some(Live { on: asked.is_live, turned: turned.at(PATH) }),
                ..page.frame("Deliveries")
            },
            fields: Fields::new(asked, apps, &endpoints, page.caller().limited_to().is_none()),
            others: Vec::new(),
            is_live: asked.is_live,
            quick: Vec::new(),
            list: None,
            empty: match (is_first, asked.narrows()) {
                (false, _) => Empty::Older,
                (true, true) => Empty::OfThese,
                (true, false) => Empty::OfAll(only.map(|app| sections::path(&app, "test"))),
            },
            clear: quick::cleared(asked).at(PATH),
            replay: quick::replay(asked, apps, page.web.node.clock.now()),
            pager: PageOf {
                newest: (!is_first).then(|| asked.address.at(PATH)),
                older: None,
                note: Some(format!("Kept {} days after their end", page.web.dispatcher.retention_days)),
            },
        }
    }
}
