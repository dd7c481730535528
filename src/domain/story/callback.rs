//! One callback: who has to act for it, and what comes next.

use super::attempts::{Role, acknowledgement, ending, our_fault, remedy};
use super::{Callback, Next, Reader, Turn, sentence};
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{DeliveryKind, EndedReason, Outcome, Status};
use crate::domain::replay::Refusal;
use crate::domain::time::Timestamp;

impl Callback<'_> {
    /// Who has to act for it, and what comes next.
    pub(super) fn next(&self, reader: Reader, now: Timestamp) -> Next {
        match self.delivery.status {
            Status::Delivered => (Turn::Nobody, self.delivered(reader)),
            Status::Dead => self.dead(reader),
            Status::Canceled => self.canceled(),
            Status::Sending => (Turn::Ringback, "It is being sent at this moment.".to_owned()),
            Status::Held | Status::Pending | Status::Retrying => self.waits(reader, now),
        }
    }

    fn is_test(&self) -> bool {
        self.delivery.kind == DeliveryKind::Test
    }

    fn delivered(&self, reader: Reader) -> String {
        let acknowledged = |attempt: &&Attempt| attempt.outcome == Outcome::Delivered;
        let answer = self.attempts.iter().rfind(acknowledged).map(|attempt| acknowledgement(attempt, reader));
        let then = match self.delivery.kind {
            DeliveryKind::Test => "It was a test: nobody is credited.",
            DeliveryKind::Completion => reader.choose(
                "Whether the user was credited stands in your own books.",
                "Whether the user was credited stands in the publisher's own books.",
            ),
            DeliveryKind::Reversal => reader.choose(
                "Whether the reward was taken from the user stands in your own books.",
                "Whether the reward was taken from the user stands in the publisher's own books.",
            ),
        };
        let answer = answer.map(|answer| format!("{} ", sentence(&answer))).unwrap_or_default();
        format!("Delivered. {answer}{then}")
    }

    fn dead(&self, reader: Reader) -> Next {
        if self.is_test() {
            return self.dead_test(reader);
        }
        let is_expired = self.delivery.ended_reason == Some(EndedReason::Expired);
        let failure = self.failure(reader).filter(|_| !is_expired);
        let why = match &failure {
            Some(failure) => sentence(failure),
            None if is_expired => "Given up: it waited for too long.".to_owned(),
            None => "Given up: what it tells cannot be read.".to_owned(),
        };
        if let Some(refusal) = self.refusal {
            let (turn, reason) = not_replayed(refusal);
            return (turn, format!("{why} {reason}"));
        }
        let fix = match self.attempts.iter().rfind(|attempt| attempt.counted) {
            Some(last) if failure.is_some() => {
                format!("{}, then {}.", remedy(last, reader), reader.choose("replay", "replays it"))
            }
            _ if is_expired => reader
                .choose(
                    "Set what it waited for, then replay.",
                    "The publisher sets what it waited for, then replays it.",
                )
                .to_owned(),
            _ => return (Turn::Operator, format!("{why} The log says more; an operator looks there.")),
        };
        (Turn::Publisher, format!("{why} {fix}"))
    }

    /// A test is one attempt, made by somebody who looks at the answer.
    fn dead_test(&self, reader: Reader) -> Next {
        let again = reader.choose("then test again", "then tests again");
        let (turn, next) = match self.last() {
            Some((last, Role::OurFault)) => {
                let fault = our_fault(last);
                (Turn::Publisher, format!("This was our fault: {fault}. It is to be tested again."))
            }
            Some((last, _)) => {
                let (ending, remedy) = (sentence(&ending(last, reader)), remedy(last, reader));
                (Turn::Publisher, format!("{ending} {remedy}, {again}."))
            }
            None if self.delivery.ended_reason == Some(EndedReason::Expired) => {
                let next = "The test was not sent: in two minutes no node could send it. An operator starts one that holds the \
                            app's egress IP.";
                (Turn::Operator, next.to_owned())
            }
            None => {
                let set =
                    reader.choose("Check callback URL and secret", "The publisher checks callback URL and secret");
                (
                    Turn::Publisher,
                    format!("The test was not sent: it could not be made from what is set. {set}, {again}."),
                )
            }
        };
        (turn, next)
    }

    fn canceled(&self) -> Next {
        match self.delivery.ended_reason {
            Some(EndedReason::Rejected) => {
                (Turn::Nobody, "Canceled: the completion was rejected in review. Nothing is due.".to_owned())
            }
            Some(_) => {
                let next = "Canceled: the completion was reversed before anything was sent. Nothing is due.";
                (Turn::Nobody, next.to_owned())
            }
            None if self.is_test() => (Turn::Nobody, "Canceled by hand. Nothing is due.".to_owned()),
            None => match self.refusal {
                Some(refusal) => {
                    let (turn, reason) = not_replayed(refusal);
                    (turn, format!("Canceled by hand. {reason}"))
                }
                None => (Turn::Publisher, "Canceled by hand. A replay sends it after all.".to_owned()),
            },
        }
    }
}

/// Who has to act instead where a replay would be refused, and why it would be.
fn not_replayed(refusal: Refusal) -> (Turn, &'static str) {
    match refusal {
        Refusal::Reversed => (Turn::Nobody, "What it tells has been reversed, so it is not sent again."),
        Refusal::Erased => (Turn::Nobody, "Its user was erased, so it is not sent again."),
        Refusal::Archived => (Turn::Nobody, "Its app or endpoint is archived, so it is not sent again."),
        Refusal::InReview => {
            (Turn::Operator, "The completion is in review; an account manager releases or rejects it.")
        }
    }
}
