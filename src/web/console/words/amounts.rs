//! Amounts and counts: the currency behind the number, a true minus, thousands apart. Text all the way, no floating point.

use crate::domain::currency::minor_digits;
pub use crate::domain::currency::written as minor;

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

/// A number that a person typed in major units of a currency, as minor units: `17.5` in USD is 1750. `None` if it is no such
/// number or has more digits behind the point than the currency.
pub fn typed(text: &str, currency: &str) -> Option<i64> {
    let places = usize::try_from(minor_digits(currency)).ok()?;
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
