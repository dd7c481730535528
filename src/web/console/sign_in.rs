//! `/sign-in` and `/sign-out`: e-mail, password and, where there is a second factor, its six digits.

use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::flash::Flash;
use super::forms::Form;
use super::frame::Frame;
use super::guest::{self, Guest};
use super::kinds::{Kind, Shape};
use super::page_request::{PageRequest, SESSION, signed_in};
use super::parts::field::Field;
use super::{flash, pages, render, security, way_back};
use crate::actions::people::sign_in::{SignIn, SignInRefusal, SignedIn};
use crate::domain::password::Password;
use crate::domain::session::LONGEST;
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::query::Query;
use crate::web::visitor::visitor;
use crate::web::{Answer, Web};

/// Largest form of those who are not known yet.
pub(super) const LARGEST: usize = 16 * 1024;

const SHAPE: &Shape<'_> =
    &[("email", Kind::Text), ("password", Kind::Text), ("code", Kind::Text), ("to", Kind::Text), (SAID, Kind::Text)];

/// Which parameter says what happened before …
const SAID: &str = "said";
/// … and what it says where a session had ended before somebody sent a form.
const ENDED: &str = "ended";
/// What stands above the page of that form when it is shown anew, so that nobody takes it for done, whether there was
/// anything to type or only a button. What was typed is kept nowhere: among it may be a secret, and who signs in next may be
/// somebody else.
const NOTHING_DONE: &str = "You had been signed out, so nothing was saved or done. Please do it again here.";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(pages::resource(way_back::SIGN_IN).get(show).post(sign_in))
        .service(pages::resource(way_back::SIGN_OUT).post(sign_out));
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    /// What happened before, in words.
    said: Option<&'static str>,
    /// Whether that was a form which changed nothing.
    has_ended: bool,
    /// What is wrong with the form and with no one field of it.
    others: Vec<String>,
    is_nobody_here: bool,
    email: Field,
    password: Field,
    code: Option<Field>,
    /// The page that was wanted.
    to: String,
}

impl SignInPage {
    async fn new(web: &Web, guest: &Guest, to: &str) -> Result<Self, Problem> {
        Ok(Self {
            frame: Frame { heading: "Sign in".to_owned(), form_token: guest.token(), ..Frame::default() },
            said: None,
            has_ended: false,
            others: Vec::new(),
            is_nobody_here: web.actions.is_nobody_here_yet().await?,
            email: Field::new("email", "E-mail").fills_in("username"),
            password: Field::new("password", "Password").fills_in("current-password"),
            code: None,
            to: way_back::wanted(Some(to)).to_owned(),
        })
    }

    fn fields(&self) -> Vec<&Field> {
        [&self.email, &self.password].into_iter().chain(&self.code).collect()
    }
}

async fn show(web: Data<Web>, request: HttpRequest) -> Answer {
    let query = Query::read(request.query_string(), &["to", SAID])?;
    let to = way_back::wanted(query.text("to"));
    if signed_in(&web, &request).await?.is_some() {
        return Ok(render::go_on(to, []));
    }
    let said = match query.text(SAID) {
        Some(ENDED) => Some("You were signed out. Nothing was changed."),
        Some("out") => Some("You are signed out."),
        Some("password") => Some("Your new password is in force. Sign in with it."),
        _ => None,
    };
    let guest = Guest::of(&web, &request);
    let has_ended = query.text(SAID) == Some(ENDED);
    Ok(guest.keeps(render::page(&SignInPage { said, has_ended, ..SignInPage::new(&web, &guest, to).await? })?))
}

async fn sign_in(web: Data<Web>, request: HttpRequest, body: Body<LARGEST>) -> Answer {
    let (guest, form) = (Guest::of(&web, &request), Form::read(body.bytes(), SHAPE));
    let is_ours = guest.has_sent(&web, &request, &form)?;
    form.check()?;
    let to = way_back::wanted(Some(form.typed("to")));
    let has_ended = form.typed(SAID) == ENDED;
    let mut page = SignInPage { has_ended, ..SignInPage::new(&web, &guest, to).await? };
    if !is_ours {
        // Nothing that was typed is shown: it may be another site's.
        page.frame.mark = "Error: ".to_owned();
        page.others.push(guest::EXPIRED.to_owned());
        return Ok(guest.keeps(render::refused(&page, &Problem::forbidden(guest::EXPIRED))?));
    }
    let (email, password) = (form.typed("email"), form.typed("password"));
    let code: String = form.typed("code").chars().filter(|digit| !digit.is_whitespace()).collect();
    let given = SignIn {
        email: email.to_owned(),
        password: Password::typed(password),
        code: Some(code).filter(|code| !code.is_empty()),
        from: visitor(&request),
    };
    let refusal = match web.actions.sign_in(given).await {
        Ok(signed_in) => {
            let told = has_ended.then(|| nothing_done(&web, &signed_in));
            return Ok(render::go_on(to, [begun(&web, &signed_in), guest.gone()].into_iter().chain(told)));
        }
        Err(refusal) => refusal,
    };
    page.email.value = email.to_owned();
    if matches!(refusal, SignInRefusal::CodeNeeded | SignInRefusal::WrongCode) {
        // What was right is not asked for twice; the page is kept by no cache.
        page.password.value = password.to_owned();
        let code = Field::new("code", "Six digits").help("As the app on your phone shows them now.");
        page.code = Some(code.fills_in("one-time-code"));
    }
    let answer = match refusal {
        SignInRefusal::Store(error) => return Err(error.into()),
        SignInRefusal::CodeNeeded => render::page(&page),
        refusal => {
            page.frame.mark = "Error: ".to_owned();
            let words = refusal.to_string();
            match page.code.take() {
                Some(code) => page.code = Some(code.fault(&words)),
                None => page.others.push(words),
            }
            render::refused(&page, &Problem::from(refusal))
        }
    };
    Ok(guest.keeps(answer?))
}

/// The cookie of a session that has begun.
pub(super) fn begun(web: &Web, signed_in: &SignedIn) -> String {
    let is_https = web.actions.public_url.is_https();
    security::set_cookie(SESSION, signed_in.text.expose(), LONGEST.as_secs(), is_https)
}

/// The cookie for the page to which the way back leads: it says there that the form did nothing.
fn nothing_done(web: &Web, signed_in: &SignedIn) -> String {
    let flash = Flash { kind: flash::Kind::Failed, text: NOTHING_DONE.to_owned() }.to_cookie(signed_in.text.expose());
    security::set_cookie(flash::COOKIE, &flash, flash::LIFETIME, web.actions.public_url.is_https())
}

async fn sign_out(page: PageRequest, body: Body<LARGEST>) -> Result<HttpResponse, Problem> {
    page.form(body.bytes(), &[])?;
    let actions = &page.web.actions;
    let ends = async { Ok(actions.sign_out(page.caller()).await?) };
    let session = &page.visit.session.id;
    page.perform("DELETE /v1/me/sessions/{id}", &[session], ends).await?;
    let is_https = actions.public_url.is_https();
    let gone = [SESSION, flash::COOKIE].map(|name| security::set_cookie(name, "", 0, is_https));
    Ok(render::go_on(way_back::SIGNED_OUT, gone))
}
