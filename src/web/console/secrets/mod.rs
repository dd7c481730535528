//! `/apps/{app}/secrets`: what signs an endpoint's callbacks. A new secret is shown once, by the answer to the form that made it; every
//! other act is asked for on a page of its own.

mod acts;
mod rows;
mod safety;

use actix_web::web::{Path, ServiceConfig};
use askama::Template;
use serde_json::{Map, Value};

use super::flash::Kind;
use super::frame::Frame;
use super::kinds::{self, Shape};
use super::page_request::PageRequest;
use super::parts::field::Field;
use super::parts::lines::Link;
use super::place::{self, Place};
use super::sections::AppPage;
use super::{faults, pages, render, sections};
use crate::actions::form_keys::Once;
use crate::actions::secrets::CreatedSecret;
use crate::domain::dialect::recipe::SecretNeed;
use crate::domain::secret::SecretState;
use crate::web::Answer;
use crate::web::error::Problem;
use crate::web::json::Body;
use rows::Row;
use safety::Safety;

const LARGEST: usize = 16 * 1024;
const SHAPE: &Shape<'_> =
    &[("secret", kinds::Kind::Text), ("activate", kinds::Kind::Ticked), ("formKey", kinds::Kind::Text)];
/// What is the form's own.
const OWN: [&str; 1] = ["formKey"];
/// The call that makes one.
const MAKES: &str = "POST /v1/apps/{id}/endpoints/{endpointId}/secrets";
/// What somebody is told whose form was sent before.
const USED: &str = "This secret was shown already. If you did not store it, add another one.";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(pages::resource("/apps/{app}/secrets").get(show).post(add))
        .service(pages::resource("/apps/{app}/secrets/{secret}/use").get(acts::ask_use).post(acts::use_it))
        .service(pages::resource("/apps/{app}/secrets/{secret}/delete").get(acts::ask_delete).post(acts::delete));
}

#[derive(Template)]
#[template(path = "secrets.html")]
struct SecretsPage {
    frame: Frame,
    path: String,
    endpoints: Vec<(Link, bool)>,
    dialect: String,
    /// Whether the dialect signs at all.
    signs: bool,
    rows: Vec<Row>,
    /// Whether one waits to be tested, which comes before another new one.
    has_next: bool,
    safety: Option<Safety>,
    brought: Field,
    activate: Field,
    form_key: String,
    others: Vec<String>,
    is_open: bool,
}

/// The page that shows a new secret, once.
#[derive(Template)]
#[template(path = "secret_made.html")]
struct SecretMadePage {
    frame: Frame,
    secret: String,
    /// What it is for, in a sentence.
    said: &'static str,
    warnings: Vec<String>,
    receiver: String,
    next: String,
}

impl SecretsPage {
    async fn new(page: &PageRequest, place: &Place) -> Result<Self, Problem> {
        let (actions, now) = (&page.web.actions, page.web.node.clock.now());
        let recipe = place.recipe(page)?;
        let secrets = actions.secrets(page.caller(), place.secrets()).await?;
        let uses = actions.secret_uses(secrets.iter().map(|secret| secret.id.clone()).collect()).await?;
        let mut rows: Vec<Row> =
            secrets.iter().map(|secret| Row::of(secret, uses.get(&secret.id), place, now)).collect();
        // The newest one that waits is tested next.
        let next = secrets.iter().position(|secret| secret.state == SecretState::Next);
        if let Some(act) = next.and_then(|at| rows.get_mut(at)?.acts.first_mut()) {
            act.is_main = true;
        }
        Ok(Self {
            frame: sections::frame(page, &place.app, AppPage::Secrets),
            path: place.path("secrets"),
            endpoints: place.switcher("secrets"),
            dialect: recipe.title().to_owned(),
            signs: recipe.secret() != SecretNeed::None,
            has_next: next.is_some(),
            rows,
            safety: Safety::of(&secrets),
            brought: Field::new("secret", "Secret").help("1 to 256 characters, as your server has it.").fills_in("off"),
            activate: Field::new("activate", "Use it from now on")
                .help("Left out, it waits as the next one until you say so."),
            form_key: actions.new_form_key(),
            others: Vec::new(),
            is_open: false,
        })
    }
}

async fn show(page: PageRequest, app: Path<String>) -> Answer {
    let place = place_of(&page, &app).await?;
    page.page(&SecretsPage::new(&page, &place).await?)
}

/// Makes a secret, or takes the one that is brought.
async fn add(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    let place = place_of(&page, &app).await?;
    let form = page.form(body.bytes(), SHAPE)?;
    form.check()?;
    let actions = &page.web.actions;
    let given: Map<String, Value> = form.clone().into_object(&OWN)?;
    let is_brought = given.contains_key("secret");
    let named = [place.app.id.as_str(), place.endpoint.id.as_str()];
    let makes = page.perform(MAKES, &named, actions.create_secret(page.caller(), place.secrets(), &given));
    let refusal = match page.once(&form, makes).await? {
        Once::Done(_) if is_brought => return Ok(page.go_on(&place.path("secrets"), Kind::Done, "Added.")),
        Once::Done(made) => return shown(&page, &place, made),
        Once::SentBefore => return Ok(page.go_on(&place.path("secrets"), Kind::Partly, USED)),
        Once::Refused(refusal) => refusal,
    };
    let wrong = faults::faults_of(refusal)?;
    let mut refused = SecretsPage::new(&page, &place).await?;
    // What was brought may be a secret in use: it is not sent back to the browser.
    refused.activate.value = form.typed("activate").to_owned();
    refused.others = faults::show(&mut [&mut refused.brought, &mut refused.activate], &wrong);
    refused.is_open = is_brought;
    refused.frame.mark = "Error: ".to_owned();
    render::refused(&refused, &Problem::from(wrong))
}

/// The one answer that shows a secret.
fn shown(page: &PageRequest, place: &Place, made: CreatedSecret) -> Answer {
    let CreatedSecret { secret, warnings } = made;
    let signs_at_once = secret.activated_at.is_some();
    let said = if signs_at_once {
        "Callbacks are signed with it from now on."
    } else {
        "It signs nothing yet: store it in your server beside the old one, test with it, then use it from now on."
    };
    page.page(&SecretMadePage {
        frame: sections::frame(page, &place.app, AppPage::Secrets),
        secret: secret.text.expose().to_owned(),
        said,
        warnings,
        receiver: place.path("receiver"),
        next: place.path_with("test", &[("secret", &secret.id)]),
    })
}

async fn place_of(page: &PageRequest, app: &str) -> Result<Place, Problem> {
    let query = page.query(&[place::PARAMETER])?;
    Place::of(page, app, query.text(place::PARAMETER)).await
}
