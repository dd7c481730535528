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
        let (writer, queues) = Self::with_queues();
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

    fn with_queues() -> (Self, Queues<Asked<W>>) {
        let ((works, of_works), (reports, of_reports)) = (mpsc::channel(QUEUE), mpsc::channel(QUEUE));
        let (bytes, clicks) = (Arc::new(Semaphore::new(BYTES)), Arc::new(Semaphore::new(CLICKS)));
        let writer = Self { works, reports, bytes, clicks, counts: Arc::default() };
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
mod tests {
    use std::sync::mpsc as std_mpsc;

    use tokio::task::JoinHandle;
    use tracing_subscriber::Registry;

    use super::*;

    /// A work that is answered with the size of its group and the name of its span.
    type Toy = Reply<(usize, Option<&'static str>)>;

    /// Says when it has taken a group, and commits it when it is let to.
    struct Toys {
        taken: mpsc::UnboundedSender<()>,
        let_go: std_mpsc::Receiver<()>,
    }

    impl Commit for Toys {
        type Work = Toy;

        fn commit(&mut self, works: Vec<Asked<Toy>>) {
            self.taken.send(()).ok();
            self.let_go.recv().ok();
            let size = works.len();
            for Asked { work, span, held: _held } in works {
                drop(work.send(Ok((size, span.metadata().map(|metadata| metadata.name())))));
            }
        }
    }

    struct Stage {
        writer: Arc<Writer<Toy>>,
        taken: mpsc::UnboundedReceiver<()>,
        go: std_mpsc::Sender<()>,
    }

    fn stage() -> Stage {
        let ((taking, taken), (go, let_go)) = (mpsc::unbounded_channel(), std_mpsc::channel());
        let writer = Writer::start([Ok(Toys { taken: taking, let_go })].into_iter()).unwrap();
        Stage { writer: Arc::new(writer), taken, go }
    }

    impl Stage {
        /// Asks for so many works; each answers the size of its group.
        fn ask(&self, count: usize) -> Vec<JoinHandle<usize>> {
            let ask = |_| {
                let writer = Arc::clone(&self.writer);
                tokio::spawn(async move { writer.ask(|answer| answer).await.unwrap().0 })
            };
            (0..count).map(ask).collect()
        }

        /// Asks for one work and waits until it is being committed.
        async fn busy(&mut self) -> Vec<JoinHandle<usize>> {
            let work = self.ask(1);
            self.taken.recv().await.unwrap();
            work
        }

        /// Returns when so many works wait.
        async fn wait_for_backlog(&self, works: usize) {
            while self.writer.backlog() < works {
                tokio::task::yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn what_gathers_while_a_group_is_committed_is_the_next_group() {
        let mut stage = stage();
        let mut works = stage.busy().await;
        works.extend(stage.ask(3));
        stage.wait_for_backlog(3).await;
        stage.go.send(()).unwrap();
        stage.go.send(()).unwrap();
        let sizes = futures_util::future::join_all(works).await.into_iter().map(Result::unwrap);
        assert_eq!(sizes.collect::<Vec<_>>(), [1, 3, 3, 3]);
    }

    #[tokio::test]
    async fn what_can_come_again_is_turned_away_while_the_queue_is_long() {
        let mut stage = stage();
        stage.busy().await;
        stage.ask(QUEUE - RESERVED);
        stage.wait_for_backlog(QUEUE - RESERVED).await;
        assert!(stage.writer.make_room().is_ok());
        stage.ask(1);
        stage.wait_for_backlog(QUEUE - RESERVED + 1).await;
        assert!(matches!(stage.writer.make_room(), Err(StoreError::Overloaded)));
    }

    #[tokio::test]
    async fn clicks_take_an_eighth_of_the_places_and_reports_find_the_others() {
        let mut stage = stage();
        stage.busy().await;
        for _ in 0..CLICKS {
            let writer = Arc::clone(&stage.writer);
            tokio::spawn(async move { writer.ask_for_click(|answer| answer).await });
        }
        stage.wait_for_backlog(CLICKS).await;
        assert!(matches!(stage.writer.ask_for_click(|answer| answer).await, Err(StoreError::Overloaded)));
        assert!(stage.writer.make_room().is_ok());
        // With the group that they waited for their places are free again.
        for _ in 0..2 {
            stage.go.send(()).unwrap();
            stage.taken.recv().await.unwrap();
        }
        assert_eq!(stage.writer.clicks.available_permits(), GROUP);
    }

    #[tokio::test]
    async fn a_report_waits_behind_no_more_than_the_group_that_is_being_committed() {
        let mut stage = stage();
        stage.busy().await;
        stage.ask(3 * GROUP);
        stage.wait_for_backlog(3 * GROUP).await;
        let writer = Arc::clone(&stage.writer);
        let report = tokio::spawn(async move { writer.ask_to_record(1, |answer| answer).await });
        stage.wait_for_backlog(3 * GROUP + 1).await;
        // The group that was being committed, and the next one.
        for _ in 0..2 {
            stage.go.send(()).unwrap();
            stage.taken.recv().await.unwrap();
        }
        assert_eq!(report.await.unwrap().unwrap().0, GROUP);
    }

    #[tokio::test]
    async fn reports_take_half_of_a_group_while_others_wait() {
        let mut stage = stage();
        stage.busy().await;
        for _ in 0..GROUP {
            let writer = Arc::clone(&stage.writer);
            tokio::spawn(async move { writer.ask_to_record(1, |answer| answer).await });
        }
        let others = stage.ask(GROUP / 2);
        stage.wait_for_backlog(GROUP + GROUP / 2).await;
        for _ in 0..2 {
            stage.go.send(()).unwrap();
            stage.taken.recv().await.unwrap();
        }
        for other in others {
            assert_eq!(other.await.unwrap(), GROUP);
        }
    }

    #[tokio::test]
    async fn few_works_of_many_bytes_fill_the_queue_as_many_of_few_do() {
        let mut stage = stage();
        stage.busy().await;
        let large = (BYTES - RESERVED_BYTES) / 3;
        for _ in 0..3 {
            let writer = Arc::clone(&stage.writer);
            tokio::spawn(async move { writer.ask_weighing(large, |answer| answer).await });
        }
        stage.wait_for_backlog(3).await;
        assert!(stage.writer.make_room().is_ok());
        let writer = Arc::clone(&stage.writer);
        tokio::spawn(async move { writer.ask_weighing(4, |answer| answer).await });
        stage.wait_for_backlog(4).await;
        assert!(matches!(stage.writer.make_room(), Err(StoreError::Overloaded)));
    }

    #[tokio::test]
    async fn whoever_is_never_answered_is_told_that_the_store_is_closed() {
        let (writer, queues) = Writer::<Toy>::with_queues();
        drop(queues);
        assert!(matches!(writer.ask(|answer| answer).await, Err(StoreError::Closed)));
    }

    #[test]
    fn a_work_takes_its_callers_span_along() {
        tracing::subscriber::with_default(Registry::default(), || {
            let Stage { writer, taken: _taken, go } = stage();
            go.send(()).unwrap();
            let _within = tracing::info_span!("asking").entered();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            assert_eq!(runtime.block_on(writer.ask(|answer| answer)).unwrap(), (1, Some("asking")));
        });
    }
}
