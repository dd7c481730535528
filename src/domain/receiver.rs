//! What an attempt shows of the receiver, besides what becomes of its delivery: whether it is given more than it can take, and
//! whether it is there at all.
//!
//! Pure. What follows from it is decided by whoever limits sends to an endpoint, and by its circuit breaker.

use super::attempt::Attempt;
use super::delivery::Outcome;

/// What an attempt says about the receiver's load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// It was acknowledged.
    Taken,
    /// A time-out, a refused connection, a 429 or a 503.
    TooMuch,
    /// Nothing: the receiver refused this one callback, or the fault was ours.
    Unknown,
}

/// What an attempt says about whether the receiver is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It answered, whatever it thinks of this callback.
    Up,
    /// No connection, no answer in time, or a 5xx.
    Down,
    /// Nothing: no request reached it, or the fault was ours.
    Unknown,
}

impl Load {
    /// What the last exchange of a send says; nothing if none was made.
    pub fn of(attempts: &[Attempt]) -> Self {
        match attempts.last().map(|last| (last.outcome, last.status_code)) {
            Some((Outcome::Delivered, _)) => Self::Taken,
            Some((Outcome::Timeout | Outcome::Connect, _) | (Outcome::HttpStatus, Some(429 | 503))) => Self::TooMuch,
            _ => Self::Unknown,
        }
    }
}

impl Presence {
    /// What the last exchange of a send says; nothing if none was made.
    pub fn of(attempts: &[Attempt]) -> Self {
        match attempts.last().map(|last| (last.outcome, last.status_code)) {
            Some((Outcome::Timeout | Outcome::Connect, _) | (Outcome::HttpStatus, Some(500..=599))) => Self::Down,
            Some((Outcome::Delivered | Outcome::HttpStatus | Outcome::BodyMismatch | Outcome::Redirect, _)) => Self::Up,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attempt::{Exchange, Failure, ReceiverAnswer, SentAttempt};
    use crate::domain::time::Timestamp;

    fn shown(failure: Option<Outcome>, status: Option<u16>) -> (Load, Presence) {
        let exchange = Exchange {
            failure: failure.map(|outcome| Failure::theirs(outcome, "failed")),
            answer: status.map(|status| ReceiverAnswer { status, ..ReceiverAnswer::default() }),
            started_at: Timestamp::from_millis(0),
            duration: std::time::Duration::ZERO,
        };
        let sent = SentAttempt { request: None, secret_id: None, egress_ip: None, exchange };
        let attempts = [sent.record(1, true)];
        (Load::of(&attempts), Presence::of(&attempts))
    }

    #[test]
    fn an_overloaded_receiver_and_one_that_is_down_are_told_from_one_that_refuses() {
        for (failure, status, expected) in [
            (None, Some(200), (Load::Taken, Presence::Up)),
            (Some(Outcome::Timeout), None, (Load::TooMuch, Presence::Down)),
            (Some(Outcome::Connect), None, (Load::TooMuch, Presence::Down)),
            (Some(Outcome::HttpStatus), Some(503), (Load::TooMuch, Presence::Down)),
            (Some(Outcome::HttpStatus), Some(429), (Load::TooMuch, Presence::Up)),
            (Some(Outcome::HttpStatus), Some(500), (Load::Unknown, Presence::Down)),
            (Some(Outcome::HttpStatus), Some(403), (Load::Unknown, Presence::Up)),
            (Some(Outcome::Redirect), Some(302), (Load::Unknown, Presence::Up)),
            (Some(Outcome::BodyMismatch), Some(200), (Load::Unknown, Presence::Up)),
            (Some(Outcome::Dns), None, (Load::Unknown, Presence::Unknown)),
            (Some(Outcome::Interrupted), None, (Load::Unknown, Presence::Unknown)),
        ] {
            assert_eq!(shown(failure, status), expected, "{failure:?} {status:?}");
        }
        assert_eq!((Load::of(&[]), Presence::of(&[])), (Load::Unknown, Presence::Unknown));
    }
}
