//! Making what the form says: the publisher, where it is a new one, the app, and its first secret, which is shown this once.

use askama::Template;
use serde_json::{Map, Value};

use super::given;
use crate::actions::refusal::Refusal;
use crate::actions::secrets::{CreatedSecret, SecretsOf};
use crate::domain::account::Publisher;
use crate::domain::app::App;
use crate::domain::dialect::recipe::SecretNeed;
use crate::domain::invalid::Invalid;
use crate::web::Answer;
use crate::web::console::flash;
use crate::web::console::forms::Form;
use crate::web::console::frame::Frame;
use crate::web::console::page_request::PageRequest;
use crate::web::console::publisher_choice;
use crate::web::console::sections::{self, AppPage};

/// The page that shows a new app's secret, once.
#[derive(Template)]
#[template(path = "app_made.html")]
struct AppMadePage {
    frame: Frame,
    secret: String,
    warnings: Vec<String>,
    receiver: String,
    next: String,
}

/// Makes the publisher, where it is a new one, and the app. Tells of the new publisher also where the app was refused.
pub(super) async fn made(page: &PageRequest, form: &Form) -> (Result<App, Refusal>, Option<Publisher>) {
    let mut new = None;
    let app = app_of(page, form, &mut new).await;
    (app, new)
}

async fn app_of(page: &PageRequest, form: &Form, new: &mut Option<Publisher>) -> Result<App, Refusal> {
    let mut given: Map<String, Value> = given(form);
    check_publisher(form)?;
    if page.caller().limited_to().is_none() {
        let publisher = match form.typed(publisher_choice::NAME) {
            "" => new.insert(new_publisher(page, form.typed("publisherName")).await?).id.clone(),
            named => publisher_choice::meant(page, named).await?,
        };
        given.insert(publisher_choice::NAME.to_owned(), publisher.into());
    }
    page.perform("POST /v1/apps", &[], page.web.actions.create_app(page.caller(), &given)).await
}

async fn new_publisher(page: &PageRequest, name: &str) -> Result<Publisher, Refusal> {
    let makes = page.perform("POST /v1/publishers", &[], page.web.actions.create_publisher(name, None));
    makes.await.map(|created| created.made).map_err(|refusal| match refusal {
        Refusal::Invalid(of_name) => Refusal::Invalid(of_the_publisher(of_name)),
        other => other,
    })
}

/// Somebody names a new publisher or chooses one that is there.
pub(super) fn check_publisher(form: &Form) -> Result<(), Invalid> {
    let is_chosen = !form.typed("publisherId").is_empty();
    if is_chosen && !form.typed("publisherName").trim().is_empty() {
        return Err(Invalid::field("publisherName", "must be empty where a publisher is chosen"));
    }
    Ok(())
}

/// What is wrong with the publisher's name is no fault of the app's.
pub(super) fn of_the_publisher(mut invalid: Invalid) -> Invalid {
    invalid.0.iter_mut().for_each(|fault| fault.field = "publisherName".to_owned());
    invalid
}

/// Makes the first secret, and shows it this once.
pub(super) async fn secret_of(page: &PageRequest, app: &App) -> Answer {
    let actions = &page.web.actions;
    let next = sections::path(app, "test");
    let name = &app.settings.name;
    let dialect = app.first_endpoint().map(|endpoint| endpoint.config.settings.dialect.as_str()).unwrap_or_default();
    let need = actions.node.catalog().get(dialect).map_or(SecretNeed::None, |recipe| recipe.secret());
    if need == SecretNeed::None {
        return Ok(page.go_on(&next, flash::Kind::Done, format!("{name} is made. Its dialect signs nothing.")));
    }
    let of = SecretsOf { app: &app.id, endpoint: None };
    let ours = Map::new();
    let makes = actions.create_secret(page.caller(), of, &ours);
    match page.perform("POST /v1/apps/{id}/secrets", &[&app.id], makes).await {
        Ok(CreatedSecret { secret, warnings }) => page.page(&AppMadePage {
            frame: sections::frame(page, app, AppPage::Secrets),
            secret: secret.text.expose().to_owned(),
            warnings,
            receiver: sections::path(app, "receiver"),
            next,
        }),
        Err(refusal) => {
            tracing::warn!(app = app.id, %refusal, "an app was made and its secret was not");
            let text = format!("{name} is made. Its secret is not: {refusal}");
            Ok(page.go_on(&next, flash::Kind::Partly, text))
        }
    }
}
