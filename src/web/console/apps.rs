//! `/apps`: all apps, those first that need somebody, found by words and by how they are doing.

use actix_web::web::ServiceConfig;
use askama::Template;

use super::app_line::AppLine;
use super::frame::Frame;
use super::kinds::{Kind, Shape};
use super::list_query::{self, ListQuery};
use super::page_request::PageRequest;
use super::parts::field::Field;
use super::parts::page_of::PageOf;
use super::{faults, pages, render};
use crate::actions::app_list::AppsAsked;
use crate::actions::refusal::Refusal;
use crate::domain::health::{AppOrder, Condition};
use crate::store::page::{Listed, Page};
use crate::web::error::Problem;
use crate::web::{Answer, list};

const PATH: &str = "/apps";
/// Rows of a page.
const ROWS: usize = 50;
/// What narrows or orders the list; named as the API's parameters are.
const SHAPE: &Shape<'_> =
    &[("q", Kind::Text), ("state", Kind::Text), ("sort", Kind::Text), ("archived", Kind::Text), (CURSOR, Kind::Text)];
const CURSOR: &str = "cursor";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource(PATH).get(show));
}

#[derive(Template)]
#[template(path = "apps.html")]
struct AppsPage {
    frame: Frame,
    filters: [Field; 4],
    /// What the list is filtered by, in a few words.
    filtered_by: String,
    /// Whether those that are seldom used say something.
    has_more: bool,
    others: Vec<String>,
    apps: Vec<AppLine>,
    /// Whether there are several publishers' apps.
    names_publishers: bool,
    /// Whether archived ones are listed.
    are_archived: bool,
    /// Whether the list is narrowed, so that none in it does not mean that there is none.
    is_narrowed: bool,
    pager: PageOf,
}

/// The default order is chosen where none was named.
fn filters(query: &ListQuery, are_archived: bool) -> [Field; 4] {
    let order = query.field("sort", "Order");
    let order = if are_archived {
        order.choice("", "By name")
    } else {
        order.choice("", "Worst first").choice(AppOrder::Name.as_str(), "By name")
    };
    [
        query.field("q", "Name, ref or id"),
        query
            .field("state", "State")
            .choice("", "All")
            .choice(Condition::Failing.as_str(), "Failing")
            .choice(Condition::Waiting.as_str(), "Waiting")
            .choice(Condition::NotSetUp.as_str(), "Not set up")
            .choice(Condition::Quiet.as_str(), "Quiet")
            .choice(Condition::Fine.as_str(), "Fine"),
        order,
        query.field("archived", "Archived").choice("", "No").choice("true", "Only archived"),
    ]
}

async fn show(page: PageRequest) -> Answer {
    let mut query = ListQuery::of(&page, PATH, SHAPE)?;
    let wanted = wanted(&mut query);
    let at = query.take(|query| list::page_of("app", query));
    let are_archived = wanted.archived;
    if let Some(at) = at.filter(|_| query.is_good()) {
        let (actions, now) = (&page.web.actions, page.web.node.clock.now());
        match actions.listed_apps(page.caller(), wanted, Page { limit: ROWS, ..at }).await {
            Ok(listed) => {
                let namesakes = actions.namesakes(page.caller());
                let listed = listed.map(|app| AppLine::of(actions, page.caller(), &namesakes, &app, now));
                return page.page(&AppsPage::new(&page, &query, listed, are_archived));
            }
            Err(Refusal::Invalid(wrong)) => query.faults = wrong,
            Err(refusal) => return Err(refusal.into()),
        }
    }
    let mut shown = AppsPage::new(&page, &query, Listed { items: Vec::new(), next: None }, are_archived);
    shown.frame.mark = "Error: ".to_owned();
    render::refused(&shown, &Problem::from(query.faults))
}

/// Worst first, unless something else is asked for; of archived apps nothing is worse.
fn wanted(query: &mut ListQuery) -> AppsAsked {
    let yes_or_no = |yes| if yes { "true" } else { "false" };
    let archived = query.take(|query| query.word("archived", &[true, false], yes_or_no)).flatten().unwrap_or(false);
    let default = if archived { AppOrder::Name } else { AppOrder::Worst };
    let order = query.take(|query| query.word("sort", AppOrder::ALL, AppOrder::as_str)).flatten();
    AppsAsked {
        publisher: None,
        holding: query.owned("q"),
        condition: query.take(|query| query.word("state", Condition::ALL, Condition::as_str)).flatten(),
        order: order.or(Some(default)),
        archived,
    }
}

impl AppsPage {
    fn new(page: &PageRequest, query: &ListQuery, listed: Listed<AppLine>, are_archived: bool) -> Self {
        let mut filters = filters(query, are_archived);
        let others = faults::show(&mut filters.each_mut(), &query.faults);
        // What is named and is the default all the same.
        if let [_, _, order, _] = &mut filters
            && !order.choices.iter().any(|choice| choice.value == order.value)
        {
            order.value.clear();
        }
        Self {
            frame: page.frame("Apps"),
            filtered_by: list_query::said(&filters),
            has_more: filters[2..].iter().any(|field| !field.value.is_empty() || !field.faults.is_empty()),
            others,
            apps: listed.items,
            names_publishers: page.caller().limited_to().is_none(),
            are_archived,
            is_narrowed: query.narrows_beside(&["sort", "archived"]) || query.text(CURSOR).is_some(),
            pager: PageOf {
                newest: query.text(CURSOR).map(|_| query.address(&[])),
                older: listed.next.map(|next| query.address(&[(CURSOR, &next)])),
                note: None,
            },
            filters,
        }
    }
}
