//! From a template to an answer: the page with its headers, the part of a page that is asked for again, the way on after an act,
//! and the page of a refusal.

use actix_web::http::header::{ContentDisposition, ContentType, ETAG, IF_NONE_MATCH, LOCATION, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use askama::Template;
use sha2::{Digest, Sha256};

use super::errors::{Error, ErrorPage};
use super::frame::Frame;
use super::security;
use crate::web::Answer;
use crate::web::error::{Problem, ProblemKind};

/// 200 with a page.
pub fn page(template: &impl Template) -> Answer {
    html(&mut HttpResponse::Ok(), template)
}

/// The form once more, with its faults and what was typed: the status is that of the API's refusal.
pub fn refused(template: &impl Template, problem: &Problem) -> Answer {
    html(&mut HttpResponse::build(problem.kind().status()), template)
}

/// A part of a page, by the page's own template. While it is the same as what the asker has, the answer is empty.
pub fn part(request: &HttpRequest, template: &impl Template) -> Answer {
    let text = rendered(template)?;
    let version = format!("\"{}\"", hex::encode(&Sha256::digest(&text)[..8]));
    let known = request.headers().get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == version.as_bytes());
    let mut answer = if known { HttpResponse::NoContent() } else { HttpResponse::Ok() };
    security::protect(&mut answer).insert_header((ETAG, version));
    Ok(if known { answer.finish() } else { answer.content_type(ContentType::html()).body(text) })
}

/// 204: what the asker has stays as it is.
pub fn unchanged() -> HttpResponse {
    security::protect(&mut HttpResponse::NoContent()).finish()
}

/// 303 to the page that follows an act, with cookies to set.
pub fn go_on(to: &str, cookies: impl IntoIterator<Item = String>) -> HttpResponse {
    let mut answer = HttpResponse::SeeOther();
    security::protect(&mut answer).insert_header((LOCATION, to));
    for cookie in cookies {
        answer.append_header((SET_COOKIE, cookie));
    }
    answer.finish()
}

/// The page of a refusal, with the status that the API would answer. `back` is where the caller came from; `tries_itself`: asking
/// for the page once more is all that is to be done; `logged_as` is what our own failure is called in the log.
pub fn refusal(frame: Frame, problem: &Problem, back: &str, tries_itself: bool, logged_as: &str) -> Answer {
    let error = match problem.kind() {
        ProblemKind::Forbidden => Error::forbidden(problem.detail()),
        ProblemKind::NotFound => Error::not_found(problem.detail()),
        ProblemKind::MethodNotAllowed => Error::wrong_method(problem.detail()),
        ProblemKind::Overloaded if tries_itself => Error::away(problem.detail()),
        ProblemKind::Overloaded => Error::not_done(problem.detail(), back),
        ProblemKind::Internal => Error::internal(logged_as),
        _ => Error::conflict(problem.detail(), back),
    };
    html(&mut HttpResponse::build(problem.kind().status()), &ErrorPage::new(frame, error))
}

/// The page of a form whose token is not that of the session, or which came from elsewhere.
pub fn expired(frame: Frame, form: &str) -> Answer {
    html(&mut HttpResponse::build(ProblemKind::Forbidden.status()), &ErrorPage::new(frame, Error::expired(form)))
}

/// A file to keep.
pub fn file(name: &str, text: String) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    security::protect(&mut answer).insert_header(ContentDisposition::attachment(name));
    answer.content_type(ContentType::plaintext()).body(text)
}

fn html(answer: &mut HttpResponseBuilder, template: &impl Template) -> Answer {
    let text = rendered(template)?;
    Ok(security::protect(answer).content_type(ContentType::html()).body(text))
}

fn rendered(template: &impl Template) -> Result<String, Problem> {
    template.render().map_err(|error| {
        tracing::error!(%error, "a page could not be written");
        Problem::new(ProblemKind::Internal, "The page could not be written.")
    })
}
