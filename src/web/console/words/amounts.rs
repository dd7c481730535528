//! Amounts and counts: the currency behind the number, a true minus, thousands apart. Text all the way, no floating point.

use crate::domain::currency::minor_digits;
pub use crate::domain::currency::written as minor;
use crate::domain::health::Capped;

/// A reward, digit for digit as it was reported (`100.0` stays), with a true minus.
pub fn reward(written: &str) -> String {
    written.strip_prefix('-').map_or_else(|| written.to_owned(), |rest| format!("−{rest}"))
}

/// A count with its thousands apart: `1,240`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// `1,000+` where nobody counted further.
pub fn capped(number: Capped) -> String {
    format!("{}{}", count(number.count), if number.more { "+" } else { "" })
}

/// A number that a person typed in major units of a currency, as minor units: `17.5` in USD is 1750. `None` if it is no such
/// number or has more digits behind the point than the currency.
pub fn typed(text: &str, currency: &str) -> Option<i64> {
    digits(text, usize::try_from(minor_digits(currency)).ok()?)
}

/// The same number as a form holds it: without its currency.
pub fn major(amount: i64, currency: &str) -> String {
    let written = minor(amount, currency);
    written.split_once(' ').map_or(written.as_str(), |(number, _)| number).to_owned()
}

/// Hundredths of a percent in percent: `70.00`.
pub fn percent(hundredths: u32) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// A number with at most so many digits behind the point, in units of the last of them. `None` for all else.
pub fn digits(text: &str, places: usize) -> Option<i64> {
    let (whole, behind) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(behind) || behind.len() > places || text.trim().ends_with('.') {
        return None;
    }
    format!("{whole}{behind:0<places$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reward_keeps_its_digits() {
        assert_eq!([reward("100.0"), reward("-0.10")], ["100.0", "−0.10"]);
    }

    #[test]
    fn counts_have_their_thousands_apart() {
        assert_eq!([count(0), count(999), count(1_240), count(1_234_567)], ["0", "999", "1,240", "1,234,567"]);
    }

    #[test]
    fn what_a_form_shows_is_what_it_reads() {
        assert_eq!(
            [major(1000, "USD"), major(1000, "JPY"), percent(7000), percent(5)],
            ["10.00", "1000", "70.00", "0.05"]
        );
        assert_eq!([typed(&major(1000, "USD"), "USD"), digits(&percent(6250), 2)], [Some(1000), Some(6250)]);
    }

    #[test]
    fn what_is_typed_in_major_units_is_exact_or_nothing() {
        assert_eq!(
            [typed("17.5", "USD"), typed(" 17.55 ", "USD"), typed("17", "JPY")],
            [Some(1750), Some(1755), Some(17)]
        );
        for wrong in ["", ".5", "5.", "1.234", "-1", "1,5", "1e3", "99999999999999999999"] {
            assert_eq!(typed(wrong, "USD"), None, "{wrong}");
        }
        assert_eq!(typed("1.5", "JPY"), None);
    }
}
