//! A routine: a loop that does one step over and over, until it is told to stop.
//!
//! A routine says how often its step is done, what wakes it before that, and by which name the log calls it. A step that has
//! begun is not cut off: the claims that it makes would otherwise have to be found by a rescue. A wake-up that comes during a
//! step is kept for the next one, so nothing is missed between looking and waiting.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::clock::{self, Clock};
use crate::domain::time::Timestamp;
use crate::store::{SignalCounts, StoreError};

/// What follows a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// Nothing: there is more to do.
    None,
    /// Until the next turn.
    Usual,
    /// Until this instant, if that comes before the next turn.
    Until(Timestamp),
}

/// How often a step is done, and what it is called.
#[derive(Debug)]
pub(super) struct Routine {
    name: &'static str,
    every: Duration,
    waker: Waker,
    clock: Clock,
}

/// What ends a pause early.
#[derive(Debug)]
enum Waker {
    Nothing,
    Notify(Arc<Notify>),
    Signals(watch::Receiver<SignalCounts>),
}

impl Waker {
    async fn woken(&mut self) {
        match self {
            Self::Nothing => std::future::pending().await,
            Self::Notify(notify) => notify.notified().await,
            Self::Signals(signals) => {
                // The signals end with the store, and then so does everything else.
                if signals.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}

impl Routine {
    /// A step that is done this often, counted from the beginning of one to the beginning of the next. The pause is real
    /// time whatever the clock says: a clock that stands still (a test's) must not hide a lost wake-up.
    pub(super) fn every(every: Duration, name: &'static str, clock: &Clock) -> Self {
        Self { name, every, waker: Waker::Nothing, clock: clock.clone() }
    }

    /// The same, also when this is notified.
    pub(super) fn woken_by(self, notify: &Arc<Notify>) -> Self {
        Self { waker: Waker::Notify(Arc::clone(notify)), ..self }
    }

    /// The same, also when another node signals.
    pub(super) fn woken_by_signals(self, signals: watch::Receiver<SignalCounts>) -> Self {
        Self { waker: Waker::Signals(signals), ..self }
    }

    /// Does the step over and over.
    pub(super) async fn run<F>(mut self, stop: &CancellationToken, mut step: impl FnMut() -> F)
    where
        F: Future<Output = Result<Pause, StoreError>>,
    {
        // Of the level of what must be heard: a filter that lets only errors through must not hide whose they are.
        let span = tracing::error_span!("routine", name = self.name);
        while !stop.is_cancelled() {
            let begun = clock::monotonic();
            let pause = step().instrument(span.clone()).await.unwrap_or_else(|error| {
                tracing::error!(parent: &span, %error, "a routine failed; trying again");
                Pause::Usual
            });
            let due = match pause {
                Pause::None => continue,
                Pause::Usual => None,
                Pause::Until(due) => Some(due),
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.waker.woken() => {}
                () = clock::pause(self.every.saturating_sub(begun.elapsed())) => {}
                () = until(&self.clock, due) => {}
            }
        }
    }
}

async fn until(clock: &Clock, due: Option<Timestamp>) {
    match due {
        Some(due) => clock.sleep_until(due).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: Duration = Duration::from_secs(3_600);

    /// Runs a routine whose steps answer these pauses in turn, and which is stopped by the last; answers how many it made.
    async fn steps(routine: Routine, pauses: &[Pause]) -> usize {
        let (stop, mut made) = (CancellationToken::new(), 0);
        let ended = routine.run(&stop, || {
            made += 1;
            let pause = pauses[made - 1];
            if made == pauses.len() {
                stop.cancel();
            }
            async move { Ok(pause) }
        });
        ended.await;
        made
    }

    #[tokio::test]
    async fn a_step_that_leaves_more_to_do_is_followed_by_the_next_at_once() {
        let routine = Routine::every(NEVER, "test", &Clock::system());
        assert_eq!(steps(routine, &[Pause::None, Pause::None, Pause::Usual]).await, 3);
    }

    #[tokio::test]
    async fn a_wake_up_that_came_during_a_step_is_not_missed() {
        let wake = Arc::new(Notify::new());
        wake.notify_one();
        let routine = Routine::every(NEVER, "test", &Clock::system()).woken_by(&wake);
        assert_eq!(steps(routine, &[Pause::Usual, Pause::Usual]).await, 2);
    }

    #[tokio::test]
    async fn a_pause_ends_when_the_clock_says_so() {
        let (clock, hand) = Clock::manual(Timestamp::from_millis(0));
        let due = Timestamp::from_millis(1_000);
        let routine = Routine::every(NEVER, "test", &clock);
        hand.advance(Duration::from_millis(1_000));
        assert_eq!(steps(routine, &[Pause::Until(due), Pause::Usual]).await, 2);
    }

    #[tokio::test]
    async fn a_failure_ends_no_routine() {
        let (stop, wake, mut made) = (CancellationToken::new(), Arc::new(Notify::new()), 0);
        let routine = Routine::every(NEVER, "test", &Clock::system()).woken_by(&wake);
        let ended = routine.run(&stop, || {
            made += 1;
            wake.notify_one();
            if made == 2 {
                stop.cancel();
            }
            async { Err(StoreError::Closed) }
        });
        ended.await;
        assert_eq!(made, 2);
    }
}
