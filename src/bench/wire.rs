//! Just enough HTTP/1.1 for loopback: messages with a `Content-Length` over one kept connection.
//!
//! Written by hand because whatever reports and receives takes its time from the same machine that is measured: a whole
//! HTTP library on either end would be measured along with the sender. It must not be used towards anybody else's server.

use std::io;
use std::net::SocketAddr;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than any head or answer that passes here; a batch's answer is the largest.
const LARGEST: usize = 1024 * 1024;
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// A message: a request or an answer.
#[derive(Debug)]
pub(super) struct Message {
    /// First line and headers.
    pub(super) head: Bytes,
    /// What follows.
    pub(super) body: Bytes,
}

impl Message {
    /// The status, if it is an answer.
    pub(super) fn status(&self) -> Option<u16> {
        let text = std::str::from_utf8(self.head.strip_prefix(b"HTTP/1.1 ")?.get(..3)?).ok()?;
        text.parse().ok()
    }
}

/// A connection and what has arrived on it.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    arrived: BytesMut,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> io::Result<Self> {
        Self::over(TcpStream::connect(address).await?)
    }

    /// Over an accepted stream.
    pub(super) fn over(stream: TcpStream) -> io::Result<Self> {
        // Otherwise a small message may wait for the acknowledgement of the one before.
        stream.set_nodelay(true)?;
        Ok(Self { stream, arrived: BytesMut::new() })
    }

    pub(super) async fn write(&mut self, message: &[u8]) -> io::Result<()> {
        self.stream.write_all(message).await
    }

    /// The next message; `None` where the other side has closed in between two.
    pub(super) async fn read(&mut self) -> io::Result<Option<Message>> {
        loop {
            if let Some(message) = self.take_message()? {
                return Ok(Some(message));
            }
            if self.stream.read_buf(&mut self.arrived).await? == 0 {
                return if self.arrived.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    /// Sends a request and reads its answer.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> io::Result<Message> {
        self.write(request).await?;
        self.read().await?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn take_message(&mut self) -> io::Result<Option<Message>> {
        let Some(end) = self.arrived.windows(END_OF_HEAD.len()).position(|window| window == END_OF_HEAD) else {
            return if self.arrived.len() > LARGEST { Err(io::ErrorKind::InvalidData.into()) } else { Ok(None) };
        };
        let length = content_length(&self.arrived[..end])?;
        if self.arrived.len() < end + END_OF_HEAD.len() + length {
            return Ok(None);
        }
        let head = self.arrived.split_to(end).freeze();
        self.arrived.advance(END_OF_HEAD.len());
        Ok(Some(Message { head, body: self.arrived.split_to(length).freeze() }))
    }
}

/// A request as bytes; `headers` are whole lines.
pub(super) fn request(method: &str, path: &str, headers: &[String], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n", body.len());
    for header in headers {
        bytes.push_str(header);
        bytes.push_str("\r\n");
    }
    bytes.push_str("\r\n");
    let mut bytes = bytes.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// 0 where the head names none; a body without a length is not spoken here.
fn content_length(head: &[u8]) -> io::Result<usize> {
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        let Some((name, value)) = line.iter().position(|byte| *byte == b':').map(|colon| line.split_at(colon)) else {
            continue;
        };
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = std::str::from_utf8(&value[1..]).ok().and_then(|text| text.trim().parse().ok());
            return length.filter(|length| *length <= LARGEST).ok_or_else(|| io::ErrorKind::InvalidData.into());
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            return Err(io::ErrorKind::Unsupported.into());
        }
    }
    Ok(0)
}
