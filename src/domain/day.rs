//! Days, as books are kept by them: of UTC, whatever the calendar of whoever reads them.

use std::fmt;

use serde::{Serialize, Serializer};

use super::time::Timestamp;

/// Milliseconds of a day. UTC as Unix counts it has no longer ones.
const LENGTH_MS: i64 = 24 * 3600 * 1000;

/// A day of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// The day that an instant lies in.
    pub const fn of(instant: Timestamp) -> Self {
        Self(instant.as_millis().div_euclid(LENGTH_MS))
    }

    /// From the number of days since 1970-01-01.
    pub const fn from_number(days: i64) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// Reads `2026-11-01`.
    pub fn parse(text: &str) -> Option<Self> {
        // A date alone: the library would also read one with a time behind it, and pass over that.
        let is_date =
            text.len() == "2026-11-01".len() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let midnight = Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).filter(|_| is_date)?;
        Some(Self::of(midnight))
    }

    /// Its first instant.
    pub const fn start(self) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_mul(LENGTH_MS))
    }

    /// The first instant after it.
    pub const fn end(self) -> Timestamp {
        self.plus(1).start()
    }

    /// So many days later, or earlier.
    #[must_use]
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = self.start().to_string();
        f.write_str(instant.split('T').next().unwrap_or_default())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_and_written_as_a_date() {
        let day = Day::parse("2024-02-29").unwrap();
        assert_eq!((day.to_string().as_str(), day.plus(1).to_string().as_str()), ("2024-02-29", "2024-03-01"));
        assert_eq!(Day::of(day.start()), day);
        assert_eq!(Day::of(day.end()), day.plus(1));
        for text in ["2023-02-29", "2024-2-29", "2024-02-29T00:00:00Z", "20240229", "", "today"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
