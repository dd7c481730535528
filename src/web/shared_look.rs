//! A look that whoever comes within a second shares: what anybody may ask as often as they like must not cost more for it.
//!
//! One look is made at a time, in a task of its own: a caller who hangs up in the middle of it does not begin another one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::error::{Problem, ProblemKind};
use crate::clock::{self, Moment};
use crate::dispatch::node::tasks::Tasks;

/// How long a look is good for: a probe or a scraper asks every few seconds.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// What was seen last.
#[derive(Debug)]
pub(super) struct SharedLook<T>(Arc<Mutex<Option<(Moment, T)>>>);

impl<T> Default for SharedLook<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone + Send + 'static> SharedLook<T> {
    /// What was seen less than a second ago, else what `look` sees now.
    pub(super) async fn see(
        &self,
        tasks: &Tasks,
        look: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Problem> {
        let mut seen = Arc::clone(&self.0).lock_owned().await;
        if let Some((at, seen)) = &*seen
            && at.elapsed() < GOOD_FOR
        {
            return Ok(seen.clone());
        }
        let looking = tasks.start(async move {
            let now = look.await;
            *seen = Some((clock::monotonic(), now.clone()));
            now
        });
        looking.await.map_err(|_| Problem::new(ProblemKind::Internal, "The look was broken off."))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn all_who_come_within_a_second_share_one_look() {
        let (shared, tasks, looks) = (SharedLook::default(), Tasks::here(), Arc::new(AtomicUsize::new(0)));
        let look = || {
            let looks = Arc::clone(&looks);
            async move {
                tokio::task::yield_now().await;
                looks.fetch_add(1, Ordering::Relaxed)
            }
        };
        let seen = join_all((0..100).map(|_| shared.see(&tasks, look()))).await;
        assert!(seen.into_iter().all(|seen| seen.is_ok_and(|seen| seen == 0)));
        assert_eq!(looks.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn whoever_hangs_up_in_the_middle_of_a_look_does_not_begin_another_one() {
        let (shared, tasks, looks) = (SharedLook::default(), Tasks::here(), Arc::new(AtomicUsize::new(0)));
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        let counted = Arc::clone(&looks);
        let slow = shared.see(&tasks, async move {
            wait.await.ok();
            counted.fetch_add(1, Ordering::Relaxed)
        });
        assert!(tokio::time::timeout(Duration::ZERO, slow).await.is_err(), "it is not over");
        let second = shared.see(&tasks, async { panic!("a second look") });
        go.send(()).unwrap();
        assert_eq!(second.await.unwrap(), 0);
    }
}
