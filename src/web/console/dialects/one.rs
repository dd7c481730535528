//! `/dialects/{dialect}`: what one dialect sends and what it asks of a receiver, by a sample of which every byte is shown.

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::file::{self, File};
use super::known;
use super::macros::{self, MacroRow};
use super::sampled::{self, ENDPOINT, Sampled, URL};
use crate::actions::dialects::Dialect;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::recipe::{Recipe, Setting};
use crate::domain::receiver_code::Language;
use crate::web::Answer;
use crate::web::console::filters;
use crate::web::console::frame::Frame;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::parts::lines::Link;
use crate::web::console::parts::state::State;
use crate::web::console::preview::Shown;
use crate::web::console::words::signing::{self, Covers};
use crate::web::console::words::{dialects, durations, recipes, sentences};
use crate::web::console::{faults, pages, render, sections};
use crate::web::error::Problem;

/// What stands for the secret in a text that is signed.
const SECRET: &str = "{secret}";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/dialects/{dialect}").get(show));
}

#[derive(Template)]
#[template(path = "dialect.html")]
struct DialectPage {
    frame: Frame,
    path: String,
    id: String,
    state: State,
    unsigned: Option<State>,
    made_by: &'static str,
    how: String,
    /// What is odd about it.
    about: Option<String>,
    sources: Vec<Link>,
    /// What the vendor gave the publisher, and callbacks hold.
    settings: Vec<(String, String)>,
    endpoint: Option<Field>,
    url: Field,
    others: Vec<String>,
    warnings: Vec<String>,
    /// For whom the sample is made.
    sample_for: String,
    secret: Option<String>,
    /// Whether the text that is signed holds it, in which it stays a word.
    is_in_text: bool,
    completion: Option<Shown>,
    reversal: Option<Shown>,
    /// Why no reversal is sent to this URL.
    not_told: Option<String>,
    reversal_says: Vec<String>,
    macros: Vec<MacroRow>,
    zero_payout: Option<String>,
    signs: String,
    covers: Covers,
    answer: String,
    refusals: Vec<String>,
    timeout: String,
    waits: String,
    /// Where callbacks come from, where that is fixed.
    address: Option<String>,
    receivers: Vec<Link>,
    /// What deserves a look about the version itself.
    notes: Vec<String>,
    /// For those who write recipes.
    file: Option<File>,
}

impl DialectPage {
    fn new(page: &PageRequest, dialect: &Dialect, seen: Sampled, file: Option<File>) -> Self {
        let (listed, recipe) = (&dialect.listed, &dialect.listed.recipe);
        let path = known::path(&page_name(&page.web.actions.dialects_open_to(page.caller()), recipe));
        let of_app = seen.whose.as_ref();
        let settings = of_app.map(|(_, endpoint)| &endpoint.config.settings);
        let success = settings.and_then(|settings| settings.success.as_ref()).unwrap_or_else(|| recipe.success());
        let retry = settings.and_then(|settings| settings.retry_schedule.as_ref()).unwrap_or_else(|| recipe.retry());
        let timeout = settings.and_then(|settings| settings.timeout()).unwrap_or_else(|| recipe.timeout());
        let title = |setting: &Setting| (dialects::setting(setting).to_owned(), sentences::of(&setting.meaning));
        let reversal = seen.sample.reversal.as_ref();
        Self {
            frame: Frame { crumbs: vec![Link::new("Dialects", "/dialects")], ..page.frame(recipe.title()) },
            id: recipe.id(),
            state: known::state(listed),
            unsigned: known::unsigned(listed),
            made_by: known::made_by(listed),
            how: dialects::how(recipe),
            about: Some(recipe.about()).filter(|about| !about.is_empty()).map(str::to_owned),
            sources: recipe.sources().iter().map(|source| Link::new(source, source)).collect(),
            settings: recipe.settings().iter().map(title).collect(),
            sample_for: sample_for(&seen),
            secret: seen.sample.secret.clone(),
            is_in_text: seen.sample.completion.request.signed_text.as_ref().is_some_and(|text| text.contains(SECRET)),
            completion: sampled::shown(recipe, &seen.sample.completion),
            reversal: reversal.ok().and_then(|told| sampled::shown(recipe, told)),
            not_told: reversal.err().and_then(|why| sampled::not_told(recipe, why)),
            reversal_says: recipes::reversal(recipe),
            macros: macros::rows(recipe, &seen.sample),
            zero_payout: recipes::zero_payout(recipe),
            signs: signing::how(recipe),
            covers: signing::covers(recipe),
            answer: recipes::answer(success),
            refusals: recipes::refusals(recipe),
            timeout: durations::written(timeout),
            waits: recipes::waits(retry),
            address: of_app.and_then(|(app, _)| page.web.actions.leaves_from(app).0).map(|address| address.to_string()),
            receivers: receivers(&seen, &format!("{path}/receiver")),
            endpoint: seen.endpoint,
            url: seen.url,
            others: Vec::new(),
            warnings: seen.warnings,
            notes: listed.warnings().iter().map(|warning| sentences::of(warning)).collect(),
            file,
            path,
        }
    }

    /// The controls.
    fn all(&self) -> Vec<&Field> {
        self.endpoint.iter().chain([&self.url]).collect()
    }
}

async fn show(page: PageRequest, name: Path<String>) -> Answer {
    let query = page.query(&[URL, ENDPOINT])?;
    let dialect = known::named(&page, &name).await?;
    let seen = Sampled::of(&page, &dialect.listed.recipe, &query).await?;
    let wrong = seen.wrong.clone();
    let file = file::of(&page, &dialect).await?;
    let mut shown = DialectPage::new(&page, &dialect, seen, file);
    if wrong.0.is_empty() {
        return page.page(&shown);
    }
    let mut fields: Vec<&mut Field> = shown.endpoint.iter_mut().chain([&mut shown.url]).collect();
    shown.others = faults::show(&mut fields, &wrong);
    shown.frame.mark = "Error: ".to_owned();
    render::refused(&shown, &Problem::from(wrong))
}

/// The version that the dialect's name alone means has the page of the dialect, any other one has its own.
fn page_name(catalog: &Catalog, recipe: &Recipe) -> String {
    let is_meant = catalog.listed(recipe.name()).is_some_and(|meant| meant.recipe.id() == recipe.id());
    if is_meant { recipe.name().to_owned() } else { recipe.id() }
}

fn sample_for(seen: &Sampled) -> String {
    match &seen.whose {
        Some((app, _)) => format!("As it would be sent to {}.", app.settings.name),
        None if !seen.url.value.is_empty() && seen.wrong.0.is_empty() => "As it would be sent to your URL.".to_owned(),
        None => "To a server that is made up.".to_owned(),
    }
}

/// The programs that take these callbacks: those of the app, where one is chosen.
fn receivers(seen: &Sampled, path: &str) -> Vec<Link> {
    let link = |language: Language| {
        let parameters = [("lang", language.name())];
        let href = match &seen.whose {
            Some((app, _)) => seen.address(&sections::path(app, "receiver"), &parameters),
            None => seen.address(path, &parameters),
        };
        Link::new(language.title(), &href)
    };
    Language::ALL.map(link).into()
}
