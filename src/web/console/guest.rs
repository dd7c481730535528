//! Whoever has no session yet: what proves that a form to sign in or to join was sent from the page that it was shown on.
//!
//! Over http a browser may say nothing of where a form comes from, and another site could have somebody sign in to an account of
//! its own choice. So these forms bear a token as well: made by a secret that only this browser's cookie has, and the instant at
//! which the form was shown. The cookie stays the same from form to form, so that two tabs work; each form is good for a while.

use std::time::Duration;

use actix_web::http::header::{HeaderValue, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse};

use super::forms::Form;
use super::page_request::{check_origin, cookie};
use super::security;
use crate::domain::session_seal::{self, Purpose};
use crate::domain::time::Timestamp;
use crate::random;
use crate::web::Web;
use crate::web::error::Problem;

/// The cookie that holds the secret, before its prefix.
pub(super) const COOKIE: &str = "ringback-visit";
/// A page to sign in may stand open overnight.
const LIFETIME: Duration = Duration::from_secs(12 * 3_600);
/// Bytes of the secret.
const LENGTH: usize = 32;

/// What somebody is told whose form is not taken; the form is shown once more.
pub(super) const EXPIRED: &str = "This form has expired. Send it once more; nothing was changed.";

/// Somebody who is not signed in, in one browser.
#[derive(Clone)]
pub(super) struct Guest {
    secret: String,
    now: Timestamp,
    is_https: bool,
}

impl std::fmt::Debug for Guest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guest").finish_non_exhaustive()
    }
}

impl Guest {
    /// Whoever has asked: by the secret that its browser has, or with a new one.
    pub(super) fn of(web: &Web, request: &HttpRequest) -> Self {
        let known = cookie(web, request, COOKIE).filter(|text| is_secret(text)).map(str::to_owned);
        let secret = known.unwrap_or_else(|| hex::encode(random::bytes::<LENGTH>()));
        Self { secret, now: web.node.clock.now(), is_https: web.actions.public_url.is_https() }
    }

    /// The token of a form that is shown now.
    pub(super) fn token(&self) -> String {
        let shown_at = self.now.as_millis().to_string();
        format!("{shown_at}.{}", session_seal::seal(&self.secret, Purpose::Visit, &shown_at))
    }

    /// Whether a form bears a token of this browser that is still good. A form that another site has sent is refused.
    pub(super) fn has_sent(&self, web: &Web, request: &HttpRequest, form: &Form) -> Result<bool, Problem> {
        check_origin(web, request)?;
        Ok(self.is_token(form.token().unwrap_or_default()))
    }

    fn is_token(&self, given: &str) -> bool {
        let Some((shown_at, seal)) = given.split_once('.') else { return false };
        let at = shown_at.parse().ok().map(Timestamp::from_millis);
        let is_good = at.is_some_and(|at| at <= self.now && self.now < at.plus(LIFETIME));
        is_good && session_seal::is_seal(seal, &self.secret, Purpose::Visit, shown_at)
    }

    /// The answer that shows a form, which the browser can send then.
    pub(super) fn keeps(&self, mut answer: HttpResponse) -> HttpResponse {
        let set = security::set_cookie(COOKIE, &self.secret, LIFETIME.as_secs(), self.is_https);
        if let Ok(value) = HeaderValue::from_str(&set) {
            answer.headers_mut().append(SET_COOKIE, value);
        }
        answer
    }

    /// The cookie of somebody who is signed in from now on.
    pub(super) fn gone(&self) -> String {
        security::set_cookie(COOKIE, "", 0, self.is_https)
    }
}

fn is_secret(text: &str) -> bool {
    text.len() == 2 * LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guest(secret: &str, now: i64) -> Guest {
        Guest { secret: secret.to_owned(), now: Timestamp::from_millis(now), is_https: false }
    }

    #[test]
    fn a_token_is_good_for_a_while_and_for_the_browser_that_was_shown_it() {
        let shown = guest("one", 1_000).token();
        let end = 1_000 + i64::try_from(LIFETIME.as_millis()).unwrap();
        assert!(guest("one", 1_000).is_token(&shown) && guest("one", end - 1).is_token(&shown));
        assert!(!guest("one", end).is_token(&shown) && !guest("one", 999).is_token(&shown));
        assert!(!guest("other", 1_000).is_token(&shown));
        let later = shown.replacen("1000.", "1001.", 1);
        for forged in ["", ".", "1000.", "x.y", later.as_str()] {
            assert!(!guest("one", 2_000).is_token(forged), "{forged}");
        }
    }
}
