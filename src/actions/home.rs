//! What those who keep many apps see when they arrive: how all apps stand, recipes whose refusals jump, and what waits for a
//! decision.
//!
//! Home stays open on many screens, and each renews itself. What it is renewed with is looked at once in five seconds at most: whoever
//! asks first has the store asked, and all others are given the same. Whoever opens the page has the store asked anew, and so sees
//! what they have just changed.

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

/// For how long what was seen is shown to others as well: roll-ups are as old.
const SHARED_FOR: Duration = Duration::from_secs(5);
/// How long a caller waits for somebody else's look.
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

/// The last look, and for how long the clock had been running when it began.
#[derive(Debug, Default)]
pub(super) struct LastLook(Mutex<Option<(Duration, Arc<Home>)>>);

impl Actions {
    /// What there is to be seen at this moment.
    pub async fn home(&self, caller: &Caller) -> Result<Arc<Home>, Refusal> {
        let look = self.look(caller).await?;
        let home = Arc::clone(&look.1);
        // Whoever is looking meanwhile sees no less.
        if let Some(mut last) = self.last_look.0.try_lock().ok().filter(|_| sees_all(caller)) {
            *last = Some(look);
        }
        Ok(home)
    }

    /// What was to be seen at most [`SHARED_FOR`] ago. One caller looks, and the others wait for that.
    pub async fn home_lately(&self, caller: &Caller) -> Result<Arc<Home>, Refusal> {
        if !sees_all(caller) {
            return self.home(caller).await;
        }
        let last = tokio::time::timeout(PATIENCE, self.last_look.0.lock()).await;
        let mut last = last.map_err(|_| StoreError::TookTooLong)?;
        let now = self.node.clock.running();
        if let Some((_, home)) = last.as_ref().filter(|(at, _)| now.saturating_sub(*at) < SHARED_FOR) {
            return Ok(Arc::clone(home));
        }
        let (_, home) = last.insert(self.look(caller).await?);
        Ok(Arc::clone(home))
    }

    async fn look(&self, caller: &Caller) -> Result<(Duration, Arc<Home>), Refusal> {
        let at = self.node.clock.running();
        let (standing, jumps, reviews) =
            tokio::try_join!(self.standing(caller), self.recipe_jumps(), self.open_reviews(caller))?;
        Ok((at, Arc::new(Home { standing, jumps, reviews })))
    }
}

/// Whether a caller sees what all others see who are not limited either.
fn sees_all(caller: &Caller) -> bool {
    caller.limited_to().is_none()
}
