//! What keeps a page to itself: the headers of every page, the check that a form was sent from one of ours, and cookies.
//!
//! The token of the session in every form is what decides; that the browser says where a form comes from is a second lock.

use actix_web::HttpResponseBuilder;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HeaderMap, HeaderName, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};

/// Nothing foreign is loaded, nothing inline is run, no other site shows the page or gets its forms.
pub const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                       form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What somebody is told whose form is not taken.
pub const EXPIRED: &str = "This form has expired. Open the page again; nothing was changed.";

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Adds what every page bears.
pub fn protect(answer: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    answer
        .insert_header((CONTENT_SECURITY_POLICY, CSP))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CACHE_CONTROL, "no-store"))
}

/// Whether a form may have come from one of our own pages, which people reach at this origin (`https://ringback.example`).
///
/// Our pages say `Referrer-Policy: no-referrer`, and so browsers send `Origin: null` with their forms. Over https they say with
/// `Sec-Fetch-Site` what `Origin` then does not; over http they say neither, and the token decides alone.
pub fn may_be_ours(headers: &HeaderMap, own_origin: &str) -> bool {
    let site = one(headers, &HeaderName::from_static(SEC_FETCH_SITE));
    let origin = one(headers, &ORIGIN);
    match (site, origin) {
        (Given::Twice, _) | (_, Given::Twice) => false,
        (Given::Once(site), Given::Once(origin)) => site == "same-origin" && (origin == own_origin || origin == "null"),
        (Given::Once(site), Given::Not) => site == "same-origin",
        (Given::Not, Given::Once("null")) => own_origin.starts_with("http://"),
        (Given::Not, Given::Once(origin)) => origin == own_origin,
        (Given::Not, Given::Not) => false,
    }
}

/// How often a header is given.
enum Given<'a> {
    Not,
    Once(&'a str),
    Twice,
}

fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Given<'a> {
    let mut all = headers.get_all(name);
    match (all.next(), all.next()) {
        (None, _) => Given::Not,
        (Some(only), None) => only.to_str().map_or(Given::Twice, Given::Once),
        (Some(_), Some(_)) => Given::Twice,
    }
}

/// The name of a cookie of ours. Over https its prefix has the browser refuse one that another host or path has set.
pub fn cookie_name(name: &str, over_https: bool) -> String {
    if over_https { format!("__Host-{name}") } else { name.to_owned() }
}

/// The header that sets a cookie for so many seconds; zero takes it away.
pub fn set_cookie(name: &str, value: &str, seconds: u64, over_https: bool) -> String {
    let secure = if over_https { "; Secure" } else { "" };
    let name = cookie_name(name, over_https);
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// The value of a cookie. Two of one name are none, because nobody could say which is ours.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
    let mut found = all.filter_map(|pair| pair.trim().split_once('=')).filter(|(other, _)| *other == name);
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(given: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn the_policy_allows_our_own_files_and_nothing_else() {
        assert_eq!(
            CSP,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'"
        );
    }

    #[test]
    fn a_form_from_elsewhere_is_not_taken_for_ours() {
        let ours = |given: &[(&'static str, &'static str)], own| may_be_ours(&headers(given), own);
        let (https, http) = ("https://rb.example", "http://rb.example");
        assert!(ours(&[("sec-fetch-site", "same-origin"), ("origin", "null")], https));
        assert!(ours(&[("sec-fetch-site", "same-origin"), ("origin", https)], https));
        assert!(ours(&[("sec-fetch-site", "same-origin")], https) && ours(&[("origin", https)], https));
        assert!(ours(&[("origin", "null")], http));
        for foreign in ["same-site", "cross-site", "none", ""] {
            assert!(!ours(&[("sec-fetch-site", foreign), ("origin", https)], https), "{foreign}");
        }
        assert!(!ours(&[("origin", "null")], https) && !ours(&[("origin", "https://evil.example")], https));
        assert!(!ours(&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], https));
        assert!(!ours(&[], https) && !ours(&[("origin", https), ("origin", https)], https));
    }

    #[test]
    fn a_cookie_is_bound_to_this_host_over_https_and_two_of_a_name_are_none() {
        let set = set_cookie("ringback", "x", 60, true);
        assert_eq!(set, "__Host-ringback=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(set_cookie("ringback", "", 0, false), "ringback=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        let jar = headers(&[("cookie", "a=1; ringback=x=y; b=2"), ("cookie", "a=3")]);
        assert_eq!((cookie(&jar, "ringback"), cookie(&jar, "a"), cookie(&jar, "c")), (Some("x=y"), None, None));
    }
}
