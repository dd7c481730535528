//! Problems: what an answer says when a call did not succeed (RFC 9457). The only place with status codes of failures.
//!
//! The message outside is not the message inside: a caller is told what it can mend, and of our own failures only that
//! there was one. Those are logged once, in `of_store`.

mod meanings;
mod of_refusal;
mod of_store;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::invalid::{FieldError, Invalid};
use crate::domain::json::Malformed;

/// Seconds after which a call that was turned away may be made again: a queue of this length is worked off by then, and
/// a test has mostly ended.
const COME_AGAIN: u64 = 1;

/// The kinds of problems. Each has a `type` of its own, which never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The body is not what the call takes at all.
    Malformed,
    /// Nobody known is calling.
    Unauthorized,
    /// Whoever calls may never do this.
    Forbidden,
    /// There is nothing of that name, as far as the caller may know.
    NotFound,
    /// The path exists, but not with this method.
    MethodNotAllowed,
    /// It contradicts what stands.
    Conflict,
    /// The transaction id belongs to another completion.
    TransactionIdTaken,
    /// Fields are wrong.
    Invalid,
    /// No index leads to what is asked for, and too much would have to be looked through.
    NarrowIt,
    /// The body is too large.
    TooLarge,
    /// The body did not arrive in time.
    BodyTooSlow,
    /// As many of these calls as may be are under way already.
    TooMany,
    /// Too many attempts to sign in have failed.
    TooManyAttempts,
    /// As many reads of this token as may be are under way already.
    TooManyReads,
    /// A read went on for too long and was ended.
    TooSlow,
    /// Come again.
    Overloaded,
    /// We are broken.
    Internal,
}

impl ProblemKind {
    /// Every kind, for the documentation.
    pub const ALL: [Self; 17] = [
        Self::Malformed,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::TransactionIdTaken,
        Self::Invalid,
        Self::NarrowIt,
        Self::TooLarge,
        Self::BodyTooSlow,
        Self::TooMany,
        Self::TooManyAttempts,
        Self::TooManyReads,
        Self::TooSlow,
        Self::Overloaded,
        Self::Internal,
    ];

    /// Status, the last part of the `type`, and title.
    fn row(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, "malformed", "The request can not be read"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", "Not authenticated"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "Not allowed"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "Not found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed"),
            Self::Conflict => (StatusCode::CONFLICT, "conflict", "Conflict"),
            Self::TransactionIdTaken => (StatusCode::CONFLICT, "transaction-id-taken", "Transaction id taken"),
            Self::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Invalid input"),
            Self::NarrowIt => (StatusCode::UNPROCESSABLE_ENTITY, "narrow-it", "Too much to look through"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "payload-too-large", "Body too large"),
            Self::BodyTooSlow => (StatusCode::REQUEST_TIMEOUT, "body-too-slow", "The body took too long"),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests"),
            Self::TooManyAttempts => (StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", "Too many attempts"),
            Self::TooManyReads => (StatusCode::TOO_MANY_REQUESTS, "too-many-reads", "Too many reads at a time"),
            Self::TooSlow => (StatusCode::SERVICE_UNAVAILABLE, "too-slow", "The read took too long"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Overloaded"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error"),
        }
    }

    /// The `type`: a reference relative to the instance that answers.
    pub fn uri(self) -> String {
        format!("/problems/{}", self.row().1)
    }

    /// The status of the answer.
    pub fn status(self) -> StatusCode {
        self.row().0
    }

    /// The title, the same for every problem of the kind.
    pub fn title(self) -> &'static str {
        self.row().2
    }
}

/// A problem, as it is answered.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: ProblemKind,
    detail: String,
    errors: Vec<FieldError>,
    /// Behind a pointer, because almost no problem has any and every result of this floor would carry the room for them.
    members: Option<Box<Map<String, Value>>>,
    is_before_end: bool,
}

impl Problem {
    /// A problem of a kind, with a detail for a person.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), members: None, is_before_end: false }
    }

    /// 400.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::Malformed, detail)
    }

    /// 403.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::Forbidden, detail)
    }

    /// 404: the same words for what does not exist and for what is foreign.
    pub fn not_found(what: &str) -> Self {
        Self::new(ProblemKind::NotFound, format!("There is no such {what}."))
    }

    /// 409.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::Conflict, detail)
    }

    /// 429.
    pub fn too_many(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::TooMany, detail)
    }

    /// 422 for one field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::from(Invalid::field(field, message))
    }

    /// 422: one field asks for more than one call looks through.
    pub fn narrow(field: &str, message: &str) -> Self {
        let detail = format!("{field}: {message}");
        Self::new(ProblemKind::NarrowIt, detail).with_errors(Invalid::field(field, message))
    }

    /// The same with a further member, such as the server's time.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.get_or_insert_default().insert(name.to_owned(), value.into());
        self
    }

    /// The same, naming fields.
    #[must_use]
    pub fn with_errors(mut self, faults: Invalid) -> Self {
        self.errors.extend(faults.0);
        self
    }

    /// The kind.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// What is wrong, for a person.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The fields that are wrong.
    pub fn faults(&self) -> &[FieldError] {
        &self.errors
    }

    /// The same, answered before the body of its request has been read to its end.
    #[must_use]
    pub fn before_the_body_ended(mut self) -> Self {
        self.is_before_end = true;
        self
    }

    /// Whether the connection cannot be used again: the rest of a body that is not wanted is not read either.
    fn ends_connection(&self) -> bool {
        self.is_before_end || matches!(self.kind, ProblemKind::TooLarge | ProblemKind::BodyTooSlow)
    }

    /// The body of the answer; also for a problem that stands inside another answer.
    pub fn body(&self) -> Value {
        let shown = Shown {
            kind: self.kind.uri(),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: &self.detail,
            errors: &self.errors,
            members: self.members.as_deref(),
        };
        serde_json::json!(shown)
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(flatten)]
    members: Option<&'a Map<String, Value>>,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind.row().1, self.detail)
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self { errors: invalid.0.clone(), ..Self::new(ProblemKind::Invalid, invalid.to_string()) }
    }
}

impl From<Malformed> for Problem {
    fn from(malformed: Malformed) -> Self {
        Self::malformed(malformed.to_string())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type("application/problem+json");
        match self.kind {
            ProblemKind::Unauthorized => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"ringback\""));
            }
            ProblemKind::TooMany | ProblemKind::TooManyReads | ProblemKind::TooSlow | ProblemKind::Overloaded => {
                response.insert_header((header::RETRY_AFTER, COME_AGAIN));
            }
            _ => {}
        }
        if self.ends_connection() {
            response.force_close();
        }
        response.body(self.body().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_input_names_its_fields() {
        let problem = Problem::field("callbackUrl", "must begin with https://").with("serverTime", 1);
        insta::assert_snapshot!(problem.body(), @r#"{"type":"/problems/invalid","title":"Invalid input","status":422,"detail":"callbackUrl: must begin with https://","errors":[{"field":"callbackUrl","message":"must begin with https://"}],"serverTime":1}"#);
    }
}
