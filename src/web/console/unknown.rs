//! Paths that lead nowhere: a page for people, a problem for programs.

use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::pages;
use crate::web::error::Problem;

/// First parts of the paths that no page lies below.
const OF_PROGRAMS: [&str; 9] = ["v1", "c", "assets", "docs", "openapi.json", "healthz", "readyz", "metrics", "ip"];

/// Answers a request for a path that nothing is registered for.
pub(in crate::web) async fn answer(request: HttpRequest) -> HttpResponse {
    if is_by_a_program(&request) {
        return Problem::not_found("path").error_response();
    }
    pages::in_frame(&request, &Problem::not_found("page")).await
}

/// Programs say what they are: by the path, a token, or what they send or want to read.
fn is_by_a_program(request: &HttpRequest) -> bool {
    let says = |name: HeaderName, word: &str| {
        let values = request.headers().get_all(name).filter_map(|value| value.to_str().ok());
        values.into_iter().any(|value| value.contains(word))
    };
    let first = request.path().split('/').nth(1).unwrap_or_default();
    let is_of_a_page = match *request.method() {
        Method::GET | Method::HEAD => true,
        Method::POST => says(CONTENT_TYPE, "application/x-www-form-urlencoded"),
        _ => false,
    };
    let wants_json = says(ACCEPT, "json") && !says(ACCEPT, "text/html");
    OF_PROGRAMS.contains(&first) || !is_of_a_page || wants_json || request.headers().contains_key(AUTHORIZATION)
}
