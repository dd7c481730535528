//! The way from a page to signing in and back: a path of ours, and nothing that leads elsewhere.

use url::form_urlencoded;

/// Where people sign in.
pub const SIGN_IN: &str = "/sign-in";
/// Where they sign out …
pub const SIGN_OUT: &str = "/sign-out";
/// … and what they see then.
pub const SIGNED_OUT: &str = "/sign-in?said=out";

/// The address of signing in for whoever wanted this page. `was_sent`: by a form, which changed nothing.
pub fn to_sign_in(page: &str, was_sent: bool) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if page != "/" && is_ours(page) {
        query.append_pair("to", page);
    }
    if was_sent {
        query.append_pair("said", "ended");
    }
    match query.finish() {
        query if query.is_empty() => SIGN_IN.to_owned(),
        query => format!("{SIGN_IN}?{query}"),
    }
}

/// The page that somebody wanted; Home where that is none of ours.
pub fn wanted(page: Option<&str>) -> &str {
    page.filter(|page| is_ours(page)).unwrap_or("/")
}

/// Browsers read `//host` and `/\host` as another host's address, and leave out what is invisible.
fn is_ours(page: &str) -> bool {
    let plain = page.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    plain && page.starts_with('/') && !page.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_a_page_of_ours_and_nowhere_else() {
        assert_eq!(to_sign_in("/", false), "/sign-in");
        assert_eq!(to_sign_in("/apps/a?endpoint=e", true), "/sign-in?to=%2Fapps%2Fa%3Fendpoint%3De&said=ended");
        assert_eq!(wanted(Some("/apps/a?endpoint=e")), "/apps/a?endpoint=e");
        for foreign in ["//evil.example", "/\\evil.example", "https://evil.example", "", "apps", "/\t/evil.example"] {
            assert_eq!(wanted(Some(foreign)), "/", "{foreign}");
        }
    }
}
