//! A request for a page by somebody who is signed in: who it is, what the last act left, and whether a form is really ours.

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderValue, SET_COOKIE};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use futures_util::future::LocalBoxFuture;

use super::counts::Counts;
use super::flash::{self, Flash, Kind};
use super::forms::Form;
use super::frame::{Frame, Person};
use super::kinds::Shape;
use super::{render, security};
use crate::actions::admission::{Made, admit};
use crate::actions::caller::Caller;
use crate::actions::calls::{self, Call};
use crate::actions::form_keys::Once;
use crate::actions::people::known::Visit;
use crate::actions::refusal::Refusal;
use crate::domain::session_seal;
use crate::web::error::{Problem, ProblemKind};
use crate::web::query::Query;
use crate::web::{Answer, Web};

/// The header that a script's own requests bear.
pub(super) const BY_SCRIPT: &str = "hx-request";

/// The field that holds a form's key.
const FORM_KEY: &str = "formKey";

/// The cookie that holds a session's text, before its prefix.
pub const SESSION: &str = "ringback";

/// A request for a page, or a form that was sent.
#[derive(Debug)]
pub struct PageRequest {
    /// What every handler is given.
    pub web: Data<Web>,
    /// Who it is.
    pub visit: Visit,
    request: HttpRequest,
    /// What opens the session.
    text: String,
    flash: Option<Flash>,
    counts: Counts,
}

impl FromRequest for PageRequest {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (web, request) = (Web::of(request), request.clone());
        Box::pin(async move {
            let (text, visit) = signed_in(&web, &request).await?.ok_or_else(not_signed_in)?;
            let flash = cookie(&web, &request, flash::COOKIE).and_then(|value| Flash::from_cookie(value, &text));
            // A part has no rail.
            let is_part = request.headers().contains_key(BY_SCRIPT);
            let counts = if is_part { Counts::default() } else { Counts::of(&web, &visit.caller).await };
            let page = Self { web, visit, request, text, flash, counts };
            let frame = page.frame("");
            page.request.extensions_mut().insert(frame);
            Ok(page)
        })
    }
}

/// Whoever shows an open session, with the text that opens it.
pub(super) async fn signed_in(web: &Web, request: &HttpRequest) -> Result<Option<(String, Visit)>, Problem> {
    let Some(text) = cookie(web, request, SESSION).map(str::to_owned) else { return Ok(None) };
    let visit = web.actions.person_of_session(&text).await?;
    Ok(visit.map(|visit| (text, visit)))
}

/// Refuses a form that another site has sent.
pub(super) fn check_origin(web: &Web, request: &HttpRequest) -> Result<(), Problem> {
    let is_ours = security::may_be_ours(request.headers(), web.actions.public_url.origin());
    if is_ours { Ok(()) } else { Err(expired()) }
}

/// The value of a cookie of ours.
pub(super) fn cookie<'a>(web: &Web, request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let name = security::cookie_name(name, web.actions.public_url.is_https());
    security::cookie(request.headers(), &name)
}

/// The call of this name, with its rule; without one nobody may make it.
fn ruled(call: &str) -> Result<&'static Call, Refusal> {
    let found = call.split_once(' ').and_then(|(method, pattern)| calls::named(method, pattern));
    found.ok_or_else(|| Refusal::forbidden("Nobody may do this."))
}

fn not_signed_in() -> Problem {
    Problem::new(ProblemKind::Unauthorized, "Only somebody who is signed in may see this.")
}

fn expired() -> Problem {
    Problem::forbidden(security::EXPIRED)
}

impl PageRequest {
    /// As whom it acts.
    pub fn caller(&self) -> &Caller {
        &self.visit.caller
    }

    /// The parameters of the page, each known and given once.
    pub fn query(&self, known: &[&str]) -> Result<Query, Problem> {
        Query::read(self.request.query_string(), known)
    }

    /// The same of a list, whose filters are shown again with what is wrong with each.
    pub fn filters(&self, shape: &Shape<'_>) -> Form {
        Form::read(self.request.query_string().as_bytes(), shape)
    }

    /// The frame of a page with this heading.
    pub fn frame(&self, heading: &str) -> Frame {
        let person = &self.visit.person;
        Frame {
            person: Some(Person { name: person.name.clone(), role: person.role.clone() }),
            path: self.request.path().to_owned(),
            heading: heading.to_owned(),
            flash: self.flash.clone(),
            theme: person.theme,
            form_token: self.visit.csrf().expose().to_owned(),
            counts: self.counts,
            ..Frame::default()
        }
    }

    /// What was sent, if one of this session's own forms did.
    pub fn form(&self, body: &[u8], shape: &Shape<'_>) -> Result<Form, Problem> {
        check_origin(&self.web, &self.request)?;
        let form = Form::read(body, shape);
        let is_ours = session_seal::is_form_token(form.token().unwrap_or_default(), &self.text);
        if is_ours { Ok(form) } else { Err(expired()) }
    }

    /// Refuses whoever may not make this call, which shows what the page shows.
    pub fn may(&self, call: &Call) -> Result<(), Problem> {
        Ok(admit(self.caller(), call)?)
    }

    /// Refuses whoever may not do what the call of this name does, before it is asked for.
    pub fn may_perform(&self, call: &str) -> Result<(), Problem> {
        Ok(admit(self.caller(), ruled(call)?)?)
    }

    /// Whether the call of this name is open to whoever asks.
    pub fn can(&self, call: &str) -> bool {
        self.may_perform(call).is_ok()
    }

    /// Does what the call of this name does, by its rule and with its entry in the audit. `named` is what its path names.
    pub async fn perform<T: Made>(
        &self,
        call: &str,
        named: &[&str],
        act: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<T, Refusal> {
        let call = ruled(call)?;
        let named: Vec<String> = named.iter().map(|&name| name.to_owned()).collect();
        self.web.actions.perform(self.caller(), call, &named, act).await
    }

    /// Does what a form that bears a key asks for, at most once.
    pub async fn once<T>(
        &self,
        form: &Form,
        act: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<Once<T>, Problem> {
        Ok(self.web.actions.once(self.caller(), form.typed(FORM_KEY), act).await?)
    }

    /// 200 with a page. What the last act left is shown once.
    pub fn page(&self, template: &impl Template) -> Answer {
        let mut answer = render::page(template)?;
        if self.flash.is_some() {
            let gone = self.set_cookie(flash::COOKIE, "", 0);
            if let Ok(value) = HeaderValue::from_str(&gone) {
                answer.headers_mut().append(SET_COOKIE, value);
            }
        }
        Ok(answer)
    }

    /// A part of a page.
    pub fn part(&self, template: &impl Template) -> Answer {
        render::part(&self.request, template)
    }

    /// 303 to the page that follows, which says how the act ended.
    pub fn go_on(&self, to: &str, kind: Kind, text: impl Into<String>) -> HttpResponse {
        let flash = Flash { kind, text: text.into() };
        render::go_on(to, [self.set_cookie(flash::COOKIE, &flash.to_cookie(&self.text), flash::LIFETIME)])
    }

    fn set_cookie(&self, name: &str, value: &str, seconds: u64) -> String {
        security::set_cookie(name, value, seconds, self.web.actions.public_url.is_https())
    }
}
