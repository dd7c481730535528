//! A publisher's server in a test: it answers what it is told to and hands every request over as it came off the wire.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};

use super::PATIENCE;

/// A request as it came off the wire.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// The whole head, byte for byte.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: String,
    /// Where it came from.
    pub(crate) from: SocketAddr,
    /// When it had been read, however much later a test looks at it.
    pub(crate) at: Instant,
}

impl Received {
    /// The second word of the request line.
    pub(crate) fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    /// A header's value, by its exact spelling.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The body of a dialect that sends JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// A decoded query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.target().split_once('?')?.1;
        url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// What the receiver does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers these bytes and keeps the connection.
    Raw(String),
    /// Acknowledges once it is told to.
    Once(Arc<Notify>),
    /// Answers this status once it is told to.
    StatusOnce(u16, Arc<Notify>),
    /// Reads the request and then says nothing.
    Hang,
    /// Closes the connection without an answer.
    Close,
    /// Redirects to the very URL that was asked for, and repeats it and all headers in the body.
    Echo,
    /// Answers a head that promises a body, and then sends one that never ends.
    Endless,
    /// Sends the first bytes once and the second ones for ever, and tells when the caller has closed the connection.
    Flood(String, String, Arc<Notify>),
}

impl Reply {
    /// What every dialect takes for success.
    pub(crate) fn acknowledgement() -> Self {
        Self::with(200, "", "OK")
    }

    /// An empty answer with this status.
    pub(crate) fn status(status: u16) -> Self {
        Self::with(status, "", "")
    }

    /// An answer with header lines (each ended by CRLF) and a body.
    pub(crate) fn with(status: u16, headers: &str, body: &str) -> Self {
        Self::Raw(format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len()))
    }
}

/// A listening receiver. It acknowledges everything until it is told otherwise.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    requests: tokio::sync::Mutex<mpsc::UnboundedReceiver<Received>>,
    script: Arc<Mutex<Script>>,
}

/// What a receiver does with its requests.
struct Script {
    /// With the next ones.
    next: VecDeque<Reply>,
    /// With all that come behind those.
    then_always: Reply,
}

impl Script {
    fn reply(&mut self) -> Reply {
        self.next.pop_front().unwrap_or_else(|| self.then_always.clone())
    }
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = mpsc::unbounded_channel();
        let script = Arc::new(Mutex::new(Script { next: VecDeque::new(), then_always: Reply::acknowledgement() }));
        let shared = Arc::clone(&script);
        tokio::spawn(async move {
            while let Ok((stream, from)) = listener.accept().await {
                tokio::spawn(serve(stream, from, sender.clone(), Arc::clone(&shared)));
            }
        });
        Self { address, requests: tokio::sync::Mutex::new(requests), script }
    }

    /// What it answers next, before it goes back to what it always does.
    pub(crate) fn then(&self, replies: impl IntoIterator<Item = Reply>) {
        self.script.lock().unwrap().next.extend(replies);
    }

    /// From here on it always does this.
    pub(crate) fn always(&self, reply: Reply) {
        self.script.lock().unwrap().then_always = reply;
    }

    /// Returns once everything has come that it was told how to answer next.
    pub(crate) async fn all_came(&self) {
        while !self.script.lock().unwrap().next.is_empty() {
            tokio::task::yield_now().await;
        }
    }

    /// Never answers the next ones; returns once so many are under way.
    pub(crate) async fn hang(&self, requests: usize) {
        self.then(std::iter::repeat_n(Reply::Hang, requests));
        self.all_came().await;
    }

    /// `http://127.0.0.1:PORT` followed by a path and query.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next request.
    pub(crate) async fn next(&self) -> Received {
        let next = tokio::time::timeout(PATIENCE, async { self.requests.lock().await.recv().await }).await;
        next.expect("no callback came").expect("the receiver stopped")
    }

    /// Every request that has come so far and was not looked at.
    pub(crate) fn so_far(&self) -> Vec<Received> {
        let mut requests = self.requests.try_lock().expect("nobody waits for one meanwhile");
        std::iter::from_fn(|| requests.try_recv().ok()).collect()
    }

    /// The transaction ids of these.
    pub(crate) fn transactions_so_far(&self) -> Vec<String> {
        self.so_far().iter().map(|received| received.parameter("transaction_id").unwrap()).collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    from: SocketAddr,
    requests: mpsc::UnboundedSender<Received>,
    script: Arc<Mutex<Script>>,
) {
    let mut buffer = Vec::new();
    loop {
        let Some((head, body)) = read_request(&mut stream, &mut buffer).await else { return };
        let reply = script.lock().unwrap().reply();
        let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let echo = head.clone();
        let _ = requests.send(Received { head, body, from, at: Instant::now() });
        match reply {
            Reply::Echo => {
                let headers = format!("Location: http://elsewhere.example{target}\r\n");
                let Reply::Raw(text) = Reply::with(308, &headers, &echo) else { unreachable!() };
                // The caller may have been killed meanwhile: then reading the next request ends this.
                let _ = stream.write_all(text.as_bytes()).await;
            }
            Reply::Raw(text) => {
                let _ = stream.write_all(text.as_bytes()).await;
            }
            Reply::Once(told) => {
                told.notified().await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
            }
            Reply::StatusOnce(status, told) => {
                told.notified().await;
                let Reply::Raw(text) = Reply::status(status) else { unreachable!() };
                let _ = stream.write_all(text.as_bytes()).await;
            }
            Reply::Close => return,
            Reply::Hang => std::future::pending().await,
            Reply::Endless => {
                let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n";
                let _ = stream.write_all(head).await;
                while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
                return;
            }
            Reply::Flood(first, again, closed) => {
                let _ = stream.write_all(first.as_bytes()).await;
                while stream.write_all(again.as_bytes()).await.is_ok() {}
                closed.notify_one();
                return;
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<(String, String)> {
    loop {
        let text = String::from_utf8_lossy(buffer).into_owned();
        if let Some(end) = text.find("\r\n\r\n") {
            let head = text[..end].to_owned();
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let whole = end + 4 + length.unwrap_or(0_usize);
            if buffer.len() >= whole {
                let body = String::from_utf8_lossy(&buffer[end + 4..whole]).into_owned();
                buffer.drain(..whole);
                return Some((head, body));
            }
        }
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        buffer.extend_from_slice(&chunk[..read]);
    }
}
