//! What happened, oldest first: a sentence for each thing, without its instant.
//!
//! Only what is on record is told. What is not kept (since when something was held, who decided a review) is not guessed.

use super::attempts::{Role, ending, our_fault, role};
use super::label::Label;
use super::{Callback, Event, EventKind, Reader, Subject, sentence};
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{DeliveryKind, EndedReason, Outcome, Status};
use crate::domain::reversal::Reversal;
use crate::domain::time::Timestamp;

/// Of a completion, with all of its callbacks.
pub(super) fn of_completion(subject: &Subject<'_>, callbacks: &[Callback<'_>], reader: Reader) -> Vec<Event> {
    let mut events = of_subject(subject);
    for callback in callbacks {
        events.extend(callback.events(&Label::among(callbacks, callback), reader));
    }
    in_order(events)
}

/// Of one callback, with what was recorded of its completion.
pub(super) fn of_callback(callback: &Callback<'_>, subject: Option<&Subject<'_>>, reader: Reader) -> Vec<Event> {
    let mut events = subject.map(of_subject).unwrap_or_default();
    if callback.delivery.kind == DeliveryKind::Test {
        events.push(event(callback.delivery.created_at, EventKind::Recorded, "made as a test"));
    }
    events.extend(callback.events(&Label::none(), reader));
    in_order(events)
}

/// Stable: what happened in the same millisecond stays as it was put down.
fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by_key(|event| event.at);
    events
}

fn event(at: Timestamp, kind: EventKind, text: &str) -> Event {
    Event { at, kind, text: sentence(text) }
}

fn of_subject(subject: &Subject<'_>) -> Vec<Event> {
    let completion = subject.completion;
    let by = match (&completion.manual, subject.source_name) {
        (Some(_), _) => "credited by hand".to_owned(),
        (None, Some(source)) => format!("reported by {source} as {}", completion.external_id),
        (None, None) => format!("reported as {}", completion.external_id),
    };
    let held = if completion.review.is_some() { ", and held for review" } else { "" };
    let recorded = event(completion.recorded_at, EventKind::Recorded, &format!("{by}, and recorded{held}"));
    let reversed = |reversal: &Reversal| {
        let extent = if reversal.taken.whole { "as a whole" } else { "in part" };
        let text = format!("reversed {extent} ({})", reversal.reason.as_str());
        event(reversal.recorded_at, EventKind::Reversed, &text)
    };
    std::iter::once(recorded).chain(subject.reversals.iter().map(reversed)).collect()
}

impl Callback<'_> {
    fn events(&self, label: &Label, reader: Reader) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        for (at, attempt) in self.attempts.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| self.attempts.get(before));
            let (kind, words) = attempted(attempt, before, reader);
            events.push(event(attempt.started_at, kind, &label.before(&words)));
        }
        if let Some(at) = self.reopened_at {
            let replayed = event(at, EventKind::Replayed, &label.before("replayed: it is sent again"));
            events.insert(self.attempts_before_this_round(), replayed);
        }
        if let (Some(ended_at), Some((kind, words))) = (self.delivery.ended_at, self.end()) {
            events.push(event(ended_at, kind, &label.before(words)));
        }
        events
    }

    /// How many attempts were made before it was last opened: those before the counted ones since then. Where several things
    /// bear the same instant, that says which came first.
    fn attempts_before_this_round(&self) -> usize {
        let mut counted = self.delivery.counters.round_attempts;
        let mut before = self.attempts.len();
        while counted > 0 && before > 0 {
            before -= 1;
            counted -= u32::from(self.attempts[before].counted);
        }
        before
    }

    /// How it ended, where its last attempt does not say so.
    fn end(&self) -> Option<(EventKind, &'static str)> {
        let is_test = self.delivery.kind == DeliveryKind::Test;
        match (self.delivery.status, self.delivery.ended_reason) {
            (Status::Dead, Some(EndedReason::Expired)) => Some((EventKind::Dead, "given up: it waited for too long")),
            (Status::Dead, _) if self.attempts.is_empty() => Some((EventKind::Dead, "given up: nothing was sent")),
            (Status::Dead, _) if is_test => Some((EventKind::Dead, "given up: a test is sent once")),
            (Status::Dead, _) => Some((EventKind::Dead, "given up: no further attempt is made")),
            (Status::Canceled, Some(EndedReason::Rejected)) => {
                Some((EventKind::Canceled, "canceled: rejected in review"))
            }
            (Status::Canceled, Some(_)) => {
                Some((EventKind::Canceled, "canceled: the completion was reversed before anything was sent"))
            }
            (Status::Canceled, None) => Some((EventKind::Canceled, "canceled by hand")),
            _ => None,
        }
    }
}

fn attempted(attempt: &Attempt, before: Option<&Attempt>, reader: Reader) -> (EventKind, String) {
    let (number, ended) = (attempt.number, ending(attempt, reader));
    let kind = if attempt.outcome == Outcome::Delivered { EventKind::Delivered } else { EventKind::Failed };
    match role(attempt, before) {
        Role::Counted => (kind, format!("attempt {number}: {ended}")),
        Role::OtherKey => (kind, format!("attempt {number}, at once with the other secret: {ended}")),
        Role::OurFault => {
            let fault = our_fault(attempt);
            (EventKind::OurFault, format!("attempt {number}: {fault}, which was our fault and used up no attempt"))
        }
    }
}
