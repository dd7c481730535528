//! Statuses as recipes and publishers write them: `"200"` for one, `"4xx"` for a hundred of them.
//!
//! It must not decide what a status means: that says whoever holds the list.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a receiver asks for that is to be called again: a dialect must not take it for the last word.
const ASK_FOR_MORE: [u16; 3] = [408, 425, 429];

/// One status, or a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statuses {
    /// This one.
    Exactly(u16),
    /// This one, and the ninety-nine behind it.
    Hundred(u16),
}

/// Refusals that a dialect takes for more than one failure: redirects and errors, but nothing that asks to be called again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct StatusSet(Vec<Statuses>);

impl Statuses {
    /// Reads three digits, or one and `xx`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let number = |digits: &str, long: usize| {
            let is_number = digits.len() == long && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u16>().ok().filter(|_| is_number)
        };
        match text.strip_suffix("xx") {
            Some(first) => number(first, 1).map(|first| Self::Hundred(first * 100)),
            None => number(text, 3).map(Self::Exactly),
        }
    }

    /// Whether this status is among them.
    pub(super) fn contain(self, status: u16) -> bool {
        match self {
            Self::Exactly(exactly) => exactly == status,
            Self::Hundred(first) => (first..first + 100).contains(&status),
        }
    }
}

impl StatusSet {
    /// No status at all.
    pub const NONE: Self = Self(Vec::new());

    /// What stands in it a second time.
    pub(super) fn twice(&self) -> Option<impl fmt::Display + use<>> {
        let mut others = self.0.iter().enumerate();
        others.find(|(at, statuses)| self.0[..*at].contains(statuses)).map(|(_, statuses)| *statuses)
    }

    /// Whether this status is in it.
    pub fn contains(&self, status: u16) -> bool {
        !ASK_FOR_MORE.contains(&status) && self.0.iter().any(|statuses| statuses.contain(status))
    }
}

/// As it is written.
impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(status) => write!(f, "{status}"),
            Self::Hundred(first) => write!(f, "{}xx", first / 100),
        }
    }
}

impl TryFrom<Vec<String>> for StatusSet {
    type Error = String;

    fn try_from(written: Vec<String>) -> Result<Self, String> {
        let fits = |statuses: &Statuses| match statuses {
            Statuses::Exactly(status) => (300..600).contains(status) && !ASK_FOR_MORE.contains(status),
            Statuses::Hundred(first) => [400, 500].contains(first),
        };
        let read = |text: String| Statuses::parse(&text).filter(fits).ok_or(text);
        let read: Result<Vec<_>, String> = written.into_iter().map(read).collect();
        let allowed = "statuses from \"300\" to \"599\" but 408, 425 and 429, \"4xx\" and \"5xx\"";
        read.map(Self).map_err(|text| format!("{text:?} is none of {allowed}"))
    }
}

impl From<StatusSet> for Vec<String> {
    fn from(set: StatusSet) -> Self {
        set.0.iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(written: &[&str]) -> Result<StatusSet, String> {
        StatusSet::try_from(written.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_hundred_of_refusals_never_holds_what_asks_to_be_called_again() {
        let refusals = set(&["301", "4xx"]).unwrap();
        for (status, is_in) in [(301, true), (302, false), (400, true), (499, true), (500, false), (399, false)] {
            assert_eq!(refusals.contains(status), is_in, "{status}");
        }
        for status in ASK_FOR_MORE {
            assert!(!refusals.contains(status) && set(&[&status.to_string()]).is_err(), "{status}");
        }
    }

    #[test]
    fn neither_an_acknowledgement_nor_nonsense_is_a_refusal() {
        for text in ["200", "2xx", "3xx", "299", "600", "6xx", "0410", "+41", "41", "xx", "4XX", ""] {
            assert!(set(&[text]).is_err(), "{text}");
        }
        assert_eq!(set(&[]), Ok(StatusSet::NONE));
    }

    #[test]
    fn a_set_is_shown_as_it_was_written() {
        let json = r#"["403","5xx"]"#;
        let set: StatusSet = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&set).unwrap(), json);
    }
}
