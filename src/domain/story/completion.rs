//! A completion: whose turn it is over all of its callbacks and reversals.

use super::label::Label;
use super::{Callback, Next, Reader, Subject, Turn};
use crate::domain::completion::ReviewState;
use crate::domain::delivery::{DeliveryKind, Status};
use crate::domain::moment;
use crate::domain::reversal::Reversal;
use crate::domain::time::Timestamp;

/// Who has to act next, and what comes next.
pub(super) fn next(subject: &Subject<'_>, callbacks: &[Callback<'_>], reader: Reader, now: Timestamp) -> Next {
    if callbacks.is_empty() {
        if subject.completion.is_worth_nothing() {
            let why = "No callback belongs to this completion, which pays nobody anything: a dialect may tell of that only to a \
                       callback URL that asks for it. Or callbacks are off, no endpoint takes its event type, or they ended so \
                       long ago that they are no longer kept.";
            return (Turn::Nobody, why.to_owned());
        }
        let why = "No callback belongs to this completion: callbacks are off, no endpoint takes its event type, or they ended so \
                   long ago that they are no longer kept.";
        let then =
            reader.choose("You find it among your completions.", "The publisher finds it among its completions.");
        return (Turn::Publisher, format!("{why} {then}"));
    }
    if subject.completion.review.is_some_and(|review| review.state == ReviewState::Rejected) {
        return (Turn::Nobody, "Rejected in review, so it is not called back. Nothing is due.".to_owned());
    }
    let of_kind = |kind| callbacks.iter().filter(move |callback| callback.delivery.kind == kind);
    // The completion's own callbacks come first: those of its reversals depend on them.
    let in_order = of_kind(DeliveryKind::Completion).chain(of_kind(DeliveryKind::Reversal));
    let all: Vec<Next> = in_order
        .map(|callback| {
            let (turn, next) = callback.next(reader, now);
            (turn, Label::among(callbacks, callback).about(next))
        })
        .collect();
    if let Some(open) = all.iter().find(|(turn, _)| *turn != Turn::Nobody) {
        return open.clone();
    }
    let Some(reversal) = subject.reversals.last() else {
        return all.into_iter().next().unwrap_or((Turn::Nobody, String::new()));
    };
    let was = |kind, status| of_kind(kind).any(move |callback| callback.delivery.status == status);
    let since = reversed(reversal, now);
    let server = reader.server();
    if was(DeliveryKind::Reversal, Status::Delivered) {
        let books = reader.choose("your own books", "the publisher's own books");
        (
            Turn::Nobody,
            format!("{since}, and {server} acknowledged that. What became of the user's reward stands in {books}."),
        )
    } else if was(DeliveryKind::Completion, Status::Delivered) {
        let then = reader.choose(
            "You find it among the reversed completions, and take the reward back yourself.",
            "The publisher finds it among the reversed completions, and takes the reward back itself.",
        );
        (Turn::Publisher, format!("{since}, and {server} was not told: its endpoint takes no reversals. {then}"))
    } else {
        (Turn::Nobody, format!("{since}, before {server} had acknowledged it. Nothing is due."))
    }
}

/// `Reversed in part at 14:03 UTC (refund)`
fn reversed(reversal: &Reversal, now: Timestamp) -> String {
    let extent = if reversal.taken.whole { "" } else { " in part" };
    format!("Reversed{extent} {} ({})", moment::spoken(reversal.recorded_at, now), reversal.reason.as_str())
}
