//! Tasks: what goes on whoever asked for it, on the dispatcher's own threads. Most of it must come to its end (intake, sends, tests).
//!
//! A task that a web handler starts shares the one thread of that handler and is dropped with its server; a send must
//! finish instead. Each goes on in the tracing span that it was started in, so that a log line of the work names the call
//! that caused it; one that goes on with what others caused, as a send does with the line behind it, goes on in none.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// The work under way on one runtime.
#[derive(Debug)]
pub struct Tasks {
    under_way: TaskTracker,
    ending: CancellationToken,
    runtime: Handle,
}

impl Tasks {
    /// No work yet; it will run on the runtime that this is called from.
    pub fn here() -> Self {
        Self { under_way: TaskTracker::new(), ending: CancellationToken::new(), runtime: Handle::current() }
    }

    /// Starts a piece of work.
    pub fn start<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.under_way.spawn_on(work.in_current_span(), &self.runtime)
    }

    /// Starts a piece of work that does not end with what its caller asked for.
    pub fn start_apart<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.under_way.spawn_on(work, &self.runtime)
    }

    /// Starts a piece of work that may be dropped where it stands: it ends with the node, which does not wait for it.
    pub fn start_until_the_end(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.start_apart(self.ending.clone().run_until_cancelled_owned(work));
    }

    /// Computes what keeps a processor busy for a while, where nobody else waits for the thread.
    pub fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        self.under_way.spawn_blocking_on(work, &self.runtime)
    }

    /// Waits until everything has ended, at most so long; answers how much is still under way.
    pub async fn end_within(&self, patience: Duration) -> usize {
        self.under_way.close();
        self.ending.cancel();
        tokio::time::timeout(patience, self.under_way.wait()).await.ok();
        self.under_way.len()
    }
}

#[cfg(test)]
mod tests {
    use tracing::Span;

    use super::*;

    #[tokio::test]
    async fn work_goes_on_in_the_span_that_it_was_started_in() {
        let _logged = tracing::subscriber::set_default(tracing_subscriber::fmt().with_writer(std::io::sink).finish());
        let (call, tasks) = (tracing::info_span!("call"), Tasks::here());
        let inside = call.in_scope(|| tasks.start(async { Span::current().id() }));
        assert_eq!(inside.await.unwrap(), call.id());
        assert!(call.id().is_some(), "a span that nobody records has no id");
    }

    #[tokio::test]
    async fn what_may_be_dropped_keeps_no_end_waiting() {
        let tasks = Tasks::here();
        tasks.start_until_the_end(std::future::pending());
        assert_eq!(tasks.end_within(Duration::from_secs(20)).await, 0);
    }

    #[tokio::test]
    async fn what_does_not_end_in_time_is_counted() {
        let tasks = Tasks::here();
        let endless = tasks.start(std::future::pending::<()>());
        assert_eq!(tasks.end_within(Duration::ZERO).await, 1);
        endless.abort();
        assert_eq!(tasks.end_within(Duration::from_secs(20)).await, 0);
    }
}
