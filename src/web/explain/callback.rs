//! One callback in words: what it is called, how it and its attempts ended, what it waits for.

use super::{CallbackHistory, ResponsibleParty};
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{EndedReason, Outcome, Status, WaitingFor};

impl CallbackHistory<'_> {
    /// What it is called in a sentence.
    pub(super) fn name(&self) -> String {
        let endpoint = &self.delivery.endpoint_id;
        match &self.delivery.reversal_id {
            Some(reversal_id) => format!("callback of {reversal_id} to endpoint {endpoint}"),
            None => format!("callback to endpoint {endpoint}"),
        }
    }

    /// How it ended, where its last attempt does not say so.
    pub(super) fn end(&self) -> Option<&'static str> {
        match (self.delivery.status, self.delivery.ended_reason) {
            (Status::Dead, Some(EndedReason::Expired)) => Some("was given up: it had been held for too long"),
            (Status::Dead, _) => Some("was given up"),
            (Status::Canceled, Some(EndedReason::ReversedBeforeSend)) => {
                Some("was canceled before anything was sent, because the completion was taken back")
            }
            (Status::Canceled, _) => Some("was canceled"),
            _ => None,
        }
    }

    fn last(&self) -> String {
        match self.attempts.last() {
            Some(attempt) => format!("attempt {} {}", attempt.number, in_words(attempt)),
            None => "nothing was sent yet".to_owned(),
        }
    }

    /// Who has to act for this callback, and how.
    pub(super) fn next_actor(
        &self,
        refused_replay: Option<(ResponsibleParty, &'static str)>,
    ) -> (ResponsibleParty, String) {
        let Self { delivery, waiting_for, .. } = self;
        let (name, last) = (self.name(), self.last());
        let replay = format!("POST /v1/deliveries/{}/replay", delivery.id);
        if let (Status::Dead | Status::Canceled, None | Some(EndedReason::Expired), Some((actor, why))) =
            (delivery.status, delivery.ended_reason, refused_replay)
        {
            return (actor, format!("The {name} {} ({last}); {why}.", self.end().unwrap_or("has ended")));
        }
        match delivery.status {
            Status::Delivered => {
                let at = delivery.ended_at.map(|at| format!(" at {at}")).unwrap_or_default();
                let next = "whether the user was credited is in the publisher's own books.";
                (ResponsibleParty::Nobody, format!("The {name} was acknowledged{at} ({last}); {next}"))
            }
            Status::Dead => {
                let end = self.end().unwrap_or("was given up");
                let next = "The publisher mends its receiver, and then sends it again with";
                (ResponsibleParty::Publisher, format!("The {name} {end} ({last}). {next} {replay}."))
            }
            Status::Canceled => match delivery.ended_reason {
                Some(_) => (
                    ResponsibleParty::Nobody,
                    format!("The {name} was canceled: nothing was sent, and nothing is due."),
                ),
                None => (
                    ResponsibleParty::Publisher,
                    format!("The {name} was canceled by hand; {replay} sends it after all."),
                ),
            },
            Status::Sending => (ResponsibleParty::Ringback, format!("The {name} is being sent at this moment.")),
            Status::Held | Status::Pending | Status::Retrying => {
                let (actor, why) = self.waits(*waiting_for);
                (actor, format!("The {name} waits: {why} ({last})."))
            }
        }
    }

    fn waits(&self, waiting_for: Option<WaitingFor>) -> (ResponsibleParty, String) {
        let app = &self.delivery.app_id;
        let due = self.delivery.due_at.map(|at| format!(" at {at}")).unwrap_or_default();
        match waiting_for {
            Some(WaitingFor::AppPaused) => (
                ResponsibleParty::Publisher,
                format!("the app is paused; the publisher resumes it with PATCH /v1/apps/{app}"),
            ),
            Some(WaitingFor::CallbackUrl) => {
                let why = "the endpoint has no callback URL; the publisher sets one with PATCH /v1/apps/";
                (ResponsibleParty::Publisher, format!("{why}{app}"))
            }
            Some(WaitingFor::Secret) => {
                let why =
                    "the endpoint has no active secret, which its dialect needs; the publisher makes one with POST";
                (ResponsibleParty::Publisher, format!("{why} /v1/apps/{app}/secrets"))
            }
            Some(WaitingFor::EndpointDisabled) => {
                let why = "its receiver answered that it is there no more, which disabled the endpoint; the publisher enables \
                           it with POST /v1/apps/";
                (ResponsibleParty::Publisher, format!("{why}{app}/endpoints/{}/enable", self.delivery.endpoint_id))
            }
            Some(WaitingFor::Fields) => {
                let why = "its callback URL or dialect cannot carry the completion's values; the publisher changes the \
                           callback URL";
                (ResponsibleParty::Publisher, why.to_owned())
            }
            Some(WaitingFor::EgressIp) => {
                let why = "no live node holds the egress IP that it has to leave from, or the assignment was removed; \
                           the operator starts such a node, or an account manager assigns another egress IP";
                (ResponsibleParty::Operator, why.to_owned())
            }
            Some(WaitingFor::Retry) => (ResponsibleParty::Ringback, format!("the next attempt follows{due}")),
            Some(WaitingFor::Completion) => {
                (ResponsibleParty::Nobody, "it follows once the callback of its completion was acknowledged".to_owned())
            }
            Some(WaitingFor::Review) => {
                let why = "it is in review; an account manager releases or rejects it, or it is released";
                (ResponsibleParty::Operator, format!("{why}{due}"))
            }
            Some(WaitingFor::Circuit) => {
                let why = "its receiver is down: it gave no answer, or a 5xx, ten times in a row or for thirty seconds; \
                           it is tried with one callback at a time, and what is due goes as soon as it answers";
                (ResponsibleParty::Publisher, why.to_owned())
            }
            Some(WaitingFor::RateLimit) => {
                let why = "its app's limit of callbacks per second is used up; it follows in its turn";
                (ResponsibleParty::Ringback, why.to_owned())
            }
            Some(WaitingFor::Permit) | None => {
                (ResponsibleParty::Ringback, "it is sent as soon as its endpoint has room for one more".to_owned())
            }
        }
    }
}

/// How an attempt ended.
pub(super) fn in_words(attempt: &Attempt) -> String {
    let status = attempt.status_code.map_or_else(|| "no status".to_owned(), |status| status.to_string());
    match attempt.outcome {
        Outcome::Delivered => format!("was acknowledged with {status}"),
        Outcome::HttpStatus => format!("answered {status}"),
        Outcome::BodyMismatch => format!("answered {status}, but with a body that acknowledges nothing"),
        Outcome::Redirect => format!("answered {status}, a redirect, which is never followed"),
        Outcome::Timeout => "had no answer in time".to_owned(),
        Outcome::Connect => "found no connection".to_owned(),
        Outcome::Tls => "found no TLS session".to_owned(),
        Outcome::Dns => "found no address for the host's name".to_owned(),
        Outcome::Protocol => "had no HTTP answer, or the connection broke".to_owned(),
        Outcome::BlockedTarget => "was not sent, because its target is no public address".to_owned(),
        Outcome::EgressUnavailable => "was not sent, because the egress IP could not be used".to_owned(),
        Outcome::Interrupted => "was interrupted on our side".to_owned(),
    }
}
