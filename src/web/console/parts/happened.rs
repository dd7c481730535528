//! One thing that happened, as a line: its instant, an icon of its own shape, and a sentence.

use super::state::Tone;
use crate::domain::story::{Event, EventKind};
use crate::domain::time::Timestamp;
use crate::web::console::words::instants::{self, Moment};

/// Failures in a row from which on they are told as one.
const RUN: usize = 3;

/// Such a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub at: Moment,
    /// The icon's name.
    pub icon: &'static str,
    /// Its colour.
    pub tone: Tone,
    /// What kind of thing, in a word.
    pub title: &'static str,
    /// In a sentence.
    pub text: String,
}

impl Happened {
    /// Of this event.
    pub fn of(event: Event, now: Timestamp) -> Self {
        let (icon, tone, title) = match event.kind {
            EventKind::Recorded => ("info", Tone::Idle, "Recorded"),
            EventKind::Reversed => ("canceled", Tone::Hold, "Reversed"),
            EventKind::Delivered => ("delivered", Tone::Ok, "Delivered"),
            EventKind::Failed => ("dead", Tone::Bad, "Failed"),
            EventKind::OurFault => ("warning", Tone::Warn, "Our fault"),
            EventKind::Dead => ("dead", Tone::Bad, "Dead"),
            EventKind::Canceled => ("canceled", Tone::Idle, "Canceled"),
            EventKind::Replayed => ("retrying", Tone::Accent, "Replayed"),
            EventKind::Clicked => ("info", Tone::Idle, "Clicked"),
        };
        Self { at: instants::precise(event.at, now), icon, tone, title, text: event.text }
    }

    /// All that happened; of attempts that failed one after the other the first, and the last of the others.
    pub fn briefly(events: Vec<Event>, now: Timestamp) -> Vec<Self> {
        let has_failed = |event: &Event| matches!(event.kind, EventKind::Failed | EventKind::OurFault);
        let mut told = Vec::new();
        for run in events.chunk_by(|one, next| has_failed(one) && has_failed(next)) {
            let Some((last, others)) = run.split_last() else { continue };
            if run.len() < RUN {
                told.extend(run.iter().cloned().map(|event| Self::of(event, now)));
                continue;
            }
            told.extend(others.first().cloned().map(|first| Self::of(first, now)));
            let text = format!("{} more attempts failed. {}", run.len() - 1, last.text);
            told.push(Self::of(Event { text, ..last.clone() }, now));
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_that_failed_one_after_the_other_are_told_as_two_lines() {
        let at = Timestamp::from_millis(0);
        let event = |kind, text: &str| Event { at, kind, text: text.to_owned() };
        let failed = |number: u32| event(EventKind::Failed, &format!("Attempt {number}: it answered 500."));
        let mut events = vec![event(EventKind::Recorded, "Recorded.")];
        events.extend((1..=6).map(failed));
        events.push(event(EventKind::Dead, "Given up."));
        let told: Vec<String> = Happened::briefly(events, at).into_iter().map(|one| one.text).collect();
        let last = "5 more attempts failed. Attempt 6: it answered 500.";
        assert_eq!(told, ["Recorded.", "Attempt 1: it answered 500.", last, "Given up."]);
        assert_eq!(Happened::briefly(vec![failed(1), failed(2)], at).len(), 2);
    }
}
