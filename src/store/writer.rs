//! The writer: the threads that change the database, committing whole groups of works with one flush.
//!
//! A flush to disk costs milliseconds, a change microseconds: whoever waits for a commit of its own gets a few hundred
//! a second, whoever shares one gets tens of thousands. While a group is being flushed, the next one gathers, so no
//! artificial delay is needed and a lone work waits for nobody.
//!
//! Reports do not wait behind what a storm of failures has to write: they have a queue of their own, and half of a group is
//! theirs if they want it.
//!
//! It knows nothing of what the works are. How a group gets to the disk differs between the engines and is the affair of
//! whoever implements [`Commit`], who tells nobody of success before the flush.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::runtime::{self, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tracing::Span;

use super::StoreError;
use super::commit_counts::{CommitCounts, Commits};
use crate::clock;

/// Most works in one group: beyond this the flush is no longer what costs, and the first of the group waits longer.
const GROUP: usize = 256;
/// Works that may wait: at tens of thousands a second this is well under a second.
const QUEUE: usize = 8192;
/// What can come again is turned away while fewer places than this are free, so that settling always finds one.
const RESERVED: usize = QUEUE / 4;

/// Bytes that may wait, as their callers weigh them. A database that stands still for seconds must not have all that is
/// reported meanwhile held in memory.
const BYTES: usize = 128 * 1024 * 1024;
/// The same as for places.
const RESERVED_BYTES: usize = BYTES / 4;
/// Clicks that may wait: whoever clicks is nobody known, and however many do, reports find the other places.
const CLICKS: usize = QUEUE / 8;

/// The way back to the caller. One that went away no longer wants to know; its work stands all the same.
pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// A work, and the span that its caller asked for it in: what is logged about this work belongs there.
#[derive(Debug)]
pub(super) struct Asked<W> {
    pub(super) work: W,
    pub(super) span: Span,
    /// Its part of the bytes that may wait, and its place among the clicks if it is one; given back with it.
    pub(super) held: Vec<OwnedSemaphorePermit>,
}

/// What one of the writer's threads does.
pub(super) trait Commit: Send + 'static {
    /// One thing that is to be done.
    type Work: Send + 'static;

    /// Does a group of works, which all wait, and tells their callers.
    fn commit(&mut self, works: Vec<Asked<Self::Work>>);
}

/// What waits for the writer's threads.
#[derive(Debug)]
struct Queues<W> {
    works: mpsc::Receiver<W>,
    reports: mpsc::Receiver<W>,
}

/// The way to the writer's threads. They end when the last clone is dropped and the queue is empty.
#[derive(Debug)]
pub(super) struct Writer<W> {
    works: mpsc::Sender<Asked<W>>,
    reports: mpsc::Sender<Asked<W>>,
    bytes: Arc<Semaphore>,
    clicks: Arc<Semaphore>,
    counts: Arc<CommitCounts>,
}

impl<W: Send + 'static> Writer<W> {
    /// Starts a thread for each of these.
    pub(super) fn start<C: Commit<Work = W>>(
        threads: impl Iterator<Item = Result<C, StoreError>>,
    ) -> Result<Self, StoreError> {
        Self::counted(threads, Arc::default())
    }

    /// The same with queues of its own, so that neither waits behind the other; what it commits is counted with what this one does.
    pub(super) fn start_beside<C: Commit<Work = W>>(
        &self,
        threads: impl Iterator<Item = Result<C, StoreError>>,
    ) -> Result<Self, StoreError> {
        Self::counted(threads, Arc::clone(&self.counts))
    }

    fn counted<C: Commit<Work = W>>(
        threads: impl Iterator<Item = Result<C, StoreError>>,
        counts: Arc<CommitCounts>,
    ) -> Result<Self, StoreError> {
        let (writer, queues) = Self::with_queues(counts);
        let queues = Arc::new(Mutex::new(queues));
        let not_started = |error: std::io::Error| StoreError::Database(format!("a writer did not start: {error}"));
        for thread in threads {
            let (mut thread, queues, counts) = (thread?, Arc::clone(&queues), Arc::clone(&writer.counts));
            let waiting = runtime::Builder::new_current_thread().build().map_err(not_started)?;
            thread::Builder::new()
                .name("store-writer".to_owned())
                .spawn(move || {
                    while let Some(group) = next_group(&queues, &waiting) {
                        commit(&mut thread, group, &counts);
                    }
                })
                .map_err(not_started)?;
        }
        Ok(writer)
    }

    fn with_queues(counts: Arc<CommitCounts>) -> (Self, Queues<Asked<W>>) {
        let ((works, of_works), (reports, of_reports)) = (mpsc::channel(QUEUE), mpsc::channel(QUEUE));
        let (bytes, clicks) = (Arc::new(Semaphore::new(BYTES)), Arc::new(Semaphore::new(CLICKS)));
        let writer = Self { works, reports, bytes, clicks, counts };
        (writer, Queues { works: of_works, reports: of_reports })
    }

    /// Asks for a small work and returns when it is on disk; waits for a place in the queue.
    pub(super) async fn ask<T>(&self, work: impl FnOnce(Reply<T>) -> W) -> Result<T, StoreError> {
        Self::send(&self.works, Vec::new(), work).await
    }

    /// The same for a work of so many bytes; waits until that many more may wait.
    pub(super) async fn ask_weighing<T>(
        &self,
        bytes: usize,
        work: impl FnOnce(Reply<T>) -> W,
    ) -> Result<T, StoreError> {
        Self::send(&self.works, vec![self.weigh(bytes).await?], work).await
    }

    /// The same for reports, which wait behind nothing but reports.
    pub(super) async fn ask_to_record<T>(
        &self,
        bytes: usize,
        work: impl FnOnce(Reply<T>) -> W,
    ) -> Result<T, StoreError> {
        Self::send(&self.reports, vec![self.weigh(bytes).await?], work).await
    }

    async fn weigh(&self, bytes: usize) -> Result<OwnedSemaphorePermit, StoreError> {
        // One that is larger than all that may wait goes alone.
        let bytes = u32::try_from(bytes.min(BYTES)).unwrap_or(u32::MAX);
        Arc::clone(&self.bytes).acquire_many_owned(bytes).await.map_err(|_| StoreError::Closed)
    }

    /// The same for a click, which is turned away if too many of them wait.
    pub(super) async fn ask_for_click<T>(&self, work: impl FnOnce(Reply<T>) -> W) -> Result<T, StoreError> {
        let place = Arc::clone(&self.clicks).try_acquire_owned().map_err(|_| StoreError::Overloaded)?;
        Self::send(&self.works, vec![place], work).await
    }

    async fn send<T>(
        queue: &mpsc::Sender<Asked<W>>,
        held: Vec<OwnedSemaphorePermit>,
        work: impl FnOnce(Reply<T>) -> W,
    ) -> Result<T, StoreError> {
        let (tell, answer) = oneshot::channel();
        let asked = Asked { work: work(tell), span: Span::current(), held };
        queue.send(asked).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Turns away what can come again (a report, a click) while the queue is long.
    pub(super) fn make_room(&self) -> Result<(), StoreError> {
        let has_room = self.works.capacity().min(self.reports.capacity()) >= RESERVED
            && self.bytes.available_permits() >= RESERVED_BYTES;
        if has_room { Ok(()) } else { Err(StoreError::Overloaded) }
    }

    /// Works that wait at this moment.
    pub(super) fn backlog(&self) -> usize {
        2 * QUEUE - self.works.capacity() - self.reports.capacity()
    }

    /// What was committed so far.
    pub(super) fn commits(&self) -> Commits {
        self.counts.so_far()
    }
}

/// What waits, at most a group; `None` once nobody can add anything any more. While one thread waits here the others
/// wait for it, and take what gathers in the meantime.
fn next_group<W>(queues: &Mutex<Queues<W>>, waiting: &Runtime) -> Option<Vec<W>> {
    let mut queues = queues.lock().unwrap_or_else(PoisonError::into_inner);
    let Queues { works, reports } = &mut *queues;
    // A queue whose senders are gone yields nothing at once, and then the other one does so as soon as it is empty.
    let first = waiting.block_on(async {
        tokio::select! {
            biased;
            Some(report) = reports.recv() => Some(report),
            Some(work) = works.recv() => Some(work),
            else => None,
        }
    });
    let mut group = Vec::with_capacity(GROUP);
    group.push(first?);
    fill(&mut group, reports, GROUP / 2);
    fill(&mut group, works, GROUP);
    fill(&mut group, reports, GROUP);
    Some(group)
}

/// Adds what waits in a queue, until the group has so many works.
fn fill<W>(group: &mut Vec<W>, queue: &mut mpsc::Receiver<W>, at_most: usize) {
    while group.len() < at_most
        && let Ok(next) = queue.try_recv()
    {
        group.push(next);
    }
}

/// A panic in the middle of a change leaves a connection in an unknown state and every later caller waiting. What was
/// acknowledged is on disk, so the honest answer is to end at once and be started again.
fn commit<C: Commit>(thread: &mut C, group: Vec<Asked<C::Work>>, counts: &CommitCounts) {
    let (changes, began) = (group.len(), clock::monotonic());
    if catch_unwind(AssertUnwindSafe(|| thread.commit(group))).is_err() {
        tracing::error!("a change of the store panicked; ending the process");
        std::process::abort()
    }
    counts.count(changes, began.elapsed());
}

#[cfg(test)]
mod tests;
