//! Randomness: the only place that asks the operating system for what nobody can foresee.
//!
//! What is made of it says who asks; nothing here knows an app, a claim's state or a secret's use.

use uuid::Uuid;

/// Bytes that nobody can guess.
#[expect(clippy::disallowed_methods, reason = "the one place that asks for randomness")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system always has randomness once it runs processes");
    bytes
}

/// A number from 0 to `most`, so that many who do the same do not do it at the same time.
pub fn up_to(most: u32) -> u32 {
    u32::from_ne_bytes(bytes()) % most.saturating_add(1)
}

/// A token that no other claim of a delivery bears.
#[expect(clippy::disallowed_methods, reason = "the one place that asks for randomness")]
pub fn claim_token() -> String {
    Uuid::new_v4().simple().to_string()
}

/// A new id: `new_id("app")` is `app_019…`. It has the form that [`crate::domain::ids`] describes: first the time, then
/// chance, so that of two ids made in one process the later one sorts later.
#[expect(clippy::disallowed_methods, reason = "the one place that asks for randomness")]
pub fn new_id(prefix: &str) -> String {
    format!("{prefix}_{}", Uuid::now_v7().simple())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{is_id, lower_bound};
    use crate::domain::time::Timestamp;

    #[test]
    fn an_id_made_later_sorts_later_and_after_the_bound_of_its_instant() {
        let (first, second) = (new_id("cmp"), new_id("cmp"));
        assert!(first < second);
        assert!(lower_bound("cmp", Timestamp::from_millis(0)) < first);
        assert!(first < lower_bound("cmp", Timestamp::from_millis(0xffff_ffff_ffff)));
        assert!(is_id(&first));
    }
}
