//! What a call answers when it succeeded: creating 201, changing and reading 200, deleting 204.
//!
//! Answers carry secrets now and then, and configuration always, so no cache may keep any.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CacheControl, CacheDirective};
use actix_web::web::Bytes;
use futures_util::Stream;
use serde::Serialize;

use super::audit;
use crate::store::StoreError;

/// 201 with the object.
pub(super) fn created(object: &impl Serialize) -> HttpResponse {
    let mut response = HttpResponse::Created().insert_header(no_store()).json(object);
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
    HttpResponse::Ok().insert_header(no_store()).json(object)
}

/// 200 with a stream of this type. Where the stream fails, the connection breaks off: half of it never looks whole.
pub(super) fn stream<S>(content_type: &str, stream: S) -> HttpResponse
where
    S: Stream<Item = Result<Bytes, StoreError>> + 'static,
{
    HttpResponse::Ok().insert_header(no_store()).content_type(content_type).streaming(stream)
}

/// 202 with the object as it stands.
pub(super) fn under_way(object: &impl Serialize) -> HttpResponse {
    HttpResponse::Accepted().insert_header(no_store()).json(object)
}

/// 204.
pub(super) fn deleted() -> HttpResponse {
    HttpResponse::NoContent().insert_header((CACHE_CONTROL, "no-store")).finish()
}

fn no_store() -> CacheControl {
    CacheControl(vec![CacheDirective::NoStore])
}
