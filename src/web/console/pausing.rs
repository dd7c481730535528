//! Pausing an app, which is asked first, and resuming it. Each is an act of its own: whoever saves other settings from a page that was
//! opened before changes neither.

use actix_web::web::{Path, ServiceConfig};
use serde_json::{Map, Value};

use super::confirm::ConfirmPage;
use super::flash::Kind;
use super::page_request::PageRequest;
use super::sections::AppPage;
use super::words::cuts;
use super::{pages, sections};
use crate::web::Answer;
use crate::web::json::Body;

const LARGEST: usize = 4 * 1024;
/// The call that pauses and resumes.
const CHANGES: &str = "PATCH /v1/apps/{id}";
/// Characters of a name in a question.
const OF_A_NAME: usize = 60;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(pages::resource("/apps/{app}/pause").get(ask).post(pause))
        .service(pages::resource("/apps/{app}/resume").post(resume));
}

async fn ask(page: PageRequest, app: Path<String>) -> Answer {
    page.query(&[])?;
    let app = page.web.actions.app(page.caller(), &app).await?;
    page.page(&ConfirmPage {
        frame: sections::frame(&page, &app, AppPage::Settings),
        question: format!("Pause {}?", cuts::text(&app.settings.name, OF_A_NAME).shown),
        facts: vec![
            "Completions are recorded as before. Callbacks wait, and are sent when the app is resumed.".to_owned(),
            format!("What still waits after {} days is dead.", app.settings.max_held_days),
        ],
        warning: None,
        choice: None,
        others: Vec::new(),
        hidden: None,
        path: sections::path(&app, "pause"),
        act: "Pause app".to_owned(),
        is_danger: false,
        back: sections::path(&app, "settings"),
    })
}

async fn pause(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    turn(page, &app, body, true, "Paused. Callbacks wait until the app is resumed.").await
}

async fn resume(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    turn(page, &app, body, false, "Resumed. What waited is sent now.").await
}

async fn turn(page: PageRequest, app: &str, body: Body<LARGEST>, is_paused: bool, said: &str) -> Answer {
    page.form(body.bytes(), &[])?.check()?;
    let actions = &page.web.actions;
    let app = actions.app(page.caller(), app).await?;
    let given: Map<String, Value> = Map::from_iter([("paused".to_owned(), Value::Bool(is_paused))]);
    let turns = async { actions.change_app(page.caller(), &app.id, &given).await.map(drop) };
    page.perform(CHANGES, &[&app.id], turns).await?;
    Ok(page.go_on(&sections::path(&app, ""), Kind::Done, said))
}
