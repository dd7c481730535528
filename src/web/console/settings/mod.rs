//! `/apps/{app}/settings`: what can be set of an app itself, its terms for those who agree on them, its endpoints, and archiving it.
//! Of an archived app it says what was set.

mod archive;
mod changed;
mod endpoints;
mod general;
pub(super) mod switch;
mod terms;

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::frame::Frame;
use super::page_request::PageRequest;
use super::parts::field::Field;
use super::sections::AppPage;
use super::{faults, pages, render, sections};
use crate::actions::access::endpoint;
use crate::domain::app::{App, Endpoint};
use crate::domain::health::Capped;
use crate::domain::invalid::Invalid;
use crate::web::Answer;
use crate::web::console::words::amounts::capped;
use crate::web::error::Problem;
use endpoints::EndpointRow;
use general::General;
use terms::Terms;

const LARGEST: usize = 64 * 1024;
/// The call that saves both.
const SAVES: &str = "PATCH /v1/apps/{id}";
/// The call that credits by hand: whoever may make it, agrees on terms as well.
const CREDITS: &str = "POST /v1/apps/{id}/credits";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(pages::resource("/apps/{app}/settings").get(show).post(general::save))
        .service(pages::resource("/apps/{app}/settings/terms").post(terms::save))
        .service(pages::resource("/apps/{app}/settings/archive").get(archive::ask).post(archive::archive))
        .service(pages::resource("/apps/{app}/settings/endpoints").post(endpoints::add))
        .service(
            pages::resource("/apps/{app}/settings/endpoints/{endpoint}/delete")
                .get(endpoints::ask_delete)
                .post(endpoints::delete),
        )
        .service(pages::resource("/apps/{app}/settings/endpoints/{endpoint}/enable").post(endpoints::enable))
        .service(
            pages::resource("/apps/{app}/settings/endpoints/{endpoint}/switch").get(switch::ask).post(switch::switch),
        );
}

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    frame: Frame,
    path: String,
    general: General,
    is_paused: bool,
    pause: String,
    resume: String,
    /// What both forms show, to be sent along.
    shown: Shown,
    /// For those who agree on them.
    terms: Option<Terms>,
    endpoints: Vec<EndpointRow>,
    dialect: Field,
    form_key: String,
    /// Where a user is credited by hand, for those who may.
    credit: Option<String>,
    others: Vec<String>,
}

/// What the forms show before somebody types.
struct Shown {
    general: String,
    terms: String,
}

/// Of an archived app: what was set, to be read.
#[derive(Template)]
#[template(path = "settings_archived.html")]
struct ArchivedPage {
    frame: Frame,
    facts: Vec<(String, String)>,
    endpoints: Vec<EndpointRow>,
}

impl SettingsPage {
    fn of(page: &PageRequest, app: &App) -> Self {
        let may_agree = page.can(CREDITS);
        let general = General::of(app, may_agree);
        let terms = may_agree.then(|| Terms::of(&app.settings));
        let of_terms = terms.as_ref().map(|terms| changed::shown(&terms.all())).unwrap_or_default();
        Self {
            frame: sections::frame(page, app, AppPage::Settings),
            path: sections::path(app, "settings"),
            is_paused: app.settings.paused,
            pause: sections::path(app, "pause"),
            resume: sections::path(app, "resume"),
            shown: Shown { general: changed::shown(&general.all()), terms: of_terms },
            general,
            terms,
            endpoints: endpoints::rows(page, app),
            dialect: endpoints::dialects(page, app),
            form_key: page.web.actions.new_form_key(),
            credit: may_agree.then(|| sections::path(app, "credit")),
            others: Vec::new(),
        }
    }

    /// Every control, in the order of the page.
    fn all(&self) -> Vec<&Field> {
        let terms = self.terms.iter().flat_map(Terms::all);
        self.general.all().into_iter().chain(terms).chain([&self.dialect]).collect()
    }

    fn refused(mut self, wrong: &Invalid, problem: &Problem) -> Answer {
        let terms = self.terms.iter_mut().flat_map(Terms::all_mut);
        let mut fields: Vec<&mut Field> =
            self.general.all_mut().into_iter().chain(terms).chain([&mut self.dialect]).collect();
        self.others = faults::show(&mut fields, wrong);
        self.frame.mark = "Error: ".to_owned();
        if let Some(terms) = &mut self.terms {
            terms.open_where_wrong();
        }
        render::refused(&self, problem)
    }
}

/// How many deliveries of the app are open, if any: until all have ended, it keeps its endpoints and is not archived.
fn open(waiting: Capped) -> Option<String> {
    match (waiting.count, waiting.more) {
        (0, _) => None,
        (1, false) => Some("1 delivery is open".to_owned()),
        _ => Some(format!("{} deliveries are open", capped(waiting))),
    }
}

/// An endpoint that a path names, with its app.
async fn one(page: &PageRequest, path: &(String, String)) -> Result<(App, Endpoint), Problem> {
    let app = page.web.actions.app(page.caller(), &path.0).await?;
    let endpoint = endpoint(&app, Some(&path.1))?.clone();
    Ok((app, endpoint))
}

async fn show(page: PageRequest, app: Path<String>) -> Answer {
    page.query(&[])?;
    let app = page.web.actions.app_or_archived(page.caller(), &app).await?;
    if app.archived_at.is_none() {
        return page.page(&SettingsPage::of(&page, &app));
    }
    // The same as of an app that lives: terms and ref are for those who agree on them.
    let may_agree = page.can(CREDITS);
    let general = General::of(&app, may_agree);
    let terms = may_agree.then(|| Terms::of(&app.settings));
    let fact = |field: &Field| (field.label.clone(), field.shown());
    page.page(&ArchivedPage {
        frame: sections::frame(&page, &app, AppPage::Settings),
        facts: general.all().into_iter().chain(terms.iter().flat_map(Terms::all)).map(fact).collect(),
        endpoints: endpoints::rows(&page, &app),
    })
}
