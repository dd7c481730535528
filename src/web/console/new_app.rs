//! `/apps/new`: publisher, app and first secret by one form. The answer shows the secret, so the form works once.

use std::cmp::Ordering;

use actix_web::web::ServiceConfig;
use askama::Template;
use serde_json::{Map, Value};

use super::filters;
use super::flash;
use super::forms::Form;
use super::frame::Frame;
use super::kinds::{Kind, Shape};
use super::page_request::PageRequest;
use super::parts::field::Field;
use super::parts::lines::Link;
use super::preview::{self, Preview};
use super::words::dialects;
use super::{faults, pages, render, sections};
use crate::actions::refusal::Refusal;
use crate::actions::secrets::{CreatedSecret, SecretsOf};
use crate::domain::app::App;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::recipe::SecretNeed;
use crate::domain::given;
use crate::domain::invalid::Invalid;
use crate::store::page::Page;
use crate::web::Answer;
use crate::web::error::Problem;
use crate::web::json::Body;

const LARGEST: usize = 64 * 1024;
const SHAPE: &Shape<'_> = &[
    ("publisherId", Kind::Text),
    ("publisherName", Kind::Text),
    ("name", Kind::Text),
    ("dialect", Kind::Text),
    ("callbackUrl", Kind::Text),
    ("formKey", Kind::Text),
    ("act", Kind::Text),
];
/// What is the form's own and nothing of an app's.
const OWN: [&str; 3] = ["publisherName", "formKey", "act"];
/// Publishers that can be chosen from.
const PUBLISHERS: usize = 1_000;
/// What somebody is told whose form was sent before.
const USED: &str = "This form was sent before, and makes nothing twice. If its app is here, its secret was shown then: if you did not \
                    store that, add another one on the app's page. If it is not here, make it with a new form.";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/apps/new").get(show).post(send));
}

#[derive(Template)]
#[template(path = "new_app.html")]
struct NewAppPage {
    frame: Frame,
    /// Whose app it is to be, for those who keep several publishers'.
    publisher: Option<(Field, Field)>,
    name: Field,
    dialect: Field,
    callback_url: Field,
    /// What can be inserted depends on the dialect, and stands in the preview.
    nothing: [String; 0],
    form_key: String,
    others: Vec<String>,
    preview: Preview,
}

/// The page that shows a new app's secret, once.
#[derive(Template)]
#[template(path = "app_made.html")]
struct AppMadePage {
    frame: Frame,
    secret: String,
    warnings: Vec<String>,
    next: String,
}

impl NewAppPage {
    async fn new(page: &PageRequest) -> Result<Self, Problem> {
        let actions = &page.web.actions;
        let publisher = if page.caller().limited_to().is_some() {
            None
        } else {
            let listed = actions.publishers(page.caller(), Page { limit: PUBLISHERS, before: None }).await?;
            let mut known = listed.items;
            known.sort_by(|one, other| by_name(&one.name, &other.name));
            let choice = Field::new("publisherId", "Publisher").choice("", "A new one, named below").may_be_empty();
            let choice = known.iter().fold(choice, |field, known| field.choice(&known.id, &known.name));
            let name =
                Field::new("publisherName", "Name of the new publisher").help("Who owns the app.").may_be_empty();
            Some((choice, name))
        };
        let dialects =
            Field::new("dialect", "Dialect").help("How callbacks look and are signed. Choose what the server expects.");
        let dialects = page.web.node.catalog.newest().fold(dialects, |field, recipe| {
            field.explained_choice(recipe.name(), recipe.title(), &dialects::how(recipe))
        });
        let crumbs = vec![Link::new("Apps", "/apps")];
        Ok(Self {
            frame: Frame { crumbs, ..page.frame("New app") },
            publisher,
            name: Field::new("name", "Name").help("Of the placement, such as Kash wall."),
            dialect: dialects,
            callback_url: Field::new("callbackUrl", "Callback URL")
                .help("Called when a user has completed an offer. It can be set later; callbacks wait until it is.")
                .may_be_empty(),
            nothing: [],
            form_key: actions.new_form_key(),
            others: Vec::new(),
            preview: Preview::empty(),
        })
    }

    /// With what was typed.
    fn typed(mut self, form: &Form) -> Self {
        for field in self.all_mut() {
            field.value = form.typed(&field.name).to_owned();
        }
        self
    }

    fn refused(mut self, wrong: &Invalid) -> Self {
        self.others = faults::show(&mut self.all_mut(), wrong);
        self.frame.mark = "Error: ".to_owned();
        self
    }

    fn all(&self) -> Vec<&Field> {
        let publisher = self.publisher.iter().flat_map(|(choice, name)| [choice, name]);
        publisher.chain([&self.name, &self.dialect, &self.callback_url]).collect()
    }

    fn all_mut(&mut self) -> Vec<&mut Field> {
        let publisher = self.publisher.iter_mut().flat_map(|(choice, name)| [choice, name]);
        publisher.chain([&mut self.name, &mut self.dialect, &mut self.callback_url]).collect()
    }

    fn label(&self, field: &str) -> Option<(String, String)> {
        self.all().into_iter().find(|known| known.name == field).map(|known| (known.label.clone(), known.id()))
    }
}

fn by_name(one: &str, other: &str) -> Ordering {
    one.to_lowercase().cmp(&other.to_lowercase())
}

async fn show(page: PageRequest) -> Answer {
    page.query(&[])?;
    page.page(&NewAppPage::new(&page).await?)
}

/// Makes what the form says, or only shows what it would send.
async fn send(page: PageRequest, body: Body<LARGEST>) -> Answer {
    let is_part = page.query(&["part"])?.text("part") == Some("preview");
    let form = page.form(body.bytes(), SHAPE)?;
    if is_part || form.typed("act") == "preview" {
        let mut shown = NewAppPage::new(&page).await?.typed(&form);
        let recipe = page.web.node.catalog.get(form.typed("dialect"));
        let inserts = recipe.map(|recipe| recipe.usable(false)).unwrap_or_default();
        shown.preview = previewed(&page, &shown, &form).inserting(inserts);
        return if is_part { preview::part(&page, shown.preview) } else { page.page(&shown) };
    }
    form.check()?;
    if !page.web.actions.use_form_key(page.caller(), form.typed("formKey")).await? {
        return Ok(page.go_on("/apps", flash::Kind::Partly, USED));
    }
    let refusal = match made(&page, &form).await {
        Ok(app) => return secret_of(&page, &app).await,
        Err(refusal) => refusal,
    };
    let wrong = faults::faults_of(refusal)?;
    // Read anew: a publisher that was made is among those that can be chosen, and stays.
    let mut shown = NewAppPage::new(&page).await?.typed(&form).refused(&wrong);
    if !keeps_publisher(&mut shown, &form) {
        page.web.actions.free_form_key(page.caller(), form.typed("formKey")).await?;
    }
    render::refused(&shown, &Problem::from(wrong))
}

/// Chooses the publisher that was made before something else was refused, and says so; false: nothing was made.
fn keeps_publisher(shown: &mut NewAppPage, form: &Form) -> bool {
    let named = form.typed("publisherName").trim().to_owned();
    if let Some((choice, name)) = &mut shown.publisher
        && !named.is_empty()
        && name.faults.is_empty()
        && choice.value.is_empty()
        && let Some(made) = choice.choices.iter().find(|known| known.label == named).map(|known| known.value.clone())
    {
        choice.value = made;
        name.value.clear();
        shown.others.push(format!("The publisher {named} is made and chosen. The app is not made yet."));
        return true;
    }
    false
}

/// Makes the publisher, where it is a new one, and the app.
async fn made(page: &PageRequest, form: &Form) -> Result<App, Refusal> {
    let actions = &page.web.actions;
    let mut given: Map<String, Value> = form.clone().into_object(&OWN)?;
    if given.contains_key("publisherId") && !form.typed("publisherName").trim().is_empty() {
        return Err(Refusal::field("publisherName", "must be empty where a publisher is chosen"));
    }
    if page.caller().limited_to().is_none() && !given.contains_key("publisherId") {
        let name = form.typed("publisherName");
        let makes = page.perform("POST /v1/publishers", &[], actions.create_publisher(name, None));
        let publisher = makes.await.map_err(of_the_publisher)?.made;
        given.insert("publisherId".to_owned(), publisher.id.into());
    }
    page.perform("POST /v1/apps", &[], actions.create_app(page.caller(), &given)).await
}

/// What is wrong with the publisher's name is no fault of the app's.
fn of_the_publisher(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Invalid(mut invalid) => {
            invalid.0.iter_mut().for_each(|fault| fault.field = "publisherName".to_owned());
            Refusal::Invalid(invalid)
        }
        other => other,
    }
}

/// Makes the first secret, and shows it this once.
async fn secret_of(page: &PageRequest, app: &App) -> Answer {
    let actions = &page.web.actions;
    let next = sections::path(app, "test");
    let name = &app.settings.name;
    let dialect = app.first_endpoint().map(|endpoint| endpoint.config.settings.dialect.as_str()).unwrap_or_default();
    let need = actions.node.catalog.get(dialect).map_or(SecretNeed::None, |recipe| recipe.secret());
    if need == SecretNeed::None {
        return Ok(page.go_on(&next, flash::Kind::Done, format!("{name} is made. Its dialect signs nothing.")));
    }
    let of = SecretsOf { app: &app.id, endpoint: None };
    let ours = Map::new();
    let makes = actions.create_secret(page.caller(), of, &ours);
    match page.perform("POST /v1/apps/{id}/secrets", &[&app.id], makes).await {
        Ok(CreatedSecret { secret, warnings }) => page.page(&AppMadePage {
            frame: sections::frame(page, app, "Secrets"),
            secret: secret.text.expose().to_owned(),
            warnings,
            next,
        }),
        Err(refusal) => {
            tracing::warn!(app = app.id, %refusal, "an app was made and its secret was not");
            let text = format!("{name} is made. Its secret is not: {refusal}");
            Ok(page.go_on(&next, flash::Kind::Partly, text))
        }
    }
}

/// What the form would send, before there is an app and a secret.
fn previewed(page: &PageRequest, shown: &NewAppPage, form: &Form) -> Preview {
    if form.typed("callbackUrl").trim().is_empty() {
        return Preview::empty();
    }
    let of_endpoint = ["dialect", "callbackUrl"].map(|name| (name.to_owned(), Value::from(form.typed(name))));
    let given: Map<String, Value> = of_endpoint.into_iter().filter(|(_, value)| *value != "").collect();
    let label = |field: &str| shown.label(field);
    let settings = match given::endpoint(&EndpointSettings::default(), given.clone()) {
        Ok(read) => read.settings,
        Err(wrong) => return Preview::refused(&wrong, label),
    };
    match (page.web.actions.preview_without_app(given, None), page.web.node.catalog.get(&settings.dialect)) {
        (Ok(previewed), Some(recipe)) => Preview::of(recipe, &settings, previewed),
        (Err(Refusal::Invalid(wrong)), _) => Preview::refused(&wrong, label),
        _ => Preview::empty(),
    }
}
