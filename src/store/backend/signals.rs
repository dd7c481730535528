//! Signals between the nodes of one database, by LISTEN and NOTIFY: something may be due, something was configured.
//!
//! A signal is a hint and nothing may depend on it: whoever waits for one also looks by itself now and then, so that a
//! pooler that drops LISTEN costs latency and no callback. Within an SQLite file there is nobody else to tell.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use tokio::sync::watch;

use super::{Location, PostgresUrl, StoreError, postgres};
use crate::clock;

/// How often the connection is looked at: what a signal costs in latency at most. A look reads a socket and asks nobody.
const LOOK: Duration = Duration::from_millis(20);
/// Pause before the next try to reach a server that cannot be reached.
const AGAIN: Duration = Duration::from_secs(1);
/// The name that all nodes listen to.
const CHANNEL: &str = "ringback";

/// What a signal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Something may be due that was not a moment ago.
    Work,
    /// The configuration was changed.
    Configuration,
}

/// How many signals of each kind have come in. Whoever remembers a lower count has not yet looked for what they told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignalCounts {
    /// Of [`Hint::Work`].
    pub work: u64,
    /// Of [`Hint::Configuration`].
    pub configuration: u64,
}

/// The way to the other nodes. The thread behind it ends when this is dropped.
#[derive(Debug)]
pub(in crate::store) struct Signals {
    outgoing: Option<SyncSender<Hint>>,
    counts: watch::Receiver<SignalCounts>,
}

impl Hint {
    fn word(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Configuration => "configuration",
        }
    }
}

impl Signals {
    /// Starts listening, if there can be anybody else.
    pub(in crate::store) fn start(location: &Location) -> Result<Self, StoreError> {
        let (count, counts) = watch::channel(SignalCounts::default());
        let Location::Postgres(url) = location else {
            return Ok(Self { outgoing: None, counts });
        };
        let (outgoing, to_send) = sync_channel(64);
        let url = url.clone();
        thread::Builder::new()
            .name("store-signals".to_owned())
            .spawn(move || run(&url, &to_send, &count))
            .map_err(|error| StoreError::Database(format!("the thread for signals did not start: {error}")))?;
        Ok(Self { outgoing: Some(outgoing), counts })
    }

    /// Tells the other nodes; never waits.
    pub(in crate::store) fn give(&self, hint: Hint) {
        if let Some(outgoing) = &self.outgoing {
            // No place: the hints that wait say the same.
            outgoing.try_send(hint).ok();
        }
    }

    /// What has come in so far.
    pub(in crate::store) fn counts(&self) -> watch::Receiver<SignalCounts> {
        self.counts.clone()
    }
}

fn run(url: &PostgresUrl, to_send: &Receiver<Hint>, count: &watch::Sender<SignalCounts>) {
    loop {
        let served = postgres::connect(url).and_then(|mut conn| Ok(serve(&mut conn, to_send, count)?));
        match served {
            Ok(()) => return,
            Err(error) => tracing::debug!(%error, "no signals between the nodes for the moment"),
        }
        let until = clock::monotonic() + AGAIN;
        // Hints given meanwhile are dropped: the other nodes find the work when they look by themselves.
        while let Some(left) = until.checked_duration_since(clock::monotonic()) {
            if to_send.recv_timeout(left) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }
}

/// Sends and hears until nobody is left who could give a signal.
fn serve(
    conn: &mut PgConnection,
    to_send: &Receiver<Hint>,
    count: &watch::Sender<SignalCounts>,
) -> diesel::QueryResult<()> {
    conn.batch_execute(&format!("LISTEN {CHANNEL}"))?;
    // Any signal may have been missed before the LISTEN, so one of each kind is counted.
    count.send_modify(|counts| {
        *counts = SignalCounts { work: counts.work + 1, configuration: counts.configuration + 1 };
    });
    loop {
        let mut telling: Vec<Hint> = match to_send.recv_timeout(LOOK) {
            Ok(hint) => vec![hint],
            Err(RecvTimeoutError::Timeout) => Vec::new(),
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        if !telling.is_empty() {
            // A burst of hints becomes one NOTIFY, because each takes a lock that every other NOTIFY waits for.
            let until = clock::monotonic() + LOOK / 4;
            while let Some(left) = until.checked_duration_since(clock::monotonic()) {
                telling.extend(to_send.recv_timeout(left));
            }
        }
        for hint in [Hint::Configuration, Hint::Work] {
            if telling.contains(&hint) {
                conn.batch_execute(&format!("NOTIFY {CHANNEL}, '{}'", hint.word()))?;
            }
        }
        let mut now = *count.borrow();
        for notification in conn.notifications_iter() {
            let payload = notification?.payload;
            now.work += u64::from(payload == Hint::Work.word());
            now.configuration += u64::from(payload == Hint::Configuration.word());
        }
        count.send_if_modified(|counts| std::mem::replace(counts, now) != now);
    }
}
