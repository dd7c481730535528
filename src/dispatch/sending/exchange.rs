//! One exchange with a publisher's server: send the composed request, read as much of the answer as matters, and name
//! how it ended.
//!
//! It never follows, retries or interprets anything, and it never reads a whole body: the status decides, and a body
//! matters only where the success rule looks into it. What is read of an answer in all bounds the client. Nothing it answers contains the signature, even where the receiver
//! sent it back (a redirect's target does).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use hyper::header::{HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use url::Host;

use super::failure::{failure, why_broken};
use crate::clock::{self, Clock};
use crate::dispatch::egress::client::{Answer, Client, Request, Unfinished};
use crate::dispatch::egress::resolver::Family;
use crate::domain::attempt::{Exchange, Failure, ReceiverAnswer};
use crate::domain::delivery::Outcome;
use crate::domain::destination::TargetPolicy;
use crate::domain::dialect::callback::CallbackRequest;
use crate::domain::dialect::success::SuccessRule;
use crate::domain::refusal::explain;
use crate::domain::template::Origin;
use crate::domain::time::Timestamp;

/// What is kept of a body.
const KEPT_BODY: usize = 1024;
/// What is read of a body: enough for any acknowledgement, little enough that an endless one costs nothing.
const READ_BODY: usize = 64 * 1024;
/// How long a body that decides nothing may still trickle in, so that its connection can be used again.
const LINGER: Duration = Duration::from_secs(1);
/// What is kept of the answer's headers: together at most 15 KB, so that no receiver decides how much is written of it.
const KEPT_HEADERS: usize = 40;
const KEPT_HEADER_NAME: usize = 128;
const KEPT_HEADER_VALUE: usize = 256;

/// How the exchange is to be made and judged.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Where the request goes.
    pub origin: &'a Arc<Origin>,
    /// The answer's head must have come by then, and its body too where that decides.
    pub timeout: Duration,
    /// What acknowledges.
    pub success: &'a SuccessRule,
    /// Where callbacks may go.
    pub targets: &'a TargetPolicy,
    /// What the source address can reach: an address of another family would leave from elsewhere.
    pub family: Family,
}

/// Performs one exchange.
pub async fn exchange(client: &Client, request: &CallbackRequest, rules: Rules<'_>, clock: &Clock) -> Exchange {
    let started_at = clock.now();
    let started = clock::monotonic();
    let (answer, failure) = match send(client, request, rules, clock).await {
        Ok((answer, failure)) => (Some(answer), failure),
        Err(failure) => (None, Some(failure)),
    };
    Exchange { failure, answer, started_at, duration: started.elapsed() }
}

/// The receiver's answer, and why it is no acknowledgement; or why there is none.
async fn send(
    client: &Client,
    request: &CallbackRequest,
    rules: Rules<'_>,
    clock: &Clock,
) -> Result<(ReceiverAnswer, Option<Failure>), Failure> {
    let built = build(rules.origin, request).map_err(|reason| Failure::ours(Outcome::Protocol, reason))?;
    vet_literal(rules)?;
    let deadline = clock::monotonic() + rules.timeout;
    let answer = client.send(built, deadline).await.map_err(|error| failure(&error, rules.timeout))?;
    Ok(judge(answer, request, rules, deadline, clock.now()).await)
}

/// A literal address never reaches the resolver, so it is vetted here.
fn vet_literal(rules: Rules<'_>) -> Result<(), Failure> {
    let address = match rules.origin.host() {
        Host::Ipv4(address) => IpAddr::from(*address),
        Host::Ipv6(address) => IpAddr::from(*address),
        Host::Domain(_) => return Ok(()),
    };
    if !rules.targets.allows(address) {
        return Err(Failure::theirs(Outcome::BlockedTarget, format!("{address} {}", TargetPolicy::NOT_PUBLIC)));
    }
    if !rules.family.reaches(address) {
        let unreachable = format!("{address} cannot be reached from the egress IP, which is of the other IP version");
        return Err(Failure::theirs(Outcome::Connect, unreachable));
    }
    Ok(())
}

fn build(origin: &Arc<Origin>, request: &CallbackRequest) -> Result<Request, String> {
    let behind = request.url.strip_prefix(origin.as_str());
    let behind = behind.ok_or("the URL cannot be sent byte for byte as it was signed")?;
    let mut built = Request::get(origin, behind).map_err(|error| error.to_string())?;
    if request.method == "POST" {
        built = built.post(request.body.clone().unwrap_or_default());
    }
    for header in &request.headers {
        let with = built.with_header(&header.name, &header.value);
        built = with.map_err(|_| format!("the header {} cannot be sent", header.name))?;
    }
    Ok(built)
}

/// What is kept of an answer, and why it is no acknowledgement.
async fn judge(
    response: Answer,
    request: &CallbackRequest,
    rules: Rules<'_>,
    deadline: Instant,
    now: Timestamp,
) -> (ReceiverAnswer, Option<Failure>) {
    let status = response.status;
    let accepted = rules.success.accepts_status(status.as_u16());
    let mut answer = ReceiverAnswer {
        status: status.as_u16(),
        peer: response.peer.map(|peer| peer.to_string()),
        headers: kept_headers(&response.headers, request),
        body: String::new(),
        retry_after: retry_after(&response.headers, now),
    };
    let target = response.headers.get(LOCATION).map(|target| kept(target.as_bytes(), KEPT_HEADER_VALUE, request));
    let body_decides = accepted && rules.success.needs_body();
    // A body that decides nothing is read for a moment, for its first words and so that the connection can be used again.
    let until = if body_decides { deadline } else { clock::monotonic() + LINGER };
    let mut bytes = BytesMut::new();
    let read = tokio::time::timeout_at(until.into(), read_body(response, &mut bytes)).await.unwrap_or(Read::Late);
    answer.body = kept(&bytes, KEPT_BODY, request);
    let (outcome, error) = if let (true, Read::Broken(reason)) = (body_decides, &read) {
        (Outcome::Protocol, reason.clone())
    } else if body_decides
        && !rules.success.accepts_body(&bytes, matches!(read, Read::Enough), request.token.as_deref())
    {
        match read {
            Read::Late => (Outcome::Timeout, format!("the body did not end within {} ms", rules.timeout.as_millis())),
            Read::Endless(reason) => (Outcome::Protocol, reason),
            Read::Enough | Read::Broken(_) => (Outcome::BodyMismatch, "the body is not the agreed answer".to_owned()),
        }
    } else if accepted {
        return (answer, None);
    } else if status.is_redirection() {
        let target = target.unwrap_or_else(|| "nowhere".to_owned());
        (Outcome::Redirect, format!("redirects are not followed; this one leads to {target}"))
    } else {
        (Outcome::HttpStatus, explain(request.method, &answer))
    };
    (answer, Some(Failure::theirs(outcome, error)))
}

/// How the reading of a body ended, and why before its end; what was read is in the buffer either way.
enum Read {
    Enough,
    Broken(String),
    Endless(String),
    Late,
}

async fn read_body(mut answer: Answer, bytes: &mut BytesMut) -> Read {
    while bytes.len() < READ_BODY {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk[..chunk.len().min(READ_BODY - bytes.len())]),
            Ok(None) => break,
            Err(endless @ Unfinished::Endless) => return Read::Endless(endless.to_string()),
            Err(Unfinished::Broken(error)) => return Read::Broken(why_broken(&error)),
        }
    }
    Read::Enough
}

fn kept_headers(headers: &HeaderMap, request: &CallbackRequest) -> Vec<(String, String)> {
    let kept_header = |(name, value): (&HeaderName, &HeaderValue)| {
        let name = kept(name.as_str().as_bytes(), KEPT_HEADER_NAME, request);
        (name, kept(value.as_bytes(), KEPT_HEADER_VALUE, request))
    };
    headers.iter().take(KEPT_HEADERS).map(kept_header).collect()
}

/// What is kept of a receiver's words: first without what it repeats of our secrets, and only then cut, since half a
/// signature would no longer be recognised.
fn kept(words: &[u8], longest: usize, request: &CallbackRequest) -> String {
    let clean = request.without_secrets(String::from_utf8_lossy(words));
    match clean.len() <= longest {
        true => clean.into_owned(),
        false => clean[..clean.floor_char_boundary(longest)].to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::callback::Shown;

    fn request() -> CallbackRequest {
        CallbackRequest {
            method: "GET",
            url: String::new(),
            shown: Shown::UpTo(0),
            headers: Vec::new(),
            body: None,
            signed_text: None,
            signature: None,
            signature_start: None,
            token: None,
            shows_secret: false,
            hidden: vec!["0123456789abcdef".repeat(4)],
        }
    }

    #[test]
    fn a_signature_that_lies_across_the_cut_is_not_kept_in_part() {
        for before in 240..260 {
            let words = format!("{}{}", "x".repeat(before), "0123456789abcdef".repeat(4));
            assert!(!kept(words.as_bytes(), KEPT_HEADER_VALUE, &request()).contains("01"), "{before}");
        }
    }

    #[test]
    fn what_is_kept_is_cut_between_characters() {
        assert_eq!(kept("aé".as_bytes(), 2, &request()), "a");
        assert_eq!(kept(&[0xff, b'b'], 10, &request()), "\u{fffd}b");
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date_and_a_past_date_asks_for_nothing() {
        let now = Timestamp::from_millis(784_111_777_000);
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_str(text).unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(asked("120"), Some(Duration::from_secs(120)));
        assert_eq!(asked("Sun, 06 Nov 1994 08:50:37 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(asked("Sun, 06 Nov 1994 08:40:37 GMT"), Some(Duration::ZERO));
        assert_eq!(asked("soon"), None);
    }
}
