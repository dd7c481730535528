//! What is still to come of a delivery: its further attempts, each with the instant before which it is not made.
//!
//! Pure, and no promise: it says what happens if every attempt fails as soon as it is made. A receiver may ask for a later
//! one, a random pause of at most a tenth is added to each wait, and a fault of ours counts as no attempt.

use super::decision::RetryPacing;
use super::delivery::{Delivery, DeliveryKind, Status, WaitingFor};
use super::time::Timestamp;

/// An attempt that is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The number that it will have, unless an attempt that is not counted comes before it.
    pub number: u32,
    /// Not before then.
    pub not_before: Timestamp,
}

/// The attempts of a delivery that are still to come, from now on; the one that is being made is none of them. Nothing is
/// planned of what has ended, nor of what waits until somebody fixes or decides something: nobody knows when that will be.
pub fn plan(
    delivery: &Delivery,
    waiting_for: Option<WaitingFor>,
    pacing: RetryPacing<'_>,
    now: Timestamp,
) -> Vec<Planned> {
    let counters = delivery.counters;
    let mut next = match delivery.status {
        Status::Delivered | Status::Dead | Status::Canceled | Status::Held => return Vec::new(),
        _ if waiting_for.is_some_and(WaitingFor::is_to_be_fixed) => return Vec::new(),
        Status::Pending | Status::Retrying => delivery.due_at,
        Status::Sending => None,
    };
    // A test is one attempt, whatever becomes of it.
    let pacing = if delivery.kind == DeliveryKind::Test { RetryPacing { schedule: &[], ..pacing } } else { pacing };
    let (mut number, mut counted, mut after) = (counters.last_number + 1, counters.round_attempts, now);
    let mut planned = Vec::new();
    loop {
        if let Some(not_before) = next {
            planned.push(Planned { number, not_before });
            after = not_before.max(now);
        }
        let Some(wait) = pacing.wait_after(counted) else { return planned };
        next = Some(after.plus(wait));
        (number, counted) = (number + 1, counted + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::Counters;
    use crate::domain::new_delivery::{NewDelivery, Start};
    use crate::domain::sample_completion;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const PACING: RetryPacing<'static> =
        RetryPacing { schedule: &[60, 300], scale_thousandths: 1000, jitter_thousandths: 0 };

    fn delivery(status: Status, due_at: i64, counters: Counters) -> Delivery {
        let completion = sample_completion::from_fields(None, "app_1", "cmp_1".to_owned(), NOW).unwrap();
        let new = NewDelivery {
            id: "dlv_1".to_owned(),
            endpoint_id: "end_1".to_owned(),
            recipe: "any@1".to_owned(),
            start: Start::Pending,
        };
        Delivery { status, due_at: Some(Timestamp::from_millis(due_at)), counters, ..new.of(&completion) }
    }

    /// Number and seconds from now.
    fn planned(delivery: &Delivery, waiting_for: Option<WaitingFor>) -> Vec<(u32, i64)> {
        let from_now = |at: Timestamp| (at.as_millis() - NOW.as_millis()) / 1000;
        let planned = plan(delivery, waiting_for, PACING, NOW);
        planned.into_iter().map(|planned| (planned.number, from_now(planned.not_before))).collect()
    }

    #[test]
    fn each_attempt_that_the_schedule_still_has_follows_the_one_before_it() {
        let fresh = delivery(Status::Pending, 1_000_000, Counters::default());
        assert_eq!(planned(&fresh, None), [(1, 0), (2, 60), (3, 360)]);
        let tried = Counters { attempts_made: 1, round_attempts: 1, last_number: 1, faults: 0 };
        assert_eq!(planned(&delivery(Status::Retrying, 1_030_000, tried), None), [(2, 30), (3, 330)]);
    }

    #[test]
    fn what_is_overdue_delays_the_attempts_behind_it() {
        let overdue = delivery(Status::Pending, 900_000, Counters::default());
        assert_eq!(planned(&overdue, Some(WaitingFor::EgressIp)), [(1, -100), (2, 60), (3, 360)]);
    }

    #[test]
    fn a_replay_and_a_fault_of_ours_use_up_no_attempt() {
        let replayed = Counters { attempts_made: 3, round_attempts: 0, last_number: 4, faults: 1 };
        assert_eq!(planned(&delivery(Status::Retrying, 1_000_000, replayed), None), [(5, 0), (6, 60), (7, 360)]);
        let worn_out = Counters { attempts_made: 9, round_attempts: 9, last_number: 9, faults: 0 };
        assert_eq!(planned(&delivery(Status::Retrying, 1_000_000, worn_out), None), [(10, 0)]);
    }

    #[test]
    fn the_attempt_that_is_being_made_is_not_to_come_any_more() {
        let sending = Delivery { due_at: None, ..delivery(Status::Sending, 0, Counters::default()) };
        assert_eq!(planned(&sending, None), [(2, 60), (3, 360)]);
    }

    #[test]
    fn nothing_is_planned_of_what_has_ended_or_waits_for_somebody() {
        for status in [Status::Delivered, Status::Dead, Status::Canceled, Status::Held] {
            assert_eq!(planned(&delivery(status, 1_000_000, Counters::default()), None), [], "{status:?}");
        }
        let paused = delivery(Status::Pending, 1_000_000, Counters::default());
        assert_eq!(planned(&paused, Some(WaitingFor::AppPaused)), []);
    }

    #[test]
    fn a_test_is_one_attempt() {
        let test = Delivery { kind: DeliveryKind::Test, ..delivery(Status::Pending, 1_000_000, Counters::default()) };
        assert_eq!(planned(&test, None), [(1, 0)]);
    }
}
