use std::time::Duration;

use super::*;
use crate::domain::attempt::{Failure, ReceiverAnswer};
use crate::domain::delivery::Outcome;
use crate::domain::dialect::trial::completion;
use crate::domain::new_delivery::{NewDelivery, Start};

const NOW: Timestamp = Timestamp::from_millis(1_000_000);
const POLICY: AttemptPolicy<'static> = AttemptPolicy {
    pacing: RetryPacing { schedule: &[15, 60], scale_thousandths: 1000, jitter_thousandths: 0 },
    final_statuses: &StatusSet::NONE,
    disabling_statuses: &StatusSet::NONE,
};

fn delivery(counters: Counters) -> Delivery {
    let new = NewDelivery {
        id: "dlv_1".to_owned(),
        endpoint_id: "end_1".to_owned(),
        recipe: "any@1".to_owned(),
        start: Start::Pending,
    };
    Delivery { counters, ..new.of(&completion()) }
}

fn answered(status: u16) -> SentAttempt {
    let failure = (status != 200).then(|| Failure::theirs(Outcome::HttpStatus, "refused"));
    let answer = Some(ReceiverAnswer { status, ..ReceiverAnswer::default() });
    let exchange = Exchange { failure, answer, started_at: NOW, duration: Duration::from_millis(7) };
    SentAttempt { request: None, secret_id: None, egress_ip: None, exchange }
}

fn sent(delivery: &Delivery, statuses: &[u16]) -> Settlement {
    Settlement::sent(delivery, "token".to_owned(), statuses.iter().copied().map(answered).collect(), POLICY, NOW)
}

/// Sent to a receiver whose 410 says that it is there no more.
fn sent_to_one_that_may_be_gone(delivery: &Delivery, status: u16) -> Settlement {
    let disabling_statuses = &StatusSet::try_from(vec!["410".to_owned()]).unwrap();
    let policy = AttemptPolicy { disabling_statuses, ..POLICY };
    Settlement::sent(delivery, "token".to_owned(), vec![answered(status)], policy, NOW)
}

fn interrupted(delivery: &Delivery) -> Settlement {
    Settlement::interrupted(delivery, "token".to_owned(), NOW, "we died", 1000, NOW.plus(Duration::from_secs(5)))
}

/// Number, whether it is counted, and the outcome of each attempt.
fn facts(settlement: &Settlement) -> Vec<(u32, bool, Outcome)> {
    settlement.attempts.iter().map(|attempt| (attempt.number, attempt.counted, attempt.outcome)).collect()
}

#[test]
fn of_the_exchanges_of_an_attempt_the_first_counts_and_the_one_under_the_other_key_is_an_extra_chance() {
    let before = Counters { attempts_made: 4, round_attempts: 1, last_number: 6, faults: 0 };
    let settled = sent(&delivery(before), &[401, 401]);
    assert_eq!(facts(&settled), [(7, true, Outcome::HttpStatus), (8, false, Outcome::HttpStatus)]);
    assert_eq!(settled.counters, Counters { attempts_made: 5, round_attempts: 2, last_number: 8, faults: 0 });
    let due = NOW.plus(Duration::from_secs(60));
    assert_eq!((settled.next, settled.told), (Next::Retry(due), Told::Maybe));
    assert_eq!(settled.attempts.iter().map(|attempt| attempt.next_attempt_at).collect::<Vec<_>>(), [None, Some(due)]);
    let acknowledged = sent(&delivery(before), &[401, 200]);
    assert_eq!((acknowledged.next, acknowledged.told), (Next::Delivered, Told::Yes));
}

#[test]
fn what_a_receiver_answered_that_is_there_no_more_counts_as_an_attempt_and_waits() {
    let settled = sent_to_one_that_may_be_gone(&delivery(Counters::default()), 410);
    assert_eq!((settled.next, settled.told), (Next::Disabled { status: 410 }, Told::Maybe));
    assert_eq!((settled.counters.attempts_made, settled.attempts[0].next_attempt_at), (1, None));
}

#[test]
fn an_interrupted_send_burns_no_attempt_may_have_been_told_and_of_a_run_of_them_the_latest_is_kept() {
    let first = interrupted(&delivery(Counters { attempts_made: 1, round_attempts: 1, last_number: 1, faults: 0 }));
    assert_eq!(facts(&first), [(2, false, Outcome::Interrupted)]);
    assert_eq!((first.replaces, first.told), (None, Told::Maybe));
    assert_eq!(first.next, Next::Retry(NOW.plus(Duration::from_secs(5 + 15))));
    assert_eq!(first.counters, Counters { attempts_made: 1, round_attempts: 1, last_number: 2, faults: 1 });
    assert_eq!(first.attempts[0].duration_ms, 5_000);

    let second = interrupted(&delivery(first.counters));
    assert_eq!((facts(&second), second.replaces), (vec![(2, false, Outcome::Interrupted)], Some(2)));
    assert_eq!(second.next, Next::Retry(NOW.plus(Duration::from_secs(5 + 30))));
    assert_eq!(second.counters, Counters { attempts_made: 1, round_attempts: 1, last_number: 2, faults: 2 });

    let counted = sent(&delivery(second.counters), &[500]);
    assert_eq!((facts(&counted), counted.replaces), (vec![(3, true, Outcome::HttpStatus)], None));
    assert_eq!(counted.counters.faults, 0);
}

#[test]
fn what_the_receiver_was_told_before_it_still_knows() {
    let told = Delivery { told: Told::Yes, ..delivery(Counters::default()) };
    assert_eq!((interrupted(&told).told, sent(&told, &[500]).told), (Told::Yes, Told::Yes));
    assert_eq!(Settlement::unsent(&told, "token".to_owned(), Next::Dead, NOW).told, Told::Yes);
}

#[test]
fn a_test_is_one_attempt_however_it_ended() {
    let test = Delivery { kind: DeliveryKind::Test, ..delivery(Counters::default()) };
    assert_eq!([sent(&test, &[500]).next, interrupted(&test).next], [Next::Dead, Next::Dead]);
    assert_eq!(interrupted(&test).attempts[0].next_attempt_at, None);
    assert_eq!(sent(&test, &[200]).next, Next::Delivered);
    assert_eq!(sent_to_one_that_may_be_gone(&test, 410).next, Next::Dead);
}

#[test]
fn what_was_not_sent_leaves_attempts_and_counters_as_they_were() {
    let before = Counters { attempts_made: 1, round_attempts: 1, last_number: 1, faults: 1 };
    let unsent = Settlement::unsent(&delivery(before), "token".to_owned(), Next::Unsent(NOW), NOW);
    assert_eq!((unsent.attempts, unsent.replaces, unsent.counters), (Vec::new(), None, before));
    assert_eq!((unsent.told, unsent.next, unsent.at), (Told::Never, Next::Unsent(NOW), NOW));
}
