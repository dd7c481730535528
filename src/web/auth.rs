//! Who is calling, and whether that role may make the call at all.
//!
//! A handler of the admin API takes one of [`Operator`], [`Manager`] or [`Member`] as its first argument, and there is no
//! other way to a [`Caller`]: a handler that forgets to ask who calls does not know whose objects to answer with. Whether
//! an object is the caller's own is `access`'s to say.
//!
//! A token is looked up in the store at every call, so that a deleted one opens nothing from then on. Nobody gets to know
//! a caller before the audit knows what is about to be done.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

use super::Web;
use super::audit::Audited;
use super::error::{Problem, ProblemKind};
use crate::domain::account::{Role, Token};

/// Whoever calls, by its token.
#[derive(Clone, Debug)]
pub struct Caller {
    token: Token,
}

/// An operator; all others are told that they may not.
#[derive(Clone, Debug)]
pub struct Operator(pub Caller);

/// An account manager or an operator.
#[derive(Clone, Debug)]
pub struct Manager(pub Caller);

/// Anyone who is signed in. What a publisher reaches then depends on the object.
#[derive(Clone, Debug)]
pub struct Member(pub Caller);

impl Caller {
    /// Who the token speaks for.
    pub fn role(&self) -> &Role {
        &self.token.role
    }

    /// The token's id, to mark what is done by hand.
    pub fn token_id(&self) -> &str {
        &self.token.id
    }

    /// What the token is called.
    pub fn token_name(&self) -> &str {
        &self.token.name
    }

    /// Whether it is an operator.
    pub fn is_operator(&self) -> bool {
        self.token.role == Role::Operator
    }

    /// The publisher that it is limited to; `None` for those who see all.
    pub fn limited_to(&self) -> Option<&str> {
        self.token.role.publisher_id()
    }

    /// Whether it may know of what belongs to this publisher.
    pub fn sees(&self, publisher_id: &str) -> bool {
        self.limited_to().is_none_or(|own| own == publisher_id)
    }
}

impl FromRequest for Operator {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = caller(request);
        Box::pin(async move {
            let caller = caller.await?;
            match caller.role() {
                Role::Operator => Ok(Self(caller)),
                _ => Err(Problem::forbidden("Only an operator may do this.")),
            }
        })
    }
}

impl FromRequest for Manager {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = caller(request);
        Box::pin(async move {
            let caller = caller.await?;
            match caller.role() {
                Role::Operator | Role::AccountManager => Ok(Self(caller)),
                Role::Publisher { .. } => Err(Problem::forbidden("Only an account manager or operator may do this.")),
            }
        })
    }
}

impl FromRequest for Member {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = caller(request);
        Box::pin(async move { caller.await.map(Self) })
    }
}

/// Finds out who calls. Borrows nothing of the request, because the answer takes a while.
fn caller(request: &HttpRequest) -> impl Future<Output = Result<Caller, Problem>> + 'static {
    let token = bearer(request);
    let audited = Audited::of(request);
    let web = Web::of(request);
    async move {
        let text = token.ok_or_else(|| unauthorized("This call needs a header `Authorization: Bearer TOKEN`."))?;
        let now = web.node.clock.now();
        let found = web.node.store.token_by_text(&text).await?;
        let valid = found.filter(|token| token.is_valid(now));
        let token = valid.ok_or_else(|| unauthorized("The token is unknown, deleted or expired."))?;
        if let Some(audited) = audited {
            audited.begin(&web, &token, now).await?;
        }
        Ok(Caller { token })
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
