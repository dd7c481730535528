//! What is said of a completion in each state that its callbacks can be in.

use super::*;
use crate::domain::completion::{Review, ReviewState};
use crate::domain::delivery::{Counters, DeliveryKind, EndedReason, Outcome, Status, Told};
use crate::domain::dialect::callback::TakenBack;
use crate::domain::reversal::{Asked, Reason};

const NOW: Timestamp = Timestamp::from_millis(1_719_859_200_000);

fn completion() -> Completion {
    let mut completion = crate::domain::sample_completion::from_fields(None, "app_1", "cmp_1".to_owned(), NOW).unwrap();
    completion.source_id = Some("src_1".to_owned());
    completion.external_id = "x1".to_owned();
    completion
}

fn delivery(status: Status) -> Delivery {
    Delivery {
        id: "dlv_1".to_owned(),
        app_id: "app_1".to_owned(),
        endpoint_id: "end_1".to_owned(),
        kind: DeliveryKind::Completion,
        completion_id: "cmp_1".to_owned(),
        reversal_id: None,
        transaction_id: "x1".to_owned(),
        recipe: "any@1".to_owned(),
        status,
        told: Told::Maybe,
        waiting_for: None,
        counters: Counters { attempts_made: 1, round_attempts: 1, last_number: 1, faults: 0 },
        due_at: Some(NOW),
        test: None,
        created_at: NOW,
        ended_at: status.is_ended().then_some(NOW),
        ended_reason: None,
        reversed: None,
    }
}

fn attempt(outcome: Outcome, status_code: Option<u16>) -> Attempt {
    Attempt {
        number: 3,
        counted: true,
        started_at: NOW,
        duration_ms: 5,
        egress_ip: None,
        peer: None,
        method: None,
        url: None,
        headers: Vec::new(),
        signature_start: None,
        secret_id: None,
        outcome,
        error: None,
        status_code,
        response_headers: Vec::new(),
        response_body: None,
        retry_after_seconds: None,
        next_attempt_at: None,
    }
}

fn reversal(whole: bool) -> Reversal {
    Reversal {
        id: "rev_1".to_owned(),
        completion_id: "cmp_1".to_owned(),
        app_id: "app_1".to_owned(),
        reversal_id: None,
        asked: Asked::default(),
        reason: Reason::Fraud,
        taken: TakenBack {
            ordinal: 1,
            whole,
            user_reward: None,
            reward_minor: None,
            payout_minor: None,
            gross_minor: None,
            reason: None,
            occurred_at: NOW,
        },
        recorded_at: NOW,
        manual: None,
    }
}

fn explained(delivery: &Delivery, attempts: &[Attempt], waiting_for: Option<WaitingFor>) -> Explanation {
    explain(&completion(), &[], &[CallbackHistory { delivery, attempts, waiting_for }])
}

#[test]
fn what_happened_is_told_in_order_and_what_comes_next_with_its_instant() {
    let failed = attempt(Outcome::HttpStatus, Some(500));
    let explained = explained(&delivery(Status::Retrying), &[failed], Some(WaitingFor::Retry));
    assert_eq!(
        explained.lines,
        [
            "2024-07-01T18:40:00.000Z: reported by source src_1 as x1, and recorded",
            "2024-07-01T18:40:00.000Z: callback to endpoint end_1, attempt 3, answered 500",
        ]
    );
    let next = "The callback to endpoint end_1 waits: the next attempt follows at 2024-07-01T18:40:00.000Z (attempt 3 \
                answered 500).";
    assert_eq!((explained.responsible, explained.next.as_str()), (ResponsibleParty::Ringback, next));
}

#[test]
fn whoever_can_mend_it_has_to_act() {
    for (reason, responsible) in [
        (WaitingFor::AppPaused, ResponsibleParty::Publisher),
        (WaitingFor::CallbackUrl, ResponsibleParty::Publisher),
        (WaitingFor::Secret, ResponsibleParty::Publisher),
        (WaitingFor::Fields, ResponsibleParty::Publisher),
        (WaitingFor::EndpointDisabled, ResponsibleParty::Publisher),
        (WaitingFor::EgressIp, ResponsibleParty::Operator),
        (WaitingFor::Permit, ResponsibleParty::Ringback),
        (WaitingFor::RateLimit, ResponsibleParty::Ringback),
        (WaitingFor::Circuit, ResponsibleParty::Publisher),
    ] {
        let explained = explained(&delivery(Status::Held), &[], Some(reason));
        assert_eq!(explained.responsible, responsible, "{reason:?}");
        assert!(explained.next.contains("nothing was sent yet"), "{}", explained.next);
    }
}

#[test]
fn what_was_given_up_can_be_replayed_by_the_publisher() {
    let explained = explained(&delivery(Status::Dead), &[attempt(Outcome::Timeout, None)], None);
    assert_eq!(explained.responsible, ResponsibleParty::Publisher);
    assert!(explained.next.contains("had no answer in time"), "{}", explained.next);
    assert!(explained.next.contains("POST /v1/deliveries/dlv_1/replay"), "{}", explained.next);
}

#[test]
fn what_was_acknowledged_is_in_the_publishers_own_books() {
    let explained = explained(&delivery(Status::Delivered), &[attempt(Outcome::Delivered, Some(200))], None);
    assert_eq!(explained.responsible, ResponsibleParty::Nobody);
    assert!(explained.next.contains("acknowledged at 2024-07-01T18:40:00.000Z"), "{}", explained.next);
    assert!(explained.next.contains("publisher's own books"), "{}", explained.next);
}

#[test]
fn of_what_was_taken_back_nothing_is_due_unless_the_publisher_could_not_be_told() {
    let after = |status: Status, reason: Option<EndedReason>, telling: Option<Status>| {
        let first = Delivery { ended_reason: reason, ..delivery(status) };
        let second = telling.map(|status| Delivery {
            kind: DeliveryKind::Reversal,
            reversal_id: Some("rev_1".to_owned()),
            ..delivery(status)
        });
        let all: Vec<CallbackHistory<'_>> = [Some(&first), second.as_ref()]
            .into_iter()
            .flatten()
            .map(|delivery| CallbackHistory { delivery, attempts: &[], waiting_for: None })
            .collect();
        explain(&completion(), &[reversal(true)], &all)
    };
    let unsent = after(Status::Canceled, Some(EndedReason::ReversedBeforeSend), None);
    assert_eq!(unsent.responsible, ResponsibleParty::Nobody);
    assert!(unsent.next.ends_with("nothing is due."), "{}", unsent.next);
    assert_eq!(after(Status::Delivered, None, Some(Status::Delivered)).responsible, ResponsibleParty::Nobody);
    assert_eq!(after(Status::Delivered, None, Some(Status::Dead)).responsible, ResponsibleParty::Publisher);
    let silent = after(Status::Delivered, None, None);
    assert_eq!(silent.responsible, ResponsibleParty::Publisher);
    assert!(silent.next.contains("reversed=true"), "{}", silent.next);
    assert!(silent.lines.iter().any(|line| line.contains("taken back wholly (reason: fraud)")), "{:?}", silent.lines);
}

#[test]
fn the_callback_that_waits_for_nobody_does_not_hide_the_one_that_does() {
    let (delivered, dead) = (delivery(Status::Delivered), delivery(Status::Dead));
    let both = [&delivered, &dead].map(|delivery| CallbackHistory { delivery, attempts: &[], waiting_for: None });
    assert_eq!(explain(&completion(), &[], &both).responsible, ResponsibleParty::Publisher);
    assert_eq!(explain(&completion(), &[], &[]).responsible, ResponsibleParty::Publisher);
}

#[test]
fn nobody_is_told_to_replay_what_would_be_refused() {
    let dead = delivery(Status::Dead);
    let callbacks = [CallbackHistory { delivery: &dead, attempts: &[], waiting_for: None }];
    let taken_back = explain(&completion(), &[reversal(true)], &callbacks);
    assert!(!taken_back.next.contains("/replay"), "{taken_back:?}");
    let in_review = Completion { review: Some(Review { state: ReviewState::Waiting, until: NOW }), ..completion() };
    let canceled = delivery(Status::Canceled);
    let callbacks = [CallbackHistory { delivery: &canceled, attempts: &[], waiting_for: None }];
    let held = explain(&in_review, &[], &callbacks);
    assert_eq!(held.responsible, ResponsibleParty::Operator);
    assert!(held.next.contains("in review") && !held.next.contains("/replay"), "{held:?}");
}
