//! What a callback waits for: who ends that, and how.

use super::attempts::{Role, ending, our_fault, times};
use super::{Callback, Next, Reader, Turn, sentence};
use crate::domain::delivery::{Status, WaitingFor};
use crate::domain::moment;
use crate::domain::time::Timestamp;

impl Callback<'_> {
    /// Who ends its waiting, and how.
    pub(super) fn waits(&self, reader: Reader, now: Timestamp) -> Next {
        let lead = if self.delivery.status == Status::Held { "Held" } else { "Waiting" };
        let server = reader.server();
        // What the publisher does, in either reader's words.
        let asked = |why: &str, own: &str, other: &str| {
            (Turn::Publisher, format!("{lead}: {why}. {}", reader.choose(own, other)))
        };
        match self.waiting_for {
            Some(WaitingFor::AppPaused) => asked(
                "the app is paused",
                "Resume it and this is sent; nothing is lost.",
                "The publisher resumes it and this is sent; nothing is lost.",
            ),
            Some(WaitingFor::CallbackUrl) => asked(
                "there is no callback URL",
                "Save one and this is sent; nothing is lost.",
                "The publisher saves one and this is sent; nothing is lost.",
            ),
            Some(WaitingFor::Secret) => asked(
                "there is no active secret to sign with",
                "Add one and this is sent; nothing is lost.",
                "The publisher adds one and this is sent; nothing is lost.",
            ),
            Some(WaitingFor::EndpointDisabled) => asked(
                &format!("{server} answered that it is there no more, which disabled the endpoint"),
                "Fix it, then enable the endpoint.",
                "The publisher fixes it, then enables the endpoint.",
            ),
            Some(WaitingFor::Fields) => asked(
                "the completion's values do not fit the callback URL",
                "Change the callback URL and this is sent.",
                "The publisher changes the callback URL and this is sent.",
            ),
            Some(WaitingFor::Circuit) => asked(
                &format!("{server} gives no answer or errors, so it is tried with one callback at a time"),
                "Fix it; what waits is sent as soon as it answers.",
                "The publisher fixes it; what waits is sent as soon as it answers.",
            ),
            Some(WaitingFor::EgressIp) => {
                let fix = reader.choose(
                    "That is for us to fix; nothing is lost.",
                    "An operator starts such a node, or an account manager assigns another IP; nothing is lost.",
                );
                let why = "no node holds the egress IP that it leaves from, or its assignment was removed";
                (Turn::Operator, format!("{lead}: {why}. {fix}"))
            }
            Some(WaitingFor::Review) => {
                let until = self.delivery.due_at.map(|at| format!("; else it is sent {}", moment::spoken(at, now)));
                let decided = "the completion is in review. An account manager releases or rejects it";
                (Turn::Operator, format!("{lead}: {decided}{}.", until.unwrap_or_default()))
            }
            Some(WaitingFor::Completion) => {
                (Turn::Nobody, format!("{lead} until the callback of its completion is acknowledged."))
            }
            Some(WaitingFor::Retry) if self.is_refused() => (Turn::Publisher, self.tried_again(reader, now)),
            Some(WaitingFor::Retry) => (Turn::Ringback, self.tried_again(reader, now)),
            Some(WaitingFor::RateLimit) => {
                let why = "the app's limit of callbacks per second is used up. It is sent in its turn.";
                (Turn::Ringback, format!("{lead}: {why}"))
            }
            Some(WaitingFor::Permit) | None => {
                (Turn::Ringback, format!("It is sent as soon as there is room for one more callback to {server}."))
            }
        }
    }

    /// Whether the receiver turns it away, which no further attempt changes by itself.
    fn is_refused(&self) -> bool {
        self.last().is_some_and(|(last, role)| role != Role::OurFault && matches!(last.status_code, Some(401 | 403)))
    }

    /// What the last attempt came to, and when the next ones follow.
    fn tried_again(&self, reader: Reader, now: Timestamp) -> String {
        let before = match self.last() {
            Some((last, Role::OurFault)) => {
                format!("This was our fault and used up no attempt: {}. ", our_fault(last))
            }
            Some((last, _)) if last.retry_after_seconds.is_some_and(|asked| asked > 0) => {
                format!("{} ", sentence(&format!("{} and asked us to wait", ending(last, reader))))
            }
            Some((last, _)) => format!("{} ", sentence(&ending(last, reader))),
            None => String::new(),
        };
        let verb = if self.attempts.is_empty() { "It is sent" } else { "We try again" };
        let first = self.plan.first().map(|planned| planned.not_before).or(self.delivery.due_at).unwrap_or(now);
        let first = moment::to_come(first, now);
        let then = match self.plan {
            [] | [_] if self.attempts.is_empty() => format!("{verb} at {first} UTC."),
            [] | [_] if self.is_refused() => {
                format!("{verb} at {first} UTC, for the last time; it is to be fixed before then.")
            }
            [] | [_] => format!("{verb} at {first} UTC, for the last time."),
            [_, .., last] if self.is_refused() => {
                let last = moment::to_come(last.not_before, now);
                format!("{verb} at {first} UTC until it is fixed, for the last time not before {last} UTC.")
            }
            [_, rest @ ..] => {
                let last = rest.last().map(|last| moment::to_come(last.not_before, now)).unwrap_or_default();
                let more = times(rest.len());
                format!("{verb} at {first}, then {more} more, the last not before {last} UTC.")
            }
        };
        before + &then
    }
}
