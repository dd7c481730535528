//! The writer: the one thread that changes the database, committing whole groups of changes with one flush.
//!
//! A flush to disk costs milliseconds, a change microseconds: whoever waits for a commit of its own gets a few hundred
//! a second, whoever shares one gets tens of thousands. While a group is being flushed, the next one gathers, so no
//! artificial delay is needed and a lone change waits for nobody.
//!
//! A change that fails is undone alone (a savepoint); nobody is told of success before the flush.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use diesel::{Connection, QueryResult};
use tokio::sync::{mpsc, oneshot};

use super::StoreError;
use super::backend::Conn;

/// Most changes in one group: beyond this the flush is no longer what costs, and the first of the group waits longer.
const GROUP: usize = 256;
/// Changes that may wait: at tens of thousands a second this is well under a second of work.
const QUEUE: usize = 8192;
/// Reports are turned away while fewer places than this are free, so that settling always finds one.
const RESERVED: usize = QUEUE / 4;

/// Performs the change, then answers what is to be told once the group is on disk.
type Change = Box<dyn FnOnce(&mut Conn) -> Announcement + Send>;
/// Tells the waiting caller, given whether the commit succeeded.
type Announcement = Box<dyn FnOnce(bool) + Send>;

/// The way to the writer thread. The thread ends when the last clone is dropped and the queue is empty.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    changes: mpsc::Sender<Change>,
}

impl Writer {
    /// Starts the thread, which owns the connection from here on.
    pub(super) fn start(conn: Conn) -> Result<Self, StoreError> {
        let (changes, queue) = mpsc::channel(QUEUE);
        thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(conn, queue))
            .map_err(|error| StoreError::Database(format!("the writer thread did not start: {error}")))?;
        Ok(Self { changes })
    }

    /// Performs a change and returns when it is on disk; waits for a place in the queue.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (change, answer) = prepare(work);
        self.changes.send(change).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Like [`write`](Self::write), but refuses at once when the queue is long: for callers that can come again.
    pub(super) async fn write_unless_overloaded<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        if self.changes.capacity() < RESERVED {
            return Err(StoreError::Overloaded);
        }
        self.write(work).await
    }

    /// Changes that wait at this moment.
    pub(super) fn backlog(&self) -> usize {
        QUEUE.saturating_sub(self.changes.capacity())
    }
}

fn prepare<T: Send + 'static>(
    work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
) -> (Change, oneshot::Receiver<Result<T, StoreError>>) {
    let (tell, answer) = oneshot::channel();
    let change: Change = Box::new(move |conn| {
        let result = conn.transaction(work);
        Box::new(move |committed| {
            let answer = match result {
                Ok(value) if committed => Ok(value),
                Ok(_) => Err(StoreError::Database("the commit failed".to_owned())),
                Err(error) => Err(StoreError::from(error)),
            };
            // A caller that went away no longer wants to know; its change stands all the same.
            drop(tell.send(answer));
        })
    });
    (change, answer)
}

/// A panic in the middle of a change leaves a connection in an unknown state and every later caller waiting. What was
/// acknowledged is on disk, so the honest answer is to end at once and be started again.
fn perform(change: Change, conn: &mut Conn) -> Announcement {
    match catch_unwind(AssertUnwindSafe(|| change(conn))) {
        Ok(announcement) => announcement,
        Err(_) => {
            tracing::error!("a change of the store panicked; ending the process");
            std::process::abort()
        }
    }
}

fn run(mut conn: Conn, mut queue: mpsc::Receiver<Change>) {
    let mut group = Vec::with_capacity(GROUP);
    while queue.blocking_recv_many(&mut group, GROUP) > 0 {
        let mut announcements = Vec::with_capacity(group.len());
        let committed = conn.immediate_transaction(|conn| {
            announcements.extend(group.drain(..).map(|change| perform(change, conn)));
            QueryResult::Ok(())
        });
        if let Err(error) = &committed {
            tracing::error!(%error, changes = announcements.len(), "a group of changes could not be committed");
        }
        // If the transaction could not even begin, the changes were not performed: dropping them tells their callers.
        group.clear();
        for announce in announcements {
            announce(committed.is_ok());
        }
    }
}
