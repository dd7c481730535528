//! How a delivery ends that no attempt ends: canceled, or expired. One place, so that nothing of its waiting stays behind.
//!
//! Which rows end, and in which states they may, is the callers' to say.

use diesel::prelude::*;

use super::keys::{ClaimKey, NodeKey};
use super::schema::deliveries;
use crate::domain::delivery::{EndedReason, Status, WaitingFor};
use crate::domain::time::Timestamp;

/// What a row becomes.
#[derive(Clone, Debug, AsChangeset)]
#[diesel(table_name = deliveries, treat_none_as_null = true)]
pub(super) struct Ended {
    status: Status,
    waiting_for: Option<WaitingFor>,
    due_at: Option<Timestamp>,
    held_since: Option<Timestamp>,
    claimed_by: Option<NodeKey>,
    claim_token: Option<ClaimKey>,
    claimed_at: Option<Timestamp>,
    ended_at: Timestamp,
    ended_reason: Option<EndedReason>,
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

    fn new(status: Status, ended_at: Timestamp, ended_reason: Option<EndedReason>) -> Self {
        Self {
            status,
            waiting_for: None,
            due_at: None,
            held_since: None,
            // It may wait in a node's line, which drops it when the claim is gone.
            claimed_by: None,
            claim_token: None,
            claimed_at: None,
            ended_at,
            ended_reason,
        }
    }
}
