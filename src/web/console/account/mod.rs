//! `/account`: a person's own name, theme, password, second factor and sessions. Each is a form of its own, so that what is wrong with
//! one keeps nothing else from being saved.

mod factor;
mod sessions;

use actix_web::web::ServiceConfig;
use askama::Template;

use super::flash::Kind as FlashKind;
use super::forms::Form;
use super::frame::Frame;
use super::kinds::{Kind, Shape};
use super::page_request::PageRequest;
use super::parts::field::Field;
use super::{faults, pages, render};
use crate::actions::people::account::ChangeAccount;
use crate::actions::refusal::Refusal;
use crate::domain::invalid::Invalid;
use crate::domain::password::Password;
use crate::domain::patch::Patch;
use crate::domain::person::{Person, Theme};
use crate::web::Answer;
use crate::web::error::Problem;
use crate::web::json::Body;
use sessions::Row;

pub(super) const PATH: &str = "/account";
const LARGEST: usize = 16 * 1024;
/// The call that changes all of it but the second factor and the sessions.
const CHANGES: &str = "PATCH /v1/me";
const PROFILE: &Shape<'_> = &[("name", Kind::Text), ("theme", Kind::Text)];
const PASSWORD: &Shape<'_> = &[("password", Kind::Text), ("currentPassword", Kind::Text)];

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(pages::resource(PATH).get(show).post(save_profile))
        .service(pages::resource("/account/password").post(save_password))
        .service(pages::resource("/account/second-factor").post(factor::begin))
        .service(pages::resource("/account/second-factor/confirm").post(factor::confirm))
        .service(pages::resource("/account/second-factor/remove").post(factor::remove))
        .service(pages::resource("/account/sessions").post(sessions::end_others))
        .service(pages::resource("/account/sessions/{session}").post(sessions::end));
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    person: Person,
    name: Field,
    theme: Field,
    password: Field,
    current: Field,
    /// What begins or removes the second factor, and what proves the one that was begun.
    proof: Field,
    sessions: Vec<Row>,
    others: Vec<String>,
}

impl AccountPage {
    async fn new(page: &PageRequest) -> Result<Self, Problem> {
        let actions = &page.web.actions;
        let person = actions.account(page.caller()).await?;
        let theme = Theme::ALL
            .iter()
            .fold(Field::new("theme", "Theme"), |field, theme| field.choice(theme.as_str(), label_of(*theme)));
        let current = "Not needed within 15 minutes of signing in.";
        Ok(Self {
            frame: page.frame("Your account"),
            name: Field::new("name", "Name").help("As colleagues know you.").value(&person.name).fills_in("name"),
            theme: theme.value(person.theme.as_str()),
            password: Field::new("password", "New password")
                .help("12 characters or more. It ends your other sessions.")
                .fills_in("new-password"),
            current: Field::new("currentPassword", "Current password")
                .help(current)
                .may_be_empty()
                .fills_in("current-password"),
            proof: factor::proof(&person, current),
            sessions: sessions::rows(page).await?,
            person,
            others: Vec::new(),
        })
    }

    /// Every control of the form that was refused, and what is wrong.
    fn refused(mut self, wrong: &Invalid) -> Answer {
        let mut fields = [&mut self.name, &mut self.theme, &mut self.password, &mut self.current, &mut self.proof];
        self.others = faults::show(&mut fields, wrong);
        self.frame.mark = "Error: ".to_owned();
        render::refused(&self, &Problem::from(wrong.clone()))
    }

    fn all(&self) -> [&Field; 5] {
        [&self.name, &self.theme, &self.password, &self.current, &self.proof]
    }
}

async fn show(page: PageRequest) -> Answer {
    page.query(&[])?;
    page.page(&AccountPage::new(&page).await?)
}

async fn save_profile(page: PageRequest, body: Body<LARGEST>) -> Answer {
    let form = page.form(body.bytes(), PROFILE)?;
    let done = match profile(&form) {
        Ok(change) => changed(&page, change).await,
        Err(wrong) => Err(wrong.into()),
    };
    match done {
        Ok(()) => Ok(page.go_on(PATH, FlashKind::Done, "Saved.")),
        Err(refusal) => {
            let wrong = faults::faults_of(refusal)?;
            let mut shown = AccountPage::new(&page).await?;
            shown.name.value = form.typed("name").to_owned();
            shown.theme.value = form.typed("theme").to_owned();
            shown.refused(&wrong)
        }
    }
}

fn profile(form: &Form) -> Result<ChangeAccount, Invalid> {
    form.check()?;
    let words = || Theme::ALL.iter().map(|theme| theme.as_str()).collect::<Vec<_>>().join(", ");
    let theme = Theme::parse(form.typed("theme"));
    let theme = theme.ok_or_else(|| Invalid::field("theme", format!("must be one of {}", words())))?;
    Ok(ChangeAccount {
        name: Patch::Set(form.typed("name").to_owned()),
        theme: Patch::Set(theme),
        ..ChangeAccount::default()
    })
}

async fn save_password(page: PageRequest, body: Body<LARGEST>) -> Answer {
    let form = page.form(body.bytes(), PASSWORD)?;
    form.check()?;
    let current = form.typed("currentPassword");
    let change = ChangeAccount {
        password: Patch::Set(Password::typed(form.typed("password"))),
        current_password: (!current.is_empty()).then(|| Password::typed(current)),
        ..ChangeAccount::default()
    };
    match changed(&page, change).await {
        Ok(()) => {
            Ok(page.go_on(PATH, FlashKind::Done, "Your new password is in force. Your other sessions have ended."))
        }
        Err(refusal) => AccountPage::new(&page).await?.refused(&faults::faults_of(refusal)?),
    }
}

async fn changed(page: &PageRequest, change: ChangeAccount) -> Result<(), Refusal> {
    let changes = async { page.web.actions.change_account(page.caller(), change).await.map(drop) };
    page.perform(CHANGES, &[], changes).await
}

fn label_of(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "As your system is set",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    }
}
