//! `/`, where everybody arrives, and `/apps`: the apps, those first that need somebody.

use actix_web::web::ServiceConfig;
use askama::Template;

use super::app_line::AppLine;
use super::frame::Frame;
use super::page_request::PageRequest;
use super::pages;
use super::parts::page_of::PageOf;
use crate::actions::app_list::AppsAsked;
use crate::actions::refusal::Refusal;
use crate::domain::account::Role;
use crate::domain::health::AppOrder;
use crate::store::page::Listed;
use crate::web::{Answer, list};

/// Parameters of the list.
const CURSOR: [&str; 1] = ["cursor"];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/").get(home)).service(pages::resource("/apps").get(apps));
}

/// For a publisher: each app with what it lacks.
#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    apps: Vec<AppLine>,
    pager: PageOf,
}

/// For those who keep many.
#[derive(Template)]
#[template(path = "apps.html")]
struct AppsPage {
    frame: Frame,
    apps: Vec<AppLine>,
    /// Whether there are several publishers' apps.
    names_publishers: bool,
    pager: PageOf,
}

async fn home(page: PageRequest) -> Answer {
    match page.caller().role() {
        Role::Publisher { .. } => {
            let Listed { items, next } = read(&page).await?;
            page.page(&HomePage { frame: page.frame("Home"), apps: items, pager: pager(&page, next)? })
        }
        Role::Operator | Role::AccountManager => listed(&page, "Home").await,
    }
}

async fn apps(page: PageRequest) -> Answer {
    listed(&page, "Apps").await
}

async fn listed(page: &PageRequest, heading: &str) -> Answer {
    let Listed { items, next } = read(page).await?;
    let names_publishers = page.caller().limited_to().is_none();
    page.page(&AppsPage { frame: page.frame(heading), apps: items, names_publishers, pager: pager(page, next)? })
}

async fn read(page: &PageRequest) -> Result<Listed<AppLine>, crate::web::error::Problem> {
    let query = page.query(&CURSOR)?;
    let asked = AppsAsked { order: Some(AppOrder::Worst), ..AppsAsked::default() };
    let actions = &page.web.actions;
    let found: Result<_, Refusal> = actions.listed_apps(page.caller(), asked, list::page_of("app", &query)?).await;
    Ok(found?.map(|app| AppLine::of(actions, page.caller().role(), &app)))
}

fn pager(page: &PageRequest, next: Option<String>) -> Result<PageOf, crate::web::error::Problem> {
    let is_first = page.query(&CURSOR)?.text("cursor").is_none();
    Ok(PageOf {
        newest: (!is_first).then(|| "/apps".to_owned()),
        older: next.map(|id| format!("/apps?cursor={id}")),
        note: None,
    })
}
