//! `/apps/{app}/credit`: crediting a user by hand. What the publisher's server will be told is said first; then it is recorded, once
//! however often it is sent, because the credit is named when its form is made.

mod form;
mod told;

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::flash::Kind;
use super::forms::Form;
use super::frame::Frame;
use super::page_request::PageRequest;
use super::parts::lines::Link;
use super::{faults, pages, render, sections};
use crate::actions::recorded::Recorded;
use crate::actions::refusal::Refusal;
use crate::domain::app::App;
use crate::domain::invalid::Invalid;
use crate::web::Answer;
use crate::web::error::Problem;
use crate::web::json::Body;
use form::{Fields, NAMED, SHAPE};

const LARGEST: usize = 32 * 1024;
/// The call that credits.
const CREDITS: &str = "POST /v1/apps/{id}/credits";
/// What the form is filled in with by its address.
const PARAMETERS: [&str; 3] = ["userId", "offerId", "offerName"];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/apps/{app}/credit").get(show).post(send));
}

#[derive(Template)]
#[template(path = "credit.html")]
struct CreditPage {
    frame: Frame,
    path: String,
    app: String,
    back: String,
    fields: Fields,
    /// What the credit is called, if nobody names it.
    named: String,
    others: Vec<String>,
}

/// What is asked before it is recorded.
#[derive(Template)]
#[template(path = "credit_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    path: String,
    question: String,
    /// What is told, each with its name.
    told: Vec<(String, String)>,
    facts: Vec<String>,
    hidden: Vec<(String, String)>,
}

impl CreditPage {
    fn of(page: &PageRequest, app: &App) -> Self {
        Self {
            frame: frame(page, app),
            path: sections::path(app, "credit"),
            app: app.settings.name.clone(),
            back: sections::path(app, ""),
            fields: fields(page, app),
            named: form::new_name(),
            others: Vec::new(),
        }
    }

    fn typed(mut self, form: &Form) -> Self {
        self.fields = self.fields.typed(form);
        form.typed(NAMED).clone_into(&mut self.named);
        self
    }

    fn refused(mut self, wrong: Invalid) -> Answer {
        let problem = Problem::from(wrong.clone());
        self.others = faults::show(&mut self.fields.all_mut(), &wrong);
        self.frame.mark = "Error: ".to_owned();
        self.fields.open_where_wrong();
        render::refused(&self, &problem)
    }
}

/// The fields, as the dialects of the app's endpoints ask for them.
fn fields(page: &PageRequest, app: &App) -> Fields {
    let catalog = page.web.node.catalog();
    let recipes = app.endpoints.iter().filter_map(|one| catalog.get(&one.config.settings.dialect));
    Fields::new().required_by(recipes.map(AsRef::as_ref))
}

fn frame(page: &PageRequest, app: &App) -> Frame {
    let crumbs = vec![Link::new("Apps", "/apps"), Link::new(&app.settings.name, &sections::path(app, ""))];
    Frame { crumbs, ..page.frame("Credit by hand") }
}

async fn show(page: PageRequest, app: Path<String>) -> Answer {
    page.may_perform(CREDITS)?;
    let query = page.query(&PARAMETERS)?;
    let app = page.web.actions.app(page.caller(), &app).await?;
    let mut shown = CreditPage::of(&page, &app);
    for name in PARAMETERS {
        shown.fields.fill(name, query.text(name).unwrap_or_default());
    }
    page.page(&shown)
}

/// Says what would be told, or credits.
async fn send(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    page.may_perform(CREDITS)?;
    let app = page.web.actions.app(page.caller(), &app).await?;
    let form = page.form(body.bytes(), SHAPE)?;
    let actions = &page.web.actions;
    let given = match form::given(&form) {
        Ok(given) => given,
        Err(wrong) => return CreditPage::of(&page, &app).typed(&form).refused(wrong),
    };
    let done = match form.typed("act") {
        "change" => return page.page(&CreditPage::of(&page, &app).typed(&form)),
        "credit" => {
            let credits = actions.credit(page.caller(), &app.id, given);
            page.perform(CREDITS, &[&app.id], credits).await.map(|made| made.made)
        }
        _ => actions.check_credit(page.caller(), &app.id, given).await,
    };
    let is_asked = form.typed("act") != "credit";
    match done {
        Ok(Recorded::Completion { receipt, is_new: false, .. }) => {
            let path = format!("/completions/{}", receipt.completion_id);
            Ok(page.go_on(&path, Kind::Partly, "This was credited before; nobody is credited twice."))
        }
        Ok(Recorded::Completion { receipt, .. }) if is_asked => page.page(&ConfirmPage {
            frame: frame(&page, &app),
            path: sections::path(&app, "credit"),
            question: told::question(&form),
            told: told::told(&form, &receipt.transaction_id),
            facts: told::facts(&app, &receipt.deliveries),
            hidden: form::hidden(&form),
        }),
        Ok(recorded) => {
            let path = format!("/completions/{}", recorded.id());
            Ok(page.go_on(&path, Kind::Done, "Credited. What becomes of the callback stands here."))
        }
        Err(refusal) => CreditPage::of(&page, &app).typed(&form).refused(form::renamed(wrong(refusal)?)),
    }
}

fn wrong(refusal: Refusal) -> Result<Invalid, Problem> {
    match refusal {
        Refusal::TransactionIdTaken(_) => {
            Ok(Invalid::field("externalId", "is the transaction id of another completion of this app"))
        }
        other => faults::faults_of(other),
    }
}
