//! What a refusal of an action is as a problem: its kind, and with it its status.

use super::{Problem, ProblemKind};
use crate::actions::people::sign_in::SignInRefusal;
use crate::actions::refusal::{self, Refusal};
use crate::domain::invalid::Invalid;
use crate::domain::time::Timestamp;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Forbidden(detail) => Self::forbidden(detail),
            Refusal::Unknown(what) => Self::not_found(what),
            unknown @ Refusal::UnknownIn { what, field } => {
                let fault = Invalid::field(field, format!("there is no such {what}"));
                Self::new(ProblemKind::NotFound, unknown.to_string()).with_errors(fault)
            }
            Refusal::Conflict(detail) => Self::conflict(detail),
            Refusal::ConflictIn(detail, fields) => Self::conflict(detail).with_errors(fields),
            taken @ Refusal::TransactionIdTaken(_) => {
                let fault = Invalid::field("transactionId", "is taken");
                Self::new(ProblemKind::TransactionIdTaken, taken.to_string()).with_errors(fault)
            }
            Refusal::TooWide { field, message } => Self::narrow(field, message),
            Refusal::Malformed(detail) => Self::malformed(detail),
            Refusal::Invalid(invalid) => Self::from(invalid),
            Refusal::TooMany(detail) => Self::too_many(detail),
            Refusal::TooManyAttempts { until } => too_many_attempts(until),
            Refusal::TooManyReads(detail) => Self::new(ProblemKind::TooManyReads, detail),
            Refusal::Store(error) => Self::from(error),
        }
    }
}

/// The words are the same for a page.
impl From<SignInRefusal> for Problem {
    fn from(refusal: SignInRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            SignInRefusal::Wrong | SignInRefusal::WrongCode => Self::new(ProblemKind::Unauthorized, detail),
            SignInRefusal::CodeNeeded => Self::new(ProblemKind::Unauthorized, detail).with("codeNeeded", true),
            SignInRefusal::TooMany { until } => too_many_attempts(until),
            SignInRefusal::Store(error) => Self::from(error),
        }
    }
}

fn too_many_attempts(until: Timestamp) -> Problem {
    Problem::new(ProblemKind::TooManyAttempts, refusal::too_many_attempts(until)).with("retryAfter", until.to_string())
}
