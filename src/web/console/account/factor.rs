//! The second factor: begun with a key that is shown once, in force once the phone shows a code of it, removed by the password.

use askama::Template;

use super::{AccountPage, LARGEST, PATH};
use crate::domain::invalid::Invalid;
use crate::domain::password::Password;
use crate::domain::person::Person;
use crate::web::Answer;
use crate::web::console::flash::Kind as FlashKind;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::{faults, render};
use crate::web::error::Problem;
use crate::web::json::Body;

const BEGIN: &Shape<'_> = &[(PROOF, Kind::Text)];
const CONFIRM: &Shape<'_> = &[("code", Kind::Text)];
/// The password that is asked for; the same browser field as when signing in.
const PROOF: &str = "factorPassword";

/// The page that shows the key, once.
#[derive(Template)]
#[template(path = "second_factor.html")]
struct KeyPage {
    frame: Frame,
    /// Nothing where a code was wrong: the key is not shown again.
    key: Option<String>,
    uri: String,
    code: Field,
    others: Vec<String>,
}

/// The field that proves who asks.
pub(super) fn proof(person: &Person, current: &str) -> Field {
    let field = Field::new(PROOF, "Current password").fills_in("current-password");
    if person.has_second_factor { field } else { field.help(current).may_be_empty() }
}

fn code() -> Field {
    Field::new("code", "Six digits").help("As the app on your phone shows them now.").fills_in("one-time-code")
}

/// Makes a key and shows it.
pub(super) async fn begin(page: PageRequest, body: Body<LARGEST>) -> Answer {
    let form = page.form(body.bytes(), BEGIN)?;
    form.check()?;
    let typed = form.typed(PROOF);
    let password = (!typed.is_empty()).then(|| Password::typed(typed));
    let actions = &page.web.actions;
    let mut begun = None;
    let begins = async {
        begun = Some(actions.begin_second_factor(page.caller(), password).await?);
        Ok(())
    };
    let done = page.perform("POST /v1/me/second-factor", &[], begins).await;
    match (done, begun) {
        (Ok(()), Some(begun)) => page.page(&KeyPage {
            frame: page.frame("Second factor"),
            key: Some(begun.key.expose().to_owned()),
            uri: begun.uri.expose().to_owned(),
            code: code(),
            others: Vec::new(),
        }),
        (Ok(()), None) => Ok(page.go_on(PATH, FlashKind::Failed, "No key was made.")),
        (Err(refusal), _) => AccountPage::new(&page).await?.refused(&at_proof(&faults::faults_of(refusal)?)),
    }
}

/// Puts the key in force by a code of it.
pub(super) async fn confirm(page: PageRequest, body: Body<LARGEST>) -> Answer {
    let form = page.form(body.bytes(), CONFIRM)?;
    form.check()?;
    let digits: String = form.typed("code").chars().filter(|digit| !digit.is_whitespace()).collect();
    let confirms = async { page.web.actions.confirm_second_factor(page.caller(), &digits).await.map(drop) };
    match page.perform("POST /v1/me/second-factor/confirm", &[], confirms).await {
        Ok(()) => {
            let text = "Your second factor is in force. Your other sessions have ended.";
            Ok(page.go_on(PATH, FlashKind::Done, text))
        }
        Err(refusal) => {
            let wrong = faults::faults_of(refusal)?;
            let mut shown = KeyPage {
                frame: page.frame("Second factor"),
                key: None,
                uri: String::new(),
                code: code(),
                others: Vec::new(),
            };
            shown.others = faults::show(&mut [&mut shown.code], &wrong);
            shown.frame.mark = "Error: ".to_owned();
            render::refused(&shown, &Problem::from(wrong))
        }
    }
}

/// Takes the second factor away.
pub(super) async fn remove(page: PageRequest, body: Body<LARGEST>) -> Answer {
    let form = page.form(body.bytes(), BEGIN)?;
    form.check()?;
    let password = Password::typed(form.typed(PROOF));
    let removes = async { page.web.actions.remove_second_factor(page.caller(), password).await.map(drop) };
    match page.perform("POST /v1/me/second-factor/remove", &[], removes).await {
        Ok(()) => Ok(page.go_on(PATH, FlashKind::Done, "Your second factor is removed.")),
        Err(refusal) => AccountPage::new(&page).await?.refused(&at_proof(&faults::faults_of(refusal)?)),
    }
}

/// What is wrong with the password is wrong with the field of this form.
fn at_proof(wrong: &Invalid) -> Invalid {
    let mut wrong = wrong.clone();
    for fault in wrong.0.iter_mut().filter(|fault| fault.field == "password") {
        fault.field = PROOF.to_owned();
    }
    wrong
}
