//! "Where is my reward?": what happened to a completion or a click, who has to act next, and with which call, in words.
//!
//! Pure: everything is an argument, so that the same records give the same words. It decides nothing; it only says what
//! the records say already.

mod callback;
mod click;
mod next;

pub(super) use click::explain_click;
use next::next_actor;

use crate::domain::attempt::Attempt;
use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, WaitingFor};
use crate::domain::reversal::Reversal;
use crate::domain::time::Timestamp;

/// Who has to do something, or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResponsibleParty {
    /// Whoever owns the app.
    Publisher,
    /// This service, by itself.
    Ringback,
    /// Whoever runs this service.
    Operator,
    /// Whoever reports completions.
    OfferSystem,
    /// Nothing is to be done.
    Nobody,
}

impl ResponsibleParty {
    /// The word in the API.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Ringback => "ringback",
            Self::Operator => "operator",
            Self::OfferSystem => "offer_system",
            Self::Nobody => "nobody",
        }
    }
}

/// A delivery, its attempts, and what it waits for at this moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallbackHistory<'a> {
    /// The delivery.
    pub(super) delivery: &'a Delivery,
    /// Its attempts, oldest first.
    pub(super) attempts: &'a [Attempt],
    /// What it waits for.
    pub(super) waiting_for: Option<WaitingFor>,
}

/// What is answered to whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Explanation {
    /// What happened, in order.
    pub(super) lines: Vec<String>,
    /// Who has to act next.
    pub(super) responsible: ResponsibleParty,
    /// What comes next, and who has to do what.
    pub(super) next: String,
}

/// Explains what happened to a completion.
pub(super) fn explain(
    completion: &Completion,
    reversals: &[Reversal],
    callbacks: &[CallbackHistory<'_>],
) -> Explanation {
    let (responsible, next) = next_actor(completion, reversals, callbacks);
    Explanation { lines: lines(completion, reversals, callbacks), responsible, next }
}

fn lines(completion: &Completion, reversals: &[Reversal], callbacks: &[CallbackHistory<'_>]) -> Vec<String> {
    let by = match &completion.source_id {
        Some(source_id) => format!("reported by source {source_id} as {}", completion.external_id),
        None => "entered by hand".to_owned(),
    };
    let mut events: Vec<(Timestamp, String)> = vec![(completion.recorded_at, format!("{by}, and recorded"))];
    for reversal in reversals {
        let how_much = if reversal.taken.whole { "wholly" } else { "in part" };
        let reason = reversal.reason.as_str();
        events.push((reversal.recorded_at, format!("taken back {how_much} (reason: {reason}), as {}", reversal.id)));
    }
    for callback in callbacks {
        let name = callback.name();
        for attempt in callback.attempts {
            let line = format!("{name}, attempt {}, {}", attempt.number, callback::in_words(attempt));
            events.push((attempt.started_at, line));
        }
        if let (Some(ended_at), Some(end)) = (callback.delivery.ended_at, callback.end()) {
            events.push((ended_at, format!("{name} {end}")));
        }
    }
    // Stable: what happened in the same millisecond stays as it was put down.
    events.sort_by_key(|(at, _)| *at);
    events.into_iter().map(|(at, line)| format!("{at}: {line}")).collect()
}

#[cfg(test)]
mod tests;
