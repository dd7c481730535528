//! Archiving an app: a page that says what stays, and asks for the app's name. While deliveries are open it says how many.

use actix_web::web::Path;
use askama::Template;

use super::{LARGEST, open};
use crate::actions::app_list::AppInList;
use crate::domain::app::App;
use crate::domain::invalid::Invalid;
use crate::web::Answer;
use crate::web::console::flash;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::sections::AppPage;
use crate::web::console::{faults, navigation, render, sections};
use crate::web::error::Problem;
use crate::web::json::Body;

const SHAPE: &Shape<'_> = &[("typed", Kind::Text)];
const ARCHIVES: &str = "DELETE /v1/apps/{id}";

#[derive(Template)]
#[template(path = "archive.html")]
struct ArchivePage {
    frame: Frame,
    question: String,
    /// How many deliveries are open, and where they are; then it cannot be archived yet.
    open: Option<(String, Option<String>)>,
    typed: Field,
    others: Vec<String>,
    act: String,
    path: String,
    back: String,
}

/// What has to be typed: the ref, where there is one, else the name.
fn named(app: &App) -> &str {
    app.settings.reference.as_deref().unwrap_or(&app.settings.name)
}

impl ArchivePage {
    async fn of(page: &PageRequest, app: App) -> Result<Self, Problem> {
        let AppInList { app, health, .. } = page.web.actions.app_shown(app).await?;
        let name = &app.settings.name;
        let number = open(health.waiting);
        let of_app = app.settings.reference.as_deref().unwrap_or(&app.id);
        let list = navigation::is_built("/deliveries").then(|| format!("/deliveries?app={of_app}&state=waiting"));
        Ok(Self {
            frame: sections::frame(page, &app, AppPage::Settings),
            question: format!("Archive {name}?"),
            open: number.map(|number| (number, list)),
            typed: Field::new("typed", &format!("Type {}", named(&app))).fills_in("off"),
            others: Vec::new(),
            act: "Archive app".to_owned(),
            path: sections::path(&app, "settings/archive"),
            back: sections::path(&app, "settings"),
        })
    }
}

pub(super) async fn ask(page: PageRequest, app: Path<String>) -> Answer {
    page.query(&[])?;
    let app = page.web.actions.app(page.caller(), &app).await?;
    page.page(&ArchivePage::of(&page, app).await?)
}

pub(super) async fn archive(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    let app = page.web.actions.app(page.caller(), &app).await?;
    let form = page.form(body.bytes(), SHAPE)?;
    form.check()?;
    let done = if form.typed("typed").trim() == named(&app) {
        page.perform(ARCHIVES, &[&app.id], page.web.actions.archive_app(page.caller(), &app.id)).await
    } else {
        Err(Invalid::field("typed", format!("Type {} as it is written.", named(&app))).into())
    };
    match done {
        Ok(()) => {
            let text = format!("{} is archived. Its history stays.", app.settings.name);
            Ok(page.go_on(&format!("/apps/{}", app.id), flash::Kind::Done, text))
        }
        Err(refusal) => {
            let (wrong, problem) = faults::with_problem(refusal)?;
            let mut shown = ArchivePage::of(&page, app).await?;
            shown.typed.value = form.typed("typed").to_owned();
            shown.others = faults::show(&mut [&mut shown.typed], &wrong);
            shown.frame.mark = "Error: ".to_owned();
            render::refused(&shown, &problem)
        }
    }
}
