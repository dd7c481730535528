//! `/apps/new`: publisher, app and first secret by one form. The answer shows the secret, so the form works once.

mod making;

use actix_web::web::ServiceConfig;
use askama::Template;
use serde_json::{Map, Value};

use super::dialect_choice::{self, DialectChoice};
use super::filters;
use super::flash;
use super::forms::Form;
use super::frame::Frame;
use super::kinds::{Kind, Shape};
use super::page_request::PageRequest;
use super::parts::field::Field;
use super::parts::lines::Link;
use super::preview::{self, Preview, PreviewPart, Told};
use super::{faults, pages, publisher_choice, render};
use crate::actions::form_keys::Once;
use crate::actions::refusal::Refusal;
use crate::domain::account::Publisher;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::invalid::Invalid;
use crate::domain::naming;
use crate::web::Answer;
use crate::web::error::Problem;
use crate::web::json::Body;
use making::{check_publisher, made, of_the_publisher, secret_of};

const LARGEST: usize = 64 * 1024;
const COMMON: &Shape<'_> = &[
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
/// What the preview says before there is one.
const NO_DIALECT: &str = "Choose a dialect and write a callback URL, and the callback is shown here.";
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
    dialect: DialectChoice,
    callback_url: Field,
    /// What can be inserted into it, which the dialect says.
    inserts: Vec<String>,
    form_key: String,
    others: Vec<String>,
    preview: Preview,
}

impl NewAppPage {
    /// `is_part`: nobody sees who the publishers are, so they are not read.
    async fn new(page: &PageRequest, is_part: bool) -> Result<Self, Problem> {
        let actions = &page.web.actions;
        let publisher = if page.caller().limited_to().is_some() {
            None
        } else {
            let choice = match is_part {
                true => publisher_choice::unread(),
                false => publisher_choice::field(page, Some("a new one, named below")).await?,
            };
            let name =
                Field::new("publisherName", "Name of the new publisher").help("Who owns the app.").may_be_empty();
            Some((choice, name))
        };
        let crumbs = vec![Link::new("Apps", "/apps")];
        Ok(Self {
            frame: Frame { crumbs, ..page.frame("New app") },
            publisher,
            name: Field::new("name", "Name").help("Of the placement, such as Kash wall."),
            dialect: DialectChoice::of(&page.web.actions.dialects_open_to(page.caller())),
            callback_url: Field::new("callbackUrl", "Callback URL")
                .help("Called when a user has completed an offer. It can be set later; callbacks wait until it is.")
                .may_be_empty(),
            inserts: Vec::new(),
            form_key: actions.new_form_key(),
            others: Vec::new(),
            preview: Preview::empty(NO_DIALECT),
        })
    }

    /// With what was typed, and what it would send.
    fn typed(mut self, page: &PageRequest, form: &Form) -> Self {
        self.dialect = self.dialect.typed(form);
        let catalog = page.web.actions.dialects_open_to(page.caller());
        let recipe = catalog.get(form.typed("dialect"));
        self.inserts = recipe.map(|recipe| recipe.usable(false)).unwrap_or_default();
        self.preview = previewed(page, given(form));
        for field in self.all_mut() {
            field.value = form.typed(&field.name).to_owned();
        }
        self
    }

    /// Puts what is wrong at its fields. The preview waits for those that it is made of.
    fn wrong(mut self, wrong: Invalid) -> Self {
        let wrong = self.dialect.named(wrong);
        self.others = faults::show(&mut self.all_mut(), &wrong);
        let made_of = self.dialect.fields().into_iter().chain([&self.callback_url]);
        self.preview = self.preview.clone().behind(&made_of.collect::<Vec<_>>(), self.others.clone());
        self
    }

    /// The page of a form that was refused.
    fn refused(mut self, wrong: Invalid) -> Self {
        self.frame.mark = "Error: ".to_owned();
        self.wrong(wrong)
    }

    /// Chooses the publisher that was made before something else was refused, and says so.
    fn keep(&mut self, made: &Publisher) {
        if let Some((choice, name)) = &mut self.publisher {
            publisher_choice::hold(choice, &made.id, &made.name);
            name.value.clear();
            self.others.push(format!("The publisher {} is made and chosen. The app is not made yet.", made.name));
        }
    }

    fn all(&self) -> Vec<&Field> {
        let publisher = self.publisher.iter().flat_map(|(choice, name)| [choice, name]);
        publisher.chain([&self.name]).chain(self.dialect.fields()).chain([&self.callback_url]).collect()
    }

    fn all_mut(&mut self) -> Vec<&mut Field> {
        let publisher = self.publisher.iter_mut().flat_map(|(choice, name)| [choice, name]);
        let behind = self.dialect.fields_mut().into_iter().chain([&mut self.callback_url]);
        publisher.chain([&mut self.name]).chain(behind).collect()
    }

    /// Those of which can be said whether they are right: what was not reached yet is not wrong.
    fn reached(&self) -> Vec<&Field> {
        let is_chosen = self.publisher.as_ref().is_some_and(|(choice, _)| !choice.value.is_empty());
        let is_made_of = |field: &Field| !["name", "publisherName"].contains(&field.name.as_str());
        let is_reached = |field: &&Field| {
            is_made_of(field) || !field.value.is_empty() || (is_chosen && field.name == "publisherName")
        };
        self.all().into_iter().filter(is_reached).collect()
    }
}

async fn show(page: PageRequest) -> Answer {
    page.query(&[])?;
    page.page(&NewAppPage::new(&page, false).await?)
}

/// Makes what the form says, or only shows what it would send.
async fn send(page: PageRequest, body: Body<LARGEST>) -> Answer {
    let is_part = page.query(&["part"])?.text("part") == Some("preview");
    let own = DialectChoice::of(&page.web.actions.dialects_open_to(page.caller())).own_names();
    let form = page.form(body.bytes(), &dialect_choice::shape(COMMON, &own))?;
    if is_part || form.typed("act") == "preview" {
        let shown = NewAppPage::new(&page, is_part).await?.typed(&page, &form);
        let wrong = wrong_so_far(&page, &form);
        if is_part {
            let shown = shown.wrong(wrong);
            let inserts = Some((&shown.callback_url, shown.inserts.as_slice()));
            let (preview, fields) = (shown.preview.clone(), shown.reached());
            return preview::part(&page, &PreviewPart { preview, fields, inserts });
        }
        let problem = Problem::from(wrong.clone());
        return if wrong.0.is_empty() { page.page(&shown) } else { render::refused(&shown.refused(wrong), &problem) };
    }
    form.check()?;
    // Where a new publisher stays made, the form is used up though its app was refused: sent again it would make another one.
    let makes = async {
        match made(&page, &form).await {
            (Err(refusal), None) => Err(refusal),
            done => Ok(done),
        }
    };
    let (refusal, new_publisher) = match page.once(&form, makes).await? {
        Once::Done((Ok(app), _)) => return secret_of(&page, &app).await,
        Once::Done((Err(refusal), publisher)) => (refusal, publisher),
        Once::SentBefore => return Ok(page.go_on("/apps", flash::Kind::Partly, USED)),
        Once::Refused(refusal) => (refusal, None),
    };
    let wrong = faults::faults_of(refusal)?;
    let problem = Problem::from(wrong.clone());
    let mut shown = NewAppPage::new(&page, false).await?.typed(&page, &form).refused(wrong);
    if let Some(publisher) = new_publisher {
        shown.keep(&publisher);
    }
    render::refused(&shown, &problem)
}

/// What the form gives of an app, as far as it could be read.
fn given(form: &Form) -> Map<String, Value> {
    let (mut given, _) = form.clone().into_parts(&OWN);
    dialect_choice::keep_chosen(&mut given);
    given
}

/// What is wrong with what was written until now.
fn wrong_so_far(page: &PageRequest, form: &Form) -> Invalid {
    let (_, mut wrong) = form.clone().into_parts(&OWN);
    wrong.extend(page.web.actions.faults_of_app(page.caller(), &given(form)));
    wrong.take(check_publisher(form));
    let publisher = form.typed("publisherName");
    if !publisher.is_empty()
        && let Err(of_name) = naming::name(publisher)
    {
        wrong.extend(of_the_publisher(of_name));
    }
    wrong
}

/// What the form would send, before there is an app and a secret.
fn previewed(page: &PageRequest, mut given: Map<String, Value>) -> Preview {
    let Some(dialect) = given.get("dialect").and_then(Value::as_str).map(str::to_owned) else {
        return Preview::empty(NO_DIALECT);
    };
    let actions = &page.web.actions;
    given.retain(|name, _| ["dialect", "callbackUrl", "settings"].contains(&name.as_str()));
    if !given.contains_key("callbackUrl") {
        return Preview::empty(preview::NO_URL);
    }
    let catalog = actions.dialects_open_to(page.caller());
    match (actions.preview_without_app(page.caller(), given, None), catalog.get(&dialect)) {
        (Ok(previewed), Some(recipe)) => {
            Preview::of(recipe, &EndpointSettings::new(&dialect), previewed, Told::Invented)
        }
        (Err(Refusal::Invalid(wrong)), _) => Preview::refused(&preview::of_settings(wrong).1),
        _ => Preview::empty(NO_DIALECT),
    }
}
