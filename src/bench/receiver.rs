//! The publisher's server of a measurement: it answers every callback with 200 at once, and notes when each one arrived.
//!
//! Its cost is on both sides of every ratio, so it is kept as small as it can be: one thread of this process, no library,
//! no log. It is in the process that reports, so that the time from a report to its callback is read from one clock.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::LOOK;
use super::wire::Connection;
use super::workload::number_of;
use crate::command::Failure;

const ACKNOWLEDGED: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
/// Characters of an id.
const ID_LENGTH: usize = 36;

/// What a receiver has been told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Completions that it was told of.
    pub(super) distinct: usize,
    /// Callbacks of a completion that it had been told of before.
    pub(super) duplicates: usize,
    /// Callbacks that name no completion of a measurement.
    pub(super) strange: usize,
}

#[derive(Debug, Default)]
struct Seen {
    told: Told,
    /// When the first callback of each number arrived.
    arrivals: Vec<Option<Instant>>,
    first: Option<Instant>,
}

/// A receiver that runs. It ends with this value.
#[derive(Debug)]
pub(super) struct Receiver {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    _ends: oneshot::Sender<()>,
}

impl Receiver {
    pub(super) fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (ends, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let noting = Arc::clone(&seen);
        thread::Builder::new().name("receiver".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = accept(listener, noting) => {}
                    _ = ended => {}
                }
            });
        })?;
        Ok(Self { address, seen, _ends: ends })
    }

    /// Where callbacks go.
    pub(super) fn callback_url(&self) -> String {
        format!("http://{}/callback", self.address)
    }

    /// What it has been told so far.
    pub(super) fn told(&self) -> Told {
        lock(&self.seen).told
    }

    /// Returns once it has been told of so many completions.
    pub(super) async fn until_told_of(&self, completions: usize) {
        while self.told().distinct < completions {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// When it was first told anything.
    pub(super) fn first_arrival(&self) -> Option<Instant> {
        lock(&self.seen).first
    }

    /// When it was told of each number.
    pub(super) fn arrivals(&self) -> Vec<Option<Instant>> {
        lock(&self.seen).arrivals.clone()
    }
}

async fn accept(listener: TcpListener, seen: Arc<Mutex<Seen>>) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        // A connection that breaks has told all it had to tell.
        tokio::spawn(serve(stream, Arc::clone(&seen)));
    }
}

async fn serve(stream: TcpStream, seen: Arc<Mutex<Seen>>) -> std::io::Result<()> {
    let mut connection = Connection::over(stream)?;
    while let Some(request) = connection.read().await? {
        lock(&seen).note(&request.head, &request.body, Instant::now());
        connection.write(ACKNOWLEDGED).await?;
    }
    Ok(())
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// More numbers than any measurement has: a callback beyond is not one of ours.
const MOST: usize = 100_000_000;

impl Seen {
    fn note(&mut self, head: &[u8], body: &[u8], at: Instant) {
        let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        // In some dialect the transaction id has some name, in the query or in the body; ids of users end in the same
        // number.
        let words = line.split(|byte| matches!(byte, b'=' | b'&' | b' ')).chain(body.split(|byte| *byte == b'"'));
        let mut ids = words.filter(|word| word.len() == ID_LENGTH).filter_map(number_of);
        let Some(number) = ids.next().filter(|number| *number < MOST) else {
            self.told.strange += 1;
            return;
        };
        if self.arrivals.len() <= number {
            self.arrivals.resize(number + 1, None);
        }
        if self.arrivals[number].is_some() {
            self.told.duplicates += 1;
            return;
        }
        self.arrivals[number] = Some(at);
        self.first.get_or_insert(at);
        self.told.distinct += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::workload::completion;
    use crate::domain::time::Timestamp;

    #[test]
    fn a_callback_told_again_is_a_duplicate_and_not_a_second_delivery() {
        let mut seen = Seen::default();
        let ids = [0, 7].map(|number| completion(number, Timestamp::from_millis(0)).transaction_id);
        let at = Instant::now();
        seen.note(
            format!("GET /callback?user_id=u&transaction_id={}&reward=0.00 HTTP/1.1\r\nHost: x", ids[0]).as_bytes(),
            b"",
            at,
        );
        seen.note(format!("GET /callback?transaction_id={} HTTP/1.1\r\nHost: x", ids[1]).as_bytes(), b"", at);
        seen.note(format!("GET /callback?user_id=v&transaction_id={} HTTP/1.1\r\nHost: x", ids[0]).as_bytes(), b"", at);
        seen.note(b"GET /callback?transaction_id=mine HTTP/1.1\r\nHost: x", b"", at);
        assert_eq!(seen.told, Told { distinct: 2, duplicates: 1, strange: 1 });
        assert_eq!(seen.arrivals.iter().filter(|arrival| arrival.is_some()).count(), 2);
    }
}
