//! What tests have shown of an endpoint's receiver: that it acknowledges, and that it refuses a wrong signature.
//!
//! Both hold for the dialect and the secret that were tested with: what one secret has shown says nothing of another one, and
//! holds again when that one signs.

use super::delivery::Outcome;
use super::time::Timestamp;
use super::words::words;

/// What was tested: an endpoint as far as a signature depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// `end_…`
    pub endpoint_id: String,
    /// The dialect's name.
    pub dialect: String,
    /// The secret that it was signed with; `None`: nothing was signed.
    pub secret_id: Option<String>,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestResult {
    /// It was acknowledged with success.
    Acknowledged,
    /// A wrong signature was refused with a status from 400 to 499.
    WrongRefused,
    /// A wrong signature was acknowledged with success: nothing is checked.
    WrongAccepted,
}

/// When tests showed what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// The last test that was acknowledged.
    pub tested_at: Option<Timestamp>,
    /// The last wrong signature that was refused after that one.
    pub verified_at: Option<Timestamp>,
}

words! {
    /// What a test shows of its receiver, beside what was known.
    Verdict {
        /// It accepts what we sign and refuses what we do not.
        Verified = "verified",
        /// It acknowledges; no wrong signature was tried yet, or nothing is signed.
        Answered = "answered",
        /// It acknowledged a wrong signature.
        NotChecked = "not_checked",
        /// It answered something else than success.
        Refused = "refused",
        /// It gave no answer.
        NoAnswer = "no_answer",
    }
}

impl Verdict {
    /// The verdict on a test that ended so, of an endpoint of which this was known before.
    pub fn on(is_wrong: bool, outcome: Outcome, status: Option<u16>, known: Setup) -> Self {
        match (is_wrong, outcome, status) {
            (false, Outcome::Delivered, _) if known.verified_at.is_some() => Self::Verified,
            (false, Outcome::Delivered, _) => Self::Answered,
            (true, Outcome::Delivered, _) => Self::NotChecked,
            (true, _, Some(400..=499)) if known.tested_at.is_some() => Self::Verified,
            (_, _, Some(_)) => Self::Refused,
            (_, _, None) => Self::NoAnswer,
        }
    }
}

/// What is remembered of an endpoint's tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// What was tested.
    pub tested: Tested,
    /// When.
    pub setup: Setup,
}

impl Setup {
    /// What is known after a test ended so.
    #[must_use]
    pub fn after(self, result: TestResult, at: Timestamp) -> Self {
        match result {
            TestResult::Acknowledged => Self { tested_at: Some(at), ..self },
            // Whoever refuses everything has verified nothing.
            TestResult::WrongRefused => Self { verified_at: self.tested_at.map(|_| at), ..self },
            TestResult::WrongAccepted => Self { verified_at: None, ..self },
        }
    }
}

/// What tests have shown where this dialect is signed with this secret, or nothing is signed.
pub fn shown(tests: &[Remembered], dialect: &str, secret_id: Option<&str>) -> Setup {
    let is_same = |one: &&Remembered| one.tested.dialect == dialect && one.tested.secret_id.as_deref() == secret_id;
    tests.iter().find(is_same).map(|one| one.setup).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: Timestamp = Timestamp::from_millis(1);
    const LATE: Timestamp = Timestamp::from_millis(2);

    #[test]
    fn a_wrong_signature_that_is_refused_proves_something_only_after_a_right_one_was_acknowledged() {
        use TestResult::{Acknowledged, WrongAccepted, WrongRefused};
        let none = Setup::default();
        assert_eq!(none.after(WrongRefused, EARLY), none);
        let tested = none.after(Acknowledged, EARLY);
        assert_eq!((tested.tested_at, tested.verified_at), (Some(EARLY), None));
        let verified = tested.after(WrongRefused, LATE);
        assert_eq!((verified.tested_at, verified.verified_at), (Some(EARLY), Some(LATE)));
        assert_eq!(verified.after(Acknowledged, LATE).verified_at, Some(LATE));
        assert_eq!(verified.after(WrongAccepted, LATE).verified_at, None);
    }
}
