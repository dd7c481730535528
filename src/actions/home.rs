//! What those who keep many apps see when they arrive: how all apps stand, recipes whose refusals jump, and what waits for a
//! decision.
//!
//! Home stays open on many screens, and each renews itself. While screens ask a node for Home, that node looks every five seconds and
//! answers all of them from its last look (`home/renewal.rs`): the store is asked as often for a hundred screens as for one, and no
//! screen waits for the look. Whoever opens the page, or asks after the node has taken over a change of the configuration, has the store
//! asked anew, and so sees what they have just changed. Nothing that was seen for those who see all may be shown to whoever sees less.

mod renewal;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use super::standing::Standing;
use crate::domain::health::Capped;
use crate::domain::health::recipes::Jump;
use crate::domain::time::Timestamp;
use crate::store::StoreError;
use renewal::Watched;

pub use renewal::RENEWED_EVERY;

/// For how long what was seen is shown to others as well. Twice as long as until the next look: one that takes its time in a busy store
/// keeps no screen waiting, and does not make those screens look themselves.
const SHARED_FOR: Duration = Duration::from_secs(10);
/// How long a caller waits for somebody else's look: as long as a person's statement may go on (`store/deadline.rs`).
const PATIENCE: Duration = Duration::from_secs(5);

/// What was seen at one look.
#[derive(Clone, Debug)]
pub struct Home {
    /// How the apps stand.
    pub standing: Standing,
    /// Recipes whose refusals jump, the worst first.
    pub jumps: Vec<Jump>,
    /// How many completions are in review, and when the first of these reviews ends.
    pub reviews: (Capped, Option<Timestamp>),
}

/// The last look that is shared, and for how long it is renewed.
#[derive(Debug, Default)]
pub(super) struct LastLook {
    seen: Mutex<Option<Look>>,
    watched: Watched,
}

/// What was seen, under which configuration, and for how long the clock had been running when the look began.
#[derive(Clone, Debug)]
struct Look {
    home: Arc<Home>,
    revision: i64,
    at: Duration,
}

impl Look {
    /// Shares it, unless the last look began later.
    fn replace(self, last: &mut Option<Self>) {
        if last.as_ref().is_none_or(|known| known.at <= self.at) {
            *last = Some(self);
        }
    }
}

impl Actions {
    /// What there is to be seen at this moment.
    pub async fn home(self: &Arc<Self>, caller: &Caller) -> Result<Arc<Home>, Refusal> {
        let look = self.look(caller).await?;
        let home = Arc::clone(&look.home);
        if sees_all(caller) {
            // A page does not wait for somebody who is looking meanwhile: their look is shared instead.
            if let Ok(mut last) = self.last_look.seen.try_lock() {
                look.replace(&mut last);
            }
            self.renew_home_while_watched(caller);
        }
        Ok(home)
    }

    /// What was to be seen at most ten seconds ago. Where nobody has looked since, one caller looks, and the others wait for that.
    pub async fn home_lately(self: &Arc<Self>, caller: &Caller) -> Result<Arc<Home>, Refusal> {
        if !sees_all(caller) {
            return self.look(caller).await.map(|look| look.home);
        }
        self.renew_home_while_watched(caller);
        let last = tokio::time::timeout(PATIENCE, self.last_look.seen.lock()).await;
        let mut last = last.map_err(|_| StoreError::TookTooLong)?;
        let (now, revision) = (self.node.clock.running(), self.node.directory.revision());
        let is_new = |look: &Look| look.revision == revision && now.saturating_sub(look.at) < SHARED_FOR;
        if let Some(look) = last.as_ref().filter(|look| is_new(look)) {
            return Ok(Arc::clone(&look.home));
        }
        let look = last.insert(self.look(caller).await?);
        Ok(Arc::clone(&look.home))
    }

    async fn look(&self, caller: &Caller) -> Result<Look, Refusal> {
        let (at, revision) = (self.node.clock.running(), self.node.directory.revision());
        let (standing, jumps, reviews) =
            tokio::try_join!(self.standing(caller), self.recipe_jumps(), self.open_reviews(caller))?;
        Ok(Look { home: Arc::new(Home { standing, jumps, reviews }), revision, at })
    }
}

/// Whether a caller sees what all others see who are not limited either.
fn sees_all(caller: &Caller) -> bool {
    caller.limited_to().is_none()
}
