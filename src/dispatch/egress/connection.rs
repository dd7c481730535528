//! One connection to a receiver, and what is read of it.
//!
//! Nobody moves a connection on but the exchange that holds it: the HTTP library's connection has no task of its own. An
//! exchange that is dropped (judged, timed out, aborted) therefore closes its socket in that moment, and nothing a receiver
//! goes on sending costs a thread; a connection that waits for its next exchange costs none either.

use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::meter::Meter;
use crate::domain::template::Origin;

/// What is read until an answer's head has ended, heads of the class 1xx included. Web servers send a few hundred bytes,
/// and refuse themselves to take heads of a quarter of this.
pub(super) const LONGEST_HEAD: usize = 64 * 1024;
/// What is read after the head: twice the body that anybody looks at, so that chunk sizes, trailers and TLS find room.
pub(super) const LONGEST_REST: usize = 128 * 1024;

/// A stream of bytes to a receiver, with or without TLS.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

type Protocol = http1::Connection<TokioIo<Box<dyn Stream>>, Full<Bytes>>;

/// A connection that serves one exchange at a time.
pub(super) struct Connection {
    /// Whom it leads to.
    pub(super) origin: Arc<Origin>,
    /// The address that was connected to: the receiver's, or the proxy's.
    pub(super) peer: Option<SocketAddr>,
    sender: http1::SendRequest<Full<Bytes>>,
    /// `None` once it has ended.
    protocol: Option<Box<Protocol>>,
    meter: Arc<Meter>,
}

/// Why a request got no answer on a connection that stood.
#[derive(Debug)]
pub(super) enum Broken {
    /// The connection had ended before a byte of the request was written: here it is again.
    Unsent(Box<Request<Full<Bytes>>>, hyper::Error),
    /// It ended, or what came is no HTTP.
    Protocol(hyper::Error),
    /// The receiver sent more than is read.
    TooLong,
}

impl Connection {
    /// Speaks HTTP over a stream of this meter.
    pub(super) async fn over(
        stream: Box<dyn Stream>,
        meter: Arc<Meter>,
        origin: Arc<Origin>,
        peer: Option<SocketAddr>,
    ) -> hyper::Result<Self> {
        let (sender, protocol) = http1::Builder::new()
            .title_case_headers(true)
            // More than the meter gives, so that a long head is the meter's to refuse.
            .max_buf_size(2 * LONGEST_HEAD)
            .handshake(TokioIo::new(stream))
            .await?;
        Ok(Self { origin, peer, sender, protocol: Some(Box::new(protocol)), meter })
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Broken> {
        self.meter.grant(LONGEST_HEAD);
        let mut answer = pin!(self.sender.try_send_request(request));
        let answer = drive(&mut self.protocol, &self.meter, |cx| answer.as_mut().poll(cx)).await?;
        self.meter.grant(LONGEST_REST);
        answer.map_err(|mut error| match error.take_message() {
            Some(request) => Broken::Unsent(Box::new(request), error.into_error()),
            None => Broken::Protocol(error.into_error()),
        })
    }

    /// Waits for the next part of an answer's body.
    pub(super) async fn next(&mut self, body: &mut Incoming) -> Result<Option<Frame<Bytes>>, Broken> {
        let frame = drive(&mut self.protocol, &self.meter, |cx| Pin::new(&mut *body).poll_frame(cx)).await?;
        frame.transpose().map_err(Broken::Protocol)
    }

    /// Whether it can serve another exchange now: the last one has ended on both sides, and nothing came since.
    pub(super) fn is_idle(&mut self) -> bool {
        // What comes unasked ends the connection, so the grant is for noticing it and for TLS.
        self.meter.grant(LONGEST_HEAD);
        turn(&mut self.protocol, &mut Context::from_waker(Waker::noop()));
        self.protocol.is_some() && self.sender.is_ready()
    }
}

/// Waits for what only the connection can bring.
async fn drive<T>(
    protocol: &mut Option<Box<Protocol>>,
    meter: &Meter,
    mut wanted: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Result<T, Broken> {
    std::future::poll_fn(|cx| {
        turn(protocol, cx);
        match wanted(cx) {
            Poll::Ready(come) => Poll::Ready(Ok(come)),
            // The library hands on what it has before it reads more, so nothing of what was read is lost.
            Poll::Pending if meter.has_refused() => Poll::Ready(Err(Broken::TooLong)),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Reads and writes what can be read and written now. Its error is told to whoever waits for an answer.
fn turn(protocol: &mut Option<Box<Protocol>>, cx: &mut Context<'_>) {
    if protocol.as_mut().is_some_and(|protocol| Pin::new(&mut **protocol).poll(cx).is_ready()) {
        *protocol = None;
    }
}
