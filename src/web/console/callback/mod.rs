//! `/apps/{app}/callback`: where callbacks go, how they look, and what becomes of the answer. The form shows what is set, the
//! preview what it would send.

mod form;
mod previewed;
mod sample;

use actix_web::web::{Path, ServiceConfig};
use askama::Template;
use serde_json::{Map, Value};

use super::faults::{self, SETTINGS};
use super::filters;
use super::flash::Kind;
use super::frame::Frame;
use super::page_request::PageRequest;
use super::parts::field::Field;
use super::parts::lines::Link;
use super::place::{self, Place};
use super::preview::{self, Preview, PreviewPart};
use super::sections::AppPage;
use super::settings::switch;
use super::{pages, render, sections};
use crate::actions::refusal::Refusal;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::invalid::Invalid;
use crate::web::Answer;
use crate::web::console::words::amounts::capped;
use crate::web::error::Problem;
use crate::web::json::Body;
use form::Fields;
use previewed::Previewing;
use sample::SAMPLE;

/// Parameters of the page.
const PARAMETERS: [&str; 3] = [place::PARAMETER, SAMPLE, "part"];
/// The end of its path.
const END: &str = "callback";
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
    /// As the endpoint names it.
    dialect_name: String,
    /// A later version of it, and where the endpoint goes to that.
    newer: Option<(String, String)>,
    /// The app's other endpoints.
    endpoints: Vec<(Link, bool)>,
    fields: Fields,
    others: Vec<String>,
    /// What the preview tells of.
    sample: Field,
    preview: Preview,
    previewed_by: String,
}

impl CallbackPage {
    /// Every control, in the order of the page.
    fn all(&self) -> Vec<&Field> {
        self.fields.all().into_iter().chain([&self.sample]).collect()
    }

    /// Puts what is wrong at its fields. The preview waits for them.
    fn wrong(mut self, wrong: Invalid) -> Self {
        let wrong = faults::of_own_settings(wrong, SETTINGS);
        let mut fields = self.fields.all_mut();
        fields.push(&mut self.sample);
        self.others = faults::show(&mut fields, &wrong);
        self.fields.open_where_wrong();
        self.preview = std::mem::take(&mut self.preview).behind(&self.all(), self.others.clone());
        self
    }

    /// The page of a form that was refused.
    fn refused(mut self, wrong: Invalid) -> Answer {
        self.frame.mark = "Error: ".to_owned();
        let problem = Problem::from(wrong.clone());
        render::refused(&self.wrong(wrong), &problem)
    }
}

/// The page with these parameters, beside the endpoint that is named.
fn path(place: &Place, parameters: &[(&str, &str)]) -> String {
    let given: Vec<_> = parameters.iter().copied().filter(|(_, value)| !value.is_empty()).collect();
    place.path_with(END, &given)
}

fn shown(page: &PageRequest, place: &Place, recipe: &Recipe, fields: Fields, seen: Previewing) -> CallbackPage {
    CallbackPage {
        frame: sections::frame(page, &place.app, AppPage::CallbackUrl),
        previewed_by: path(place, &[("part", "preview")]),
        path: path(place, &[]),
        dialect: recipe.title().to_owned(),
        dialect_name: place.settings().dialect.clone(),
        newer: switch::offered(page, &place.app, &place.endpoint),
        endpoints: place.switcher(END),
        fields,
        others: Vec::new(),
        sample: seen.sample,
        preview: seen.preview,
    }
}

/// The endpoint that the page is about.
async fn place_of(page: &PageRequest, app: &str) -> Result<Place, Problem> {
    let query = page.query(&PARAMETERS)?;
    Place::of(page, app, query.text(place::PARAMETER)).await
}

async fn show(page: PageRequest, app: Path<String>) -> Answer {
    let place = place_of(&page, &app).await?;
    let recipe = &*place.recipe(&page)?;
    let query = page.query(&PARAMETERS)?;
    let fields = Fields::of(recipe, place.settings());
    let seen = Previewing::of(&page, &place, recipe, query.text(SAMPLE).unwrap_or_default(), Map::new()).await?;
    let wrong = seen.wrong.clone();
    let shown = shown(&page, &place, recipe, fields, seen);
    if wrong.0.is_empty() { page.page(&shown) } else { shown.refused(wrong) }
}

/// Saves the form, or only shows what it would send.
async fn send(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    let place = place_of(&page, &app).await?;
    let recipe = &*place.recipe(&page)?;
    let own = form::own_names(recipe);
    let form = page.form(body.bytes(), &form::shape(&own))?;
    let fields = Fields::of(recipe, place.settings()).typed(&form);
    let chosen = form.typed(SAMPLE).to_owned();
    let is_part = page.query(&PARAMETERS)?.text("part") == Some("preview");
    let saves = !is_part && form.typed("act") != "preview";
    let (given, mut wrong) = form::settings(form);
    if saves && wrong.0.is_empty() {
        match save(&page, &place, &given).await {
            Ok(text) => return Ok(page.go_on(&path(&place, &[(SAMPLE, &chosen)]), Kind::Done, text)),
            Err(refusal) => wrong = faults::faults_of(refusal)?,
        }
    }
    let seen = Previewing::of(&page, &place, recipe, &chosen, given).await?;
    // What could not be read, and what is wrong with the rest, all at once.
    let known: Vec<String> = wrong.0.iter().map(|fault| fault.field.clone()).collect();
    wrong.0.extend(seen.wrong.0.iter().filter(|fault| !known.contains(&fault.field)).cloned());
    let shown = shown(&page, &place, recipe, fields, seen);
    if is_part {
        let shown = shown.wrong(wrong);
        preview::part(&page, &PreviewPart { preview: shown.preview.clone(), fields: shown.all(), inserts: None })
    } else if wrong.0.is_empty() {
        page.page(&shown)
    } else {
        shown.refused(wrong)
    }
}

/// Says how it was saved.
async fn save(page: &PageRequest, place: &Place, given: &Map<String, Value>) -> Result<String, Refusal> {
    let (app, endpoint) = (place.app.id.as_str(), place.endpoint.id.as_str());
    let actions = &page.web.actions;
    // What waits is known of the app as a whole.
    let is_only_endpoint = place.app.endpoints.len() == 1;
    let waiting = actions.app_to_read(page.caller(), app).await?.health.waiting;
    page.perform(SAVES, &[app, endpoint], actions.change_endpoint(page.caller(), app, endpoint, given)).await?;
    Ok(match waiting.count {
        0 => "Saved. In force now.".to_owned(),
        _ if !is_only_endpoint => "Saved. In force now, also for callbacks to this endpoint that wait.".to_owned(),
        1 if !waiting.more => "Saved. In force now, also for the callback that waits.".to_owned(),
        _ => format!("Saved. In force now, also for the {} callbacks that wait.", capped(waiting)),
    })
}
