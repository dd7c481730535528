//! A delivery, its states, and the words for what happens to it: the same in the store, in the API and in the logs.
//!
//! ```text
//!                                claim                      acknowledged
//!  report ──────────► pending ──────────► sending ─────────────────────────► delivered ──┐
//!    │                 ▲  │                │  │ └── no attempt left, refused ► dead ──────┤
//!    │        released │  │ blocked        │  └── failed, or our fault ─► retrying        │
//!    │ blocked         │  ▼                │                             │   ▲  │          │
//!    └───────────────► held ◄──────────────┘ cannot be composed    claim │   │  │ blocked  │
//!                       │  └── maxHeldDays ─► dead (expired)             ▼   │  ▼          │
//!                       └──────── released (was tried) ──────────────► sending  held       │
//!                                                                                          │
//!  pending, retrying, held ── cancel ─► canceled;   delivered, dead, canceled ── replay ───┴─► pending
//! ```
//!
//! What waits for a review or for its completion's callback is held as well, but nobody mends it and it never expires.
//!
//! A claim that could not be used (no egress IP any more) goes back to `pending` or `retrying`, unsent. Nothing is
//! canceled in mid-send.
//!
//! What an attempt's outcome means for its delivery is decided in [`super::decision`], and what is stored of it then in
//! [`super::settlement`]; here are only the words.

use super::time::Timestamp;
use super::words::words;

words! {
    /// Where a delivery stands.
    Status {
        /// Accepted, not yet tried.
        Pending = "pending",
        /// Claimed by a worker.
        Sending = "sending",
        /// Tried, to be tried again.
        Retrying = "retrying",
        /// Waits for something that the publisher can mend.
        Held = "held",
        /// Acknowledged.
        Delivered = "delivered",
        /// Given up.
        Dead = "dead",
        /// Ended by hand, or because its completion was taken back before anything was sent.
        Canceled = "canceled",
    }
}

words! {
    /// What a delivery tells.
    DeliveryKind {
        /// Of a completion.
        Completion = "completion",
        /// Of a reversal.
        Reversal = "reversal",
        /// Of an invented completion.
        Test = "test",
    }
}

words! {
    /// What the receiver may know.
    Told {
        /// No request ever left.
        Never = "never",
        /// One left and was not acknowledged.
        Maybe = "maybe",
        /// It acknowledged.
        Yes = "yes",
    }
}

words! {
    /// What a delivery that is not being sent waits for.
    WaitingFor {
        /// Its next attempt.
        Retry = "retry",
        /// The app to be resumed.
        AppPaused = "app_paused",
        /// A callback URL.
        CallbackUrl = "callback_url",
        /// An active secret.
        Secret = "secret",
        /// A node that holds its egress IP, or an assignment.
        EgressIp = "egress_ip",
        /// A free place among the sends in flight to its endpoint.
        Permit = "permit",
        /// The callback of the completion that it takes back.
        Completion = "completion",
        /// Somebody's decision about its completion, or the end of the time for one.
        Review = "review",
        /// Values that its present URL or dialect cannot carry.
        Fields = "fields",
        /// Its receiver to come back: it is down, and only probed now and then.
        Circuit = "circuit",
        /// Its app's limit of callbacks per second.
        RateLimit = "rate_limit",
        /// Its endpoint to be enabled, which its receiver disabled.
        EndpointDisabled = "endpoint_disabled",
    }
}

words! {
    /// Why a delivery ended, where its attempts do not tell.
    EndedReason {
        /// What it waited for did not come in time.
        Expired = "expired",
        /// Its completion was taken back while the receiver knew of nothing.
        ReversedBeforeSend = "reversed_before_send",
        /// Its completion was held for review until somebody rejected it.
        Rejected = "rejected",
    }
}

words! {
    /// How much of its completion has been taken back.
    Extent {
        /// A part, or several.
        Part = "part",
        /// Everything, in one go or in parts.
        Whole = "whole",
    }
}

words! {
    /// How an attempt ended.
    Outcome {
        /// The receiver acknowledged.
        Delivered = "delivered",
        /// Another status than success.
        HttpStatus = "http_status",
        /// The status was right, the body was not.
        BodyMismatch = "body_mismatch",
        /// A redirect, which is never followed.
        Redirect = "redirect",
        /// No answer in time.
        Timeout = "timeout",
        /// No connection.
        Connect = "connect",
        /// No TLS session.
        Tls = "tls",
        /// The name does not exist, or could not be resolved.
        Dns = "dns",
        /// The answer was not HTTP, or the connection broke.
        Protocol = "protocol",
        /// The target is not public.
        BlockedTarget = "blocked_target",
        /// The source address or proxy could not be used.
        EgressUnavailable = "egress_unavailable",
        /// We died or were stopped in mid-send.
        Interrupted = "interrupted",
    }
}

/// A callback to be delivered to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// `dlv_…`
    pub id: String,
    /// Of this app …
    pub app_id: String,
    /// … to this endpoint of it.
    pub endpoint_id: String,
    /// What it tells.
    pub kind: DeliveryKind,
    /// Of this completion.
    pub completion_id: String,
    /// Of this reversal of it.
    pub reversal_id: Option<String>,
    /// What receivers see.
    pub transaction_id: String,
    /// name@version under which it was accepted.
    pub recipe: String,
    /// Where it stands.
    pub status: Status,
    /// What the receiver may know.
    pub told: Told,
    /// Why it is held.
    pub waiting_for: Option<WaitingFor>,
    /// How often it was tried.
    pub counters: Counters,
    /// When it may be sent next.
    pub due_at: Option<Timestamp>,
    /// A test's invented completion and options, as JSON.
    pub test: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it ended, where its attempts do not tell.
    pub ended_reason: Option<EndedReason>,
    /// How much of its completion has been taken back; only a completion's own callback bears this mark.
    pub reversed: Option<Extent>,
}

/// A delivery's counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Counted attempts over its whole life.
    pub attempts_made: u32,
    /// Counted attempts since it was last opened.
    pub round_attempts: u32,
    /// The number of the last attempt on record.
    pub last_number: u32,
    /// Our own faults in a row at its end.
    pub faults: u32,
}

impl Delivery {
    /// Whether it ended because its completion was taken back, before anything of it left.
    pub fn was_taken_back_unsent(&self) -> bool {
        self.status == Status::Canceled
            && matches!(self.ended_reason, Some(EndedReason::ReversedBeforeSend | EndedReason::Rejected))
    }
}

impl Status {
    /// Whether nothing more will happen by itself.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Delivered | Self::Dead | Self::Canceled)
    }

    /// Whether it may be canceled.
    pub fn may_be_canceled(self) -> bool {
        matches!(self, Self::Pending | Self::Retrying | Self::Held)
    }
}

impl WaitingFor {
    /// Whether a delivery that waits for it is held. For all else it waits to be sent; and so it does for a moment for what a
    /// publisher mends, until it is held.
    pub fn is_held_for(self) -> bool {
        match self {
            Self::AppPaused
            | Self::CallbackUrl
            | Self::Secret
            | Self::Completion
            | Self::Review
            | Self::Fields
            | Self::EndpointDisabled => true,
            Self::Retry | Self::EgressIp | Self::Permit | Self::Circuit | Self::RateLimit => false,
        }
    }

    /// Whether somebody has to set something before anything can be sent.
    pub fn is_to_be_fixed(self) -> bool {
        match self {
            Self::AppPaused | Self::CallbackUrl | Self::Secret | Self::Fields | Self::EndpointDisabled => true,
            Self::Retry
            | Self::EgressIp
            | Self::Permit
            | Self::Completion
            | Self::Review
            | Self::Circuit
            | Self::RateLimit => false,
        }
    }
}

impl Outcome {
    /// What the receiver may know after this attempt: where no connection was made, no request left.
    pub fn told(self) -> Told {
        match self {
            Self::Delivered => Told::Yes,
            Self::Connect | Self::Tls | Self::Dns | Self::BlockedTarget | Self::EgressUnavailable => Told::Never,
            Self::HttpStatus
            | Self::BodyMismatch
            | Self::Redirect
            | Self::Timeout
            | Self::Protocol
            | Self::Interrupted => Told::Maybe,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_connection_was_made_the_receiver_was_told_nothing() {
        for outcome in Outcome::ALL {
            let never = matches!(outcome.as_str(), "connect" | "tls" | "dns" | "blocked_target" | "egress_unavailable");
            assert_eq!(outcome.told() == Told::Never, never, "{outcome:?}");
        }
    }
}
