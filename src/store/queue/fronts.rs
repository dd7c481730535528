//! The fronts of the queues: where each endpoint's begins, as far as this process knows.
//!
//! On PostgreSQL a row that was claimed leaves its entry in the index of what waits until a vacuum comes by, and none can
//! remove it while an older snapshot is open anywhere (a backup takes hours). All these entries lie before what still waits.
//! Whoever looks for the first that waits steps over each of them, and a busy queue leaves thousands a second. So a look begins
//! at the fronts that the look before has found.
//!
//! What comes back to a queue bears the due time that it had, and may lie before the front; another node may have brought it
//! there. So the whole queue is looked at once a second as well, or more rarely where that takes long.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::due::DueEndpoint;
use crate::domain::time::Timestamp;
use crate::store::keys::EndpointKey;

/// How often everything is looked at: as often as the worker looks without a reason.
const WHOLE_EVERY: Duration = Duration::from_secs(1);
/// Looks at everything take this part of the time at most.
const WHOLE_PART: u32 = 10;
/// No front is nearer to the present: what was just recorded may be committed in another order, or by a node whose clock is
/// slow. A clock that differs by more is warned of.
const NEAREST: Duration = Duration::from_secs(2);
/// Fronts of endpoints of which nothing waits any more: each is one more step of every look.
const MOST_IDLE: usize = 1_000;

/// The fronts that this process knows.
#[derive(Debug, Default)]
pub(in crate::store) struct Fronts(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    fronts: BTreeMap<EndpointKey, Timestamp>,
    /// When everything is to be looked at again; `None`: now.
    whole_again: Option<Instant>,
    /// Counts the looks at everything that have ended: what a look found that began before is older.
    wholes: u64,
}

/// A look that has begun.
#[derive(Debug)]
pub(super) struct Look {
    /// Where it begins, in the order of the keys; an endpoint that is not named is looked at from its beginning.
    pub(super) fronts: Vec<(EndpointKey, Timestamp)>,
    is_whole: bool,
    wholes: u64,
    began: Instant,
}

impl Fronts {
    /// Begins a look.
    pub(super) fn begin(&self, at: Instant) -> Look {
        let mut known = self.known();
        let is_whole = known.whole_again.is_none_or(|again| again <= at);
        let fronts = if is_whole {
            // Whoever looks meanwhile does not look at everything, too; nor at once again, if this look fails.
            known.whole_again = Some(at + WHOLE_EVERY);
            Vec::new()
        } else {
            known.fronts()
        };
        Look { fronts, is_whole, wholes: known.wholes, began: at }
    }

    /// All of them, in the order of the keys.
    pub(in crate::store) fn all(&self) -> Vec<(EndpointKey, Timestamp)> {
        self.known().fronts()
    }

    /// Learns from a look that ended at this moment.
    pub(super) fn learn(&self, look: &Look, found: &[DueEndpoint], now: Timestamp, at: Instant) {
        let mut known = self.known();
        if !look.is_whole && look.wholes != known.wholes {
            return;
        }
        let front = |one: &DueEndpoint| (EndpointKey::of(&one.endpoint_id), one.due_at().min(now.minus(NEAREST)));
        let found: Vec<(EndpointKey, Timestamp)> = found.iter().map(front).collect();
        if look.is_whole {
            known.wholes += 1;
            let pause = at.saturating_duration_since(look.began) * WHOLE_PART;
            known.whole_again = known.whole_again.map(|again| again.max(at + pause));
            if known.fronts.len() > found.len() + MOST_IDLE {
                let waits: HashSet<EndpointKey> = found.iter().map(|(endpoint, _)| *endpoint).collect();
                known.fronts.retain(|endpoint, _| waits.contains(endpoint));
            }
        }
        known.fronts.extend(found);
    }

    /// Something has come back to a queue: the next look is at everything.
    pub(in crate::store) fn forget(&self) {
        self.known().whole_again = None;
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn fronts(&self) -> Vec<(EndpointKey, Timestamp)> {
        self.fronts.iter().map(|(endpoint, front)| (*endpoint, *front)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn key(number: i64) -> EndpointKey {
        EndpointKey::stored(number)
    }

    fn waits(endpoint: i64, due_at: Timestamp) -> DueEndpoint {
        DueEndpoint { endpoint_id: key(endpoint).id(), earliest: due_at }
    }

    fn ago(seconds: u64) -> Timestamp {
        NOW.minus(Duration::from_secs(seconds))
    }

    /// Looks at an instant, for so long, and finds this; answers where the look began.
    fn look(fronts: &Fronts, at: Instant, took: Duration, found: &[DueEndpoint]) -> Vec<(EndpointKey, Timestamp)> {
        let look = fronts.begin(at);
        fronts.learn(&look, found, NOW, at + took);
        look.fronts
    }

    const MOMENT: Duration = Duration::from_millis(1);

    #[test]
    fn a_look_begins_where_the_one_before_has_found_the_first_and_never_near_to_the_present() {
        let (fronts, start) = (Fronts::default(), clock::monotonic());
        let later = NOW.plus(Duration::from_secs(60));
        assert_eq!(look(&fronts, start, MOMENT, &[waits(7, ago(50)), waits(3, later)]), []);
        let second = look(&fronts, start + MOMENT, MOMENT, &[waits(7, ago(40)), waits(5, ago(1))]);
        assert_eq!(second, [(key(3), ago(2)), (key(7), ago(50))]);
        let third = look(&fronts, start + MOMENT * 2, MOMENT, &[]);
        assert_eq!(third, [(key(3), ago(2)), (key(5), ago(2)), (key(7), ago(40))]);
        assert_eq!(look(&fronts, start + MOMENT * 3, MOMENT, &[]), third, "what is idle keeps its front");
    }

    #[test]
    fn everything_is_looked_at_once_a_second_and_more_rarely_where_that_takes_long() {
        let (fronts, start) = (Fronts::default(), clock::monotonic());
        let found = [waits(7, ago(50))];
        let is_whole = |at: Instant, took: Duration| look(&fronts, at, took, &found).is_empty();
        assert!(is_whole(start, MOMENT));
        assert!(!is_whole(start + WHOLE_EVERY - MOMENT, MOMENT));
        let second = start + WHOLE_EVERY;
        assert!(is_whole(second, WHOLE_EVERY));
        assert!(!is_whole(second + WHOLE_EVERY * WHOLE_PART, MOMENT));
        assert!(is_whole(second + WHOLE_EVERY * (WHOLE_PART + 1), MOMENT));
    }

    #[test]
    fn a_look_at_everything_finds_what_lies_before_the_front_and_what_was_found_before_it_undoes_nothing() {
        let (fronts, start) = (Fronts::default(), clock::monotonic());
        look(&fronts, start, MOMENT, &[waits(7, ago(50))]);
        let slow = fronts.begin(start + MOMENT);
        fronts.forget();
        assert_eq!(look(&fronts, start + MOMENT * 2, MOMENT, &[waits(7, ago(90))]), []);
        fronts.learn(&slow, &[waits(7, ago(40))], NOW, start + MOMENT * 3);
        assert_eq!(look(&fronts, start + MOMENT * 4, MOMENT, &[]), [(key(7), ago(90))]);
    }

    #[test]
    fn a_look_that_failed_leaves_everything_to_be_looked_at_a_second_later() {
        let (fronts, start) = (Fronts::default(), clock::monotonic());
        drop(fronts.begin(start));
        assert!(!fronts.begin(start + MOMENT).is_whole);
        assert!(fronts.begin(start + WHOLE_EVERY).is_whole);
    }

    #[test]
    fn so_many_endpoints_are_remembered_of_which_nothing_waits() {
        let (fronts, start) = (Fronts::default(), clock::monotonic());
        let many: Vec<DueEndpoint> = (1..2_000).map(|endpoint| waits(endpoint, ago(50))).collect();
        look(&fronts, start, MOMENT, &many);
        look(&fronts, start + WHOLE_EVERY, MOMENT, &many[..1_500]);
        assert_eq!(fronts.begin(start + WHOLE_EVERY + MOMENT).fronts.len(), 1_999);
        look(&fronts, start + WHOLE_EVERY * 2, MOMENT, &many[..900]);
        assert_eq!(fronts.begin(start + WHOLE_EVERY * 2 + MOMENT).fronts.len(), 900);
    }
}
