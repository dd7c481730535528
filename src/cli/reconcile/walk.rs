//! The walk over all records, page by page: each is asked what it breaks, and counted.

use std::time::Duration;

use super::Report;
use super::sums::{COMPARED, MOVED, Sums};
use crate::domain::day::Day;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// The ledger is compared over what was recorded so long ago that no commit of it can still be on its way; one that
/// takes longer is given up.
const SETTLED: Duration = Duration::from_secs(60);

/// Checks everything; `now` only says what is too new to be summed.
pub(super) async fn examine(store: &Store, mut report: Report, now: Timestamp) -> Result<Report, StoreError> {
    let mut sums = Sums::before(now.minus(SETTLED));
    let mut after = String::new();
    while let page = store.examine_completions(after).await?
        && let Some(last) = page.last()
    {
        after = last.completion.id.clone();
        for examined in &page {
            report.checked.completions += 1;
            report.found(examined.breaches());
            sums.completion(examined);
        }
    }
    after = String::new();
    while let page = store.examine_reversals(after).await?
        && let Some(last) = page.last()
    {
        after = last.id.clone();
        for reversal in &page {
            report.checked.reversals += 1;
            report.found(reversal.breaches());
        }
    }
    let gone = store.ended_and_removed().await?;
    after = String::new();
    while let page = store.examine_deliveries(after).await?
        && let Some(last) = page.last()
    {
        after = last.id.clone();
        for delivery in &page {
            report.checked.deliveries += 1;
            report.found(delivery.breaches());
            sums.delivery(delivery);
        }
    }
    keys(store, &mut report).await?;
    if let Some((first, before)) = sums.range() {
        let ledger = store.ledger(None, Day::of(first).start(), before).await?;
        let as_it_was = store.ended_and_removed().await? == gone;
        report.ledger = if as_it_was { COMPARED } else { MOVED };
        report.found(sums.compare(&ledger, as_it_was.then_some(gone)));
    }
    Ok(report)
}

async fn keys(store: &Store, report: &mut Report) -> Result<(), StoreError> {
    let mut after = (String::new(), String::new());
    while let page = store.examine_external_ids(after).await?
        && let Some(last) = page.last()
    {
        after = (last.first.clone(), last.second.clone());
        for key in &page {
            report.checked.external_ids += 1;
            report.found(key.breaches());
        }
    }
    after = (String::new(), String::new());
    while let page = store.examine_transaction_ids(after).await?
        && let Some(last) = page.last()
    {
        after = (last.first.clone(), last.second.clone());
        for key in &page {
            report.checked.transaction_ids += 1;
            report.found(key.breaches());
        }
    }
    after = (String::new(), String::new());
    while let page = store.examine_erased_keys(after).await?
        && let Some(last) = page.last()
    {
        after = (last.first.clone(), last.second.clone());
        for key in &page {
            report.checked.erased_keys += 1;
            report.found(key.breaches());
        }
    }
    Ok(())
}
