//! One process of the server that is measured: `ringback serve` as anybody starts it.

use std::net::SocketAddr;

use super::place::OwnStore;
use super::usage::Usage;
use super::wire::{self, Connection};
use crate::command::Failure;
use crate::command::server_process::ServerProcess;

/// The operator's token of a server that lives for seconds and listens on loopback.
const TOKEN: &str = "token-of-a-server-that-is-only-measured";
/// The settlements that are on disk, as `/metrics` names them.
const SETTLED: &str = "ringback_settlements_total{status=\"delivered\"} ";

/// A running node.
#[derive(Debug)]
pub(super) struct Node {
    process: ServerProcess,
}

impl Node {
    /// Starts a node on this store that logs what is as grave as this.
    pub(super) async fn start(store: &OwnStore, log: &str) -> Result<Self, Failure> {
        let [database, key_file] = store.variables();
        let token = ("RINGBACK_BOOTSTRAP_TOKEN", TOKEN.to_owned());
        let settings = [database, key_file, token, ("RINGBACK_LOG", log.to_owned())];
        Ok(Self { process: ServerProcess::start(&settings).await? })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.process.address
    }

    /// Deliveries that it has written down as delivered.
    pub(super) async fn settled(&self) -> Result<usize, Failure> {
        let text = self.call("GET", "/metrics", b"").await?;
        let text = String::from_utf8_lossy(&text);
        let line = text.lines().find_map(|line| line.strip_prefix(SETTLED));
        Ok(line.map(str::parse).transpose()?.unwrap_or(0))
    }

    /// What its process has used.
    pub(super) fn usage(&self) -> Result<Usage, Failure> {
        Usage::of(self.process.id())
    }

    /// Lets it end as an operator would.
    pub(super) async fn stop(self) -> Result<(), Failure> {
        self.process.stop().await
    }

    /// An operator's call.
    pub(super) async fn call(&self, method: &str, path: &str, body: &[u8]) -> Result<bytes::Bytes, Failure> {
        let headers = ["Content-Type: application/json".to_owned(), format!("Authorization: Bearer {TOKEN}")];
        self.exchange(&wire::request(method, path, &headers, body)).await
    }

    /// A prepared call; anything but success is a failure.
    pub(super) async fn exchange(&self, request: &[u8]) -> Result<bytes::Bytes, Failure> {
        // A connection of its own: while reports are made, a kept one would be idle for longer than a server bears.
        let mut connection = Connection::open(self.address()).await?;
        let answer = connection.exchange(request).await?;
        if !matches!(answer.status(), Some(200 | 201)) {
            let words = String::from_utf8_lossy(&answer.body).into_owned();
            let line = String::from_utf8_lossy(request).lines().next().unwrap_or_default().to_owned();
            return Err(format!("{line} was answered {:?}: {words}", answer.status()).into());
        }
        Ok(answer.body)
    }
}
