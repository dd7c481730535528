//! `ringback bench-receiver`: the publisher's server of a measurement, in a process of its own.
//!
//! It answers every callback with 200 at once and counts transaction ids, so that a lost or doubled callback shows. Its
//! cost is in both measurements, so it is kept as small as it can be: one thread, no library, no log. It ends with the
//! process that started it.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use clap::ArgMatches;
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};

use super::wire::{self, Connection};
use crate::command::child::{Child, parent_gone};
use crate::command::{Failure, say};

/// The hidden command's name.
pub(super) const COMMAND: &str = "bench-receiver";

const ACKNOWLEDGED: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const COUNT: &[u8] = b"GET /count ";
const TRANSACTION_ID: &[u8] = b"transaction_id=";

/// What a receiver has been told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Count {
    /// Transaction ids seen.
    pub(super) distinct: usize,
    /// Callbacks whose transaction id had been seen before.
    pub(super) duplicates: usize,
}

#[derive(Debug, Default)]
struct Seen {
    transaction_ids: HashSet<Box<[u8]>>,
    duplicates: usize,
}

pub(super) fn run(_: &ArgMatches) -> Result<ExitCode, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        say(&listener.local_addr()?.to_string());
        tokio::select! {
            ended = accept(listener) => ended?,
            () = parent_gone() => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn accept(listener: TcpListener) -> Result<(), Failure> {
    let seen = Arc::new(Mutex::new(Seen::default()));
    loop {
        let (stream, _) = listener.accept().await?;
        // A connection that breaks has told all it had to tell.
        tokio::spawn(serve(stream, Arc::clone(&seen)));
    }
}

async fn serve(stream: TcpStream, seen: Arc<Mutex<Seen>>) -> std::io::Result<()> {
    let mut connection = Connection::over(stream)?;
    while let Some(request) = connection.read().await? {
        if request.head.starts_with(COUNT) {
            let body = serde_json::to_string(&seen.lock().unwrap_or_else(PoisonError::into_inner).count())?;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            connection.write((head + &body).as_bytes()).await?;
        } else {
            seen.lock().unwrap_or_else(PoisonError::into_inner).note(&request.head);
            connection.write(ACKNOWLEDGED).await?;
        }
    }
    Ok(())
}

impl Seen {
    fn note(&mut self, head: &[u8]) {
        let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let parameters = line.split(|byte| matches!(byte, b'?' | b'&' | b' '));
        let id = parameters.filter_map(|parameter| parameter.strip_prefix(TRANSACTION_ID)).next().unwrap_or_default();
        if !self.transaction_ids.insert(id.into()) {
            self.duplicates += 1;
        }
    }

    fn count(&self) -> Count {
        Count { distinct: self.transaction_ids.len(), duplicates: self.duplicates }
    }
}

/// A receiver that runs, seen from the process that started it.
#[derive(Debug)]
pub(super) struct Receiver {
    address: SocketAddr,
    control: Connection,
    _child: Child,
}

impl Receiver {
    pub(super) async fn start() -> Result<Self, Failure> {
        let mut child = Child::start(&[COMMAND], [])?;
        let address: SocketAddr = child.line().await?.parse()?;
        Ok(Self { address, control: Connection::open(address).await?, _child: child })
    }

    /// Where callbacks go.
    pub(super) fn callback_url(&self) -> String {
        format!("http://{}/callback", self.address)
    }

    /// What it has been told so far.
    pub(super) async fn count(&mut self) -> Result<Count, Failure> {
        let answer = self.control.exchange(&wire::request("GET", "/count", &[], b"")).await?;
        Ok(serde_json::from_slice(&answer.body)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_id_seen_again_is_a_duplicate_and_not_a_second_delivery() {
        let mut seen = Seen::default();
        seen.note(b"GET /callback?user_id=u&transaction_id=a&reward=0.00 HTTP/1.1\r\nHost: x");
        seen.note(b"GET /callback?transaction_id=b HTTP/1.1\r\nHost: x");
        seen.note(b"GET /callback?user_id=v&transaction_id=a HTTP/1.1\r\nHost: x");
        assert_eq!(seen.count(), Count { distinct: 2, duplicates: 1 });
    }
}
