//! When a token or a session was used last, written down to the minute and never on the way of an answer: every call would be a
//! write otherwise.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::time::Timestamp;

/// How exact a last use is.
const TO: Duration = Duration::from_secs(60);
/// So many uses are remembered before those are forgotten that do not matter any more.
const REMEMBERED: usize = 10_000;

/// What was written down a moment ago, by id, so that a thousand calls in a second begin one write.
#[derive(Debug, Default)]
pub struct Uses(Mutex<HashMap<String, Timestamp>>);

impl Uses {
    /// Whether a use is to be written down, where the last one is known to have been at `last`. Whoever is told so does it.
    pub fn is_due(&self, id: &str, last: Option<Timestamp>, now: Timestamp) -> bool {
        let is_old = |at: &Timestamp| now >= at.plus(TO);
        if last.as_ref().is_some_and(|last| !is_old(last)) {
            return false;
        }
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if written.get(id).is_some_and(|at| !is_old(at)) {
            return false;
        }
        if written.len() >= REMEMBERED {
            written.retain(|_, at| !is_old(at));
        }
        written.insert(id.to_owned(), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_written_down_once_a_minute_however_many_calls_there_are() {
        let (uses, now) = (Uses::default(), Timestamp::from_millis(1_700_000_000_000));
        assert!(uses.is_due("a", None, now));
        assert!(!uses.is_due("a", None, now.plus(TO - Duration::from_millis(1))));
        assert!(uses.is_due("b", Some(now.minus(TO)), now));
        assert!(!uses.is_due("c", Some(now.minus(TO / 2)), now), "another node has written it down");
        assert!(uses.is_due("a", Some(now), now.plus(TO)));
    }
}
