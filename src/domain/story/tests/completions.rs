//! A completion, over all of its callbacks.

use super::*;
use crate::domain::delivery::EndedReason;

/// What is said of these callbacks, which must be plain in either reader's words.
fn explained(reversals: &[Reversal], callbacks: &[Callback<'_>], reader: Reader) -> Story {
    let completion = completion();
    let subject = subject(&completion, reversals);
    READERS.iter().for_each(|reader| is_plain(&of_completion(&subject, callbacks, *reader, NOW)));
    of_completion(&subject, callbacks, reader, NOW)
}

fn lines(story: &Story) -> String {
    story.events.iter().map(|event| format!("{}: {}", event.kind.as_str(), event.text)).collect::<Vec<_>>().join("\n")
}

#[test]
fn of_what_was_reversed_nothing_is_due_unless_the_publisher_could_not_be_told() {
    let after = |status: Status, ended_reason: Option<EndedReason>, telling: Option<Status>| {
        let first = Delivery { ended_reason, ..delivery(status) };
        let second = telling.map(|status| Delivery { kind: DeliveryKind::Reversal, ..tried(status, 1) });
        let attempts = refused(1);
        let told = [Some(&first), second.as_ref()].into_iter().flatten();
        let all: Vec<Callback<'_>> = told.map(|delivery| callback(delivery, &attempts)).collect();
        explained(&[reversal(true)], &all, Reader::Staff)
    };
    let unsent = after(Status::Canceled, Some(EndedReason::ReversedBeforeSend), None);
    assert_eq!(unsent.turn, Turn::Nobody);
    assert_eq!(
        unsent.next,
        "Reversed at 18:40 UTC (chargeback), before the publisher's server had acknowledged it. Nothing is due."
    );
    let told = after(Status::Delivered, None, Some(Status::Delivered));
    assert_eq!(told.turn, Turn::Nobody);
    assert!(told.next.contains("acknowledged that"), "{}", told.next);
    assert_eq!(after(Status::Delivered, None, Some(Status::Dead)).turn, Turn::Publisher);
    let silent = after(Status::Delivered, None, None);
    assert_eq!(silent.turn, Turn::Publisher);
    assert!(silent.next.contains("takes no reversals"), "{}", silent.next);
    assert!(lines(&silent).contains("reversed: Reversed as a whole (chargeback)."), "{}", lines(&silent));
}

#[test]
fn what_was_rejected_is_told_as_that_and_not_as_reversed() {
    use crate::domain::completion::{Review, ReviewState};
    let rejected = Completion { review: Some(Review { state: ReviewState::Rejected, until: NOW }), ..completion() };
    let canceled = Delivery { ended_reason: Some(EndedReason::Rejected), ..delivery(Status::Canceled) };
    let reversals = [reversal(true)];
    let story = of_completion(&subject(&rejected, &reversals), &[callback(&canceled, &[])], Reader::Publisher, NOW);
    is_plain(&story);
    assert_eq!(story.turn, Turn::Nobody);
    assert_eq!(story.next, "Rejected in review, so it is not called back. Nothing is due.");
}

#[test]
fn the_callback_that_waits_for_nobody_does_not_hide_the_one_that_does() {
    let (delivered, dead) = (delivery(Status::Delivered), tried(Status::Dead, 1));
    let attempts = refused(1);
    let both = [callback(&delivered, &[]), callback(&dead, &attempts)];
    assert_eq!(explained(&[], &both, Reader::Staff).turn, Turn::Publisher);
    assert_eq!(explained(&[], &[], Reader::Staff).turn, Turn::Publisher);
}

#[test]
fn callbacks_to_several_endpoints_are_told_apart_by_their_number() {
    let attempts = refused(1);
    let delivered = delivery(Status::Delivered);
    let dead = Delivery { endpoint_id: "end_2".to_owned(), ..tried(Status::Dead, 1) };
    let telling = Delivery { kind: DeliveryKind::Reversal, ..delivery(Status::Dead) };
    let all = [callback(&delivered, &attempts), callback(&dead, &attempts), callback(&telling, &[])];
    let story = explained(&[reversal(false)], &all, Reader::Publisher);
    assert_eq!(story.next, "This is the callback to endpoint 2. Your server answered 500. Fix it, then replay.");
    insta::assert_snapshot!(lines(&story), @r"
    recorded: Reported by Acme as x1, and recorded.
    reversed: Reversed in part (chargeback).
    failed: Endpoint 1, attempt 1: your server answered 500.
    failed: Endpoint 2, attempt 1: your server answered 500.
    dead: Endpoint 2, given up: no further attempt is made.
    dead: Reversal, endpoint 1, given up: nothing was sent.
    ");
}

#[test]
fn a_lone_callback_is_not_told_apart_from_others() {
    let (dead, attempts) = (tried(Status::Dead, 1), refused(1));
    let story = explained(&[], &[callback(&dead, &attempts)], Reader::Publisher);
    assert_eq!(story.next, "Your server answered 500. Fix it, then replay.");
    assert_eq!(
        lines(&story),
        "recorded: Reported by Acme as x1, and recorded.\nfailed: Attempt 1: your server answered 500.\ndead: Given up: no \
         further attempt is made."
    );
}

#[test]
fn who_brought_a_completion_in_is_told_as_far_as_it_is_known() {
    use crate::domain::completion::{Review, ReviewState};
    use crate::domain::manual::Manual;
    let first = |completion: &Completion, source_name| {
        let subject = Subject { source_name, ..subject(completion, &[]) };
        of_completion(&subject, &[], Reader::Staff, NOW).events.remove(0).text
    };
    let reported = completion();
    assert_eq!(first(&reported, None), "Reported as x1, and recorded.");
    let mark = Manual { token_id: None, user_id: None, reason: "lost".to_owned() };
    let by_hand = Completion { source_id: None, manual: Some(mark), ..completion() };
    assert_eq!(first(&by_hand, None), "Credited by hand, and recorded.");
    let reviewed = Completion { review: Some(Review { state: ReviewState::Waiting, until: NOW }), ..completion() };
    assert_eq!(first(&reviewed, Some("Acme")), "Reported by Acme as x1, and recorded, and held for review.");
}
