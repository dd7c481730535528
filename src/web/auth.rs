//! Who is calling, and whether that role may make the call at all.
//!
//! A handler of the admin API takes a [`Caller`] as its first argument, and there is no other way to one: a handler that
//! forgets to ask who calls does not know whose objects to answer with. Which roles a call is open to says
//! [`calls`], of the method and the pattern of the path that the handler is registered for.
//!
//! A bearer's text is a token's or a session's; both are looked up in the store at every call, so that what was
//! deleted or ended opens nothing from then on. Nobody gets to know
//! a caller before the audit knows what is about to be done.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

use super::Web;
use super::audit::Audited;
use super::error::{Problem, ProblemKind};
use crate::actions::admission::admit;
use crate::actions::caller::Caller;
use crate::actions::calls;

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    /// Borrows nothing of the request, because the answer takes a while.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let token = bearer(request);
        let audited = Audited::of(request);
        let web = Web::of(request);
        let pattern = request.match_pattern().unwrap_or_default();
        let call = calls::named(request.method().as_str(), &pattern);
        Box::pin(async move {
            let text = token.ok_or_else(|| unauthorized("This call needs a header `Authorization: Bearer TOKEN`."))?;
            let found = web.actions.caller_of(&text).await?;
            let caller = found.ok_or_else(|| unauthorized("The token is unknown, deleted or expired."))?;
            if let Some(audited) = audited {
                audited.begin(&web, &caller).await?;
            }
            let Some(call) = call else {
                tracing::error!(pattern, "a call is refused to everybody, because no rule says who may make it");
                return Err(Problem::forbidden("Nobody may do this."));
            };
            admit(&caller, call)?;
            Ok(caller)
        })
    }
}

fn unauthorized(detail: &str) -> Problem {
    Problem::new(ProblemKind::Unauthorized, detail)
}

/// The one bearer token of a request; two of them are none, because nobody could say which is meant.
fn bearer(request: &HttpRequest) -> Option<String> {
    let mut given = request.headers().get_all(header::AUTHORIZATION);
    let (Some(only), None) = (given.next(), given.next()) else {
        return None;
    };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
}
