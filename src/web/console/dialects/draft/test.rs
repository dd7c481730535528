//! `/dialects/{draft}/draft/test`: one callback by a draft, to an app whose callback URL is written for it. What came of it is shown below
//! the app, like every test.

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::{READS, draft_path, frame};
use crate::actions::refusal::Refusal;
use crate::actions::testing::TestAsked;
use crate::dispatch::sending::stored_test::TestOptions;
use crate::domain::app::App;
use crate::domain::dialect::naming::draft_named;
use crate::domain::invalid::Invalid;
use crate::web::Answer;
use crate::web::console::flash::Kind;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{self, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::{faults, list_query, pages, render, sections};
use crate::web::error::Problem;
use crate::web::json::Body;

const LARGEST: usize = 16 * 1024;
const SENDS: &str = "POST /v1/apps/{id}/test";
const APP: &str = "app";
const EVENT: &str = "event";
const REVERSAL: &str = "reversal";
const TAMPER: &str = "tamper";
const SHAPE: &Shape<'_> = &[(APP, kinds::Kind::Text), (EVENT, kinds::Kind::Text), (TAMPER, kinds::Kind::Ticked)];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/dialects/{draft}/draft/test").get(show).post(send));
}

#[derive(Template)]
#[template(path = "dialect_draft_test.html")]
struct TestPage {
    frame: Frame,
    path: String,
    app: Field,
    event: Field,
    tamper: Field,
    others: Vec<String>,
}

impl TestPage {
    fn new(page: &PageRequest, name: &str) -> Self {
        let app = Field::new(APP, "App").help("One whose callback URL is written in the placeholders of this draft.");
        Self {
            frame: frame(page, name, "Test"),
            path: draft_path(name, "test"),
            app: list_query::among_apps(page, app, Some("Choose one")),
            event: Field::new(EVENT, "What happened").choice("sale", "Offer").choice(REVERSAL, "Reversal"),
            tamper: Field::new(TAMPER, "With a wrong signature")
                .help("One character is changed. The server has to refuse it."),
            others: Vec::new(),
        }
    }

    fn all(&self) -> [&Field; 3] {
        [&self.app, &self.event, &self.tamper]
    }

    /// The same with what was typed, and what is wrong with it.
    fn refused(mut self, typed: [&str; 3], wrong: &Invalid) -> Self {
        let mut fields = [&mut self.app, &mut self.event, &mut self.tamper];
        for (field, value) in fields.iter_mut().zip(typed) {
            value.clone_into(&mut field.value);
        }
        self.others = faults::show(&mut fields, wrong);
        self.frame.mark = "Error: ".to_owned();
        self
    }
}

async fn show(page: PageRequest, name: Path<String>) -> Answer {
    page.may_perform(READS)?;
    page.query(&[])?;
    let draft = page.web.actions.recipe_draft(&name).await?;
    page.page(&TestPage::new(&page, &draft.name))
}

async fn send(page: PageRequest, name: Path<String>, body: Body<LARGEST>) -> Answer {
    page.may_perform(READS)?;
    let draft = page.web.actions.recipe_draft(&name).await?;
    let form = page.form(body.bytes(), SHAPE)?;
    form.check()?;
    let options = TestOptions {
        reversal: form.typed(EVENT) == REVERSAL,
        tamper: form.typed(TAMPER) == "true",
        ..TestOptions::default()
    };
    let typed = [form.typed(APP), form.typed(EVENT), form.typed(TAMPER)];
    let refusal = match app_named(&page, form.typed(APP)).await {
        Ok(app) => match sent(&page, &app, &draft.name, options).await {
            Ok(delivery) => {
                let path = format!("{}?sent={delivery}", sections::path(&app, "test"));
                return Ok(page.go_on(&path, Kind::Done, format!("Sent by the draft of {}.", draft.name)));
            }
            Err(Refusal::TooMany(text)) => {
                let mut shown = TestPage::new(&page, &draft.name).refused(typed, &Invalid::none());
                shown.others = vec![text.clone()];
                return render::refused(&shown, &Problem::from(Refusal::TooMany(text)));
            }
            Err(refusal) => refusal,
        },
        Err(refusal) => refusal,
    };
    let (mut wrong, problem) = faults::with_problem(refusal)?;
    // What is wrong with the app's endpoint stands at the choice of it.
    let is_own = |field: &str| field.is_empty() || SHAPE.iter().any(|(own, _)| *own == field);
    wrong.0.iter_mut().filter(|fault| !is_own(&fault.field)).for_each(|fault| {
        fault.message = format!("cannot be called by it: {} {}", fault.field, fault.message);
        fault.field = APP.to_owned();
    });
    render::refused(&TestPage::new(&page, &draft.name).refused(typed, &wrong), &problem)
}

async fn app_named(page: &PageRequest, named: &str) -> Result<App, Refusal> {
    match page.web.actions.app(page.caller(), named).await {
        Err(Refusal::Unknown(_)) => Err(Refusal::field(APP, "names no app")),
        found => found,
    }
}

/// Sends it; answers the id of its delivery.
async fn sent(page: &PageRequest, app: &App, name: &str, options: TestOptions) -> Result<String, Refusal> {
    let asked = TestAsked { recipe: Some(draft_named(name)), options, ..TestAsked::default() };
    let mut id = String::new();
    let sends = async {
        id = page.web.actions.test(page.caller(), app.clone(), asked).await?.delivery.0.id;
        Ok(())
    };
    page.perform(SENDS, &[&app.id], sends).await?;
    Ok(id)
}
