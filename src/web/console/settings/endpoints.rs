//! An app's endpoints: what each is, a further one, and the way to delete one or to enable one that its receiver disabled.

use actix_web::web::Path;
use serde_json::{Map, Value};

use super::{LARGEST, SettingsPage, one, open, switch};
use crate::actions::app_list::AppInList;
use crate::actions::form_keys::Once;
use crate::domain::app::{App, Endpoint};
use crate::domain::dialect::listed::Listed;
use crate::web::Answer;
use crate::web::console::confirm::ConfirmPage;
use crate::web::console::flash;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::parts::state::{State, Tone};
use crate::web::console::place;
use crate::web::console::sections::AppPage;
use crate::web::console::words::cuts::{self, Long};
use crate::web::console::{faults, sections};
use crate::web::json::Body;

const SHAPE: &Shape<'_> = &[("dialect", Kind::Text), ("formKey", Kind::Text)];
const ADDS: &str = "POST /v1/apps/{id}/endpoints";
const DELETES: &str = "DELETE /v1/apps/{id}/endpoints/{endpointId}";
const ENABLES: &str = "POST /v1/apps/{id}/endpoints/{endpointId}/enable";
/// What somebody is told whose form was sent before.
const USED: &str = "This form was sent before, and adds nothing twice.";

/// An endpoint of the list.
#[derive(Debug)]
pub(super) struct EndpointRow {
    pub(super) state: State,
    pub(super) dialect: String,
    /// A later version of that, and where the endpoint goes to it.
    pub(super) newer: Option<(String, String)>,
    pub(super) url: Option<Long>,
    /// Which one it is, where there are several.
    pub(super) number: Option<usize>,
    pub(super) id: Long,
    pub(super) callback: String,
    pub(super) secrets: String,
    /// Where it is enabled, if its receiver disabled it.
    pub(super) enable: Option<String>,
    /// Where it is deleted; an app keeps at least one.
    pub(super) delete: Option<String>,
}

pub(super) fn rows(page: &PageRequest, app: &App) -> Vec<EndpointRow> {
    app.endpoints.iter().map(|endpoint| row(page, app, endpoint)).collect()
}

fn row(page: &PageRequest, app: &App, endpoint: &Endpoint) -> EndpointRow {
    let settings = &endpoint.config.settings;
    let recipe = page.web.node.catalog().get(&settings.dialect).cloned();
    let about_it = |end: &str| place::path(app, end, Some(&endpoint.id), &[]);
    let of_it = |act: &str| sections::path(app, &format!("settings/endpoints/{}/{act}", endpoint.id));
    let state = |word: &str, icon, tone| State { word: word.to_owned(), icon, tone, under: None };
    let state = match (&endpoint.disabled, &settings.callback_url) {
        (Some(disabled), _) => {
            state("Disabled", "held", Tone::Bad).because(format!("its server answered {}", disabled.status))
        }
        (None, None) => state("No callback URL", "pending", Tone::Warn),
        (None, Some(_)) => state("Ready", "delivered", Tone::Ok),
    };
    EndpointRow {
        state,
        dialect: recipe.map_or_else(|| settings.dialect.clone(), |recipe| recipe.title().to_owned()),
        newer: switch::offered(page, app, endpoint),
        url: settings.callback_url.clone().map(|url| cuts::url(&String::from(url))),
        number: app.endpoint_number(&endpoint.id),
        id: cuts::id(&endpoint.id),
        callback: about_it("callback"),
        secrets: about_it("secrets"),
        enable: endpoint.disabled.is_some().then(|| of_it("enable")),
        delete: (app.endpoints.len() > 1).then(|| of_it("delete")),
    }
}

/// The dialect of a further endpoint, among those that the app's publisher may have, whoever chooses.
pub(super) fn dialects(page: &PageRequest, app: &App) -> Field {
    let catalog = page.web.node.catalog().open_to(&app.publisher_id);
    let mut known: Vec<_> = catalog.newest_listed().filter(|listed| !listed.is_withdrawn()).collect();
    known.sort_by_cached_key(|listed| listed.recipe.title().to_lowercase());
    let label = |listed: &Listed| match &listed.publication {
        None => listed.recipe.title().to_owned(),
        Some(_) => format!("{} (own, {})", listed.recipe.title(), listed.recipe.id()),
    };
    let field = Field::new("dialect", "Dialect of a further endpoint")
        .help("It is called for completions that are reported from then on. Its callback URL is next.");
    known.iter().fold(field.choice("", "Choose one"), |field, one| field.choice(one.recipe.name(), &label(one)))
}

pub(super) async fn add(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    let actions = &page.web.actions;
    let app = actions.app(page.caller(), &app).await?;
    let form = page.form(body.bytes(), SHAPE)?;
    form.check()?;
    let settings = sections::path(&app, "settings");
    let given: Map<String, Value> = form.clone().into_object(&["formKey"])?;
    let named = [app.id.as_str()];
    let adds = page.perform(ADDS, &named, actions.create_endpoint(page.caller(), &app.id, &given));
    match page.once(&form, adds).await? {
        Once::Done(made) => {
            let next = place::path(&app, "callback", Some(&made.endpoint.id), &[]);
            Ok(page.go_on(&next, flash::Kind::Done, "Added. Set its callback URL; callbacks to it wait until then."))
        }
        Once::SentBefore => Ok(page.go_on(&settings, flash::Kind::Partly, USED)),
        Once::Refused(refusal) => {
            let (wrong, problem) = faults::with_problem(refusal)?;
            let mut shown = SettingsPage::of(&page, &app);
            shown.dialect.value = form.typed("dialect").to_owned();
            shown.refused(&wrong, &problem)
        }
    }
}

pub(super) async fn ask_delete(page: PageRequest, path: Path<(String, String)>) -> Answer {
    page.query(&[])?;
    let (app, endpoint) = one(&page, &path).await?;
    let AppInList { app, health, .. } = page.web.actions.app_shown(app).await?;
    page.page(&ConfirmPage {
        frame: sections::frame(&page, &app, AppPage::Settings),
        question: format!("Delete the endpoint {}?", cuts::id(&endpoint.id).shown),
        facts: vec![
            format!("It speaks {}. Nothing is called there any more.", endpoint.config.settings.dialect),
            "Its history stays; its secrets are gone, and it cannot be undone.".to_owned(),
        ],
        warning: open(health.waiting).map(|number| {
            format!("{number}: an endpoint is deleted once all of the app have ended. Wait for them, or cancel them.")
        }),
        choice: None,
        others: Vec::new(),
        hidden: None,
        path: sections::path(&app, &format!("settings/endpoints/{}/delete", endpoint.id)),
        act: "Delete endpoint".to_owned(),
        is_danger: true,
        back: sections::path(&app, "settings"),
    })
}

pub(super) async fn delete(page: PageRequest, path: Path<(String, String)>, body: Body<LARGEST>) -> Answer {
    let (app, endpoint) = one(&page, &path).await?;
    page.form(body.bytes(), &[])?.check()?;
    let deletes = page.web.actions.archive_endpoint(page.caller(), &app.id, &endpoint.id);
    page.perform(DELETES, &[&app.id, &endpoint.id], deletes).await?;
    Ok(page.go_on(&sections::path(&app, "settings"), flash::Kind::Done, "The endpoint is deleted."))
}

pub(super) async fn enable(page: PageRequest, path: Path<(String, String)>, body: Body<LARGEST>) -> Answer {
    let (app, endpoint) = one(&page, &path).await?;
    page.form(body.bytes(), &[])?.check()?;
    let enables = page.web.actions.enable_endpoint(page.caller(), &app.id, &endpoint.id);
    page.perform(ENABLES, &[&app.id, &endpoint.id], enables).await?;
    Ok(page.go_on(&sections::path(&app, "settings"), flash::Kind::Done, "Enabled. What waited for it is sent now."))
}
