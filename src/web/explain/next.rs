//! Who has to act next for a completion, over all of its callbacks and reversals.

use super::{CallbackHistory, ResponsibleParty};
use crate::domain::completion::{Completion, ReviewState};
use crate::domain::delivery::{DeliveryKind, Status, WaitingFor};
use crate::domain::reversal::Reversal;

/// Who it is, and what that party can do.
pub(super) fn next_actor(
    completion: &Completion,
    reversals: &[Reversal],
    callbacks: &[CallbackHistory<'_>],
) -> (ResponsibleParty, String) {
    if callbacks.is_empty() {
        let next = "No callback belongs to this completion: its app's callbacks are off, or no endpoint had chosen this \
                    event type, or they ended so long ago that they are no longer kept. The publisher finds it in \
                    GET /v1/completions.";
        return (ResponsibleParty::Publisher, next.to_owned());
    }
    let of_kind = |kind| callbacks.iter().filter(move |callback| callback.delivery.kind == kind);
    // The completion's own callbacks come first: those of its reversals depend on them.
    let in_order = of_kind(DeliveryKind::Completion).chain(of_kind(DeliveryKind::Reversal));
    let actor = |callback: &CallbackHistory<'_>| {
        callback.next_actor(refused_replay(completion, reversals, callbacks, callback))
    };
    let actors: Vec<(ResponsibleParty, String)> = in_order.map(actor).collect();
    if let Some(open) = actors.iter().find(|(actor, _)| *actor != ResponsibleParty::Nobody) {
        return open.clone();
    }
    let Some(reversal) = reversals.last() else {
        return actors.into_iter().next().unwrap_or((ResponsibleParty::Nobody, String::new()));
    };
    let what = if reversal.taken.whole { "It was taken back" } else { "It was taken back in part" };
    let since = format!("{what} at {} (reason: {})", reversal.recorded_at, reversal.reason.as_str());
    let told_of_it = of_kind(DeliveryKind::Reversal).any(|callback| callback.delivery.status == Status::Delivered);
    let was_sent = of_kind(DeliveryKind::Completion).any(|callback| callback.delivery.status == Status::Delivered);
    if told_of_it {
        (
            ResponsibleParty::Nobody,
            format!("{since}, and the publisher acknowledged that; its own books say what it did."),
        )
    } else if was_sent {
        let next = "and the publisher was not told by a callback, because its endpoint takes none of reversals: it \
                    finds it in GET /v1/completions?reversed=true.";
        (ResponsibleParty::Publisher, format!("{since}, {next}"))
    } else {
        (ResponsibleParty::Nobody, format!("{since}, before the publisher had acknowledged it; nothing is due."))
    }
}

/// Who has to act instead and why, where a replay would be refused.
fn refused_replay(
    completion: &Completion,
    reversals: &[Reversal],
    callbacks: &[CallbackHistory<'_>],
    callback: &CallbackHistory<'_>,
) -> Option<(ResponsibleParty, &'static str)> {
    if callback.delivery.kind != DeliveryKind::Completion {
        return None;
    }
    if completion.review.is_some_and(|review| review.state == ReviewState::Waiting) {
        return Some((ResponsibleParty::Operator, "it is in review, and an account manager releases or rejects it"));
    }
    let waits_for_it = |other: &CallbackHistory<'_>| {
        other.delivery.endpoint_id == callback.delivery.endpoint_id && other.waiting_for == Some(WaitingFor::Completion)
    };
    let is_awaited = callbacks.iter().any(waits_for_it);
    (!reversals.is_empty() && !is_awaited)
        .then_some((ResponsibleParty::Nobody, "it has been taken back, and is not sent again"))
}
