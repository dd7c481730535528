//! The client of one source address: sends a request on a connection that is idle or on a new one, and reads no more of
//! the answer than is bounded.
//!
//! It stands on hyper's HTTP/1 connection and on hyper-util's connectors, not on reqwest or hyper-util's own client. Those
//! cannot bound how much is read of an answer's heads and trailers, they leave their connections to tasks of their own, so
//! that a hostile receiver keeps threads busy after its exchange was judged, and they know one connect time-out for all
//! exchanges. What they do besides is a list of idle connections (`idle`) and three headers.
//!
//! It follows no redirect, keeps no cookie, and sends no request twice: what was not written at all, because its kept
//! connection had ended, goes out on another one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Frame, Incoming};
use hyper::header::{ACCEPT, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Response, StatusCode};
use tokio::sync::Semaphore;

use super::connection::{Broken, Connection, LONGEST_HEAD, LONGEST_REST};
use super::connector::{Connector, NoConnection};
use super::idle::IdleConnections;
use crate::clock;
use crate::domain::template::Origin;

/// Sends requests from one source address. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    connector: Connector,
    idle: IdleConnections,
}

/// A request that has not been sent: what its sender gave it, byte for byte, and after that what every request of ours bears.
#[derive(Debug)]
pub struct Request {
    origin: Arc<Origin>,
    inner: hyper::Request<Full<Bytes>>,
}

/// What was given is no part of a request. Its words name neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// The URL.
    #[error("the URL cannot be sent")]
    Url,
    /// A header.
    #[error("the header cannot be sent")]
    Header,
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// It cannot be sent.
    #[error(transparent)]
    Unsendable(#[from] Unsendable),
    /// There is no connection, so nothing of it has left.
    #[error("no connection")]
    NoConnection(#[source] NoConnection),
    /// The connection broke, or what came is no HTTP.
    #[error("no HTTP answer")]
    Broken(#[source] hyper::Error),
    /// The receiver sent more than is read of a head.
    #[error("the answer's head did not end within {} KiB", LONGEST_HEAD / 1024)]
    EndlessHead,
    /// Its time was up.
    #[error("no answer in time")]
    Late,
}

/// Why the body of an answer did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The connection broke, or what came is no HTTP.
    #[error("the body broke off")]
    Broken(#[source] hyper::Error),
    /// The receiver sent more than is read.
    #[error("the body did not end within {} KiB, with chunk sizes and trailers", LONGEST_REST / 1024)]
    Endless,
}

/// The head of an answer, and the way to its body. Its connection is closed when this is dropped, unless the body was
/// read to its end.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The address that was connected to.
    pub peer: Option<SocketAddr>,
    body: Incoming,
    /// The connection and whose it is; `None` once the body has ended.
    open: Option<(Connection, Client)>,
}

impl Request {
    /// A GET of what stands behind the origin of a URL: its path, and its query if it has one.
    pub fn get(origin: &Arc<Origin>, behind: &str) -> Result<Self, Unsendable> {
        let path: PathAndQuery = behind.parse().map_err(|_| Unsendable::Url)?;
        // The library drops a fragment, and makes a path of nothing.
        if path.as_str() != behind {
            return Err(Unsendable::Url);
        }
        let mut inner = hyper::Request::new(Full::default());
        *inner.uri_mut() = path.into();
        Ok(Self { origin: Arc::clone(origin), inner })
    }

    /// The same as a POST of this body.
    #[must_use]
    pub fn post(mut self, body: String) -> Self {
        *self.inner.method_mut() = Method::POST;
        *self.inner.body_mut() = body.into();
        self
    }

    /// The same with one header more.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, Unsendable> {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Unsendable::Header)?;
        let value = HeaderValue::from_str(value).map_err(|_| Unsendable::Header)?;
        self.inner.headers_mut().append(name, value);
        Ok(self)
    }

    /// The same with the headers that every request bears and its sender gave no other value.
    fn complete(mut self) -> Result<Self, Unsendable> {
        let host = HeaderValue::from_str(self.origin.authority());
        let headers: &mut HeaderMap = self.inner.headers_mut();
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        let name = HeaderValue::from_static(concat!("Ringback/", env!("CARGO_PKG_VERSION")));
        headers.entry(USER_AGENT).or_insert(name);
        headers.entry(HOST).or_insert(host.map_err(|_| Unsendable::Url)?);
        Ok(self)
    }
}

impl Client {
    /// A client without a connection, which will keep up to so many idle ones to an origin.
    pub(super) fn new(connector: Connector, idle_per_origin: usize, idle_in_all: Arc<Semaphore>) -> Self {
        Self(Arc::new(Inner { connector, idle: IdleConnections::new(idle_per_origin, idle_in_all) }))
    }

    /// Sends a request; answers when the head of its answer has come.
    pub async fn send(&self, request: Request, deadline: Instant) -> Result<Answer, Unanswered> {
        let request = request.complete()?;
        let answered = tokio::time::timeout_at(deadline.into(), self.exchange(request, deadline)).await;
        answered.unwrap_or(Err(Unanswered::Late))
    }

    async fn exchange(&self, request: Request, deadline: Instant) -> Result<Answer, Unanswered> {
        let Request { origin, mut inner } = request;
        loop {
            let kept = self.0.idle.take(&origin, clock::monotonic());
            let was_kept = kept.is_some();
            let mut connection = match kept {
                Some(kept) => kept,
                None => {
                    let left = deadline.saturating_duration_since(clock::monotonic());
                    // Boxed, because it is rare and large: the sessions of TLS and SOCKS would take room in every send.
                    let connecting = Box::pin(self.0.connector.connect(&origin, left));
                    connecting.await.map_err(Unanswered::NoConnection)?
                }
            };
            match connection.send(inner).await {
                Ok(response) => return Ok(self.answer(response, connection)),
                // It may have ended at any time since its last exchange. A new one that ends at once is the receiver's.
                Err(Broken::Unsent(unsent, _)) if was_kept => inner = *unsent,
                Err(Broken::Unsent(_, error) | Broken::Protocol(error)) => return Err(Unanswered::Broken(error)),
                Err(Broken::TooLong) => return Err(Unanswered::EndlessHead),
            }
        }
    }

    fn answer(&self, response: Response<Incoming>, connection: Connection) -> Answer {
        let (head, body) = response.into_parts();
        let peer = connection.peer;
        Answer { status: head.status, headers: head.headers, peer, body, open: Some((connection, self.clone())) }
    }

    /// Closes idle connections that are old or that their receiver has closed.
    pub(super) fn close_old(&self) {
        self.0.idle.close_old(clock::monotonic());
    }
}

impl Answer {
    /// The next bytes of the body; `None` at its end, and then the connection is kept for the next request.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Unfinished> {
        while let Some((connection, _)) = &mut self.open {
            let frame = connection.next(&mut self.body).await.map_err(|broken| match broken {
                Broken::TooLong => Unfinished::Endless,
                Broken::Unsent(_, error) | Broken::Protocol(error) => Unfinished::Broken(error),
            })?;
            match frame.map(Frame::into_data) {
                Some(Ok(bytes)) => return Ok(Some(bytes)),
                // Trailers say nothing that anybody asks for.
                Some(Err(_)) => {}
                None => {
                    if let Some((connection, client)) = self.open.take() {
                        client.0.idle.keep(connection, clock::monotonic());
                    }
                }
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
