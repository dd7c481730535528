//! Sessions: a person who signed in, in one browser or program. It ends when nobody uses it for long, after a week at most, or
//! when somebody ends it.
//!
//! The text that a browser or a program shows is not here: only its digest is kept, and what is
//! derived from it is `session_seal`'s.

use std::time::Duration;

use super::time::Timestamp;

/// What a session's text begins with; a token's begins otherwise.
pub const PREFIX: &str = "rbs_";
/// A session that nobody uses for so long is over: a working day and an evening.
pub const IDLE: Duration = Duration::from_secs(12 * 3_600);
/// The longest that a session goes on, whoever uses it: a week.
pub const LONGEST: Duration = Duration::from_secs(7 * 24 * 3_600);
/// For so long after a person gave its password it need not give it again to change it.
pub const JUST_SIGNED_IN: Duration = Duration::from_secs(15 * 60);
/// What is kept of a program's name, in characters: enough to tell one browser from another.
const LONGEST_AGENT: usize = 200;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// `ses_…`
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// When it was begun, by a password.
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// The program that it was begun with, as that called itself.
    pub user_agent: Option<String>,
    /// The address that it was begun from.
    pub address: String,
}

impl Session {
    /// Whether it opens anything.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at && now < self.last_seen_at.plus(IDLE)
    }

    /// Whether its person gave its password a moment ago.
    pub fn has_just_begun(&self, now: Timestamp) -> bool {
        now < self.created_at.plus(JUST_SIGNED_IN)
    }
}

/// What is kept of the name that a program gives itself.
pub fn shortened_agent(agent: &str) -> Option<String> {
    let kept: String = agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect();
    (!kept.trim().is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_over_after_half_a_day_without_use_and_after_a_week_in_any_case() {
        let begun = Timestamp::from_millis(1_700_000_000_000);
        let session = |last_seen_at| Session {
            id: "ses_1".to_owned(),
            user_id: "usr_1".to_owned(),
            created_at: begun,
            last_seen_at,
            expires_at: begun.plus(LONGEST),
            user_agent: None,
            address: "192.0.2.1".to_owned(),
        };
        assert!(session(begun).is_open(begun.plus(IDLE - Duration::from_millis(1))));
        assert!(!session(begun).is_open(begun.plus(IDLE)));
        let used_all_along = session(begun.plus(LONGEST));
        assert!(used_all_along.is_open(begun.plus(LONGEST - Duration::from_millis(1))));
        assert!(!used_all_along.is_open(begun.plus(LONGEST)));
    }

    #[test]
    fn a_programs_name_is_cut_and_has_no_line_breaks() {
        assert_eq!(shortened_agent(&"é".repeat(1_000)).unwrap().chars().count(), 200);
        assert_eq!(shortened_agent("a\r\nb").as_deref(), Some("ab"));
        assert_eq!(shortened_agent(" \n"), None);
    }
}
