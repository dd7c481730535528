//! What the end user is told, in each state.

use super::*;
use crate::domain::completion::{Review, ReviewState};
use crate::domain::delivery::{EndedReason, Extent};

fn told(completion: &Completion, reversals: &[Reversal], callbacks: &[Callback<'_>]) -> String {
    let reply = reply(&subject(completion, reversals), callbacks, NOW);
    is_for_the_end_user(&reply);
    reply
}

#[test]
fn every_reason_to_wait_has_a_reply_without_our_internals() {
    let completion = completion();
    let mut all: Vec<String> = Vec::new();
    for reason in WaitingFor::ALL {
        let waits = Delivery { waiting_for: Some(*reason), ..delivery(Status::Held) };
        let reply = told(&completion, &[], &[callback(&waits, &refused(1))]);
        if !all.contains(&reply) {
            all.push(reply);
        }
    }
    insta::assert_snapshot!(all.join("\n"), @r"
    Your reward of 60 for Family Island was reported at 18:40 UTC. The app has not confirmed it yet. We keep trying by ourselves for a while. There is nothing that you need to do.
    Your reward of 60 for Family Island was reported at 18:40 UTC. The app has not confirmed it yet: the app's team has something to do first. The reward is recorded, and is passed on once that is done. The app's support can tell you more.
    Your reward of 60 for Family Island was reported at 18:40 UTC. The app has not confirmed it yet: we have something to fix on our side first. The reward is recorded, and is passed on once that is done. There is nothing that you need to do.
    ");
}

#[test]
fn every_end_has_its_reply() {
    let completion = completion();
    let all: Vec<String> = [
        (Status::Sending, None, None),
        (Status::Delivered, None, None),
        (Status::Dead, None, None),
        (Status::Dead, Some(EndedReason::Expired), Some(Refusal::Archived)),
        (Status::Canceled, None, None),
        (Status::Canceled, Some(EndedReason::ReversedBeforeSend), Some(Refusal::Reversed)),
        (Status::Canceled, Some(EndedReason::Rejected), Some(Refusal::Reversed)),
    ]
    .into_iter()
    .map(|(status, ended_reason, refusal)| {
        let ended = Delivery { ended_reason, ..delivery(status) };
        told(&completion, &[], &[Callback { refusal, ..callback(&ended, &refused(1)) }])
    })
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r"
    Your reward of 60 for Family Island was reported at 18:40 UTC. The app has not confirmed it yet: it is being passed on right now. There is nothing that you need to do.
    Your reward of 60 for Family Island was reported at 18:40 UTC, and the app confirmed it at 18:40 UTC. If it is missing in the app, ask the app's support.
    Your reward of 60 for Family Island was reported at 18:40 UTC. The app has not confirmed it yet. We do not try again by ourselves; the app's team can have it passed on again. Ask the app's support.
    Your reward of 60 for Family Island was reported at 18:40 UTC. The app has not confirmed it, and it is not passed on any more. Ask the app's support.
    Your reward of 60 for Family Island was reported at 18:40 UTC. The app has not confirmed it, because it was not passed on. Ask the app's support.
    Your reward of 60 for Family Island was reported at 18:40 UTC, and was taken back.
    Your reward of 60 for Family Island was reported at 18:40 UTC. It was checked and not approved, so it is not paid out.
    ");
}

#[test]
fn what_was_reversed_is_told_with_a_reason_that_accuses_nobody() {
    let (completion, delivered) = (completion(), delivery(Status::Delivered));
    let all: Vec<String> = Reason::ALL
        .iter()
        .map(|reason| {
            told(&completion, &[Reversal { reason: *reason, ..reversal(true) }], &[callback(&delivered, &[])])
        })
        .collect();
    insta::assert_snapshot!(all.join("\n"), @r"
    Your reward of 60 for Family Island was reported at 18:40 UTC, and was taken back at 18:40 UTC, because the purchase was refunded.
    Your reward of 60 for Family Island was reported at 18:40 UTC, and was taken back at 18:40 UTC, because the payment was charged back.
    Your reward of 60 for Family Island was reported at 18:40 UTC, and was taken back at 18:40 UTC.
    Your reward of 60 for Family Island was reported at 18:40 UTC, and was taken back at 18:40 UTC, because it had been counted twice.
    Your reward of 60 for Family Island was reported at 18:40 UTC, and was taken back at 18:40 UTC.
    ");
    let part = told(&completion, &[reversal(false)], &[callback(&delivered, &[])]);
    assert!(
        part.ends_with(" A part of it was taken back at 18:40 UTC, because the payment was charged back."),
        "{part}"
    );
    let nothing_left = Delivery { reversed: Some(Extent::Whole), ..delivery(Status::Delivered) };
    let parts = told(&completion, &[reversal(false), reversal(false)], &[callback(&nothing_left, &[])]);
    assert!(!parts.contains("A part") && parts.contains("and was taken back"), "{parts}");
}

#[test]
fn a_review_is_told_with_its_end_and_its_outcome() {
    let held = Delivery { waiting_for: Some(WaitingFor::Review), ..delivery(Status::Held) };
    let reviewed = |state| Completion { review: Some(Review { state, until: later(86_400) }), ..completion() };
    assert_eq!(
        told(&reviewed(ReviewState::Waiting), &[], &[callback(&held, &[])]),
        "Your reward of 60 for Family Island was reported at 18:40 UTC. It is being checked, until 2 Jul at 18:40 UTC at the \
         latest. There is nothing that you need to do."
    );
    let canceled = Delivery { ended_reason: Some(EndedReason::Rejected), ..delivery(Status::Canceled) };
    let rejected = told(&reviewed(ReviewState::Rejected), &[reversal(true)], &[callback(&canceled, &[])]);
    assert!(rejected.contains("checked and not approved"), "{rejected}");
    let released = told(&reviewed(ReviewState::Released), &[], &[callback(&delivery(Status::Sending), &[])]);
    assert!(released.contains("being passed on right now"), "{released}");
}

#[test]
fn the_first_endpoint_is_the_users_app() {
    let (dead, delivered) = (tried(Status::Dead, 1), delivery(Status::Delivered));
    let (attempts, completion) = (refused(1), completion());
    let main_is_dead = told(&completion, &[], &[callback(&dead, &attempts), callback(&delivered, &[])]);
    assert!(main_is_dead.contains("has not confirmed it yet"), "{main_is_dead}");
    let mirror_is_dead = told(&completion, &[], &[callback(&delivered, &[]), callback(&dead, &attempts)]);
    assert!(mirror_is_dead.contains("the app confirmed it at 18:40 UTC"), "{mirror_is_dead}");
}

#[test]
fn the_reward_and_the_offer_are_named_as_far_as_they_are_known() {
    let of = |completion: &Completion, offer_name| {
        let subject = Subject { offer_name, ..subject(completion, &[]) };
        reply(&subject, &[], NOW)
    };
    let unnamed = Completion { user_reward: None, reward_minor: None, ..completion() };
    assert_eq!(
        of(&unnamed, None),
        "Your reward was reported at 18:40 UTC and is recorded. If it is missing in the app, ask the app's support."
    );
    let in_money = Completion { reward_minor: Some(60), ..unnamed };
    assert!(
        of(&in_money, Some("Zen Koi")).starts_with("Your reward of 0.60 USD for Zen Koi was reported at 18:40 UTC")
    );
    let as_reported = Completion { user_reward: Decimal::parse("100.0"), ..completion() };
    assert!(of(&as_reported, None).starts_with("Your reward of 100.0 was reported"));
}
