//! Looking again while Home is open: the node asks the store ahead of the screens, at its own pace.
//!
//! One task of the node looks, from the first time that somebody asks until nobody has asked for a while; then nothing looks, and the
//! next who asks begins anew. It must not outlive the node, hold up its stop, or show anything to anybody: it only shares what it saw.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::super::Actions;
use super::super::caller::Caller;
use crate::domain::time::Timestamp;

/// How often the node looks while Home is open. Roll-ups are written as often, so more looks would mostly show the same.
pub const RENEWED_EVERY: Duration = Duration::from_secs(5);
/// For how long it goes on after somebody has asked: an open page asks every 15 seconds (`templates/parts/needs.html`).
const WATCHED_FOR: Duration = Duration::from_secs(30);

/// Until when the node looks again; nothing while it does not. Counted by how long the clock has been running.
#[derive(Debug, Default)]
pub(super) struct Watched(Mutex<Option<Duration>>);

impl Watched {
    /// Somebody has asked; answers whether nothing looks yet.
    fn asked(&self, now: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(now + WATCHED_FOR).is_none()
    }

    /// Whether somebody has asked lately. Where nobody has, the next who asks is told that nothing looks.
    fn goes_on(&self, now: Duration) -> bool {
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *until = until.filter(|until| now < *until);
        until.is_some()
    }
}

impl Actions {
    /// Has the node look again every few seconds, for a while from now on. It looks as this caller, who sees all, like all who are
    /// shown it.
    pub(super) fn renew_home_while_watched(self: &Arc<Self>, caller: &Caller) {
        if self.last_look.watched.asked(self.node.clock.running()) {
            let (actions, caller) = (Arc::clone(self), caller.clone());
            let due = self.node.clock.now().plus(RENEWED_EVERY);
            self.node.tasks.start_until_the_end(async move { actions.renew_home(&caller, due).await });
        }
    }

    async fn renew_home(&self, caller: &Caller, mut due: Timestamp) {
        let clock = &self.node.clock;
        loop {
            clock.sleep_until(due).await;
            due = clock.now().plus(RENEWED_EVERY);
            if !self.last_look.watched.goes_on(clock.running()) {
                return;
            }
            match self.look(caller).await {
                Ok(look) => self.last_look.share(look),
                Err(error) => tracing::warn!(%error, "Home was not renewed; trying again"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_task_looks_until_nobody_has_asked_for_a_while() {
        let (watched, second) = (Watched::default(), Duration::from_secs(1));
        assert!(watched.asked(Duration::ZERO), "nothing looks yet");
        assert!(!watched.asked(5 * second), "one task is enough");
        assert!(watched.goes_on(34 * second));
        assert!(!watched.goes_on(35 * second));
        assert!(watched.asked(36 * second), "the task has ended");
    }
}
