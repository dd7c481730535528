//! Tasks: what must come to its end whoever asked for it (intake, sends, tests), on the dispatcher's own threads.
//!
//! A task that a web handler starts shares the one thread of that handler and is dropped with its server; a send must
//! finish instead. Each goes on in the tracing span that it was started in, so that a log line of the work names the call
//! or the delivery that caused it.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// The work under way on one runtime.
#[derive(Debug)]
pub struct Tasks {
    under_way: TaskTracker,
    runtime: Handle,
}

impl Tasks {
    /// No work yet; it will run on the runtime that this is called from.
    pub fn here() -> Self {
        Self { under_way: TaskTracker::new(), runtime: Handle::current() }
    }

    /// Starts a piece of work.
    pub fn start<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.under_way.spawn_on(work.in_current_span(), &self.runtime)
    }

    /// Waits until everything has ended, at most so long; answers how much is still under way.
    pub async fn end_within(&self, patience: Duration) -> usize {
        self.under_way.close();
        tokio::time::timeout(patience, self.under_way.wait()).await.ok();
        self.under_way.len()
    }
}
