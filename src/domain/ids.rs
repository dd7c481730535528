//! Ids and keys. A record has a key, a number of 63 bits that begins with the time of its making, so that rows and indexes
//! grow at their end and a list by key is a list by age. Its id is the key as text behind a prefix that says what it names,
//! opaque to everybody else.
//!
//! ```text
//! 41 bits: milliseconds since 1970 │ 10 bits: number of the node │ 12 bits: counter
//! ```
//!
//! The time inside a key is for ordering alone; nothing may read it back as an instant. New keys come from
//! [`crate::random::new_id`], since nothing on this floor reads a clock.

use super::time::Timestamp;

/// Digits of a key of our time: numbers of 63 bits in base 32, the first digit being 7 at most.
const DIGITS: usize = 13;
/// In the order of their values, so that texts of equal length are ordered as their keys are.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
/// Bits of a key behind the time.
const BEHIND_TIME: u32 = 22;
/// Bits of the counter.
const COUNTER: u32 = 12;

/// How many numbers of nodes there are.
pub const NODE_NUMBERS: u16 = 1 << (BEHIND_TIME - COUNTER);

/// The place of a key among those of one node: the time in milliseconds, then the counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tick(pub u64);

impl Tick {
    /// The first of an instant.
    pub fn first_of(instant: Timestamp) -> Self {
        Self(u64::try_from(instant.as_millis()).unwrap_or(0) << COUNTER)
    }

    /// The place that a key has.
    pub fn of(key: i64) -> Self {
        let key = u64::try_from(key).unwrap_or(0);
        Self((key >> BEHIND_TIME << COUNTER) | (key & ((1 << COUNTER) - 1)))
    }

    /// The key of a node at this place.
    pub fn key(self, node: u16) -> i64 {
        let (time, counter) = (self.0 >> COUNTER, self.0 & ((1 << COUNTER) - 1));
        let key = (time << BEHIND_TIME) | (u64::from(node % NODE_NUMBERS) << COUNTER) | counter;
        i64::try_from(key & (i64::MAX as u64)).unwrap_or(i64::MAX)
    }
}

/// The id of a key.
pub fn id(prefix: &str, key: i64) -> String {
    let key = u64::try_from(key).unwrap_or(0);
    let digits = (1..DIGITS).rev().find(|place| key >> (5 * place) > 0).unwrap_or(0);
    let mut id = String::with_capacity(prefix.len() + 1 + DIGITS);
    id.push_str(prefix);
    id.push('_');
    for place in (0..=digits).rev() {
        id.push(char::from(ALPHABET[usize::try_from((key >> (5 * place)) % 32).unwrap_or(0)]));
    }
    id
}

/// The key of an id of this prefix; `None`: it is none.
pub fn key(prefix: &str, id: &str) -> Option<i64> {
    let digits = id.strip_prefix(prefix)?.strip_prefix('_')?.as_bytes();
    // One text for each key.
    if digits.is_empty() || digits.len() > DIGITS || (digits[0] == b'0' && digits.len() > 1) {
        return None;
    }
    digits.iter().try_fold(0_i64, |key, digit| {
        let value = ALPHABET.iter().position(|known| known == digit)?;
        key.checked_mul(32)?.checked_add(i64::try_from(value).ok()?)
    })
}

/// A text that lies before every id of this prefix made at `instant` or later, and behind all that were made before.
pub fn lower_bound(prefix: &str, instant: Timestamp) -> String {
    id(prefix, Tick::first_of(instant).key(0))
}

/// Whether a text has the form of an id, whatever its prefix: a `ref` must not.
pub fn is_id(text: &str) -> bool {
    text.split_once('_').is_some_and(|(prefix, digits)| {
        prefix.len() == 3
            && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
            && digits.len() == DIGITS
            && key(prefix, text).is_some()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_is_read_back_as_its_key_and_no_other_text_is(key in 0..=i64::MAX, other in "[0-9a-v]{1,14}") {
            prop_assert_eq!(super::key("cmp", &id("cmp", key)), Some(key));
            prop_assert_eq!(super::key("dlv", &id("cmp", key)), None);
            let other = format!("cmp_{other}");
            prop_assert!(super::key("cmp", &other).is_none_or(|key| id("cmp", key) == other));
        }

        #[test]
        fn ids_of_our_time_are_ordered_as_their_keys(one in 1_u64 << 40..1 << 41, other in 1_u64 << 40..1 << 41, node: u16) {
            let of = |millis: u64| id("cmp", Tick(millis << COUNTER | 7).key(node));
            prop_assert_eq!(one.cmp(&other), of(one).cmp(&of(other)));
            prop_assert!(is_id(&of(one)));
        }

        #[test]
        fn a_key_keeps_its_place(tick in 0_u64..1 << 53, node in 0..NODE_NUMBERS) {
            prop_assert_eq!(Tick::of(Tick(tick).key(node)), Tick(tick));
        }
    }

    #[test]
    fn the_bound_of_an_instant_lies_between_what_was_made_before_and_after() {
        let instant = Timestamp::from_millis(1_700_000_000_000);
        let bound = key("cmp", &lower_bound("cmp", instant)).unwrap();
        let before = Tick(Tick::first_of(instant).0 - 1);
        assert!(before.key(NODE_NUMBERS - 1) < bound && bound <= Tick::first_of(instant).key(0));
    }
}
