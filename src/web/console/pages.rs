//! What is done around every page: a refusal becomes a page of its own, and whoever is not signed in is led to where that is done,
//! with the way back.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, Resource, ResponseError};

use super::frame::Frame;
use super::{render, security, way_back};
use crate::random;
use crate::web::Answer;
use crate::web::call;
use crate::web::error::{Problem, ProblemKind};

/// The header that a script's own requests bear.
const BY_SCRIPT: &str = "hx-request";

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
    let Some(problem) = found.or_else(|| is_wrong_method.then(|| Problem::not_found("page"))) else {
        return Ok(response);
    };
    let (request, _) = response.into_parts();
    let answer = told(&request, &problem).unwrap_or_else(|failed| failed.error_response());
    Ok(ServiceResponse::new(request, answer))
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
