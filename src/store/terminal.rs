//! How a delivery ends that no attempt ends: canceled, or expired. One place, so that nothing of its waiting stays behind.
//!
//! Which rows end, and in which states they may, is the callers' to say.

use diesel::prelude::*;

use super::schema::deliveries;
use crate::domain::delivery::{EndedReason, Status};
use crate::domain::time::Timestamp;

/// What a row becomes.
#[derive(Clone, Debug, AsChangeset)]
#[diesel(table_name = deliveries, treat_none_as_null = true)]
pub(super) struct Ended {
    status: &'static str,
    waiting_for: Option<String>,
    due_at: Option<i64>,
    held_since: Option<i64>,
    ended_at: i64,
    ended_reason: Option<&'static str>,
}

impl Ended {
    /// Canceled; with a reason where no person did it.
    pub(super) fn canceled(now: Timestamp, reason: Option<EndedReason>) -> Self {
        Self::new(Status::Canceled, now, reason)
    }

    /// Given up, because what it waited for did not come.
    pub(super) fn expired(now: Timestamp) -> Self {
        Self::new(Status::Dead, now, Some(EndedReason::Expired))
    }

    fn new(status: Status, now: Timestamp, reason: Option<EndedReason>) -> Self {
        let (ended_at, ended_reason) = (now.as_millis(), reason.map(EndedReason::as_str));
        Self { status: status.as_str(), waiting_for: None, due_at: None, held_since: None, ended_at, ended_reason }
    }
}
