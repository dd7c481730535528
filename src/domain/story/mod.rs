//! "Where is my reward?": what became of a completion, of one callback of it or of a click, whose turn it is, what comes next,
//! and what the end user may be told, in words.
//!
//! Pure: everything is an argument, so that the same records give the same words to the API and to the pages. It decides
//! nothing; it only says what the records say already. It names no call, no path and no id of ours: people read it, and some
//! of it is passed on.
//!
//! # Who is who
//! * A [`Subject`] is a completion with what was taken back of it; a [`Callback`] is a delivery with its attempts and with
//!   what decides whether and when it goes on.
//! * A [`Story`] is what is told: the events, oldest first, whose turn it is, and what comes next.
//! * A [`Reader`] is in whose words: the publisher reads of its own server.
//! * A reply is for the end user, who is told nothing of servers, attempts or states.

mod attempts;
mod callback;
mod click;
mod completion;
mod events;
mod label;
mod reader;
mod reply;
mod waiting;

pub use click::{ClickOutlook, ClickSubject};
pub use reader::Reader;

use super::attempt::Attempt;
use super::completion::Completion;
use super::delivery::{Delivery, WaitingFor};
use super::plan::Planned;
use super::replay::Refusal;
use super::reversal::Reversal;
use super::time::Timestamp;
use super::words::words;

words! {
    /// Who has to do something, or is about to.
    Turn {
        /// Whoever owns the app.
        Publisher = "publisher",
        /// This service, by itself.
        Ringback = "ringback",
        /// Whoever runs this service.
        Operator = "operator",
        /// Nothing is to be done.
        Nobody = "nobody",
        /// Whoever reports completions.
        OfferSystem = "offer_system",
    }
}

words! {
    /// What kind of thing happened.
    EventKind {
        /// A completion was recorded, or a test was made.
        Recorded = "recorded",
        /// A completion was reversed, wholly or in part.
        Reversed = "reversed",
        /// An attempt was acknowledged.
        Delivered = "delivered",
        /// An attempt was not acknowledged.
        Failed = "failed",
        /// An attempt failed by a fault of ours, and is not counted.
        OurFault = "our_fault",
        /// A delivery was given up.
        Dead = "dead",
        /// A delivery was canceled.
        Canceled = "canceled",
        /// A delivery was replayed; of several times, the last.
        Replayed = "replayed",
        /// An offer was opened.
        Clicked = "clicked",
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What kind of thing.
    pub kind: EventKind,
    /// In a sentence, without its instant.
    pub text: String,
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What happened, oldest first.
    pub events: Vec<Event>,
    /// Who has to act next.
    pub turn: Turn,
    /// What comes next, and who has to do what.
    pub next: String,
}

/// A completion with what belongs to it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The completion.
    pub completion: &'a Completion,
    /// What the source is called that reported it.
    pub source_name: Option<&'a str>,
    /// What its offer is called.
    pub offer_name: Option<&'a str>,
    /// What was taken back of it, oldest first.
    pub reversals: &'a [Reversal],
}

/// A delivery, its attempts, and what decides whether and when it goes on.
#[derive(Clone, Copy, Debug)]
pub struct Callback<'a> {
    /// The delivery.
    pub delivery: &'a Delivery,
    /// Its attempts, oldest first.
    pub attempts: &'a [Attempt],
    /// What it waits for at this moment.
    pub waiting_for: Option<WaitingFor>,
    /// Its attempts that are still to come.
    pub plan: &'a [Planned],
    /// When it was last replayed.
    pub reopened_at: Option<Timestamp>,
    /// Which endpoint of its app it goes to, counted from 1, where there are several.
    pub endpoint_number: Option<usize>,
    /// Why it may not be replayed, where it has ended.
    pub refusal: Option<Refusal>,
}

/// Who has to act, and what comes next.
type Next = (Turn, String);

/// The story of a completion, over all of its callbacks, which are given oldest first.
pub fn of_completion(subject: &Subject<'_>, callbacks: &[Callback<'_>], reader: Reader, now: Timestamp) -> Story {
    let (turn, next) = completion::next(subject, callbacks, reader, now);
    Story { events: events::of_completion(subject, callbacks, reader), turn, next }
}

/// The story of one callback, of a completion where that is still known; `follows` is the callback that it waits for.
pub fn of_callback(
    callback: &Callback<'_>,
    follows: Option<&Callback<'_>>,
    subject: Option<&Subject<'_>>,
    reader: Reader,
    now: Timestamp,
) -> Story {
    let (turn, next) = match (callback.waiting_for, follows) {
        (Some(WaitingFor::Completion), Some(first)) => {
            let ((_, own), (turn, before)) = (callback.next(reader, now), first.next(reader, now));
            (turn, format!("{own} {before}"))
        }
        _ => callback.next(reader, now),
    };
    Story { events: events::of_callback(callback, subject, reader), turn, next }
}

/// What the end user may be told of a completion.
pub fn reply(subject: &Subject<'_>, callbacks: &[Callback<'_>], now: Timestamp) -> String {
    reply::of_completion(subject, callbacks, now)
}

/// A sentence, made of a text that begins in small letters.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests;
