//! How a value is written: the digits of amounts and the forms of instants.
//!
//! Amounts are texts or integers all the way; nothing is rounded here. What a format cannot say exactly is refused.

use serde::{Deserialize, Serialize};

use crate::domain::amount::{Minor, minor_as_major};
use crate::domain::time::Timestamp;

/// What kind of thing a source gives, which decides how it can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// An amount as it was written.
    Decimal,
    /// An integer of minor units.
    Minor,
    Instant,
    Pairs,
}

/// How a value is written. Texts have one form: their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A text or an amount as reported, minor units as an integer, an instant as Unix milliseconds.
    #[default]
    Plain,
    /// An amount of minor units as major units with so many decimals.
    Major(u32),
    /// A reported amount that must be whole: a fraction is refused.
    Integer,
    /// A reported amount cut off, not rounded, behind so many decimals.
    Cut(usize),
    /// A reported amount filled up with zeros to so many decimals; one with more is refused.
    Fixed(usize),
    /// An instant as whole Unix seconds.
    Seconds,
    /// An instant as RFC 3339 in UTC with milliseconds.
    Rfc3339,
    /// An instant as a date and a time of day.
    Date {
        /// In which form.
        pattern: DatePattern,
        /// How many hours its clock is ahead of UTC, all year.
        #[serde(default)]
        offset_hours: i8,
    },
}

/// The forms in which vendors write dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DatePattern {
    /// `2024-07-01 18:40:00`.
    #[serde(rename = "%Y-%m-%d %H:%M:%S")]
    Spaced,
    /// `2024_07_01 18:40:00`.
    #[serde(rename = "%Y_%m_%d %H:%M:%S")]
    Underscored,
    /// `202407011840`.
    #[serde(rename = "%Y%m%d%H%M")]
    Minutes,
}

/// An amount or an instant as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Integer(i64),
    Text(String),
}

impl Kind {
    /// Whether what such a format makes of it is a number.
    pub(super) fn is_number(self, format: &Format) -> bool {
        match self {
            Self::Decimal | Self::Minor => true,
            Self::Instant => matches!(format, Format::Plain | Format::Seconds),
            Self::Text | Self::Pairs => false,
        }
    }
}

impl Format {
    /// Whether a value of this kind can be written so.
    pub(super) fn fits(&self, kind: Kind) -> bool {
        match self {
            Self::Plain => true,
            Self::Major(_) => kind == Kind::Minor,
            Self::Integer | Self::Cut(_) | Self::Fixed(_) => kind == Kind::Decimal,
            Self::Seconds | Self::Rfc3339 | Self::Date { .. } => kind == Kind::Instant,
        }
    }

    /// Whether it has no more decimals than an amount, and a clock of this world.
    pub(super) fn is_bounded(&self) -> bool {
        const MOST: u32 = 9;
        const CLOCKS: std::ops::RangeInclusive<i8> = -12..=14;
        match self {
            Self::Major(decimals) => *decimals <= MOST,
            Self::Cut(decimals) | Self::Fixed(decimals) => *decimals <= MOST as usize,
            Self::Date { offset_hours, .. } => CLOCKS.contains(offset_hours),
            Self::Plain | Self::Integer | Self::Seconds | Self::Rfc3339 => true,
        }
    }

    /// Whether there are amounts that it cannot say.
    pub(super) fn may_refuse(&self) -> bool {
        matches!(self, Self::Integer | Self::Fixed(_))
    }

    /// A reported amount, or why it cannot be written so; worded to follow the field's name.
    pub(super) fn decimal(&self, digits: &str) -> Result<String, String> {
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        match *self {
            Self::Integer if fraction.bytes().any(|digit| digit != b'0') => Err("must be a whole number".to_owned()),
            Self::Integer | Self::Cut(0) => Ok(unsigned_zero(whole)),
            Self::Cut(decimals) if fraction.len() > decimals => {
                Ok(signed_by_digits(format!("{whole}.{}", &fraction[..decimals])))
            }
            Self::Fixed(decimals) if fraction.trim_end_matches('0').len() > decimals => {
                Err(format!("must have at most {decimals} decimals"))
            }
            Self::Fixed(0) => Ok(unsigned_zero(whole)),
            Self::Fixed(decimals) => {
                let kept = &fraction[..fraction.len().min(decimals)];
                Ok(format!("{whole}.{kept:0<decimals$}"))
            }
            _ => Ok(digits.to_owned()),
        }
    }

    /// An amount of minor units.
    pub(super) fn minor(&self, amount: Minor) -> Written {
        match *self {
            Self::Major(decimals) => Written::Text(minor_as_major(amount, decimals)),
            _ => Written::Integer(amount),
        }
    }

    /// An instant.
    pub(super) fn instant(&self, instant: Timestamp) -> Written {
        match *self {
            Self::Seconds => Written::Integer(instant.as_seconds()),
            Self::Rfc3339 => Written::Text(instant.to_string()),
            Self::Date { pattern, offset_hours } => Written::Text(pattern.written(instant, offset_hours)),
            _ => Written::Integer(instant.as_millis()),
        }
    }
}

/// What is left of a negative fraction may be zero, which has no sign.
fn unsigned_zero(whole: &str) -> String {
    signed_by_digits(whole.to_owned())
}

fn signed_by_digits(written: String) -> String {
    let is_zero = written.bytes().all(|byte| matches!(byte, b'-' | b'.' | b'0'));
    if is_zero { written.trim_start_matches('-').to_owned() } else { written }
}

impl DatePattern {
    /// The date and time that clocks so many hours ahead of UTC show.
    fn written(self, instant: Timestamp, offset_hours: i8) -> String {
        const HOUR_MS: i64 = 3_600_000;
        let local = Timestamp::from_millis(instant.as_millis() + i64::from(offset_hours) * HOUR_MS);
        // `2024-07-01T18:40:00.000Z`
        let text = local.to_string();
        let (date, time) = text.split_once('T').unwrap_or((&text, ""));
        let time = time.get(..8).unwrap_or(time);
        match self {
            Self::Spaced => format!("{date} {time}"),
            Self::Underscored => format!("{} {time}", date.replace('-', "_")),
            Self::Minutes => format!("{date}{}", time.get(..5).unwrap_or(time)).replace(['-', ':'], ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_never_rounds() {
        let written = |format: Format, digits: &str| format.decimal(digits);
        assert_eq!(written(Format::Integer, "150"), Ok("150".to_owned()));
        assert_eq!(written(Format::Integer, "150.00"), Ok("150".to_owned()));
        assert!(written(Format::Integer, "150.75").is_err());
        assert_eq!(written(Format::Cut(0), "150.99"), Ok("150".to_owned()));
        assert_eq!(written(Format::Cut(0), "-0.99"), Ok("0".to_owned()));
        assert_eq!(written(Format::Cut(1), "1.99"), Ok("1.9".to_owned()));
        assert_eq!(written(Format::Cut(1), "-0.04"), Ok("0.0".to_owned()));
        assert_eq!(written(Format::Cut(2), "1.9"), Ok("1.9".to_owned()));
        assert_eq!(written(Format::Fixed(2), "1.9"), Ok("1.90".to_owned()));
        assert_eq!(written(Format::Fixed(2), "-1.900"), Ok("-1.90".to_owned()));
        assert!(written(Format::Fixed(2), "1.999").is_err());
        assert_eq!(written(Format::Plain, "100.0"), Ok("100.0".to_owned()));
    }

    #[test]
    fn an_instant_is_written_as_the_clocks_of_its_zone_show_it() {
        let instant = Timestamp::parse_rfc3339("2024-07-01T18:40:00Z").unwrap();
        let date = |pattern, offset_hours| Format::Date { pattern, offset_hours }.instant(instant);
        let text = |text: &str| Written::Text(text.to_owned());
        assert_eq!(date(DatePattern::Spaced, -5), text("2024-07-01 13:40:00"));
        assert_eq!(date(DatePattern::Minutes, 0), text("202407011840"));
        assert_eq!(date(DatePattern::Underscored, 6), text("2024_07_02 00:40:00"));
        assert_eq!(Format::Seconds.instant(instant), Written::Integer(1_719_859_200));
    }
}
