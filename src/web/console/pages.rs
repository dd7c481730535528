//! What is done around every page: a refusal becomes a page of its own, and whoever is not signed in is led to where that is done,
//! with the way back.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, Resource, ResponseError};

use super::frame::Frame;
use super::page_request::{BY_SCRIPT, PageRequest};
use super::{render, security, way_back};
use crate::random;
use crate::web::Answer;
use crate::web::call;
use crate::web::error::{Problem, ProblemKind};

/// A path of pages.
pub(super) fn resource(
    path: &str,
) -> Resource<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()> + use<>,
> {
    call::resource(path).wrap(from_fn(answer))
}

async fn answer(mut request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse, Error> {
    // A page answers HEAD as it would GET; the server itself leaves the body out.
    if *request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let response = next.call(request).await?.map_into_boxed_body();
    let found = response.response().error().and_then(|error| error.as_error::<Problem>()).cloned();
    let is_wrong_method = response.status() == ProblemKind::MethodNotAllowed.status();
    let Some(problem) = found.or_else(|| is_wrong_method.then(|| wrong_method(response.request()))) else {
        return Ok(response);
    };
    let allowed = response.headers().get(ALLOW).cloned();
    let (request, _) = response.into_parts();
    let mut answer = if is_wrong_method { in_frame(&request, &problem).await } else { refused(&request, &problem) };
    if let Some(allowed) = allowed {
        answer.headers_mut().insert(ALLOW, allowed);
    }
    Ok(ServiceResponse::new(request, answer))
}

fn wrong_method(request: &HttpRequest) -> Problem {
    let detail = match *request.method() {
        Method::GET => "There is nothing to see at this address: it only takes a form.",
        _ => "This page takes no form. Nothing was changed.",
    };
    Problem::new(ProblemKind::MethodNotAllowed, detail)
}

/// The page of a refusal that no handler has given: in the frame of whoever is signed in.
pub(super) async fn in_frame(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    // What is wrong with the session as well is not told: the page stands alone then.
    let _ = PageRequest::extract(request).await;
    refused(request, problem)
}

fn refused(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    told(request, problem).unwrap_or_else(|failed| failed.error_response())
}

fn told(request: &HttpRequest, problem: &Problem) -> Answer {
    if problem.kind() == ProblemKind::Unauthorized {
        return Ok(to_sign_in(request));
    }
    let frame = request.extensions().get::<Frame>().cloned().unwrap_or_default();
    if problem.detail() == security::EXPIRED {
        return render::expired(frame, address(request));
    }
    let mut logged_as = String::new();
    if problem.kind() == ProblemKind::Internal {
        logged_as = random::new_id("err");
        tracing::error!(logged_as, "a page could not be answered");
    }
    let tries_itself = *request.method() == Method::GET;
    render::refusal(frame, problem, address(request), tries_itself, &logged_as)
}

/// The page that was asked for, with all that its address says.
fn address(request: &HttpRequest) -> &str {
    request.uri().path_and_query().map_or("/", |page| page.as_str())
}

/// A part that a script asks for stays as it is: whoever types goes on typing, and is told when the form is sent.
fn to_sign_in(request: &HttpRequest) -> HttpResponse {
    if request.headers().contains_key(BY_SCRIPT) {
        return render::unchanged();
    }
    let was_sent = *request.method() == Method::POST;
    // Whoever wanted to be signed out is.
    if request.path() == way_back::SIGN_OUT {
        return render::go_on(way_back::SIGNED_OUT, []);
    }
    render::go_on(&way_back::to_sign_in(address(request), was_sent), [])
}
