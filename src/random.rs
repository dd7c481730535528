//! Randomness: the only place that asks the operating system for what nobody can foresee.
//!
//! What is made of it says who asks; nothing here knows an app, a claim's state or a secret's use.

use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::clock::Clock;
use crate::domain::ids::{self, Tick};
use crate::domain::time::Timestamp;

/// Bytes that nobody can guess.
#[expect(clippy::disallowed_methods, reason = "the one place that asks for randomness")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system always has randomness once it runs processes");
    bytes
}

/// How many bytes are fetched at a time: tokens for 64 claims.
const POOLED: usize = 512;
/// What was fetched and given to nobody yet.
static POOL: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Bytes that nobody can guess, fetched for several callers at a time: for what is made with every delivery, since asking the
/// operating system is a call into its kernel.
fn pooled<const N: usize>() -> [u8; N] {
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if pool.len() < N {
        *pool = bytes::<POOLED>().to_vec();
    }
    let taken = pool.len() - N..;
    let mut bytes = [0; N];
    bytes.copy_from_slice(&pool[taken.clone()]);
    pool.truncate(taken.start);
    bytes
}

/// A number from 0 to `most`, so that many who do the same do not do it at the same time.
pub fn up_to(most: u32) -> u32 {
    u32::from_ne_bytes(pooled()) % most.saturating_add(1)
}

/// A token that no other claim of a delivery bears.
pub fn claim_token() -> String {
    ids::id("clm", i64::from_ne_bytes(pooled()) & i64::MAX)
}

/// The keys that this process makes. One sequence for all that it makes, like the allocator: two that share it never make the
/// same key, whichever of them asks.
static KEYS: Keys = Keys { last: AtomicU64::new(0), node: AtomicU16::new(UNNUMBERED) };
/// No number was given to this process yet.
const UNNUMBERED: u16 = u16::MAX;

struct Keys {
    /// The place of the last key.
    last: AtomicU64,
    node: AtomicU16,
}

impl Keys {
    /// Later than every other, also when the clock was set back.
    fn next(&self, now: Timestamp) -> i64 {
        let now = Tick::first_of(now).0;
        let place = |last: u64| now.max(last + 1);
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(place(last)));
        Tick(place(last.unwrap_or_default())).key(self.node())
    }

    /// By chance, as long as nobody has given it a number: a process that is no node makes few keys.
    fn node(&self) -> u16 {
        let node = self.node.load(Ordering::Relaxed);
        if node != UNNUMBERED {
            return node;
        }
        let chosen = node_number();
        self.node
            .compare_exchange(UNNUMBERED, chosen, Ordering::Relaxed, Ordering::Relaxed)
            .map_or_else(|node| node, |_| chosen)
    }
}

/// A number for a node, if no other has it.
pub fn node_number() -> u16 {
    u16::from_ne_bytes(bytes()) % ids::NODE_NUMBERS
}

/// From here on keys bear this number, which no other living node of the store has.
pub fn make_keys_as(node: u16) {
    KEYS.node.store(node, Ordering::Relaxed);
}

/// From here on keys are later than this one, whatever the clock says.
pub fn make_keys_behind(key: i64) {
    KEYS.last.fetch_max(Tick::of(key).0, Ordering::Relaxed);
}

/// A new id: `new_id("app")` is `app_6f…`. It has the form that [`ids`] describes; of two ids made in one process the later one
/// sorts later.
pub fn new_id(prefix: &str) -> String {
    ids::id(prefix, KEYS.next(Clock::system().now()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::ids::{is_id, lower_bound};

    #[test]
    fn an_id_made_later_sorts_later_and_after_the_bound_of_its_instant() {
        let before = Clock::system().now();
        let (first, second) = (new_id("cmp"), new_id("cmp"));
        assert!(first < second && is_id(&first));
        assert!(lower_bound("cmp", before) <= first);
    }

    #[test]
    fn keys_of_one_millisecond_differ_and_those_after_the_clock_was_set_back_are_later() {
        let keys = Keys { last: AtomicU64::new(0), node: AtomicU16::new(5) };
        let now = Timestamp::from_millis(1_700_000_000_000);
        let many: HashSet<i64> = (0..10_000).map(|_| keys.next(now)).collect();
        assert_eq!(many.len(), 10_000);
        let back = keys.next(Timestamp::from_millis(1_600_000_000_000));
        assert!(many.iter().all(|key| *key < back));
    }
}
