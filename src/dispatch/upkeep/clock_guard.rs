//! A clock that cannot be believed: what ends by time alone ends for good, so nothing does while the machine's clock may
//! have jumped.
//!
//! A dead battery or a bad time server can put a clock months ahead. Retention would then remove history, and what is held
//! or in review would end, within seconds and irrevocably. So the clock is compared with what does not jump along: with the
//! time that this process has really been running, with the database's clock, and, when the process starts, with the
//! newest record. After a jump nothing ends until the clock has come back or an operator, who knows better, starts the
//! process again. A start that finds only old records cannot know whether the clock is ahead or the installation was down:
//! it waits for a record, or for a day, which costs nobody anything.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::dispatch::node::Node;
use crate::domain::time::Timestamp;
use crate::store::StoreError;

/// How far ahead a clock is before it is not believed: more than any time zone or leap that an operator gets wrong.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Watches the clock.
#[derive(Debug)]
pub struct ClockGuard {
    node: Arc<Node>,
    /// What the clock said when this process had run for no time at all.
    begun: Timestamp,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether records have shown that the clock was right when the process started.
    is_shown: bool,
    /// Whether the log says already that the clock is not believed.
    is_told: bool,
}

/// Why a clock is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    /// It has gone faster than time.
    Jumped,
    /// The database's clock says otherwise.
    AheadOfDatabase,
    /// Nothing was recorded for long before the process started.
    NothingRecent,
}

impl ClockGuard {
    /// From now on.
    pub fn new(node: Arc<Node>) -> Self {
        let begun = node.now().minus(node.clock.running());
        Self { node, begun, state: Mutex::default() }
    }

    /// Whether what ends by time may end now.
    pub async fn may_end(&self) -> Result<bool, StoreError> {
        let doubt = self.doubt().await?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(doubt) = doubt
            && !state.is_told
        {
            let reason = doubt.as_str();
            tracing::error!(now = %self.node.now(), reason, "nothing old is removed, and nothing held or in review ends");
        }
        state.is_told = doubt.is_some();
        Ok(doubt.is_none())
    }

    async fn doubt(&self) -> Result<Option<Doubt>, StoreError> {
        let (now, running) = (self.node.now(), self.node.clock.running());
        if now.since(self.begun.plus(running)) > DAY {
            return Ok(Some(Doubt::Jumped));
        }
        if let Some(of_database) = self.node.store.database_clock().await?
            && now.since(of_database) > DAY
        {
            return Ok(Some(Doubt::AheadOfDatabase));
        }
        if self.is_shown() || running > DAY {
            return Ok(None);
        }
        let is_recent = self.node.store.newest_record().await?.is_none_or(|newest| now.since(newest) <= DAY);
        self.state.lock().unwrap_or_else(PoisonError::into_inner).is_shown = is_recent;
        Ok((!is_recent).then_some(Doubt::NothingRecent))
    }

    fn is_shown(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).is_shown
    }
}

impl Doubt {
    fn as_str(self) -> &'static str {
        match self {
            Self::Jumped => {
                "the clock has jumped ahead by more than a day; if it is right, start this process again, else set it back"
            }
            Self::AheadOfDatabase => "the clock is more than a day ahead of the database's",
            Self::NothingRecent => {
                "nothing was recorded in the last day, so the clock may be ahead; the next record shows it to be right, or a day"
            }
        }
    }
}
