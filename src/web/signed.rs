//! Signed calls: who a report comes from, by its `x-ea-*` headers.
//!
//! Whether the surface is unknown, a header doubled or the signature wrong: the answer and its time are the same, and
//! the expected signature is in no answer. What helps an honest sender is said instead: length and digest of the body as
//! it arrived, and the server's time.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use sha2::{Digest, Sha256};

use super::Web;
use super::error::{Problem, ProblemKind};
use super::json::{Body, LARGEST};
use crate::domain::source::Source;
use crate::domain::surface::{is_timely, parse_timestamp, verifies};
use crate::domain::time::Timestamp;

static SURFACE: HeaderName = HeaderName::from_static("x-ea-surface");
static TIMESTAMP: HeaderName = HeaderName::from_static("x-ea-timestamp");
static SIGNATURE: HeaderName = HeaderName::from_static("x-ea-signature");

/// The body of a signed request. It is read only once the headers name a time near the server's: whoever cannot even do
/// that needs no memory of ours.
#[derive(Debug)]
pub(super) struct SignedBody<const MOST: usize = LARGEST>(Body<MOST>);

impl<const MOST: usize> SignedBody<MOST> {
    /// The bytes as received.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }
}

impl<const MOST: usize> FromRequest for SignedBody<MOST> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let timely = timely(request, Web::of(request).node.clock.now()).map(|_| ());
        let body = Body::from_request(request, payload);
        Box::pin(async move {
            timely.map_err(Problem::before_the_body_ended)?;
            body.await.map(Self)
        })
    }
}

/// The source that signed this request.
pub(super) async fn source(web: &Web, request: &HttpRequest, body: &[u8]) -> Result<Arc<Source>, Problem> {
    let now = web.node.clock.now();
    let timestamp = timely(request, now)?;
    let surface = only(request, &SURFACE).unwrap_or_default();
    let signature = only(request, &SIGNATURE).unwrap_or_default();
    let signed_part = if request.method() == Method::GET {
        request.uri().path_and_query().map(|path| path.as_str().as_bytes()).unwrap_or_default()
    } else {
        body
    };
    let directory = &web.node.directory;
    let signer = || {
        let source = directory.source(surface);
        let secrets = source.iter().flat_map(|source| source.secrets(now));
        let verified = verifies(secrets, timestamp, signed_part, signature);
        source.filter(|_| verified)
    };
    if let Some(source) = signer() {
        return Ok(source);
    }
    // Once more with what other processes may have changed meanwhile. Whatever was wrong, a refusal costs both looks.
    directory.refresh().await?;
    signer().ok_or_else(|| refused(body))
}

/// The text of the timestamp, which the signature covers, if it names a time near the server's. Without one a report that
/// somebody overheard could be sent again for ever.
fn timely(request: &HttpRequest, now: Timestamp) -> Result<&str, Problem> {
    let refused =
        |detail: String| Err(Problem::new(ProblemKind::Unauthorized, detail).with("serverTime", now.to_string()));
    let timestamp = only(request, &TIMESTAMP);
    let Some((text, instant)) = timestamp.and_then(|text| Some((text, parse_timestamp(text)?))) else {
        return refused(format!(
            "{TIMESTAMP} must stand exactly once and be Unix milliseconds in decimal: digits alone, no sign, no leading \
             zero."
        ));
    };
    if !is_timely(instant, now) {
        return refused(format!("{TIMESTAMP} is more than 5 minutes off the server's time."));
    }
    Ok(text)
}

/// The value of a header that stands exactly once.
fn only<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    let mut values = request.headers().get_all(name);
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

fn refused(body: &[u8]) -> Problem {
    let detail = format!(
        "No known surface signed this. Needed, once each: {SURFACE}, {TIMESTAMP} (Unix milliseconds) and {SIGNATURE}, \
         the lower-case hex HMAC-SHA256 of `timestamp.rawBody` (of `timestamp.pathWithQuery` for a GET) under the \
         source's secret."
    );
    Problem::new(ProblemKind::Unauthorized, detail)
        .with("bodyLength", body.len())
        .with("bodySha256", hex::encode(Sha256::digest(body)))
}
