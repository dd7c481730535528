//! How first attempts went by recipe: whether the receivers of a dialect's version understand what they are sent.
//!
//! First attempts alone: a later one fails because the one before it did, and would count one trouble many times. Tests are not in
//! it, nor is anything that names an app or a user.

use std::collections::BTreeMap;

use crate::domain::delivery::{Delivery, DeliveryKind, Outcome};
use crate::domain::refusal_run::RefusalKind;
use crate::domain::settlement::Settlement;

/// Fewer first attempts within an hour say nothing of a recipe.
const ENOUGH: u64 = 20;
/// Refused of a hundred that are many.
const MANY: u64 = 20;

/// What became of first attempts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecipeRollup {
    /// All of them that were not our fault.
    pub first_attempts: u64,
    /// Those that were acknowledged.
    pub delivered: u64,
    /// Those that were turned away.
    pub refused: RefusedCounts,
}

/// Refusals by how the receiver turned a callback away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefusedCounts {
    /// With 401.
    pub unauthorized: u64,
    /// With 403.
    pub forbidden: u64,
    /// With 405.
    pub method_not_allowed: u64,
    /// With 422.
    pub unprocessable: u64,
    /// By a body that is no acknowledgement.
    pub unwanted_body: u64,
}

impl RefusedCounts {
    fn add(&mut self, kind: RefusalKind) {
        *match kind {
            RefusalKind::Unauthorized => &mut self.unauthorized,
            RefusalKind::Forbidden => &mut self.forbidden,
            RefusalKind::MethodNotAllowed => &mut self.method_not_allowed,
            RefusalKind::Unprocessable => &mut self.unprocessable,
            RefusalKind::UnwantedBody => &mut self.unwanted_body,
        } += 1;
    }

    fn merge(&mut self, other: &Self) {
        self.unauthorized += other.unauthorized;
        self.forbidden += other.forbidden;
        self.method_not_allowed += other.method_not_allowed;
        self.unprocessable += other.unprocessable;
        self.unwanted_body += other.unwanted_body;
    }

    /// All of them.
    pub fn all(&self) -> u64 {
        self.unauthorized + self.forbidden + self.method_not_allowed + self.unprocessable + self.unwanted_body
    }
}

impl RecipeRollup {
    /// What a settlement says of its delivery's first attempt; nothing if that was an earlier one, or none.
    pub fn of(delivery: &Delivery, settlement: &Settlement) -> Option<Self> {
        let is_first = delivery.counters.attempts_made == 0 && delivery.kind != DeliveryKind::Test;
        let was_made = settlement.attempts.iter().any(|attempt| attempt.counted);
        // During an overlap a refusal is tried once more at once under the other key: how that ended is how the send did.
        let last = settlement.attempts.last().filter(|_| is_first && was_made)?;
        let mut one = Self { first_attempts: 1, ..Self::default() };
        if last.outcome == Outcome::Delivered {
            one.delivered = 1;
        } else if let Some(kind) = RefusalKind::of(last) {
            one.refused.add(kind);
        }
        Some(one)
    }

    /// What was added up elsewhere as well.
    pub fn merge(&mut self, other: &Self) {
        self.first_attempts += other.first_attempts;
        self.delivered += other.delivered;
        self.refused.merge(&other.refused);
    }

    /// Refused of a hundred, rounded down.
    pub fn refused_percent(&self) -> u64 {
        self.refused.all() * 100 / self.first_attempts.max(1)
    }
}

/// A recipe whose receivers refuse more than they did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jump {
    /// name@version
    pub recipe: String,
    /// The last hour.
    pub hour: RecipeRollup,
    /// The day before it, by whole hours.
    pub before: RecipeRollup,
}

/// The recipes of which many first attempts were refused within the last hour, and at least twice the share of the day before; the
/// worst first.
pub fn jumps(hour: BTreeMap<String, RecipeRollup>, before: &BTreeMap<String, RecipeRollup>) -> Vec<Jump> {
    let jump = |(recipe, hour): (String, RecipeRollup)| {
        let before = before.get(&recipe).copied().unwrap_or_default();
        // As fractions, so that nothing is rounded: a/b >= 2 c/d.
        let share_doubled = u128::from(hour.refused.all()) * u128::from(before.first_attempts.max(1))
            >= 2 * u128::from(before.refused.all()) * u128::from(hour.first_attempts);
        let jumps = hour.first_attempts >= ENOUGH && hour.refused_percent() >= MANY && share_doubled;
        jumps.then_some(Jump { recipe, hour, before })
    };
    let mut jumps: Vec<Jump> = hour.into_iter().filter_map(jump).collect();
    jumps.sort_by_key(|jump| std::cmp::Reverse(jump.hour.refused_percent()));
    jumps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(first_attempts: u64, forbidden: u64) -> RecipeRollup {
        let refused = RefusedCounts { forbidden, ..RefusedCounts::default() };
        RecipeRollup { first_attempts, delivered: first_attempts - forbidden, refused }
    }

    fn jumped(hour: RecipeRollup, before: RecipeRollup) -> bool {
        let of = |rollup| BTreeMap::from([("x-acme@2".to_owned(), rollup)]);
        !jumps(of(hour), &of(before)).is_empty()
    }

    #[test]
    fn a_recipe_jumps_where_many_are_refused_of_enough_and_twice_as_many_as_before() {
        assert!(jumped(of(20, 4), of(1_000, 0)));
        assert!(jumped(of(20, 4), RecipeRollup::default()), "a new version has no day before it");
        assert!(!jumped(of(19, 19), of(1_000, 0)), "too few");
        assert!(!jumped(of(100, 19), of(1_000, 0)), "not many");
        assert!(!jumped(of(100, 30), of(1_000, 300)), "as before");
        assert!(!jumped(of(100, 59), of(1_000, 300)), "more, and not twice as many");
        assert!(jumped(of(100, 60), of(1_000, 300)));
    }

    #[test]
    fn the_worst_stands_first() {
        let hour = BTreeMap::from([("a@1".to_owned(), of(20, 5)), ("b@1".to_owned(), of(20, 20))]);
        let named: Vec<String> = jumps(hour, &BTreeMap::new()).into_iter().map(|jump| jump.recipe).collect();
        assert_eq!(named, ["b@1", "a@1"]);
    }
}
