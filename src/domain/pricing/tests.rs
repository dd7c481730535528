//! What is computed agrees with schoolbook arithmetic on written digits, is monotonic, adds up and does not drift.

use proptest::prelude::*;

use super::*;
use crate::domain::amount::minor_as_major;

const RATE: &str = "(0|[1-9][0-9]{0,8})(\\.[0-9]{1,9})?";
/// The largest amount that a report can hold.
const MOST: Minor = 999_999_999_999_999_999;

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn reported(payout_minor: Option<Minor>, gross_minor: Option<Minor>, user_reward: Option<&str>) -> Reported {
    let amounts = ReportedAmounts { payout_minor, user_reward: user_reward.map(decimal) };
    Reported { amounts, gross_minor, currency_given: None, currency: "USD".to_owned() }
}

fn terms(share: Option<u32>, rate: Option<&str>) -> AppSettings {
    AppSettings { revenue_share_bps: share, reward_rate: rate.map(decimal), ..AppSettings::default() }
}

fn offered(goal: Option<Minor>) -> Option<Offered> {
    let goal = goal.map(|payout_minor| ("level-5".to_owned(), payout_minor));
    Some(Offered { payout_minor: 300, currency: "EUR".to_owned(), goal })
}

fn payout_of(reported: Reported, offered: Option<Offered>, terms: &AppSettings) -> Option<Minor> {
    price(reported, offered, terms).unwrap().payout_minor
}

fn basis_of(priced: &Priced) -> String {
    serde_json::to_string(&priced.calculation).unwrap()
}

#[test]
fn the_payout_is_the_goals_else_the_offers_else_as_reported_else_a_share_of_the_gross() {
    let terms = terms(Some(5_000), None);
    let full = || reported(Some(200), Some(1_000), None);
    assert_eq!(payout_of(full(), offered(Some(400)), &terms), Some(400));
    assert_eq!(payout_of(full(), offered(None), &terms), Some(300));
    assert_eq!(payout_of(full(), None, &terms), Some(200));
    assert_eq!(payout_of(reported(None, Some(1_000), None), None, &terms), Some(500));
    assert_eq!(payout_of(reported(None, Some(1_000), None), None, &AppSettings::default()), None);
    assert_eq!(payout_of(reported(None, None, None), None, &terms), None);
}

#[test]
fn a_share_that_is_no_whole_minor_unit_goes_to_the_even_one() {
    let share = |gross| payout_of(reported(None, Some(gross), None), None, &terms(Some(5_000), None));
    assert_eq!([1, 3, 5, 7].map(share), [Some(0), Some(2), Some(2), Some(4)]);
}

#[test]
fn the_rate_decides_the_reward_whatever_was_reported_and_that_is_kept() {
    let priced = price(reported(None, Some(999), Some("7.0")), None, &terms(Some(5_000), Some("100"))).unwrap();
    assert_eq!((priced.payout_minor, priced.user_reward.as_ref()), (Some(500), Some(&decimal("500"))));
    insta::assert_snapshot!(basis_of(&priced), @r#"{"payout":{"from":"revenue_share","grossMinor":999,"revenueShareBps":5000},"reward":{"from":"rate","payoutMinor":500,"rate":"100","decimals":0,"rounding":"half_even"},"reported":{"userReward":"7.0"}}"#);
    let read: Option<Calculation> = serde_json::from_str(&basis_of(&priced)).unwrap();
    assert_eq!(read, priced.calculation);
}

#[test]
fn without_a_payout_or_a_rate_the_reward_is_as_reported() {
    for (payout, rate) in [(None, Some("100")), (Some(250), None)] {
        let priced = price(reported(payout, None, Some("7.0")), None, &terms(None, rate)).unwrap();
        assert_eq!((priced.payout_minor, priced.user_reward), (payout, Some(decimal("7.0"))));
        assert_eq!(priced.calculation, None);
    }
}

#[test]
fn what_an_offer_promises_is_in_the_offers_currency_and_no_report_can_name_another_one() {
    let priced = price(reported(None, None, Some("7")), offered(Some(400)), &AppSettings::default()).unwrap();
    assert_eq!(priced.currency, "EUR");
    insta::assert_snapshot!(basis_of(&priced), @r#"{"payout":{"from":"goal","goalId":"level-5","payoutMinor":400},"reward":{"from":"reported"},"reported":{"userReward":"7"}}"#);
    let mut other = reported(None, None, None);
    other.currency_given = Some("USD".to_owned());
    let fault = price(other, offered(None), &AppSettings::default()).unwrap_err().to_string();
    assert_eq!(fault, "currency: is USD, but the offer pays in EUR: amounts are not converted");
}

#[test]
fn a_rate_is_for_the_major_unit_however_many_minor_ones_that_has() {
    for (currency, reward) in [("USD", "12.34"), ("JPY", "1234.00"), ("KWD", "1.23"), ("CLF", "0.12")] {
        let mut report = reported(Some(1_234), None, None);
        report.currency = currency.to_owned();
        let terms = AppSettings { reward_decimals: 2, ..terms(None, Some("1.000")) };
        assert_eq!(price(report, None, &terms).unwrap().user_reward, Some(decimal(reward)), "{currency}");
    }
}

#[test]
fn a_reward_that_is_too_large_for_an_amount_is_refused_by_name() {
    let terms = terms(None, Some("999999999.999999999"));
    let fault = price(reported(Some(MOST), None, None), None, &terms).unwrap_err();
    assert_eq!(fault.0[0].field, "userReward");
}

/// Long multiplication on decimal digits, and rounding by looking at the digits that are dropped.
fn on_paper(payout: Minor, rate: &str, minor_digits: u32, decimals: u32, rounding: Rounding) -> String {
    let (whole, fraction) = rate.split_once('.').unwrap_or((rate, ""));
    let figures = |text: &str| text.bytes().rev().map(|digit| u32::from(digit - b'0')).collect::<Vec<u32>>();
    let (above, below) = (figures(&payout.to_string()), figures(&format!("{whole}{fraction}")));
    let mut product = vec![0_u32; above.len() + below.len()];
    for (row, factor) in below.iter().enumerate() {
        let mut carried = 0;
        for (column, digit) in above.iter().chain(&[0]).enumerate() {
            if let Some(place) = product.get_mut(row + column) {
                let sum = *place + digit * factor + carried;
                (*place, carried) = (sum % 10, sum / 10);
            }
        }
    }
    let (behind, wanted) = (fraction.len() + minor_digits as usize, decimals as usize);
    let mut written: Vec<u32> = product.into_iter().rev().collect();
    while written.len() <= behind {
        written.insert(0, 0);
    }
    let point = written.len() - behind;
    while written.len() < point + wanted {
        written.push(0);
    }
    let dropped = written.split_off(point + wanted);
    let first = dropped.first().copied().unwrap_or(0);
    let further = dropped.iter().skip(1).any(|digit| *digit > 0);
    let is_odd = written.last().is_some_and(|digit| digit % 2 == 1);
    let up = match rounding {
        Rounding::Down => false,
        Rounding::Up => first > 0 || further,
        Rounding::HalfUp => first >= 5,
        Rounding::HalfEven => first > 5 || (first == 5 && (further || is_odd)),
    };
    if up {
        let nines = written.iter().rev().take_while(|digit| **digit == 9).count();
        let last = written.len() - nines;
        written.iter_mut().skip(last).for_each(|digit| *digit = 0);
        match last.checked_sub(1) {
            Some(place) => written[place] += 1,
            None => written.insert(0, 1),
        }
    }
    let text: String = written.iter().map(u32::to_string).collect();
    let (whole, fraction) = text.split_at(text.len() - wanted);
    let whole = Some(whole.trim_start_matches('0')).filter(|whole| !whole.is_empty()).unwrap_or("0");
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

fn rounding() -> impl Strategy<Value = Rounding> {
    prop::sample::select(Rounding::ALL.to_vec())
}

/// In units of the last digit.
fn units(amount: &Decimal, decimals: u32) -> i128 {
    amount.billionths() / 10_i128.pow(RATE_DIGITS - decimals)
}

proptest! {
    #[test]
    fn a_reward_is_what_schoolbook_arithmetic_makes_it(
        payout in prop_oneof![0..=100_000_i64, 0..=MOST], rate in RATE, digits in 0..=4_u32, decimals in 0..=9_u32,
        rounding in rounding(),
    ) {
        let expected = on_paper(payout, &rate, digits, decimals, rounding);
        let computed = reward_at(payout, &decimal(&rate), digits, decimals, rounding);
        // What does not fit an amount is refused, and nothing else is.
        prop_assert_eq!(computed, Decimal::parse(&expected), "{}", expected);
    }

    #[test]
    fn a_larger_payout_never_gives_a_smaller_reward(
        one in 0..=1_000_000_000_i64, more in 0..=1_000_000_i64, rate in RATE, decimals in 0..=9_u32,
        rounding in rounding(),
    ) {
        let reward = |payout| reward_at(payout, &decimal(&rate), 2, decimals, rounding).map(|amount| amount.billionths());
        prop_assert!(reward(one) <= reward(one + more) || reward(one + more).is_none());
    }

    #[test]
    fn the_rewards_of_parts_add_up_to_the_reward_of_the_sum_within_a_unit_for_each_part(
        parts in prop::collection::vec(0..=1_000_000_i64, 1..20), rate in RATE, decimals in 0..=5_u32,
        rounding in rounding(),
    ) {
        let reward = |payout| units(&reward_at(payout, &decimal(&rate), 2, decimals, rounding).unwrap(), decimals);
        let of_parts: i128 = parts.iter().map(|part| reward(*part)).sum();
        let of_sum = reward(parts.iter().sum());
        prop_assert!((of_parts - of_sum).abs() <= parts.len() as i128, "{of_parts} {of_sum}");
    }

    #[test]
    fn half_even_does_not_drift_over_all_remainders_of_a_cycle(divisor in 1..=2_000_i128, from in 0..=1_000_i128) {
        let start = from * divisor * 2;
        let error: i128 = (start..start + 2 * divisor)
            .map(|dividend| Rounding::HalfEven.divide(dividend, divisor).unwrap() * divisor - dividend)
            .sum();
        prop_assert_eq!(error, 0);
    }

    #[test]
    fn at_a_rate_of_one_with_the_currencys_digits_a_reward_is_the_payout_itself(
        payout in 0..=MOST, digits in 0..=4_u32, rounding in rounding(),
    ) {
        let reward = reward_at(payout, &decimal("1"), digits, digits, rounding).unwrap();
        prop_assert_eq!(reward.as_str(), minor_as_major(payout, digits));
    }

    #[test]
    fn a_share_is_the_nearest_minor_unit_and_never_more_than_the_gross(gross in 0..=MOST, bps in 0..=10_000_u32) {
        let share = share_of(gross, bps).unwrap();
        prop_assert!((0..=gross).contains(&share));
        prop_assert_eq!(share.to_string(), on_paper(gross, &bps.to_string(), 4, 0, Rounding::HalfEven));
        prop_assert_eq!(share_of(gross, 10_000), Some(gross));
    }
}
