//! A request as it is to leave: what its sender gave it, byte for byte, and after that what every request of ours bears.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Method;
use hyper::header::{ACCEPT, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use hyper::http::uri::PathAndQuery;

use crate::domain::template::Origin;

/// A request that has not been sent.
#[derive(Debug)]
pub struct Request {
    pub(super) origin: Arc<Origin>,
    pub(super) inner: hyper::Request<Full<Bytes>>,
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
    pub(super) fn complete(mut self) -> Result<Self, Unsendable> {
        let host = HeaderValue::from_str(self.origin.authority());
        let headers: &mut HeaderMap = self.inner.headers_mut();
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        let name = HeaderValue::from_static(concat!("Ringback/", env!("CARGO_PKG_VERSION")));
        headers.entry(USER_AGENT).or_insert(name);
        headers.entry(HOST).or_insert(host.map_err(|_| Unsendable::Url)?);
        Ok(self)
    }
}
