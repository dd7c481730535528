//! How old a callback is by the time that it tells: a late retry that verifies is refused all the same by receivers that take
//! nothing old.

use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::facts::{Facts, Unit};
use crate::domain::dialect::format::Format;
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::value::Fact;
use crate::domain::time::Timestamp;

/// What receivers commonly take for old.
const OLD_SECONDS: i64 = 300;
/// From so large a number on it counts milliseconds: as seconds it would lie beyond the year 5000.
const LEAST_MILLISECONDS: i64 = 100_000_000_000;

/// What to think of where a further attempt, which tells the same time, went out so late that this was long past by then.
pub(super) fn stale_again(
    recipe: &Recipe,
    config: &CallbackConfig,
    received: &Received,
    attempt: u32,
    at: Timestamp,
) -> Option<String> {
    let told = told_at(recipe, config, received)?;
    let age = at.as_seconds() - told.as_seconds();
    let words = || {
        format!(
            "Attempt {attempt} went out with the same signature and tells the same time, which was {} ago by then: set \
             timestampSource to attempt where receivers take nothing old.",
            lasted(age)
        )
    };
    (age > OLD_SECONDS).then(words)
}

/// A time in the unit that says most.
fn lasted(seconds: i64) -> String {
    match seconds / 60 {
        minutes @ ..=119 => format!("{minutes} minutes"),
        minutes @ 120..=2_879 => format!("{} hours", minutes / 60),
        minutes => format!("{} days", minutes / 1_440),
    }
}

/// What to think of where a callback tells a time that is long past, at this instant.
pub fn stale(recipe: &Recipe, config: &CallbackConfig, received: &Received, now: Timestamp) -> Option<String> {
    let told = told_at(recipe, config, received)?;
    let age = now.as_seconds() - told.as_seconds();
    let again = if recipe.tells(Fact::Timestamp) && !recipe.tells(Fact::AttemptedAt) {
        "set timestampSource to attempt where receivers take nothing old"
    } else {
        "a retry tells its own time, so this is an old request"
    };
    (age > OLD_SECONDS).then(|| format!("The time that it tells is {} ago: {again}.", lasted(age)))
}

/// The time that a callback tells.
pub fn told_at(recipe: &Recipe, config: &CallbackConfig, received: &Received) -> Option<Timestamp> {
    told(&Seen::new(recipe, config, received))
}

/// The time that it tells: the one that is signed beside the body, or that of a placeholder or a header.
fn told(seen: &Seen<'_>) -> Option<Timestamp> {
    let by_name = || {
        let rules = seen.recipe.placeholders().iter();
        let mut named = rules.filter(|known| known.rule.uses(Fact::Timestamp) || known.rule.uses(Fact::AttemptedAt));
        let known = named.find(|known| matches!(known.rule.format, Format::Plain | Format::Seconds))?;
        seen.value(known.name()).ok().map(|value| value.into_owned())
    };
    let text = seen.time(Unit::Seconds).ok().map(|time| time.into_owned()).or_else(by_name)?;
    let number: i64 = text.parse().ok()?;
    let milliseconds = if number < LEAST_MILLISECONDS { number.checked_mul(1_000)? } else { number };
    Timestamp::within_range(milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    fn of(dialect: &str, url: &str, header: (&str, &str), seconds: i64) -> Option<String> {
        let headers = vec![(header.0.to_owned(), header.1.to_owned())];
        let received = Received { url: url.to_owned(), headers, ..Received::default() };
        let now = Timestamp::from_millis((1_719_859_260 + seconds) * 1_000);
        stale(Catalog::builtin().get(dialect).unwrap(), &CallbackConfig::default(), &received, now)
    }

    #[test]
    fn a_late_retry_is_told_by_the_time_that_it_was_signed_with() {
        let affonso =
            |seconds| of("affonso", "https://p.example/", ("X-Affonso-Signature", "t=1719859260,v1=x"), seconds);
        assert_eq!(affonso(300), None);
        assert!(affonso(3_600).unwrap().contains("60 minutes ago: a retry tells its own time"));
        let offermaru = |seconds| of("offermaru", "https://p.example/?timestamp=1719859260000", ("X", "y"), seconds);
        assert_eq!(offermaru(299), None);
        assert!(offermaru(900).unwrap().contains("timestampSource"));
        assert_eq!(of("besitos", "https://p.example/?user_id=u", ("X", "y"), 3_600), None);
    }
}
