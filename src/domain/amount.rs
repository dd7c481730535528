//! Money, exactly: integers of minor units, and decimals kept digit for digit from the report to the wire.
//!
//! Nothing here computes in floating point, and nothing normalises: `100`, `100.0` and `0.10` stay themselves, because
//! the receiver compares the very digits that were signed.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An integer amount of minor units (cents, pence, yen), as reported or computed.
pub type Minor = i64;
/// Largest amount: of 18 digits, as in a report.
pub const LARGEST_MINOR: u64 = 999_999_999_999_999_999;

/// A decimal amount as it was written: `(0|[1-9]\d{0,17})(\.\d{1,9})?`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal(String);

/// Most digits before the point: what fits a signed 64-bit integer whatever the digits are.
const WHOLE_DIGITS: usize = 18;
/// Most digits after the point.
const FRACTION_DIGITS: usize = 9;
/// Billionths of one.
const BILLION: i128 = 1_000_000_000;

impl Decimal {
    /// Reads an amount, keeping its digits; `None` if it is not written as an amount.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let digits = |part: &str, most: usize| {
            !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let whole_fits = digits(whole, WHOLE_DIGITS) && (whole == "0" || !whole.starts_with('0'));
        let fraction_fits = fraction.is_none_or(|fraction| digits(fraction, FRACTION_DIGITS));
        (whole_fits && fraction_fits).then(|| Self(text.to_owned()))
    }

    /// Nothing.
    pub fn zero() -> Self {
        Self("0".to_owned())
    }

    /// The digits as they were written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is left of it after another one is taken away, with as many digits after the point as the longer of the two;
    /// `None` if that is more than there is.
    pub fn minus(&self, other: &Self) -> Option<Self> {
        let left = self.billionths().checked_sub(other.billionths()).filter(|left| *left >= 0)?;
        let digits = self.fraction_digits().max(other.fraction_digits());
        // Neither has a digit behind those, so nothing is cut off.
        let unit = 10_i128.pow(u32::try_from(FRACTION_DIGITS - digits).ok()?);
        Self::of_units(left / unit, u32::try_from(digits).ok()?)
    }

    /// So many units of the last of `decimals` digits after the point: 1755 with 2 is `17.55`; `None` if that is too large
    /// for an amount.
    pub fn of_units(units: i128, decimals: u32) -> Option<Self> {
        let unit = 10_i128.checked_pow(decimals)?;
        let (whole, fraction, width) = (units / unit, units % unit, usize::try_from(decimals).ok()?);
        Self::parse(&if width == 0 { whole.to_string() } else { format!("{whole}.{fraction:0width$}") })
    }

    /// The same value in whole billionths, however it was written: what amounts are compared and added up in.
    pub fn billionths(&self) -> i128 {
        let (whole, fraction) = self.0.split_once('.').unwrap_or((&self.0, ""));
        let padded = format!("{whole}{fraction:0<FRACTION_DIGITS$}");
        padded.bytes().fold(0, |value, digit| value * 10 + i128::from(digit - b'0'))
    }

    /// How many digits stand before the point.
    pub fn whole_digits(&self) -> usize {
        self.0.find('.').unwrap_or(self.0.len())
    }

    fn fraction_digits(&self) -> usize {
        self.0.split_once('.').map_or(0, |(_, fraction)| fraction.len())
    }

    /// Whether every digit is a zero.
    pub fn is_zero(&self) -> bool {
        self.0.bytes().all(|byte| byte == b'0' || byte == b'.')
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("must be a decimal"))
    }
}

/// A sum of decimals, exact. It is written with as many digits after the point as the longest of what was added, so that
/// in whatever order things are added the sum reads the same. Unlike an amount it may have any number of digits before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecimalSum {
    billionths: i128,
    fraction_digits: usize,
}

impl DecimalSum {
    /// Adds an amount.
    pub fn add(&mut self, amount: &Decimal) {
        self.billionths += amount.billionths();
        self.fraction_digits = self.fraction_digits.max(amount.fraction_digits());
    }

    /// The sum in whole billionths.
    pub fn billionths(&self) -> i128 {
        self.billionths
    }

    /// Adds another sum.
    pub fn add_sum(&mut self, other: &Self) {
        self.billionths += other.billionths;
        self.fraction_digits = self.fraction_digits.max(other.fraction_digits);
    }
}

impl fmt::Display for DecimalSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.billionths / BILLION, self.billionths % BILLION);
        let fraction = format!("{fraction:0FRACTION_DIGITS$}");
        match &fraction[..self.fraction_digits] {
            "" => write!(f, "{whole}"),
            digits => write!(f, "{whole}.{digits}"),
        }
    }
}

impl Serialize for DecimalSum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Minor units as major units with `decimals` digits: `1755` with 2 is `17.55`, `-5` is `-0.05`.
pub fn minor_as_major(minor: Minor, decimals: u32) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let magnitude = minor.unsigned_abs();
    match 10_u64.checked_pow(decimals) {
        Some(unit) if decimals > 0 => {
            let width = decimals as usize;
            format!("{sign}{}.{:0width$}", magnitude / unit, magnitude % unit)
        }
        _ => format!("{sign}{magnitude}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_keeps_the_digits_it_was_written_with() {
        for text in ["0", "100", "100.0", "0.10", "123456789012345678", "1.123456789"] {
            assert_eq!(Decimal::parse(text).map(|amount| amount.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_not_written_as_an_amount_is_refused() {
        for text in
            ["", "-1", "+1", "01", "00", ".5", "5.", "1e3", "1,5", "1 ", "1234567890123456789", "1.1234567890", "٣"]
        {
            assert_eq!(Decimal::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_left_is_exact_and_keeps_the_longer_fraction() {
        let decimal = |text: &str| Decimal::parse(text).unwrap();
        let left = |of: &str, taken: &str| decimal(of).minus(&decimal(taken)).map(|left| left.to_string());
        assert_eq!(left("100", "0.1").as_deref(), Some("99.9"));
        assert_eq!(left("100.0", "40").as_deref(), Some("60.0"));
        assert_eq!(left("0.3", "0.30").as_deref(), Some("0.00"));
        assert_eq!(
            left("999999999999999999.999999999", "0.000000001").as_deref(),
            Some("999999999999999999.999999998")
        );
        assert_eq!(left("1", "1.01"), None);
    }

    #[test]
    fn a_sum_is_exact_and_has_the_digits_of_its_longest_part() {
        let sum = |parts: &[&str]| {
            let mut sum = DecimalSum::default();
            parts.iter().for_each(|part| sum.add(&Decimal::parse(part).unwrap()));
            sum.to_string()
        };
        assert_eq!(sum(&[]), "0");
        assert_eq!(sum(&["100", "0.10"]), "100.10");
        assert_eq!(sum(&["0.5", "0.5"]), "1.0");
        assert_eq!(sum(&["999999999999999999.999999999"; 2]), "1999999999999999999.999999998");
    }

    #[test]
    fn minor_units_become_major_units_without_losing_a_cent() {
        assert_eq!(minor_as_major(1755, 2), "17.55");
        assert_eq!(minor_as_major(0, 2), "0.00");
        assert_eq!(minor_as_major(5, 2), "0.05");
        assert_eq!(minor_as_major(-6000, 2), "-60.00");
        assert_eq!(minor_as_major(7, 0), "7");
        assert_eq!(minor_as_major(i64::MAX, 2), "92233720368547758.07");
    }
}
