//! What a refusal of an action is as a problem: its kind, and with it its status.

use super::{Problem, ProblemKind};
use crate::actions::refusal::Refusal;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Forbidden(detail) => Self::forbidden(detail),
            Refusal::Unknown(what) => Self::not_found(what),
            Refusal::Conflict(detail) => Self::conflict(detail),
            Refusal::Malformed(detail) => Self::malformed(detail),
            Refusal::Invalid(invalid) => Self::from(invalid),
            Refusal::TooMany(detail) => Self::too_many(detail),
            Refusal::TooManyReads(detail) => Self::new(ProblemKind::TooManyReads, detail),
            Refusal::Store(error) => Self::from(error),
        }
    }
}
