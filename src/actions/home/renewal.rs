//! Looking again while Home is open: the node asks the store ahead of the screens, at its own pace.
//!
//! One task of the node looks, from the first time that somebody asks until nobody has asked for a while. It answers nobody: it replaces
//! the look that polls are answered from. It must not outlive the node, nor hold up its stop; where a look panics, the next who asks
//! begins anew.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::Actions;
use super::super::caller::Caller;
use crate::domain::time::Timestamp;

/// How often the node looks while Home is open. Roll-ups are written as often, so more looks would mostly show the same.
pub const RENEWED_EVERY: Duration = Duration::from_secs(5);
/// For how long it goes on after somebody has asked. An open page asks every 15 seconds (`templates/parts/needs.html`), and every minute
/// where nobody has moved for a while (`templates/assets/console.js`).
const WATCHED_FOR: Duration = Duration::from_secs(90);

/// Until when the node goes on looking; `None`: no task is looking. Counted by how long the clock has been running.
#[derive(Debug, Default)]
pub(super) struct Watched(Mutex<Option<Duration>>);

impl Watched {
    /// Somebody has asked; answers whether no task is looking yet.
    fn asked(&self, now: Duration) -> bool {
        self.until().replace(now + WATCHED_FOR).is_none()
    }

    fn until(&self) -> MutexGuard<'_, Option<Duration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that looks. However it ends, the next who asks is told that no task is looking.
#[derive(Debug)]
struct Looking<'a> {
    watched: &'a Watched,
    /// Whether that has been told already; another task may have begun since.
    has_ended: bool,
}

impl<'a> Looking<'a> {
    fn of(watched: &'a Watched) -> Self {
        Self { watched, has_ended: false }
    }

    /// Whether somebody has asked lately.
    fn goes_on(&mut self, now: Duration) -> bool {
        let mut until = self.watched.until();
        *until = until.filter(|until| now < *until);
        self.has_ended = until.is_none();
        !self.has_ended
    }
}

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            *self.watched.until() = None;
        }
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
        let (clock, mut looking) = (&self.node.clock, Looking::of(&self.last_look.watched));
        loop {
            clock.sleep_until(due).await;
            due = clock.now().plus(RENEWED_EVERY);
            if !looking.goes_on(clock.running()) {
                return;
            }
            match self.look(caller).await {
                Ok(look) => look.replace(&mut *self.last_look.seen.lock().await),
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
        assert!(watched.asked(Duration::ZERO), "no task is looking yet");
        let mut looking = Looking::of(&watched);
        assert!(!watched.asked(5 * second), "one task is enough");
        assert!(looking.goes_on(94 * second));
        assert!(!looking.goes_on(95 * second));
        assert!(watched.asked(96 * second), "the task has ended");
        drop(looking);
        assert!(!watched.asked(97 * second), "the next task looks, though the one before is gone only now");
    }

    #[test]
    fn a_look_that_panics_ends_the_task_and_the_next_who_asks_begins_anew() {
        let watched = Watched::default();
        assert!(watched.asked(Duration::ZERO));
        let looked = std::panic::catch_unwind(|| {
            let _looking = Looking::of(&watched);
            panic!("the look panics");
        });
        assert!(looked.is_err() && watched.asked(Duration::ZERO));
    }

    #[test]
    fn a_screen_that_nobody_looks_at_asks_often_enough_for_the_node_to_go_on() {
        let script = include_str!("../../../templates/assets/console.js");
        assert!(script.contains("> IDLE ? 60_000 : "), "how often it asks where nobody has moved");
        assert!(WATCHED_FOR > Duration::from_millis(60_000));
    }
}
