//! From a version of a dialect to a later one, or from one that was withdrawn to another, asked once: the endpoint is checked as when it was made, and what was accepted before
//! goes out as it was accepted.

use actix_web::web::Path;
use serde_json::{Map, Value};

use super::{LARGEST, one};
use crate::domain::app::{App, Endpoint};
use crate::web::Answer;
use crate::web::console::confirm::ConfirmPage;
use crate::web::console::flash;
use crate::web::console::page_request::PageRequest;
use crate::web::console::sections::AppPage;
use crate::web::console::{faults, render, sections};
use crate::web::error::Problem;
use crate::web::json::Body;

const CHANGES: &str = "PATCH /v1/apps/{id}/endpoints/{endpointId}";
const DIALECT: &str = "dialect";

/// Where an endpoint goes to another version, and to which, if there is one.
pub(in crate::web::console) fn offered(page: &PageRequest, app: &App, endpoint: &Endpoint) -> Option<(String, String)> {
    let newer = page.web.actions.newer_version(app, endpoint)?;
    Some((newer, sections::path(app, &format!("settings/endpoints/{}/switch", endpoint.id))))
}

fn page_of(page: &PageRequest, app: &App, endpoint: &Endpoint) -> Result<(ConfirmPage, String), Problem> {
    let spoken = &endpoint.config.settings.dialect;
    let none = || Problem::conflict(format!("There is no other version than {spoken} to go to."));
    let (newer, path) = offered(page, app, endpoint).ok_or_else(none)?;
    let shown = ConfirmPage {
        frame: sections::frame(page, app, AppPage::Settings),
        question: format!("Go from {spoken} to {newer}?"),
        facts: vec![
            format!("What is reported from now on is sent by {newer}. What was accepted before goes out by {spoken}."),
            "The callback URL, the settings and the secret are checked first. Send a test afterwards.".to_owned(),
        ],
        warning: None,
        choice: None,
        others: Vec::new(),
        hidden: None,
        path,
        act: format!("Switch to {newer}"),
        is_danger: false,
        back: sections::path(app, "settings"),
    };
    Ok((shown, newer))
}

pub(super) async fn ask(page: PageRequest, path: Path<(String, String)>) -> Answer {
    page.query(&[])?;
    let (app, endpoint) = one(&page, &path).await?;
    page.page(&page_of(&page, &app, &endpoint)?.0)
}

pub(super) async fn switch(page: PageRequest, path: Path<(String, String)>, body: Body<LARGEST>) -> Answer {
    let (app, endpoint) = one(&page, &path).await?;
    page.form(body.bytes(), &[])?.check()?;
    let (mut shown, newer) = page_of(&page, &app, &endpoint)?;
    let given = Map::from_iter([(DIALECT.to_owned(), Value::from(newer.as_str()))]);
    let changes = page.web.actions.change_endpoint(page.caller(), &app.id, &endpoint.id, &given);
    match page.perform(CHANGES, &[&app.id, &endpoint.id], changes).await {
        Ok(_) => {
            let text = format!("It speaks {newer} now. Send a test before the next callback does.");
            Ok(page.go_on(&sections::path(&app, "settings"), flash::Kind::Done, text))
        }
        Err(refusal) => {
            let (wrong, problem) = faults::with_problem(refusal)?;
            shown.others = faults::show(&mut [], &wrong);
            shown.frame.mark = "Error: ".to_owned();
            render::refused(&shown, &problem)
        }
    }
}
