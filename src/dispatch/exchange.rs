//! One exchange with a publisher's server: send the composed request, read as much of the answer as matters, and name
//! how it ended.
//!
//! It never follows, retries or interprets anything, and it never reads a whole body: the status decides, and a body
//! matters only where the success rule looks into it. Nothing it answers contains the signature, even where the receiver
//! sent it back (a redirect's target does).

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, Response, Url};

use super::failure::{Ending, failure};
use crate::clock::Clock;
use crate::domain::delivery::Outcome;
use crate::domain::destination::TargetPolicy;
use crate::domain::dialect::callback::CallbackRequest;
use crate::domain::dialect::success::SuccessRule;
use crate::domain::time::Timestamp;

/// What is kept of a body.
const KEPT_BODY: usize = 1024;
/// What is read of a body: enough for any acknowledgement, little enough that an endless one costs nothing.
const READ_BODY: usize = 64 * 1024;
/// How long a body that decides nothing may still trickle in, so that its connection can be used again.
const LINGER: Duration = Duration::from_secs(1);
/// What is kept of the answer's headers.
const KEPT_HEADERS: usize = 40;
const KEPT_HEADER_VALUE: usize = 256;

/// How the exchange is to be judged.
#[derive(Clone, Debug)]
pub struct Rules<'a> {
    /// All of it must fit in here.
    pub timeout: Duration,
    /// What acknowledges.
    pub success: &'a SuccessRule,
}

/// How an exchange ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// In one word.
    pub outcome: Outcome,
    /// In words, without URL or signature.
    pub error: Option<String>,
    /// Whose fault it was: ours burns no attempt.
    pub ours: bool,
    /// What the receiver said.
    pub answer: Option<Answer>,
    /// When it began, and how long it took.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration: Duration,
}

impl Exchanged {
    /// We stopped in the middle of it.
    pub fn interrupted(started_at: Timestamp, duration: Duration) -> Self {
        let error = Some("stopped in the middle of the exchange".to_owned());
        Self { outcome: Outcome::Interrupted, error, ours: true, answer: None, started_at, duration }
    }
}

/// What of a receiver's answer is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// The address that answered.
    pub peer: Option<String>,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// The first KiB of its body.
    pub body: String,
    /// What `Retry-After` asked for.
    pub retry_after: Option<Duration>,
}

/// Performs one exchange.
pub async fn exchange(
    client: &Client,
    request: &CallbackRequest,
    rules: &Rules<'_>,
    targets: &TargetPolicy,
    clock: &Clock,
) -> Exchanged {
    let started_at = clock.now();
    let started = std::time::Instant::now();
    let ending = match tokio::time::timeout(rules.timeout, send(client, request, rules, targets, clock)).await {
        Ok(ending) => ending,
        Err(_) => Ending::theirs(Outcome::Timeout, format!("no answer within {} ms", rules.timeout.as_millis())),
    };
    Exchanged {
        outcome: ending.outcome,
        error: ending.error,
        ours: ending.ours,
        answer: ending.answer,
        started_at,
        duration: started.elapsed(),
    }
}

async fn send(
    client: &Client,
    request: &CallbackRequest,
    rules: &Rules<'_>,
    targets: &TargetPolicy,
    clock: &Clock,
) -> Ending {
    let built = match build(request) {
        Ok(built) => built,
        Err(reason) => return Ending::ours(Outcome::Protocol, reason),
    };
    // A literal address never reaches the resolver, so it is vetted here.
    let literal = match built.url().host() {
        Some(url::Host::Ipv4(address)) => Some(address.into()),
        Some(url::Host::Ipv6(address)) => Some(address.into()),
        _ => None,
    };
    if let Some(address) = literal.filter(|address| !targets.allows(*address)) {
        return Ending::theirs(Outcome::BlockedTarget, format!("{address} is not a public address"));
    }
    match client.execute(built).await {
        Ok(response) => judge(response, request, rules, clock.now()).await,
        Err(error) => failure(&error),
    }
}

fn build(request: &CallbackRequest) -> Result<reqwest::Request, String> {
    let url = Url::parse(&request.url).map_err(|error| format!("the URL cannot be sent: {error}"))?;
    if url.as_str() != request.url {
        return Err("the URL cannot be sent byte for byte as it was signed".to_owned());
    }
    let method = if request.method == "POST" { Method::POST } else { Method::GET };
    let mut built = reqwest::Request::new(method, url);
    for header in &request.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes());
        let value = HeaderValue::from_str(&header.value);
        let (Ok(name), Ok(value)) = (name, value) else {
            return Err(format!("the header {} cannot be sent", header.name));
        };
        built.headers_mut().append(name, value);
    }
    *built.body_mut() = request.body.clone().map(reqwest::Body::from);
    Ok(built)
}

async fn judge(response: Response, request: &CallbackRequest, rules: &Rules<'_>, now: Timestamp) -> Ending {
    let status = response.status();
    let accepted = rules.success.accepts_status(status.as_u16());
    let mut answer = Answer {
        status: status.as_u16(),
        peer: response.remote_addr().map(|peer| peer.to_string()),
        headers: kept_headers(response.headers()),
        body: String::new(),
        retry_after: retry_after(response.headers(), now),
    };
    let target = response.headers().get(LOCATION).map(|target| String::from_utf8_lossy(target.as_bytes()).into_owned());
    let body_decides = accepted && rules.success.needs_body();
    let read = if body_decides {
        read_body(response).await
    } else {
        // What has arrived by then is kept; the rest is nobody's concern.
        tokio::time::timeout(LINGER, read_body(response)).await.unwrap_or_default()
    };
    answer.body = String::from_utf8_lossy(&read.bytes[..read.bytes.len().min(KEPT_BODY)]).into_owned();
    let (outcome, error) = if body_decides && read.broken {
        (Outcome::Protocol, Some("the connection broke in the middle of the body".to_owned()))
    } else if body_decides && !rules.success.accepts_body(&read.bytes) {
        (Outcome::BodyMismatch, Some("the body does not hold the agreed word".to_owned()))
    } else if accepted {
        (Outcome::Delivered, None)
    } else if status.is_redirection() {
        let target = target.unwrap_or_else(|| "nowhere".to_owned());
        (Outcome::Redirect, Some(format!("redirects are not followed; this one leads to {target}")))
    } else {
        (Outcome::HttpStatus, Some(format!("the receiver answered {}", status.as_u16())))
    };
    scrub(Ending { outcome, error, ours: false, answer: Some(answer) }, request)
}

#[derive(Default)]
struct Read {
    bytes: Bytes,
    broken: bool,
}

async fn read_body(response: Response) -> Read {
    let mut chunks = response.bytes_stream();
    let mut bytes = BytesMut::new();
    while bytes.len() < READ_BODY {
        match chunks.next().await {
            Some(Ok(chunk)) => bytes.extend_from_slice(&chunk[..chunk.len().min(READ_BODY - bytes.len())]),
            Some(Err(_)) => return Read { bytes: bytes.freeze(), broken: true },
            None => break,
        }
    }
    Read { bytes: bytes.freeze(), broken: false }
}

fn kept_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let kept = headers.iter().take(KEPT_HEADERS).map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).chars().take(KEPT_HEADER_VALUE).collect();
        (name.as_str().to_owned(), value)
    });
    kept.collect()
}

/// `Retry-After` as seconds or as an HTTP date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Timestamp::from_millis(date.as_millisecond()).since(now))
}

/// Takes the signature out of everything that the receiver may have sent back.
fn scrub(mut ending: Ending, request: &CallbackRequest) -> Ending {
    let clean = |text: &mut String| *text = request.without_secrets(text);
    ending.error.iter_mut().for_each(clean);
    if let Some(answer) = &mut ending.answer {
        clean(&mut answer.body);
        answer.headers.iter_mut().for_each(|(_, value)| clean(value));
    }
    ending
}
