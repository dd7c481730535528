//! `/apps`: all apps, those first that need somebody, found by words and by how they are doing.

use actix_web::web::ServiceConfig;
use askama::Template;

use super::app_line::AppLine;
use super::asked::Asked;
use super::frame::Frame;
use super::page_request::PageRequest;
use super::parts::field::Field;
use super::parts::page_of::PageOf;
use super::{pages, render};
use crate::actions::app_list::AppsAsked;
use crate::actions::refusal::Refusal;
use crate::domain::health::{AppOrder, Condition};
use crate::domain::ids;
use crate::store::page::{Listed, Page};
use crate::web::Answer;
use crate::web::error::Problem;

const PATH: &str = "/apps";
/// Rows of a page.
const ROWS: usize = 50;
/// What narrows or orders the list; named as the API's parameters are.
const FILTERS: [&str; 4] = ["q", "state", "sort", "archived"];
const CURSOR: &str = "cursor";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource(PATH).get(show));
}

#[derive(Template)]
#[template(path = "apps.html")]
struct AppsPage {
    frame: Frame,
    filters: [Field; 4],
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
fn filters(are_archived: bool) -> [Field; 4] {
    let order = Field::new("sort", "Order").may_be_empty();
    let order = if are_archived {
        order.choice("", "By name")
    } else {
        order.choice("", "Worst first").choice(AppOrder::Name.as_str(), "By name")
    };
    [
        Field::new("q", "Name, ref or id").may_be_empty(),
        Field::new("state", "State")
            .choice("", "All")
            .choice(Condition::Failing.as_str(), "Failing")
            .choice(Condition::Waiting.as_str(), "Waiting")
            .choice(Condition::NotSetUp.as_str(), "Not set up")
            .choice(Condition::Quiet.as_str(), "Quiet")
            .choice(Condition::Fine.as_str(), "Fine")
            .may_be_empty(),
        order,
        Field::new("archived", "Archived").choice("", "No").choice("true", "Only archived").may_be_empty(),
    ]
}

async fn show(page: PageRequest) -> Answer {
    let known: Vec<&str> = FILTERS.into_iter().chain([CURSOR]).collect();
    let mut asked = Asked::read(page.query_string(), &known);
    let (wanted, at) = (wanted(&mut asked), cursor(&mut asked));
    let are_archived = wanted.archived;
    if asked.faults.0.is_empty() {
        match page.web.actions.listed_apps(page.caller(), wanted, at).await {
            Ok(listed) => {
                let actions = &page.web.actions;
                let listed = listed.map(|app| AppLine::of(actions, page.caller().role(), &app));
                return page.page(&AppsPage::new(&page, &asked, listed, are_archived));
            }
            Err(Refusal::Invalid(wrong)) => asked.faults = wrong,
            Err(refusal) => return Err(refusal.into()),
        }
    }
    let problem = Problem::from(asked.faults.clone());
    let mut shown = AppsPage::new(&page, &asked, Listed { items: Vec::new(), next: None }, are_archived);
    shown.frame.mark = "Error: ".to_owned();
    render::refused(&shown, &problem)
}

/// Worst first, unless something else is asked for; of archived apps nothing is worse.
fn wanted(asked: &mut Asked) -> AppsAsked {
    let archived = asked.word("archived", &[true, false], |yes| if yes { "true" } else { "false" }).unwrap_or(false);
    let default = if archived { AppOrder::Name } else { AppOrder::Worst };
    AppsAsked {
        publisher: None,
        holding: asked.text("q").map(str::to_owned),
        condition: asked.word("state", Condition::ALL, Condition::as_str),
        order: asked.word("sort", AppOrder::ALL, AppOrder::as_str).or(Some(default)),
        archived,
    }
}

fn cursor(asked: &mut Asked) -> Page {
    let before = asked.text(CURSOR).map(str::to_owned);
    if before.as_deref().is_some_and(|id| !ids::is_id(id) || ids::key("app", id).is_none()) {
        asked.faults.push(CURSOR, "must be that of a page of this list");
    }
    Page { limit: ROWS, before }
}

impl AppsPage {
    fn new(page: &PageRequest, asked: &Asked, listed: Listed<AppLine>, are_archived: bool) -> Self {
        let mut filters = filters(are_archived);
        let others = asked.show(&mut filters.each_mut());
        // What is named and is the default all the same.
        if let [_, _, order, _] = &mut filters
            && !order.choices.iter().any(|choice| choice.value == order.value)
        {
            order.value.clear();
        }
        let link = |cursor: Option<&str>| asked.address(PATH, &FILTERS, cursor.map(|cursor| (CURSOR, cursor)));
        Self {
            frame: page.frame("Apps"),
            has_more: filters[2..].iter().any(|field| !field.value.is_empty() || !field.faults.is_empty()),
            others,
            apps: listed.items,
            names_publishers: page.caller().limited_to().is_none(),
            are_archived,
            is_narrowed: asked.text("q").or(asked.text("state")).or(asked.text(CURSOR)).is_some(),
            pager: PageOf {
                newest: asked.text(CURSOR).map(|_| link(None)),
                older: listed.next.as_deref().map(|next| link(Some(next))),
                note: None,
            },
            filters,
        }
    }
}
