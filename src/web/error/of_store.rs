//! What a caller is told of a failure of the store: that there was one, whether to try again, and what to ask less of.
//!
//! The message inside goes to the log, here and once.

use super::{Problem, ProblemKind};
use crate::store::StoreError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Overloaded => {
                Self::new(ProblemKind::Overloaded, "More work waits than can be taken on; try again.")
            }
            StoreError::Full => {
                tracing::error!("the disk of the store is full");
                Self::new(ProblemKind::Overloaded, "The disk is full; try again when there is room on it.")
            }
            StoreError::Unreachable(reason) => {
                tracing::error!(reason, "a call did not reach the database");
                Self::new(ProblemKind::Overloaded, "The database cannot be reached at the moment; try again.")
            }
            error @ StoreError::NewerDialect { .. } => {
                tracing::error!(%error, "a report was not taken in");
                let detail = "An endpoint speaks a dialect that this node's version does not know. A node of a newer version, or \
                              this one once it is upgraded, takes the report; try again.";
                Self::new(ProblemKind::Overloaded, detail)
            }
            StoreError::TookTooLong => {
                Self::new(ProblemKind::TooSlow, "The database did not answer in time; try again, or ask for less.")
            }
            StoreError::TooWide { field } => Self::narrow(
                field,
                "no index leads to it, and one call looks through 100,000 records or 31 days: name a shorter time \
                 (`from`, `to`) or an app (`appId`)",
            ),
            error @ StoreError::HoldsNul => Self::new(ProblemKind::Invalid, format!("{error}.")),
            error => {
                tracing::error!(%error, "a call failed in the store");
                Self::new(ProblemKind::Internal, "This call failed through no fault of yours; it is in the log.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::http::header;

    use super::*;

    #[test]
    fn what_fails_inside_is_not_told_outside() {
        let problem = Problem::from(StoreError::Database("no such table: tokens".to_owned()));
        assert!(!problem.body().to_string().contains("tokens"));
        assert_eq!(problem.status_code().as_u16(), 500);
    }

    #[test]
    fn a_full_disk_and_what_may_be_tried_again_are_answered_503_and_when_to_try_again() {
        for error in [StoreError::Full, StoreError::Overloaded, StoreError::TookTooLong] {
            let response = Problem::from(error).error_response();
            assert_eq!(response.status().as_u16(), 503);
            assert_eq!(response.headers().get(header::RETRY_AFTER).unwrap(), "1");
        }
    }
}
