//! `/apps/{app}/callback`: where callbacks go, how they look, and what becomes of the answer. The form shows what is set, the
//! preview what it would send.

mod form;

use actix_web::web::{Path, ServiceConfig};
use askama::Template;
use serde_json::{Map, Value};

use super::app_line::capped;
use super::filters;
use super::flash::Kind;
use super::forms::Form;
use super::frame::Frame;
use super::page_request::PageRequest;
use super::parts::lines::Link;
use super::preview::{self, Preview};
use super::{faults, pages, render, sections};
use crate::actions::access::endpoint;
use crate::actions::previews::PreviewAsked;
use crate::actions::refusal::Refusal;
use crate::domain::app::{App, Endpoint};
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::given;
use crate::domain::invalid::Invalid;
use crate::domain::strict_json;
use crate::web::Answer;
use crate::web::error::Problem;
use crate::web::json::Body;
use form::Fields;

/// Parameters of the page.
const PARAMETERS: [&str; 2] = ["endpoint", "part"];
/// Largest form: two URLs, and twenty headers of any length.
const LARGEST: usize = 256 * 1024;
/// The call that it saves by.
const SAVES: &str = "PATCH /v1/apps/{id}/endpoints/{endpointId}";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/apps/{app}/callback").get(show).post(send));
}

#[derive(Template)]
#[template(path = "callback.html")]
struct CallbackPage {
    frame: Frame,
    /// Where the form goes.
    path: String,
    dialect: String,
    /// The app's other endpoints.
    endpoints: Vec<(Link, bool)>,
    fields: Fields,
    others: Vec<String>,
    preview: Preview,
    previewed_by: String,
}

/// The endpoint that the page is about.
struct Place {
    app: App,
    endpoint: Endpoint,
    is_named: bool,
}

impl Place {
    async fn of(page: &PageRequest, app: &str) -> Result<Self, Problem> {
        let query = page.query(&PARAMETERS)?;
        let app = page.web.actions.app(page.caller(), app).await?;
        let named = query.text("endpoint");
        let endpoint = endpoint(&app, named)?.clone();
        Ok(Self { app, endpoint, is_named: named.is_some() })
    }

    fn settings(&self) -> &EndpointSettings {
        &self.endpoint.config.settings
    }

    fn recipe<'a>(&self, page: &'a PageRequest) -> Result<&'a Recipe, Problem> {
        let found = page.web.node.catalog.get(&self.settings().dialect);
        Ok(found.ok_or(Refusal::conflict("This version does not know the dialect of this endpoint."))?)
    }

    fn path(&self) -> String {
        let path = sections::path(&self.app, "callback");
        if self.is_named { format!("{path}?endpoint={}", self.endpoint.id) } else { path }
    }

    fn page(&self, page: &PageRequest, recipe: &Recipe, fields: Fields, preview: Preview) -> CallbackPage {
        let path = self.path();
        let base = sections::path(&self.app, "callback");
        let links = self.app.endpoints.iter().enumerate().map(|(number, other)| {
            let label = format!("{}. {}", number + 1, other.config.settings.dialect);
            (Link::new(&label, &format!("{base}?endpoint={}", other.id)), other.id == self.endpoint.id)
        });
        CallbackPage {
            frame: sections::frame(page, &self.app, "Callback URL"),
            previewed_by: format!("{path}{}part=preview", if self.is_named { "&" } else { "?" }),
            path,
            dialect: recipe.title().to_owned(),
            endpoints: if self.app.endpoints.len() > 1 { links.collect() } else { Vec::new() },
            fields,
            others: Vec::new(),
            preview,
        }
    }
}

async fn show(page: PageRequest, app: Path<String>) -> Answer {
    let place = Place::of(&page, &app).await?;
    let recipe = place.recipe(&page)?;
    let fields = Fields::of(recipe, place.settings());
    let preview = match place.settings().callback_url {
        Some(_) => previewed(&page, &place, recipe, &fields, Map::new()).await?,
        None => Preview::empty(),
    };
    page.page(&place.page(&page, recipe, fields, preview))
}

/// Saves the form, or only shows what it would send.
async fn send(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    let place = Place::of(&page, &app).await?;
    let recipe = place.recipe(&page)?;
    let own = form::own_names(recipe);
    let form = page.form(body.bytes(), &form::shape(&own))?;
    let fields = Fields::of(recipe, place.settings()).typed(&form);
    let is_part = page.query(&PARAMETERS)?.text("part") == Some("preview");
    if is_part || form.typed("act") == "preview" {
        let preview = match form::settings(form) {
            Ok(settings) => previewed(&page, &place, recipe, &fields, settings).await?,
            Err(wrong) => Preview::refused(&wrong, |field| fields.label(field)),
        };
        return if is_part {
            preview::part(&page, preview)
        } else {
            page.page(&place.page(&page, recipe, fields, preview))
        };
    }
    match save(&page, &place, form).await {
        Ok(text) => Ok(page.go_on(&place.path(), Kind::Done, text)),
        Err(refusal) => {
            let wrong = faults::faults_of(refusal)?;
            let mut shown = place.page(&page, recipe, fields, Preview::default());
            shown.others = faults::show(&mut shown.fields.all_mut(), &wrong);
            shown.fields.open_where_wrong();
            shown.frame.mark = "Error: ".to_owned();
            render::refused(&shown, &Problem::from(wrong))
        }
    }
}

/// Says how it was saved.
async fn save(page: &PageRequest, place: &Place, form: Form) -> Result<String, Refusal> {
    let (app, endpoint) = (place.app.id.as_str(), place.endpoint.id.as_str());
    let given = form::settings(form)?;
    let actions = &page.web.actions;
    // What waits is known of the app as a whole.
    let is_only_endpoint = place.app.endpoints.len() == 1;
    let waiting = actions.app_to_read(page.caller(), app).await?.health.waiting;
    page.perform(SAVES, &[app, endpoint], actions.change_endpoint(page.caller(), app, endpoint, &given)).await?;
    Ok(match waiting.count {
        0 => "Saved. In force now.".to_owned(),
        _ if !is_only_endpoint => "Saved. In force now, also for callbacks to this endpoint that wait.".to_owned(),
        1 if !waiting.more => "Saved. In force now, also for the callback that waits.".to_owned(),
        _ => format!("Saved. In force now, also for the {} callbacks that wait.", capped(waiting)),
    })
}

/// What these settings would send.
async fn previewed(
    page: &PageRequest,
    place: &Place,
    recipe: &Recipe,
    fields: &Fields,
    given: Map<String, Value>,
) -> Result<Preview, Problem> {
    let actions = &page.web.actions;
    let has_secret = place.endpoint.active_secret().is_some();
    let done = if has_secret || recipe.signature().is_none() {
        let asked = PreviewAsked {
            endpoint_id: Some(place.endpoint.id.clone()),
            unsaved: Some(given.clone()),
            ..PreviewAsked::default()
        };
        actions.preview(page.caller(), &place.app, asked).await
    } else {
        let mut all = strict_json::as_object(place.settings());
        all.extend(given.clone());
        actions.preview_without_app(all, None)
    };
    match done {
        Ok(previewed) => {
            // They were read a moment ago, or there would be no preview.
            let settings = given::endpoint(place.settings(), given).map(|given| given.settings);
            Ok(Preview::of(recipe, &settings.unwrap_or_else(|_: Invalid| place.settings().clone()), previewed))
        }
        Err(refusal) => Ok(Preview::refused(&faults::faults_of(refusal)?, |field| fields.label(field))),
    }
}
