//! `/join/{token}`: the first operator, somebody who is invited, and a new password.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use askama::Template;

use super::forms::Form;
use super::frame::Frame;
use super::guest::{self, Guest};
use super::kinds::{Kind, Shape};
use super::parts::field::Field;
use super::sign_in::{LARGEST, begun};
use super::{faults, pages, render};
use crate::actions::people::join::Join;
use crate::actions::people::links::Invited;
use crate::domain::account::Role;
use crate::domain::invalid::Invalid;
use crate::domain::password::Password;
use crate::domain::person::Purpose;
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::visitor::visitor;
use crate::web::{Answer, Web};

const SHAPE: &Shape<'_> = &[("email", Kind::Text), ("name", Kind::Text), ("password", Kind::Text)];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/join/{token}").get(show).post(join));
}

#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage {
    frame: Frame,
    /// Who is to do it, in words.
    about: String,
    path: String,
    email: Field,
    /// Whether the link says the address.
    is_email_known: bool,
    name: Option<Field>,
    password: Field,
    others: Vec<String>,
    button: &'static str,
}

#[derive(Template)]
#[template(path = "void_link.html")]
struct VoidLink {
    frame: Frame,
}

impl JoinPage {
    fn new(path: &str, guest: &Guest, invited: &Invited) -> Self {
        let invitation = &invited.invitation;
        let is_reset = invitation.purpose == Purpose::Reset;
        let email = Field::new("email", "E-mail").fills_in("username");
        let name = Field::new("name", "Your name").help("As colleagues know you.").fills_in("name");
        let email = match &invitation.email {
            Some(known) => email.value(known.as_str()),
            None => email.help("You sign in with it."),
        };
        let about = match (invitation.purpose, &invitation.role, &invited.publisher_name) {
            (Purpose::FirstOperator, ..) => "You are the first operator here. The link works once.".to_owned(),
            (Purpose::Reset, ..) => "Choose a new password. Your other sessions end.".to_owned(),
            (_, Role::Publisher { .. }, Some(publisher)) => format!("You are invited to {publisher}."),
            (_, Role::Operator, _) => "You are invited as an operator.".to_owned(),
            _ => "You are invited as an account manager.".to_owned(),
        };
        Self {
            frame: Frame {
                heading: if is_reset { "New password" } else { "Join Ringback" }.to_owned(),
                form_token: guest.token(),
                ..Frame::default()
            },
            about,
            path: path.to_owned(),
            is_email_known: invitation.email.is_some(),
            email,
            name: (!is_reset).then(|| name.value(invitation.name.clone().unwrap_or_default())),
            password: Field::new("password", "Password")
                .help("12 characters or more; not your name, not your e-mail address.")
                .fills_in("new-password"),
            others: Vec::new(),
            button: if is_reset { "Save password" } else { "Join" },
        }
    }

    /// The page once more, with what was typed, but for the password.
    fn refused(mut self, form: &Form, wrong: &Invalid) -> Self {
        self.frame.mark = "Error: ".to_owned();
        if !self.is_email_known {
            self.email.value = form.typed("email").to_owned();
        }
        if let Some(name) = &mut self.name {
            name.value = form.typed("name").to_owned();
        }
        let fields = [Some(&mut self.email), self.name.as_mut(), Some(&mut self.password)];
        self.others = faults::show(&mut fields.into_iter().flatten().collect::<Vec<_>>(), wrong);
        self
    }

    fn fields(&self) -> Vec<&Field> {
        [Some(&self.email), self.name.as_ref(), Some(&self.password)].into_iter().flatten().collect()
    }
}

async fn show(web: Data<Web>, request: HttpRequest, token: Path<String>) -> Answer {
    match web.actions.invitation(&token).await? {
        Some(invited) => {
            let guest = Guest::of(&web, &request);
            Ok(guest.keeps(render::page(&JoinPage::new(request.path(), &guest, &invited))?))
        }
        None => void(),
    }
}

async fn join(web: Data<Web>, request: HttpRequest, token: Path<String>, body: Body<LARGEST>) -> Answer {
    let (guest, form) = (Guest::of(&web, &request), Form::read(body.bytes(), SHAPE));
    let is_ours = guest.has_sent(&web, &request, &form)?;
    let Some(invited) = web.actions.invitation(&token).await? else { return void() };
    form.check()?;
    let mut page = JoinPage::new(request.path(), &guest, &invited);
    if !is_ours {
        page.frame.mark = "Error: ".to_owned();
        page.others.push(guest::EXPIRED.to_owned());
        return Ok(guest.keeps(render::refused(&page, &Problem::forbidden(guest::EXPIRED))?));
    }
    let typed = |name| Some(form.typed(name).to_owned()).filter(|text| !text.is_empty());
    let given = Join {
        token: token.into_inner(),
        email: typed("email").filter(|_| !page.is_email_known),
        name: typed("name").filter(|_| page.name.is_some()),
        password: Password::typed(form.typed("password")),
        from: visitor(&request),
    };
    match web.actions.join(given).await {
        Ok(joined) => Ok(match &joined.signed_in {
            Some(signed_in) => render::go_on("/", [begun(&web, signed_in), guest.gone()]),
            None => render::go_on("/sign-in?said=password", []),
        }),
        Err(refusal) => {
            let wrong = faults::faults_of(refusal)?;
            if wrong.0.iter().any(|fault| fault.field == "token") {
                return void();
            }
            Ok(guest.keeps(render::refused(&page.refused(&form, &wrong), &Problem::from(wrong))?))
        }
    }
}

/// A link that opens nothing (any more).
fn void() -> Answer {
    let frame = Frame { heading: "This link opens nothing".to_owned(), ..Frame::default() };
    render::refused(&VoidLink { frame }, &Problem::not_found("link"))
}
