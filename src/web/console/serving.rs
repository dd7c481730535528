//! The assets over HTTP: compressed for whoever takes it, and kept by browsers for ever, because another content has another
//! name.

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, HeaderMap, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::assets;
use crate::web::Answer;
use crate::web::call::resource;
use crate::web::error::Problem;

/// A year, which is what "for ever" may be.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Registers them.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/assets/{file}").route(web::get().to(asset)).route(web::head().to(asset)));
}

async fn asset(request: HttpRequest) -> Answer {
    let found = assets::all().iter().find(|asset| asset.address == request.path());
    let asset = found.ok_or_else(|| Problem::not_found("path"))?;
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CACHE_CONTROL, FOR_EVER))
        .insert_header((VARY, ACCEPT_ENCODING.as_str()))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .content_type(asset.content_type);
    Ok(if takes_gzip(request.headers()) {
        answer.insert_header((CONTENT_ENCODING, "gzip")).body(asset.gzipped.as_slice())
    } else {
        answer.body(asset.plain)
    })
}

/// Whether gzip is among what is taken, and not with the weight of zero.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).filter_map(|line| line.to_str().ok());
    let mut codings = lines.flat_map(|line| line.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.replace(' ', "");
        let refused =
            weight.strip_prefix("q=0").is_some_and(|rest| rest.chars().all(|digit| matches!(digit, '.' | '0')));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn only_whoever_takes_gzip_gets_it() {
        let takes = |text| {
            let mut headers = HeaderMap::new();
            headers.append(ACCEPT_ENCODING, HeaderValue::from_static(text));
            takes_gzip(&headers)
        };
        assert!(["gzip, deflate, br", "br;q=1.0, GZIP;q=0.1"].into_iter().all(takes));
        assert!(!["", "br", "gzip;q=0", "gzip; q=0.000", "xgzip"].into_iter().any(takes));
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
