//! The writer: the threads that change the database, committing whole groups of changes with one flush.
//!
//! A flush to disk costs milliseconds, a change microseconds: whoever waits for a commit of its own gets a few hundred
//! a second, whoever shares one gets tens of thousands. While a group is being flushed, the next one gathers, so no
//! artificial delay is needed and a lone change waits for nobody.
//!
//! What a group is and how it gets to the disk differs between the engines and is [`queue::commit`]'s affair. Nobody is
//! told of success before the flush.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use diesel::QueryResult;
use tokio::sync::{mpsc, oneshot};

use super::StoreError;
use super::backend::{Conn, Location};
use super::queue::commit::{self, Group};
use super::queue::{NewCompletion, Recorded, Settled};
use crate::domain::click::Click;
use crate::domain::settlement::Settlement;

/// Most works in one group: beyond this the flush is no longer what costs, and the first of the group waits longer.
const GROUP: usize = 256;
/// Works that may wait: at tens of thousands a second this is well under a second.
const QUEUE: usize = 8192;
/// Reports are turned away while fewer places than this are free, so that settling always finds one.
const RESERVED: usize = QUEUE / 4;

/// One thing that is to be done to the database.
pub(super) enum Work {
    /// The hot path's first half.
    Record(Vec<NewCompletion>, Answer<Vec<Recorded>>),
    /// The hot path's second half.
    Settle(Box<Settlement>, Answer<Settled>),
    /// A click, which a visitor waits for.
    Click(Box<Click>, Answer<()>),
    /// Anything else.
    Change(Change),
}

/// The way back to the caller. One that went away no longer wants to know; its change stands all the same.
pub(super) type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// Performs a change, then answers what is to be told once it is on disk.
pub(super) type Change = Box<dyn FnOnce(&mut Conn) -> Announcement + Send>;
/// Whether the change may be kept, and how to tell the waiting caller, given whether the commit succeeded.
pub(super) struct Announcement {
    /// False: it failed, and what it did is to be undone.
    pub(super) keep: bool,
    /// Tells the caller.
    pub(super) tell: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

/// The way to the writer's threads. They end when the last clone is dropped and the queue is empty.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    works: mpsc::Sender<Work>,
}

impl Writer {
    /// Starts so many threads, each with a connection of its own.
    pub(super) fn start(location: &Location, threads: u32, digest_key: [u8; 32]) -> Result<Self, StoreError> {
        let (works, queue) = mpsc::channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads {
            let mut session = commit::Session::open(location.clone(), digest_key)?;
            let queue = Arc::clone(&queue);
            thread::Builder::new()
                .name("store-writer".to_owned())
                .spawn(move || {
                    while let Some(group) = next_group(&queue) {
                        perform(&mut session, group);
                    }
                })
                .map_err(|error| StoreError::Database(format!("a writer thread did not start: {error}")))?;
        }
        Ok(Self { works })
    }

    /// Performs a change and returns when it is on disk; waits for a place in the queue.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, answer) = oneshot::channel();
        let change: Change = Box::new(move |conn| {
            let result = work(conn);
            let keep = result.is_ok();
            let tell = move |committed: Result<(), StoreError>| {
                drop(tell.send(result.map_err(StoreError::from).and_then(|value| committed.map(|()| value))));
            };
            Announcement { keep, tell: Box::new(tell) }
        });
        self.wait_for(Work::Change(change), answer).await
    }

    /// Turns reports and clicks away while the queue is long: they can come again.
    pub(super) fn make_room_for_reports(&self) -> Result<(), StoreError> {
        if self.works.capacity() < RESERVED { Err(StoreError::Overloaded) } else { Ok(()) }
    }

    /// Records.
    pub(super) async fn record(&self, new: Vec<NewCompletion>) -> Result<Vec<Recorded>, StoreError> {
        let (tell, answer) = oneshot::channel();
        self.wait_for(Work::Record(new, tell), answer).await
    }

    /// Settles.
    pub(super) async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        let (tell, answer) = oneshot::channel();
        self.wait_for(Work::Settle(Box::new(settlement), tell), answer).await
    }

    /// Records a click.
    pub(super) async fn click(&self, click: Click) -> Result<(), StoreError> {
        let (tell, answer) = oneshot::channel();
        self.wait_for(Work::Click(Box::new(click), tell), answer).await
    }

    /// Works that wait at this moment.
    pub(super) fn backlog(&self) -> usize {
        QUEUE.saturating_sub(self.works.capacity())
    }

    async fn wait_for<T>(&self, work: Work, answer: oneshot::Receiver<Result<T, StoreError>>) -> Result<T, StoreError> {
        self.works.send(work).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

/// What waits, at most a group; `None` once nobody can add anything any more. While one thread waits here the others
/// wait for it, and take what gathers in the meantime.
fn next_group(queue: &Mutex<mpsc::Receiver<Work>>) -> Option<Group> {
    let mut works = Vec::with_capacity(GROUP);
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    (queue.blocking_recv_many(&mut works, GROUP) > 0).then(|| Group::of(works))
}

/// A panic in the middle of a change leaves a connection in an unknown state and every later caller waiting. What was
/// acknowledged is on disk, so the honest answer is to end at once and be started again.
fn perform(session: &mut commit::Session, group: Group) {
    if catch_unwind(AssertUnwindSafe(|| session.commit(group))).is_err() {
        tracing::error!("a change of the store panicked; ending the process");
        std::process::abort()
    }
}
