//! Instants as the product speaks of them: Unix milliseconds inside, RFC 3339 UTC with milliseconds outside.
//!
//! This module never asks what time it is (that is [`crate::clock`]); it only converts.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The last instant that RFC 3339 can write: the year 9999.
const LATEST_MS: i64 = 253_402_300_799_999;

impl Timestamp {
    /// An instant from Unix milliseconds.
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// Unix milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole Unix seconds, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant, later by `duration`.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// This instant, earlier by `duration`.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// How long after `earlier` this instant is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads RFC 3339 (`2024-01-15T10:30:00.000Z`, any offset), cutting below the millisecond.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let instant: jiff::Timestamp = text.parse().ok()?;
        Self::within_range(instant.as_millisecond())
    }

    /// An instant that something is compared with: like [`parse_rfc3339`](Self::parse_rfc3339), where a time before or after
    /// all that there is stands for the first or last one.
    pub fn parse_bound(text: &str) -> Option<Self> {
        let instant: jiff::Timestamp = text.parse().ok()?;
        Some(Self(instant.as_millisecond().clamp(0, LATEST_MS)))
    }

    /// An instant from Unix milliseconds, if it lies in the years 1970 to 9999.
    pub fn within_range(ms: i64) -> Option<Self> {
        (0..=LATEST_MS).contains(&ms).then_some(Self(ms))
    }
}

/// Unix milliseconds, by reference.
impl AsRef<i64> for Timestamp {
    fn as_ref(&self) -> &i64 {
        &self.0
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// RFC 3339 in UTC with exactly three decimals, as in every answer of the API.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => write!(f, "{instant:.3}"),
            Err(_) => write!(f, "{}", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_rfc3339(&text).ok_or_else(|| serde::de::Error::custom("must be an RFC 3339 time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_utc_with_three_decimals() {
        assert_eq!(Timestamp::from_millis(1_705_314_600_000).to_string(), "2024-01-15T10:30:00.000Z");
        assert_eq!(Timestamp::from_millis(1_705_314_600_007).to_string(), "2024-01-15T10:30:00.007Z");
    }

    #[test]
    fn an_offset_is_converted_and_anything_below_the_millisecond_is_cut() {
        let parsed = Timestamp::parse_rfc3339("2024-01-15T12:30:00.0079+02:00");
        assert_eq!(parsed, Some(Timestamp::from_millis(1_705_314_600_007)));
    }

    #[test]
    fn a_time_without_an_offset_or_before_1970_is_not_an_instant() {
        assert_eq!(Timestamp::parse_rfc3339("2024-01-15T12:30:00"), None);
        assert_eq!(Timestamp::parse_rfc3339("1969-12-31T23:59:59Z"), None);
    }
}
