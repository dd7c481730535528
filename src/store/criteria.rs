//! What completions and deliveries are looked for by. What is absent does not matter; what is given, all of it must hold.
//!
//! Which index leads to what is asked for, and what has to be looked through, is for [`super::finding`] to say.

use super::keys::AppKey;
use crate::domain::completion::ReviewState;
use crate::domain::delivery::{DeliveryKind, Outcome, Status, WaitingFor};
use crate::domain::sample_completion;
use crate::domain::time::Timestamp;

/// Among which records of either kind something is looked for: whose, made when, and behind which one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Of these apps; `None`: of any.
    pub app_ids: Option<Vec<String>>,
    /// Recorded at or after.
    pub from: Option<Timestamp>,
    /// Recorded before.
    pub to: Option<Timestamp>,
    /// Newer than the record with this id.
    pub after: Option<String>,
    /// When this is asked: a time without an end goes on until then.
    pub asked_at: Timestamp,
}

/// Which completions are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompletionCriteria {
    /// Among these.
    pub scope: Scope,
    /// Of this user.
    pub user_id: Option<String>,
    /// With this transaction id, ignoring case.
    pub transaction_id: Option<String>,
    /// Of this offer.
    pub offer_id: Option<String>,
    /// Attributed by this click.
    pub click_id: Option<String>,
    /// Of this type.
    pub event_type: Option<String>,
    /// Whether something was taken back.
    pub reversed: Option<bool>,
    /// Whether it was credited by hand.
    pub manual: Option<bool>,
    /// Whose review stands there.
    pub review: Option<ReviewState>,
    /// With a callback of its own, not of a reversal, in this state.
    pub callback: Option<Status>,
}

/// Which deliveries are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryCriteria {
    /// Among these.
    pub scope: Scope,
    /// In one of these states; none given: in any.
    pub statuses: Vec<Status>,
    /// Of one of these kinds; none given: of any.
    pub kinds: Vec<DeliveryKind>,
    /// That tell of a completion of this user. Tests tell of none.
    pub user_id: Option<String>,
    /// With this transaction id, ignoring case.
    pub transaction_id: Option<String>,
    /// Of this user, or with this transaction id; beside neither of these two, nor a completion. A test is found by neither.
    pub about: Option<String>,
    /// That tell of this completion.
    pub completion_id: Option<String>,
    /// To this endpoint.
    pub endpoint_id: Option<String>,
    /// Whose last attempt was like this.
    pub last_attempt: AttemptCriteria,
    /// That wait for this.
    pub waiting: Option<Waiting>,
    /// That are held until somebody fixes something, or were created since then and given up.
    pub needing_attention: Option<Timestamp>,
}

/// What a delivery's last attempt is looked for by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttemptCriteria {
    /// It ended like this.
    pub outcome: Option<Outcome>,
    /// The receiver answered this.
    pub status_code: Option<u16>,
    /// It left from this address, in its usual form.
    pub egress_ip: Option<String>,
}

/// Deliveries that wait for one thing. Why a delivery is held, its row says. Why one waits to be sent is a matter of its
/// endpoint and of the moment, so whoever asks brings along what is so now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What is waited for.
    pub reason: WaitingFor,
    /// The endpoints whose deliveries wait for it while they wait to be sent.
    pub endpoints: Vec<WaitingEndpoint>,
    /// The moment.
    pub now: Timestamp,
}

/// An endpoint of which some deliveries wait to be sent for the reason that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEndpoint {
    /// Its app.
    pub app_id: String,
    /// The endpoint.
    pub endpoint_id: String,
    /// Those that are due do.
    pub due: bool,
    /// Those that are due later do.
    pub later: bool,
}

impl Scope {
    /// The apps, if not any will do.
    pub(super) fn apps(&self) -> Option<Vec<AppKey>> {
        let apps = self.app_ids.as_ref()?;
        Some(apps.iter().map(|id| AppKey::of(id)).collect())
    }

    /// Whether a record's own instant decides as well, and not its key alone.
    pub(super) fn has_time(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }
}

impl AttemptCriteria {
    /// Whether a last attempt is asked about.
    pub(super) fn asks(&self) -> bool {
        *self != Self::default()
    }
}

impl DeliveryCriteria {
    /// The states that what is looked for can be in; `None`: in any. What was delivered is what was acknowledged last, and
    /// only what is held or waits to be sent waits for something.
    pub(super) fn possible_statuses(&self) -> Option<Vec<Status>> {
        let by_outcome = self.last_attempt.outcome.is_some_and(|outcome| outcome != Outcome::Delivered);
        let by_attention = self.needing_attention.is_some();
        if self.statuses.is_empty() && !by_outcome && self.waiting.is_none() && !by_attention {
            return None;
        }
        let is_possible = |status: &Status| {
            let is_asked_for = self.statuses.is_empty() || self.statuses.contains(status);
            let has_outcome = !by_outcome || *status != Status::Delivered;
            let may_need_it = !by_attention || matches!(status, Status::Held | Status::Dead);
            let may_wait = self.waiting.as_ref().is_none_or(|waiting| waiting.may_be_in(*status));
            is_asked_for && has_outcome && may_need_it && may_wait
        };
        Some(Status::ALL.iter().copied().filter(is_possible).collect())
    }

    /// Whether the transaction id is a test's, which leaves no completion that could be found by it.
    pub(super) fn names_a_test(&self) -> bool {
        self.transaction_id.as_deref().is_some_and(|id| id.starts_with(sample_completion::PREFIX))
    }

    /// Whether kinds are asked for that leave out much: almost everything tells of completions.
    pub(super) fn seeks_a_kind(&self) -> bool {
        !self.kinds.is_empty() && !self.kinds.contains(&DeliveryKind::Completion)
    }

    /// Whether only tests are looked for.
    pub(super) fn is_about_tests(&self) -> bool {
        self.kinds == [DeliveryKind::Test]
    }
}

impl Waiting {
    /// Whether a delivery in this state may wait for it.
    fn may_be_in(&self, status: Status) -> bool {
        match status {
            Status::Held => self.reason.is_held_for(),
            Status::Pending | Status::Retrying => !self.endpoints.is_empty(),
            Status::Sending | Status::Delivered | Status::Dead | Status::Canceled => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn possible(criteria: DeliveryCriteria) -> Option<Vec<Status>> {
        criteria.possible_statuses()
    }

    fn waiting(reason: WaitingFor, endpoints: Vec<WaitingEndpoint>) -> DeliveryCriteria {
        let waiting = Waiting { reason, endpoints, now: Timestamp::from_millis(0) };
        DeliveryCriteria { waiting: Some(waiting), ..DeliveryCriteria::default() }
    }

    #[test]
    fn what_is_asked_for_says_in_which_states_it_can_be() {
        let ended = |outcome| AttemptCriteria { outcome: Some(outcome), ..AttemptCriteria::default() };
        let of = |last_attempt| DeliveryCriteria { last_attempt, ..DeliveryCriteria::default() };
        let endpoint =
            WaitingEndpoint { app_id: "app_1".to_owned(), endpoint_id: "end_1".to_owned(), due: true, later: false };
        assert_eq!(possible(DeliveryCriteria::default()), None);
        assert_eq!(possible(of(ended(Outcome::Delivered))), None);
        let failed = possible(of(ended(Outcome::Timeout))).unwrap();
        assert_eq!(failed.len(), Status::ALL.len() - 1);
        assert!(!failed.contains(&Status::Delivered));
        assert_eq!(possible(waiting(WaitingFor::Review, vec![])), Some(vec![Status::Held]));
        assert_eq!(possible(waiting(WaitingFor::Permit, vec![])), Some(vec![]));
        assert_eq!(
            possible(waiting(WaitingFor::Permit, vec![endpoint.clone()])),
            Some(vec![Status::Pending, Status::Retrying])
        );
        let paused = waiting(WaitingFor::AppPaused, vec![endpoint]);
        assert_eq!(possible(paused.clone()), Some(vec![Status::Pending, Status::Retrying, Status::Held]));
        let dead = DeliveryCriteria { statuses: vec![Status::Dead, Status::Held], ..paused };
        assert_eq!(possible(dead), Some(vec![Status::Held]));
        let needing =
            DeliveryCriteria { needing_attention: Some(Timestamp::from_millis(0)), ..DeliveryCriteria::default() };
        assert_eq!(possible(needing.clone()), Some(vec![Status::Held, Status::Dead]));
        assert_eq!(possible(DeliveryCriteria { statuses: vec![Status::Pending], ..needing }), Some(vec![]));
    }
}
