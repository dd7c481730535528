//! `/`, where everybody arrives: a publisher at its apps and what each lacks, those who keep many at what needs them.

use actix_web::web::ServiceConfig;
use askama::Template;

use super::app_line::AppLine;
use super::frame::Frame;
use super::page_request::PageRequest;
use super::parts::page_of::PageOf;
use super::{needs, pages};
use crate::actions::app_list::AppsAsked;
use crate::domain::account::Role;
use crate::domain::health::AppOrder;
use crate::store::page::Listed;
use crate::web::{Answer, list};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/").get(home));
}

/// For a publisher: each app with what it lacks.
#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    apps: Vec<AppLine>,
    pager: PageOf,
}

async fn home(page: PageRequest) -> Answer {
    match page.caller().role() {
        Role::Publisher { .. } => own_apps(&page).await,
        Role::Operator | Role::AccountManager => needs::show(&page).await,
    }
}

async fn own_apps(page: &PageRequest) -> Answer {
    let query = page.query(&["cursor"])?;
    let asked = AppsAsked { order: Some(AppOrder::Worst), ..AppsAsked::default() };
    let actions = &page.web.actions;
    let found = actions.listed_apps(page.caller(), asked, list::page_of("app", &query)?).await?;
    let now = page.web.node.clock.now();
    let namesakes = actions.namesakes(page.caller());
    let Listed { mut items, next } = found.map(|app| AppLine::of(actions, page.caller(), &namesakes, &app, now));
    // The worst stands first; one button of the page is filled.
    if let Some(first) = items.iter_mut().find(|app| app.has_act()) {
        first.leads = true;
    }
    let older = next.map(|id| format!("/apps?cursor={id}"));
    page.page(&HomePage { frame: page.frame("Home"), apps: items, pager: PageOf { older, ..PageOf::default() } })
}
