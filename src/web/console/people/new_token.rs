//! `/people/tokens/new`: a token for a program. The answer shows it, so the form works once.

use askama::Template;

use super::role_fields::{self, ROLE, RoleFields};
use super::{LARGEST, PATH, TOKENS};
use crate::actions::form_keys::Once;
use crate::actions::refusal::Refusal;
use crate::actions::tokens::{NewToken, TokenWithText};
use crate::domain::invalid::Invalid;
use crate::domain::time::Timestamp;
use crate::web::Answer;
use crate::web::console::flash::Kind as FlashKind;
use crate::web::console::forms::Form;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::parts::lines::Link;
use crate::web::console::words::roles;
use crate::web::console::{faults, publisher_choice, render};
use crate::web::error::Problem;
use crate::web::json::Body;

/// The call that makes one.
const MAKES: &str = "POST /v1/tokens";
const EXPIRES: &str = "expiresAt";
const SHAPE: &Shape<'_> = &[
    ("name", Kind::Text),
    (ROLE, Kind::Text),
    (publisher_choice::NAME, Kind::Text),
    (EXPIRES, Kind::Utc),
    ("formKey", Kind::Text),
];
/// What somebody is told whose form was sent before.
const USED: &str = "This token was shown already. If you did not store it, delete it and make another one.";

#[derive(Template)]
#[template(path = "new_token.html")]
struct NewTokenPage {
    frame: Frame,
    name: Field,
    roles: RoleFields,
    expires: Field,
    form_key: String,
    others: Vec<String>,
}

/// The page that shows a new token, once.
#[derive(Template)]
#[template(path = "token_made.html")]
struct TokenMadePage {
    frame: Frame,
    token: String,
    said: String,
    next: &'static str,
}

impl NewTokenPage {
    async fn new(page: &PageRequest) -> Result<Self, Problem> {
        Ok(Self {
            frame: Frame { crumbs: crumbs(), ..page.frame("New token") },
            name: Field::new("name", "Name").help("Who or what uses it, such as nightly import."),
            roles: RoleFields::of(page).await?,
            expires: Field::new(EXPIRES, "Expires (UTC)")
                .help("Left empty, it is good until it is deleted.")
                .may_be_empty(),
            form_key: page.web.actions.new_form_key(),
            others: Vec::new(),
        })
    }

    fn all(&self) -> Vec<&Field> {
        [&self.name].into_iter().chain(self.roles.all()).chain([&self.expires]).collect()
    }

    /// The page once more, with what was typed.
    fn refused(mut self, form: &Form, wrong: Invalid) -> Answer {
        self.roles.typed(form);
        for field in [&mut self.name, &mut self.expires] {
            field.value = form.typed(&field.name).to_owned();
        }
        let fields = [&mut self.name].into_iter().chain(self.roles.all_mut()).chain([&mut self.expires]);
        self.others = faults::show(&mut fields.collect::<Vec<_>>(), &wrong);
        self.frame.mark = "Error: ".to_owned();
        render::refused(&self, &Problem::from(wrong))
    }
}

fn crumbs() -> Vec<Link> {
    vec![Link::new("People", PATH), Link::new("API tokens", TOKENS)]
}

pub(super) async fn show(page: PageRequest) -> Answer {
    page.query(&[])?;
    page.page(&NewTokenPage::new(&page).await?)
}

pub(super) async fn send(page: PageRequest, body: Body<LARGEST>) -> Answer {
    let form = page.form(body.bytes(), SHAPE)?;
    if let Err(wrong) = form.check() {
        return NewTokenPage::new(&page).await?.refused(&form, wrong);
    }
    match page.once(&form, made(&page, &form)).await? {
        Once::Done(made) => shown(&page, &made).await,
        Once::SentBefore => Ok(page.go_on(TOKENS, FlashKind::Partly, USED)),
        Once::Refused(refusal) => NewTokenPage::new(&page).await?.refused(&form, faults::faults_of(refusal)?),
    }
}

async fn made(page: &PageRequest, form: &Form) -> Result<TokenWithText, Refusal> {
    let given = form.clone().into_object(&[])?;
    let expires_at = given.get(EXPIRES).and_then(|at| at.as_str()).and_then(Timestamp::parse_rfc3339);
    let asked = role_fields::asked(page, form).await?;
    let new =
        NewToken { name: form.typed("name").to_owned(), role: asked.word, publisher: asked.publisher, expires_at };
    let makes = page.web.actions.create_token(page.caller(), new);
    Ok(page.perform(MAKES, &[], makes).await?.made)
}

/// The one answer that shows a token.
async fn shown(page: &PageRequest, made: &TokenWithText) -> Answer {
    let role = &made.token.role;
    let names = page.web.actions.names_of_publishers(page.caller(), role.publisher_id().into_iter()).await?;
    let publisher = role.publisher_id().and_then(|id| names.get(id)).map(String::as_str);
    page.page(&TokenMadePage {
        frame: Frame { crumbs: crumbs(), ..page.frame(&made.token.name) },
        token: made.text.expose().to_owned(),
        said: format!("Whatever bears this token calls as {}.", roles::somebody(role, publisher)),
        next: TOKENS,
    })
}
