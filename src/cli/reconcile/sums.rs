//! What the records add up to, summed from the completions down and not by apps and days as the ledger is, so that a
//! fault of either shows.

use std::collections::BTreeMap;

use crate::domain::amount::Decimal;
use crate::domain::invariants::{Breach, Examined, Owned, Rule};
use crate::domain::ledger::{Figures, Ledger};
use crate::domain::time::Timestamp;

/// There are no records.
pub(super) const NOTHING_TO_COMPARE: &str = "nothing to compare";
/// The totals were compared.
pub(super) const COMPARED: &str = "compared with the records";
/// Retention was at work.
pub(super) const MOVED: &str = "deliveries not compared, because retention removed some meanwhile; run it again";

/// Figures of a currency: count, payout, reward, user reward in billionths; once given, once taken.
type OfCurrency = [i128; 8];

/// The names of these figures.
const NAMES: [&str; 8] = [
    "completions",
    "payoutMinor",
    "rewardMinor",
    "userReward",
    "reversals",
    "reversedPayoutMinor",
    "reversedRewardMinor",
    "reversedUserReward",
];

/// The sums over what was recorded before an instant.
#[derive(Debug)]
pub(super) struct Sums {
    before: Timestamp,
    first: Option<Timestamp>,
    by_currency: BTreeMap<String, OfCurrency>,
    deliveries: i128,
}

impl Sums {
    pub(super) fn before(before: Timestamp) -> Self {
        Self { before, first: None, by_currency: BTreeMap::new(), deliveries: 0 }
    }

    /// When the first of them was recorded, and when they end.
    pub(super) fn range(&self) -> Option<(Timestamp, Timestamp)> {
        self.first.map(|first| (first, self.before))
    }

    pub(super) fn completion(&mut self, examined: &Examined) {
        let completion = &examined.completion;
        if !self.counts(completion.recorded_at) {
            return;
        }
        let before = self.before;
        let [count, payout, reward, user_reward, reversals, taken @ ..] =
            self.by_currency.entry(completion.currency.clone()).or_default();
        *count += 1;
        *payout += i128::from(completion.payout_minor.unwrap_or(0));
        *reward += i128::from(completion.reward_minor.unwrap_or(0));
        *user_reward += completion.user_reward.as_ref().map_or(0, Decimal::billionths);
        for reversal in examined.reversals.iter().filter(|reversal| reversal.recorded_at < before) {
            *reversals += 1;
            taken[0] += i128::from(reversal.taken.payout_minor.unwrap_or(0));
            taken[1] += i128::from(reversal.taken.reward_minor.unwrap_or(0));
            taken[2] += reversal.taken.user_reward.as_ref().map_or(0, Decimal::billionths);
        }
    }

    pub(super) fn delivery(&mut self, delivery: &Owned) {
        if self.counts(delivery.at) {
            self.deliveries += 1;
        }
    }

    fn counts(&mut self, at: Timestamp) -> bool {
        if at < self.before {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
        }
        at < self.before
    }

    /// Where a ledger over the same time says something else; of deliveries only where so many are known to be gone.
    pub(super) fn compare(&self, ledger: &Ledger, gone: Option<i128>) -> Vec<Breach> {
        let totals = ledger.totals();
        let mut found = Vec::new();
        let mut breach = |record: &str, name: &str, records: i128, ledger: i128| {
            let what = format!("{name}: the records add up to {records}, the ledger says {ledger}");
            found.push(Breach::new(record, Rule::Ledger, what));
        };
        let mut currencies: Vec<&str> =
            self.by_currency.keys().map(String::as_str).chain(totals.keys().copied()).collect();
        currencies.sort_unstable();
        currencies.dedup();
        for currency in currencies {
            let own = self.by_currency.get(currency).copied().unwrap_or_default();
            let theirs = totals.get(currency).map(figures_of).unwrap_or_default();
            for (name, (own, theirs)) in NAMES.iter().zip(own.into_iter().zip(theirs)) {
                if own != theirs {
                    breach(currency, name, own, theirs);
                }
            }
        }
        if let Some(gone) = gone {
            let (own, theirs) = (self.deliveries + gone, totals.values().map(Figures::deliveries).sum());
            if own != theirs {
                breach("all", "deliveries", own, theirs);
            }
        }
        found
    }
}

fn figures_of(figures: &Figures) -> OfCurrency {
    let Figures { completions, given, reversals, taken, .. } = figures;
    [
        *completions,
        given.payout_minor,
        given.reward_minor,
        given.user_reward.billionths(),
        *reversals,
        taken.payout_minor,
        taken.reward_minor,
        taken.user_reward.billionths(),
    ]
}
