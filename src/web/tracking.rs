//! `GET /c/{offerId}`: the tracking link. Open to everybody, because users click on it.
//!
//! It answers with a redirect that nothing in the request can bend: the destination is the offer's, and only values go
//! into it. Nobody's cache may keep it, since the next click is another one; and the advertiser is not told whose page
//! the user came from.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::error::Problem;
use super::{Answer, Web, resource};
use crate::dispatch::intake::tracking::Forwarded;
use crate::domain::bots::is_bot;
use crate::domain::click::Visit;

/// In which browsers and apps say that they fetch a page before anybody has asked for it. They all mean one of
/// [`AHEAD`], whatever they add to it (`Sec-Purpose: prefetch;prerender`).
const PURPOSES: [&str; 4] = ["purpose", "sec-purpose", "x-moz", "x-purpose"];
const AHEAD: [&str; 2] = ["prefetch", "preview"];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/c/{offerId}").get(follow).route(web::head().to(follow)));
}

/// Forwards a user to an offer, with a click on record. Other parameters are passed over. A prefetch (`HEAD`, `Purpose:
/// prefetch` and its like) and a bot are forwarded without a click id.
#[utoipa::path(get, path = "/c/{offerId}", tag = "tracking", security(()),
    params(("offerId" = String, Path, description = "By id or ref"),
        ("app" = String, Query, description = "The app, by id or ref"),
        ("user" = String, Query, description = "The publisher's user, at most 128 characters"),
        ("sub" = Option<String>, Query, description = "The publisher's own mark, at most 255 characters")),
    responses((status = 302, description = "To the offer's destination.")))]
pub(super) async fn follow(web: Data<Web>, request: HttpRequest, offer: Path<String>) -> Answer {
    let visit = Visit::parse(request.query_string())?;
    let counts = request.method() != Method::HEAD && !is_ahead(request.headers()) && !comes_of_bot(request.headers());
    match web.dispatcher.tracking.forward(&offer, visit, counts).await? {
        Forwarded::To(url) => Ok(HttpResponse::Found()
            .insert_header((header::LOCATION, url))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .finish()),
        Forwarded::UnknownOffer => Err(Problem::not_found("offer")),
        Forwarded::UnknownApp => Err(Problem::not_found("app")),
    }
}

/// Whether the page is fetched before anybody has asked for it.
fn is_ahead(headers: &HeaderMap) -> bool {
    let mut values = PURPOSES.iter().flat_map(|name| headers.get_all(*name)).map(|value| value.as_bytes());
    values.any(|value| {
        let value = value.to_ascii_lowercase();
        AHEAD.iter().any(|word| value.starts_with(word.as_bytes()))
    })
}

/// Whether a bot asks. Whoever says nothing of itself is none.
fn comes_of_bot(headers: &HeaderMap) -> bool {
    headers.get_all(header::USER_AGENT).any(|value| is_bot(&String::from_utf8_lossy(value.as_bytes())))
}
