//! The meter: a connection gives no more bytes than its exchange was granted.
//!
//! The HTTP library reads for as long as bytes come: heads of the class 1xx, the digits of a chunk's size and trailers have
//! no end of their own. So the stream below it stops giving, and notes that more was wanted; whoever holds the exchange
//! sees that and ends it. TLS lies above the meter, so its records and handshakes count as well.
//!
//! A stopped stream wakes nobody: only whoever grants more has a reason to read on, and does so itself.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf, Take};

/// How much may still be read. Its owner and its stream are moved on by the same task, so the atomics order nothing.
#[derive(Debug, Default)]
pub(super) struct Meter {
    left: AtomicUsize,
    refused: AtomicBool,
}

impl Meter {
    /// So much may be read from here on, whatever was granted before.
    pub(super) fn grant(&self, bytes: usize) {
        self.left.store(bytes, Ordering::Relaxed);
        self.refused.store(false, Ordering::Relaxed);
    }

    /// Whether more was wanted than granted.
    pub(super) fn has_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}

/// A stream under a meter.
pub(super) struct Metered<S> {
    stream: Take<S>,
    meter: Arc<Meter>,
}

impl<S: AsyncRead + Unpin> Metered<S> {
    /// Nothing may be read yet.
    pub(super) fn new(stream: S, meter: Arc<Meter>) -> Self {
        Self { stream: stream.take(0), meter }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let left = self.meter.left.load(Ordering::Relaxed);
        if left == 0 {
            self.meter.refused.store(true, Ordering::Relaxed);
            return Poll::Pending;
        }
        let before = into.filled().len();
        self.stream.set_limit(left as u64);
        ready!(Pin::new(&mut self.stream).poll_read(cx, into))?;
        self.meter.left.store(left - (into.filled().len() - before), Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(self.stream.get_mut()).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(self.stream.get_mut()).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.get_ref().is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.stream.get_mut()).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.stream.get_mut()).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[test]
    fn no_byte_more_is_given_than_was_granted_and_wanting_more_is_noted() {
        let meter = Arc::new(Meter::default());
        let mut stream = Metered::new(&b"0123456789"[..], Arc::clone(&meter));
        let mut read = |longest: usize| {
            let mut space = vec![0; longest];
            let mut buffer = ReadBuf::new(&mut space);
            let ended = Pin::new(&mut stream).poll_read(&mut Context::from_waker(Waker::noop()), &mut buffer);
            ended.is_ready().then(|| String::from_utf8_lossy(buffer.filled()).into_owned())
        };
        meter.grant(4);
        assert_eq!((read(3), meter.has_refused()), (Some("012".to_owned()), false));
        assert_eq!((read(3), meter.has_refused()), (Some("3".to_owned()), false));
        assert_eq!((read(3), meter.has_refused()), (None, true));
        meter.grant(100);
        assert!(!meter.has_refused());
        assert_eq!(read(100), Some("456789".to_owned()));
    }
}
