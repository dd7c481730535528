//! People who read: clients that ask for the heaviest lists one after the other, for as long as they are let.
//!
//! Each has a token of its own, as sixteen people have: what is bounded for one of them does not stop the others.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::bench::server::{Server, field};
use crate::bench::wire;
use crate::command::Failure;
use crate::domain::day::Day;
use crate::domain::time::Timestamp;

/// Clients at a time.
const CLIENTS: usize = 16;
/// Before one asks again that was turned away: sooner than a server asks for.
const AGAIN: Duration = Duration::from_millis(50);
/// What is read of an answer at a time.
const AT_A_TIME: usize = 64 * 1024;
const SUCCESS: &[u8] = b"HTTP/1.1 200";

/// What is asked for.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    pub(super) app_id: String,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl Lists {
    fn paths(&self) -> [String; 5] {
        let Self { app_id, from, to } = self;
        let range = format!("appId={app_id}&from={from}&to={to}");
        let (first, last) = (Day::of(*from), Day::of(*to));
        [
            format!("/v1/completions?{range}&limit=1000"),
            format!("/v1/ledger?from={first}&to={last}"),
            format!("/v1/completions?{range}&format=ndjson"),
            format!("/v1/deliveries?{range}&status=delivered&limit=1000"),
            format!("/v1/completions?{range}&deliveryStatus=delivered&format=csv"),
        ]
    }

    /// Asks for them until it is dropped; counts the whole answers. Returns where that fails.
    pub(super) async fn read(&self, server: &Server, answered: &AtomicU64) -> Result<(), Failure> {
        let node = *server.addresses().first().ok_or("a server needs a node")?;
        let mut clients = Vec::with_capacity(CLIENTS);
        for client in 0..CLIENTS {
            let new = json!({ "name": format!("Reader {client}"), "role": "operator" });
            let token = field(&server.create("/v1/tokens", &new).await?, "token")?;
            let headers = [format!("Authorization: Bearer {token}"), "Connection: close".to_owned()];
            let calls = self.paths().map(|path| wire::request("GET", &path, &headers, b""));
            clients.push(ask(node, calls, client, answered));
        }
        // All of them in this task, which is not among the threads that report.
        try_join_all(clients).await.map(drop)
    }
}

/// Asks without an end, beginning with the call whose turn it is.
async fn ask(node: SocketAddr, calls: [Vec<u8>; 5], first: usize, answered: &AtomicU64) -> Result<(), Failure> {
    for call in calls.iter().cycle().skip(first % calls.len()) {
        if succeeds(node, call).await? {
            answered.fetch_add(1, Ordering::Relaxed);
        } else {
            tokio::time::sleep(AGAIN).await;
        }
    }
    Ok(())
}

/// Reads an answer to its end, which is that of the connection. A stream that is broken off was none.
async fn succeeds(node: SocketAddr, call: &[u8]) -> Result<bool, Failure> {
    let mut stream = TcpStream::connect(node).await?;
    stream.write_all(call).await?;
    let mut part = vec![0; AT_A_TIME];
    let mut head = Vec::new();
    loop {
        match stream.read(&mut part).await {
            Ok(0) => return Ok(head.starts_with(SUCCESS)),
            Ok(read) if head.len() < SUCCESS.len() => head.extend_from_slice(&part[..read]),
            Ok(_) => {}
            Err(_) => return Ok(false),
        }
    }
}
