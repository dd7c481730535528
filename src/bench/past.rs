//! A past for a store: deliveries that ended long ago, made where they are stored and part by part, so that no memory of
//! this process grows with it.

use std::time::Duration;

use super::workload;
use crate::command::Failure;
use crate::domain::time::Timestamp;
use crate::store::Store;
use crate::store::inspect::history::Past;

/// Deliveries made in one transaction: seconds of the database's time.
const PART: u64 = 250_000;
/// Completions of each user.
const OF_A_USER: u64 = 20;
/// How far back a long past goes: retention, which keeps ninety days by default, leaves all of it alone.
pub(super) const LONG: Duration = Duration::from_secs(85 * 86_400);

/// The users of a past of so many deliveries.
pub(super) fn users(deliveries: u64) -> u64 {
    deliveries.div_ceil(OF_A_USER).max(1)
}

/// Makes a past of so many deliveries that goes back so far and ends now, in equal parts to all endpoints that there are. Says
/// how many are made.
pub(super) async fn make(
    store: &Store,
    deliveries: u64,
    span: Duration,
    now: Timestamp,
    made: impl Fn(u64),
) -> Result<(), Failure> {
    let (begin, recipe, users) = (now.minus(span), workload::recipe()?, users(deliveries));
    let at = |number: u64| {
        let share = u128::from(number) * span.as_millis() / u128::from(deliveries.max(1));
        begin.plus(Duration::from_millis(u64::try_from(share).unwrap_or(u64::MAX)))
    };
    let mut first = 0;
    while first < deliveries {
        let end = deliveries.min(first + PART);
        let recipe = recipe.clone();
        store.make_past(Past { first, count: end - first, users, from: at(first), until: at(end), recipe }).await?;
        made(end);
        first = end;
    }
    Ok(store.tidy().await?)
}
