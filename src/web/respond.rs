//! What a call answers when it succeeded: creating 201, changing and reading 200, deleting 204.
//!
//! Answers carry secrets now and then, and configuration always, so no cache may keep any.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::Stream;
use serde::Serialize;

use super::audit;
use crate::store::StoreError;

/// 201 with the object.
pub(super) fn created(object: &impl Serialize) -> HttpResponse {
    let mut response = with_json(HttpResponse::Created(), object);
    audit::note_created(&mut response, object);
    response
}

/// 200 with what was recorded, now or before.
pub(super) fn recorded(object: &impl Serialize) -> HttpResponse {
    let mut response = ok(object);
    audit::note_created(&mut response, object);
    response
}

/// 200 with the object.
pub(super) fn ok(object: &impl Serialize) -> HttpResponse {
    with_json(HttpResponse::Ok(), object)
}

/// 200 with a stream of this type. Where the stream fails, the connection breaks off: half of it never looks whole.
pub(super) fn stream<S>(content_type: &str, stream: S) -> HttpResponse
where
    S: Stream<Item = Result<Bytes, StoreError>> + 'static,
{
    HttpResponse::Ok().insert_header(no_store()).content_type(content_type).streaming(stream)
}

/// 200 with a file of this type.
pub(super) fn file(content_type: &'static str, text: &str) -> HttpResponse {
    HttpResponse::Ok().insert_header(no_store()).content_type(content_type).body(text.to_owned())
}

/// 202 with the object as it stands.
pub(super) fn under_way(object: &impl Serialize) -> HttpResponse {
    with_json(HttpResponse::Accepted(), object)
}

/// 204.
pub(super) fn deleted() -> HttpResponse {
    HttpResponse::NoContent().insert_header(no_store()).finish()
}

/// The framework would write out a content type of its own anew for each answer.
fn with_json(mut answer: HttpResponseBuilder, object: &impl Serialize) -> HttpResponse {
    let is_json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.insert_header(no_store()).insert_header(is_json).json(object)
}

fn no_store() -> (HeaderName, HeaderValue) {
    (CACHE_CONTROL, HeaderValue::from_static("no-store"))
}
