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
