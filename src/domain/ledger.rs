//! The ledger: what an app's completions gave, what was taken back and what became of the callbacks, day by day.
//!
//! Pure sums over records that others read. Whole numbers alone, wide enough that no history overflows them, so that
//! the sums are exact and the same in whatever order the records come. Currencies are never mixed.

use std::collections::BTreeMap;

use super::amount::{Decimal, DecimalSum, Minor};
use super::day::Day;
use super::delivery::Status;
use super::reversal::Reversal;

/// What a line of the ledger is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    /// The day (of UTC) on which it was recorded, or the delivery was created.
    pub day: Day,
    /// The app.
    pub app_id: String,
    /// The currency of the minor units.
    pub currency: String,
}

/// Sums of amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Of the publisher's payouts.
    pub payout_minor: i128,
    /// Of the users' rewards in the payout currency.
    pub reward_minor: i128,
    /// Of the users' rewards in the app's currency.
    pub user_reward: DecimalSum,
}

/// The figures of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Completions recorded.
    pub completions: i128,
    /// What they gave.
    pub given: Amounts,
    /// Reversals recorded.
    pub reversals: i128,
    /// What they took back.
    pub taken: Amounts,
    /// Deliveries that were acknowledged.
    pub delivered: i128,
    /// Deliveries that have not ended.
    pub waiting: i128,
    /// Deliveries that were given up.
    pub dead: i128,
    /// Deliveries that were taken back before they were sent.
    pub canceled: i128,
}

/// Lines by what they are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<Account, Figures>);

impl Amounts {
    /// The amounts of one completion or reversal; what is absent is nothing.
    pub fn of(payout_minor: Option<Minor>, reward_minor: Option<Minor>, user_reward: Option<&Decimal>) -> Self {
        let mut sum = DecimalSum::default();
        user_reward.into_iter().for_each(|amount| sum.add(amount));
        Self {
            payout_minor: payout_minor.map_or(0, i128::from),
            reward_minor: reward_minor.map_or(0, i128::from),
            user_reward: sum,
        }
    }

    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.payout_minor += other.payout_minor;
        self.reward_minor += other.reward_minor;
        self.user_reward.add_sum(&other.user_reward);
    }
}

impl Figures {
    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.completions += other.completions;
        self.given.add(&other.given);
        self.reversals += other.reversals;
        self.taken.add(&other.taken);
        self.delivered += other.delivered;
        self.waiting += other.waiting;
        self.dead += other.dead;
        self.canceled += other.canceled;
    }

    /// All deliveries, whatever became of them.
    pub fn deliveries(&self) -> i128 {
        self.delivered + self.waiting + self.dead + self.canceled
    }
}

impl Ledger {
    /// Enters a completion.
    pub fn completion(&mut self, account: Account, given: &Amounts) {
        let line = self.0.entry(account).or_default();
        line.completions += 1;
        line.given.add(given);
    }

    /// Enters a reversal.
    pub fn reversal(&mut self, account: Account, taken: &Amounts) {
        let line = self.0.entry(account).or_default();
        line.reversals += 1;
        line.taken.add(taken);
    }

    /// Enters so many deliveries that stand in this state.
    pub fn deliveries(&mut self, account: Account, status: Status, count: i64) {
        let line = self.0.entry(account).or_default();
        let figure = match status {
            Status::Delivered => &mut line.delivered,
            Status::Dead => &mut line.dead,
            Status::Canceled => &mut line.canceled,
            Status::Pending | Status::Sending | Status::Retrying | Status::Held => &mut line.waiting,
        };
        *figure += i128::from(count);
    }

    /// The lines, the newest day first, within it by app and currency.
    pub fn lines(&self) -> Vec<(&Account, &Figures)> {
        let mut lines: Vec<_> = self.0.iter().collect();
        // Stable, so that apps and currencies keep their order within a day.
        lines.sort_by_key(|(account, _)| std::cmp::Reverse(account.day));
        lines
    }

    /// All lines in sum, by currency.
    pub fn totals(&self) -> BTreeMap<&str, Figures> {
        let mut totals: BTreeMap<&str, Figures> = BTreeMap::new();
        for (account, figures) in &self.0 {
            totals.entry(&account.currency).or_default().add(figures);
        }
        totals
    }
}

/// What was taken back of one completion in sum; what it never had is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenInSum {
    /// By how many reversals.
    pub count: usize,
    /// Of the publisher's payout.
    pub payout_minor: Option<i128>,
    /// Of the user's reward in the payout currency.
    pub reward_minor: Option<i128>,
    /// Of the user's reward in the app's currency.
    pub user_reward: Option<DecimalSum>,
}

impl TakenInSum {
    /// The sum over a completion's reversals; `None` where there is none.
    pub fn of(reversals: &[Reversal]) -> Option<Self> {
        if reversals.is_empty() {
            return None;
        }
        let taken = || reversals.iter().map(|reversal| &reversal.taken);
        let sum = |mut amounts: Vec<Option<Minor>>| {
            amounts.retain(Option::is_some);
            (!amounts.is_empty()).then(|| amounts.into_iter().flatten().map(i128::from).sum())
        };
        let mut rewards = taken().filter_map(|taken| taken.user_reward.as_ref()).peekable();
        let user_reward = rewards.peek().is_some().then(|| {
            let mut sum = DecimalSum::default();
            rewards.for_each(|amount| sum.add(amount));
            sum
        });
        Some(Self {
            count: reversals.len(),
            payout_minor: sum(taken().map(|taken| taken.payout_minor).collect()),
            reward_minor: sum(taken().map(|taken| taken.reward_minor).collect()),
            user_reward,
        })
    }
}

#[cfg(test)]
mod tests;
