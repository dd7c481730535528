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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn account(day: i64, app_id: &str, currency: &str) -> Account {
        Account { day: Day::from_number(day), app_id: app_id.to_owned(), currency: currency.to_owned() }
    }

    #[derive(Clone, Debug)]
    enum Entry {
        Completion(Account, Option<i64>, String),
        Reversal(Account, Option<i64>, String),
        Deliveries(Account, Status, i64),
    }

    fn book(entries: &[Entry]) -> Ledger {
        let mut ledger = Ledger::default();
        let amounts = |payout: &Option<i64>, reward: &str| Amounts::of(*payout, None, Decimal::parse(reward).as_ref());
        for entry in entries {
            match entry {
                Entry::Completion(account, payout, reward) => {
                    ledger.completion(account.clone(), &amounts(payout, reward));
                }
                Entry::Reversal(account, payout, reward) => ledger.reversal(account.clone(), &amounts(payout, reward)),
                Entry::Deliveries(account, status, count) => ledger.deliveries(account.clone(), *status, *count),
            }
        }
        ledger
    }

    fn entry() -> impl Strategy<Value = Entry> {
        let account = (0..3_i64, "[ab]", "USD|EUR").prop_map(|(day, app, currency)| account(day, &app, &currency));
        let payout = proptest::option::of(0..=i64::MAX);
        let reward = "0|[1-9][0-9]{0,17}(\\.[0-9]{1,9})?";
        (account, payout, reward, 0..Status::ALL.len(), 0..1_000_i64, 0..3_u8).prop_map(
            |(account, payout, reward, status, count, kind)| match kind {
                0 => Entry::Completion(account, payout, reward),
                1 => Entry::Reversal(account, payout, reward),
                _ => Entry::Deliveries(account, Status::ALL[status], count),
            },
        )
    }

    proptest! {
        #[test]
        fn in_whatever_order_records_come_the_sums_are_the_same_to_the_last_digit(
            (entries, shuffled) in proptest::collection::vec(entry(), 0..60)
                .prop_flat_map(|entries| (Just(entries.clone()), Just(entries).prop_shuffle()))
        ) {
            let (one, other) = (book(&entries), book(&shuffled));
            prop_assert_eq!(&one, &other);
            let shown = |ledger: &Ledger| {
                let totals = ledger.totals();
                totals.values().map(|figures| figures.given.user_reward.to_string()).collect::<Vec<_>>()
            };
            prop_assert_eq!(shown(&one), shown(&other));
        }

        #[test]
        fn the_totals_are_what_the_lines_add_up_to(entries in proptest::collection::vec(entry(), 0..60)) {
            let ledger = book(&entries);
            let mut sum = Figures::default();
            ledger.lines().iter().for_each(|(_, figures)| sum.add(figures));
            let mut of_totals = Figures::default();
            ledger.totals().values().for_each(|figures| of_totals.add(figures));
            prop_assert_eq!(sum, of_totals);
        }
    }

    #[test]
    fn a_day_that_no_integer_of_64_bits_could_hold_is_summed_exactly() {
        let mut ledger = Ledger::default();
        for _ in 0..3 {
            ledger.completion(account(1, "a", "USD"), &Amounts::of(Some(i64::MAX), None, None));
        }
        assert_eq!(ledger.totals()["USD"].given.payout_minor, 3 * i128::from(i64::MAX));
    }

    #[test]
    fn the_newest_day_comes_first_and_currencies_stand_apart() {
        let mut ledger = Ledger::default();
        for (day, app, currency) in [(1, "b", "USD"), (2, "a", "USD"), (2, "a", "EUR"), (1, "a", "USD")] {
            ledger.deliveries(account(day, app, currency), Status::Held, 1);
        }
        let lines = ledger.lines();
        let order: Vec<_> =
            lines.iter().map(|(account, _)| (account.day.number(), &*account.app_id, &*account.currency)).collect();
        assert_eq!(order, [(2, "a", "EUR"), (2, "a", "USD"), (1, "a", "USD"), (1, "b", "USD")]);
        assert_eq!(ledger.totals()["USD"].waiting, 3);
    }
}
